// The program of a graph as data: instructions that are performed one by one. Each names a kernel of the table (a row, or one for
// arrays), the place of its result in memory, and those of its operands. Nothing here is made of text.

/** Instructions that say whether the function still decides as it did. */
const DECISIONS = ["must", "same", "ordered"];

/** The commonest rows, which would take longer by a call. @type {Record<string, (m: Float64Array, z: number, x: number, y: number) => Action>} */
const ARITHMETIC = {
  add: (m, z, x, y) => () => { m[z] = m[x] + m[y]; },
  subtract: (m, z, x, y) => () => { m[z] = m[x] - m[y]; },
  multiply: (m, z, x, y) => () => { m[z] = m[x] * m[y]; },
  divide: (m, z, x, y) => () => { m[z] = m[x] / m[y]; },
  negative: (m, z, x) => () => { m[z] = -m[x]; },
};

/** A row for single numbers. @param {Float64Array} m @param {string} row @param {number} z @param {number[]} operands @returns {Action} */
function actionOf(m, row, z, operands) {
  const [x, y, w] = operands, f = ROWS[row];
  if (ARITHMETIC[row]) return ARITHMETIC[row](m, z, x, y);
  if (operands.length === 1) return () => { m[z] = f(m[x]); };
  if (operands.length === 2) return () => { m[z] = f(m[x], m[y]); };
  return () => { m[z] = f(m[x], m[y], m[w]); };
}

/** Places as they are sent: a grid, or one by one. @param {Grid} grid */
function placesOf(grid) {
  return Array.isArray(grid[1]) ? places(grid[0], grid[1], /** @type {number[]} */ (grid[2])) : Int32Array.from(/** @type {number[]} */ (grid));
}

/** A kernel for arrays. @param {Float64Array} m @param {string} kernel @param {any[]} given @returns {Action} */
function actionOnArrays(m, kernel, given) {
  const part = (/** @type {Grid} */ grid) => /** @type {Part} */ ([m, placesOf(grid)]);
  const terms = (/** @type {[Grid, Grid]} */ [begin, apart]) => /** @type {Terms} */ ([m, placesOf(begin), placesOf(apart)]);
  if (kernel === "must") return () => (m[given[0]] !== 0) === (given[1] !== 0);
  if (kernel === "same") {
    const [one, other] = given.map(part);
    return () => same(one, other);
  }
  if (kernel === "ordered") {
    const operand = terms(given[1]);
    return () => ordered(given[0], operand);
  }
  const [start, size, ...rest] = given, z = m.subarray(start, start + size);
  if (kernel === "each") {
    const [row, ...grids] = rest, f = ROWS[row], parts = grids.map(part);
    return () => { each(z, f, ...parts); };
  }
  if (kernel === "move" || kernel === "put") {
    const to = placesOf(rest[0]), from = part(rest[1]), kept = kernel === "move" ? move : put;
    return () => { kept(z, to, from); };
  }
  if (kernel === "sum") {
    const operands = rest.map(terms);
    return () => { sum(z, ...operands); };
  }
  if (kernel === "cumsum") {
    const [length, stride, grid] = rest, from = part(grid);
    return () => { cumsum(z, length, stride, from); };
  }
  const [how, pair] = rest, operand = terms(pair);
  return kernel === "reduce" ? () => { reduce(z, ROWS[how], operand); } : () => { argmax(z, how, operand); };
}

const ON_ARRAYS = [...DECISIONS, "each", "move", "put", "sum", "cumsum", "reduce", "argmax"];
const SPECIAL = { nan: NaN, inf: Infinity, "-inf": -Infinity, "-0": -0 };

/** The numbers that Python sent. @param {DataView} view */
function unpacked(view) {
  const sent = new Float64Array(view.byteLength / 8);
  for (let i = 0; i < sent.length; i++) sent[i] = view.getFloat64(8 * i, true);
  return sent;
}

/** Numbers of a program as they are sent. @param {(number | string)[] | string} sent one by one, or as base64 of their 64 bits @returns {Float64Array} */
function received(sent) {
  if (typeof sent !== "string") return Float64Array.from(sent, (number) => SPECIAL[number] ?? number);
  return unpacked(new DataView(Uint8Array.from(atob(sent), (character) => character.charCodeAt(0)).buffer));
}

/**
 * A program made ready: a function of the inputs, in their order, that gives the numbers of a run; null where the traced function
 * decides otherwise.
 * @param {Program} program
 * @returns {(inputs: (number | ArrayLike<number>)[]) => (number | Float64Array | null)[] | null}
 */
function prepared({ size, constants, code, numbers }) {
  const m = new Float64Array(size);
  for (const [place, sent] of constants) m.set(received(sent), place);
  const actions = code.map(([kernel, ...given]) => (ON_ARRAYS.includes(kernel) ? actionOnArrays(m, kernel, given) : actionOf(m, kernel, given[0], given.slice(1))));
  const shown = numbers.map((number) => (typeof number === "object" && number !== null ? placesOf(number) : number));
  return (inputs) => {
    let place = 0;
    for (const input of inputs) {
      if (typeof input === "number") m[place++] = input;
      else {
        m.set(input, place);
        place += input.length;
      }
    }
    for (let at = 0; at < actions.length; at++) if (actions[at]() === false) return null;
    return shown.map((number) => (typeof number === "number" ? m[number] : number && Float64Array.from(number, (at) => m[at])));
  };
}
