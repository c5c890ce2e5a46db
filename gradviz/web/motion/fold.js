// A block folds into its card, and unfolds: what is in it shrinks into one place or grows from it,
// and the other cards glide to where they stand now.

import { drawn } from "../parts/dom.js";
import { easedBoth, groundOf } from "./motion.js";
/** @import { Motion } from "./motion.js" */
/** @import { Picture } from "../picture/picture.js" */

const FOLDING = 260; // milliseconds
const MOST_GLIDING = 150; // cards; more would stutter
const LATE = 0.6; // of it, until what is new is seen

/** @typedef {{x: number, y: number, width: number, height: number}} Box */

/** A picture, and where it stands in the window. */
export class Standing {
  /**
   * @param {Picture} picture
   * @param {NodeWords[]} nodes
   */
  constructor(picture, nodes) {
    const { x, y, width } = picture.svg.getBoundingClientRect();
    const margin = groundOf(picture).getAttribute("transform")?.match(/[\d.]+/g) ?? [0, 0];
    this.picture = picture;
    this.nodes = nodes;
    this.scale = width / Number(picture.svg.getAttribute("width")) || 1;
    this.x = x + Number(margin[0]) * this.scale;
    this.y = y + Number(margin[1]) * this.scale;
  }

  /**
   * A box of another picture, as if it were one of this.
   * @param {Standing} other
   * @param {Box} box
   * @returns {Box}
   */
  taken(other, { x, y, width, height }) {
    const times = other.scale / this.scale;
    return {
      x: (other.x - this.x) / this.scale + x * times,
      y: (other.y - this.y) / this.scale + y * times,
      width: width * times,
      height: height * times,
    };
  }

  /** @param {number} node */
  card(node) {
    const [x, y, right, below] = this.picture.nodes[node].box;
    return { x, y, width: right - x, height: below - y };
  }

  /**
   * Where a block is, and what there is of it: its card if it is closed, else its frame and all
   * that is inside.
   * @param {number} block
   */
  block(block) {
    const { nodes, blocks } = this.picture;
    const isIt = (/** @type {SVGGElement} */ g) => g.dataset.block === String(block);
    const closed = nodes.findIndex(({ g }) => isIt(g));
    if (closed >= 0) return { box: this.card(closed), parts: [nodes[closed].g], isOpen: false };
    const frame = blocks.find(isIt);
    if (!frame) return null;
    const rect = /** @type {Element} */ (frame.querySelector("rect"));
    const [x, y, width, height] = ["x", "y", "width", "height"].map((name) =>
      Number(rect.getAttribute(name)),
    );
    const isInside = (/** @type {number[]} */ [left, top, right, below]) =>
      left >= x && top >= y && right <= x + width && below <= y + height;
    const inside = nodes.filter(({ box }) => isInside(box)).map(({ g }) => g);
    return { box: { x, y, width, height }, parts: [frame, ...inside], isOpen: true };
  }
}

/**
 * Show how a block was closed or opened.
 * @param {Motion} motion
 * @param {number} block
 * @param {Standing} old
 * @param {Standing} now
 */
export function refold(motion, block, old, now) {
  const [from, to] = [old.block(block), now.block(block)];
  if (!from || !to || from.isOpen === to.isOpen || now.nodes.length > MOST_GLIDING) return;
  motion.lay(now.picture);
  motion.begin(FOLDING);
  const open = from.isOpen ? from : to;
  const group = drawn("g", {}, ...open.parts.map((part) => part.cloneNode(true)));
  for (const part of group.querySelectorAll("[id]")) part.removeAttribute("id");
  motion.layer.append(group);
  const [start, end] = [now.taken(old, from.box), to.box];
  const lie = (/** @type {number} */ share) => laid(open.box, boxBetween(start, end, share));
  motion.move(group, "transform", lie, 0, FOLDING);
  const fade = (/** @type {number} */ share) => (from.isOpen ? 1 - share : 0.4 + 0.6 * share);
  motion.move(group, "opacity", fade, 0, FOLDING);
  const { edges, blocks } = now.picture;
  const wires = edges.flatMap(({ g, label }) => (label ? [g, label] : [g]));
  const late = (/** @type {number} */ share) => Math.max(0, share - LATE) / (1 - LATE);
  for (const part of new Set([...to.parts, ...wires, ...blocks]))
    motion.move(part, "opacity", late, 0, FOLDING);
  glide(motion, old, now);
}

/**
 * Cards that were there before come from where they were.
 * @param {Motion} motion
 * @param {Standing} old
 * @param {Standing} now
 */
function glide(motion, old, now) {
  const before = new Map(old.nodes.map(({ label }, node) => [label, node]));
  now.nodes.forEach(({ label }, node) => {
    const at = before.get(label);
    if (at === undefined) return;
    const [start, end] = [now.taken(old, old.card(at)), now.card(node)];
    const stand = (/** @type {number} */ share) => {
      const { x, y } = boxBetween(start, end, share);
      return `translate(${x.toFixed(1)}, ${y.toFixed(1)})`;
    };
    motion.move(now.picture.nodes[node].g, "transform", stand, 0, FOLDING);
  });
}

/**
 * A box on the way from one to another.
 * @param {Box} from
 * @param {Box} to
 * @param {number} share
 * @returns {Box}
 */
function boxBetween(from, to, share) {
  const now = (/** @type {keyof Box} */ side) =>
    from[side] + (to[side] - from[side]) * easedBoth(share);
  return { x: now("x"), y: now("y"), width: now("width"), height: now("height") };
}

/**
 * What lays a box on another.
 * @param {Box} box
 * @param {Box} on
 */
function laid(box, on) {
  const [across, down] = [on.width / box.width, on.height / box.height];
  const [x, y] = [on.x - box.x * across, on.y - box.y * down];
  return `translate(${x}, ${y}) scale(${across}, ${down})`;
}
