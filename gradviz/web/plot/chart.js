// A curve over the epochs that grows as they come, on axes that stand still.

import { numeral } from "../numbers/numeral.js";
import { drawn } from "../parts/dom.js";

const LEFT = 44; // pixels around the axes
const RIGHT = 16; // and of a name beside them, at least
const TOP = 8;
const BOTTOM = 20;
const NAMES_APART = 12; // between two names
const LETTER = 6.5;
const LONGEST_NAME = 90;
const TICKS = 4; // at most
const LOOKS = 4; // as the style sheet and live/plots/recorded.py have them

/**
 * Numbers at which an axis is marked: round ones, or powers of ten.
 * @param {number} low
 * @param {number} high
 * @param {boolean} isLog both are logarithms to the base of ten
 */
export function ticksOf(low, high, isLog) {
  const rough = (high - low) / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  if (isLog && high - low < 1.3) {
    // not even two powers of ten
    const between = [1, 2, 5, 10, 20, 50].map((times) => Math.floor(low) + Math.log10(times));
    return between.filter((at) => low <= at && at <= high);
  }
  const step = isLog
    ? Math.max(1, Math.ceil(rough))
    : power * (rough > 5 * power ? 10 : rough > 2 * power ? 5 : rough > power ? 2 : 1);
  const ticks = [];
  for (let at = Math.ceil(low / step - 1e-9); at * step <= high * (1 + 1e-9) + 1e-12; at++)
    ticks.push(Number((at * step).toPrecision(12)));
  return ticks;
}

/**
 * The class of a line's look: its colour, and how it is dashed.
 * @param {number} line
 */
function lookOf(line) {
  return `gv-look-${line % LOOKS}`;
}

export class EpochChart {
  /**
   * @param {string} kind
   * @param {boolean} isLog
   * @param {string[]} names of the lines; none of a single one
   * @param {string[]} beside names for which there is to be room
   */
  constructor(kind, isLog, names, beside = names) {
    this.isLog = isLog;
    this.names = names;
    const letters = Math.max(0, ...beside.map((name) => name.length));
    this.right = RIGHT + Math.min(LONGEST_NAME, LETTER * letters);
    this.width = this.height = 0;
    this.first = this.low = 0;
    this.last = this.high = 1;
    this.svg = drawn("svg", { role: "img", class: `gv-epochs gv-epochs-${kind}` });
    /** @type {number[]} */
    this.epochs = [];
    /** @type {number[][]} */
    this.lines = [];
    /** @type {SVGElement[]} */
    this.paths = [];
    /** @type {SVGElement[]} */
    this.dots = [];
    /** @type {SVGElement[]} */
    this.labels = [];
  }

  /**
   * Lines of numbers, by epoch; and the axes for them.
   * @param {number[]} epochs
   * @param {number[][]} lines
   * @param {number} last to what epoch there is to be room
   */
  load(epochs, lines, last) {
    this.epochs = epochs;
    this.lines = this.isLog ? lines.map((line) => line.map(Math.log10)) : lines;
    this.first = epochs[0] ?? 0;
    this.last = Math.max(last, this.first + 1);
    const finite = this.lines.flat().filter(Number.isFinite);
    const low = Math.min(...finite, this.isLog ? Infinity : 0);
    const high = Math.max(...finite);
    const room = finite.length ? 0.06 * (high - low) || 0.5 : 0;
    this.low = finite.length ? (this.isLog ? low - room : low) : 0;
    this.high = finite.length ? high + room : 1;
    this.width = 0; // draw the axes anew
  }

  /** Take the room that there is. */
  fit() {
    const width = this.svg.clientWidth;
    const height = this.svg.clientHeight;
    if (!width || (width === this.width && height === this.height)) return;
    this.width = width;
    this.height = height;
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const parts = this.axes();
    this.paths = this.lines.map((_, line) => this.stroke(line));
    this.dots = this.lines.map((_, line) =>
      drawn("circle", { r: 4, class: `gv-epoch-dot ${lookOf(line)}` }),
    );
    this.labels = this.names.map((name, line) =>
      drawn("text", { class: `gv-epoch-name ${lookOf(line)}` }, name),
    );
    this.svg.replaceChildren(...parts, ...this.paths, ...this.dots, ...this.labels);
  }

