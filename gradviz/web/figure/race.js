// The race: each way goes through its own steps on its own picture, all at one pace.

import { shareKeys } from "../hands/keys.js";
import { ICONS, button, icon, make, setName } from "../parts/dom.js";
import { speaker } from "../words.js";
import { Runner } from "./runner.js";

const SLOWEST_PACE = 1; // steps in a second
const FASTEST_PACE = 200;

/**
 * Whether a person wants nothing to move: then a race is gone through step by step, or seen at
 * its end.
 */
function isStill() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

export class Race {
  /**
   * @param {Store<RaceState>} store
   * @param {HTMLElement} el
   */
  constructor(store, el) {
    const say = speaker(store.get("words"));
    const ways = store.get("ways");
    el.classList.add("gradviz-view", "gv-race");
    this.say = say;
    this.el = el;
    this.unshare = shareKeys(el);
    this.most = Math.max(...ways.map(({ events }) => events.length));
    this.runners = ways.map((way) => new Runner(say, store.get("svg"), way, this.most));
    this.steps = this.frame = 0;
    this.button = button("gv-play", "", () => this.toggle());
    this.again = button("", say("page.race.back"), () => this.jump(0), icon(ICONS.first));
    const next = () => this.jump(Math.floor(this.steps) + 1);
    this.forward = button("", say("page.steps.forward"), next, icon(ICONS.forward));
    const range = { type: "range", min: "0", max: "100", value: "40" };
    this.pace = make("input", "gv-scrub", { ...range, "aria-label": say("page.race.pace") });
    this.pace.addEventListener("input", () => this.sayPace());
    this.word = make("span", "gv-count");
    this.status = make("div", "gv-spoken", { role: "status", "aria-live": "polite" });
    const controls = make("div", "gv-controls");
    const player = make("div", "gv-player", { role: "group", "aria-label": say("page.race") });
    const track = make("div", "gv-track");
    player.append(this.again, this.button, this.forward, this.pace, this.word);
    controls.append(player);
    track.append(...this.runners.map(({ element }) => element));
    el.append(controls, track, this.status);
    this.sayPace();
    this.showButton();
    if (!store.get("painted")) store.tell({ painted: true });
  }

  /** Steps in a second. */
  get speed() {
    return SLOWEST_PACE * (FASTEST_PACE / SLOWEST_PACE) ** (Number(this.pace.value) / 100);
  }

  sayPace() {
    const n = this.speed < 10 ? this.speed.toFixed(1) : Math.round(this.speed);
    this.word.textContent = this.say("page.race.speed", { n });
    this.pace.setAttribute("aria-valuetext", this.word.textContent);
  }

  showButton() {
    const still = isStill();
    const label = this.frame ? "page.pause" : still ? "page.race.to_the_end" : "page.play";
    const shape = this.frame ? ICONS.pause : still ? ICONS.last : ICONS.play;
    setName(this.button, this.say(label));
    this.button.replaceChildren(icon(shape));
  }

  toggle() {
    if (this.frame) this.pause();
    else this.play();
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

  pause() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.showButton();
  }

  /**
   * Go somewhere by hand, which ends playing.
   * @param {number} steps
   */
  jump(steps) {
    this.pause();
    this.go(steps);
  }

  /** @param {number} steps */
  go(steps) {
    const { say } = this;
    this.steps = Math.max(0, Math.min(this.most, steps));
    for (const runner of this.runners) runner.show(this.steps);
    if (this.steps < this.most) return;
    const results = this.runners.map(({ way, got }) =>
      say("page.race.result", { way: way.name, got: got.textContent }),
    );
    this.status.textContent = results.join(say("page.race.and"));
  }

  end() {
    this.pause();
    this.unshare();
    this.el.replaceChildren(); // hosts keep the element
  }
}
