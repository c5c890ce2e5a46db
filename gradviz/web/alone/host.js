// What is live in a file, of whatever kind it is: no kernel, no request. What was still gives way
// to it. A page brings the modules of its own kinds, and each of them adds itself here.

import { make, scrolls, within } from "../parts/dom.js";

// what may be wider than a page
const SCROLLED = "pre, .output, .output > div, .wide, .formula, .still";

/** What makes each kind live. @type {Map<string, (given: any, page: HTMLElement) => void>} */
const STARTS = new Map();

/**
 * Say what makes a kind live.
 * @template {PageGiven} Given
 * @param {Given["kind"]} kind
 * @param {(given: Given, page: HTMLElement) => void} show
 */
export function addKind(kind, show) {
  STARTS.set(kind, show);
}

/**
 * @param {PageGiven} given
 * @param {HTMLElement} page
 */
function mount(given, page) {
  const show = STARTS.get(given.kind);
  if (!show) throw new Error(given.kind); // the page brings no module of it
  show(given, page);
}

function start() {
  const state = /** @type {HTMLElement} */ (document.getElementById("gradviz-state"));
  const given = /** @type {PageGiven} */ (JSON.parse(String(state.textContent)));
  const main = /** @type {HTMLElement} */ (document.querySelector("main"));
  const page = make("div", "gv-alone");
  const heading = within(main, "h1");
  main.replaceChildren(heading, page);
  mount(given, page);
  if (given.kind !== "figure") return;
  const { output, nodes } = given.drawings[0].structure;
  heading.textContent = nodes[output].label; // its numbers will be others
}

/**
 * Every figure of a page that holds many: where one stands still is also what makes it live, all
 * but the words, which they share. What fails stands still.
 */
function startAll() {
  const told = /** @type {HTMLElement} */ (document.getElementById("gradviz-words"));
  const words = /** @type {Words[]} */ (JSON.parse(String(told.textContent)));
  for (const place of document.querySelectorAll(".figure")) {
    const { textContent } = within(place, "script");
    const given = /** @type {SharedGiven} */ (JSON.parse(String(textContent)));
    const page = make("div", "gv-alone");
    place.append(page);
    try {
      mount(/** @type {PageGiven} */ ({ ...given, words: words[given.words] }), page);
      place.replaceChildren(page);
    } catch (error) {
      page.remove();
      console.error(error);
    }
  }
  for (const box of document.querySelectorAll(SCROLLED)) scrolls(/** @type {HTMLElement} */ (box));
}

/**
 * As MyST calls it, and whoever else calls modules as anywidget does: one figure, which a model
 * that nobody answers tells of.
 * @param {{model: Pick<Model<{told: PageGiven}>, "get">, el: HTMLElement}} given
 */
function render({ model, el }) {
  const page = el.appendChild(make("div", "gv-alone"));
  mount(model.get("told"), page);
  return () => page.remove();
}

export default { start, startAll, render };
