// The few things that the views need of the DOM. Text gets into the page by `textContent` only.

/** The element of an id, of the given type. */
export function byId<T extends Element>(id: string, type: new () => T): T {
  return checked(document.getElementById(id), type, `#${id}`);
}

/** The element with `data-part="name"` below another one. */
export function part<T extends Element = HTMLElement>(root: ParentNode, name: string, type?: new () => T): T {
  return checked(root.querySelector(`[data-part="${name}"]`), type ?? (HTMLElement as unknown as new () => T), name);
}

/** The field with a name in a form. */
export function field(form: HTMLFormElement, name: string): HTMLInputElement {
  return checked(form.elements.namedItem(name), HTMLInputElement, name);
}

/** A new copy of a template's content. */
export function fromTemplate(id: string): DocumentFragment {
  return document.importNode(byId(id, HTMLTemplateElement).content, true);
}

/** A new element with a text. */
export function element<K extends keyof HTMLElementTagNameMap>(tag: K, text = ""): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

/** A picture of `art.svg`. */
export function art(name: string): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `/art.svg#${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

/** Fills a definition list; entries without a value are left out. */
export function fillList(
  list: HTMLElement,
  entries: readonly (readonly [term: string, value: string | undefined])[],
): void {
  list.replaceChildren(
    ...entries.flatMap(([term, value]) => (value ? [element("dt", term), element("dd", value)] : [])),
  );
}

function checked<T>(found: unknown, type: new () => T, name: string): T {
  if (found instanceof type) return found;
  throw new Error(`the page has no ${name}`);
}
