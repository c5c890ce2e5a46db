// What is seen of a step of the sweeps. Forward, the operands run along their wires into the gate,
// which lights and shows its value. Back, what arrived at a gate runs along a wire, meets the local
// derivative, and goes on as their product, which is added to what has come together at its end.

import { formulaText, worked } from "../formulas/formula.js";
import { numeral } from "../numbers/numeral.js";
import { shownOnCard, shownOnEdge } from "../numbers/shown.js";
import { within } from "../parts/dom.js";
import { chipOf, dotOf, standAt } from "./chips.js";
import { groundOf } from "./motion.js";
import { BACK, beatsOf, isQuick } from "./rhythm.js";
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
  if (kind === "backward") return handBack(motion, seen, [`e${at}`]);
  if (kind === "start") return;
  motion.begin(groundOf(seen.picture), seen.beat * beatsOf(step));
  if (kind === "forward") workOut(motion, seen, at);
  else rollAdjoint(motion, seen, at, 0);
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
 * What arrived at gates goes back along wires.
 * @param {Motion} motion
 * @param {Seen} seen
 * @param {string[]} wires
 */
export function handBack(motion, seen, wires) {
  const edges = wires.map((id) => Number(id.slice(1)));
  motion.begin(groundOf(seen.picture), seen.beat * BACK);
  for (const edge of edges) goBack(motion, seen, edge);
  const sources = new Set(edges.map((edge) => seen.structure.edges[edge].from));
  for (const node of sources) rollAdjoint(motion, seen, node, 4 * seen.beat);
}

/**
 * @param {Motion} motion
 * @param {Seen} seen
 * @param {number} edge
 */
function goBack(motion, { picture, structure, before, after, beat }, edge) {
  const { from, to } = structure.edges[edge];
  const { flow, back, local } = picture.edges[edge];
  const way = wireWay(picture, edge);
  const [upstream, product] = [after.adjoints[to], after.flows[edge]];
  const factor = after.locals[edge];
  const [target, source] = [to, from].map((node) => textPlaceOn(picture, node, "adjoint"));
  const hidden = [{ opacity: 0 }, { opacity: 1 }];
  const fill = [-way.length, 0].map((offset) => ({
    strokeDasharray: `${way.length} ${way.length}`,
    strokeDashoffset: offset,
  }));
  if (isQuick(beat)) {
    const pulse = motion.show(dotOf("gv-adjoint"), 0, 4.2 * beat);
    motion.move(pulse, through(way.between(1, 0)), 0, 4 * beat);
    motion.move(flow, fill, 0, 4 * beat);
    if (back) motion.move(back.element, hidden, 3 * beat, beat);
    return;
  }
  const meeting = local ? way.nearest(...textPlace(local.element)) : 0.5;
  const place = way.at(meeting);
  const coming = chipOf("gv-adjoint", [numeral(upstream, 3), "gv-adjoint"]);
  motion.show(coming, 0, 1.4 * beat);
  motion.move(coming, through([target, ...way.between(1, meeting)]), 0, beat, "ease-in");
  const factors = chipOf(
    "gv-adjoint",
    [numeral(upstream, 3), "gv-adjoint"],
    [" · ", ""],
    [inBrackets(shownOnEdge(factor)), "gv-local"],
  );
  standAt(motion.show(factors, beat, 2.6 * beat), place);
  const going = chipOf("gv-adjoint", [shownOnEdge(product), "gv-adjoint"]);
  const before_ = before.adjoints[from];
  motion.show(going, 2.2 * beat, (before_ === null ? 4.2 : 3.6) * beat);
  const leg = [...way.between(meeting, 0), source];
  motion.move(going, through(leg), 2.4 * beat, 0.9 * beat, "ease-out");
  motion.move(flow, fill, 2.4 * beat, 0.9 * beat, "ease-out");
  if (back) motion.move(back.element, hidden, 2.6 * beat, 0.6 * beat);
  if (before_ === null) return;
  const sum = chipOf(
    "gv-adjoint",
    [`${numeral(before_, 3)} + ${inBrackets(shownOnEdge(product))}`, "gv-adjoint"],
  );
  standAt(motion.show(sum, 3.3 * beat, 4.5 * beat), source);
}

/**
 * A gradient rolls to what it is now.
 * @param {Motion} motion
 * @param {Seen} seen
 * @param {number} node
 * @param {number} delay
 */
function rollAdjoint(motion, { picture, before, after, beat }, node, delay) {
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
