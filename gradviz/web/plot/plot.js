// A live plot: matplotlib has drawn what stands still, and the page draws what moves, at once where
// it has the function's program, and else as Python tells the numbers.

import { findSliders, isUnderAHand, numberOf, slide } from "../hands/sliders.js";
import { unpacked } from "../numbers/run.js";
import { SVG, drawn, make } from "../parts/dom.js";
import { speaker } from "../words.js";
import { curveOf } from "./curve.js";
import { Grips } from "./grips.js";
import { PLOTS, workedOut } from "./kinds.js";
import { LimitLens } from "./limit.js";
import { MarkView } from "./marks.js";

const NARROW = 480; // pixels: in less, the picture is made for a phone
const A_POINT = 4 / 3; // pixels
const NUMERIC = ["FloatSliderModel", "FloatLogSliderModel"];
const SILENT = 3000; // milliseconds, until it is said that Python is

export class Plot {
  /**
   * @param {Store<PlotState>} store
   * @param {HTMLElement} el
   */
  constructor(store, el) {
    this.store = store;
    this.el = el;
    this.say = speaker(store.get("words"));
    this.given = store.get("given");
    /** @type {((x: number) => [number, number] | null) | null} */
    this.curve = null;
    /** @type {FrameGiven | null} */
    this.frame = null;
    /** @type {MarkView[]} */
    this.marks = [];
    /** What is set. @type {Record<string, number>} */
    this.set = {};
    /** Where the numbers are that are shown. @type {Record<string, number>} */
    this.values = {};
    /** @type {number[]} */
    this.numbers = [];
    this.asked = this.timer = 0;
    this.isAhead = false; // a hand has set what Python has not spoken of
    this.ended = this.late = this.isOld = false;
    /** @type {(() => void)[]} */
    this.stops = [];
    el.classList.add("gradviz-view", "gv-plot");
    this.message = make("div", "gv-message", { role: "status" });
    this.notice = make("div", "gv-notice", { role: "status" });
    this.title = make("p", "gv-plot-title", { "aria-live": "polite" });
    // an image can have nothing in it that a hand or a key takes hold of
    this.svg = drawn("svg", { role: PLOTS[this.given.kind].grips ? "group" : "img" });
    /** @type {LimitLens | null} */
    this.lens = null;
    this.grips = new Grips(this);
    el.append(this.message, this.notice, this.grips.element, this.title, this.svg);
    this.handlers = {
      given: () => this.load(),
      numbers: () => this.hear(),
      message: () => this.soon(),
    };
    for (const [name, handler] of Object.entries(this.handlers)) store.on(name, handler);
    this.watch = new ResizeObserver(() => this.fit());
    this.watch.observe(el);
    findSliders(store, (name, slider) => this.follow(name, slider));
    this.load();
    this.hear();
    this.paint();
    if (!store.get("painted")) store.tell({ painted: true });
  }

  /** Take another frame, and another function. */
  load() {
    this.given = this.store.get("given");
    this.curve = this.given.programs && curveOf(this.given.programs);
    this.frame = null;
    this.fit();
  }

  /** Take the frame for the width that there is. */
  fit() {
    const [wide, narrow] = this.given.frames;
    const room = this.el.clientWidth;
    const frame = room > 0 && room < NARROW ? narrow : wide;
    if (frame === this.frame) return;
    this.frame = frame;
    const [width, height] = frame.size;
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.setAttribute("width", String(width * A_POINT));
    this.svg.setAttribute("height", String(height * A_POINT));
    const still = new DOMParser().parseFromString(
      `<svg xmlns="${SVG}">${frame.svg}</svg>`,
      "image/svg+xml",
    );
    this.marks = this.given.marks.map((mark) => new MarkView(mark, frame));
    const moving = this.marks.map(({ element }) => element);
    this.lens = frame.lens ? new LimitLens(this.say, frame, this.given.marks) : null;
    if (this.lens) moving.push(this.lens.element);
    const picture = drawn("g", { "aria-hidden": "true" }); // the name of all of it says it
    picture.append(...still.documentElement.childNodes, ...moving);
    this.svg.replaceChildren(picture, this.grips.group);
    this.el.style.maxWidth = `${wide.size[0] * A_POINT}px`;
    this.soon();
  }

