/** What the playground says of a run: the route's code, what holds the requests up, and what would help. */
(() => {
  "use strict";

  const { counted, duration, number, rate } = globalThis.UnblockedPlayground;

  /** Names of the kinds of route, as the form shows them. */
  const KINDS = {
    blocking: ["async def", "the call blocks"],
    awaiting: ["async def", "the call is awaited"],
    def: ["def", "in a worker thread"],
    processes: ["async def", "computes in a process pool"],
  };

  /** A time as somebody has set it: 50 ms, 1.2 s. */
  const set = (ms) => (ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`);

  const keyword = (word) => `<span class="k">${word}</span>`;
  const line = (code, place, note) => ({ code, place, note });

  /** The route, line by line: its code, the place in which that line is, and what it costs. @param {object} s settings */
  function code(s) {
    const wait = (words) => `${set(s.waits)}${words}`;
    const work = (words) => `${set(s.computes)}${words}`;
    const asks = {
      blocking: line("answer = requests.get(carrier)", "loop", wait(", and keeps the event loop")),
      awaiting: line(`answer = ${keyword("await")} client.get(carrier)`, "upstream", wait(", and the event loop is free")),
      def: line("answer = requests.get(carrier)", "thread", wait(", in a worker thread")),
      processes: line(`answer = ${keyword("await")} client.get(carrier)`, "upstream", wait(", and the event loop is free")),
    };
    const from = s.waits ? "answer" : "parcel";
    const plans = {
      blocking: line(`price = compute(${from})`, "loop", work(", on the event loop")),
      awaiting: line(`price = compute(${from})`, "loop", work(", on the event loop")),
      def: line(`price = compute(${from})`, "thread", work(", takes turns with other threads")),
      processes: line(`price = ${keyword("await")} loop.run_in_executor(pool, compute, ${from})`, "await", work("")),
    };
    const head = s.route === "def" ? line(`${keyword("def")} quote(parcel: int) -> Quote:`, "token", "takes a token, twice")
      : line(`${keyword("async def")} quote(parcel: int) -> Quote:`, null, "runs on the event loop");
    return [head, ...(s.waits ? [asks[s.route]] : []), ...(s.computes ? [plans[s.route]] : [])];
  }

  const each = (s) => (s.waits && s.computes ? `${set(s.waits)} of waiting and ${set(s.computes)} of computing`
    : s.waits ? `${set(s.waits)} of waiting` : `${set(s.computes)} of computing`);
  const of = (s, words) => (s.workers > 1 ? `${words} of each worker` : words);

  const CAUSES = {
    loop: (s) => s.route === "blocking"
      ? [`the event loop: each request keeps it for ${each(s)}, and only one at a time can have it${s.workers > 1 ? ", in each worker" : ""}`,
        s.waits ? "A <code>def</code> route, or a call that is awaited, lets others have it meanwhile." : "A process pool computes elsewhere."]
      : [`the event loop: each request computes on it for ${set(s.computes)}, and only one at a time can have it${s.workers > 1 ? ", in each worker" : ""}`,
        "A process pool computes elsewhere."],
    token: (s) => [`the tokens: ${of(s, counted(s.tokens, "token"))}, and each request takes one for ${each(s)}`,
      "More tokens would help. A call that is awaited needs none."],
    gil: (s) => [`the GIL: threads of one process take turns to compute, ${set(s.computes)} for each request`,
      "More threads would not help. A process pool would."],
    process: (s) => [`the process pool: ${of(s, s.processes === 1 ? "one process" : `${number(s.processes)} processes`)}, and each request keeps one for ${set(s.computes)}`,
      s.workers * s.processes < s.cores ? "More processes would help: there are idle cores." : "More processes would not help: there are no more cores."],
    cores: (s) => [`the processor: all that compute share ${counted(s.cores, "core")}, and each request needs ${set(s.computes)} of one`,
      "Only more cores, or less to compute, would help."],
  };

  /** The sentence of a run: what is the bottleneck, what it allows at most, what would help. As HTML. */
  function verdict({ settings: s, bottleneck }) {
    if (!bottleneck) return "<strong>Nothing is a bottleneck:</strong> each request takes as long as it would alone.";
    const [what, help] = CAUSES[bottleneck.name](s), most = rate(bottleneck.ceiling);
    const comes = s.every ? 1000 / s.every : 0;
    const more = comes > bottleneck.ceiling * 1.001 ? ` ${rate(comes)} a second come, so the queue grows for as long as they come.` : "";
    return `<strong>The bottleneck is ${what}.</strong> So it is at most ${most} answers a second, however many ask.${more} ${help}`;
  }

  /** The run in figures, as one plain sentence: for who cannot see the tiles. */
  function summary({ settings: s, lanes, figures: f, waves }) {
    const together = s.every ? "" : `, in ${counted(waves.length, "wave")}`;
    return `${counted(lanes.length, "request")}${together}: median ${duration(f.median)}, slowest ${duration(f.slowest)}, ${rate(f.throughput)} answers a second.`;
  }

  Object.assign(globalThis.UnblockedPlayground, { KINDS, code, summary, verdict });
})();
