// What is seen of a step of the sweeps. Forward, the operands run along their wires into the gate,
// which lights and shows its value. Back, what arrived at a gate runs along a wire, meets the local
// derivative, and goes on as their product, which is added to what has come together at its end. In
// forward mode a tangent does the same the other way.

import { formulaText, worked } from "../formulas/formula.js";
import { numeral } from "../numbers/numeral.js";
import { shownOnCard, shownOnEdge } from "../numbers/shown.js";
import { within } from "../parts/dom.js";
import { chipOf, dotOf, standAt } from "./chips.js";
import { easedBoth } from "./motion.js";
import { PASSING, isQuick, lasting } from "./rhythm.js";
import { Way, through } from "./wires.js";
/** @import { Motion } from "./motion.js" */
/** @import { Picture } from "../picture/picture.js" */

/**
 * A sweep that carries numbers along wires: which way, and in which colour.
 * @typedef Carrying
 * @property {boolean} isBack
 * @property {string} colour
 */

const OF_ADJOINTS = { isBack: true, colour: "gv-adjoint" };
const OF_TANGENTS = { isBack: false, colour: "gv-tangent" };
const LONGEST_SUM = 18; // characters of a sum or the like that is shown on its gate

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
 * Show steps, one after another.
 * @param {Motion} motion
 * @param {Seen} seen
 * @param {Step[]} steps
 */
export function enact(motion, seen, steps) {
  motion.begin(lasting(steps, seen.beat));
  steps.forEach(([kind, at], place) => {
    const delay = lasting(steps.slice(0, place), seen.beat);
    if (kind === "forward") workOut(motion, seen, at, delay);
    else if (kind === "seed") gather(motion, seen, at, delay);
    else if (kind !== "start") passOn(motion, seen, [at], delay);
  });
}

/**
 * Operands run into a gate, which lights and shows its value.
 * @param {Motion} motion
 * @param {Seen} seen
 * @param {number} node
 * @param {number} delay milliseconds from the beginning
 */
function workOut(motion, { picture, structure, before, after, beat }, node, delay) {
  const { g, value } = picture.nodes[node];
  const travel = 1.6 * beat;
  const arriving = structure.edges.flatMap(({ to }, edge) => (to === node ? [edge] : []));
  for (const edge of arriving) {
    const { from } = structure.edges[edge];
    const shown = shownOnCard(after.primals[from], true);
    const runner = isQuick(beat) ? dotOf("gv-value") : chipOf("gv-value", [shown, "gv-value"]);
    const start = textPlaceOn(picture, from, "value");
    const way = eased(through([start, ...wireWay(picture, edge).between(0, 1)]));
    motion.move(motion.show(runner, delay, delay + travel), "transform", way, delay, travel);
  }
  if (isQuick(beat)) return;
  const operands = formulaText(worked(structure.nodes[node].value)?.slice(0, -2) ?? [], after);
  if (operands && operands.length <= LONGEST_SUM) {
    const sum = chipOf("gv-value", [operands, "gv-value"]);
    const place = textPlaceOn(picture, node, "value");
    standAt(motion.show(sum, travel - 0.1 * beat, travel + 0.9 * beat), place);
  }
  g.classList.remove("gv-lit");
  motion.at(travel, () => g.classList.add("gv-lit"));
  const old = shownOnCard(before.primals[node], true);
  motion.roll(value.element, old, 2.2 * beat, 0.8 * beat, String(g.getAttribute("transform")));
  for (const edge of arriving) {
    const text = picture.edges[edge].local?.element;
    if (text) appear(motion, text, travel, beat);
  }
}

/**
 * What nodes have is handed on along wires: back, or on in forward mode.
 * @param {Motion} motion
 * @param {Seen} seen
 * @param {string[]} wires
 */
export function handOn(motion, seen, wires) {
  motion.begin(seen.beat * PASSING);
  const edges = wires.map((id) => Number(id.slice(1)));
  passOn(motion, seen, edges, 0);
}

/**
 * @param {Motion} motion
 * @param {Seen} seen
 * @param {number[]} edges
 * @param {number} delay milliseconds from the beginning
 */
function passOn(motion, seen, edges, delay) {
  const sweep = seen.structure.second ? OF_TANGENTS : OF_ADJOINTS;
  for (const edge of edges) carry(motion, seen, edge, sweep, delay);
  const end = sweep.isBack ? "from" : "to";
  const ends = new Set(edges.map((edge) => seen.structure.edges[edge][end]));
  for (const node of ends) gather(motion, seen, node, delay + 4 * seen.beat);
}

/**
 * @param {Motion} motion
 * @param {Seen} seen
 * @param {number} edge
 * @param {Carrying} sweep
 * @param {number} delay milliseconds from the beginning
 */
