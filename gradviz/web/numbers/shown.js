// How numbers are seen, as in gradviz/scene/numbers.py: on a card, at a wire, in a cell of a map.

import { mapScale } from "./heat.js";
import { magnitude, numeral } from "./numeral.js";
import { blockOf, indexOf, isMapped, mapSize, tableOf } from "./shapes.js";

/**
 * What a card says of a value (`withShape`) or of a gradient.
 * @param {Value} number
 * @param {boolean} withShape
 */
export function shownOnCard(number, withShape) {
  if (number === null || typeof number !== "object" || !isMapped(number.shape))
    return numeral(number);
  return withShape ? `${numeral(number)} ${mapScale(number.elements)}` : mapScale(number.elements);
}

/**
 * What an edge's label says.
 * @param {Value} number
 */
export function shownOnEdge(number) {
  if (number === null || typeof number !== "object") return numeral(number, 3);
  const much = magnitude(number);
  return (much === 0 ? "" : "±") + numeral(much, 3);
}

/**
 * Which elements a cell stands for, and what it shows.
 * @param {Say} say
 * @param {string} label
 * @param {Tensor} tensor
 * @param {number} row
 * @param {number} column
 */
export function cellWords(say, label, { shape, elements }, row, column) {
  const [height, width] = tableOf(shape);
  const [rows, columns] = mapSize(shape);
  const number = numeral(elements[row * columns + column]);
  const [top, below] = blockOf(row, rows, height);
  const [left, beside] = blockOf(column, columns, width);
  if (below - top === 1 && beside - left === 1)
    return `${label}[${indexOf(shape, top * width + left).join(", ")}] = ${number}`;
  const places = { label, number, top, bottom: below - 1, left, right: beside - 1 };
  if (height === 1) return say("page.cell.columns", places);
  if (below - top === 1) return say("page.cell.row", places);
  return say(beside - left === 1 ? "page.cell.column" : "page.cell.block", places);
}

/** Pixels: the largest that flows back along an edge, or 1 if all flows are smaller. */
export const THICKEST = 9;

/**
 * The width of what flows back, in pixels.
 * @param {Value} flow
 * @param {number} largest
 */
export function flowWidth(flow, largest) {
  const much = magnitude(flow);
  return much > 0 ? THICKEST * Math.sqrt(Math.min(1, much / largest)) : 0; // nothing flows, or nan
}
