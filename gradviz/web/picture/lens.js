// Nearer and farther: the picture fits the page unless a person zooms; then it is scrolled, or
// dragged by its paper.

import { button, follow, make } from "../parts/dom.js";

export const NEARER = 1.25;
const FARTHEST = 0.1;
const NEAREST = 4;
const READABLE = 0.75; // smaller, and it could not be read: scroll instead
const NO_PAPER = ".gv-node, .gv-edge, .gv-label, .gv-block > text, input";

export class Lens {
  /**
   * @param {Say} say
   * @param {HTMLElement} stage
   * @param {SVGSVGElement} svg
   * @param {() => void} moved what to do when other parts have come in sight
   */
  constructor(say, stage, svg, moved) {
    this.stage = stage;
    this.svg = svg;
    this.moved = moved;
    this.width = 0;
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
    stage.addEventListener("scroll", () => this.moved(), { passive: true });
    this.hold(svg);
  }

  /** @param {SVGSVGElement} svg */
  hold(svg) {
    this.svg = svg;
    this.width = Number(svg.getAttribute("width"));
    this.set(this.zoom);
  }

  /** @param {number | null} zoom */
  set(zoom) {
    const { style } = this.svg;
    this.zoom = zoom;
    this.stage.classList.toggle("gv-zoomed", zoom !== null);
    style.width = zoom === null ? "" : `${zoom * this.width}px`;
    style.maxWidth = zoom === null ? "" : "none";
    style.minWidth = zoom === null ? `${READABLE * this.width}px` : "0";
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
