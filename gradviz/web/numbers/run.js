import { cellsOf } from "./heat.js";
import { elementsIn, isMapped, mapSize } from "./shapes.js";

/**
 * What goes back along an edge; the same rule as in graph.py.
 * @param {EdgeWords} edge
 * @param {number} adjoint
 * @param {number} local
 */
function carried({ idle, choice }, adjoint, local) {
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
      if (!isMapped(shapes[part])) return Array.from(number);
      return isOfEdge(part, nodes.length, edges.length)
        ? number.reduce((most, each) => Math.max(most, Math.abs(each)), 0)
        : cellsOf(number, shapes[part]);
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
 * @param {Structure} structure with `places`: where each number stands among those that are sent, if each is sent once; and `shapes`:
 * the shape of each, if there are arrays among them: then flows come too
 * @returns {Run | null}
 */
export function runOf(sent, { nodes, edges, places, shapes }) {
  const cut = (all) => {
    const ends = [nodes.length, nodes.length + edges.length, 2 * nodes.length + edges.length];
    return {
      primals: all.slice(0, ends[0]),
      locals: all.slice(ends[0], ends[1]),
      adjoints: all.slice(ends[1], ends[2]),
      flows: all.slice(ends[2]),
      sent,
    };
  };
  if (shapes === null) {
    const numbers = places === null ? sent : Float64Array.from(places, (place) => sent[place]);
    if (numbers.length !== 2 * nodes.length + edges.length) return null;
    const run = cut(numbers);
    return {
      ...run,
      flows: Float64Array.from(edges, (edge, index) =>
        carried(edge, run.adjoints[edge.to], run.locals[index]),
      ),
    };
  }
  let at = 0;
  const all = shapes.map((shape, part) => {
    if (shape === null) return null;
    if (shape.length === 0) return sent[at++];
    const start = at;
    const [rows, columns] = mapSize(shape);
    at += !isMapped(shape)
      ? elementsIn(shape)
      : isOfEdge(part, nodes.length, edges.length)
        ? 1
        : rows * columns;
    return { shape, elements: Array.from(sent.subarray(start, at)) };
  });
  return at === sent.length ? cut(all) : null;
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
