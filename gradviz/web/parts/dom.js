// Elements of the page.

export const SVG = "http://www.w3.org/2000/svg";
export const ICONS = {
  first: "M3 2h2v12H3zM13 2v12L6 8z",
  back: "M11 2v12L4 8z",
  play: "M4 2l9 6-9 6z",
  pause: "M3 2h4v12H3zM9 2h4v12H9z",
  forward: "M5 2v12l7-6z",
  last: "M11 2h2v12h-2zM3 2v12l7-6z",
  close: "M4 3l4 4 4-4 1 1-4 4 4 4-1 1-4-4-4 4-1-1 4-4-4-4z",
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
 * An element with a text.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} kind
 * @param {string} text
 * @param {Record<string, string>} attributes
 */
export function written(tag, kind, text, attributes = {}) {
  const element = make(tag, kind, attributes);
  element.textContent = text;
  return element;
}

/**
 * A button that is named by its label, in whatever language that is.
 * @param {string} kind a class besides its own
 * @param {string} label
 * @param {() => void} act
 * @param {(Node | string)[]} content
 */
export function button(kind, label, act, ...content) {
  const element = make("button", `gv-button ${kind}`.trim(), { type: "button" });
  setName(element, label);
  element.append(...content);
  element.addEventListener("click", act);
  return element;
}

/**
 * Name an element, for ears and under pointers.
 * @param {HTMLElement} element
 * @param {string} label
 */
export function setName(element, label) {
  element.setAttribute("aria-label", label);
  element.title = label;
}

/**
 * An element of a picture.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number>} attributes
 * @param {(Node | string)[]} content
 */
export function drawn(tag, attributes = {}, ...content) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...content);
  return element;
}

/** @param {string} path */
export function icon(path) {
  const shape = drawn("path", { d: path });
  return drawn("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, shape);
}

/**
 * A part of an element that is always there.
 * @param {Element | Document} element
 * @param {string} selector
 */
export function within(element, selector) {
  return /** @type {Element} */ (element.querySelector(selector));
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

const ENDS = /** @type {const} */ (["pointerup", "pointercancel", "lostpointercapture"]);

/**
 * Follow a pointer that was put down on an element, until it is lifted.
 * @param {HTMLElement | SVGElement} element
 * @param {number} pointer
 * @param {(event: PointerEvent) => void} moved
 * @param {() => void} lifted
 */
export function follow(element, pointer, moved, lifted) {
  const end = () => {
    for (const kind of ENDS) element.removeEventListener(kind, end);
    element.removeEventListener("pointermove", move);
    lifted();
  };
  const move = (/** @type {Event} */ event) => moved(/** @type {PointerEvent} */ (event));
  element.setPointerCapture(pointer);
  element.addEventListener("pointermove", move);
  for (const kind of ENDS) element.addEventListener(kind, end);
}
