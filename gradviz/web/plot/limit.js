// A magnifier on a secant, which goes along as h shrinks: as gradviz/live/plots/limit.py draws it.

import { numeral } from "../numbers/numeral.js";
import { drawn } from "../parts/dom.js";
import { spelled, spotOf } from "./places.js";

const LENS_APART = 1.15; // of the two points in the lens, in radii
const LEAST_ZOOM = 1.5; // that is worth a ring
const TIMES = Array.from({ length: 31 }, (_, at) => -1 + at / 10);
const LEAST_RING = 7; // it stands around a point

/**
 * The values of a curve about a secant.
 * @param {(x: number) => number} f
 * @param {number} at
 * @param {number} h
 */
export function nearOf(f, at, h) {
  return TIMES.map((time) => f(at + h * time));
}

/**
 * What a lens shows, as places in it: points from its middle, y downward. Null where there is
 * nothing.
 * @param {FrameGiven} frame
 * @param {number} h
 * @param {number[]} numbers
 */
export function lensOf({ x, y, lens = [0, 0, 0] }, h, [value, slope, moved, quotient, ...near]) {
  const across = h * x.scale;
  const up = (moved - value) * y.scale;
  const length = Math.hypot(across, up);
  if (!(Number.isFinite(length) && length > 0)) return null;
  const zoom = (LENS_APART * lens[2]) / length;
  /** @type {Spot} */
  const middle = [across / 2, up / 2];
  const place = (/** @type {number} */ right, /** @type {number} */ down) =>
    /** @type {Spot} */ ([zoom * (right - middle[0]), zoom * (down - middle[1])]);
  const steep = y.scale / x.scale;
  return {
    zoom,
    middle,
    ends: [place(0, 0), place(across, up)],
    curve: TIMES.map((time, at) => place(time * across, (near[at] - value) * y.scale)),
    slopes: { secant: quotient * steep, tangent: slope * steep },
  };
}

/**
 * The part of a segment that is within a circle about the origin.
 * @param {Spot} start
 * @param {Spot} end
 * @param {number} radius
 * @returns {[Spot, Spot] | null}
 */
export function chordOf([x, y], end, radius) {
  const along = [end[0] - x, end[1] - y];
  const square = along[0] ** 2 + along[1] ** 2;
  const half = x * along[0] + y * along[1];
  const under = half ** 2 - square * (x ** 2 + y ** 2 - radius ** 2);
  if (!(square > 0 && under > 0)) return null;
  const first = Math.max(0, (-half - Math.sqrt(under)) / square);
  const last = Math.min(1, (-half + Math.sqrt(under)) / square);
  if (first >= last) return null;
  const at = (/** @type {number} */ share) =>
    /** @type {Spot} */ ([x + share * along[0], y + share * along[1]]);
  return [at(first), at(last)];
}

export class LimitLens {
  /**
   * @param {Say} say
   * @param {FrameGiven} frame
   * @param {MarkGiven[]} marks whose colours are those in the lens
   */
  constructor(say, frame, marks) {
    this.say = say;
    this.frame = frame;
    const [x, y, radius] = /** @type {[number, number, number]} */ (frame.lens);
    this.radius = radius;
    this.centre = /** @type {Spot} */ ([x, y]);
    this.element = drawn("g", { class: "gv-lens" });
    const ink = marks.find(({ name }) => name === "steps")?.colour ?? "currentColor";
    const line = (/** @type {Record<string, string | number>} */ look) =>
      drawn("path", { fill: "none", stroke: ink, ...look });
    const look = (/** @type {string} */ name) => {
      const mark = /** @type {MarkGiven} */ (marks.find((each) => each.name === name));
      const dashes = mark.dashes?.join(" ") ?? "none";
      return line({ stroke: mark.colour, "stroke-width": mark.width, "stroke-dasharray": dashes });
    };
    this.leaders = line({ "stroke-width": 0.7, "stroke-opacity": 0.5 });
    this.ring = drawn("circle", { fill: "none", stroke: ink, "stroke-width": 1.2 });
    const apart = marks.find(({ name }) => name === "tangent")?.colour ?? ink;
    this.parts = {
      wedge: drawn("path", { fill: apart, "fill-opacity": 0.22 }),
      curve: line({ "stroke-width": 2 }),
      secant: look("secant"),
      tangent: look("tangent"),
      steps: look("steps"),
    };
    const points = marks.find(({ name }) => name === "points")?.colour ?? ink;
    this.dots = [0, 1].map(() => drawn("circle", { r: 3.5, fill: points }));
    const text = (/** @type {string} */ anchor) =>
      drawn("text", { "font-size": 10, fill: ink, "text-anchor": anchor });
    this.h = text("middle");
    this.dy = text("start");
    this.words = [0, 1].map((row) => {
      const words = text("middle");
      words.setAttribute("x", String(x));
      words.setAttribute("y", String(y + radius + 15 * (row + 1)));
      return words;
    });
    this.h.textContent = say("page.plot.secants.step");
    this.dy.textContent = say("page.plot.secants.rise");
    this.inside = drawn("g", { transform: `translate(${x} ${y})` });
    this.inside.append(...Object.values(this.parts), ...this.dots, this.h, this.dy);
    const disc = { cx: x, cy: y, r: radius, "stroke-width": 1.2 };
    const glass = drawn("circle", { ...disc, fill: "none", stroke: ink });
    this.element.append(this.leaders, this.ring, glass, this.inside, ...this.words);
  }

