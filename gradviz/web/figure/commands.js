// What keys do in a figure.

import { stepsOf } from "../numbers/typed.js";
import { NEARER } from "../picture/lens.js";
import { walked } from "../picture/walk.js";
/** @import { View } from "./view.js" */

/** @typedef {{g: SVGElement, id: string, input: Span | null}} Part */

/**
 * Do what a key asks for; tells whether it asked for anything.
 * @param {View} view
 * @param {KeyboardEvent} event
 */
export function command(view, event) {
  const g = /** @type {Element} */ (event.target).closest(".gv-node, .gv-edge");
  if (!g) return anywhere(view, event, false);
  const { id } = g;
  const input = id[0] === "n" ? view.structure.nodes[Number(id.slice(1))].input : null;
  const part = { g: /** @type {SVGElement} */ (g), id, input };
  return anywhere(view, event, input !== null) || onPart(view, event, part);
}

/**
 * @param {View} view
 * @param {KeyboardEvent} event
 * @param {boolean} isInput which takes the keys of numbers itself
 */
function anywhere(view, { key }, isInput) {
  const { player, lens } = view;
  if (key === ",") player.jump(player.now - 1);
  else if (key === ".") player.next();
  else if (key === "Home") player.jump(0);
  else if (key === "End") player.jump(null);
  else if (key === "Escape") view.leave();
  else if (isInput) return false;
  else if (key === "+" || key === "=") lens.by(NEARER);
  else if (key === "-") lens.by(1 / NEARER);
  else if (key === "0") lens.fit();
  else return false;
  return true;
}

/**
 * @param {View} view
 * @param {KeyboardEvent} event
 * @param {Part} part
 */
function onPart(view, event, { g, id, input }) {
  const { key } = event;
  const index = Number(id.slice(1));
  if (input && onInput(view, event, index)) return true;
  if (key.startsWith("Arrow")) {
    const next = walked(view.structure, view.stage.picture, id, key);
    if (next !== null) view.stage.focus(next);
  } else if ((key === "Enter" || key === " ") && view.order.take(view.structure, id)) {
    return true;
  } else if (key === "Enter") {
    if (!view.stage.open(g)) view.select(id);
  } else if (key === " ") {
    if (!view.stage.open(g)) view.player.toggle();
  } else return false;
  return true;
}

/**
 * @param {View} view
 * @param {KeyboardEvent} event
 * @param {number} index
 */
function onInput({ hands }, event, index) {
  const { key } = event;
  const steps = stepsOf(event);
  if (steps) hands.step(index, steps);
  else if (key === "Enter" || key === "F2") hands.open(index);
  else if (/^[-−\d.]$/.test(key)) hands.open(index, key);
  else return false;
  return true;
}
