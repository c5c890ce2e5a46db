// What a card or a wire shows, in words: for pointers and for screen readers.

import { formulaText } from "../formulas/formula.js";
import { full } from "../numbers/numeral.js";
/** @import { Picture } from "../picture/picture.js" */

const DIGITS = 6; // as in scene/words/titles.py

/**
 * @param {Say} say
 * @param {Picture} picture
 * @param {Structure} structure
 * @param {Run} run
 * @param {Run} state what is known of it
 * @param {string} id
 */
export function describe(say, picture, { nodes, edges, second }, run, state, id) {
  const index = Number(id.slice(1));
  const isNode = id[0] === "n";
  const { g, title } = (isNode ? picture.nodes : picture.edges)[index];
  const words = isNode
    ? nodeTitle(nodes[index], state)
    : edgeTitle(say, edges[index], state, second);
  title.textContent = words;
  g.setAttribute("aria-label", words);
  if (!isNode || !nodes[index].input) return;
  for (const name of ["aria-valuenow", "aria-valuetext"])
    g.setAttribute(name, full(run.primals[index]));
}

/**
 * @param {NodeWords} node
 * @param {Run} state
 */
function nodeTitle({ value, adjoint, source }, state) {
  const formulas = [value, adjoint].map((formula) => formulaText(formula, state, DIGITS));
  return [...formulas, source].filter(Boolean).join("\n");
}

/**
 * @param {Say} say
 * @param {EdgeWords} edge
 * @param {Run} state
 * @param {"tangent"} [second]
 */
function edgeTitle(say, edge, state, second) {
  const local = formulaText(edge.local, state, DIGITS);
  const flow = formulaText(edge.flow, state, DIGITS);
  if (second) return say("page.forward.wire", { local, push: flow });
  return say("page.wire", { local, flow });
}
