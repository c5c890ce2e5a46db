// Heat maps, cell by cell as gradviz/scene/heat.py makes them.

import { isWhole } from "./numeral.js";

const ROWS = 16;

const COLUMNS = 24;

const MAP_WIDTH = 96;

const MAP_HEIGHT = 64;

const LARGEST_CELL = 10;

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
  let [rows, columns] = tableOf(shape);
  [rows, columns] = [Math.min(rows, ROWS), Math.min(columns, COLUMNS)];
  return [
    rows,
    columns,
    Math.min(LARGEST_CELL, Math.floor(MAP_WIDTH / columns), Math.floor(MAP_HEIGHT / rows)),
  ];
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
