// What needs no calculus: a value is moved a little, and the output is watched; as in
// gradviz/scene/words/explain.py. And single elements of arrays.

import { numeral } from "../numbers/numeral.js";
import { elementsIn } from "../numbers/shapes.js";

const STEP = 6e-6; // the cube root of the rounding error
const TOLERANCE = 1e-4;
const ONE_SIDED = 1e-3;
const NOISE = 1e-8;
const ELEMENT_DIGITS = 6; // of an element

/** @typedef {ArrayLike<number | Float64Array | null>} Worked what a program gives */
/** @typedef {number | Float64Array | null} Number_ */

/** @param {Number_} number */
function elementsOf(number) {
  return number === null ? [] : typeof number === "number" ? [number] : Array.from(number);
}

/** @param {Number_} number */
function sumOf(number) {
  return elementsOf(number).reduce((sum, each) => sum + each, 0);
}

/**
 * The numbers that a program gave, by the index of a node or an edge.
 * @param {Structure} structure
 * @param {Worked} numbers
 */
function partsOf({ places, shapes, nodes, edges }, numbers) {
  const at = (/** @type {number} */ place) => numbers[shapes || !places ? place : places[place]];
  return {
    primal: (/** @type {number} */ node) => at(node),
    local: (/** @type {number} */ edge) => at(nodes.length + edge),
    adjoint: (/** @type {number} */ node) => at(nodes.length + edges.length + node),
  };
}

/**
 * What comes of moving a value a little: the quotient of differences, and whether it agrees with
 * the derivative; null where there is nothing to compare.
 * @param {(by: number) => number} moved
 * @param {number} derivative
 * @param {number} size of the value
 */
export function compared(moved, derivative, size) {
  const step = STEP * Math.max(1, size);
  const [before, here, after] = [-step, 0, step].map(moved);
  if (![step, before, here, after].every(Number.isFinite)) return null;
  const noise = NOISE * Math.max(1, Math.abs(here));
  const quotient = (after - before) / (2 * step);
  const near = (/** @type {number} */ other, /** @type {number} */ tolerance) =>
    derivative === other ||
    (Number.isNaN(derivative) && Number.isNaN(other)) ||
    Math.abs(derivative - other) <=
      tolerance * Math.max(Math.abs(derivative), Math.abs(other)) + noise;
  const sides = [(after - here) / step, (here - before) / step];
  const agrees = near(quotient, TOLERANCE) || sides.some((side) => near(side, ONE_SIDED));
  return { quotient: Math.abs(quotient) < noise ? 0 : quotient, agrees };
}

/**
 * A text of the catalogue whose places are formulas.
 * @param {Say} say
 * @param {TextId} id
 * @param {Record<string, Formula>} places
 * @returns {Formula}
 */
function said(say, id, places) {
  const names = Object.keys(places);
  const marks = names.map((_, at) => String.fromCharCode(0xe000 + at));
  const text = say(id, Object.fromEntries(names.map((name, at) => [name, marks[at]])));
  return text.split(/([\ue000-\ue00f])/).flatMap((part) => {
    const at = marks.indexOf(part);
    return at < 0 ? (part ? [/** @type {Part} */ (["say", part])] : []) : places[names[at]];
  });
}

/**
 * What to say of moving the selected value; nothing where there is nothing to try.
 * @param {Say} say
 * @param {Drawing} drawing
 * @param {Worked} numbers
 * @param {string} id
 * @param {Performer | null} performer
 * @returns {NudgeLine[]}
 */
