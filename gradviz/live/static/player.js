// Steps: play, pause, one step forward or back, scrub; and what the step just taken does.

const LONGEST_PLAY = 24_000, QUICKEST = 80, SLOWEST = 900; // milliseconds: of all steps, and of one
const ICONS = {
  first: "M3 2h2v12H3zM13 2v12L6 8z",
  back: "M11 2v12L4 8z",
  play: "M4 2l9 6-9 6z",
  pause: "M3 2h4v12H3zM9 2h4v12H9z",
  forward: "M5 2v12l7-6z",
  last: "M11 2h2v12h-2zM3 2v12l7-6z",
};

/** Let a key be seen in the view alone. It knows no view: hosts keep the element, and with it what it calls. @param {Event} event */
function keepKey(event) {
  event.stopPropagation();
}

/** @template {keyof HTMLElementTagNameMap} Tag @param {Tag} tag @param {string} kind @param {Record<string, string>} attributes */
function make(tag, kind, attributes = {}) {
  const element = document.createElement(tag);
  element.className = kind;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/** @param {string} path @returns {SVGSVGElement} */
function icon(path) {
  const svg = document.createElementNS(SVG, "svg"), shape = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}

class Player {
  /** @param {(step: number | null) => void} go what to do to show a step; null shows all */
  constructor(go) {
    this.go = go;
    this.step = null;
    this.last = 0;
    this.timer = 0;
    this.element = make("div", "gv-player", { role: "group", "aria-label": "steps of the two sweeps" });
    this.buttons = {};
    for (const [name, label, act] of /** @type {[string, string, () => void][]} */ ([
      ["first", "to the first step", () => this.jump(0)],
      ["back", "one step back", () => this.jump(this.now - 1)],
      ["play", "play", () => (this.timer ? this.pause() : this.play())],
      ["forward", "one step forward", () => this.jump(this.now + 1)],
      ["last", "show all", () => this.jump(null)],
    ])) {
      const button = make("button", `gv-button gv-${name}`, { type: "button", "aria-label": label, title: label });
      button.append(icon(ICONS[name]));
      button.addEventListener("click", act);
      this.buttons[name] = button;
    }
    this.scrub = make("input", "gv-scrub", { type: "range", min: "0", step: "1", "aria-label": "step" });
    this.scrub.addEventListener("input", () => this.jump(Number(this.scrub.value)));
    this.count = make("span", "gv-count");
    this.element.append(...Object.values(this.buttons), this.scrub, this.count);
  }

  /** Where the sweeps stand; at the end if all is shown. */
  get now() {
    return this.step ?? this.last;
  }

  /** Go to a step by hand, which ends playing. @param {number | null} step */
  jump(step) {
    this.pause();
    this.go(step === null ? null : Math.max(0, Math.min(this.last, step)));
  }

  play() {
    this.go(this.now >= this.last ? 0 : this.now);
    const pace = Math.max(QUICKEST, Math.min(SLOWEST, LONGEST_PLAY / (this.last + 1)));
    this.timer = setInterval(() => (this.now >= this.last ? this.pause() : this.go(this.now + 1)), pace);
    this.showButton("pause");
  }

  pause() {
    clearInterval(this.timer);
    this.timer = 0;
    this.showButton("play");
  }

  /** @param {"play" | "pause"} name */
  showButton(name) {
    if (this.buttons.play.title === name) return;
    this.buttons.play.title = name;
    this.buttons.play.setAttribute("aria-label", name);
    this.buttons.play.replaceChildren(icon(ICONS[name]));
  }

  /** @param {number | null} step @param {number} last */
  show(step, last) {
    this.step = step;
    this.last = last;
    this.scrub.max = String(last);
    this.scrub.value = String(this.now);
    this.count.textContent = step === null ? `all ${last} steps` : `step ${step} of ${last}`;
    this.scrub.setAttribute("aria-valuetext", this.count.textContent);
    this.buttons.first.disabled = this.buttons.back.disabled = this.now === 0;
    this.buttons.forward.disabled = this.now === last;
    this.buttons.last.disabled = step === null;
  }
}

/** The words of a step. @param {Structure} structure @param {number | null} step @returns {Formula} */
function stepWords({ steps, nodes, edges, start, seed }, step) {
  if (step === null) return [];
  const [kind, at] = steps[step];
  if (kind === "start") return start;
  if (kind === "forward") return nodes[at].value;
  if (kind === "seed") return seed;
  return [...edges[at].flow, ...edges[at].soFar];
}

/** The node or the edge at which a step is taken, by its id. @param {Step} step @returns {string[]} */
function stepPlace([kind, at]) {
  return kind === "start" ? [] : [`${kind === "backward" ? "e" : "n"}${at}`];
}
