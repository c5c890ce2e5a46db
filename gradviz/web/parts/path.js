// The way to a box that is open: the whole, and box in box.

import { make, written } from "./dom.js";

export class Path {
  /**
   * @param {Say} say
   * @param {(depth: number) => void} go
   */
  constructor(say, go) {
    this.say = say;
    this.go = go;
    this.element = make("nav", "gv-path", { "aria-label": say("page.path") });
  }

  /** @param {string[]} names */
  load(names) {
    const all = [this.say("page.path.whole"), ...names];
    const steps = all.map((name, depth) =>
      depth === names.length
        ? written("span", "gv-here", name, { "aria-current": "true" })
        : this.back(name, depth),
    );
    this.element.hidden = names.length === 0;
    this.element.replaceChildren(...steps.flatMap((step, at) => (at ? [" › ", step] : [step])));
  }

  /**
   * @param {string} name
   * @param {number} depth
   */
  back(name, depth) {
    const step = written("button", "gv-button gv-back-to", name, { type: "button" });
    step.addEventListener("click", () => this.go(depth));
    return step;
  }
}
