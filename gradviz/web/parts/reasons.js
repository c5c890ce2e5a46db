// Why: the panel that explains the node or the edge that is selected.

import { formulaElement } from "../formulas/mathml.js";
import { icon, make, scrolls } from "./dom.js";

export class Reasons {
  /**
   * @param {() => void} close
   * @param {(index: string) => void} pick an element
   * @param {(label: string) => void} open an array
   */
  constructor(close, pick, open) {
    this.open = open;
    this.element = make("section", "gv-why", { "aria-label": "explanation" });
    this.heading = make("div", "gv-heading");
    this.lines = make("div", "gv-lines");
    const button = make("button", "gv-button gv-close", {
      type: "button",
      "aria-label": "close the explanation",
      title: "close",
    });
    button.append(icon("M4 3l4 4 4-4 1 1-4 4 4 4-1 1-4-4-4 4-1-1 4-4-4-4z"));
    button.addEventListener("click", close);
    this.opener = make("button", "gv-button gv-open-array", { type: "button" });
    this.opener.textContent = "open into single gates";
    this.index = make("input", "gv-index", {
      type: "text",
      "aria-label": "index of an element",
      spellcheck: "false",
      autocomplete: "off",
    });
    this.index.addEventListener("change", () => pick(this.index.value));
    this.ofArray = make("div", "gv-of-array");
    const label = make("label", "");
    label.append("one element: [ ", this.index, " ]");
    this.ofArray.append(label, this.opener);
    this.opener.addEventListener("click", () => this.open(this.label));
    this.element.append(this.heading, button, this.lines, this.ofArray);
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
    const said =
      id === ""
        ? null
        : id[0] === "n"
          ? nodeReasons(structure, Number(id.slice(1)))
          : edgeReasons(structure, Number(id.slice(1)));
    this.element.hidden = said === null;
    if (said === null) return;
    this.heading.replaceChildren(...said.heading);
    const node = id[0] === "n" ? structure.nodes[Number(id.slice(1))] : null;
    const shape = structure.shapes?.[Number(id.slice(1))] ?? [];
    const isArray = shape.length > 0;
    this.ofArray.hidden = !node || (!isArray && !node.openable);
    this.index.parentElement.hidden = !isArray;
    this.index.placeholder = shape.map((length) => Math.max(0, length - 1)).join(", "); // the last there is
    this.opener.hidden = !node?.openable;
    this.label = node?.label;
    if (document.activeElement !== this.index) this.index.value = index;
    const rows = said.rows.map(([label, formula]) =>
      reasonRow(label, formulaElement(formula, state)),
    );
    for (const { label, formula, agrees } of nudges.of === id ? nudges.lines : []) {
      const row = reasonRow(label, formulaElement(formula, state));
      row.classList.add(agrees === false ? "gv-disagrees" : "gv-ghost");
      rows.push(row);
    }
    this.lines.replaceChildren(...rows);
  }
}

/**
 * @param {string} label
 * @param {Element} content
 */
function reasonRow(label, content) {
  const row = make("div", "gv-row");
  const name = make("span", "gv-label-of-row");
  name.textContent = label;
  row.append(name, content);
  scrolls(row);
  return row;
}

/**
 * @param {Structure} structure
 * @param {number} index
 * @returns {{heading: (Node | string)[], rows: [string, Formula][]} | null}
 */
function nodeReasons({ nodes, edges }, index) {
  const node = nodes[index];
  if (!node) return null;
  const arriving = edges.filter(({ to }) => to === index);
  return {
    heading: [titled(node.label), node.kind, ...(node.source ? [sourced(node.source)] : [])],
    rows: [
      ["value", node.value],
      ...arriving.map(
        ({ local }, count) =>
          /** @type {[string, Formula]} */ ([
            count ? "" : arriving.length > 1 ? "local derivatives" : "local derivative",
            local,
          ]),
      ),
      ["gradient", node.adjoint],
    ],
  };
}

/**
 * @param {Structure} structure
 * @param {number} index
 * @returns {{heading: (Node | string)[], rows: [string, Formula][]} | null}
 */
function edgeReasons({ nodes, edges }, index) {
  const edge = edges[index];
  if (!edge) return null;
  return {
    heading: [titled(`${nodes[edge.from].label} → ${nodes[edge.to].label}`), nodes[edge.to].kind],
    rows: [
      ["local derivative", edge.local],
      ["flows back", edge.flow],
    ],
  };
}

/** @param {string} text */
function titled(text) {
  const name = make("span", "gv-title");
  name.textContent = text;
  return name;
}

/** @param {string} text */
function sourced(text) {
  const source = make("code", "gv-source");
  source.textContent = text;
  return source;
}

/**
 * What leads to the number that is selected: the edges whose flows it gathers, or the two factors
 * of a flow.
 * @param {Structure} structure
 * @param {string} id
 */
export function because({ edges }, id) {
  const index = Number(id.slice(1));
  if (id === "") return [];
  if (id[0] === "e") return edges[index] ? [`n${edges[index].to}`] : [];
  return edges.flatMap(({ from }, edge) => (from === index ? [`e${edge}`] : []));
}
