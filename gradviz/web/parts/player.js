// Steps: play, pause, one step forward or back, scrub.

import { SPEEDS, beatByHand, beatPlaying, lasting, nextMove } from "../motion/rhythm.js";
import { ICONS, button, icon, make, setName, written } from "./dom.js";

export class Player {
  /**
   * @param {Say} say
   * @param {(step: number | null, beat: number) => void} go what to do to show a step; null shows
   * all; and how long a beat of it is, 0 if it is to be there at once
   */
  constructor(say, go) {
    this.say = say;
    this.go = go;
    this.step = /** @type {number | null} */ (null);
    this.last = 0;
    /** @type {Step[]} */
    this.steps = [];
    this.timer = /** @type {ReturnType<typeof setTimeout> | 0} */ (0);
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
      forward: made("forward", say("page.steps.forward"), () => this.next()),
      last: made("last", say("page.steps.show_all"), () => this.jump(null)),
    };
    const range = { type: "range", min: "0", step: "1", "aria-label": say("page.step") };
    this.scrub = make("input", "gv-scrub", range);
    this.scrub.addEventListener("input", () => this.jump(Number(this.scrub.value)));
    this.count = make("span", "gv-count");
    this.speed = make("select", "gv-speed", { "aria-label": say("page.motion.speed") });
    this.speed.title = say("page.motion.speed");
    for (const speed of SPEEDS) {
      const shown = say("page.motion.times", { speed: speed === 0.5 ? "½" : speed });
      this.speed.append(written("option", "", shown, { value: String(speed) }));
    }
    this.speed.value = "1";
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
    this.go(step === null ? null : Math.max(0, Math.min(this.last, step)), 0);
  }

  /** Take the next step by hand, which ends playing. */
  next() {
    this.pause();
    this.go(Math.min(this.last, this.now + 1), this.byHand);
  }

  /** Milliseconds a beat, when a step is taken by hand. */
  get byHand() {
    return beatByHand(Number(this.speed.value));
  }

  toggle() {
    if (this.timer) this.pause();
    else this.play();
  }

  play() {
    this.go(this.now >= this.last ? 0 : this.now, 0);
    this.timer = setTimeout(() => this.goOn(), lasting(this.steps.slice(0, 1), this.beat));
    this.showButton(true);
  }

  /** Milliseconds a beat, while all steps are played. */
  get beat() {
    return beatPlaying(this.steps, Number(this.speed.value));
  }

  /** Play one step, or some that are quick, and then the others. */
  goOn() {
    if (this.now >= this.last) return this.pause();
    const { beat, now, steps } = this;
    const move = nextMove(steps, now, beat);
    this.timer = setTimeout(() => this.goOn(), lasting(move, beat));
    this.go(now + move.length, beat);
  }

  pause() {
    clearTimeout(this.timer);
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
   * @param {Step[]} steps
   * @param {boolean} isForward
   */
  show(step, steps, isForward = false) {
    const last = steps.length - 1;
    this.element.classList.toggle("gv-tangents", isForward);
    this.step = step;
    this.steps = steps;
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
