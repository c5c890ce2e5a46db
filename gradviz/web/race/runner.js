import { THICKEST } from "../numbers/shown.js";
import { make } from "../parts/dom.js";
import { Picture } from "../picture/picture.js";

/** One way of differentiating, on a picture of its own. */
export class Runner {
  /**
   * @param {string} svg
   * @param {Way} way
   * @param {number} most steps of the longest way
   */
  constructor(svg, way, most) {
    this.way = way;
    this.most = most;
    this.picture = new Picture(svg);
    this.picture.svg.setAttribute("role", "img");
    this.picture.svg.setAttribute("aria-label", `the graph, as the ${way.name} goes through it`);
    this.element = make("section", "gv-runner", { "aria-label": way.name });
    this.title = make("div", "gv-heading");
    this.name = make("span", "gv-title");
    this.name.textContent = way.name;
    this.count = make("span", "gv-score");
    this.title.append(this.name, this.count);
    this.bar = make("div", "gv-bar");
    this.done = make("div", "gv-done");
    this.bar.append(this.done);
    this.element.append(this.title, this.bar, this.picture.svg);
    this.show(0);
  }

  /**
   * How it stands after so many steps.
   * @param {number} steps
   */
  show(steps) {
    const at = Math.min(steps, this.way.events.length);
    if (at === this.at) return;
    this.at = at;
    /** @type {Map<string, number>} */
    const visits = new Map();
    for (const event of this.way.events.slice(0, at))
      visits.set(event, (visits.get(event) ?? 0) + 1);
    this.picture.nodes.forEach(({ g, value, adjoint }, index) => {
      const times = visits.get(`n${index}`) ?? 0;
      value.write(times ? `${times} ×` : "");
      adjoint.write("");
      g.classList.toggle("gv-visited", times > 0);
    });
    this.picture.edges.forEach(({ flow }, index) =>
      flow.setAttribute(
        "stroke-width",
        String(Math.min(THICKEST, 1.6 * (visits.get(`e${index}`) ?? 0))),
      ),
    );
    this.picture.mark(
      "gv-lit",
      at > 0 && at < this.way.events.length ? [this.way.events[at - 1]] : [],
    );
    const operations = this.way.events.slice(0, at).filter((event) => event[0] === "n").length;
    const locals = at - operations;
    this.count.textContent =
      locals || !this.way.name.startsWith("bump")
        ? `${operations} operations + ${locals} local derivatives = ${at}`
        : `${at} operations`;
    this.done.style.width = `${(100 * at) / this.most}%`;
    this.element.classList.toggle("gv-finished", at === this.way.events.length);
  }
}
