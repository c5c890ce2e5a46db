// Walking through the graph with the arrow keys: along edges, and up and down between neighbours.

import { within } from "../parts/dom.js";
/** @import { Picture } from "./picture.js" */

/**
 * Where an arrow key leads from a node or an edge.
 * @param {Structure} structure
 * @param {Picture} picture
 * @param {string} id
 * @param {string} key
 * @returns {string | null}
 */
export function walked({ nodes, edges }, picture, id, key) {
  const index = Number(id.slice(1));
  const isNode = id[0] === "n";
  /** @param {string} of */
  const height = (of) => picture.elements(of).at(-1)?.getBoundingClientRect().y ?? 0;
  /** @param {(edge: {from: number, to: number}) => boolean} which */
  const among = (which) =>
    edges
      .flatMap((edge, at) => (which(edge) ? [`e${at}`] : []))
      .sort((a, b) => height(a) - height(b));
  if (key === "ArrowLeft" || key === "ArrowRight") {
    const forward = key === "ArrowRight";
    if (!isNode) return `n${forward ? edges[index].to : edges[index].from}`;
    return among(({ from, to }) => (forward ? from : to) === index)[0] ?? null;
  }
  const column = isNode
    ? neighbours(nodes, picture, index)
    : among(({ from, to }) => from === edges[index].from || to === edges[index].to);
  return column[column.indexOf(id) + (key === "ArrowDown" ? 1 : -1)] ?? null;
}

/**
 * The cards above and below one, with itself, from the top.
 * @param {NodeWords[]} nodes
 * @param {Picture} picture
 * @param {number} index
 */
function neighbours(nodes, picture, index) {
  const cards = nodes.map((_, node) => within(picture.nodes[node].g, ".gv-card"));
  const boxes = cards.map((card) => card.getBoundingClientRect());
  const here = boxes[index];
  const inColumn = boxes.flatMap((box, node) =>
    box.x < here.right && here.x < box.right ? [node] : [],
  );
  return inColumn.sort((a, b) => boxes[a].y - boxes[b].y).map((node) => `n${node}`);
}
