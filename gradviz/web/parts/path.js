import { make } from "./dom.js";

/** The way to a box that is open: the whole, and box in box. */
export class Path {
  /** @param {(depth: number) => void} go */
  constructor(go) {
    this.go = go;
    this.element = make("nav", "gv-path", { "aria-label": "what is open" });
  }

  /** @param {string[]} names */
  load(names) {
    this.element.hidden = names.length === 0;
    this.element.replaceChildren(
      ...["the whole graph", ...names].flatMap((name, depth) => {
        const isHere = depth === names.length;
        const step = make(
          isHere ? "span" : "button",
          isHere ? "gv-here" : "gv-button gv-back-to",
          isHere ? { "aria-current": "true" } : { type: "button" },
        );
        step.textContent = name;
        if (!isHere) step.addEventListener("click", () => this.go(depth));
        return depth ? [" › ", step] : [step];
      }),
    );
  }
}
