// The hand on the number: an input's value is dragged, typed, or stepped with the arrow keys, on
// its card.

import { full } from "../numbers/numeral.js";
import { parsed, stepped, stepsOf } from "../numbers/typed.js";
import { follow, make, within } from "../parts/dom.js";
/** @import { Picture } from "../picture/picture.js" */

const PIXELS_A_STEP = 2; // of a drag
const SLACK = 3; // how far a click may slip
const CARD = 58; // pixels that a card is high
const LINE = 20; // and its heading, and its number

export class Hands {
  /**
   * @param {HTMLElement} stage
   * @param {(input: number, value: number) => void} set
   */
  constructor(stage, set) {
    this.stage = stage;
    this.set = set;
    /** @type {{g: SVGGElement, label: string, span: Span | null}[]} */
    this.cards = [];
    this.run = /** @type {() => Run | null} */ (() => null);
    this.editor = make("input", "gv-editor", {
      type: "text",
      inputmode: "decimal",
      autocomplete: "off",
      spellcheck: "false",
    });
    this.editor.hidden = true;
    this.editor.addEventListener("keydown", (event) => this.key(event));
    this.editor.addEventListener("blur", () => this.close(true));
    stage.append(this.editor);
    this.input = -1; // whose number is being typed
    this.before = NaN;
    this.dragging = this.sideways = false;
  }

  /**
   * Make the inputs' cards of a picture draggable.
   * @param {Picture} picture
   * @param {NodeWords[]} nodes
   * @param {() => Run} run
   */
  hold(picture, nodes, run) {
    this.run = run;
    this.cards = nodes.map(({ label, input }, index) => {
      const { g } = picture.nodes[index];
      if (input !== null) this.draggable(g, index, input);
      return { g, label, span: input };
    });
  }

  /**
   * @param {SVGGElement} g
   * @param {number} index
   * @param {Span} span
   */
  draggable(g, index, span) {
    g.classList.add("gv-held");
    g.addEventListener("pointerdown", (event) => this.grasp(event, g, index, span));
    const keep = (/** @type {Event} */ event) => {
      if (this.sideways && event.cancelable) event.preventDefault();
    };
    // Chromium minds no touch-action inside a picture: else a finger that goes sideways scrolls
    g.addEventListener("touchmove", keep, { passive: false });
    g.addEventListener("dblclick", () => this.open(index));
  }

  /**
   * Move an input by some steps.
   * @param {number} index
   * @param {number} steps
   */
  step(index, steps) {
    this.set(index, stepped(this.value(index), steps, this.grain(index)));
  }

  /** @param {number} index */
  value(index) {
    return Number(this.run()?.primals[index]);
  }

  /** @param {number} index */
  grain(index) {
    return this.cards[index]?.span?.grain ?? NaN;
  }

  /**
   * @param {PointerEvent} event
   * @param {SVGGElement} g
   * @param {number} index
   * @param {Span} span
   */
  grasp({ button, pointerId, clientX, clientY }, g, index, { least, most, grain }) {
    if (button !== 0 || this.input === index) return;
    const from = this.value(index);
    const moved = (/** @type {PointerEvent} */ event) => {
      const way = Math.abs(event.clientX - clientX);
      const isDown = way < Math.abs(event.clientY - clientY); // a finger that goes down scrolls
      this.sideways = this.dragging || !isDown;
      if (!this.dragging && (way <= SLACK || isDown)) return;
      if (!this.dragging) g.classList.add("gv-dragged");
      this.dragging = true;
      const steps = Math.round((event.clientX - clientX) / PIXELS_A_STEP);
      const wanted = from + steps * grain * (event.shiftKey ? 0.1 : 1);
      const value = Math.max(Math.min(least, from), Math.min(Math.max(most, from), wanted));
      this.set(index, stepped(value, 0, grain));
    };
    follow(g, pointerId, moved, () => {
      g.classList.remove("gv-dragged");
      this.dragging = this.sideways = false;
    });
  }

  /**
   * Write in place of the number.
   * @param {number} index
   * @param {string} [text]
   */
  open(index, text) {
    if (!Number.isFinite(this.grain(index))) return;
    const { g, label } = this.cards[index];
    const card = within(g, ".gv-card").getBoundingClientRect();
    const frame = this.stage.getBoundingClientRect();
    const scale = card.height / CARD;
    Object.assign(this.editor.style, {
      left: `${card.x - frame.x + this.stage.scrollLeft + 2}px`,
      top: `${card.y - frame.y + LINE * scale}px`,
      width: `${card.width - 4}px`,
      height: `${LINE * scale}px`,
      fontSize: `${12 * scale}px`,
    });
    this.input = index;
    this.before = this.value(index);
    this.editor.value = text ?? full(this.before);
    this.editor.setAttribute("aria-label", label);
    this.editor.setAttribute("aria-invalid", "false");
    this.editor.hidden = false;
    this.editor.focus();
    if (text === undefined) this.editor.select();
  }

  /** @param {boolean} keep */
  close(keep) {
    const index = this.input;
    if (index < 0) return;
    const value = parsed(this.editor.value);
    this.input = -1;
    this.editor.hidden = true;
    if (keep && value !== null && value !== this.before) this.set(index, value);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const index = this.input;
    const steps = stepsOf(event);
    if (steps) {
      event.preventDefault();
      const from = parsed(this.editor.value) ?? this.before;
      const value = stepped(from, steps, this.grain(index));
      this.editor.value = full(value);
      this.before = value;
      this.set(index, value);
    } else if (event.key === "Enter" || event.key === "Escape") {
      event.preventDefault();
      if (event.key === "Enter" && parsed(this.editor.value) === null) {
        this.editor.setAttribute("aria-invalid", "true");
        return;
      }
      this.close(event.key === "Enter");
      this.cards[index]?.g.focus();
    }
  }
}
