// Nearer and farther: the picture fits the page unless a person zooms; then it is scrolled, or dragged by its paper.

import { make } from "../parts/dom.js";

export const NEARER = 1.25;

const FARTHEST = 0.1;

const NEAREST = 4;

export class Lens {
  /**
   * @param {HTMLElement} stage
   * @param {() => void} moved what to do when other parts have come in sight
   */
  constructor(stage, moved) {
    this.stage = stage;
    this.moved = moved;
    this.zoom = null; // pixels of the page for one of the picture; null: it fits
    this.element = make("div", "gv-lens", { role: "group", "aria-label": "size of the figure" });
    for (const [name, label, act] of /** @type {[string, string, () => void][]} */ ([
      ["−", "smaller", () => this.by(1 / NEARER)],
      ["fit", "fit the figure to the page", () => this.fit()],
      ["+", "larger", () => this.by(NEARER)],
    ])) {
      const button = make("button", "gv-button", {
        type: "button",
        "aria-label": label,
        title: label,
      });
      button.textContent = name;
      button.addEventListener("click", act);
      this.element.append(button);
    }
    stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    stage.addEventListener("pointerdown", (event) => this.grasp(event));
    stage.addEventListener("scroll", () => this.moved(), { passive: true });
  }

  /** @param {SVGSVGElement} svg */
  hold(svg) {
    this.svg = svg;
    this.width = Number(svg.getAttribute("width"));
    this.set(this.zoom);
  }

  /** @param {number | null} zoom */
  set(zoom) {
    this.zoom = zoom;
    this.stage.classList.toggle("gv-zoomed", zoom !== null);
    this.svg.style.width = zoom === null ? "" : `${zoom * this.width}px`;
    this.svg.style.maxWidth = zoom === null ? "" : "none";
    this.svg.style.minWidth = zoom === null ? `${0.75 * this.width}px` : "0"; // smaller, and it could not be read: scroll instead
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
  grasp(event) {
    const isPaper = !(
      /** @type {Element} */ (event.target).closest(
        ".gv-node, .gv-edge, .gv-label, .gv-block > text, input",
      )
    );
    if (event.button !== 0 || !isPaper || event.pointerType === "touch") return; // a finger scrolls by itself
    const { scrollLeft, scrollTop } = this.stage;
    const { clientX, clientY } = event;
    if (
      this.stage.scrollWidth <= this.stage.clientWidth &&
      this.stage.scrollHeight <= this.stage.clientHeight
    )
      return;
    const move = (/** @type {PointerEvent} */ { clientX: x, clientY: y }) => {
      this.stage.scrollLeft = scrollLeft + clientX - x;
      this.stage.scrollTop = scrollTop + clientY - y;
    };
    const end = () => {
      for (const kind of ["pointerup", "pointercancel", "lostpointercapture"])
        this.stage.removeEventListener(kind, end);
      this.stage.removeEventListener("pointermove", move);
      this.stage.classList.remove("gv-dragging");
    };
    this.stage.setPointerCapture(event.pointerId);
    this.stage.classList.add("gv-dragging");
    this.stage.addEventListener("pointermove", move);
    for (const kind of ["pointerup", "pointercancel", "lostpointercapture"])
      this.stage.addEventListener(kind, end);
  }
}
