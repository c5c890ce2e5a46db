// Code beside the graph: the user's lines with their values, and the lines of the generated program.

import { formulaText } from "../formulas/formula.js";
import { make } from "./dom.js";

export class Code {
  /**
   * @param {(ids: string[]) => void} point what to do when a line is pointed at
   * @param {(id: string) => void} select
   */
  constructor(point, select) {
    this.point = point;
    this.select = select;
    this.element = make("section", "gv-code", { "aria-label": "code" });
    this.element.hidden = true;
    /** @type {{element: HTMLElement, number: HTMLElement, shows: Formula, ids: string[]}[]} */
    this.lines = [];
  }

  /** @param {Listing | null} code */
  load(code) {
    this.lines = [];
    this.element.replaceChildren();
    for (const note of code?.notes ?? []) {
      const element = make("p", "gv-note");
      element.textContent = note;
      this.element.append(element);
    }
    for (const [name, title] of /** @type {const} */ ([
      ["source", "your function"],
      ["program", "the generated program"],
    ])) {
      if (!code?.[name].length) continue;
      const list = make("ol", "gv-listing", { "aria-label": title });
      const heading = make("div", "gv-heading");
      const column = make("div", "gv-column");
      heading.textContent = title;
      for (const line of code[name]) list.append(this.line(line));
      column.append(heading, list);
      this.element.append(column);
    }
  }

  /** @param {Line} line */
  line({ text, shows, nodes, edges }) {
    const element = make("li", "gv-line");
    const code = make("code", "");
    const number = make("span", `gv-number gv-${shows.at(-1)?.[3] ?? shows.at(-1)?.[0]}`);
    const ids = [...nodes.map((node) => `n${node}`), ...edges.map((edge) => `e${edge}`)];
    code.textContent = text || " ";
    element.append(code, number);
    if (ids.length) {
      element.tabIndex = 0;
      for (const kind of ["pointerenter", "focus"])
        element.addEventListener(kind, () => this.point(ids));
      for (const kind of ["pointerleave", "blur"])
        element.addEventListener(kind, () => this.point([]));
      element.addEventListener("click", () => this.select(ids.at(-1)));
      element.addEventListener("keydown", (event) => {
        if (event.key === "Enter") this.select(ids.at(-1));
      });
    }
    this.lines.push({ element, number, shows, ids });
    return element;
  }

  /** @param {Run} state */
  fill(state) {
    for (const { number, shows } of this.lines) {
      const text = formulaText(shows, state);
      if (number.textContent !== text) number.textContent = text;
    }
  }

  /**
   * Give the lines that belong to one of these a class.
   * @param {string} kind
   * @param {string[]} ids
   */
  mark(kind, ids) {
    for (const line of this.lines)
      line.element.classList.toggle(
        kind,
        line.ids.some((id) => ids.includes(id)),
      );
  }
}
