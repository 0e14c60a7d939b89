/**
 * Runs that the lessons do for real. What stands in the brackets is JSON, which benchmarks/playground.py reads, too: it
 * asks `path` of the lab `routes`. `lesson` is the section that explains it. Where `computes` is missing, it is what
 * one request alone took there.
 */
globalThis.UnblockedPlayground.presets = [
  {
    "name": "five-blocking", "path": "/quotes/blocking/{n}",
    "lesson": "lessons/00_start_here.html#why-do-five-customers-wait-five-times-as-long-as-one",
    "title": "Five customers, one blocking route",
    "settings": { "route": "blocking", "requests": 5, "waits": 500 }
  },
  {
    "name": "five-def", "path": "/quotes/def/{n}",
    "lesson": "lessons/00_start_here.html#which-word-gives-the-thread-back",
    "title": "The same five, def",
    "settings": { "route": "def", "requests": 5, "waits": 500 }
  },
  {
    "name": "five-awaiting", "path": "/quotes/awaiting/{n}",
    "lesson": "lessons/00_start_here.html#which-word-gives-the-thread-back",
    "title": "The same five, awaited",
    "settings": { "route": "awaiting", "requests": 5, "waits": 500 }
  },
  {
    "name": "forty-one", "path": "/quotes/def/{n}",
    "lesson": "lessons/02_routes.html#what-do-40-tokens-do-with-the-forty-first-customer",
    "title": "The 41st customer",
    "settings": { "route": "def", "requests": 41, "waits": 500 }
  },
  {
    "name": "steady", "path": "/quotes/blocking/{n}",
    "lesson": "lessons/02_routes.html#why-is-health-dead-while-one-customer-waits",
    "title": "More arrive than are served",
    "settings": { "route": "blocking", "requests": 20, "every": 100, "waits": 200 }
  },
  {
    "name": "half-awaited", "path": "/waybills/blocking/{n}",
    "lesson": "lessons/02_routes.html#how-do-i-choose-for-each-route",
    "title": "Awaited, then on the loop",
    "note": "After the wait, a label is drawn for 100 ms, which keeps the event loop as computing does.",
    "settings": { "route": "awaiting", "requests": 8, "waits": 500, "computes": 100 }
  },
  {
    "name": "three-threads", "path": "/plans/threads/{n}",
    "lesson": "lessons/02_routes.html#where-does-heavy-computation-belong",
    "title": "Three computations in threads",
    "settings": { "route": "def", "requests": 3, "waits": 0 }
  },
  {
    "name": "three-processes", "path": "/plans/processes/{n}",
    "lesson": "lessons/02_routes.html#where-does-heavy-computation-belong",
    "title": "Three computations, two processes",
    "settings": { "route": "processes", "requests": 3, "waits": 0, "processes": 2 }
  }
];
