// A figure, a race or a plot in a file: no kernel, no request. What was still gives way to what is
// live.

import { Race } from "../figure/race.js";
import { View } from "../figure/view.js";
import { Ranges } from "../hands/ranges.js";
import { make, scrolls, within, written } from "../parts/dom.js";
import { speaker } from "../words.js";
import { Answers, bytesOf } from "./answers.js";
import { startPlot } from "./plot.js";
import { ask } from "./questions.js";
import { Alone } from "./store.js";

const SCROLLED = "pre, .output, .wide, .formula, .still"; // what may be wider than a page

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

/**
 * @param {PageGiven} given
 * @param {HTMLElement} page
 */
function mount(given, page) {
  if (given.kind === "question") ask(given, page);
  else if (given.kind === "race") startRace(given, page);
  else if (given.kind === "plot") startPlot(given, page);
  else startFigure(given, page);
}

/**
 * @param {RaceGiven} given
 * @param {HTMLElement} page
 */
function startRace(given, page) {
  new Race(new Alone({ ...given, painted: true }), page.appendChild(make("div", "")));
}

/**
 * @param {FigureGiven} given
 * @param {HTMLElement} page
 */
function startFigure(given, page) {
  const say = speaker(given.words);
  const [drawing] = given.drawings;
  /** @type {ViewState} */
  const state = {
    words: given.words,
    structure: Answers.shown(drawing),
    numbers: bytesOf(given.numbers),
    arrays: bytesOf(""),
    message: "",
    step: given.step,
    selected: "",
    nudges: {},
    wrong: given.wrong,
    closed: [],
    hand: {},
    asked: "",
    answered: "",
    painted: true,
    code: drawing.code,
    part: [],
    opened: [],
    element: "",
    code_open: given.code_open,
    sliders: tiedIn(given, drawing.structure),
    old: false,
  };
  const store = new Alone(state);
  const answers = new Answers(say, store, given);
  store.put({ closed: answers.numbered() });
  const valueOf = (/** @type {number} */ input) => Number(answers.values[input]);
  const set = (/** @type {number[]} */ inputs, /** @type {number} */ value) =>
    answers.set(inputs, value);
  const ranges = new Ranges(say, given.sliders, set, valueOf);
  answers.moved = () => ranges.show();
  const notes = [...(given.held ? [say("page.alone.held")] : []), ...needs(say, given)];
  const element = make("div", "");
  page.append(ranges.element, ...notes.map((note) => written("p", "gv-alone-note", note)), element);
  const view = new View(store, element);
  const watch = new MutationObserver(() => mark(say, view, answers)); // another picture
  watch.observe(view.stage.element, { childList: true });
  mark(say, view, answers);
}

/**
 * What a page that can't be moved would need.
 * @param {Say} say
 * @param {FigureGiven} given
 */
function needs(say, given) {
  return given.can_move || given.held ? [] : [say("page.alone.needs_python")];
}

/**
 * The sliders by the node that each moves: which inputs are tied.
 * @param {FigureGiven} given
 * @param {Structure} structure
 */
function tiedIn({ sliders }, { inputs }) {
  /** @type {Record<string, string>} */
  const found = {};
  sliders.forEach((slider, at) => {
    for (const input of slider.inputs) {
      const node = inputs[input];
      if (node !== null) found[node] = String(at);
    }
  });
  return found;
}

/**
 * Grey what only Python could open or close, and say so.
 * @param {Say} say
 * @param {View} view
 * @param {Answers} answers
 */
function mark(say, view, answers) {
  const { svg } = view.stage.picture;
  view.reasons.opener.disabled = true;
  view.reasons.opener.title = say("page.alone.arrays");
  const parts = svg.querySelectorAll(".gv-block, .gv-node[data-block], .gv-node[data-box]");
  for (const part of /** @type {NodeListOf<SVGElement>} */ (parts)) {
    const { block, box } = part.dataset;
    const can =
      box === undefined
        ? block !== undefined && answers.canToggle(Number(block))
        : answers.canEnter(Number(box));
    part.classList.toggle("gv-fixed", !can);
    const handle = part.matches(".gv-block") ? part.querySelector("text") : part;
    if (can) handle?.removeAttribute("aria-disabled");
    else handle?.setAttribute("aria-disabled", "true");
  }
}

export default { start, startAll, render };
