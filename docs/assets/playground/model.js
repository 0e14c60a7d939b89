/**
 * Who runs where in a FastAPI service: a model of discrete events. It knows no page, no clock and no chance: the same
 * settings give the same run. Times are milliseconds.
 *
 * What is modelled:
 * - A worker (a server process) has one event loop. Who needs it takes it in the order of arrival and keeps it until it
 *   waits for something that can be awaited, or is done.
 * - A `def` route runs in a thread and needs a token, of which each worker has a number. Threads wait side by side. It has
 *   a return type, as in the labs: to check what it returns, FastAPI takes a token once more, behind those who wait.
 * - A worker is one interpreter with one GIL: those of its threads that compute share its time in equal parts (processor
 *   sharing; a real one hands the GIL over every 5 ms). A process of the pool is an interpreter of its own.
 * - All interpreters that compute share the cores in equal parts, and none gets more than one core.
 * - Requests are dealt to the workers in turn. Each worker has its own tokens and its own process pool.
 */
(() => {
  "use strict";

  /** @typedef {"blocking" | "awaiting" | "def" | "processes"} Kind  Where the route waits and computes. */
  /** @typedef {"loop" | "thread" | "token" | "upstream" | "await" | "turn"} Place  As in `unblocked/drawing/palette.py`. */
  /**
   * @typedef {object} Settings
   * @property {Kind} route
   * @property {number} requests   how many
   * @property {number} every      ms from one to the next; 0: all at once
   * @property {number} waits      ms that the carrier takes for each
   * @property {number} computes   ms that each computes on a core of its own, after the wait
   * @property {number} tokens     of each worker
   * @property {number} processes  of each worker's pool
   * @property {number} workers
   * @property {number} cores
   */
  /** @typedef {{due: number, waits: number, computes: number}} Arrival  A request that will come. */
  /** @typedef {{place: Place, start: number, end: number, label: string}} Piece */
  /** @typedef {{loop: number, token: number, process: number, gil: number, cores: number}} Lost  ms by what they were lost to. */
  /**
   * @typedef {object} Lane  One request's life.
   * @property {number} number                  from 1, in the order of arrival
   * @property {number} worker                  from 1
   * @property {number} due
   * @property {number} done
   * @property {Piece[]} pieces
   * @property {[number, number] | null} asked  when it waited for the carrier
   * @property {[number, number] | null} apart  when it computed in a process of the pool
   * @property {Lost} lost
   */

  /** What can be set: least, most, step. The routes are in `ROUTES`. */
  const LIMITS = {
    requests: [1, 300, 1], every: [0, 1000, 5], waits: [0, 3000, 10], computes: [0, 1000, 1],
    tokens: [1, 200, 1], processes: [1, 16, 1], workers: [1, 8, 1], cores: [1, 16, 1],
  };

  /** @type {Settings} */
  const DEFAULTS = {
    route: "blocking", requests: 5, every: 0, waits: 500, computes: 0, tokens: 40, processes: 2, workers: 1, cores: 2,
  };

  const NEVER = Infinity;
  const TICK = 10;
  const TINY = 1e-7; // ms; what floating point leaves over

  /** What one at a time, or a few at a time, can have; who finds none free queues. */
  class Resource {
    /** @param {number} free @param {keyof Lost} name */
    constructor(free, name) {
      this.free = free;
      this.name = name;
      /** @type {(() => void)[]} */
      this.queue = [];
    }
  }

  /** A server process: its loop, its tokens, its pool. */
  class Worker {
    /** @param {number} number @param {Settings} settings */
    constructor(number, settings) {
      this.number = number;
      this.loop = new Resource(1, "loop");
      this.tokens = new Resource(settings.tokens, "token");
      this.pool = new Resource(settings.processes, "process");
    }
  }

  // What a route asks of the world, one after the other.
  const take = (resource, place, label = "") => ({ does: "take", resource, place, label });
  const give = (resource) => ({ does: "give", resource });
  const wait = (ms, place) => ({ does: "wait", ms, place, label: "waits" });
  const compute = (ms, place, interpreter, label = "computes") => ({ does: "compute", ms, place, interpreter, label });

  /** The kinds of route, each as the steps of one request. Every request begins on the event loop. */
  const ROUTES = {
    *blocking(worker, request) {
      yield take(worker.loop, "turn");
      yield wait(request.waits, "loop");
      yield compute(request.computes, "loop", worker);
      yield give(worker.loop);
    },
    *awaiting(worker, request) {
      yield take(worker.loop, "turn");
      yield give(worker.loop);
      yield wait(request.waits, "upstream");
      yield take(worker.loop, "turn");
      yield compute(request.computes, "loop", worker);
      yield give(worker.loop);
    },
    *def(worker, request) {
      yield take(worker.loop, "turn");
      yield give(worker.loop);
      yield take(worker.tokens, "token");
      yield wait(request.waits, "thread");
      yield compute(request.computes, "thread", worker);
      yield give(worker.tokens);
      yield take(worker.tokens, "token", "to check what it returns");
      yield give(worker.tokens);
    },
    *processes(worker, request) {
      yield take(worker.loop, "turn");
      yield give(worker.loop);
      yield wait(request.waits, "upstream");
      yield take(worker.pool, "turn", "a free process");
      yield compute(request.computes, "await", {}, "a process computes");
      yield give(worker.pool);
    },
  };

  /** The events of a run: what is ready goes on first, then what is due next, a timer or the end of a computation. */
  class World {
    /** @param {number} cores */
    constructor(cores) {
      this.cores = cores;
      this.now = 0;
      /** @type {(() => void)[]} */
      this.ready = [];
      /** @type {{when: number, go: () => void}[]} */
      this.timers = [];
      /** @type {{left: number, interpreter: object, lost: Lost, go: () => void}[]} */
      this.computing = [];
    }

    /** Let go on at a moment; of the same moment, who asked first goes first. */
    at(when, go) {
      const later = this.timers.findIndex((timer) => timer.when > when);
      this.timers.splice(later < 0 ? this.timers.length : later, 0, { when, go });
    }

    run() {
      for (;;) {
        while (this.ready.length) this.ready.shift()();
        const shares = this.shares();
        const timer = this.timers.length ? this.timers[0].when : NEVER;
        const computed = Math.min(NEVER, ...this.computing.map((job, n) => this.now + job.left / shares[n].speed));
        if (timer === NEVER && computed === NEVER) return;
        this.pass(Math.min(timer, computed) - this.now, shares);
        this.now = Math.min(timer, computed);
        const over = this.computing.findIndex((job) => job.left <= TINY);
        this.ready.push(over < 0 ? this.timers.shift().go : this.computing.splice(over, 1)[0].go);
      }
    }

    /** How fast each computation goes now: its interpreter's share of the cores, by the threads that want its GIL. */
    shares() {
      const threads = new Map();
      for (const job of this.computing) threads.set(job.interpreter, (threads.get(job.interpreter) || 0) + 1);
      const core = Math.min(1, this.cores / threads.size);
      return this.computing.map((job) => ({ core, speed: core / threads.get(job.interpreter) }));
    }

    pass(ms, shares) {
      this.computing.forEach((job, n) => {
        job.left -= ms * shares[n].speed;
        job.lost.cores += ms * (1 - shares[n].core);
        job.lost.gil += ms * (shares[n].core - shares[n].speed);
      });
    }
  }

  /** One request on its way through the steps of its route. */
  class Journey {
    /** @param {World} world @param {Lane} lane @param {Generator} steps */
    constructor(world, lane, steps) {
      this.world = world;
      this.lane = lane;
      this.steps = steps;
    }

    go() {
      const { done, value } = this.steps.next();
      if (done) this.lane.done = this.world.now;
      else this[value.does](value);
    }

    take({ resource, place, label }) {
      if (resource.free) {
        resource.free -= 1;
        this.go();
        return;
      }
      const since = this.world.now;
      resource.queue.push(() => {
        this.note(place, since, label);
        this.lane.lost[resource.name] += this.world.now - since;
        this.go();
      });
    }

    give({ resource }) {
      const next = resource.queue.shift();
      if (next) this.world.ready.push(next);
      else resource.free += 1;
      this.go();
    }

    wait({ ms, place, label }) {
      if (!ms) return this.go();
      const since = this.world.now;
      this.world.at(since + ms, () => {
        this.note(place, since, label);
        this.lane.asked = [since, this.world.now];
        this.go();
      });
    }

    compute({ ms, place, interpreter, label }) {
      if (!ms) return this.go();
      const since = this.world.now;
      const go = () => {
        this.note(place, since, label);
        if (place === "await") this.lane.apart = [since, this.world.now];
        this.go();
      };
      this.world.computing.push({ left: ms, interpreter, lost: this.lane.lost, go });
    }

    note(place, start, label) {
      if (this.world.now > start) this.lane.pieces.push({ place, start, end: this.world.now, label });
    }
  }

  /**
   * Let these requests come, and give the life of each.
   * @param {Settings} settings @param {Arrival[]} arrivals  in the order in which they come
   * @returns {Lane[]}
   */
  function simulate(settings, arrivals) {
    const world = new World(settings.cores);
    const workers = Array.from({ length: settings.workers }, (_, n) => new Worker(n + 1, settings));
    const lanes = arrivals.map((arrival, n) => {
      const worker = workers[n % workers.length];
      const lost = { loop: 0, token: 0, process: 0, gil: 0, cores: 0 };
      const lane = { number: n + 1, worker: worker.number, due: arrival.due, done: NEVER, pieces: [], asked: null, apart: null, lost };
      const journey = new Journey(world, lane, ROUTES[settings.route](worker, arrival));
      world.at(arrival.due, () => journey.go());
      return lane;
    });
    world.run();
    return lanes;
  }

  /** @param {Settings} settings @returns {Arrival[]} */
  function arrivals({ requests, every, waits, computes }) {
    return Array.from({ length: requests }, (_, n) => ({ due: n * every, waits, computes }));
  }

  /** The value that p per cent of all do not exceed, by nearest rank, as in `unblocked/percentiles.py`. */
  function percentile(values, p) {
    const ranked = [...values].sort((a, b) => a - b);
    return ranked[Math.max(Math.ceil((p * ranked.length) / 100 - 1e-9), 1) - 1];
  }

  /** How many of these spans `[start, end]` there are over time: `[moment, count]` for each change. */
  function counts(spans) {
    const edges = spans.flatMap(([start, end]) => [[start, 1], [end, -1]]).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    let count = 0;
    return edges.map(([moment, change]) => [moment, (count += change)]);
  }

  const most = (changes) => changes.reduce((top, [, count]) => Math.max(top, count), 0);
  const spans = (lanes, place) => lanes.flatMap((lane) => lane.pieces.filter((p) => p.place === place).map((p) => [p.start, p.end]));
  const present = (lanes, name) => lanes.map((lane) => lane[name]).filter(Boolean);

  /** The most requests that were in each lane at once. */
  function peaks(lanes) {
    return {
      loop: most(counts(spans(lanes, "loop"))),
      thread: most(counts(spans(lanes, "thread"))),
      upstream: most(counts(present(lanes, "asked"))),
      process: most(counts(present(lanes, "apart"))),
    };
  }

  /** How many requests began together to wait for the carrier (or, if none waits, to compute), moment by moment. */
  function waves(lanes) {
    const begun = (lane) => (lane.asked || lane.apart || spans([lane], "loop")[0] || spans([lane], "thread")[0] || [lane.due])[0];
    const sizes = new Map();
    for (const moment of lanes.map(begun).sort((a, b) => a - b)) {
      const same = Math.round(moment * 1000);
      sizes.set(same, (sizes.get(same) || 0) + 1);
    }
    return [...sizes.values()];
  }

  /** The numbers of requests in the order in which they are done. */
  const order = (lanes) => [...lanes].sort((a, b) => a.done - b.done || a.number - b.number).map((lane) => lane.number);

  /** The loop's work for a lane: when it was asked for, when it began and ended. */
  function kept(lane) {
    return lane.pieces.flatMap(({ place, start, end }, n) => {
      if (place !== "loop") return [];
      const before = lane.pieces[n - 1];
      return [{ asked: before && before.place === "turn" && before.end === start ? before.start : start, start, end }];
    });
  }

  /**
   * How late the loops were, as the course's recorder sees it: a callback is due, comes after all that was there before
   * it, and the next one is due 10 ms later. `[due, came]` for each that was late.
   */
  function late(lanes) {
    const teeth = [];
    for (const worker of new Set(lanes.map((lane) => lane.worker))) {
      const work = lanes.filter((lane) => lane.worker === worker).flatMap(kept);
      const last = Math.max(0, ...work.map((one) => one.end));
      for (let due = 0; due < last; due += TICK) {
        const before = work.filter((one) => one.asked <= due && one.end > due);
        const came = before.reduce((sum, one) => sum + one.end - Math.max(due, one.start), due);
        if (came - due > 1) teeth.push([due, came]);
        due = came;
      }
    }
    return teeth.sort((a, b) => a[0] - b[0]);
  }

  /** The figures of a run; times in ms, `throughput` in answers a second. */
  function figures(lanes, { every = 0 } = {}) {
    const took = lanes.map((lane) => lane.done - lane.due);
    const passed = Math.max(...lanes.map((lane) => lane.done), every * lanes.length);
    const at = (p) => percentile(took, p);
    return {
      first: Math.min(...took), median: at(50), p95: at(95), p99: at(99), slowest: at(100),
      throughput: passed ? (lanes.length / passed) * 1000 : NEVER,
      late: Math.max(0, ...late(lanes).map(([due, came]) => came - due)),
    };
  }

  /**
   * What each part of the service can do at most, in requests a second, however many come.
   * @param {Settings} s @returns {Partial<Record<keyof Lost, number>>}
   */
  function ceilings(s) {
    const rate = (many, ms) => (ms ? (many * 1000) / ms : NEVER);
    const cores = rate(s.cores, s.computes);
    if (s.route === "blocking") return { loop: rate(s.workers, s.waits + s.computes), cores };
    if (s.route === "awaiting") return { loop: rate(s.workers, s.computes), cores };
    if (s.route === "processes") return { process: rate(s.workers * s.processes, s.computes), cores };
    return { gil: rate(s.workers, s.computes), token: rate(s.workers * s.tokens, s.waits + s.computes), cores };
  }

  /**
   * What holds the requests up: of all that somebody lost time to, what allows the fewest answers a second.
   * @param {Settings} settings @param {Lane[]} lanes
   * @returns {{name: keyof Lost, ceiling: number} | null}
   */
  function bottleneck(settings, lanes) {
    const lost = (name) => lanes.reduce((sum, lane) => sum + lane.lost[name], 0);
    const least = lanes.reduce((sum, lane) => sum + lane.done - lane.due, 0) / 1000;
    const felt = Object.entries(ceilings(settings)).filter(([name]) => lost(name) > least);
    if (!felt.length) return null;
    const [name, ceiling] = felt.reduce((lowest, one) => (one[1] < lowest[1] ? one : lowest));
    return { name: /** @type {keyof Lost} */ (name), ceiling };
  }

  /** Make settings of what somebody gave: what is missing or out of its bounds is replaced by the nearest that is not. */
  function sane(given) {
    const settings = { ...DEFAULTS };
    if (Object.hasOwn(ROUTES, given.route)) settings.route = given.route;
    for (const [name, [least, highest]] of Object.entries(LIMITS)) {
      const value = Math.round(Number(given[name]));
      if (given[name] !== undefined && given[name] !== "" && Number.isFinite(value)) settings[name] = Math.min(highest, Math.max(least, value));
    }
    return settings;
  }

  /** Run settings from beginning to end. */
  function run(given) {
    const settings = sane(given);
    const lanes = simulate(settings, arrivals(settings));
    return {
      settings, lanes, figures: figures(lanes, settings), peaks: peaks(lanes), waves: waves(lanes), order: order(lanes),
      bottleneck: bottleneck(settings, lanes),
    };
  }

  globalThis.UnblockedPlayground = { run, simulate, sane, figures, counts, most, spans, present, late, percentile, LIMITS };
})();
