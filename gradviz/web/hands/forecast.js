// What hands have set and Python has not spoken of yet: the page works out the numbers itself, and
// shows them until Python's own are there, however long that takes; its older answers are passed
// over. If Python is silent, that is said.

import { prepared } from "../numbers/program.js";
import { arrived, runOf, sentOf, unpacked } from "../numbers/run.js";
import { elementsIn } from "../numbers/shapes.js";
import { findSliders, isUnderAHand, numberOf } from "./sliders.js";

const PATIENCE = 3000; // milliseconds of silence

export class Forecast {
  /**
   * @param {Say} say
   * @param {Store<ViewState>} store
   * @param {Structure} structure
   * @param {() => void} show what to do when there is something else to be shown
   */
  constructor(say, store, structure, show) {
    this.say = say;
    this.store = store;
    this.structure = structure;
    this.show = show;
    this.run = /** @type {Run | null} */ (null);
    this.program = /** @type {Prepared | null} */ (null);
    /** At what it was last worked out. @type {(number | ArrayLike<number>)[]} */
    this.there = [];
    this.sent = /** @type {DataView | null} */ (null); // the arrays
    this.arrays = new Float64Array();
    /**
     * By the node, an input.
     * @type {Map<number, {value: number, card: boolean}>}
     */
    this.wanted = new Map();
    this.asked = ""; // the last that Python was asked, until it has dealt with that
    this.timer = 0;
    this.late = this.placing = false;
    /** @type {[number, Slider, () => void][]} */
    this.watched = [];
    this.ended = false;
    findSliders(store, (node, slider) => this.watch(Number(node), slider));
    this.load(structure);
  }

  /**
   * Listen to a slider.
   * @param {number} node
   * @param {Slider} slider
   */
  watch(node, slider) {
    if (this.ended) return;
    const moved = (/** @type {any[]} */ ...given) =>
      this.slid(node, numberOf(slider), given[2]?.byHand);
    const events = ["change:value", "change:beyond"];
    for (const event of events) slider.on(event, moved);
    const stop = () => events.forEach((event) => slider.off(event, moved));
    this.watched.push([node, slider, stop]);
  }

  end() {
    this.ended = true;
    clearTimeout(this.timer);
    for (const [, , stop] of this.watched) stop();
  }

  /**
   * Take another graph.
   * @param {Structure} structure
   */
  load(structure) {
    this.structure = structure;
    const { program, places, shapes } = structure;
    this.program = program && (places ?? shapes) ? prepared(program) : null;
    this.drop();
  }

  /**
   * A slider was moved: by a hand on it or on a card, or by Python, which then has spoken of it.
   * @param {number} node
   * @param {number} value
   * @param {boolean} [byHand]
   */
  slid(node, value, byHand = false) {
    if (this.placing) return;
    if (byHand || isUnderAHand()) this.at(node, value);
    else if (this.wanted.get(node)?.card === false) {
      this.wanted.delete(node);
      this.heard();
      this.show();
    }
  }

  /**
   * A hand has set an input.
   * @param {number} node
   * @param {number} value
   * @param {boolean} [card] whether on its card
   */
  at(node, value, card = false) {
    this.wanted.set(node, { value, card });
    this.work();
    this.wait();
    this.show();
  }

  /**
   * Python was asked for something.
   * @param {string} asked
   */
  ask(asked) {
    this.asked = asked;
    this.wait();
  }

  wait() {
    if (this.late) this.silence();
    else if (!this.timer) this.timer = setTimeout(() => this.silence(), PATIENCE);
  }

  /** The newest numbers that Python sent. */
  answer() {
    const { store, structure } = this;
    return runOf(arrived(store.get("numbers"), store.get("cells"), structure), structure);
  }