function carry(motion, { picture, structure, before, after, beat }, edge, sweep, delay) {
  const { isBack, colour } = sweep;
  const { from, to } = structure.edges[edge];
  const [start, end] = isBack ? [to, from] : [from, to];
  const { local } = picture.edges[edge];
  const way = wireWay(picture, edge);
  const [first, last] = isBack ? [1, 0] : [0, 1]; // shares of the way
  const [leaves, arrives] = [start, end].map((node) => textPlaceOn(picture, node, "adjoint"));
  if (isQuick(beat)) {
    const pulse = motion.show(dotOf(colour), delay, delay + 4.2 * beat);
    const all = through([leaves, ...way.between(first, last), arrives]);
    return motion.move(pulse, "transform", all, delay, 4 * beat);
  }
  fillBand(motion, picture, edge, 2.4 * beat, 0.9 * beat, isBack);
  const given = numeral(after.adjoints[start], 3);
  const product = shownOnEdge(after.flows[edge]);
  const meeting = local ? way.nearest(...textPlace(local.element)) : 0.5;
  const coming = chipOf(colour, [given, colour]);
  const there = through([leaves, ...way.between(first, meeting)]);
  motion.move(motion.show(coming, 0, 1.4 * beat), "transform", eased(there), 0, beat);
  const factor = inBrackets(shownOnEdge(after.locals[edge]));
  const factors = chipOf(colour, [given, colour], [" · ", ""], [factor, "gv-local"]);
  standAt(motion.show(factors, beat, 2.6 * beat), way.at(meeting));
  const old = before.adjoints[end];
  const going = chipOf(colour, [product, colour]);
  const on = through([...way.between(meeting, last), arrives]);
  motion.show(going, 2.2 * beat, (old === null ? 4.2 : 3.6) * beat);
  motion.move(going, "transform", eased(on), 2.4 * beat, 0.9 * beat);
  if (old === null) return;
  const sum = chipOf(colour, [`${numeral(old, 3)} + ${inBrackets(product)}`, colour]);
  standAt(motion.show(sum, 3.6 * beat, 4.6 * beat), arrives);
}

/**
 * The band of a wire fills behind what goes along it, below its label, where what has gone along
 * appears.
 * @param {Motion} motion
 * @param {Picture} picture
 * @param {number} edge
 * @param {number} delay
 * @param {number} duration
 * @param {boolean} isBack
 */
function fillBand(motion, picture, edge, delay, duration, isBack) {
  const { g, flow, label, back } = picture.edges[edge];
  const copy = copyOf(g);
  motion.hide(flow);
  motion.layer.prepend(copy);
  if (label && back) {
    const written = copyOf(label);
    motion.hide(label);
    copy.after(written);
    const brought = written.children[[...label.children].indexOf(back.element)];
    motion.move(brought, "opacity", (share) => share.toFixed(2), delay, 0.6 * duration);
  }
  const band = within(copy, ".gv-flow");
  band.setAttribute("pathLength", "1");
  band.setAttribute("stroke-dasharray", "1 1");
  const sign = isBack ? -1 : 1;
  const offset = (/** @type {number} */ share) => sign * (1 - easedBoth(share));
  motion.move(band, "stroke-dashoffset", offset, delay, duration);
}

/**
 * A text of the picture appears.
 * @param {Motion} motion
 * @param {Element} text
 * @param {number} delay
 * @param {number} duration
 */
function appear(motion, text, delay, duration) {
  const group = /** @type {Element} */ (text.parentNode).cloneNode();
  const copy = /** @type {Element} */ (text.cloneNode(true));
  /** @type {Element} */ (group).append(copy);
  motion.hide(text);
  motion.layer.prepend(group);
  motion.move(copy, "opacity", (share) => share.toFixed(2), delay, duration);
}

/** @param {Element} part */
function copyOf(part) {
  const copy = /** @type {Element} */ (part.cloneNode(true));
  copy.removeAttribute("id");
  return copy;
}

/**
 * What has come together on a card rolls to what it is now.
 * @param {Motion} motion
 * @param {Seen} seen
 * @param {number} node
 * @param {number} delay
 */
function gather(motion, { picture, before, after, beat }, node, delay) {
  const { g, adjoint } = picture.nodes[node];
  const [old, now] = [before, after].map(({ adjoints }) => shownOnCard(adjoints[node], false));
  if (isQuick(beat)) return;
  if (g.classList.contains("gv-grown")) {
    g.classList.remove("gv-grown");
    motion.at(delay, () => g.classList.add("gv-grown"));
  }
  if (old === now) return;
  const ground = String(g.getAttribute("transform"));
  motion.roll(adjoint.element, old, delay, 0.8 * beat, ground);
}

/**
 * A way that begins and ends slowly.
 * @param {(share: number) => string} way
 */
function eased(way) {
  return (/** @type {number} */ share) => way(easedBoth(share));
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