  /**
   * @param {Record<string, number>} values
   * @param {number[]} numbers
   */
  show({ at, h }, numbers) {
    const { frame, radius, say } = this;
    const found = lensOf(frame, h, numbers);
    const isRinged = found !== null && found.zoom > LEAST_ZOOM;
    for (const part of [this.inside, ...this.words]) part.toggleAttribute("hidden", !found);
    for (const part of [this.leaders, this.ring]) part.toggleAttribute("hidden", !isRinged);
    this.element.setAttribute("data-zoom", found ? String(found.zoom) : "");
    if (!found) return;
    const { zoom, middle, ends, curve, slopes } = found;
    const [start, end] = ends;
    const place = spotOf(frame, [at, numbers[0]]);
    if (isRinged) this.circle([place[0] + middle[0], place[1] + middle[1]], radius / zoom);
    const far = (/** @type {number} */ slope, /** @type {number} */ sign) => {
      const length = (4 * radius) / Math.hypot(1, slope);
      const along = sign * length;
      return chordOf(start, [start[0] + along, start[1] + along * slope], radius)?.[1] ?? start;
    };
    const wedges = [-1, 1].map((sign) =>
      [start, far(slopes.secant, sign), far(slopes.tangent, sign)].map(spelled).join("L"),
    );
    const way = (/** @type {Spot[]} */ spots) =>
      spots
        .slice(1)
        .map((spot, before) => chordOf(spots[before], spot, radius))
        .map((chord) => (chord ? `M${spelled(chord[0])}L${spelled(chord[1])}` : ""))
        .join("");
    const through = (/** @type {number} */ slope) =>
      Number.isFinite(slope) ? `M${spelled(far(slope, -1))}L${spelled(far(slope, 1))}` : "";
    const isWedge = Number.isFinite(slopes.secant + slopes.tangent);
    this.parts.wedge.setAttribute("d", isWedge ? `M${wedges.join("ZM")}Z` : "");
    this.parts.curve.setAttribute("d", way(curve));
    this.parts.secant.setAttribute("d", through(slopes.secant));
    this.parts.tangent.setAttribute("d", through(slopes.tangent));
    this.parts.steps.setAttribute("d", way([start, [end[0], start[1]], end]));
    ends.forEach(([x, y], which) => {
      this.dots[which].setAttribute("cx", x.toFixed(2));
      this.dots[which].setAttribute("cy", y.toFixed(2));
    });
    const isRight = h >= 0;
    this.h.setAttribute("x", ((start[0] + end[0]) / 2).toFixed(2));
    this.h.setAttribute("y", (start[1] + (end[1] <= start[1] ? 12 : -5)).toFixed(2));
    this.dy.setAttribute("x", (end[0] + (isRight ? 6 : -6)).toFixed(2));
    this.dy.setAttribute("y", ((start[1] + end[1]) / 2 + 4).toFixed(2));
    this.dy.setAttribute("text-anchor", isRight ? "start" : "end");
    const steps = { h: numeral(h), rise: numeral(numbers[2] - numbers[0], 4) };
    const times = { times: numeral(zoom, 2) };
    const said = zoom > LEAST_ZOOM ? "page.plot.secants.magnified" : "page.plot.secants.natural";
    this.words[0].textContent = say("page.plot.secants.steps", steps);
    this.words[1].textContent = say(said, times);
  }

  /**
   * The ring on the curve, and the lines from it to the lens.
   * @param {Spot} ring
   * @param {number} wanted
   */
  circle([x, y], wanted) {
    const small = Math.max(LEAST_RING, wanted);
    this.ring.setAttribute("cx", x.toFixed(2));
    this.ring.setAttribute("cy", y.toFixed(2));
    this.ring.setAttribute("r", small.toFixed(2));
    const away = [this.centre[0] - x, this.centre[1] - y];
    const length = Math.hypot(away[0], away[1]);
    const side = [-away[1] / length, away[0] / length];
    const leaders = [-1, 1].map((sign) => {
      const from = spelled([x + sign * small * side[0], y + sign * small * side[1]]);
      const [x0, y0] = this.centre.map((middle, axis) => middle + sign * this.radius * side[axis]);
      return `M${from}L${spelled([x0, y0])}`;
    });
    this.leaders.setAttribute("d", leaders.join(""));
  }
}
