// What travels: a number in a pill, or a mere dot where there is no time to read.

import { drawn } from "../parts/dom.js";

const CHIP_DIGIT = 6.4; // pixels of a digit
const CHIP_SIDES = 12;

/**
 * A number on its way, around the origin.
 * @param {string} kind whose colour it has: `gv-value`, `gv-adjoint`
 * @param {...[text: string, kind: string]} parts
 */
export function chipOf(kind, ...parts) {
  const characters = parts.reduce((sum, [part]) => sum + part.length, 0);
  const width = Math.round(characters * CHIP_DIGIT + CHIP_SIDES);
  const frame = drawn("rect", { x: -width / 2, y: -9, width, height: 18, rx: 9 });
  const spans = parts.map(([part, of]) => drawn("tspan", { class: of }, part));
  return drawn("g", { class: `gv-chip ${kind}` }, frame, drawn("text", { y: 4 }, ...spans));
}

/**
 * A dot on its way.
 * @param {string} kind
 */
export function dotOf(kind) {
  return drawn("circle", { r: 5, class: `gv-pulse ${kind}` });
}

/**
 * Let an element stand at a place.
 * @param {SVGElement} element
 * @param {[number, number]} place
 */
export function standAt(element, [x, y]) {
  element.setAttribute("transform", `translate(${x}, ${y})`);
}