  /** Work out the numbers at what is wanted. */
  work() {
    const answer = this.answer();
    const before = this.run;
    this.run = null;
    if (answer === null) return;
    if ([...this.wanted].every(([node, { value }]) => isSame(answer.primals[node], value)))
      this.wanted.clear();
    if (!this.program || !this.wanted.size) return;
    const inputs = this.inputs(answer);
    if (before && isThere(this.there, inputs)) {
      this.run = before;
      return;
    }
    this.there = inputs;
    const numbers = this.program(inputs);
    if (numbers === null) return; // the function decides otherwise there
    this.run = runOf(sentOf(numbers, this.structure), this.structure);
  }

  /**
   * What is wanted, and of other inputs what they are.
   * @param {Run} answer
   * @returns {(number | ArrayLike<number>)[]}
   */
  inputs(answer) {
    // what the answer has not, or not in full
    const others = this.structure.shapes ? this.others() : new Float64Array();
    let place = 0;
    return this.structure.inputs.map((node) => {
      const value = node === null ? null : (this.wanted.get(node)?.value ?? answer.primals[node]);
      if (typeof value === "number") return value;
      const size = value === null ? 1 : elementsIn(value.shape);
      if (value?.elements.length === size) return value.elements;
      place += size;
      return others.subarray(place - size, place);
    });
  }

  /** The arrays that are sent in full; they seldom change. */
  others() {
    const sent = this.store.get("arrays");
    if (sent !== this.sent) {
      this.sent = sent;
      this.arrays = unpacked(sent);
    }
    return this.arrays;
  }

  /** Python has spoken. */
  heard() {
    if (this.asked && this.store.get("answered") === this.asked) {
      this.asked = "";
      for (const [node, { card }] of this.wanted) if (card) this.wanted.delete(node);
    }
    this.work();
    clearTimeout(this.timer);
    this.timer = 0;
    this.late = false;
    if (this.wanted.size || this.asked) this.wait();
  }

  /** Python has spoken of something else: another graph, or an error. */
  drop() {
    this.wanted.clear();
    this.heard();
  }

  silence() {
    this.timer = 0;
    this.work();
    this.late = this.wanted.size > 0 || this.asked !== "";
    this.placing = true; // the sliders of cards, which Python would do
    for (const [node, slider] of this.watched) {
      const wanted = this.wanted.get(node);
      if (wanted?.card && Number.isFinite(wanted.value)) placed(slider, wanted.value);
    }
    this.placing = false;
    this.show();
  }

  /**
   * What to show, now that Python has sent this.
   * @param {Run} answer
   */
  over(answer) {
    return this.run ?? answer;
  }

  /** Whether what is shown is not what was set. */
  get isOld() {
    return this.late && this.wanted.size > 0 && this.run === null;
  }

  /** What to say of it all. */
  get notice() {
    if (!this.late) return "";
    if (this.run) return this.say("page.silence.worked_out");
    return this.say(this.isOld ? "page.silence.old" : "page.silence");
  }
}

/**
 * Whether two numbers are the same, but for the sign of zero, which does not reach Python.
 * @param {Value} one
 * @param {number} other
 */
function isSame(one, other) {
  return one === other || Object.is(one, other);
}

/**
 * Whether inputs are the same as before, to the last bit.
 * @param {(number | ArrayLike<number>)[]} before
 * @param {(number | ArrayLike<number>)[]} inputs
 */
function isThere(before, inputs) {
  return (
    before.length === inputs.length &&
    inputs.every((input, at) => {
      const other = before[at];
      if (typeof input === "number" || typeof other === "number") return Object.is(input, other);
      if (input.length !== other.length) return false;
      for (let i = 0; i < input.length; i++) if (!Object.is(input[i], other[i])) return false;
      return true;
    })
  );
}

/**
 * Move a slider, and its ends if they are in the way.
 * @param {Slider} slider
 * @param {number} value
 */
function placed(slider, value) {
  if (value > slider.get("max")) slider.set("max", value);
  if (value < slider.get("min")) slider.set("min", value);
  slider.set("value", value);
}
