const SVG = "http://www.w3.org/2000/svg";

export const ICONS = {
  first: "M3 2h2v12H3zM13 2v12L6 8z",
  back: "M11 2v12L4 8z",
  play: "M4 2l9 6-9 6z",
  pause: "M3 2h4v12H3zM9 2h4v12H9z",
  forward: "M5 2v12l7-6z",
  last: "M11 2h2v12h-2zM3 2v12l7-6z",
};

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} kind
 * @param {Record<string, string>} attributes
 */
export function make(tag, kind, attributes = {}) {
  const element = document.createElement(tag);
  element.className = kind;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/**
 * @param {string} path
 * @returns {SVGSVGElement}
 */
export function icon(path) {
  const svg = document.createElementNS(SVG, "svg");
  const shape = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}

/**
 * Let a box be scrolled by keyboard while what is in it is wider than it, be it that fonts come
 * late.
 * @param {HTMLElement} box
 */
export function scrolls(box) {
  const watch = new ResizeObserver(() => {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  });
  for (const each of [box, ...box.children]) watch.observe(each);
}
