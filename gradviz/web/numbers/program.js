// The program of a graph as data: instructions that are performed one by one. Each names a row of
// the table, or a kernel for arrays, and has places in one memory: that of its result, and those of
// its operands. Nothing here is made of text.

import {
  argmax,
  cumsum,
  each,
  move,
  ordered,
  places,
  put,
  reduce,
  same,
  sum,
} from "../../autodiff/primitives/printers/arrays.js";
import { unpacked } from "./run.js";
import { TABLE } from "./table.js";

const ARITHMETIC = ["add", "subtract", "multiply", "divide", "negative"]; // done without a call
const ROW = ARITHMETIC.length;
const ACTION = ROW + 1;
/** @type {Record<string, number>} */
const SPECIAL = { nan: NaN, inf: Infinity, "-inf": -Infinity, "-0": -0 };

/**
 * Places as they are sent: a grid, or one by one.
 * @param {Grid} grid
 */
function placesOf(grid) {
  return Array.isArray(grid[1])
    ? places(grid[0], grid[1], /** @type {number[]} */ (grid[2]))
    : Int32Array.from(/** @type {number[]} */ (grid));
}

/**
 * Rows of large arrays, element by element without a call: an engine calls what may be any function
 * ten times as slowly.
 * @type {Record<string, (z: Float64Array, ...parts: Picked[]) => void>}
 */
const OFTEN = {
  add: (z, [x, p], [y, q]) => {
    for (let i = 0; i < z.length; i++) z[i] = x[p[i]] + y[q[i]];
  },
  subtract: (z, [x, p], [y, q]) => {
    for (let i = 0; i < z.length; i++) z[i] = x[p[i]] - y[q[i]];
  },
  multiply: (z, [x, p], [y, q]) => {
    for (let i = 0; i < z.length; i++) z[i] = x[p[i]] * y[q[i]];
  },
};

/**
 * What an instruction for arrays does, by its kernel: `m` is the memory, `z` the part of it for
 * the result.
 * @type {Record<string, (m: Float64Array, z: Float64Array, ...given: any[]) => Action>}
 */
const KERNELS = {
  each: (m, z, row, ...grids) => {
    const f = TABLE[row];
    const parts = grids.map((grid) => partOf(m, grid));
    if (parts.length === 2 && Object.hasOwn(OFTEN, row)) return () => OFTEN[row](z, ...parts);
    return () => {
      each(z, f, ...parts);
    };
  },
  move: (m, z, to, from) => {
    const places = placesOf(to);
    const part = partOf(m, from);
    return () => {
      move(z, places, part);
    };
  },
  put: (m, z, to, from) => {
    const places = placesOf(to);
    const part = partOf(m, from);
    return () => {
      put(z, places, part);
    };
  },
  sum: (m, z, ...grids) => {
    const operands = grids.map((pair) => termsOf(m, pair));
    return () => {
      sum(z, ...operands);
    };
  },
  reduce: (m, z, row, pair) => {
    const operand = termsOf(m, pair);
    return () => {
      reduce(z, TABLE[row], operand);
    };
  },
  cumsum: (m, z, length, stride, grid) => {
    const part = partOf(m, grid);
    return () => {
      cumsum(z, length, stride, part);
    };
  },
  argmax: (m, z, sign, pair) => {
    const operand = termsOf(m, pair);
    return () => {
      argmax(z, sign, operand);
    };
  },
};

/**
 * What decisions ask: whether the function still decides as it did.
 * @type {Record<string, (m: Float64Array, ...given: any[]) => Action>}
 */
const DECISIONS = {
  must: (m, place, wanted) => () => (m[place] !== 0) === (wanted !== 0),
  same: (m, ...grids) => {
    const [part, other] = grids.map((grid) => partOf(m, grid));
    return () => same(part, other);
  },
  ordered: (m, order, pair) => {
    const operand = termsOf(m, pair);
    return () => ordered(order, operand);
  },
};

/**
 * @param {Float64Array} m
 * @param {Grid} grid
 * @returns {Picked}
 */
function partOf(m, grid) {
  return [m, placesOf(grid)];
}

/**
 * @param {Float64Array} m
 * @param {[Grid, Grid]} pair
 * @returns {Terms}
 */
function termsOf(m, [begin, apart]) {
  return [m, placesOf(begin), placesOf(apart)];
}

/**
 * An instruction made ready: what it is, the places of its result and its operands, and what it
 * calls.
 * @param {Float64Array} m
 * @param {[string, ...any[]]} instruction
 * @returns {{step: number[], action: Action}}
 */
