// Heat maps, cell by cell as gradviz/scene/heat.py makes them.

const ROWS = 16, COLUMNS = 24, MAP_WIDTH = 96, MAP_HEIGHT = 64, LARGEST_CELL = 10, LEVELS = 9;

/** Whether an array of this shape is shown as a map. @param {number[]} shape */
function isMapped(shape) {
  return shape.length > 0 && !isWhole(shape) && !shape.includes(0);
}

/** Of the table that an array is for its map: how many rows and columns. @param {number[]} shape @returns {[number, number]} */
function tableOf(shape) {
  const longer = shape.filter((length) => length !== 1);
  const columns = longer.pop() ?? 1;
  return [elementsIn(longer), columns];
}

/** How many elements an array of this shape has. @param {number[]} shape */
function elementsIn(shape) {
  return shape.reduce((product, length) => product * length, 1);
}

/** Rows and columns of cells, and the size of a cell in pixels. @param {number[]} shape @returns {[number, number, number]} */
function mapSize(shape) {
  let [rows, columns] = tableOf(shape);
  [rows, columns] = [Math.min(rows, ROWS), Math.min(columns, COLUMNS)];
  return [rows, columns, Math.min(LARGEST_CELL, Math.floor(MAP_WIDTH / columns), Math.floor(MAP_HEIGHT / rows))];
}

/** The cells of an array's map: of each block of elements, the largest by magnitude; nan if there is one. @param {Float64Array} elements @param {number[]} shape */
function cellsOf(elements, shape) {
  const [height, width] = tableOf(shape), [rows, columns] = mapSize(shape);
  const ends = (cell, cells, length) => [Math.floor((cell * length) / cells), Math.floor(((cell + 1) * length) / cells)];
  return Array.from({ length: rows * columns }, (_, cell) => {
    const [top, bottom] = ends(Math.floor(cell / columns), rows, height), [left, right] = ends(cell % columns, columns, width);
    let most = -Infinity, least = Infinity;
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
  for (const cell of cells) if (Math.abs(cell) > most && Math.abs(cell) < Infinity) most = Math.abs(cell);
  return most;
}

/** What the shades of a map stand for. @param {number[]} cells */
function mapScale(cells) {
  const most = largestCell(cells);
  return (most ? "±" : "") + numeral(most, 3) + (cells.some(Number.isNaN) ? ", nan" : "");
}

/** The shade of a number; NaN of nan. @param {number} number @param {number} most */
function shade(number, most) {
  if (Number.isNaN(number)) return NaN;
  const level = Math.abs(number) > most ? LEVELS : most ? Math.floor((LEVELS * Math.abs(number)) / most + 0.5) : 0;
  return number > 0 ? level : -level || 0;
}

/** The cells as SVG. @param {Tensor} tensor whose elements are its cells */
function mapPicture({ shape, elements }) {
  const [rows, columns, cell] = mapSize(shape), most = largestCell(elements);
  /** @type {Map<number, string>} */
  const paths = new Map();
  let strokes = "";
  for (let row = 0; row < rows; row++) {
    for (let start = 0, end; start < columns; start = end) {
      const level = shade(elements[row * columns + start], most);
      for (end = start + 1; end < columns && Object.is(shade(elements[row * columns + end], most), level); ) end++;
      if (level !== 0) paths.set(level, `${paths.get(level) ?? ""}M${start * cell},${row * cell}h${(end - start) * cell}v${cell}h-${(end - start) * cell}z`);
      if (level < 0) for (let at = start; at < end; at++) strokes += `M${at * cell + 1},${row * cell + cell / 2}h${cell - 2}`;
    }
  }
  let made = "";
  for (let level = -LEVELS; level <= LEVELS; level++) {
    if (paths.has(level)) made += `<path class="gv-${level > 0 ? "above" : "below"}" opacity="${(Math.abs(level) / LEVELS).toFixed(2)}" d="${paths.get(level)}"/>`;
  }
  if (paths.has(NaN)) made += `<path class="gv-nan" d="${paths.get(NaN)}"/>`;
  return made + (strokes && `<path class="gv-minus" stroke-width="${cell / 8}" d="${strokes}"/>`);
}

/** The cells of a map in the page, which are drawn anew only when they change. */
class HeatMap {
  /** @param {Element} cells */
  constructor(cells) {
    this.cells = cells;
    this.shown = "";
  }

  /** @param {Tensor | null} tensor */
  draw(tensor) {
    const picture = tensor === null ? "" : mapPicture(tensor);
    if (picture !== this.shown) this.cells.innerHTML = this.shown = picture;
  }
}

/** What a card says of a value (`withShape`) or of a gradient; the same as `shown` in scene/numbers.py. @param {Value} number @param {boolean} withShape */
function shownOnCard(number, withShape) {
  if (number === null || typeof number !== "object" || !isMapped(number.shape)) return numeral(number);
  return withShape ? `${numeral(number)} ${mapScale(number.elements)}` : mapScale(number.elements);
}

/** What an edge's label says; the same as `on_edge` in scene/numbers.py. @param {Value} number */
function shownOnEdge(number) {
  if (number === null || typeof number !== "object") return numeral(number, 3);
  const much = magnitude(number);
  return (much === 0 ? "" : "±") + numeral(much, 3);
}

/** Which elements a cell stands for, and what it shows. @param {string} label @param {Tensor} tensor @param {number} row @param {number} column */
function cellWords(label, { shape, elements }, row, column) {
  const [height, width] = tableOf(shape), [rows, columns] = mapSize(shape);
  const number = elements[row * columns + column];
  const ends = (at, cells, length) => [Math.floor((at * length) / cells), Math.floor(((at + 1) * length) / cells) - 1];
  const [top, bottom] = ends(row, rows, height), [left, right] = ends(column, columns, width);
  if (top === bottom && left === right) return `${label}[${indexOf(shape, top * width + left).join(", ")}] = ${numeral(number)}`;
  const span = (name, from, to) => (from === to ? `${name} ${from}` : `${name}s ${from}–${to}`);
  return `${label}, ${height > 1 ? `${span("row", top, bottom)}, ` : ""}${span("column", left, right)}: largest ${numeral(number)}`;
}

/** The index of an element by its number. @param {number[]} shape @param {number} number */
function indexOf(shape, number) {
  const index = [];
  for (const length of [...shape].reverse()) {
    index.unshift(number % length);
    number = Math.floor(number / length);
  }
  return index;
}
