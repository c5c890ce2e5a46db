// The shapes of arrays, and of their heat maps: the same rules as in gradviz/scene/heat.py.

export const FEW = 4; // elements of a vector that are sent, and printed, one by one
const ROWS = 16;
const COLUMNS = 24; // of a map, at most
const MAP_WIDTH = 96;
const MAP_HEIGHT = 64; // of a map, at most, in pixels
const LARGEST_CELL = 10;

/**
 * Whether an array of this shape is sent whole.
 * @param {number[]} shape
 */
export function isWhole(shape) {
  return shape.length === 1 && shape[0] <= FEW;
}

/**
 * Whether an array of this shape is shown as a map.
 * @param {number[]} shape
 */
export function isMapped(shape) {
  return shape.length > 0 && !isWhole(shape) && !shape.includes(0);
}

/**
 * Of the table that an array is for its map: how many rows and columns.
 * @param {number[]} shape
 * @returns {[number, number]}
 */
export function tableOf(shape) {
  const longer = shape.filter((length) => length !== 1);
  const columns = longer.pop() ?? 1;
  return [elementsIn(longer), columns];
}

/**
 * How many elements an array of this shape has.
 * @param {number[]} shape
 */
export function elementsIn(shape) {
  return shape.reduce((product, length) => product * length, 1);
}

/**
 * Rows and columns of cells, and the size of a cell in pixels.
 * @param {number[]} shape
 * @returns {[number, number, number]}
 */
export function mapSize(shape) {
  const [height, width] = tableOf(shape);
  const rows = Math.min(height, ROWS);
  const columns = Math.min(width, COLUMNS);
  const room = [Math.floor(MAP_WIDTH / columns), Math.floor(MAP_HEIGHT / rows)];
  return [rows, columns, Math.min(LARGEST_CELL, ...room)];
}

/**
 * Of so many rows (or columns), those for which a cell stands: the first, and the first after them.
 * @param {number} cell
 * @param {number} cells
 * @param {number} length
 */
export function blockOf(cell, cells, length) {
  return [Math.floor((cell * length) / cells), Math.floor(((cell + 1) * length) / cells)];
}

/**
 * The index of an element by its number.
 * @param {number[]} shape
 * @param {number} number
 */
export function indexOf(shape, number) {
  const index = [];
  for (const length of [...shape].reverse()) {
    index.unshift(number % length);
    number = Math.floor(number / length);
  }
  return index;
}