function readied(m, [kernel, ...given]) {
  if (Object.hasOwn(DECISIONS, kernel))
    return { step: [ACTION], action: DECISIONS[kernel](m, ...given) };
  if (Object.hasOwn(KERNELS, kernel)) {
    const [start, size, ...rest] = given;
    return { step: [ACTION], action: KERNELS[kernel](m, m.subarray(start, start + size), ...rest) };
  }
  const [z, x, y = x, w] = /** @type {number[]} */ (given);
  const action = TABLE[kernel];
  if (w !== undefined) {
    const chosen = () => {
      m[z] = action(m[x], m[y], m[w]);
    };
    return { step: [ACTION], action: chosen };
  }
  const kind = ARITHMETIC.includes(kernel) ? ARITHMETIC.indexOf(kernel) : ROW;
  return { step: [kind, z, x, y], action };
}

/**
 * Constants: one by one, or as base64 of their 64 bits.
 * @param {(number | string)[] | string} sent
 * @returns {Float64Array}
 */
function received(sent) {
  if (typeof sent !== "string") {
    return Float64Array.from(sent, (number) => SPECIAL[number] ?? Number(number));
  }
  return unpacked(
    new DataView(Uint8Array.from(atob(sent), (character) => character.charCodeAt(0)).buffer),
  );
}

/**
 * What reads numbers and arrays in memory.
 * @param {Float64Array} m
 * @param {Program["numbers"]} numbers
 * @returns {() => ArrayLike<number | Float64Array | null>}
 */
function reader(m, numbers) {
  if (numbers.every((number) => typeof number === "number")) {
    const all = Int32Array.from(numbers);
    return () => {
      const read = new Float64Array(all.length);
      for (let i = 0; i < all.length; i++) read[i] = m[all[i]];
      return read;
    };
  }
  const reads = numbers.map((number) => {
    if (number === null) return () => null;
    if (typeof number === "number") return () => m[number];
    const end = endOf(number);
    if (end) return () => m.slice(end[0], end[1]);
    const at = placesOf(number);
    return () => {
      const read = new Float64Array(at.length);
      for (let i = 0; i < at.length; i++) read[i] = m[at[i]];
      return read;
    };
  });
  return () => reads.map((read) => read());
}

/**
 * Where a grid begins and ends whose elements stand one after another; null of any other.
 * @param {Grid} grid
 * @returns {[number, number] | null}
 */
function endOf([start, lengths, strides]) {
  if (!Array.isArray(lengths)) return null;
  let size = 1;
  for (let axis = lengths.length - 1; axis >= 0; axis--) {
    if (lengths[axis] !== 1 && /** @type {number[]} */ (strides)[axis] !== size) return null;
    size *= lengths[axis];
  }
  return [start, start + size];
}

/**
 * A program made ready: a function of the inputs, in their order, that gives the numbers of a run;
 * null where the traced function decides otherwise.
 * @param {Program} program
 * @returns {Prepared}
 */
export function prepared(program) {
  return performer(program).run;
}

/**
 * What performs a program; and, after that, parts of it once more with some numbers moved.
 * @param {Program} program
 * @returns {Performer}
 */
export function performer({ size, constants, code, numbers }) {
  const m = new Float64Array(size);
  const steps = new Int32Array(4 * code.length);
  for (const [place, sent] of constants) m.set(received(sent), place);
  const actions = code.map((instruction, at) => {
    const { step, action } = readied(m, instruction);
    steps.set(step, 4 * at);
    return action;
  });
  const read = reader(m, numbers);
  /** @type {Prepared} */
  const run = (inputs) => {
    let place = 0;
    for (const input of inputs) {
      if (typeof input === "number") m[place++] = input;
      else {
        m.set(input, place);
        place += input.length;
      }
    }
    return perform(0, actions.length, true) ? read() : null;
  };
  const perform = (
    /** @type {number} */ start,
    /** @type {number} */ end,
    /** @type {boolean} */ decides,
  ) => {
    for (let at = start; at < end; at++) {
      const z = steps[4 * at + 1];
      const x = steps[4 * at + 2];
      const y = steps[4 * at + 3];
      switch (steps[4 * at]) {
        case 0:
          m[z] = m[x] + m[y];
          break;
        case 1:
          m[z] = m[x] - m[y];
          break;
        case 2:
          m[z] = m[x] * m[y];
          break;
        case 3:
          m[z] = m[x] / m[y];
          break;
        case 4:
          m[z] = -m[x];
          break;
        case ROW:
          m[z] = /** @type {number} */ (actions[at](m[x], m[y]));
          break;
        default:
          if (actions[at]() === false && decides) return false;
      }
    }
    return true;
  };
  const moved = (
    /** @type {Grid | number} */ what,
    /** @type {number} */ by,
    /** @type {[number, number]} */ [start, end],
    /** @type {Grid | number} */ result,
  ) => {
    const before = m.slice();
    for (const place of gridOf(what)) m[place] += by;
    perform(start, end, false);
    const sum = gridOf(result).reduce((all, place) => all + m[place], 0);
    m.set(before);
    return sum;
  };
  return { run, moved };
}

/** @param {Grid | number} at */
function gridOf(at) {
  return typeof at === "number" ? Int32Array.of(at) : placesOf(at);
}
