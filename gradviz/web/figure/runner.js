// One way of differentiating, on a picture of its own.

import { THICKEST } from "../numbers/shown.js";
import { make, written } from "../parts/dom.js";
import { Picture } from "../picture/picture.js";

const THIN = 1.6; // pixels: what a visit adds to a wire

export class Runner {
  /**
   * @param {Say} say
   * @param {string} svg
   * @param {Way} way
   * @param {number} most steps of the longest way
   */
  constructor(say, svg, way, most) {
    this.say = say;
    this.way = way;
    this.most = most;
    this.at = -1;
    this.picture = new Picture(svg);
    this.picture.svg.setAttribute("role", "img");
    this.picture.svg.setAttribute("aria-label", say("page.race.graph", { way: way.name }));
    this.element = make("section", "gv-runner", { "aria-label": way.name });
    this.count = make("span", "gv-score");
    this.done = make("div", "gv-done");
    const title = make("div", "gv-heading");
    const bar = make("div", "gv-bar");
    title.append(written("span", "gv-title", way.name), this.count);
    bar.append(this.done);
    this.element.append(title, bar, this.picture.svg);
    this.show(0);
  }

  /**
   * How it stands after so many steps.
   * @param {number} steps
   */
  show(steps) {
    const { events } = this.way;
    const at = Math.min(steps, events.length);
    if (at === this.at) return;
    this.at = at;
    const taken = events.slice(0, at);
    /** @type {Map<string, number>} */
    const visits = new Map();
    for (const event of taken) visits.set(event, (visits.get(event) ?? 0) + 1);
    this.picture.nodes.forEach(({ g, value, adjoint }, index) => {
      const times = visits.get(`n${index}`) ?? 0;
      value.write(times ? `${times} ×` : "");
      adjoint.write("");
      g.classList.toggle("gv-visited", times > 0);
    });
    this.picture.edges.forEach(({ flow }, index) => {
      const width = Math.min(THICKEST, THIN * (visits.get(`e${index}`) ?? 0));
      flow.setAttribute("stroke-width", String(width));
    });
    this.picture.mark("gv-lit", at > 0 && at < events.length ? [events[at - 1]] : []);
    this.count.textContent = this.counted(taken);
    this.done.style.width = `${(100 * at) / this.most}%`;
    this.element.classList.toggle("gv-finished", at === events.length);
  }

  /**
   * What was evaluated.
   * @param {string[]} taken
   */
  counted(taken) {
    const { say } = this;
    const count = taken.filter((event) => event[0] === "n").length;
    const operations = say("page.race.operations", { n: count });
    if (!this.way.locals) return operations; // it has no derivatives at all
    const locals = say("page.race.locals", { n: taken.length - count });
    return say("page.race.total", { operations, locals, total: taken.length });
  }
}
