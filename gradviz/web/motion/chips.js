// What travels: a number in a pill, or a mere dot where there is no time to read.

import { SVG } from "../parts/dom.js";

const CHIP_DIGIT = 6.4; // pixels of a digit
const CHIP_SIDES = 12;

/**
 * A number on its way, around the origin.
 * @param {string} kind whose colour it has: `gv-value`, `gv-adjoint`
 * @param {...[text: string, kind: string]} parts
 */
export function chipOf(kind, ...parts) {
  const g = document.createElementNS(SVG, "g");
  const frame = document.createElementNS(SVG, "rect");
  const text = document.createElementNS(SVG, "text");
  const characters = parts.reduce((sum, [part]) => sum + part.length, 0);
  const width = Math.round(characters * CHIP_DIGIT + CHIP_SIDES);
  const box = { x: -width / 2, y: -9, width, height: 18, rx: 9 };
  for (const [name, number] of Object.entries(box)) frame.setAttribute(name, String(number));
  text.setAttribute("y", "4");
  for (const [part, of] of parts) {
    const span = document.createElementNS(SVG, "tspan");
    span.textContent = part;
    span.setAttribute("class", of);
    text.append(span);
  }
  g.setAttribute("class", `gv-chip ${kind}`);
  g.append(frame, text);
  return g;
}

/**
 * A dot on its way.
 * @param {string} kind
 */
export function dotOf(kind) {
  const circle = document.createElementNS(SVG, "circle");
  circle.setAttribute("r", "5");
  circle.setAttribute("class", `gv-pulse ${kind}`);
  return circle;
}

/**
 * Let an element stand at a place.
 * @param {SVGElement} element
 * @param {[number, number]} place
 */
export function standAt(element, [x, y]) {
  element.setAttribute("transform", `translate(${x}, ${y})`);
}
