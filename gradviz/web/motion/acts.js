// What is seen of a step of the sweeps. Forward, the operands run along their wires into the gate,
// which lights and shows its value. Back, what arrived at a gate runs along a wire, meets the local
// derivative, and goes on as their product, which is added to what has come together at its end. In
// forward mode a tangent does the same the other way.

import { formulaText, worked } from "../formulas/formula.js";
import { numeral } from "../numbers/numeral.js";
import { shownOnCard, shownOnEdge } from "../numbers/shown.js";
import { within } from "../parts/dom.js";
import { chipOf, dotOf, standAt } from "./chips.js";
import { groundOf } from "./motion.js";
import { PASSING, beatsOf, isQuick } from "./rhythm.js";
import { Way, through } from "./wires.js";
/** @import { Motion } from "./motion.js" */
/** @import { Picture } from "../picture/picture.js" */

const LONGEST = 18; // characters of a sum or the like that is shown on its gate

/**
 * What a step shows.
 * @typedef Seen
 * @property {Picture} picture
 * @property {Structure} structure
 * @property {Run} before what was known
 * @property {Run} after and what is
 * @property {number} beat milliseconds
 */

/**
 * Show a step.
 * @param {Motion} motion
 * @param {Seen} seen
 * @param {Step} step
 */
export function enact(motion, seen, step) {
  const [kind, at] = step;
  if (kind === "backward" || kind === "onward") return handOn(motion, seen, [`e${at}`]);
  if (kind === "start") return;
  motion.begin(groundOf(seen.picture), seen.beat * beatsOf(step));
  if (kind === "forward") workOut(motion, seen, at);
  else rollSecond(motion, seen, at, 0);
}

/**
 * Between which nodes a wire hands something on, which way along it, and in which colour.
 * @param {Structure} structure
 * @param {number} edge
 */
function passage({ edges, second }, edge) {
  const { from, to } = edges[edge];
  return second === "tangent"
    ? { giver: from, taker: to, start: 0, end: 1, role: "gv-tangent" }
    : { giver: to, taker: from, start: 1, end: 0, role: "gv-adjoint" };
}

/**
 * Operands run into a gate, which lights and shows its value.
 * @param {Motion} motion
 * @param {Seen} seen
 * @param {number} node
 */
function workOut(motion, { picture, structure, before, after, beat }, node) {
  const { g, value } = picture.nodes[node];
  const travel = 1.6 * beat;
  const place = textPlaceOn(picture, node, "value");
  structure.edges.forEach(({ from, to }, edge) => {
    if (to !== node) return;
    const way = wireWay(picture, edge);
    const shown = shownOnCard(after.primals[from], true);
    const runner = isQuick(beat) ? dotOf("gv-value") : chipOf("gv-value", [shown, "gv-value"]);
    const start = textPlaceOn(picture, from, "value");
    motion.show(runner, 0, travel);
    motion.move(runner, through([start, ...way.between(0, 1)]), 0, travel);
  });
  const operands = formulaText(worked(structure.nodes[node].value)?.slice(0, -2) ?? [], after);
  if (operands && operands.length <= LONGEST && !isQuick(beat)) {
    const sum = chipOf("gv-value", [operands, "gv-value"]);
    standAt(motion.show(sum, travel - 0.1 * beat, travel + 0.9 * beat), place);
  }
  g.classList.remove("gv-lit");
  motion.at(travel, () => g.classList.add("gv-lit"));
  motion.roll(value.element, shownOnCard(before.primals[node], true), 2.2 * beat, 0.8 * beat);
  structure.edges.forEach(({ to }, edge) => {
    const text = picture.edges[edge].local?.element;
    if (to === node && text) motion.move(text, [{ opacity: 0 }, { opacity: 1 }], travel, beat);
  });
}

/**
 * What nodes have is handed on along wires: back, or on in forward mode.
 * @param {Motion} motion
 * @param {Seen} seen
 * @param {string[]} wires
 */
export function handOn(motion, seen, wires) {
  const edges = wires.map((id) => Number(id.slice(1)));
  motion.begin(groundOf(seen.picture), seen.beat * PASSING);
  for (const edge of edges) pass(motion, seen, edge);
  const takers = new Set(edges.map((edge) => passage(seen.structure, edge).taker));
  for (const node of takers) rollSecond(motion, seen, node, 4 * seen.beat);
}

