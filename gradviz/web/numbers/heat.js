// Heat maps, cell by cell as gradviz/scene/heat.py makes them.

import { numeral } from "./numeral.js";
import { blockOf, mapSize, tableOf } from "./shapes.js";

const LEVELS = 9; // shades of either sign

/**
 * The cells of an array's map: of each block of elements, the largest by magnitude; nan if there
 * is one.
 * @param {Float64Array} elements
 * @param {number[]} shape
 */
export function cellsOf(elements, shape) {
  const [height, width] = tableOf(shape);
  const [rows, columns] = mapSize(shape);
  return Array.from({ length: rows * columns }, (_, cell) => {
    const [top, bottom] = blockOf(Math.floor(cell / columns), rows, height);
    const [left, right] = blockOf(cell % columns, columns, width);
    let most = -Infinity;
    let least = Infinity;
    for (let row = top; row < bottom; row++) {
      for (let at = row * width + left; at < row * width + right; at++) {
        most = Math.max(most, elements[at]);
        least = Math.min(least, elements[at]);
      }
    }
    return most >= -least ? most : least;
  });
}

/** @param {number[]} cells */
export function largestCell(cells) {
  let most = 0;
  for (const cell of cells)
    if (Math.abs(cell) > most && Math.abs(cell) < Infinity) most = Math.abs(cell);
  return most;
}

/**
 * What the shades of a map stand for.
 * @param {number[]} cells
 */
export function mapScale(cells) {
  const most = largestCell(cells);
  return (most ? "±" : "") + numeral(most, 3) + (cells.some(Number.isNaN) ? ", nan" : "");
}

/**
 * The shade of a number; NaN of nan.
 * @param {number} number
 * @param {number} most
 */
export function shade(number, most) {
  if (Number.isNaN(number)) return NaN;
  const size = Math.abs(number);
  const inside = most ? Math.floor((LEVELS * size) / most + 0.5) : 0;
  const level = size > most ? LEVELS : inside;
  return number > 0 ? level : -level || 0;
}

/**
 * The cells as SVG.
 * @param {Tensor} tensor whose elements are its cells
 */
export function mapPicture({ shape, elements }) {
  const [rows, columns, cell] = mapSize(shape);
  const most = largestCell(elements);
  /** @type {Map<number, string>} */
  const paths = new Map();
  let strokes = "";
  for (let row = 0; row < rows; row++) {
    for (let start = 0, end; start < columns; start = end) {
      const level = shade(elements[row * columns + start], most);
      end = start + 1;
      while (end < columns && Object.is(shade(elements[row * columns + end], most), level)) end++;
      const width = (end - start) * cell;
      const bar = `M${start * cell},${row * cell}h${width}v${cell}h-${width}z`;
      if (level !== 0) paths.set(level, (paths.get(level) ?? "") + bar);
      if (level >= 0 || Number.isNaN(level)) continue;
      for (let at = start; at < end; at++) {
        strokes += `M${at * cell + 1},${row * cell + cell / 2}h${cell - 2}`;
      }
    }
  }
  let made = "";
  for (let level = -LEVELS; level <= LEVELS; level++) {
    const path = paths.get(level);
    const opacity = (Math.abs(level) / LEVELS).toFixed(2);
    const kind = level > 0 ? "gv-above" : "gv-below";
    if (path) made += `<path class="${kind}" opacity="${opacity}" d="${path}"/>`;
  }
  if (paths.has(NaN)) made += `<path class="gv-nan" d="${paths.get(NaN)}"/>`;
  return made + (strokes && `<path class="gv-minus" stroke-width="${cell / 8}" d="${strokes}"/>`);
}
