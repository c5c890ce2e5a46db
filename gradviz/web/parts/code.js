// Code beside the graph: the user's lines with their values, and those of the generated program.

import { formulaText } from "../formulas/formula.js";
import { make, written } from "./dom.js";

export class Code {
  /**
   * @param {Say} say
   * @param {(ids: string[]) => void} point what to do when a line is pointed at
   * @param {(id: string) => void} select
   */
  constructor(say, point, select) {
    this.say = say;
    this.point = point;
    this.select = select;
    this.element = make("section", "gv-code", { "aria-label": say("page.code") });
    this.element.hidden = true;
    this.isSought = false; // a person has just opened it
    /** @type {{element: HTMLElement, number: HTMLElement, shows: Formula, ids: string[]}[]} */
    this.lines = [];
  }

  /**
   * @param {Listing | null} code
   * @param {string | null} along what moves in forward mode
   */
  load(code, along = null) {
    this.lines = [];
    this.element.replaceChildren();
    if (code === null) return;
    this.element.append(...code.notes.map((note) => written("p", "gv-note", note)));
    this.add(this.say("page.code.source"), code.source);
    const program = along === null ? code.program : code.forward[along];
    if (program) this.add(this.say("page.code.program"), program);
    else this.element.append(written("p", "gv-note", this.say("page.forward.program")));
  }

  /**
   * @param {string} title
   * @param {Line[]} lines
   */
  add(title, lines) {
    if (!lines.length) return;
    const column = make("div", "gv-column");
    const list = make("ol", "gv-listing", { "aria-label": title });
    list.append(...lines.map((line) => this.line(line)));
    column.append(written("div", "gv-heading", title), list);
    this.element.append(column);
  }

  /** @param {Line} line */
  line({ text, shows, nodes, edges }) {
    const last = shows.at(-1) ?? [];
    const element = make("li", "gv-line");
    const number = make("span", `gv-number gv-${last[3] ?? last[0]}`);
    const ids = [...nodes.map((node) => `n${node}`), ...edges.map((edge) => `e${edge}`)];
    element.append(written("code", "", text || " "), number);
    const own = ids.at(-1);
    if (own) {
      element.tabIndex = 0;
      for (const kind of ["pointerenter", "focus"])
        element.addEventListener(kind, () => this.point(ids));
      for (const kind of ["pointerleave", "blur"])
        element.addEventListener(kind, () => this.point([]));
      element.addEventListener("click", () => this.select(own));
      element.addEventListener("keydown", (event) => {
        if (event.key === "Enter") this.select(own);
      });
    }
    this.lines.push({ element, number, shows, ids });
    return element;
  }

  /** Bring what was opened in sight, where it has no room beside the figure. */
  find() {
    if (!this.isSought) return;
    this.isSought = false;
    this.element.scrollIntoView({ block: "nearest" });
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
