// What Python does in a notebook, a page alone does itself: it judges answers by what each mistake
// gives, as gradviz/exercises/practice/quiz.py does.

import { numeral } from "../numbers/numeral.js";
import { agrees, readAll } from "../numbers/reading.js";
import { PLACE } from "../words.js";

const HINTS = 3;

/** A blank of which nothing was said yet. @returns {BlankState} */
function untouched() {
  return { found: "", tries: 0, hints: 0, mistakes: [], mood: "", says: "", edge: null };
}

export class Judge {
  /**
   * @param {Say} say
   * @param {QuizGiven} quiz
   */
  constructor(say, { given, keys }) {
    this.say = say;
    this.structure = given.structure;
    this.keys = keys;
    this.states = keys.map(untouched);
  }

  /**
   * Do what a person does at a blank.
   * @param {Act} act
   */
  act([, at, what, text]) {
    const state = { ...this.states[at] };
    if (what === "answer") this.answer(state, this.keys[at], text);
    else if (what === "hint") this.hint(state, this.keys[at]);
    else this.show(state);
    this.states = this.states.map((before, place) => (place === at ? state : before));
  }

  /**
   * @param {BlankState} state
   * @param {BlankKey} key
   * @param {string} text
   */
  answer(state, key, text) {
    const { say } = this;
    const typed = readAll(text, key.right.length);
    if ("why" in typed) return spoke(state, "unread", this.unread(typed.why, key.right.length));
    const fit = fitOf(typed, key);
    if (state.found) return this.already(state);
    if (fit.sort === "right") {
      state.found = "right";
      return spoke(state, "right", say("practice.right", { line: PLACE }));
    }
    state.tries++;
    const [wrong] = fit.wrong;
    if (fit.sort !== "mistake") return spoke(state, "wrong", this.wrong(state, key, fit.sort));
    state.mistakes = [...state.mistakes, wrong.mistake];
    spoke(state, "wrong", this.fits(wrong, typed), wrong.edge);
  }

  /**
   * @param {BlankState} state
   * @param {BlankKey} key
   */
  hint(state, key) {
    if (state.found) return this.already(state);
    const hints = [key.question, key.rule, PLACE, this.say("practice.hint.last")];
    spoke(state, "hint", hints[state.hints]);
    state.hints = Math.min(state.hints + 1, HINTS);
  }

  /** @param {BlankState} state */
  show(state) {
    state.found ||= "shown";
    spoke(state, "shown", PLACE);
  }

  /** @param {BlankState} state */
  already(state) {
    spoke(state, "done", this.say("practice.done_already", { line: PLACE }));
  }

  /**
   * What is said to an answer that no mistake explains, or only its sign.
   * @param {BlankState} state
   * @param {BlankKey} key
   * @param {string} sort
   */
  wrong({ tries, mistakes }, key, sort) {
    const isFirst = tries - mistakes.length === 1; // that nothing explains
    const ask = sort === "sign" ? key.sign : isFirst ? key.question : key.again;
    return this.say("practice.wrong", { ask });
  }

  /**
   * What is said to an answer that fits one mistake.
   * @param {Wrong} wrong
   * @param {TypedNumber[]} typed
   */
  fits({ mistake, edge }, typed) {
    const { say } = this;
    const { nodes, edges } = this.structure;
    const ends = { source: nodes[edges[edge].from].label, target: nodes[edges[edge].to].label };
    const said = typed.map(({ number }) => numeral(number)).join(", ");
    const number = typed.length === 1 ? said : `(${said})`;
    const [made, next] = ["mistake", "next"].map((part) => `practice.${part}.${mistake}`);
    const fits = say(/** @type {TextId} */ (made), { number, ...ends });
    return say("practice.fits", { fits, ask: say(/** @type {TextId} */ (next), ends) });
  }

  /**
   * @param {UnreadNumber["why"]} why
   * @param {number} n
   */
  unread(why, n) {
    const isOfCount = why === "several" || (why === "number" && n > 1);
    if (!isOfCount) return this.say(`practice.unread.${why}`);
    const example = `(${Array.from({ length: n }, (_, at) => at + 1).join(", ")})`;
    return this.say("practice.unread.several", { n, example });
  }
}

/**
 * @param {BlankState} state
 * @param {BlankState["mood"]} mood
 * @param {string} says
 * @param {number | null} edge
 */
function spoke(state, mood, says, edge = null) {
  Object.assign(state, { mood, says, edge });
}

/**
 * What an answer fits: the right number, what mistakes would give, or nothing known.
 * @param {TypedNumber[]} typed
 * @param {BlankKey} key
 * @returns {{sort: "right" | "mistake" | "several" | "sign" | "unknown", wrong: Wrong[]}}
 */
function fitOf(typed, key) {
  const are = (/** @type {number[]} */ numbers) =>
    typed.length === numbers.length && typed.every((each, at) => agrees(each, numbers[at]));
  if (are(key.right)) return { sort: "right", wrong: [] };
  const wrong = key.wrong.filter(({ numbers }) => are(numbers));
  if (wrong.length) {
    const isOne = new Set(wrong.map(({ mistake }) => mistake)).size === 1;
    return { sort: isOne ? "mistake" : "several", wrong };
  }
  const isTurned = are(key.right.map((number) => -number));
  return { sort: isTurned ? "sign" : "unknown", wrong };
}
