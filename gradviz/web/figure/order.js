// Which gate goes back next: a person may choose, and sees what comes of it.

import { formulaText, worked } from "../formulas/formula.js";
import { chipOf, standAt } from "../motion/chips.js";
import { groundOf } from "../motion/motion.js";
import { numeral } from "../numbers/numeral.js";
import { gatesOf, isSameGradient, sweptInOrder } from "../numbers/order.js";
import { drawn, make, written } from "../parts/dom.js";
/** @import { Swept } from "../numbers/order.js" */
/** @import { Picture } from "../picture/picture.js" */

/**
 * @typedef ActOnOrder
 * @property {() => void} beginBack what to do when the way back begins
 * @property {() => void} goBack and when a gate goes
 * @property {() => void} schedule what to do when there is something else to be shown
 */

export class Order {
  /**
   * @param {Say} say
   * @param {ActOnOrder} act
   */
  constructor(say, act) {
    this.say = say;
    this.act = act;
    /** The gates that went back; null where the sweep goes its own way. @type {number[] | null} */
    this.gates = null;
    const type = { type: "button" };
    this.chooser = written("button", "gv-button gv-choose", say("page.order"), type);
    this.chooser.title = say("page.order.title");
    this.chooser.addEventListener("click", () => {
      if (this.gates) return this.leave();
      this.gates = [];
      act.beginBack();
      act.schedule();
    });
    this.again = written("button", "gv-button gv-again", say("page.order.again"), type);
    this.again.addEventListener("click", () => {
      this.gates = [];
      act.schedule();
    });
    this.element = make("div", "gv-order");
    this.element.append(this.chooser, this.again);
    this.isMarked = true; // as far as is known
    this.marks = drawn("g", { class: "gv-marks" });
  }

  /** The sweep goes its own way again. */
  leave() {
    if (!this.gates) return;
    this.gates = null;
    this.act.schedule();
  }

  /**
   * Let a gate go back, if it can; tells whether one chooses.
   * @param {Structure} structure
   * @param {string} id
   */
  take(structure, id) {
    const gate = Number(id.slice(1));
    if (!this.gates) return false;
    if (id[0] !== "n" || !gatesOf(structure).includes(gate) || this.gates.includes(gate))
      return true;
    this.gates = [...this.gates, gate];
    this.act.goBack();
    this.act.schedule();
    return true;
  }

  /**
   * The sweep as it was chosen; null where it goes its own way.
   * @param {Run} run
   * @param {Structure} structure
   * @param {number | null} step
   * @returns {Swept | null}
   */
  swept(run, structure, step) {
    const isAtSeed = step !== null && structure.steps[step][0] === "seed";
    if (!isAtSeed || structure.shapes || structure.second) this.gates = null;
    return this.gates && sweptInOrder(run, structure, this.gates);
  }

  /**
   * The wires along which the last gate handed something on, by their ids.
   * @param {Structure} structure
   */
  wires({ edges }) {
    const last = this.gates?.at(-1);
    return edges.flatMap(({ to }, edge) => (to === last ? [`e${edge}`] : []));
  }

  /**
   * Mark what may go, what has gone, and what came of it.
   * @param {Picture} picture
   * @param {Structure} structure
   * @param {Swept | null} swept
   */
  show(picture, structure, swept) {
    const { gates, say } = this;
    const isInReverse = !structure.shapes && !structure.second;
    this.chooser.hidden = !isInReverse || !gatesOf(structure).length;
    if (!swept && !this.isMarked) return;
    this.isMarked = swept !== null;
    const nodes = (/** @type {number[]} */ which) => which.map((node) => `n${node}`);
    this.chooser.setAttribute("aria-pressed", String(swept !== null));
    this.again.hidden = swept === null;
    this.again.disabled = !gates?.length;
    const mayGo = swept ? gatesOf(structure).filter((gate) => !gates?.includes(gate)) : [];
    picture.mark("gv-may-go", nodes(mayGo));
    picture.mark("gv-missing", swept?.missing.map((edge) => `e${edge}`) ?? []);
    picture.mark("gv-spoilt", nodes(swept?.spoilt ?? []));
    const wrong = swept?.early.filter(({ has, should }) => !isSameGradient(has, should)) ?? [];
    picture.mark("gv-early", nodes(wrong.map(({ gate }) => gate)));
    const marks = wrong.map(({ gate, has, should }) => {
      const text = say("page.order.mark", { has: numeral(has), should: numeral(should) });
      const mark = chipOf("gv-mark-early", [text, ""]);
      const [left, top, right] = picture.nodes[gate].box;
      standAt(mark, [(left + right) / 2, top - 9]);
      return mark;
    });
    this.marks.replaceChildren(...marks);
    if (marks.length) groundOf(picture).append(this.marks);
    else this.marks.remove();
  }

  /**
   * What came of the last choice, in a sentence.
   * @param {Picture} picture
   * @param {Structure} structure
   * @param {Run} run
   * @param {Swept} swept
   */
  sentence(picture, structure, run, { early, state, spoilt }) {
    const { say } = this;
    const gates = this.gates ?? [];
    const gate = gates.at(-1);
    if (gate === undefined) return say("page.order.which");
    const called = (/** @type {number} */ node) => this.called(picture, structure, run, node);
    const { nodes, edges, output } = structure;
    const last = early.find((each) => each.gate === gate);
    const has = numeral(last?.has ?? state.adjoints[gate]);
    const places = { gate: called(gate), has, should: numeral(run.adjoints[gate]) };
    if (last) {
      const users = [...new Set(last.missing.map((edge) => edges[edge].to))];
      const missing = users.map(called).join(say("page.order.and"));
      const isWrong = !isSameGradient(last.has, last.should);
      return say(isWrong ? "page.order.early" : "page.order.lucky", { ...places, missing });
    }
    if (gate === output) return say("page.order.output", places);
    const all = gatesOf(structure);
    if (gates.length < all.length)
      return say(spoilt.includes(gate) ? "page.order.spoilt" : "page.order.whole", places);
    const wrong = spoilt.filter((node) => !all.includes(node));
    if (!wrong.length) return say("page.order.right");
    const gradients = wrong.map((node) =>
      say("page.order.gradient", {
        output: nodes[output].label,
        node: nodes[node].label,
        has: numeral(state.adjoints[node]),
        should: numeral(run.adjoints[node]),
      }),
    );
    return say("page.order.wrong", { gradients: gradients.join(say("page.order.and")) });
  }
  /**
   * What a gate is called: by its name, or, where its card has none, by its sign and what it works
   * out.
   * @param {Picture} picture
   * @param {Structure} structure
   * @param {Run} run
   * @param {number} node
   */
  called({ nodes }, structure, run, node) {
    const { label, value } = structure.nodes[node];
    const { g } = nodes[node];
    if (g.querySelector(".gv-name")) return label;
    const sign = g.querySelector(".gv-sign")?.textContent ?? label;
    return this.say("page.order.gate", { sign, worked: formulaText(worked(value) ?? value, run) });
  }
}
