// What is said under the picture, and what can be asked there; and the picture in words.

import { formulaText } from "../formulas/formula.js";
import { formulaElement } from "../formulas/mathml.js";
import { numeral } from "../numbers/numeral.js";
import { make, written } from "../parts/dom.js";
import { around } from "../words.js";
import { resultOf } from "./known.js";

/** What was said of a blank, and the buttons of the one where one is. */
export class Panel {
  /**
   * @param {Say} say
   * @param {Blank[]} blanks
   * @param {string} id
   * @param {(what: "hint" | "show") => void} ask
   * @param {() => void} back what leads back to the blank
   */
  constructor(say, blanks, id, ask, back) {
    this.say = say;
    this.blanks = blanks;
    this.shown = "";
    this.said = make("div", "gv-said", { id, role: "status", tabindex: "-1" });
    this.of = make("p", "gv-of", { id: `${id}-of` });
    const [hint, show] = /** @type {const} */ (["hint", "show"]).map((what) => {
      const attributes = { type: "button", "aria-describedby": this.of.id };
      const button = written("button", "gv-button", say(`page.practice.${what}`), attributes);
      button.addEventListener("click", () => ask(what));
      return button;
    });
    hint.setAttribute("aria-keyshortcuts", "?");
    this.hint = hint;
    this.asks = make("div", "gv-asks");
    this.asks.append(hint, show, this.of);
    this.asks.addEventListener("keydown", ({ key }) => {
      if (key === "Escape") back();
    });
    // no landmark: a page may have many
    const attributes = { role: "group", "aria-label": say("page.practice.said") };
    this.element = make("div", "gv-tell", attributes);
    this.element.append(this.said, this.asks);
  }

  /**
   * @param {BlankState[]} states
   * @param {number} told which blank was spoken of last; -1 if none was
   * @param {number} here the blank where one is
   * @param {Run} run as far as it is known
   */
  show(states, told, here, run) {
    const { say, blanks } = this;
    const { open, ...counts } = resultOf(states);
    const start = written("p", "", say("page.practice.start"));
    const lines = told < 0 ? [start] : this.spoken(blanks[told], states[told], run);
    if (!open) lines.push(written("p", "gv-result", say("practice.result", { ...counts, open })));
    const text = lines.map(({ textContent }) => textContent).join("\n");
    if (text !== this.shown) this.said.replaceChildren(...lines); // or it would be said again
    this.shown = text;
    this.said.dataset.mood = states[told]?.mood ?? "";
    this.asks.hidden = open === 0;
    this.of.textContent = blanks[here].words;
    this.of.hidden = here === told; // it stands above
  }

  /**
   * @param {Blank} blank
   * @param {BlankState} state
   * @param {Run} run
   */
  spoken(blank, { found, says }, run) {
    const line = make("p", "gv-reply");
    const [before, after] = around(says);
    line.append(before);
    const formula = found ? blank.line : (blank.hint ?? blank.line);
    if (after !== undefined) line.append(formulaElement(formula, run), after);
    return [written("p", "gv-of", blank.words), line];
  }

  /** Python has not answered. */
  silence() {
    this.shown = "";
    this.said.replaceChildren(written("p", "", this.say("page.practice.silence")));
  }
}

/**
 * A figure in words, for who does not see it: its cards and wires, one after another.
 * @param {Say} say
 * @param {Structure} structure
 * @param {Run} run as far as it is known
 */
export function inWords(say, { nodes, edges }, run) {
  const cards = nodes.map(({ value }, at) => {
    const gradient = say("page.practice.gradient", { gradient: numeral(run.adjoints[at]) });
    return `${formulaText(value, run)}; ${gradient}`;
  });
  const wires = edges.map(({ from, to }, at) =>
    say("page.practice.wire", {
      source: nodes[from].label,
      target: nodes[to].label,
      local: numeral(run.locals[at]),
    }),
  );
  return [...cards, ...wires].map((text) => written("li", "", text));
}
