// The race: each way goes through its own steps on its own picture, all at one pace.

const SLOWEST_PACE = 1, FASTEST_PACE = 200; // steps in a second

/** Whether a person wants nothing to move: then a race is gone through step by step, or seen at its end. */
function isStill() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** One way of differentiating, on a picture of its own. */
class Runner {
  /** @param {string} svg @param {Way} way @param {number} most steps of the longest way */
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

  /** How it stands after so many steps. @param {number} steps */
  show(steps) {
    const at = Math.min(steps, this.way.events.length);
    if (at === this.at) return;
    this.at = at;
    /** @type {Map<string, number>} */
    const visits = new Map();
    for (const event of this.way.events.slice(0, at)) visits.set(event, (visits.get(event) ?? 0) + 1);
    this.picture.nodes.forEach(({ g, value, adjoint }, index) => {
      const times = visits.get(`n${index}`) ?? 0;
      value.write(times ? `${times} ×` : "");
      adjoint.write("");
      g.classList.toggle("gv-visited", times > 0);
    });
    this.picture.edges.forEach(({ flow }, index) => flow.setAttribute("stroke-width", String(Math.min(THICKEST, 1.6 * (visits.get(`e${index}`) ?? 0)))));
    this.picture.mark("gv-lit", at > 0 && at < this.way.events.length ? [this.way.events[at - 1]] : []);
    const operations = this.way.events.slice(0, at).filter((event) => event[0] === "n").length, locals = at - operations;
    this.count.textContent = locals || !this.way.name.startsWith("bump") ? `${operations} operations + ${locals} local derivatives = ${at}` : `${at} operations`;
    this.done.style.width = `${(100 * at) / this.most}%`;
    this.element.classList.toggle("gv-finished", at === this.way.events.length);
  }
}

class Race {
  /** @param {Model<RaceState>} model @param {HTMLElement} el */
  constructor(model, el) {
    el.classList.add("gradviz-view", "gv-race");
    this.unshare = shareKeys(el);
    const ways = model.get("ways");
    this.most = Math.max(...ways.map(({ events }) => events.length));
    this.runners = ways.map((way) => new Runner(model.get("svg"), way, this.most));
    this.steps = this.frame = 0;
    this.button = make("button", "gv-button gv-play", { type: "button" });
    this.button.addEventListener("click", () => (this.frame ? this.pause() : this.play()));
    this.again = make("button", "gv-button", { type: "button", "aria-label": "back to the start", title: "back to the start" });
    this.again.append(icon(ICONS.first));
    this.again.addEventListener("click", () => { this.pause(); this.go(0); });
    this.forward = make("button", "gv-button", { type: "button", "aria-label": "one step forward", title: "one step forward" });
    this.forward.append(icon(ICONS.forward));
    this.forward.addEventListener("click", () => { this.pause(); this.go(Math.floor(this.steps) + 1); });
    this.pace = make("input", "gv-scrub", { type: "range", min: "0", max: "100", value: "40", "aria-label": "pace" });
    this.pace.addEventListener("input", () => this.sayPace());
    this.word = make("span", "gv-count");
    this.status = make("div", "gv-spoken", { role: "status", "aria-live": "polite" });
    const controls = make("div", "gv-controls"), player = make("div", "gv-player", { role: "group", "aria-label": "the race" }), track = make("div", "gv-track");
    player.append(this.again, this.button, this.forward, this.pace, this.word);
    controls.append(player);
    track.append(...this.runners.map(({ element }) => element));
    el.append(controls, track, this.status);
    this.sayPace();
    this.showButton();
  }

  /** Steps in a second. */
  get speed() {
    return SLOWEST_PACE * (FASTEST_PACE / SLOWEST_PACE) ** (Number(this.pace.value) / 100);
  }

  sayPace() {
    this.word.textContent = `${this.speed < 10 ? this.speed.toFixed(1) : Math.round(this.speed)} steps a second`;
    this.pace.setAttribute("aria-valuetext", this.word.textContent);
  }

  showButton() {
    const name = this.frame ? "pause" : isStill() ? "last" : "play", label = name === "last" ? "to the end" : name;
    this.button.title = label;
    this.button.setAttribute("aria-label", label);
    this.button.replaceChildren(icon(ICONS[name]));
  }

  play() {
    if (isStill()) return this.go(this.most);
    if (this.steps >= this.most) this.go(0);
    let before = performance.now();
    const step = (/** @type {number} */ now) => {
      this.go(this.steps + ((now - before) / 1000) * this.speed);
      before = now;
      if (this.steps >= this.most) this.pause();
      else this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
    this.showButton();
  }

  end() {
    this.pause();
    this.unshare();
  }

  pause() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.showButton();
  }

  /** @param {number} steps */
  go(steps) {
    this.steps = Math.max(0, Math.min(this.most, steps));
    for (const runner of this.runners) runner.show(Math.floor(this.steps));
    if (this.steps === this.most) this.status.textContent = this.runners.map(({ way, count }) => `${way.name}: ${count.textContent}`).join("; ");
  }
}

/** @param {{model: Model<RaceState>, el: HTMLElement}} given */
function render({ model, el }) {
  const race = new Race(model, el);
  if (!model.get("painted")) {
    model.set("painted", true);
    model.save_changes();
  }
  return () => {
    race.end();
    el.replaceChildren(); // hosts keep the element
  };
}

export default { render };
