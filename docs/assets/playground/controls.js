/** The playground's form: settings from presets, sliders and the page's address; a new picture for each change. */
(() => {
  "use strict";

  const pg = globalThis.UnblockedPlayground;
  const place = document.getElementById("playground");
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");

  /** Name, words, unit, for which routes; the sliders go up to `slide`, the fields up to the model's limit. */
  const NUMBERS = [
    { name: "requests", words: "Requests", slide: 100 },
    { name: "every", words: "One every", unit: "ms", note: "0: all at once", slide: 500 },
    { name: "waits", words: "Each waits", unit: "ms", note: "for a carrier", slide: 1000 },
    { name: "computes", words: "Each computes", unit: "ms", note: "after that", slide: 500 },
    { name: "tokens", words: "Tokens", note: "for def routes", slide: 60, only: ["def"] },
    { name: "processes", words: "Processes", note: "in the pool", slide: 8, only: ["processes"] },
    { name: "workers", words: "Workers", note: "uvicorn processes", slide: 4 },
    { name: "cores", words: "Cores", note: "of the computer", slide: 8 },
  ];

  const state = { settings: pg.sane({}), playing: 0 };
  const $ = (selector) => place.querySelector(selector);
  const all = (selector) => [...place.querySelectorAll(selector)];

  // The form.

  const preset = ({ name, title }) => `<button type="button" class="pg-preset" data-preset="${name}" aria-pressed="false">${pg.escaped(title)}</button>`;

  const kind = ([name, [keyword, words]]) => `<label class="pg-kind"><input type="radio" name="route" value="${name}">
    <span><code>${keyword}</code> ${words}</span></label>`;

  const numberField = ({ name, words, unit = "", note = "" }) => {
    const [least, most] = pg.LIMITS[name], id = `pg-${name}`;
    return `<div class="pg-number" data-for="${name}"><label for="${id}">${words}${note ? ` <span>${note}</span>` : ""}</label>
      <input type="range" name="${name}" aria-label="${words}, slider" min="${least}" max="${NUMBERS.find((n) => n.name === name).slide}" step="${stepOf(name)}">
      <span class="pg-amount"><input type="number" id="${id}" name="${name}" min="${least}" max="${most}" step="any" inputmode="numeric">${unit ? `<i>${unit}</i>` : ""}</span></div>`;
  };
  const stepOf = (name) => pg.LIMITS[name][2];

  function build() {
    place.innerHTML = `
      <div class="pg-presets" role="group" aria-labelledby="pg-from"><span id="pg-from">From the lessons:</span>${pg.presets.map(preset).join("")}</div>
      <form class="pg-form">
        <fieldset class="pg-kinds"><legend>The route</legend>${Object.entries(pg.KINDS).map(kind).join("")}</fieldset>
        <div class="pg-code" tabindex="0" role="region" aria-label="The route's code"></div>
        <div class="pg-numbers-set">${NUMBERS.map(numberField).join("")}</div>
      </form>
      <p class="pg-verdict" role="status" aria-live="polite"></p>
      <dl class="pg-figures"></dl>
      <div class="pg-actions">
        <button type="button" class="pg-play">Play it</button>
        <button type="button" class="pg-copy">Copy a link to this</button>
        <span class="pg-copied" role="status"></span>
      </div>
      <div class="pg-picture"></div>
      <p class="pg-where"></p>`;
  }

  // The run that was recorded for real, if these settings are a preset's.

  /** A preset's settings, with what a request alone took where that was measured. */
  const settingsOf = ({ name, settings }) => pg.sane({ ...settings, ...(pg.recorded.runs[name] || {}).settings });
  const same = (one, other) => Object.keys(one).every((name) => one[name] === other[name]);
  const chosen = () => pg.presets.find((one) => same(settingsOf(one), state.settings));

  function measured() {
    const recorded = chosen() && pg.recorded.runs[chosen().name];
    if (!recorded) return null;
    const piece = ([at, start, end]) => ({ place: at, start, end, label: "" });
    const lanes = recorded.lanes.map((lane, n) => ({ number: n + 1, worker: 1, due: lane.due, done: lane.done, pieces: lane.pieces.map(piece) }));
    return { lanes, late: recorded.late, figures: { ...pg.figures(lanes, state.settings), late: 0 } };
  }

  // The picture and the words.

  function show({ play = false } = {}) {
    if (!state.settings.waits && !state.settings.computes) return showNothing();
    const run = pg.run(state.settings), real = measured();
    const { tokens, processes, workers } = run.settings;
    const limits = { tokens: tokens * workers, processes: processes * workers, workers };
    const views = [pg.view({ title: real ? "This model" : "", ...run, ...limits })];
    if (real) views.push(pg.view({ title: "Measured: the lab, run for real", ...real, lag: real.late, ...limits }));
    const opened = $(".pg-numbers")?.open;
    $(".pg-picture").innerHTML = pg.figure(views);
    $(".pg-numbers").open = Boolean(opened);
    $(".pg-figures").innerHTML = tiles(run, real);
    say(run, real);
    cancelAnimationFrame(state.playing);
    if (play && !still.matches) playFrom(Math.max(...views.map((one) => one.span)));
  }

  function showNothing() {
    cancelAnimationFrame(state.playing);
    for (const part of [".pg-picture", ".pg-figures", ".pg-where"]) $(part).replaceChildren();
    $(".pg-verdict").textContent = "Nobody waits and nobody computes: all are answered at once, and there is nothing to draw.";
  }

  function tiles({ settings, figures: f, waves, peaks, lanes }, real) {
    const tile = (name, value, was) => `<div><dt>${name}</dt><dd>${value}</dd>${was ? `<dd class="pg-was">measured: ${was}</dd>` : ""}</div>`;
    const time = (name, key) => tile(name, pg.duration(f[key]), real && pg.duration(real.figures[key]));
    return [
      tile("answers a second", pg.rate(f.throughput), real && pg.rate(real.figures.throughput)),
      time("median", "median"),
      ...(lanes.length >= 20 ? [time("95th percentile", "p95")] : []),
      ...(lanes.length >= 100 ? [time("99th percentile", "p99")] : []),
      time("slowest", "slowest"),
      ...(settings.every ? [] : [tile(waves.length === 1 ? "wave" : "waves", waves.length)]),
      ...(settings.waits ? [tile("most at the carrier", peaks.upstream)] : []),
    ].join("");
  }

  function say(run, real) {
    const words = `${pg.verdict(run)}<span class="pg-aside"> ${pg.capital(pg.summary(run))}</span>`;
    if ($(".pg-verdict").innerHTML !== words) $(".pg-verdict").innerHTML = words;
    const rows = pg.code(run.settings).map(({ code, place: at, note }, n) =>
      `<span class="pg-line" style="--pg-at:${at ? pg.LOOKS[at].colour : "transparent"}">${n ? "    " : ""}${code}<span class="c">  # ${note}</span></span>`);
    $(".pg-code").innerHTML = `<code>${rows.join("")}</code>`;
    $(".pg-where").innerHTML = real ? origin(chosen()) : "";
  }

  /** Say what was measured, where and when. */
  const origin = ({ name, path, lesson, note = "" }) => `<a href="${lesson}">Read about it in the lesson</a>. Measured: <code>${path}</code> of the lab <code>routes</code>, the fastest of `
    + `${pg.number(pg.recorded.runs[name].of)} runs. ${note} ${pg.recorded.where}. ${pg.recorded.note}`;

  /** Fill in the form what the settings say. */
  function fill() {
    for (const input of all("input[type=radio]")) input.checked = input.value === state.settings.route;
    for (const input of all("input:not([type=radio])")) {
      if (input !== document.activeElement || input.type === "range") input.value = state.settings[input.name];
    }
    for (const { name, only } of NUMBERS) {
      if (only) $(`[data-for=${name}]`).hidden = !only.includes(state.settings.route);
    }
    const now = chosen();
    for (const button of all(".pg-preset")) button.setAttribute("aria-pressed", String(Boolean(now && button.dataset.preset === now.name)));
  }

  function set(settings, { play = false, keep = true } = {}) {
    state.settings = pg.sane(settings);
    fill();
    show({ play });
    if (keep) history.replaceState(null, "", `#${address()}`);
  }

  // The address keeps the settings.

  const address = () => new URLSearchParams(Object.entries(state.settings).map(([name, value]) => [name, String(value)])).toString();

  function addressed() {
    const given = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
    return "route" in given ? given : null;
  }

  async function copy() {
    const link = location.href.replace(/#.*$/, "") + `#${address()}`;
    const said = await navigator.clipboard.writeText(link).then(() => "Copied.", () => "Copy it from the address bar: it keeps these settings.");
    history.replaceState(null, "", `#${address()}`);
    $(".pg-copied").textContent = said;
  }

  // Playing: the picture draws itself, in the time that the run takes if that is not too long.

  function playFrom(span) {
    const began = performance.now(), takes = Math.min(3000, Math.max(600, span));
    const figure = $("figure"), ends = all(".pg-end");
    figure.classList.add("pg-playing");
    const step = (now) => {
      const part = Math.min(1, Math.max(0, now - began) / takes);
      figure.style.setProperty("--pg-hidden", `${100 * (1 - part)}%`);
      for (const end of ends) end.style.visibility = Number(end.dataset.at) <= part * span ? "" : "hidden";
      if (part < 1) state.playing = requestAnimationFrame(step);
      else figure.classList.remove("pg-playing");
    };
    step(began);
  }

  function listen() {
    place.addEventListener("input", ({ target }) => {
      if (target.type === "number" && target.value === "") return;
      if (target.name) set({ ...state.settings, [target.name]: target.value }, { play: target.type === "radio" });
    });
    place.addEventListener("focusout", fill);
    place.addEventListener("submit", (event) => event.preventDefault());
    place.addEventListener("click", ({ target }) => {
      const button = target.closest("button");
      if (!button) return;
      if (button.dataset.preset) set(settingsOf(pg.presets.find((one) => one.name === button.dataset.preset)), { play: true });
      if (button.matches(".pg-play")) show({ play: true });
      if (button.matches(".pg-copy")) copy();
    });
    window.addEventListener("hashchange", () => addressed() && set(addressed(), { keep: false }));
    const motion = () => { $(".pg-play").hidden = still.matches; };
    still.addEventListener("change", motion);
    motion();
  }

  build();
  listen();
  set(addressed() || settingsOf(pg.presets[0]), { play: !addressed(), keep: false });
  place.dataset.ready = "yes";
})();
