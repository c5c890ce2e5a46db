// The sweeps step by step, as gradviz/scene/words/steps.py takes them: what is known, and said,
// after so many steps.

import { isMapped } from "./shapes.js";

/**
 * The words of a step.
 * @param {Structure} structure
 * @param {number | null} step
 * @returns {Formula}
 */
export function stepWords({ steps, nodes, edges, start, seed }, step) {
  if (step === null) return [];
  const [kind, at] = steps[step];
  if (kind === "start") return start;
  if (kind === "forward") return nodes[at].value;
  if (kind === "seed") return seed;
  return edges[at].soFar ?? edges[at].flow;
}

/**
 * The node or the edge at which a step is taken, by its id.
 * @param {Step} step
 * @returns {string[]}
 */
export function stepPlace([kind, at]) {
  return kind === "start" ? [] : [`${kind === "backward" || kind === "onward" ? "e" : "n"}${at}`];
}

/**
 * The node whose gradient is another after a step, by its id.
 * @param {Structure} structure
 * @param {Step} step
 * @returns {string[]}
 */
export function stepGrown({ edges }, [kind, at]) {
  if (kind === "backward") return [`n${edges[at].from}`];
  if (kind === "onward") return [`n${edges[at].to}`];
  return kind === "seed" ? [`n${at}`] : [];
}

/**
 * The sum of what has come together and what comes.
 * @param {Value} before
 * @param {Value} flow
 * @returns {Value}
 */
function added(before, flow) {
  if (before === null || flow === null) return flow;
  if (typeof before === "number" && typeof flow === "number") return before + flow;
  if (typeof before === "number" || typeof flow === "number") return flow;
  const { shape, elements } = flow;
  return { shape, elements: elements.map((element, at) => element + before.elements[at]) };
}

/**
 * Whether this is an array of which the page knows only a map: then what has come together of it
 * is known when it is whole.
 * @param {Value} number
 */
function isCut(number) {
  return number !== null && typeof number === "object" && isMapped(number.shape);
}

/**
 * A run as it stands after `step` steps (null: after all): what is not known yet is null.
 * @param {Run} run
 * @param {Structure} structure
 * @param {number | null} step
 * @returns {Run}
 */
export function stateAt(run, { steps, edges }, step) {
  if (step === null) return run;
  const taken = steps.slice(0, step + 1);
  const known = Array.from(run.primals, () => true);
  for (const [kind, node] of steps) if (kind === "forward") known[node] = false;
  /** @type {Value[]} */
  const flows = Array.from(run.flows, () => null);
  /** @type {Value[]} */
  const adjoints = Array.from(run.adjoints, () => null);
  for (const [kind, at] of taken) {
    if (kind === "forward") known[at] = true;
    else if (kind === "seed") {
      const used = new Set(edges.map(({ from }) => from));
      adjoints.forEach((_, node) => {
        if (!used.has(node)) adjoints[node] = run.adjoints[node];
      });
    } else if (kind === "backward") {
      const { from } = edges[at];
      flows[at] = run.flows[at];
      if (!isCut(run.adjoints[from])) adjoints[from] = added(adjoints[from], run.flows[at]);
      else if (edges.every((edge, other) => edge.from !== from || flows[other] !== null))
        adjoints[from] = run.adjoints[from];
    }
  }
  return {
    primals: Array.from(run.primals, (value, node) => (known[node] ? value : null)),
    locals: Array.from(run.locals, (value, edge) => (known[edges[edge].to] ? value : null)),
    adjoints,
    flows,
    sent: run.sent,
  };
}
