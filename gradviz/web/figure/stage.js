// The stage of a figure: its cards, wires and blocks can be reached, pressed and pointed at.

import { make, within } from "../parts/dom.js";
import { Picture } from "../picture/picture.js";

const PARTS = ".gv-node, .gv-edge, .gv-label";

/**
 * @typedef Act
 * @property {(id: string) => void} select
 * @property {(block: number) => void} toggle
 * @property {(box: number) => void} enter
 */

export class Stage {
  /**
   * @param {Say} say
   * @param {Structure} structure
   * @param {Act} act what to do when a part is selected, or a block or a box is opened or closed
   */
  constructor(say, structure, act) {
    this.say = say;
    this.act = act;
    this.element = make("div", "gv-stage");
    this.stop = "n0";
    this.picture = this.painted(structure);
    this.element.prepend(this.picture.svg);
    this.stopAt("n0");
  }

  /**
   * Put the picture of another graph in place of the one that is there.
   * @param {Structure} structure
   */
  put(structure) {
    const focused = /** @type {HTMLElement | null} */ (this.element.querySelector(":focus"));
    const block = focused?.dataset.block;
    this.picture.svg.remove();
    this.picture = this.painted(structure);
    this.element.prepend(this.picture.svg);
    this.stop = "n0";
    this.stopAt("n0");
    if (block) this.focusOnBlock(block);
  }

  /** @param {Structure} structure */
  painted({ svg, nodes, edges }) {
    const blanks = edges.map(({ blank }) => blank);
    const picture = new Picture(svg, blanks);
    picture.svg.setAttribute("role", "group");
    picture.svg.setAttribute("aria-roledescription", this.say("page.graph"));
    picture.nodes.forEach(({ g }, index) => this.reachable(g, `n${index}`, nodes[index].input));
    picture.edges.forEach(({ g, label }, index) => {
      this.reachable(g, `e${index}`, null);
      label?.addEventListener("click", () => this.focus(`e${index}`));
    });
    for (const block of picture.blocks) this.closable(block);
    picture.svg.addEventListener("click", ({ target }) => {
      const isPart = /** @type {Element} */ (target).closest(`${PARTS}, .gv-block > text`);
      if (!isPart) this.act.select("");
    });
    return picture;
  }

  /**
   * Let a card or a wire be focused, which selects it.
   * @param {SVGGElement} g
   * @param {string} id
   * @param {Span | null} input
   */
  reachable(g, id, input) {
    const { block, box } = g.dataset;
    g.setAttribute("tabindex", "-1");
    g.setAttribute("role", input ? "spinbutton" : "button");
    g.addEventListener("focus", () => {
      this.stopAt(id);
      this.act.select(id);
    });
    if (!block && !box) return;
    for (const part of g.querySelectorAll(".gv-head, .gv-name, .gv-called, .gv-sign"))
      part.addEventListener("click", () => this.open(g));
  }

  /**
   * Open the block or the box that a card stands for; tells whether it stands for one.
   * @param {SVGElement} g
   */
  open(g) {
    const { block, box } = g.dataset;
    if (box) this.act.enter(Number(box));
    else if (block) this.act.toggle(Number(block));
    return Boolean(box || block);
  }

  /** @param {SVGGElement} block */
  closable(block) {
    const handle = within(block, "text");
    const number = Number(block.dataset.block);
    const close = this.say("page.close", { block: within(block, "title").textContent });
    handle.setAttribute("tabindex", "0");
    handle.setAttribute("role", "button");
    handle.setAttribute("aria-expanded", "true");
    handle.setAttribute("data-block", String(number));
    handle.setAttribute("aria-label", close);
    handle.addEventListener("click", () => this.act.toggle(number));
    handle.addEventListener("keydown", (event) => {
      const { key } = /** @type {KeyboardEvent} */ (event);
      if (key !== "Enter" && key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      this.act.toggle(number);
    });
  }

  /** @param {string} id */
  focus(id) {
    this.picture.elements(id)[0]?.focus({ preventScroll: false });
  }

  /** @param {string} block */
  focusOnBlock(block) {
    const is = `[data-block="${block}"]`;
    const found = this.picture.svg.querySelector(`.gv-node${is}, .gv-block${is} > text`);
    /** @type {SVGElement | null} */ (found)?.focus();
  }

  /**
   * Of all cards and wires one is reached by Tab; the arrow keys lead to the others.
   * @param {string} id
   */
  stopAt(id) {
    this.picture.elements(this.stop)[0]?.setAttribute("tabindex", "-1");
    this.picture.elements(id)[0]?.setAttribute("tabindex", "0");
    this.stop = id;
  }

  /**
   * The card or the wire that an event is at, by its id; empty if it is at none.
   * @param {Event} event
   */
  partAt({ target }) {
    const part = /** @type {SVGElement | null} */ (/** @type {Element} */ (target).closest(PARTS));
    return part === null ? "" : part.id || `e${part.dataset.edge}`;
  }
}
