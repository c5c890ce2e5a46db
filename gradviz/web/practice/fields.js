// Where one types: a field over each blank of a picture, in the order of the blanks.

import { make } from "../parts/dom.js";

const LONGEST_TYPED = 500; // characters
const SIGN_OF = { value: "", local: "∂ ", gradient: "" };

/**
 * @typedef FieldActs
 * @property {(at: number, text: string) => void} answer
 * @property {(at: number) => void} hint
 * @property {(at: number) => void} enter
 * @property {() => void} leave
 */

export class Fields {
  /**
   * @param {Say} say
   * @param {HTMLElement} sheet around the picture, and as large
   * @param {Blank[]} blanks
   * @param {number[]} size of the picture
   * @param {FieldActs} acts what to do when a person answers, asks for a hint, comes there,
   * or leaves for the buttons
   */
  constructor(say, sheet, blanks, [width, height], acts) {
    this.blanks = blanks;
    this.acts = acts;
    /** What was judged last, so that it is not judged again. @type {string[]} */
    this.judged = blanks.map(() => "");
    this.inputs = blanks.map(({ kind, count, words, field: [left, top, wide, high] }, at) => {
      const label = say("page.practice.numbers", { n: count, blank: words });
      const input = make("input", `gv-blank gv-blank-${kind}`, {
        ...{ type: "text", autocomplete: "off", autocapitalize: "off", spellcheck: "false" },
        ...{ enterkeyhint: "done", maxlength: String(LONGEST_TYPED), "aria-label": label },
        ...{ placeholder: SIGN_OF[kind] + Array(count).fill("?").join(", "), title: label },
      });
      const percent = (/** @type {number} */ part, /** @type {number} */ of) =>
        `${(100 * part) / of}%`;
      Object.assign(input.style, {
        ...{ left: percent(left, width), top: percent(top, height) },
        ...{ width: percent(wide, width), height: percent(high, height) },
      });
      input.addEventListener("keydown", (event) => this.press(event, at));
      input.addEventListener("focus", () => {
        input.scrollIntoView({ block: "nearest", inline: "center" });
        acts.enter(at);
      });
      input.addEventListener("blur", () => this.leave(at));
      sheet.append(input);
      return input;
    });
  }

  /**
   * @param {KeyboardEvent} event
   * @param {number} at
   */
  press(event, at) {
    if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      this.answer(at);
    } else if (event.key === "?") {
      event.preventDefault();
      this.acts.hint(at);
    } else if (event.key === "Escape") this.acts.leave();
  }

  /**
   * A field is left: what was typed and not judged yet is judged.
   * @param {number} at
   */
  leave(at) {
    const { value } = this.inputs[at];
    if (value.trim() && value !== this.judged[at] && !this.inputs[at].hidden) this.answer(at);
  }

  /** @param {number} at */
  answer(at) {
    this.judged[at] = this.inputs[at].value;
    this.acts.answer(at, this.judged[at]);
  }

  /**
   * Show what became of each blank; tells from which, now found, the focus was taken, or -1.
   * @param {BlankState[]} states
   * @param {string} described the id of what is said of a blank
   * @param {number} told of this one
   * @param {Element | null} focused
   */
  show(states, described, told, focused) {
    let left = -1;
    states.forEach(({ found, mood }, at) => {
      const input = this.inputs[at];
      if (found && input === focused) left = at;
      input.hidden = found !== "";
      input.setAttribute("aria-invalid", String(mood === "wrong" || mood === "unread"));
      if (at === told) input.setAttribute("aria-describedby", described);
      else input.removeAttribute("aria-describedby");
    });
    return left;
  }

  /**
   * The next field after one that is still open; -1 if there is none.
   * @param {number} at
   */
  after(at) {
    const open = this.inputs.flatMap(({ hidden }, place) => (hidden ? [] : [place]));
    return open.find((place) => place > at) ?? open[0] ?? -1;
  }
}
