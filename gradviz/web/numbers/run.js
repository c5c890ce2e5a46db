// The numbers of a run as they are sent, and what becomes of them; see gradviz/live/packing.py.

import { cellsOf } from "./heat.js";
import { elementsIn, isMapped, mapSize } from "./shapes.js";

/**
 * What goes back along an edge; the same rule as in gradviz/graph/flows.py.
 * @param {EdgeWords} edge
 * @param {number} adjoint
 * @param {number} local
 */
export function carried({ idle, choice }, adjoint, local) {
  return idle || (choice && local === 0) ? 0 : adjoint * local;
}

/**
 * Numbers as Python would send them.
 * @param {ArrayLike<number | Float64Array | null>} numbers
 * @param {Structure} structure
 */
export function sentOf(numbers, structure) {
  const { shapes } = structure;
  if (shapes === null) return Float64Array.from(/** @type {ArrayLike<number>} */ (numbers));
  const counts = countsOf(structure, shapes);
  const sent = new Float64Array(counts.reduce((sum, count) => sum + count, 0));
  let at = 0;
  counts.forEach((count, part) => {
    const number = numbers[part];
    if (number === null) return;
    const shape = shapes[part] ?? [];
    if (typeof number === "number") sent[at] = number;
    else if (!isMapped(shape)) sent.set(number, at);
    else if (isOfEdge(part, structure)) sent[at] = largestOf(number);
    else sent.set(cellsOf(number, shape), at);
    at += count;
  });
  return sent;
}

/** @param {Float64Array} elements */
function largestOf(elements) {
  let most = 0;
  for (let at = 0; at < elements.length; at++) most = Math.max(most, Math.abs(elements[at]));
  return most;
}

/**
 * How many numbers are sent of each part.
 * @param {Structure} structure
 * @param {(number[] | null)[]} shapes
 */
function countsOf(structure, shapes) {
  return shapes.map((shape, part) => {
    if (shape === null) return 0;
    if (!isMapped(shape)) return elementsIn(shape);
    const [rows, columns] = mapSize(shape);
    return isOfEdge(part, structure) ? 1 : rows * columns;
  });
}

/**
 * Whether a part of what is sent belongs to an edge: first come nodes, then edges, and both
 * again.
 * @param {number} part
 * @param {Structure} structure
 */
function isOfEdge(part, { nodes, edges }) {
  return part % (nodes.length + edges.length) >= nodes.length;
}

/**
 * A run from the numbers that were sent; null if they do not belong to this structure.
 * @param {Float64Array} sent
 * @param {Structure} structure with `places`: where each number stands among those that are sent,
 * if each is sent once; and `shapes`: the shape of each, if there are arrays among them: then flows
 * come too
 * @returns {Run | null}
 */
export function runOf(sent, structure) {
  const { nodes, edges, places, shapes } = structure;
  const toLocals = nodes.length;
  const toAdjoints = toLocals + edges.length;
  const toFlows = toAdjoints + nodes.length;
  if (shapes === null) {
    const numbers = places === null ? sent : Float64Array.from(places, (place) => sent[place]);
    if (numbers.length !== toFlows) return null;
    const locals = numbers.slice(toLocals, toAdjoints);
    const adjoints = numbers.slice(toAdjoints, toFlows);
    const flow = (/** @type {EdgeWords} */ edge, /** @type {number} */ index) =>
      carried(edge, adjoints[edge.to], locals[index]);
    const flows = Float64Array.from(edges, flow);
    return { primals: numbers.slice(0, toLocals), locals, adjoints, flows, sent };
  }
  const counts = countsOf(structure, shapes);
  let at = 0;
  const all = shapes.map((shape, part) => {
    if (shape === null) return null;
    if (shape.length === 0) return sent[at++];
    const start = at;
    at += counts[part];
    return { shape, elements: Array.from(sent.subarray(start, at)) };
  });
  if (at !== sent.length) return null;
  return {
    primals: all.slice(0, toLocals),
    locals: all.slice(toLocals, toAdjoints),
    adjoints: all.slice(toAdjoints, toFlows),
    flows: all.slice(toFlows),
    sent,
  };
}

/**
 * Whether two runs have the same numbers.
 * @param {Run} one
 * @param {Run} other
 */
export function isSameRun({ sent: one }, { sent: other }) {
  return one.length === other.length && one.every((number, at) => Object.is(number, other[at]));
}

/**
 * A run of which nothing is known yet.
 * @param {Structure} structure
 * @returns {Run}
 */
export function unknownRun({ nodes, edges }) {
  const [ofNodes, ofEdges] = [nodes.map(() => null), edges.map(() => null)];
  const sent = new Float64Array();
  return { primals: ofNodes, locals: ofEdges, adjoints: ofNodes, flows: ofEdges, sent };
}

/**
 * The numbers that Python sent of a run: all with 64 bits; or cells of maps with 32, after all
 * others, and those of inputs by themselves with 64, since they seldom change.
 * @param {DataView} view
 * @param {DataView | undefined} still
 * @param {Structure} structure
 */
export function arrived(view, still, structure) {
  const { shapes, nodes, edges, inputs } = structure;
  if (shapes === null || !still) return unpacked(view);
  const counts = countsOf(structure, shapes);
  const isCells = shapes.map(
    (shape, part) => shape !== null && isMapped(shape) && !isOfEdge(part, structure),
  );
  const isStill = (/** @type {number} */ part) => part < nodes.length && inputs.includes(part);
  let [all, singles, cells] = [0, 0, 0];
  counts.forEach((count, part) => {
    all += count;
    if (!isCells[part]) singles += count;
    else if (!isStill(part)) cells += count;
  });
  if (view.byteLength === 8 * all) return unpacked(view);
  const stills = all - singles - cells;
  if (view.byteLength !== 8 * singles + 4 * cells || still.byteLength !== 8 * stills)
    return new Float64Array(); // of another structure
  const sent = new Float64Array(all);
  let place = 0;
  let single = 0;
  let cell = 8 * singles;
  let stillCell = 0;
  counts.forEach((count, part) => {
    const isApart = isStill(part);
    for (let i = 0; i < count; i++, place++) {
      if (!isCells[part]) sent[place] = view.getFloat64(8 * single++, true);
      else if (isApart) sent[place] = still.getFloat64(8 * stillCell++, true);
      else {
        sent[place] = view.getFloat32(cell, true);
        cell += 4;
      }
    }
  });
  return sent;
}

/**
 * The numbers that Python sent.
 * @param {DataView} view
 */
export function unpacked(view) {
  const sent = new Float64Array(view.byteLength / 8);
  for (let i = 0; i < sent.length; i++) sent[i] = view.getFloat64(8 * i, true);
  return sent;
}

/**
 * Bytes that were sent as text.
 * @param {string} text
 */
export function bytesOf(text) {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return new DataView(bytes.buffer);
}
