import { mapScale } from "./heat.js";
import { magnitude, numeral } from "./numeral.js";
import { indexOf, isMapped, mapSize, tableOf } from "./shapes.js";

/**
 * What a card says of a value (`withShape`) or of a gradient; the same as `shown` in
 * scene/numbers.py.
 * @param {Value} number
 * @param {boolean} withShape
 */
export function shownOnCard(number, withShape) {
  if (number === null || typeof number !== "object" || !isMapped(number.shape))
    return numeral(number);
  return withShape ? `${numeral(number)} ${mapScale(number.elements)}` : mapScale(number.elements);
}

/**
 * What an edge's label says; the same as `on_edge` in scene/numbers.py.
 * @param {Value} number
 */
export function shownOnEdge(number) {
  if (number === null || typeof number !== "object") return numeral(number, 3);
  const much = magnitude(number);
  return (much === 0 ? "" : "±") + numeral(much, 3);
}

/**
 * Which elements a cell stands for, and what it shows.
 * @param {string} label
 * @param {Tensor} tensor
 * @param {number} row
 * @param {number} column
 */
export function cellWords(label, { shape, elements }, row, column) {
  const [height, width] = tableOf(shape);
  const [rows, columns] = mapSize(shape);
  const number = elements[row * columns + column];
  const ends = (at, cells, length) => [
    Math.floor((at * length) / cells),
    Math.floor(((at + 1) * length) / cells) - 1,
  ];
  const [top, bottom] = ends(row, rows, height);
  const [left, right] = ends(column, columns, width);
  if (top === bottom && left === right)
    return `${label}[${indexOf(shape, top * width + left).join(", ")}] = ${numeral(number)}`;
  const span = (name, from, to) => (from === to ? `${name} ${from}` : `${name}s ${from}–${to}`);
  return `${label}, ${height > 1 ? `${span("row", top, bottom)}, ` : ""}${span("column", left, right)}: largest ${numeral(number)}`;
}

export const THICKEST = 9; // the largest that flows back along an edge, or 1 if all flows are smaller

/**
 * The width of what flows back, in pixels; the same rule as in scene/numbers.py.
 * @param {Value} flow
 * @param {number} largest
 */
export function flowWidth(flow, largest) {
  const much = magnitude(flow);
  return much > 0 ? THICKEST * Math.sqrt(Math.min(1, much / largest)) : 0; // nothing flows, or nan
}
