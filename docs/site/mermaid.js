// Draws the diagrams of a page, in the colours of the theme, and again when the theme changes.
//
// The library is large: it is loaded only by pages that have a diagram.
(() => {
  const diagrams = [...document.querySelectorAll("pre.mermaid")];
  if (diagrams.length === 0) return;
  const sources = diagrams.map((diagram) => diagram.textContent);
  const isDark = () => ["navy", "coal", "ayu"].some((theme) => document.documentElement.classList.contains(theme));

  let drawn;
  const draw = async () => {
    if (drawn === isDark()) return;
    drawn = isDark();
    diagrams.forEach((diagram, i) => {
      diagram.removeAttribute("data-processed");
      diagram.textContent = sources[i];
    });
    mermaid.initialize({
      startOnLoad: false,
      suppressErrorRendering: true,
      theme: drawn ? "dark" : "default",
      flowchart: { wrappingWidth: 320 },
    });
    await mermaid.run({ nodes: diagrams });
  };

  const library = document.createElement("script");
  library.src = `${path_to_root}mermaid.tiny.js`;
  library.addEventListener("load", async () => {
    await draw();
    new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["class"] });
  });
  document.head.append(library);
})();