/**
 * @param {Motion} motion
 * @param {Seen} seen
 * @param {number} edge
 */
function pass(motion, { picture, structure, before, after, beat }, edge) {
  const { giver, taker, start, end, role } = passage(structure, edge);
  const { flow, back, local } = picture.edges[edge];
  const way = wireWay(picture, edge);
  const [given, product] = [after.adjoints[giver], after.flows[edge]];
  const factor = after.locals[edge];
  const [leaves, arrives] = [giver, taker].map((node) => textPlaceOn(picture, node, "adjoint"));
  const hidden = [{ opacity: 0 }, { opacity: 1 }];
  const fill = [(end - start) * way.length, 0].map((offset) => ({
    strokeDasharray: `${way.length} ${way.length}`,
    strokeDashoffset: offset,
  }));
  if (isQuick(beat)) {
    const pulse = motion.show(dotOf(role), 0, 4.2 * beat);
    motion.move(pulse, through(way.between(start, end)), 0, 4 * beat);
    motion.move(flow, fill, 0, 4 * beat);
    if (back) motion.move(back.element, hidden, 3 * beat, beat);
    return;
  }
  const meeting = local ? way.nearest(...textPlace(local.element)) : 0.5;
  const place = way.at(meeting);
  const coming = chipOf(role, [numeral(given, 3), role]);
  motion.show(coming, 0, 1.4 * beat);
  motion.move(coming, through([leaves, ...way.between(start, meeting)]), 0, beat, "ease-in");
  const factors = chipOf(
    role,
    [numeral(given, 3), role],
    [" · ", ""],
    [inBrackets(shownOnEdge(factor)), "gv-local"],
  );
  standAt(motion.show(factors, beat, 2.6 * beat), place);
  const going = chipOf(role, [shownOnEdge(product), role]);
  const soFar = before.adjoints[taker];
  motion.show(going, 2.2 * beat, (soFar === null ? 4.2 : 3.6) * beat);
  const leg = [...way.between(meeting, end), arrives];
  motion.move(going, through(leg), 2.4 * beat, 0.9 * beat, "ease-out");
  motion.move(flow, fill, 2.4 * beat, 0.9 * beat, "ease-out");
  if (back) motion.move(back.element, hidden, 2.6 * beat, 0.6 * beat);
  if (soFar === null) return;
  const sum = chipOf(role, [`${numeral(soFar, 3)} + ${inBrackets(shownOnEdge(product))}`, role]);
  standAt(motion.show(sum, 3.3 * beat, 4.5 * beat), arrives);
}

/**
 * A gradient, or a tangent, rolls to what it is now.
 * @param {Motion} motion
 * @param {Seen} seen
 * @param {number} node
 * @param {number} delay
 */
function rollSecond(motion, { picture, before, after, beat }, node, delay) {
  const { g, adjoint } = picture.nodes[node];
  const [old, now] = [before, after].map(({ adjoints }) => shownOnCard(adjoints[node], false));
  g.classList.remove("gv-new");
  motion.at(delay, () => g.classList.add("gv-new"));
  if (old !== now) motion.roll(adjoint.element, old, delay, 0.8 * beat);
}

/**
 * @param {Picture} picture
 * @param {number} edge
 */
function wireWay(picture, edge) {
  return new Way(/** @type {SVGPathElement} */ (within(picture.edges[edge].g, ".gv-wire")));
}

/**
 * Where a text stands, a little above its foot.
 * @param {Element} text
 * @returns {[number, number]}
 */
function textPlace(text) {
  return [Number(text.getAttribute("x")), Number(text.getAttribute("y")) - 4];
}

/**
 * Where a number stands on a card.
 * @param {Picture} picture
 * @param {number} node
 * @param {"value" | "adjoint"} which
 * @returns {[number, number]}
 */
function textPlaceOn(picture, node, which) {
  const { box, [which]: text } = picture.nodes[node];
  const [x, y] = textPlace(text.element);
  return [box[0] + x, box[1] + y];
}

/** @param {string} shown */
function inBrackets(shown) {
  return shown.startsWith("−") ? `(${shown})` : shown;
}
