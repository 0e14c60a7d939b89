/**
 * Runs that the lessons do for real. What stands in the brackets is JSON, which benchmarks/playground.py reads, too: it
 * asks `path` of the lab `routes`. Where `computes` is missing, it is what one request alone took there.
 */
globalThis.UnblockedPlayground.presets = [
  {
    "name": "five-blocking", "lesson": "start_here", "path": "/quotes/blocking/{n}",
    "title": "Five customers, one blocking route",
    "settings": { "route": "blocking", "requests": 5, "waits": 500 }
  },
  {
    "name": "five-def", "lesson": "start_here", "path": "/quotes/def/{n}",
    "title": "The same five, def",
    "settings": { "route": "def", "requests": 5, "waits": 500 }
  },
  {
    "name": "five-awaiting", "lesson": "start_here", "path": "/quotes/awaiting/{n}",
    "title": "The same five, awaited",
    "settings": { "route": "awaiting", "requests": 5, "waits": 500 }
  },
  {
    "name": "forty-one", "lesson": "routes", "path": "/quotes/def/{n}",
    "title": "The 41st customer",
    "settings": { "route": "def", "requests": 41, "waits": 500 }
  },
  {
    "name": "steady", "lesson": "routes", "path": "/quotes/blocking/{n}",
    "title": "More arrive than are served",
    "settings": { "route": "blocking", "requests": 20, "every": 100, "waits": 200 }
  },
  {
    "name": "half-awaited", "lesson": "routes", "path": "/waybills/blocking/{n}",
    "title": "Awaited, then on the loop",
    "note": "After the wait, a label is drawn for 100 ms, which keeps the event loop as computing does.",
    "settings": { "route": "awaiting", "requests": 8, "waits": 500, "computes": 100 }
  },
  {
    "name": "three-threads", "lesson": "routes", "path": "/plans/threads/{n}",
    "title": "Three computations in threads",
    "settings": { "route": "def", "requests": 3, "waits": 0 }
  },
  {
    "name": "three-processes", "lesson": "routes", "path": "/plans/processes/{n}",
    "title": "Three computations, two processes",
    "settings": { "route": "processes", "requests": 3, "waits": 0, "processes": 2 }
  }
];
