// A figure in a page alone: its sliders, what answers it, and what it would need Python for.

import { View } from "../figure/view.js";
import { Ranges } from "../hands/ranges.js";
import { bytesOf } from "../numbers/run.js";
import { make, written } from "../parts/dom.js";
import { speaker } from "../words.js";
import { Answers } from "./answers.js";
import { addKind } from "./host.js";
import { Alone } from "./store.js";

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
    wrt: given.wrt,
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
  return canMove(given) ? [] : [say("page.alone.needs_python")];
}

/** @param {FigureGiven} given */
function canMove(given) {
  return given.can_move || given.held !== null;
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
 * Grey what only Python could open or close, and say so; what only Python could move looks fixed.
 * @param {Say} say
 * @param {View} view
 * @param {Answers} answers
 */
function mark(say, view, answers) {
  const { svg } = view.stage.picture;
  if (!canMove(answers.given))
    for (const card of svg.querySelectorAll(".gv-held")) card.classList.remove("gv-held");
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

addKind("figure", startFigure);
