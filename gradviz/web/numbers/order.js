// The reverse sweep in an order of one's own: each gate goes back once, with what has come together
// at it by then. Where a gate that uses it had not gone, that is less than it should be.

import { carried } from "./run.js";

const CLOSE = 1e-9; // sums in another order differ by that much

/**
 * A gate that went before all that uses it.
 * @typedef Early
 * @property {number} gate
 * @property {number} has what it handed on
 * @property {number} should
 * @property {number[]} missing the edges that had brought nothing yet
 */

/**
 * @typedef Swept
 * @property {Run} state what is known
 * @property {Early[]} early in the order in which they went
 * @property {number[]} missing edges that an early gate did without, and that have not come yet
 * @property {number[]} spoilt nodes that have all that comes, and yet another number
 */

/**
 * The gates that go back, in the order of the sweep.
 * @param {Structure} structure
 * @returns {number[]}
 */
export function gatesOf({ steps, edges }) {
  const back = steps.flatMap(([kind, at]) => (kind === "backward" ? [edges[at].to] : []));
  return [...new Set(back)];
}

/**
 * Whether two gradients are the same number.
 * @param {number} one
 * @param {number} other
 */
export function isSameGradient(one, other) {
  if (Object.is(one, other) || one === other) return true;
  return Math.abs(one - other) <= CLOSE * Math.max(Math.abs(one), Math.abs(other));
}

/**
 * The sweep after these gates went back, in this order.
 * @param {Run} run of single numbers
 * @param {Structure} structure
 * @param {number[]} gates
 * @returns {Swept}
 */
export function sweptInOrder(run, { edges }, gates) {
  const whole = Array.from(run.adjoints, Number);
  const isUsed = new Set(edges.map(({ from }) => from));
  const adjoints = whole.map((adjoint, node) => (isUsed.has(node) ? null : adjoint));
  const flows = edges.map(() => /** @type {number | null} */ (null));
  /** @type {Early[]} */
  const early = [];
  const waiting = (/** @type {number} */ node) =>
    edges.flatMap(({ from }, edge) => (from === node && flows[edge] === null ? [edge] : []));
  for (const gate of gates) {
    const has = (adjoints[gate] ??= 0);
    const missing = waiting(gate);
    if (missing.length) early.push({ gate, has, should: whole[gate], missing });
    edges.forEach((edge, at) => {
      if (edge.to !== gate) return;
      const flow = carried(edge, has, Number(run.locals[at]));
      flows[at] = flow;
      adjoints[edge.from] = (adjoints[edge.from] ?? 0) + flow;
    });
  }
  const isSpoilt = (/** @type {number | null} */ adjoint, /** @type {number} */ node) =>
    adjoint !== null && !waiting(node).length && !isSameGradient(adjoint, whole[node]);
  return {
    state: { ...run, adjoints, flows },
    early,
    missing: [...new Set(early.flatMap(({ gate }) => waiting(gate)))],
    spoilt: adjoints.flatMap((adjoint, node) => (isSpoilt(adjoint, node) ? [node] : [])),
  };
}
