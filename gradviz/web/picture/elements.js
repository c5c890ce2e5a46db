// Elements of arrays: what a cell of a heat map shows, under the pointer.

import { blockOf, indexOf, mapSize, tableOf } from "../numbers/shapes.js";
import { cellWords } from "../numbers/shown.js";
import { make, within } from "../parts/dom.js";

export class Elements {
  /**
   * @param {Say} say
   * @param {HTMLElement} stage
   * @param {(node: number, index: string) => void} pick what to do when a cell is clicked
   */
  constructor(say, stage, pick) {
    this.say = say;
    this.stage = stage;
    /** @type {NodeWords[]} */
    this.nodes = [];
    this.output = "";
    this.state = /** @type {() => Run | null} */ (() => null);
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
    const target = event.target instanceof Element ? event.target : null;
    const map = target?.closest(".gv-map[data-of]");
    const g = map?.closest(".gv-node");
    const run = this.state();
    if (!map || !g || !run) return null;
    const node = Number(g.id.slice(1));
    const isValue = map.getAttribute("data-of") === "value";
    const tensor = (isValue ? run.primals : run.adjoints)[node];
    if (tensor === null || typeof tensor !== "object") return null;
    const [rows, columns] = mapSize(tensor.shape);
    const [height, width] = tableOf(tensor.shape);
    const box = within(map, ".gv-frame").getBoundingClientRect();
    const row = cellOf(event.clientY - box.y, box.height, rows);
    const column = cellOf(event.clientX - box.x, box.width, columns);
    const first = blockOf(row, rows, height)[0] * width + blockOf(column, columns, width)[0];
    return { node, tensor, row, column, isValue, first };
  }

  /** @param {PointerEvent} event */
  hover(event) {
    const cell = this.cellAt(event);
    this.tip.hidden = cell === null;
    if (cell === null) return;
    const { stage, tip } = this;
    const { label } = this.nodes[cell.node];
    const frame = stage.getBoundingClientRect();
    const of = cell.isValue ? label : `∂${this.output}/∂${label}`;
    tip.textContent = cellWords(this.say, of, cell.tensor, cell.row, cell.column);
    const left = event.clientX - frame.x + stage.scrollLeft + 12;
    const most = stage.scrollLeft + stage.clientWidth - tip.offsetWidth - 4;
    tip.style.left = `${Math.min(left, most)}px`;
    tip.style.top = `${event.clientY - frame.y + stage.scrollTop + 16}px`;
  }
}

/**
 * Which of so many cells is at a place.
 * @param {number} from
 * @param {number} size of all cells
 * @param {number} cells
 */
function cellOf(from, size, cells) {
  return Math.max(0, Math.min(cells - 1, Math.floor((from / size) * cells)));
}
