// Names for two parts of the theme that have none: a screen reader says them.
for (const [part, name] of [[".md-search", "Search"], ["#__search", "Search"], ["#__drawer", "Navigation"]]) {
  document.querySelector(part)?.setAttribute("aria-label", name)
}
