// Elements of arrays: what a cell of a heat map shows, under the pointer; and one element by its index.

import { indexOf, mapSize, tableOf } from "../numbers/shapes.js";
import { cellWords } from "../numbers/shown.js";
import { make } from "../parts/dom.js";

export class Elements {
  /**
   * @param {HTMLElement} stage
   * @param {(node: number, index: string) => void} pick what to do when a cell is clicked
   */
  constructor(stage, pick) {
    this.stage = stage;
    this.tip = make("div", "gv-tip-text", { "aria-hidden": "true" });
    this.tip.hidden = true;
    stage.append(this.tip);
    stage.addEventListener("pointermove", (event) => this.hover(event));
    stage.addEventListener("pointerleave", () => {
      this.tip.hidden = true;
    });
    stage.addEventListener("click", (event) => {
      const cell = this.cellAt(event);
      if (cell) pick(cell.node, indexOf(cell.tensor.shape, cell.first).join(", "));
    });
  }

  /**
   * @param {NodeWords[]} nodes
   * @param {() => Run} state
   * @param {string} output
   */
  load(nodes, state, output) {
    this.nodes = nodes;
    this.state = state;
    this.output = output;
  }

  /**
   * The cell under the pointer.
   * @param {MouseEvent} event
   */
  cellAt(event) {
    const map = /** @type {Element} */ (event.target).closest?.(".gv-map[data-of]");
    const g = map?.closest(".gv-node");
    if (!map || !g) return null;
    const node = Number(g.id.slice(1));
    const run = this.state();
    const tensor = map.getAttribute("data-of") === "value" ? run.primals[node] : run.adjoints[node];
    if (tensor === null || typeof tensor !== "object") return null;
    const [rows, columns] = mapSize(tensor.shape);
    const [height, width] = tableOf(tensor.shape);
    const box = map.querySelector(".gv-frame").getBoundingClientRect();
    const at = (from, size, cells) =>
      Math.max(0, Math.min(cells - 1, Math.floor((from / size) * cells)));
    const row = at(event.clientY - box.y, box.height, rows);
    const column = at(event.clientX - box.x, box.width, columns);
    return {
      node,
      tensor,
      row,
      column,
      isValue: map.getAttribute("data-of") === "value",
      first: Math.floor((row * height) / rows) * width + Math.floor((column * width) / columns),
    };
  }

  /** @param {PointerEvent} event */
  hover(event) {
    const cell = this.cellAt(event);
    this.tip.hidden = cell === null;
    if (cell === null) return;
    const { label } = this.nodes[cell.node];
    const frame = this.stage.getBoundingClientRect();
    this.tip.textContent = cellWords(
      cell.isValue ? label : `∂${this.output}/∂${label}`,
      cell.tensor,
      cell.row,
      cell.column,
    );
    this.tip.style.left = `${Math.min(event.clientX - frame.x + this.stage.scrollLeft + 12, this.stage.scrollLeft + this.stage.clientWidth - this.tip.offsetWidth - 4)}px`;
    this.tip.style.top = `${event.clientY - frame.y + this.stage.scrollTop + 16}px`;
  }
}
