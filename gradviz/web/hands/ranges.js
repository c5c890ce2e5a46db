// The sliders of a page's own: a track, and the number beside it, which can be typed and stepped.

import { full, numeral } from "../numbers/numeral.js";
import { parsed, stepped, stepsOf } from "../numbers/typed.js";
import { make, written } from "../parts/dom.js";
import { placeOf, stepsIn, valueAt } from "./places.js";

export class Ranges {
  /**
   * @param {Say} say
   * @param {Track[]} ranges
   * @param {(inputs: number[], value: number) => void} set
   * @param {(input: number) => number} valueOf
   */
  constructor(say, ranges, set, valueOf) {
    this.set = set;
    this.valueOf = valueOf;
    const named = { role: "group", "aria-label": say("page.alone.inputs") };
    this.element = make("div", "gv-ranges", named);
    this.element.hidden = ranges.length === 0;
    // one width for all names: so the tracks stand under one another
    const widest = Math.max(0, ...ranges.map(({ label }) => charactersOf(label)));
    this.element.style.setProperty("--gv-names", `${widest + 1}ch`);
    this.rows = ranges.map((range) => this.row(say, range));
    this.show();
  }

  /**
   * @param {Say} say
   * @param {Track} range
   */
  row(say, range) {
    const { label, inputs } = range;
    const ends = { min: "0", max: String(stepsIn(range)), step: "1" };
    const track = make("input", "gv-track-of-input", { type: "range", ...ends });
    const number = make("input", "gv-readout", {
      type: "text",
      inputmode: "decimal",
      autocomplete: "off",
      spellcheck: "false",
      "aria-label": say("page.alone.number", { name: label }),
    });
    const row = make("div", "gv-range");
    const name = written("span", "gv-range-name", label, { title: label });
    track.setAttribute("aria-label", label);
    row.append(name, track, number);
    this.element.append(row);
    track.addEventListener("input", () => this.set(inputs, valueAt(range, Number(track.value))));
    number.addEventListener("focus", () => {
      number.value = full(this.valueOf(inputs[0]));
      number.select();
    });
    number.addEventListener("blur", () => this.typed(range, number));
    number.addEventListener("keydown", (event) => this.key(event, range, number));
    return { range, track, number };
  }

  /**
   * Take what was typed; what is no number is left.
   * @param {Track} range
   * @param {HTMLInputElement} number
   */
  typed({ inputs }, number) {
    const value = parsed(number.value);
    const before = this.valueOf(inputs[0]);
    if (value !== null && !Object.is(value, before)) this.set(inputs, value);
    number.value = numeral(this.valueOf(inputs[0]));
  }

  /**
   * @param {KeyboardEvent} event
   * @param {Track} range
   * @param {HTMLInputElement} number
   */
  key(event, range, number) {
    const { inputs, grain, base } = range;
    const steps = stepsOf(event);
    if (steps) {
      const from = parsed(number.value) ?? this.valueOf(inputs[0]);
      const to =
        base === null
          ? stepped(from, steps, grain)
          : valueAt(range, Math.max(0, placeOf(range, from) + steps));
      this.set(inputs, to);
      number.value = full(this.valueOf(inputs[0]));
    } else if (event.key === "Enter") {
      this.typed(range, number);
      number.value = full(this.valueOf(inputs[0]));
      number.select();
    } else if (event.key === "Escape") {
      number.value = full(this.valueOf(inputs[0]));
      number.select();
    } else return;
    event.preventDefault();
  }

  /** Stand where the inputs are. */
  show() {
    for (const { range, track, number } of this.rows) {
      const value = this.valueOf(range.inputs[0]);
      const text = numeral(value);
      track.value = String(placeOf(range, value));
      track.setAttribute("aria-valuetext", text);
      if (!number.matches(":focus")) number.value = text;
    }
  }
}

/**
 * About how wide a name is: letters such as those of Chinese are twice as wide as others.
 * @param {string} name
 */
function charactersOf(name) {
  return [...name].reduce((width, letter) => width + (letter > "\u2e80" ? 2 : 1), 0);
}
