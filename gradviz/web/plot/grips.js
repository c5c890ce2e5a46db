// The hand on the curve: points of a plot are dragged along it, or moved by keys; and a slider that
// is to go to its end does so by itself, slowly.

import { placeOf, stepsIn, valueAt } from "../hands/places.js";
import { numeral } from "../numbers/numeral.js";
import { stepsOf } from "../numbers/typed.js";
import { ICONS, button, drawn, follow, icon, make, setName } from "../parts/dom.js";
import { spotOf, valueAlong } from "./places.js";

const REACH = 15; // points around a point that a finger meets
const SHRINKING = 5000; // milliseconds, from the largest h to the smallest

/** A point on a curve by which a value is set. */
class Grip {
  /**
   * @param {Grips} grips
   * @param {string} name
   */
  constructor(grips, name) {
    this.grips = grips;
    this.name = name;
    this.element = drawn("circle", {
      ...{ r: REACH, class: "gv-grip", role: "slider", tabindex: 0 },
      "aria-label": grips.plot.say("page.plot.point", { name }),
    });
    this.element.addEventListener("pointerdown", (event) => this.grasp(event));
    this.element.addEventListener("keydown", (event) => this.key(event));
    const keep = (/** @type {Event} */ event) => event.cancelable && event.preventDefault();
    this.element.addEventListener("touchmove", keep, { passive: false });
  }

  /** @param {PointerEvent} event */
  grasp(event) {
    if (event.button !== 0) return;
    const { plot } = this.grips;
    this.grips.stop();
    this.element.focus({ preventScroll: true });
    this.element.classList.add("gv-gripped");
    const moved = (/** @type {PointerEvent} */ { clientX }) => {
      const box = plot.svg.getBoundingClientRect();
      const frame = /** @type {FrameGiven} */ (plot.frame);
      const x = valueAlong(frame.x, ((clientX - box.x) / box.width) * frame.size[0]);
      this.grips.set(this.name, this.name === "h" ? x - plot.set.at : x);
    };
    follow(this.element, event.pointerId, moved, () => {
      this.element.classList.remove("gv-gripped");
    });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const along = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const steps = along || stepsOf(event);
    const hand = this.grips.hands[this.name];
    if (!steps || !hand) return;
    event.preventDefault();
    this.grips.stop();
    const value = this.grips.plot.set[this.name];
    const place = placeOf(hand.track, value) + steps;
    this.grips.set(this.name, valueAt(hand.track, Math.max(0, place)));
  }

  /** @param {[number, number]} point */
  show(point) {
    const { plot, hands } = this.grips;
    const frame = /** @type {FrameGiven} */ (plot.frame);
    const [x, y] = spotOf(frame, point);
    const isThere = Number.isFinite(x + y) && hands[this.name] !== undefined;
    this.element.toggleAttribute("hidden", !isThere);
    if (!isThere) return;
    const value = plot.values[this.name];
    this.element.setAttribute("cx", x.toFixed(2));
    this.element.setAttribute("cy", y.toFixed(2));
    this.element.setAttribute("aria-valuenow", String(value));
    this.element.setAttribute("aria-valuetext", numeral(value));
  }
}

export class Grips {
  /** @param {import("./plot.js").Plot} plot */
  constructor(plot) {
    this.plot = plot;
    /** What sets each value. @type {Record<string, PlotHand>} */
    this.hands = {};
    /** @type {Record<string, Grip>} */
    this.grips = {};
    this.group = drawn("g", { class: "gv-grips" });
    this.frame = 0;
    this.element = make("div", "gv-shrink");
    this.element.hidden = true;
    this.button = button("gv-play", "", () => this.toggle());
    this.element.append(this.button);
    this.name();
  }

  /**
   * Something by which a value is set.
   * @param {string} name
   * @param {PlotHand} hand
   */
  add(name, hand) {
    this.hands[name] = hand;
    if (name === "h" && hand.track.base !== null)
      this.element.hidden = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.plot.soon();
  }

  /**
   * @param {string} name
   * @param {number} value
   * @param {boolean} isPassing whether another follows at once
   */
  set(name, value, isPassing = false) {
    const hand = this.hands[name];
    if (!hand || Number.isNaN(value)) return;
    const { track } = hand;
    const place = track.base !== null && value <= 0 ? 0 : placeOf(track, value);
    hand.set(valueAt(track, place), isPassing);
  }

  /**
   * Stand at the points.
   * @param {Record<string, [number, number]>} points
   */
  show(points) {
    for (const [name, point] of Object.entries(points)) {
      if (!this.grips[name]) {
        this.grips[name] = new Grip(this, name);
        this.group.prepend(this.grips[name].element); // the first of them lies above
      }
      this.grips[name].show(point);
    }
  }

  /** Let h shrink, or not. */
  toggle() {
    if (this.frame) return this.stop();
    const hand = this.hands.h;
    const last = stepsIn(hand.track);
    const start = performance.now();
    const here = placeOf(hand.track, this.plot.set.h);
    const from = here === 0 ? last : here;
    const step = (/** @type {number} */ now) => {
      const share = Math.min(1, Math.max(0, now - start) / SHRINKING) * (last / from);
      const place = Math.max(0, Math.round(from * (1 - share)));
      hand.set(valueAt(hand.track, place), place > 0);
      if (place === 0) return this.stop();
      this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
    this.name();
  }

  stop() {
    cancelAnimationFrame(this.frame);
    if (this.frame) this.hands.h.set(this.plot.set.h, false);
    this.frame = 0;
    this.name();
  }

  name() {
    const { say } = this.plot;
    const label = say(this.frame ? "page.pause" : "page.plot.secants.shrink");
    setName(this.button, label);
    this.button.replaceChildren(icon(this.frame ? ICONS.pause : ICONS.play), label);
  }

  end() {
    cancelAnimationFrame(this.frame);
  }
}
