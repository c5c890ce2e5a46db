// Steps: play, pause, one step forward or back, scrub.

import { ICONS, button, icon, make, setName } from "./dom.js";

const LONGEST_PLAY = 24_000; // milliseconds: of all steps
const QUICKEST = 80; // and of one
const SLOWEST = 900;

export class Player {
  /**
   * @param {Say} say
   * @param {(step: number | null) => void} go what to do to show a step; null shows all
   */
  constructor(say, go) {
    this.say = say;
    this.go = go;
    this.step = /** @type {number | null} */ (null);
    this.last = 0;
    this.timer = 0;
    this.element = make("div", "gv-player", { role: "group", "aria-label": say("page.steps") });
    const made = (
      /** @type {keyof typeof ICONS} */ kind,
      /** @type {string} */ label,
      /** @type {() => void} */ act,
    ) => button(`gv-${kind}`, label, act, icon(ICONS[kind]));
    this.buttons = {
      first: made("first", say("page.steps.to_the_first"), () => this.jump(0)),
      back: made("back", say("page.steps.back"), () => this.jump(this.now - 1)),
      play: made("play", say("page.play"), () => this.toggle()),
      forward: made("forward", say("page.steps.forward"), () => this.jump(this.now + 1)),
      last: made("last", say("page.steps.show_all"), () => this.jump(null)),
    };
    const range = { type: "range", min: "0", step: "1", "aria-label": say("page.step") };
    this.scrub = make("input", "gv-scrub", range);
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

  toggle() {
    if (this.timer) this.pause();
    else this.play();
  }

  play() {
    this.go(this.now >= this.last ? 0 : this.now);
    const pace = Math.max(QUICKEST, Math.min(SLOWEST, LONGEST_PLAY / (this.last + 1)));
    const next = () => (this.now >= this.last ? this.pause() : this.go(this.now + 1));
    this.timer = setInterval(next, pace);
    this.showButton(true);
  }

  pause() {
    clearInterval(this.timer);
    if (this.timer) this.showButton(false);
    this.timer = 0;
  }

  /** @param {boolean} isPlaying */
  showButton(isPlaying) {
    setName(this.buttons.play, this.say(isPlaying ? "page.pause" : "page.play"));
    this.buttons.play.replaceChildren(icon(isPlaying ? ICONS.pause : ICONS.play));
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
    this.count.textContent =
      step === null
        ? this.say("page.steps.all", { n: last })
        : this.say("page.steps.at", { step, last });
    this.scrub.setAttribute("aria-valuetext", this.count.textContent);
    this.buttons.first.disabled = this.buttons.back.disabled = this.now === 0;
    this.buttons.forward.disabled = this.now === last;
    this.buttons.last.disabled = step === null;
  }
}
