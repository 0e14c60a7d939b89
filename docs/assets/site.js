// Names for two parts of the theme that have none: a screen reader says them.
for (const [part, name] of [[".md-search", "Search"], ["#__search", "Search"], ["#__drawer", "Navigation"]]) {
  document.querySelector(part)?.setAttribute("aria-label", name)
}

// The drawings and tables of a large figure are in a file of its own, which its page names: a lesson has up to half a
// megabyte of them. Title, legend, words and height are in the page, so that nothing moves when they come.
(() => {
  const NEAR = "150%" // of the window's height, above and below it: a figure is there before its reader
  const WAITING = "[data-drawing]"
  const figures = new Map() // by the script that was asked for
  const waiting = (place = document) => [...place.querySelectorAll(WAITING)]

  function ask(figure) {
    if ("asked" in figure.dataset) return
    figure.dataset.asked = ""
    const script = Object.assign(document.createElement("script"), { src: figure.dataset.drawing })
    script.onerror = () => tell(figure)
    figures.set(script, figure)
    document.head.append(script)
  }

  // Every drawing's file calls this with what belongs into its figure. A figure that has it is marked no more.
  window.drawn = (parts) => fill(figures.get(document.currentScript), parts)

  function fill(figure, parts) {
    figure.querySelectorAll(".ub-plot, .ub-scroll").forEach((holder, at) => { holder.innerHTML = parts[at] })
    delete figure.dataset.drawing
  }

  // The file cannot be had: say in words what would be seen, as to a reader without JavaScript.
  function tell(figure) {
    figure.dataset.missing = ""
    for (const words of figure.querySelectorAll("noscript")) words.outerHTML = words.textContent
  }

  const near = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) {
      if (isIntersecting) (target.matches(WAITING) ? [target] : waiting(target)).forEach(ask)
    }
  }, { rootMargin: NEAR })

  // In a fold that is closed, nothing has a place: the fold stands for what is in it.
  function watch() {
    for (const figure of waiting()) {
      for (let place = figure; place; place = place.parentElement.closest("details")) near.observe(place)
    }
  }

  const rest = () => waiting().forEach(ask)
  const whenIdle = () => window.requestIdleCallback ? requestIdleCallback(rest, { timeout: 2000 }) : setTimeout(rest)
  const isServed = location.protocol.startsWith("http")

  // `document$` is the theme's: it tells of every page, also of one that comes without loading anew. From a folder all
  // is asked for at once: it costs nothing, and the page has not loaded before it is there.
  document$.subscribe(() => {
    watch()
    if (!isServed) rest()
    else if (document.readyState === "complete") whenIdle()
    else addEventListener("load", whenIdle, { once: true })
  })

  // A printer does not wait, so neither may what is asked for now.
  addEventListener("beforeprint", () => {
    if (isServed) waiting().forEach(fetchNow)
  })

  function fetchNow(figure) {
    const request = new XMLHttpRequest()
    request.open("GET", figure.dataset.drawing, false)
    try { request.send() } catch { return tell(figure) } // there is no server any more
    if (request.status !== 200) return tell(figure)
    new Function("drawn", request.responseText)((parts) => fill(figure, parts))
  }
})()
