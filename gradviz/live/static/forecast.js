// A forecast: while a hand is on a slider, the page works out the numbers itself, and shows them before Python has answered.
// What Python answers stands in the end; until it speaks of the same inputs, its older answers are passed over.

const PATIENCE = 3000; // milliseconds that a forecast may wait for its answer
const UNDER_A_HAND = ".noUi-handle.noUi-active, .noUi-active .noUi-handle, .noUi-handle:focus";

class Forecast {
  /** @param {Model<ViewState>} model @param {() => void} show what to do when there is another forecast, or none any more */
  constructor(model, show) {
    this.model = model;
    this.show = show;
    this.run = null;
    this.timer = 0;
    /** @type {[Model<{value: number}>, () => void][]} */
    this.watched = [];
    this.ended = false;
    this.watch();
  }

  /** Listen to the sliders, where this page has their models. */
  async watch() {
    for (const [node, reference] of Object.entries(this.model.get("sliders") ?? {})) {
      try {
        const slider = await this.model.widget_manager.get_model(reference.replace("IPY_MODEL_", ""));
        if (this.ended) return;
        const handler = () => { if (document.querySelector(UNDER_A_HAND)) this.at(Number(node), slider.get("value")); };
        slider.on("change:value", handler);
        this.watched.push([slider, () => slider.off("change:value", handler)]);
      } catch {
        return; // another front end: Python's answers are all there is
      }
    }
  }

  end() {
    this.ended = true;
    clearTimeout(this.timer);
    for (const [, stop] of this.watched) stop();
  }

  /** Take another graph. @param {Structure} structure @param {() => Run} shown */
  load(structure, shown) {
    this.structure = structure;
    this.shown = shown;
    this.run = this.program = null;
    if (structure.program === null || structure.places === null) return;
    try {
      this.program = new Function("inputs", structure.program);
    } catch {} // where pages may make no functions
  }

  /** @param {number} node an input @param {number} value */
  at(node, value) {
    if (!this.program) return;
    const run = this.run ?? this.shown(), { nodes } = this.structure;
    const inputs = nodes.flatMap(({ kind }, index) => (kind === "input" ? [index === node ? value : run.primals[index]] : []));
    this.run = runOf(Float64Array.from(this.program(inputs)), this.structure);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { this.run = null; this.show(); }, PATIENCE);
    this.show();
  }

  /** What to show, now that Python has sent this. @param {Run} answer */
  over(answer) {
    if (this.run === null) return answer;
    const agrees = this.structure.nodes.every(({ kind }, index) => kind !== "input" || Object.is(answer.primals[index], this.run.primals[index]));
    if (agrees) {
      this.run = null;
      clearTimeout(this.timer);
      return answer;
    }
    return this.run;
  }
}
