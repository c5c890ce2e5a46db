// The race: each way goes through its own steps on its own picture, all at one pace.

import { shareKeys } from "../hands/keys.js";
import { ICONS, icon, make } from "../parts/dom.js";
import { Runner } from "./runner.js";

const SLOWEST_PACE = 1;

const FASTEST_PACE = 200; // steps in a second

/**
 * Whether a person wants nothing to move: then a race is gone through step by step, or seen at
 * its end.
 */
function isStill() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

export class Race {
  /**
   * @param {Model<RaceState>} model
   * @param {HTMLElement} el
   */
  constructor(model, el) {
    el.classList.add("gradviz-view", "gv-race");
    this.unshare = shareKeys(el);
    const ways = model.get("ways");
    this.most = Math.max(...ways.map(({ events }) => events.length));
    this.runners = ways.map((way) => new Runner(model.get("svg"), way, this.most));
    this.steps = this.frame = 0;
    this.button = make("button", "gv-button gv-play", { type: "button" });
    this.button.addEventListener("click", () => (this.frame ? this.pause() : this.play()));
    this.again = make("button", "gv-button", {
      type: "button",
      "aria-label": "back to the start",
      title: "back to the start",
    });
    this.again.append(icon(ICONS.first));
    this.again.addEventListener("click", () => {
      this.pause();
      this.go(0);
    });
    this.forward = make("button", "gv-button", {
      type: "button",
      "aria-label": "one step forward",
      title: "one step forward",
    });
    this.forward.append(icon(ICONS.forward));
    this.forward.addEventListener("click", () => {
      this.pause();
      this.go(Math.floor(this.steps) + 1);
    });
    this.pace = make("input", "gv-scrub", {
      type: "range",
      min: "0",
      max: "100",
      value: "40",
      "aria-label": "pace",
    });
    this.pace.addEventListener("input", () => this.sayPace());
    this.word = make("span", "gv-count");
    this.status = make("div", "gv-spoken", { role: "status", "aria-live": "polite" });
    const controls = make("div", "gv-controls");
    const player = make("div", "gv-player", { role: "group", "aria-label": "the race" });
    const track = make("div", "gv-track");
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
    const name = this.frame ? "pause" : isStill() ? "last" : "play";
    const label = name === "last" ? "to the end" : name;
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
    if (this.steps === this.most)
      this.status.textContent = this.runners
        .map(({ way, count }) => `${way.name}: ${count.textContent}`)
        .join("; ");
  }
}