  /** @param {number} line */
  stroke(line) {
    return drawn("path", { class: `gv-epoch-line ${lookOf(line)}` });
  }

  /** @param {number} epoch */
  x(epoch) {
    const { first, last, width } = this;
    return LEFT + ((epoch - first) / (last - first)) * (width - LEFT - this.right);
  }

  /** @param {number} number */
  y(number) {
    const { low, high, height } = this;
    return height - BOTTOM - ((number - low) / (high - low)) * (height - TOP - BOTTOM);
  }

  axes() {
    const { first, last, low, high, width, height } = this;
    const end = width - this.right;
    const rows = ticksOf(low, high, this.isLog).flatMap((at) => {
      const y = this.y(at);
      const place = { x: LEFT - 6, y: y + 4, "text-anchor": "end" };
      const label = drawn("text", place, numeral(this.isLog ? 10 ** at : at, 3));
      return [drawn("path", { class: "gv-epoch-grid", d: `M${LEFT} ${y}H${end}` }), label];
    });
    const columns = ticksOf(first, last, false)
      .filter(Number.isInteger)
      .map((at) => {
        const place = { x: this.x(at), y: height - 5, "text-anchor": "middle" };
        return drawn("text", place, numeral(at));
      });
    return [...rows, ...columns];
  }

  /**
   * The frame whose epoch is nearest to a place.
   * @param {number} x in pixels from the left
   */
  frameAt(x) {
    const apart = this.epochs.map((epoch) => Math.abs(this.x(epoch) - x));
    return apart.indexOf(Math.min(...apart));
  }

  /**
   * Write the names beside the dots, apart from one another.
   * @param {number} x
   * @param {number[]} heights
   */
  name(x, heights) {
    const seen = [...heights.keys()].filter((line) => Number.isFinite(heights[line]));
    this.labels.forEach((label, line) => label.toggleAttribute("hidden", !seen.includes(line)));
    seen.sort((one, other) => heights[one] - heights[other]);
    let above = -Infinity;
    const places = seen.map((line) => (above = Math.max(above + NAMES_APART, heights[line])));
    const beyond = Math.max(0, above - (this.height - BOTTOM - 3)); // the numbers below stand there
    seen.forEach((line, at) => {
      this.labels[line]?.setAttribute("x", (x + 8).toFixed(1));
      this.labels[line]?.setAttribute("y", (places[at] - beyond + 4).toFixed(1));
    });
  }

  /**
   * Draw the lines up to a frame, or some way beyond it.
   * @param {number} at
   */
  show(at) {
    const [before, part] = [Math.floor(at), at % 1];
    let x = 0;
    const heights = this.lines.map((line, which) => {
      const points = line.slice(0, before + 1).map((number, frame) => [this.epochs[frame], number]);
      if (part > 0) {
        const along = (/** @type {number[]} */ of) =>
          of[before] + part * (of[before + 1] - of[before]);
        points.push([along(this.epochs), along(line)]);
      }
      let way = "";
      let isOn = false;
      for (const [epoch, number] of points) {
        if (Number.isFinite(number)) {
          way += `${isOn ? "L" : "M"}${this.x(epoch).toFixed(1)} ${this.y(number).toFixed(1)}`;
        }
        isOn = Number.isFinite(number);
      }
      this.paths[which]?.setAttribute("d", way);
      const [epoch, number] = points[points.length - 1] ?? [0, NaN];
      const dot = this.dots[which];
      dot?.toggleAttribute("hidden", !Number.isFinite(number));
      if (!Number.isFinite(number)) return NaN;
      x = this.x(epoch);
      dot?.setAttribute("cx", x.toFixed(1));
      dot?.setAttribute("cy", this.y(number).toFixed(1));
      return this.y(number);
    });
    this.name(x, heights);
  }
}
