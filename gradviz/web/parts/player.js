// Steps: play, pause, one step forward or back, scrub; and what the step just taken does.

import { ICONS, icon, make } from "./dom.js";

const LONGEST_PLAY = 24_000;

const QUICKEST = 80;

const SLOWEST = 900; // milliseconds: of all steps, and of one

export class Player {
  /** @param {(step: number | null) => void} go what to do to show a step; null shows all */
  constructor(go) {
    this.go = go;
    this.step = null;
    this.last = 0;
    this.timer = 0;
    this.element = make("div", "gv-player", {
      role: "group",
      "aria-label": "steps of the two sweeps",
    });
    this.buttons = {};
    for (const [name, label, act] of /** @type {[string, string, () => void][]} */ ([
      ["first", "to the first step", () => this.jump(0)],
      ["back", "one step back", () => this.jump(this.now - 1)],
      ["play", "play", () => (this.timer ? this.pause() : this.play())],
      ["forward", "one step forward", () => this.jump(this.now + 1)],
      ["last", "show all", () => this.jump(null)],
    ])) {
      const button = make("button", `gv-button gv-${name}`, {
        type: "button",
        "aria-label": label,
        title: label,
      });
      button.append(icon(ICONS[name]));
      button.addEventListener("click", act);
      this.buttons[name] = button;
    }
    this.scrub = make("input", "gv-scrub", {
      type: "range",
      min: "0",
      step: "1",
      "aria-label": "step",
    });
    this.scrub.addEventListener("input", () => this.jump(Number(this.scrub.value)));
    this.count = make("span", "gv-count");
    this.element.append(...Object.values(this.buttons), this.scrub, this.count);
  }

  /** Where the sweeps stand; at the end if all is shown. */
  get now() {
    return this.step ?? this.last;
  }

  /**
   * Go to a step by hand, which ends playing.
   * @param {number | null} step
   */
  jump(step) {
    this.pause();
    this.go(step === null ? null : Math.max(0, Math.min(this.last, step)));
  }

  play() {
    this.go(this.now >= this.last ? 0 : this.now);
    const pace = Math.max(QUICKEST, Math.min(SLOWEST, LONGEST_PLAY / (this.last + 1)));
    this.timer = setInterval(
      () => (this.now >= this.last ? this.pause() : this.go(this.now + 1)),
      pace,
    );
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

  /**
   * @param {number | null} step
   * @param {number} last
   */
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