  /**
   * Follow the slider of a value.
   * @param {string} name
   * @param {Slider} slider
   */
  follow(name, slider) {
    if (this.ended) return;
    const moved = () => {
      if (!isUnderAHand()) return; // Python will speak of it
      this.ahead(name, numberOf(slider));
    };
    if (NUMERIC.includes(slider.get("_model_name"))) {
      const [least, most, grain] = [slider.get("min"), slider.get("max"), slider.get("step")];
      const base = slider.get("_model_name") === "FloatLogSliderModel" ? slider.get("base") : null;
      const set = (/** @type {number} */ value, /** @type {boolean} */ isPassing) => {
        slide(slider, value, isPassing && this.curve !== null);
        this.ahead(name, value);
      };
      const track = { label: name, inputs: [], ...{ least, most, base }, grain: grain ?? 0.1 };
      this.grips.add(name, { track, set });
    }
    for (const event of ["change:value", "change:beyond"]) {
      slider.on(event, moved);
      this.stops.push(() => slider.off(event, moved));
    }
  }

  /**
   * A hand has moved something, of which Python will speak later.
   * @param {string} name
   * @param {number} value
   */
  ahead(name, value) {
    this.move({ [name]: value });
    this.isAhead = true;
    this.wait();
  }

  /**
   * A hand has moved something; tells whether the page can follow by itself.
   * @param {Record<string, number>} values
   */
  move(values) {
    this.set = { ...this.set, ...values };
    const numbers = this.curve && workedOut(this.given, this.set, this.curve);
    if (numbers) this.take(this.set, numbers);
    else if (this.curve) this.leave();
    return numbers !== null;
  }

  /**
   * Numbers to be shown.
   * @param {Record<string, number>} values
   * @param {number[]} numbers
   */
  take(values, numbers) {
    this.values = values;
    this.numbers = numbers;
    this.isOld = false;
    this.soon();
  }

  /** There are no numbers at what is set: those of before are left. */
  leave() {
    this.isOld = true;
    this.soon();
  }

  /** Python has told numbers: those at what was set last, or older ones. */
  hear() {
    const { names } = this.given;
    const told = Array.from(unpacked(this.store.get("numbers")));
    const values = Object.fromEntries(names.map((name, at) => [name, told[at]]));
    const isSame = (/** @type {string} */ name) =>
      this.set[name] === values[name] || Object.is(this.set[name], values[name]);
    this.isAhead &&= !names.every(isSame);
    if (this.isAhead && this.curve) return;
    if (!this.isAhead) this.set = values;
    this.wait();
    if (told.length > names.length) this.take(values, told.slice(names.length));
    else this.leave(); // it fails there
  }

  /** Wait for Python, if it is to speak. */
  wait() {
    clearTimeout(this.timer);
    this.late &&= this.isAhead;
    const isLate = () => {
      this.late = true;
      this.soon();
    };
    this.timer = this.isAhead ? Number(setTimeout(isLate, SILENT)) : 0;
    this.soon();
  }

  /** Paint with the next frame. */
  soon() {
    this.asked ||= requestAnimationFrame(() => this.paint());
  }

  paint() {
    this.asked = 0;
    if (this.ended) return;
    const { say, given, values, numbers } = this;
    const worked = this.curve && !this.isOld;
    const silence = worked ? "page.silence.worked_out" : "page.silence.old";
    this.notice.textContent = this.late ? say(silence) : "";
    this.message.textContent = this.store.get("message");
    this.el.classList.toggle("gv-old", this.isOld);
    const { text, title, marks } = PLOTS[given.kind].shown(say, values, numbers, given);
    if (this.title.textContent !== title) this.title.textContent = title;
    this.svg.setAttribute("aria-label", text);
    for (const mark of this.marks) mark.show(marks[mark.mark.name]);
    this.lens?.show(values, numbers);
    this.grips.show(PLOTS[given.kind].grips?.(values, numbers, given) ?? {});
  }

  end() {
    this.ended = true;
    clearTimeout(this.timer);
    cancelAnimationFrame(this.asked);
    this.watch.disconnect();
    this.grips.end();
    for (const stop of this.stops) stop();
    for (const [name, handler] of Object.entries(this.handlers)) this.store.off(name, handler);
    this.el.replaceChildren(); // hosts keep the element
  }
}
