// One way of differentiating, in a lane of its own: a small graph through which it runs, and a
// course as long as its work, with a flag at the end.

import { icon, make, written } from "../parts/dom.js";
import { Miniature } from "./miniature.js";

const FLAG = "M3 1h2v14H3zM6 2h8l-2 3 2 3H6z";
const TO_THE_RIGHT = "→";
const TO_THE_LEFT = "←";

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
    this.graph = new Miniature(svg, say("page.race.graph", { way: way.name }));
    this.element = make("section", "gv-runner", {
      "aria-label": way.name,
      "data-way": way.way,
    });
    this.arrow = make("span", "gv-direction", { "aria-hidden": "true" });
    this.count = make("span", "gv-score");
    this.got = make("span", "gv-got");
    this.done = make("div", "gv-done");
    const title = make("div", "gv-heading");
    const course = make("div", "gv-course");
    const bar = make("div", "gv-bar");
    const flag = make("span", "gv-flag");
    const how = written("span", "gv-how", say(`page.race.way.${way.way}`));
    flag.append(icon(FLAG));
    bar.style.width = `${(100 * way.events.length) / most}%`;
    bar.append(this.done);
    course.append(bar, flag);
    title.append(written("span", "gv-title", way.name), this.arrow, how, this.count, this.got);
    this.element.append(title, course, this.graph.element);
    this.show(0);
  }

  /** Whether it goes from right to left at a step. @param {number} at */
  isBack(at) {
    return this.way.way === "reverse" && this.way.events[at]?.[0] === "e";
  }

  /**
   * How it stands after so many steps; between two of them, the runner is on its way.
   * @param {number} steps
   */
  show(steps) {
    const { events } = this.way;
    const at = Math.min(Math.floor(steps), events.length);
    const step = Math.ceil(steps) - 1;
    const isRunning = steps > 0 && steps < events.length;
    this.graph.run(isRunning ? events[step] : "", steps - step, this.isBack(step));
    if (at === this.at) return;
    this.at = at;
    const { say } = this;
    const taken = events.slice(0, at);
    /** @type {Map<string, number>} */
    const visits = new Map();
    for (const event of taken) visits.set(event, (visits.get(event) ?? 0) + 1);
    const isFinished = at === events.length;
    const { gradients } = this.way;
    const known = gradients.filter(([after]) => after <= at && at > 0).map(([, node]) => node);
    const here = at > 0 && !isFinished ? events[at - 1] : "";
    this.graph.show(visits, here, this.asked(at), known);
    const isBack = this.isBack(Math.min(at, events.length - 1));
    this.arrow.textContent = isBack ? TO_THE_LEFT : TO_THE_RIGHT;
    this.count.textContent = this.counted(taken);
    this.got.textContent = say("page.race.got", {
      gradients: say("page.race.gradients", { n: known.length }),
      evaluations: say("page.race.evaluations", { n: at }),
    });
    this.done.style.width = `${(100 * at) / events.length}%`;
    this.element.classList.toggle("gv-finished", isFinished);
  }

  /**
   * Which input it asks about, if it asks about one at a time.
   * @param {number} at
   */
  asked(at) {
    const { way, gradients, once } = this.way;
    if (way === "reverse" || at < once) return null;
    return gradients.find(([after]) => after > at)?.[1] ?? null;
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
