// Forward mode: tangents stand where adjoints do, and what runs on where what flows back does. They
// follow from the local derivatives of a run, as gradviz/graph/forward.py has them, so that any
// input may move, in a notebook and without a kernel.

import { numeral } from "./numeral.js";
/**
 * The tangents of a run.
 * @param {Run} run
 * @param {Structure} structure
 * @param {Wrt} wrt
 * @returns {Run}
 */
export function forwardRun(run, { forward, edges }, wrt) {
  const { names, flat } = /** @type {ForwardWords} */ (forward);
  const moving = new Set();
  const adjoints = new Float64Array(run.primals.length);
  names.forEach((name, input) => {
    if (!Object.hasOwn(wrt, name)) return;
    adjoints[input] = wrt[name];
    moving.add(input);
  });
  const still = new Set(flat);
  const flows = Float64Array.from(edges, ({ from, to, choice }, edge) => {
    const local = Number(run.locals[edge]);
    if (!moving.has(from) || still.has(edge) || (choice && local === 0)) return 0;
    const push = adjoints[from] * local;
    adjoints[to] = moving.has(to) ? adjoints[to] + push : push;
    moving.add(to);
    return push;
  });
  return { ...run, adjoints, flows };
}

/**
 * A graph told of in forward mode: its steps, and its words where it is known what moves.
 * @param {Say} say
 * @param {Structure} structure
 * @param {Wrt} wrt
 * @returns {Structure}
 */
export function forwardStructure(say, structure, wrt) {
  const { names, nodes, edges, seed } = /** @type {ForwardWords} */ (structure.forward);
  const only = onlyOne(wrt);
  const put = (/** @type {Formula} */ formula) =>
    formula.map((part) => (part[0] === "rate" ? rate(String(part[1]), only) : part));
  /** @type {Step[]} */
  const steps = [
    ["start", null],
    ["seed", names.findIndex((name) => Object.hasOwn(wrt, name))],
  ];
  for (let node = names.length; node < structure.nodes.length; node++) {
    steps.push(["forward", node]);
    structure.edges.forEach(({ to }, edge) => {
      if (to === node) steps.push(["onward", edge]);
    });
  }
  const [before, after] = say("page.forward.title", { direction: named(wrt, say), title: "\ufffc" })
    .split("\ufffc", 2)
    .map((text) => /** @type {Part} */ (["say", text]));
  return {
    ...structure,
    second: "tangent",
    steps,
    seed: put(seed),
    summary: [before, ...structure.summary, after],
    nodes: structure.nodes.map((node, at) => ({ ...node, adjoint: put(nodes[at]) })),
    edges: structure.edges.map((edge, at) => {
      const [push, soFar] = edges[at];
      return { ...edge, flow: put(push), soFar: soFar && put(soFar) };
    }),
  };
}

/**
 * The tangent of a node by its symbol: a derivative if one input moves, else a differential.
 * @param {string} label
 * @param {string | null} only
 * @returns {Part}
 */
function rate(label, only) {
  return only === null ? ["name", `d${label}`] : ["∂", label, only];
}

/**
 * The input that moves by 1 while all others stand still, if it is so.
 * @param {Wrt} wrt
 */
export function onlyOne(wrt) {
  const names = Object.keys(wrt);
  return names.length === 1 && wrt[names[0]] === 1 ? names[0] : null;
}

/**
 * A direction in a few words.
 * @param {Wrt} wrt
 * @param {Say} say
 */
export function named(wrt, say) {
  const seeds = Object.entries(wrt).map(([name, seed]) => `d${name} = ${numeral(seed)}`);
  return onlyOne(wrt) ?? seeds.join(say("page.forward.and"));
}

/**
 * The tangents as they stand after so many steps: what has arrived so far.
 * @param {Run} run
 * @param {Structure} structure told of in forward mode
 * @param {number | null} step
 * @returns {Run}
 */
export function forwardStateAt(run, { steps, edges }, step) {
  if (step === null) return run;
  const known = Array.from(run.primals, () => true);
  const toCome = Array.from(run.primals, () => 0);
  for (const [kind, node] of steps) if (kind === "forward") known[node] = false;
  for (const { to } of edges) toCome[to]++;
  const inputs = known.flatMap((isInput, node) => (isInput ? [node] : []));
  /** @type {(number | null)[]} */
  const adjoints = Array.from(run.adjoints, () => null);
  /** @type {(number | null)[]} */
  const flows = Array.from(run.flows, () => null);
  for (const [kind, at] of steps.slice(0, step + 1)) {
    if (kind === "forward") known[at] = true;
    const here = kind === "seed" ? inputs : kind === "forward" && !toCome[at] ? [at] : [];
    for (const node of here) adjoints[node] = Number(run.adjoints[node]);
    if (kind !== "onward") continue;
    const push = Number(run.flows[at]);
    const { to } = edges[at];
    const before = adjoints[to];
    flows[at] = push;
    toCome[to]--;
    adjoints[to] = toCome[to] ? (before ?? 0) + push : Number(run.adjoints[to]);
  }
  return {
    ...run,
    primals: Array.from(run.primals, (value, node) => (known[node] ? value : null)),
    locals: Array.from(run.locals, (value, edge) => (known[edges[edge].to] ? value : null)),
    adjoints,
    flows,
  };
}
