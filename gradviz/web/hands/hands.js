// The hand on the number: an input's value is dragged, typed, or stepped with the arrow keys, on its card.

import { full } from "../numbers/numeral.js";
import { parsed, stepped, stepsOf } from "../numbers/typed.js";
import { make } from "../parts/dom.js";
/** @import { Picture } from "../picture/picture.js" */

const PIXELS_A_STEP = 2;

const SLACK = 3; // of a drag; and how far a click may slip

export class Hands {
  /**
   * @param {HTMLElement} stage
   * @param {(input: number, value: number) => void} set
   */
  constructor(stage, set) {
    this.stage = stage;
    this.set = set;
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
    this.input = -1;
    this.dragging = false;
  }

  /**
   * Make the inputs' cards of a picture draggable.
   * @param {Picture} picture
   * @param {NodeWords[]} nodes
   * @param {() => Run} run
   */
  hold(picture, nodes, run) {
    this.picture = picture;
    this.nodes = nodes;
    this.run = run;
    nodes.forEach(({ input }, index) => {
      if (input === null) return;
      const { g } = picture.nodes[index];
      g.classList.add("gv-held");
      g.addEventListener("pointerdown", (event) => this.grasp(event, index));
      g.addEventListener(
        "touchmove",
        (event) => {
          // Chromium minds no touch-action inside a picture
          if (this.dragging && event.cancelable) event.preventDefault();
        },
        { passive: false },
      );
      g.addEventListener("dblclick", () => this.open(index));
    });
  }

  /**
   * @param {number} index
   * @param {number} steps
   */
  moved(index, steps, from = Number(this.run().primals[index])) {
    this.set(index, stepped(from, steps, this.nodes[index].input.grain));
  }

  /**
   * @param {PointerEvent} event
   * @param {number} index
   */
  grasp(event, index) {
    if (event.button !== 0 || this.input === index) return;
    const g = /** @type {Element} */ (event.currentTarget);
    const { clientX: start, clientY } = event;
    const from = Number(this.run().primals[index]);
    const { least, most } = this.nodes[index].input;
    /** @param {PointerEvent} move */
    const move = (move) => {
      const way = Math.abs(move.clientX - start);
      if (!this.dragging && (way <= SLACK || way < Math.abs(move.clientY - clientY))) return; // a finger that goes down scrolls
      if (!this.dragging) g.classList.add("gv-dragged");
      this.dragging = true;
      const { grain } = this.nodes[index].input;
      const wanted =
        from +
        Math.round((move.clientX - start) / PIXELS_A_STEP) * grain * (move.shiftKey ? 0.1 : 1);
      this.moved(index, 0, Math.max(Math.min(least, from), Math.min(Math.max(most, from), wanted)));
    };
    const end = () => {
      g.classList.remove("gv-dragged");
      g.removeEventListener("pointermove", move);
      this.dragging = false;
      for (const kind of ["pointerup", "pointercancel", "lostpointercapture"])
        g.removeEventListener(kind, end);
    };
    g.setPointerCapture(event.pointerId);
    g.addEventListener("pointermove", move);
    for (const kind of ["pointerup", "pointercancel", "lostpointercapture"])
      g.addEventListener(kind, end);
  }

  /**
   * Write in place of the number.
   * @param {number} index
   * @param {string} [text]
   */
  open(index, text) {
    if (!this.nodes[index]?.input || !Number.isFinite(this.nodes[index].input.grain)) return;
    const value = this.picture.nodes[index].g.querySelector(".gv-card").getBoundingClientRect();
    const frame = this.stage.getBoundingClientRect();
    const scale = value.height / 58;
    Object.assign(this.editor.style, {
      left: `${value.x - frame.x + this.stage.scrollLeft + 2}px`,
      top: `${value.y - frame.y + 20 * scale}px`,
      width: `${value.width - 4}px`,
      height: `${20 * scale}px`,
      fontSize: `${12 * scale}px`,
    });
    this.input = index;
    this.before = Number(this.run().primals[index]);
    this.editor.value = text ?? full(this.before);
    this.editor.setAttribute("aria-label", this.nodes[index].label);
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
      const value = stepped(from, steps, this.nodes[index].input.grain);
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
      this.picture.nodes[index].g.focus();
    }
  }
}
