// Nearer and farther: the picture uses the width of the page, as long as its texts stay readable,
// unless a person zooms; then it is scrolled, or dragged by its paper. What is too wide for that is
// seen from its output, where the sweep back begins.

import { button, follow, make } from "../parts/dom.js";
import { Strip } from "./strip.js";

export const NEARER = 1.25;
const FARTHEST = 0.1;
const NEAREST = 4;
const READABLE = 11 / 11.5; // of labels, in pixels; if it had to be smaller: scroll instead
const LARGE = 1.3; // as large as a small picture grows
const AROUND = 24; // pixels that are to be seen around a part
const AT_REST = 160; // milliseconds after the last of a scroll
const NO_PAPER = ".gv-node, .gv-edge, .gv-label, .gv-block > text, input";

export class Lens {
  /**
   * @param {Say} say
   * @param {HTMLElement} stage
   * @param {SVGSVGElement} svg
   * @param {string[]} path of the part of the graph that this shows
   * @param {() => void} moved what to do when other parts have come in sight
   */
  constructor(say, stage, svg, path, moved) {
    this.stage = stage;
    this.svg = svg;
    this.moved = moved;
    this.width = this.room = this.timer = 0;
    this.strip = new Strip(stage);
    // pixels of the page for one of the picture; null: it fits
    this.zoom = /** @type {number | null} */ (null);
    this.element = make("div", "gv-lens", { role: "group", "aria-label": say("page.size") });
    this.element.append(
      button("", say("page.size.smaller"), () => this.by(1 / NEARER), "−"),
      button("", say("page.size.fit_to_the_page"), () => this.fit(), say("page.size.fit")),
      button("", say("page.size.larger"), () => this.by(NEARER), "+"),
    );
    stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    stage.addEventListener("pointerdown", (event) => this.grasp(event));
    stage.addEventListener("scroll", () => this.pass(), { passive: true });
    // where the output is in sight, until a person scrolls elsewhere
    this.isAtOutput = true;
    this.part = path.join(); // of the graph
    this.led = ""; // to the parts of these ids
    /** What is kept in sight. @type {Element[]} */
    this.sought = [];
    this.isLed = false; // from part to part
    stage.addEventListener("pointerdown", () => this.leave(), { passive: true });
    stage.addEventListener("wheel", () => this.leave(), { passive: true });
    this.watch = new ResizeObserver(() => {
      if (stage.clientWidth !== this.room) this.stand();
    });
    this.watch.observe(stage);
    this.hold(svg, path);
  }

  /** A person looks elsewhere than at the output. */
  leave() {
    this.sought = [];
    this.isLed = false;
    if (this.stage.scrollWidth > this.stage.clientWidth) this.isAtOutput = false;
  }

  /** Other parts come in sight; what stands below does not jump about meanwhile. */
  pass() {
    this.moved();
    this.strip.fit(this.zoom !== null, false);
    clearTimeout(this.timer);
    this.timer = Number(setTimeout(() => this.rest(), AT_REST));
  }

  /** All is where it is to be; but while steps lead from part to part, their buttons stay. */
  rest() {
    this.strip.fit(this.zoom !== null, !this.isLed);
  }

  /** The page has room, or another. */
  stand() {
    const { stage } = this;
    this.room = stage.clientWidth;
    stage.classList.toggle("gv-tight", this.width > stage.clientWidth);
    if (this.isAtOutput && this.zoom === null) stage.scrollLeft = stage.scrollWidth;
    this.seek();
    this.rest();
  }

  end() {
    clearTimeout(this.timer);
    this.watch.disconnect();
  }

  /**
   * Bring parts of the picture in sight that are to be looked at now.
   * @param {Element[]} parts
   */
  follow(parts) {
    const led = parts.map(({ id }) => id).join();
    if (led === this.led) return;
    this.led = led;
    this.isLed = this.sought.length > 0 && parts.length > 0;
    this.sought = parts;
    this.seek();
    if (!parts.length) this.rest();
  }

  seek() {
    const { stage, sought: parts } = this;
    if (!parts.length || stage.scrollWidth <= stage.clientWidth) return;
    const frame = stage.getBoundingClientRect();
    const boxes = parts.map((part) => part.getBoundingClientRect());
    const left = Math.min(...boxes.map((box) => box.left)) - AROUND - frame.left;
    const right = Math.max(...boxes.map((box) => box.right)) + AROUND - frame.right;
    if (left >= 0 && right <= 0) return;
    stage.scrollLeft += left < 0 ? left : Math.min(right, left);
  }

  /**
   * Another picture, which is seen from its output if it is of another part of the graph.
   * @param {SVGSVGElement} svg
   * @param {string[]} path
   */
  hold(svg, path) {
    this.svg = svg;
    this.sought = [];
    if (path.join() !== this.part) {
      this.part = path.join();
      this.isAtOutput = true;
      this.led = "";
    }
    this.width = Number(svg.getAttribute("width"));
    this.strip.hold(svg);
    this.set(this.zoom);
  }

  /** @param {number | null} zoom */
  set(zoom) {
    const { style } = this.svg;
    this.zoom = zoom;
    this.stage.classList.toggle("gv-zoomed", zoom !== null);
    style.setProperty("--gv-least", `${READABLE * this.width}px`);
    style.setProperty("--gv-own", `${this.width}px`);
    style.setProperty("--gv-large", `${LARGE * this.width}px`);
    style.width = zoom === null ? "" : `${zoom * this.width}px`;
    style.maxWidth = zoom === null ? "" : "none";
    style.minWidth = zoom === null ? "" : "0";
    this.stand();
    this.moved();
  }

  /** All of it, however small. */
  fit() {
    this.set(this.width > this.stage.clientWidth ? this.stage.clientWidth / this.width : null);
  }

  /**
   * Zoom, and keep what stands at a point of the window there.
   * @param {number} factor
   * @param {number} [x]
   * @param {number} [y]
   */
  by(factor, x, y) {
    const before = this.svg.getBoundingClientRect();
    const frame = this.stage.getBoundingClientRect();
    x ??= frame.x + frame.width / 2;
    y ??= frame.y + Math.min(frame.height, innerHeight) / 2;
    const zoom = Math.max(FARTHEST, Math.min(NEAREST, (before.width / this.width) * factor));
    this.set(zoom);
    const after = this.svg.getBoundingClientRect();
    const scale = after.width / before.width;
    this.stage.scrollLeft += (x - before.x) * scale - (x - after.x);
    this.stage.scrollTop += (y - before.y) * scale - (y - after.y);
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return; // the page scrolls
    event.preventDefault();
    this.by(Math.exp(-event.deltaY / 300), event.clientX, event.clientY);
  }

  /** @param {PointerEvent} event */
  grasp({ button: which, pointerId, pointerType, clientX, clientY, target }) {
    const { stage } = this;
    const isPaper = !(/** @type {Element} */ (target).closest(NO_PAPER));
    if (which !== 0 || !isPaper || pointerType === "touch") return; // a finger scrolls by itself
    const { scrollLeft, scrollTop, scrollWidth, scrollHeight, clientWidth, clientHeight } = stage;
    if (scrollWidth <= clientWidth && scrollHeight <= clientHeight) return;
    stage.classList.add("gv-dragging");
    const moved = (/** @type {PointerEvent} */ { clientX: x, clientY: y }) => {
      stage.scrollLeft = scrollLeft + clientX - x;
      stage.scrollTop = scrollTop + clientY - y;
    };
    follow(stage, pointerId, moved, () => stage.classList.remove("gv-dragging"));
  }
}
