import { numeral } from "./numeral.js";
import { mapSize, tableOf } from "./shapes.js";

const LEVELS = 9;

/**
 * The cells of an array's map: of each block of elements, the largest by magnitude; nan if there
 * is one.
 * @param {Float64Array} elements
 * @param {number[]} shape
 */
export function cellsOf(elements, shape) {
  const [height, width] = tableOf(shape);
  const [rows, columns] = mapSize(shape);
  const ends = (cell, cells, length) => [
    Math.floor((cell * length) / cells),
    Math.floor(((cell + 1) * length) / cells),
  ];
  return Array.from({ length: rows * columns }, (_, cell) => {
    const [top, bottom] = ends(Math.floor(cell / columns), rows, height);
    const [left, right] = ends(cell % columns, columns, width);
    let most = -Infinity;
    let least = Infinity;
    for (let row = top; row < bottom; row++) {
      const part = elements.subarray(row * width + left, row * width + right);
      most = Math.max(most, ...part);
      least = Math.min(least, ...part);
    }
    return most >= -least ? most : least;
  });
}

/** @param {number[]} cells */
function largestCell(cells) {
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
function shade(number, most) {
  if (Number.isNaN(number)) return NaN;
  const level =
    Math.abs(number) > most
      ? LEVELS
      : most
        ? Math.floor((LEVELS * Math.abs(number)) / most + 0.5)
        : 0;
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
      for (
        end = start + 1;
        end < columns && Object.is(shade(elements[row * columns + end], most), level);
      )
        end++;
      if (level !== 0)
        paths.set(
          level,
          `${paths.get(level) ?? ""}M${start * cell},${row * cell}h${(end - start) * cell}v${cell}h-${(end - start) * cell}z`,
        );
      if (level < 0)
        for (let at = start; at < end; at++)
          strokes += `M${at * cell + 1},${row * cell + cell / 2}h${cell - 2}`;
    }
  }
  let made = "";
  for (let level = -LEVELS; level <= LEVELS; level++) {
    if (paths.has(level))
      made += `<path class="gv-${level > 0 ? "above" : "below"}" opacity="${(Math.abs(level) / LEVELS).toFixed(2)}" d="${paths.get(level)}"/>`;
  }
  if (paths.has(NaN)) made += `<path class="gv-nan" d="${paths.get(NaN)}"/>`;
  return made + (strokes && `<path class="gv-minus" stroke-width="${cell / 8}" d="${strokes}"/>`);
}
