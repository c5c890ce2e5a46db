// What moves in a picture while a step is taken: on a layer of its own, above the picture, which
// holds the new numbers all the while. Nothing is left of it when it ends, or is ended.

import { SVG } from "../parts/dom.js";
/** @import { Picture } from "../picture/picture.js" */

/** Whether nothing is to move: a person says so, or nobody looks. */
function staysStill() {
  return document.hidden || matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/**
 * What the cards and wires of a picture stand on.
 * @param {Picture} picture
 */
export function groundOf(picture) {
  return /** @type {Element} */ (picture.nodes[0].g.parentNode);
}

export class Motion {
  constructor() {
    this.layer = document.createElementNS(SVG, "g");
    this.layer.setAttribute("class", "gv-motion");
    this.layer.setAttribute("aria-hidden", "true");
    /** @type {Animation[]} */
    this.moving = [];
    /** What is to be done at a time, and is done at once when all is ended. @type {(() => void)[]} */
    this.due = [];
    /** @type {ReturnType<typeof setTimeout>[]} */
    this.timers = [];
  }

  /** Whether something can move now. */
  get isAble() {
    return typeof this.layer.animate === "function" && !staysStill();
  }

  get isOn() {
    return this.timers.length > 0;
  }

  /**
   * Begin, above all that stands on a ground, what ends by itself.
   * @param {Element} ground
   * @param {number} length milliseconds
   */
  begin(ground, length) {
    this.finish();
    ground.append(this.layer);
    this.timers.push(setTimeout(() => this.finish(), length));
  }

  /** Whatever moves is there. */
  finish() {
    this.timers.forEach(clearTimeout);
    this.timers = [];
    const { due, moving } = this;
    this.due = [];
    this.moving = [];
    for (const act of due) act();
    for (const animation of moving) animation.cancel();
    this.layer.replaceChildren();
    this.layer.remove();
  }

  /**
   * Do something at a time from now.
   * @param {number} delay milliseconds
   * @param {() => void} act
   */
  at(delay, act) {
    const once = () => {
      this.due = this.due.filter((other) => other !== once);
      act();
    };
    this.due.push(once);
    this.timers.push(setTimeout(once, delay));
  }

  /**
   * Move an element, by what costs a browser little: `transform`, `opacity`, dashes.
   * @param {Element} element
   * @param {Keyframe[]} frames
   * @param {number} delay
   * @param {number} duration milliseconds
   * @param {string} [easing]
   */
  move(element, frames, delay, duration, easing = "ease-in-out") {
    const timing = { delay, duration, easing, fill: /** @type {const} */ ("both") };
    this.moving.push(element.animate(frames, timing));
  }

  /**
   * Show an element of the layer from a time on, for a while.
   * @template {SVGElement} Shown
   * @param {Shown} element
   * @param {number} from
   * @param {number} until
   * @returns {Shown}
   */
  show(element, from, until) {
    this.layer.append(element);
    const fade = Math.min(50, (until - from) / 4) / (until - from);
    const frames = [
      { opacity: 0 },
      { opacity: 1, offset: fade },
      { opacity: 1, offset: 1 - fade },
      { opacity: 0 },
    ];
    this.move(element, frames, from, until - from, "linear");
    return element;
  }

  /**
   * Let a text that is new already come up from below at a time; until then, and while it comes,
   * the old one is seen.
   * @param {Element} text
   * @param {string} old empty if there was none to be seen
   * @param {number} delay
   * @param {number} duration
   */
  roll(text, old, delay, duration) {
    const below = { transform: "translateY(8px)", opacity: 0 };
    const here = { transform: "none", opacity: 1 };
    this.move(text, [below, here], delay, duration, "ease-out");
    if (!old) return;
    const gone = /** @type {Element} */ (text.cloneNode());
    gone.textContent = old;
    text.after(gone);
    this.due.push(() => gone.remove());
    const above = { transform: "translateY(-8px)", opacity: 0 };
    this.move(gone, [here, above], delay, duration, "ease-in");
  }
}
