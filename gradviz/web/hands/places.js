// Where a slider stands, and the number that it sets there.

import { stepped } from "../numbers/typed.js";

/**
 * How many steps a slider has.
 * @param {Track} range
 */
export function stepsIn({ least, most, grain }) {
  return Math.round((most - least) / grain);
}

/**
 * The number at a place.
 * @param {Track} range
 * @param {number} place
 */
export function valueAt({ least, grain, base }, place) {
  return base === null ? stepped(least, place, grain) : base ** (least + place * grain);
}

/**
 * The place that is nearest to a number.
 * @param {Track} range
 * @param {number} value
 */
export function placeOf(range, value) {
  const { least, grain, base } = range;
  const at = base === null ? value : Math.log(value) / Math.log(base);
  const place = Math.round((at - least) / grain);
  return Math.max(0, Math.min(stepsIn(range), Number.isNaN(place) ? 0 : place));
}
