// Why: the panel that explains the node or the edge that is selected.

import { formulaElement } from "../formulas/mathml.js";
import { PLACE, around } from "../words.js";
import { ICONS, button, icon, make, scrolls, written } from "./dom.js";

export class Reasons {
  /**
   * @param {Say} say
   * @param {() => void} close
   * @param {(index: string) => void} pick an element
   * @param {(label: string) => void} open an array
   */
  constructor(say, close, pick, open) {
    this.say = say;
    this.label = "";
    this.element = make("section", "gv-why", { "aria-label": say("page.reasons") });
    this.heading = make("div", "gv-heading");
    this.lines = make("div", "gv-lines");
    const closer = button("gv-close", say("page.reasons.close"), close, icon(ICONS.close));
    closer.setAttribute("aria-label", say("page.reasons.close_this"));
    const type = { type: "button" };
    this.opener = written("button", "gv-button gv-open-array", say("page.reasons.open"), type);
    this.opener.addEventListener("click", () => open(this.label));
    this.index = make("input", "gv-index", {
      type: "text",
      "aria-label": say("page.reasons.index"),
      spellcheck: "false",
      autocomplete: "off",
    });
    this.index.addEventListener("change", () => pick(this.index.value));
    const [before, after] = around(say("page.reasons.element", { index: PLACE }));
    this.ofElement = make("label", "");
    this.ofElement.append(before, this.index, after);
    this.ofArray = make("div", "gv-of-array");
    this.ofArray.append(this.ofElement, this.opener);
    this.element.append(this.heading, closer, this.lines, this.ofArray);
    this.element.hidden = true;
  }

  /**
   * @param {Structure} structure
   * @param {Run} state
   * @param {string} id of a node or an edge; empty if none is selected
   * @param {Nudges} nudges what comes of moving the value a little
   * @param {string} index of an element of an array
   */
  show(structure, state, id, nudges, index) {
    const at = Number(id.slice(1));
    const node = id[0] === "n" ? structure.nodes[at] : undefined;
    const edge = id[0] === "e" ? structure.edges[at] : undefined;
    this.element.hidden = !node && !edge;
    if (node) this.ofNode(structure, state, at, node);
    else if (edge) this.ofEdge(structure, state, edge);
    else return;
    const shape = node ? (structure.shapes?.[at] ?? []) : [];
    this.ofArray.hidden = !shape.length && !node?.openable;
    this.ofElement.hidden = !shape.length;
    this.opener.hidden = !node?.openable;
    this.index.placeholder = shape.map((length) => Math.max(0, length - 1)).join(", "); // the last
    if (document.activeElement !== this.index) this.index.value = index;
    const isOfThis = !structure.second && nudges.of === id;
    for (const { label, formula, agrees } of (isOfThis && nudges.lines) || []) {
      const row = this.add(label, formula, state);
      row.classList.add(agrees === false ? "gv-disagrees" : "gv-ghost");
    }
  }

  /**
   * @param {Structure} structure
   * @param {Run} state
   * @param {number} index
   * @param {NodeWords} node
   */
  ofNode({ edges, second }, state, index, node) {
    const { say } = this;
    const source = node.source ? [written("code", "gv-source", node.source)] : [];
    const arriving = edges.filter(({ to }) => to === index);
    const locals = say("page.reasons.locals", { n: arriving.length });
    this.label = node.label;
    this.begin(node.label, node.kind, ...source);
    this.add(say("page.reasons.value"), node.value, state);
    arriving.forEach(({ local }, count) => this.add(count ? "" : locals, local, state));
    this.add(say(second ? "page.forward.tangent" : "page.reasons.gradient"), node.adjoint, state);
  }

  /**
   * @param {Structure} structure
   * @param {Run} state
   * @param {EdgeWords} edge
   */
  ofEdge({ nodes, second }, state, { from, to, local, flow }) {
    this.begin(`${nodes[from].label} → ${nodes[to].label}`, nodes[to].kind);
    this.add(this.say("page.reasons.locals", { n: 1 }), local, state);
    this.add(this.say(second ? "page.forward.push" : "page.reasons.flow"), flow, state);
  }

  /**
   * @param {string} title
   * @param {(Node | string)[]} more
   */
  begin(title, ...more) {
    this.heading.replaceChildren(written("span", "gv-title", title), ...more);
    this.lines.replaceChildren();
  }

  /**
   * @param {string} label
   * @param {Formula} formula
   * @param {Run} state
   */
  add(label, formula, state) {
    const row = make("div", "gv-row");
    row.append(written("span", "gv-label-of-row", label), formulaElement(formula, state));
    scrolls(row);
    this.lines.append(row);
    return row;
  }
}

/**
 * What leads to the number that is selected: the edges whose flows it gathers, or the two factors
 * of a flow. In forward mode they arrive.
 * @param {Structure} structure
 * @param {string} id
 */
export function because({ edges, second }, id) {
  const index = Number(id.slice(1));
  if (id === "") return [];
  const ends = edges.map(({ from, to }) => (second ? [from, to] : [to, from]));
  if (id[0] === "e") return edges[index] ? [`n${ends[index][0]}`] : [];
  return ends.flatMap(([, here], edge) => (here === index ? [`e${edge}`] : []));
}
