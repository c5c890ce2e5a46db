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
export function sentOf(numbers, { shapes, nodes, edges }) {
  if (shapes === null) return Float64Array.from(/** @type {ArrayLike<number>} */ (numbers));
  return Float64Array.from(
    Array.from(numbers).flatMap((number, part) => {
      if (number === null || typeof number === "number") return number ?? [];
      const shape = shapes[part] ?? [];
      if (!isMapped(shape)) return Array.from(number);
      if (!isOfEdge(part, nodes.length, edges.length)) return cellsOf(number, shape);
      return number.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
    }),
  );
}

/**
 * Whether a part of what is sent belongs to an edge: first come nodes, then edges, and both
 * again.
 * @param {number} part
 * @param {number} nodes
 * @param {number} edges
 */
function isOfEdge(part, nodes, edges) {
  return part % (nodes + edges) >= nodes;
}

/**
 * A run from the numbers that were sent; null if they do not belong to this structure.
 * @param {Float64Array} sent
 * @param {Structure} structure with `places`: where each number stands among those that are sent,
 * if each is sent once; and `shapes`: the shape of each, if there are arrays among them: then flows
 * come too
 * @returns {Run | null}
 */
export function runOf(sent, { nodes, edges, places, shapes }) {
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
  let at = 0;
  const all = shapes.map((shape, part) => {
    if (shape === null) return null;
    if (shape.length === 0) return sent[at++];
    const start = at;
    const [rows, columns] = mapSize(shape);
    if (!isMapped(shape)) at += elementsIn(shape);
    else at += isOfEdge(part, nodes.length, edges.length) ? 1 : rows * columns;
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
 * The numbers that Python sent.
 * @param {DataView} view
 */
export function unpacked(view) {
  const sent = new Float64Array(view.byteLength / 8);
  for (let i = 0; i < sent.length; i++) sent[i] = view.getFloat64(8 * i, true);
  return sent;
}
