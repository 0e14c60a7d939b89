/** Loads the playground on the page that has one. Every page loads this. */
(() => {
  "use strict";
  const home = document.currentScript.src.replace(/[^/]*$/, "");
  if (!document.getElementById("playground")) return;
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: `${home}playground.css` }));
  for (const name of ["model", "picture", "words", "presets", "recorded", "controls"]) {
    document.head.append(Object.assign(document.createElement("script"), { src: `${home}${name}.js`, async: false }));
  }
})();