export function nudgeLines(say, { structure, nudged }, numbers, id, performer) {
  const { nodes, edges, output, path } = structure;
  const index = Number(id.slice(1));
  if (id === "" || (id[0] === "n" && index === output) || path.length) return [];
  const line = (/** @type {Formula} */ formula, /** @type {boolean | null} */ agrees) => [
    { label: say("page.nudge"), formula, agrees },
  ];
  const [under, over] = id[0] === "n" ? [index, output] : [edges[index].from, edges[index].to];
  const parts = partsOf(structure, numbers);
  const [spot, result] = [nudged?.[under], nudged?.[over]];
  const twins = edges.filter(({ from, to }) => from === under && to === over);
  const way = id[0] === "n" ? spot && [spot[2], Infinity] : result && [result[1], result[2]];
  const local = id[0] === "n" ? 0 : parts.local(index);
  const isOne = id[0] === "n" || (twins.length === 1 && local !== null && way && way[0] < way[1]);
  if (!performer || !spot || !result || !way || !isOne)
    return line([["say", say("page.nudge.python")]], null);
  const end = Math.min(way[1], result[2]);
  const value = parts.primal(under);
  const size = Math.max(0, ...elementsOf(value).map(Math.abs));
  const whole = typeof local === "number" ? local * elementsOf(parts.primal(over)).length : local;
  const derivative = sumOf(id[0] === "n" ? parts.adjoint(under) : whole);
  const moved = (/** @type {number} */ by) =>
    performer.moved(spot[0], by, [way[0], end], result[0]);
  const found = compared(moved, derivative, size);
  const node = /** @type {Formula} */ ([["name", nodes[under].label]]);
  if (found === null) return line(said(say, "page.nudge.nothing", { node }), null);
  const what = typeof value === "number" ? "number" : "array";
  const text = /** @type {const} */ (`page.nudge.${what}`);
  return line(
    said(say, found.agrees ? text : /** @type {const} */ (`${text}_disagrees`), {
      node,
      quotient: [["Δ", nodes[over].label, nodes[under].label], ` = ${numeral(found.quotient)}`],
      derivative: [numeral(derivative)],
    }),
    found.agrees,
  );
}

/**
 * The value and the gradient of one element of the selected array.
 * @param {Say} say
 * @param {Drawing} drawing
 * @param {Worked} numbers
 * @param {string} id
 * @param {string} text its index, such as "3, 17"
 * @returns {NudgeLine[]}
 */
export function elementLines(say, { structure }, numbers, id, text) {
  const { nodes, shapes, output } = structure;
  if (id[0] !== "n" || !text) return [];
  const node = Number(id.slice(1));
  const line = (/** @type {string} */ words) => ({
    label: say("page.element"),
    formula: /** @type {Formula} */ ([["say", words]]),
    agrees: null,
  });
  if (!numbers.length) return [line(say("page.alone.element"))];
  const { label } = nodes[node];
  const shape = shapes?.[node] ?? [];
  const index = indexIn(text, shape);
  if (index === null) {
    const places = { node: label, index: text.trim(), shape: shape.join(" × ") };
    return [line(say(shape.length ? "page.element.none" : "page.element.of_number", places))];
  }
  const parts = partsOf(structure, numbers);
  const at = index.reduce((place, each, axis) => place * shape[axis] + each, 0);
  const name = `${label}[${index.join(", ")}]`;
  const sides = [name, `∂${nodes[output].label}/∂${name}`];
  return [parts.primal(node), parts.adjoint(node)].map((number, side) => {
    const shown = numeral(number === null ? null : elementsOf(number)[at], ELEMENT_DIGITS);
    return line(`${sides[side]} = ${shown}`);
  });
}

/**
 * The index that a text says; null if there is no such element.
 * @param {string} text
 * @param {number[]} shape
 */
function indexIn(text, shape) {
  const said = text.split(",").filter((part) => part.trim());
  const index = said.map((part) => Number(part.replace("−", "-")));
  const isThere = (/** @type {number} */ part, /** @type {number} */ axis) =>
    Number.isInteger(part) && -shape[axis] <= part && part < shape[axis];
  if (!elementsIn(shape) || index.length !== shape.length || !index.every(isThere)) return null;
  return index.map((part, axis) => (part + shape[axis]) % shape[axis]);
}
