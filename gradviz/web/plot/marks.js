// What moves in a plot, as elements of its picture.

import { full } from "../numbers/numeral.js";
import { drawn } from "../parts/dom.js";
import { endsOf, isWithin, spelled, spotOf, wayThrough } from "./places.js";

export class MarkView {
  /**
   * @param {MarkGiven} mark
   * @param {FrameGiven} frame
   */
  constructor(mark, frame) {
    this.mark = mark;
    this.frame = frame;
    this.element = drawn("g", { "data-mark": mark.name });
    const { colour, width, dashes, size, marker, place } = mark;
    const [x, y, wide, high] = frame.box;
    if (mark.kind === "words" && place) {
      const at = { x: x + place[0] * wide, y: y + (1 - place[1]) * high };
      this.words = drawn("text", { ...at, "font-size": 10, fill: colour });
      this.element.append(this.words);
    }
    if (width) {
      // what is beyond the axes is not seen
      const viewBox = frame.box.join(" ");
      const window = drawn("svg", { x, y, width: wide, height: high, viewBox, overflow: "hidden" });
      const look = { fill: "none", stroke: colour, "stroke-width": width };
      this.line = drawn("path", { ...look, "stroke-linejoin": "round" });
      if (dashes) this.line.setAttribute("stroke-dasharray", dashes.join(" "));
      window.append(this.line);
      this.element.append(window);
    }
    if (size) {
      // a round one is a line of no length with round ends
      const round = { fill: "none", "stroke-width": size + 1, "stroke-linecap": "round" };
      const outlined = { fill: colour, "stroke-width": 1 };
      this.dots = drawn("path", { stroke: colour, ...(marker ? outlined : round) });
      this.element.append(this.dots);
    }
  }

  /** @param {MarkAt} at */
  show(at) {
    const { element, frame, mark } = this;
    if (typeof at === "string") {
      if (this.words) this.words.textContent = at;
      return;
    }
    element.setAttribute("data-at", at.flat().map(full).join(" "));
    const isLine = mark.kind === "line";
    const points = /** @type {[number, number][]} */ (isLine ? [] : at);
    const spots = isLine
      ? endsOf(frame, /** @type {[number, number, number]} */ (at))
      : points.map((point) => spotOf(frame, point));
    this.line?.setAttribute("d", wayThrough(frame, spots));
    const seen = spots.filter((spot) => isWithin(frame, spot));
    this.dots?.setAttribute("d", seen.map((spot) => this.dot(spot)).join(""));
  }

  /** @param {Spot} spot */
  dot([x, y]) {
    const { marker } = this.mark;
    if (!marker) return `M${spelled([x, y])}h0`;
    const corners = marker.map((corner) => spelled([x + corner[0], y + corner[1]]));
    return `M${corners.join("L")}Z`;
  }
}
