/**
 * Draws a run as the course does: a port of `unblocked/drawing/` to the page, with its palette, its words and its lanes.
 * Everything here gives text; times are milliseconds. A test compares palette and style with the course's own.
 */
(() => {
  "use strict";

  const { counts, late, most, percentile, present, spans } = globalThis.UnblockedPlayground;

  /** As in `unblocked/drawing/palette.py`, in the order of the legend; only the places that this page has. */
  const LOOKS = {
    loop: { name: "runs on the event loop", colour: "#cb2f47", tall: 1.0 },
    thread: { name: "runs in a worker thread", colour: "#2f9f70", tall: 0.8 },
    token: {
      name: "waits for a thread", colour: "#2f9f70", tall: 0.6, slanted: true,
      pattern: '<path d="M5 0h3v8h-3z" {paper}/>',
    },
    upstream: { name: "waits for another service", colour: "#2b7fd1", tall: 0.6 },
    await: { name: "awaits something else", colour: "#6f97b5", tall: 0.3 },
    turn: { name: "waits for its turn", colour: "#8a8a8a", tall: 0.6 },
    flight: { name: "in flight, not recorded", colour: "#7d8590", tall: 0.45 },
  };
  const LAYERS = ["flight", "turn", "await", "upstream", "token", "thread", "loop"]; // painted in this order
  const FILLERS = ["flight", "turn", "await"];
  const FULL = 25, THIN = 120; // up to how many requests have a lane with words, and a thin one
  const WIDTH = 400; // units across what is stretched
  const SLOTS = 150, AREA = 168, STRIP = 30; // points of an area, and pixels

  // Numbers and words, as in `unblocked/drawing/units.py`.

  const escaped = (words) => String(words).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
  const plain = (value, places = 2) => String(Number(value.toFixed(places)));
  const across = (moment, span) => `${plain((100 * moment) / span)}%`;
  const three = (value) => value.toFixed(value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2);
  const WORDS = "no one two three four five six seven eight nine ten eleven twelve".split(" ");
  const number = (count) => WORDS[count] || count.toLocaleString("en");
  const counted = (count, noun) => `${number(count)} ${noun}${count === 1 ? "" : "s"}`;
  const capital = (words) => words[0].toUpperCase() + words.slice(1);

  /** A time with its unit: 506 ms, 2.50 s. */
  const duration = (ms) => (ms >= 999.5 ? `${three(ms / 1000)} s` : ms ? `${three(ms)} ms` : "0 ms");

  /** Answers a second, with as many digits as mean something. */
  const rate = (value) => (value >= 10 ? Math.round(value).toLocaleString("en") : value.toFixed(1));

  /** Round positions from 0 to `span`, each with its text; the first has the unit. */
  function ticks(span, most = 6) {
    const [unit, size] = span >= 999.5 ? ["s", 1000] : ["ms", 1];
    const power = 10 ** Math.floor(Math.log10(Math.max(span / size, 1e-9) / most));
    const step = [1, 2, 2.5, 5, 10, 20].map((lead) => lead * power).find((one) => span / size / one <= most + 1e-9);
    const marks = Array.from({ length: Math.floor(span / size / step + 1e-9) + 1 }, (_, n) => n * step);
    return marks.map((at) => [at * size, `${Number(at.toPrecision(10))}${at ? "" : ` ${unit}`}`]);
  }

  // Shapes, as in `unblocked/drawing/svg.py`.

  const fill = (place) => (LOOKS[place].pattern ? `url(#pg-${place})` : LOOKS[place].colour);
  const tooltip = (words) => `<title>${escaped(words)}</title>`;
  const text = (words, { x, y, extra = "" }) => `<text x="${x}" y="${plain(y)}" ${extra}>${escaped(words)}</text>`;

  /** A name on the left; on a narrow page its short form. */
  function named(words, short, { y, extra = "" }) {
    if (words === short) return text(words, { x: -8, y, extra: `text-anchor="end" ${extra}` });
    return text(words, { x: -8, y, extra: `class="ub-wide" text-anchor="end" ${extra}` })
      + text(short, { x: -8, y, extra: `class="ub-narrow" display="none" text-anchor="end" ${extra}` });
  }

  function bar(piece, { span, y, height, words }) {
    const narrow = (piece.end - piece.start) / span < 0.0035;
    const size = narrow ? 'width="2" stroke="none"' : `width="${across(piece.end - piece.start, span)}" rx="2.5"`;
    return `<rect x="${across(piece.start, span)}" y="${plain(y)}" ${size} height="${plain(height)}" fill="${fill(piece.place)}">${tooltip(words)}</rect>`;
  }

  const stretched = (body, height) =>
    `<svg width="100%" height="${plain(height)}" viewBox="0 0 ${WIDTH} ${plain(height)}" preserveAspectRatio="none">${body}</svg>`;
  const unveiled = (body) => `<g class="pg-veiled">${body}</g>`; // what appears while the picture is played

  function patterns(places) {
    const paper = 'class="ub-paper" fill="#fff"';
    const one = (place) => `<pattern id="pg-${place}" width="8" height="8" patternUnits="userSpaceOnUse"`
      + `${LOOKS[place].slanted ? ' patternTransform="rotate(45)"' : ""}><path d="M0 0h8v8h-8z" fill="${LOOKS[place].colour}"/>`
      + `${LOOKS[place].pattern.replace("{paper}", paper)}</pattern>`;
    const defs = places.filter((place) => LOOKS[place].pattern).map(one).join("");
    return `<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>${defs}</defs></svg>`;
  }

  /** A darker colour of the same hue, on which white words can be read. */
  const darker = (place) => "#" + [1, 3, 5].map((n) =>
    Math.floor((parseInt(LOOKS[place].colour.slice(n, n + 2), 16) * 65) / 100).toString(16).padStart(2, "0")).join("");

  // Lanes.

  const who = (lane, view) => `customer ${lane.number}${view.workers > 1 ? `, worker ${lane.worker}` : ""}`;
  const told = (piece, lane, view) => `${who(lane, view)}: ${LOOKS[piece.place].name}${piece.label ? `: ${piece.label}` : ""}, `
    + `${duration(piece.end - piece.start)} (${duration(piece.start)} to ${duration(piece.end)})`;
  const seen = (piece, span) => !FILLERS.includes(piece.place) || piece.end - piece.start >= span / 600;
  const painted = (lane, span) => lane.pieces.filter((piece) => seen(piece, span))
    .sort((a, b) => LAYERS.indexOf(a.place) - LAYERS.indexOf(b.place));

  /** One lane below the other, with words at both ends. */
  function full(lanes, view, { span, name }) {
    const height = lanes.length <= 12 ? 20 : 16;
    const body = lanes.map((lane, n) => oneLane(lane, view, { span, height, y: 4 + n * (height + 7), words: name(lane, n) }));
    return { body: body.join(""), height: lanes.length * (height + 7) + 1 };
  }

  function oneLane(lane, view, { span, height, y, words: [long, short] }) {
    const middle = y + height / 2;
    const bars = painted(lane, span).map((piece) => {
      const tall = height * LOOKS[piece.place].tall;
      return bar(piece, { span, y: middle - tall / 2, height: tall, words: told(piece, lane, view) });
    });
    const inner = lane.pieces.map((piece) => inside(piece, middle, span)).join("");
    const ground = `<rect y="${plain(y)}" width="100%" height="${height}" rx="3" fill-opacity=".05"/>`;
    const took = `<text class="ub-dim pg-end" data-at="${lane.done}" x="${across(lane.done, span)}" dx="6" y="${plain(middle + 4.2)}">${duration(lane.done - lane.due)}</text>`;
    return ground + unveiled(`<g class="ub-bars">${bars.join("")}</g>${inner}`) + named(long, short, { y: middle + 4.2 }) + took;
  }

  function inside(piece, middle, span) {
    const room = ((piece.end - piece.start) / span) * 440;
    if (!piece.label || LOOKS[piece.place].pattern || LOOKS[piece.place].tall < 0.5 || piece.label.length * 6.4 + 12 > room) return "";
    const extra = `class="ub-in" stroke="${darker(piece.place)}" text-anchor="middle"`;
    return text(piece.label, { x: across((piece.start + piece.end) / 2, span), y: middle + 3.8, extra });
  }

  const burst = (lanes, span) => lanes[lanes.length - 1].due <= span / 20;
  const ordered = (lanes, span) => (burst(lanes, span) ? [...lanes].sort((a, b) => a.done - b.done || a.number - b.number) : lanes);

  /** Thin lanes: one path for all bars of a place, and over it, lane by lane, what a tooltip says. */
  function thin(view, span) {
    const lanes = ordered(view.lanes, span), pitch = lanes.length <= 60 ? 7 : 5, height = lanes.length * pitch + 4;
    const shapes = (place) => lanes.flatMap((lane, n) => lane.pieces.filter((p) => p.place === place && seen(p, span)).map((piece) => {
      const tall = Math.max(1, (pitch - 1) * (0.5 + LOOKS[place].tall / 2));
      const x = plain((piece.start / span) * WIDTH, 1), w = plain(Math.max(((piece.end - piece.start) / span) * WIDTH, 1.2), 1);
      return `M${x} ${plain(n * pitch + 2 + (pitch - 1 - tall) / 2, 1)}h${w}v${plain(tall, 1)}h-${w}z`;
    })).join("");
    const paths = LAYERS.map((place) => [place, shapes(place)]).filter(([, d]) => d).map(([place, d]) => `<path fill="${fill(place)}" d="${d}"/>`);
    const hover = lanes.map((lane, n) => `<rect y="${plain(n * pitch + 2)}" width="100%" height="${pitch}" fill-opacity="0">`
      + `${tooltip(`${who(lane, view)}: answered after ${duration(lane.done - lane.due)}`)}</rect>`).join("");
    const step = lanes.length <= 60 ? 10 : 20;
    const marks = [1, ...Array.from({ length: Math.floor(lanes.length / step) }, (_, n) => (n + 1) * step)];
    const numbers = marks.map((n) => text(n, { x: -8, y: (n - 1) * pitch + 6 + pitch / 2, extra: 'class="ub-dim" text-anchor="end" font-size="11"' }));
    return { body: unveiled(stretched(paths.join(""), height)) + hover + numbers.join(""), height };
  }

  /** How many spans there are on average in each of `SLOTS` equal parts of the time. */
  function averages(pieces, span) {
    const slots = new Array(SLOTS).fill(0), slot = span / SLOTS;
    for (const { start, end } of pieces) {
      for (let n = Math.floor(start / slot); n < SLOTS && n * slot < end; n += 1) {
        slots[n] += (Math.min(end, (n + 1) * slot) - Math.max(start, n * slot)) / slot;
      }
    }
    return slots;
  }

  /** How many requests are where over time, one place upon the other, and a few lanes that stand for all. */
  function area(view, span) {
    let piled = new Array(SLOTS).fill(0);
    const layers = view.places.map((place) => {
      const here = averages(view.lanes.flatMap((lane) => lane.pieces.filter((p) => p.place === place)), span);
      piled = piled.map((below, n) => below + here[n]);
      return [place, piled, here];
    });
    const top = Math.max(1, ...piled), y = (count) => AREA * (1 - count / top);
    const paths = layers.map(([place, pile, here]) => {
      const points = pile.map((count, n) => `L${plain(((n + 0.5) * WIDTH) / SLOTS)} ${plain(y(count), 1)}`).join("");
      const words = `${LOOKS[place].name}: ${counted(Math.round(Math.max(...here)), "request")} at most`;
      return `<path fill="${fill(place)}" d="M0 ${AREA}${points}L${WIDTH} ${AREA}z">${tooltip(words)}</path>`;
    });
    const levels = ticks(top, 4).filter(([at]) => at % 1 === 0).map(([at]) =>
      `<line x2="100%" y1="${plain(y(at))}" y2="${plain(y(at))}" class="ub-grid" stroke="currentColor" stroke-opacity=".16"/>`
      + text(at, { x: -8, y: y(at) + 4, extra: 'class="ub-dim" text-anchor="end"' }));
    return { body: levels.join("") + unveiled(stretched(paths.reverse().join(""), AREA)), height: AREA };
  }

  /** The lanes that stand for all others, each counted from the moment it was due. */
  function picked(lanes) {
    const ranked = [...lanes].sort((a, b) => a.done - a.due - (b.done - b.due));
    const names = [["fastest", "fastest", 0.001], ["median", "median", 50], ["95th percentile", "95th %", 95], ["slowest", "slowest", 100]];
    return names.map(([long, short, p]) => {
      const lane = ranked[percentile(ranked.map((_, n) => n), p)];
      const since = (piece) => ({ ...piece, start: piece.start - lane.due, end: piece.end - lane.due });
      return { lane: { ...lane, pieces: lane.pieces.map(since), done: lane.done - lane.due, due: 0 }, words: [long, short] };
    });
  }

  // Strips: how late the loop is, how many threads and processes are in use.

  function strip(shape, [name, short], [amount, brief]) {
    const ground = `<path d="M0 ${STRIP}H${WIDTH}" stroke="currentColor" stroke-opacity=".4" vector-effect="non-scaling-stroke"/>`;
    const label = named(name, short, { y: 12, extra: 'font-size="11"' });
    const upTo = named(amount, brief, { y: 26, extra: 'font-size="11" fill-opacity=".78"' });
    return { body: `<g>${tooltip(`${name}: ${amount}`)}${unveiled(stretched(ground + shape, STRIP))}${label}${upTo}</g>`, height: STRIP + 2 };
  }

  function lateness(view, span) {
    const worst = Math.max(0, ...view.late.map(([due, came]) => came - due));
    if (worst < 5) return null;
    const teeth = view.late.filter(([due, came]) => (came - due) * 100 > worst).map(([due, came]) => {
      const [x, end] = [due, came].map((at) => plain((at / span) * WIDTH, 1));
      return `M${x} ${STRIP}L${end} ${plain(STRIP * (1 - (came - due) / worst), 1)}V${STRIP}z`;
    });
    const shape = `<path fill="${LOOKS.loop.colour}" fill-opacity=".75" d="${teeth.join("")}"/>`;
    return strip(shape, ["loop is late", "loop late"], [`up to ${duration(worst)}`, duration(worst)]);
  }

  function inUse(times, limit, place, span, [name, short]) {
    const changes = counts(times), used = most(changes);
    if (!used) return null;
    const near = used >= 0.75 * limit, top = near ? Math.max(used, limit) : used;
    const steps = changes.map(([at, n]) => `H${plain((at / span) * WIDTH, 1)}V${plain(STRIP * (1 - n / top), 1)}`).join("");
    const dashes = 'stroke="currentColor" stroke-dasharray="4 3" vector-effect="non-scaling-stroke"';
    const edge = near ? `<path d="M0 ${plain(Math.max(STRIP * (1 - limit / top), 0.75))}H${WIDTH}" ${dashes}/>` : "";
    const shape = `<path fill="${LOOKS[place].colour}" fill-opacity=".75" d="M0 ${STRIP}${steps}V${STRIP}z"/>${edge}`;
    return strip(shape, [name, short], [`up to ${used} of ${limit}`, `${used} of ${limit}`]);
  }

  function strips(view, span) {
    return [
      lateness(view, span),
      inUse(spans(view.lanes, "thread"), view.tokens, "thread", span, ["threads in use", "threads"]),
      inUse(present(view.lanes, "apart"), view.processes, "await", span, ["processes in use", "processes"]),
    ].filter(Boolean);
  }

  // The drawing of a run.

  function stacked(parts, gap = 8) {
    let y = 0;
    const body = parts.map((part) => {
      const moved = y ? `<g transform="translate(0 ${plain(y)})">${part.body}</g>` : part.body;
      y += part.height + gap;
      return moved;
    });
    return { body: body.join(""), height: Math.max(0, y - gap) };
  }

  /** Parts below each other, a grid behind them and the times of its lines under it. */
  function plotted(parts, span) {
    const inner = stacked(parts);
    const lines = ticks(span).map(([at]) => `<line x1="${across(at, span)}" x2="${across(at, span)}" y1="0" y2="${plain(inner.height + 4)}" class="ub-grid" stroke="currentColor" stroke-opacity=".16"/>`);
    const texts = ticks(span).map(([at, words]) => text(words, { x: across(at, span), y: inner.height + 16 }));
    return { body: `${lines.join("")}${inner.body}<g class="ub-dim" text-anchor="middle">${texts.join("")}</g>`, height: inner.height + 20 };
  }

  const headed = (words, short, part) =>
    stacked([{ body: named(words, short, { y: 13, extra: 'font-weight="600"' }).replaceAll('x="-8"', 'x="0"').replaceAll('text-anchor="end"', ""), height: 16 }, part]);

  function panel(view, span) {
    const lanes = view.lanes, name = (lane) => [who(lane, view), view.workers > 1 ? `${lane.number}, w ${lane.worker}` : `${lane.number}`];
    if (lanes.length <= FULL) return plotted([full(lanes, view, { span, name }), ...strips(view, span)], span);
    if (lanes.length <= THIN) return plotted([thin(view, span), ...strips(view, span)], span);
    const few = picked(lanes), longest = Math.max(...few.map((one) => one.lane.done));
    const some = plotted([full(few.map((one) => one.lane), view, { span: longest, name: (_, n) => few[n].words })], longest);
    return stacked([
      headed("Requests at each place, over time", "Requests at each place", plotted([area(view, span), ...strips(view, span)], span)),
      headed("Some of them, each from the moment it was due", "Some, each from its own start", some),
    ]);
  }

  // Words.

  /** The line of numbers under a picture, as the course writes it. */
  function said(view) {
    const { lanes, figures: f } = view, high = lanes.length >= 20 ? `95th percentile ${duration(f.p95)}, ` : "";
    const speed = lanes.length === 1 ? `after ${duration(f.slowest)}` : `median ${duration(f.median)}, ${high}slowest ${duration(f.slowest)}`;
    return `${capital(counted(lanes.length, "request"))}, ${number(lanes.length)} answered; ${speed}; ${rate(f.throughput)} answers a second.`;
  }

  /** What the picture shows, for those who do not see it. */
  function description(view) {
    const spent = view.places.map((place) => [place, view.lanes.reduce((sum, lane) => sum + at(lane, place), 0)]);
    const total = spent.reduce((sum, [, ms]) => sum + ms, 0) || 1;
    const parts = spent.filter(([, ms]) => ms >= total / 50).sort((a, b) => b[1] - a[1])
      .map(([place, ms]) => `${LOOKS[place].name} ${Math.round((100 * ms) / total)} %`);
    return `${view.title ? `${view.title}. ` : ""}${said(view)} Where their time went: ${parts.join(", ")}.`;
  }

  const at = (lane, place) => lane.pieces.reduce((sum, piece) => sum + (piece.place === place ? piece.end - piece.start : 0), 0);

  function table(view) {
    const head = ["customer", ...(view.workers > 1 ? ["worker"] : []), "due", "took", ...view.places.map((place) => LOOKS[place].name)];
    const cells = (lane) => [lane.number, ...(view.workers > 1 ? [lane.worker] : []), duration(lane.due), duration(lane.done - lane.due),
      ...view.places.map((place) => (at(lane, place) ? duration(at(lane, place)) : ""))];
    const rows = view.lanes.map((lane) => `<tr>${cells(lane).map((cell) => `<td class="ub-n">${escaped(cell)}</td>`).join("")}</tr>`);
    return `<table class="ub-table"><thead><tr>${head.map((cell) => `<th scope="col" class="ub-n">${escaped(cell)}</th>`).join("")}</tr></thead><tbody>${rows.join("")}</tbody></table>`;
  }

  /** A run made ready to be drawn: what several parts of the picture ask for. */
  function view({ title, lanes, figures, tokens, processes, workers, lag = late(lanes) }) {
    const span = Math.max(1e-3, ...lanes.map((lane) => Math.max(lane.done, ...lane.pieces.map((piece) => piece.end))));
    const places = Object.keys(LOOKS).filter((place) => lanes.some((lane) => lane.pieces.some((piece) => piece.place === place && seen(piece, span))));
    return { title, lanes, figures, tokens, processes, workers, span, places, late: lag };
  }

  function swatch(place) {
    const tall = 14 * LOOKS[place].tall;
    return `<svg width="18" height="14" style="height:14px" aria-hidden="true"><rect y="${plain(7 - tall / 2)}" width="18" height="${plain(tall)}" rx="2.5" fill="${fill(place)}"/></svg>`;
  }

  /** Pixels on both sides for names and times: `[wide left, wide right, narrow left, narrow right]`. */
  function room(views, span) {
    const right = (drawn) => Math.max(20, ...views.flatMap((one) => one.lanes.length > THIN ? [62] : one.lanes.length > FULL ? []
      : one.lanes.map((lane) => 62 - (1 - lane.done / span) * drawn)));
    const short = views.some((one) => one.workers > 1 && one.lanes.length <= FULL);
    return [views.some((one) => one.workers > 1) ? 152 : 112, right(540), short ? 74 : 66, right(190)].map(Math.round);
  }

  /** The figure: each run's drawing on one scale, the line of numbers under it, legend, and the numbers as a table. */
  function figure(views) {
    const span = Math.max(...views.map((one) => one.span)), places = Object.keys(LOOKS).filter((p) => views.some((one) => one.places.includes(p)));
    const [left, right, narrowLeft, narrowRight] = room(views, span);
    const runs = views.map((one) => {
      const drawn = panel(one, span);
      const svg = `<svg class="ub-plot" width="100%" height="${plain(drawn.height)}" style="height:${plain(drawn.height)}px" font-size="12" fill="currentColor" role="img" aria-label="${escaped(description(one))}">${drawn.body}</svg>`;
      return `<div class="ub-run">${escaped(one.title)}</div>${svg}<p class="ub-said">${escaped(said(one))}</p>`;
    });
    const key = places.map((place) => `<span>${swatch(place)}${LOOKS[place].name}</span>`).join("");
    const tables = views.map((one) => `<p class="ub-said">${escaped(description(one))}</p><div class="ub-scroll" tabindex="0" role="region" aria-label="${escaped(one.title || "This model")}: numbers">${table(one)}</div>`);
    const style = `--ub-l:${left}px;--ub-r:${right}px;--ub-ln:${narrowLeft}px;--ub-rn:${narrowRight}px`;
    return `<figure class="ub" style="${style}">${patterns(places)}${runs.join("")}<div class="ub-key">${key}</div>`
      + `<details class="pg-numbers"><summary>The numbers, as a table</summary>${tables.join("")}</details></figure>`;
  }

  Object.assign(globalThis.UnblockedPlayground, { LOOKS, capital, counted, duration, escaped, figure, number, rate, ticks, view });
})();
