// A recorded training: the loss falls, weights sharpen, verdicts change. It is played, stopped and
// scrubbed through; while it is recorded, it grows.

import { shareKeys } from "../hands/keys.js";
import { full, numeral } from "../numbers/numeral.js";
import { parsed } from "../numbers/typed.js";
import { ICONS, button, follow, icon, make, setName, written } from "../parts/dom.js";
import { speaker } from "../words.js";
import { EpochChart } from "./chart.js";
import { Pixels, between, shadesOf } from "./pixels.js";

const AN_EPOCH = 320; // milliseconds
const LONGEST_FILM = 14_000; // of all epochs

/** Whether a person wants nothing to move by itself. */
function wantsStill() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

export class Training {
  /**
   * @param {Store<TrainingState>} store
   * @param {HTMLElement} el
   */
  constructor(store, el) {
    this.store = store;
    this.el = el;
    this.say = speaker(store.get("words"));
    this.unshare = shareKeys(el);
    /** @type {TrainingFrame[]} */
    this.frames = [];
    /** @type {number[][]} */
    this.numbers = [];
    /** @type {Shades[]} */
    this.shades = [];
    this.at = 0;
    this.shown = -1; // the frame of which all is told
    this.asked = this.last = 0;
    this.before = NaN;
    this.isPlaying = false;
    el.classList.add("gradviz-view", "gv-training");
    this.controls();
    this.build();
    this.handlers = { given: () => this.build(), numbers: () => this.grow() };
    for (const [name, handler] of Object.entries(this.handlers)) store.on(name, handler);
    this.watch = new ResizeObserver(() => this.draw());
    this.watch.observe(el);
    if (!store.get("painted")) store.tell({ painted: true });
  }

  controls() {
    const { say } = this;
    const made = (
      /** @type {"start" | "back" | "forward" | "end"} */ name,
      /** @type {string} */ shape,
      /** @type {() => number} */ to,
    ) => button("", say(`page.training.${name}`), () => this.jump(to()), icon(shape));
    this.buttons = {
      start: made("start", ICONS.first, () => 0),
      back: made("back", ICONS.back, () => Math.ceil(this.at) - 1),
      play: button("gv-play", "", () => this.toggle()),
      forward: made("forward", ICONS.forward, () => Math.floor(this.at) + 1),
      end: made("end", ICONS.last, () => this.last),
    };
    const range = { type: "range", min: "0", step: "1", "aria-label": say("page.training.scrub") };
    this.scrub = make("input", "gv-scrub", range);
    this.scrub.addEventListener("input", () => this.jump(Number(this.scrub?.value)));
    this.count = make("span", "gv-count");
    const player = make("div", "gv-player", { role: "group", "aria-label": say("page.training") });
    player.append(...Object.values(this.buttons), this.scrub, this.count);
    this.status = make("div", "gv-spoken", { role: "status", "aria-live": "polite" });
    this.film = make("div", "gv-film");
    this.el.append(player, this.film, this.status);
  }

  /** Make the parts that there are. */
  build() {
    const { say } = this;
    const given = this.store.get("given");
    const [tests, weights] = given.shapes;
    this.loss = new EpochChart("loss", false, [], given.layers);
    this.gradients = new EpochChart("gradients", true, given.layers);
    this.weights = weights && new Pixels(weights, true);
    this.heads = {
      loss: make("span", "gv-film-number"),
      right: make("span", "gv-film-number"),
      scale: make("span", "gv-film-scale"),
      changed: make("span", "gv-film-scale"),
    };
    for (const chart of [this.loss, this.gradients]) this.scrubBy(chart);
    const parts = [part("loss", say("page.training.loss"), [this.heads.loss], this.loss.svg)];
    if (given.layers.length)
      parts.push(part("gradients", say("page.training.gradients"), [], this.gradients.svg));
    if (this.weights) {
      const sheet = make("div", "gv-film-sheet");
      this.weights.canvases.forEach((canvas, at) =>
        setName(canvas, say("page.training.weights.one", { n: at + 1 })),
      );
      sheet.append(...this.weights.canvases);
      sheet.style.setProperty("--abreast", String(Math.ceil(this.weights.canvases.length ** 0.5)));
      parts.push(part("weights", say("page.training.weights"), [this.heads.scale], sheet));
    }
    const row = make("div", "gv-film-tests");
    row.style.setProperty("--tests", String(given.answers.length));
    this.tests = given.answers.map(() => make("div", "gv-film-test", { role: "img" }));
    this.verdicts = this.tests.map(() => make("span", "gv-film-verdict"));
    const still = { shades: shadesOf(given.pictures ?? ""), most: 1 };
    const isSigned = still.shades.some((shade) => shade < 0);
    const pixels = tests && new Pixels(tests, isSigned);
    pixels?.draw(between(still, still, 0, 1));
    this.tests.forEach((test, at) => {
      const canvas = pixels?.canvases[at];
      canvas?.setAttribute("aria-hidden", "true");
      if (canvas) test.append(canvas);
      if (this.verdicts) test.append(this.verdicts[at]);
    });
    row.append(...this.tests);
    const { right, changed } = this.heads;
    if (given.answers.length) parts.push(part("answers", "", [right, changed], row));
    this.film?.replaceChildren(...parts);
    this.film?.classList.toggle("gv-film-narrow", !this.weights);
    this.grow();
  }

  /**
   * A pointer on a curve goes to the epoch under it.
   * @param {EpochChart} chart
   */
  scrubBy(chart) {
    const { svg } = chart;
    const go = (/** @type {PointerEvent} */ { clientX }) =>
      this.jump(chart.frameAt(clientX - svg.getBoundingClientRect().x));
    svg.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      go(event);
      follow(svg, event.pointerId, go, () => {});
    });
  }

  /** Frames have come. */
  grow() {
    const given = this.store.get("given");
    const wasAtEnd = this.at >= this.last && this.frames.length > 0;
    const isNew = this.store.get("is_new");
    this.frames = this.store.get("numbers");
    this.last = Math.max(0, this.frames.length - 1);
    this.numbers = this.frames.map(({ numbers }) => numbers.map((text) => parsed(text) ?? NaN));
    /** @type {Shades} */
    let held = { shades: new Int8Array(0), most: 0 };
    this.shades = this.frames.map(({ weights, most }) => {
      if (weights !== null) held = { shades: shadesOf(weights), most };
      return held;
    });
    this.most = Math.max(...this.shades.map(({ most }) => most)) || 1;
    const column = (/** @type {number} */ at) => this.numbers.map((row) => row[at]);
    const epochs = column(0);
    const end = Math.max(epochs[this.last] ?? 0, given.epochs ?? 0);
    this.loss?.load(epochs, [column(1)], end);
    const sizes = given.layers.map((_, at) => column(at + 2));
    this.gradients?.load(epochs, sizes, end);
    if (this.scrub) this.scrub.max = String(this.last);
    this.shown = -1;
    const isFirst = Number.isNaN(this.before);
    if (isFirst && !isNew) this.at = this.last; // it is over: its end is what it came to
    this.before = performance.now();
    if ((isNew || (wasAtEnd && !isFirst)) && this.at < this.last) this.play();
    this.draw();
  }

  toggle() {
    if (this.isPlaying) this.pause();
    else this.play(true);
  }

  /** @param {boolean} again whether to begin anew at the end */
  play(again = false) {
    if (wantsStill()) return this.arrive();
    if (again && this.at >= this.last) this.at = 0;
    if (this.isPlaying) return;
    this.isPlaying = true;
    this.shown = -1; // the button says it
    this.before = performance.now();
    const step = (/** @type {number} */ now) => {
      const pace = Math.min(AN_EPOCH, LONGEST_FILM / Math.max(1, this.last));
      this.at = Math.min(this.last, this.at + Math.max(0, now - this.before) / pace);
      this.before = now;
      if (this.at >= this.last) return this.arrive();
      this.asked = requestAnimationFrame(step);
      this.draw();
    };
    this.asked = requestAnimationFrame(step);
    this.draw();
  }

  /** The end of what there is. */
  arrive() {
    this.at = this.last;
    this.pause();
    if (this.store.get("is_new")) this.store.tell({ is_new: false });
  }

  pause() {
    cancelAnimationFrame(this.asked);
    this.isPlaying = false;
    this.shown = -1;
    this.draw();
  }

  /**
   * Go to a frame by hand, which ends playing.
   * @param {number} at
   */
  jump(at) {
    this.at = Math.max(0, Math.min(this.last, at));
    this.pause();
  }

  draw() {
    if (!this.frames.length) return;
    for (const chart of [this.loss, this.gradients]) {
      chart?.fit();
      chart?.show(this.at);
    }
    const frame = Math.floor(this.at);
    const next = Math.min(frame + 1, this.last);
    const [one, other] = [this.shades[frame], this.shades[next]];
    const most = this.most ?? 1;
    if (one.shades.length) this.weights?.draw(between(one, other, this.at - frame, most));
    if (frame !== this.shown) this.tell(frame);
  }

  /**
   * Show what stays for an epoch.
   * @param {number} frame
   */
  tell(frame) {
    const { say, heads, buttons, frames } = this;
    const given = this.store.get("given");
    const [epoch, loss, ...sizes] = this.numbers[frame];
    const { verdicts, right } = frames[frame];
    const last = Math.max(this.numbers[this.last][0], given.epochs ?? 0);
    const told = { epoch: numeral(epoch), loss: numeral(loss, 3), right, total: given.total };
    this.shown = frame;
    Object.assign(this.el.dataset, {
      epoch: full(epoch),
      loss: full(loss),
      gradients: sizes.map(full).join(" "),
      right: String(right),
    });
    if (this.scrub && this.count) {
      this.scrub.value = String(frame);
      this.count.textContent = say("page.training.at", { epoch: told.epoch, last: numeral(last) });
      this.scrub.setAttribute("aria-valuetext", this.count.textContent);
    }
    const line = verdicts ? "page.training.said.right" : "page.training.said";
    this.loss?.svg.setAttribute("aria-label", say("page.training.said", told));
    const layers = given.layers.map((name, at) => `${name} ${numeral(sizes[at], 3)}`);
    const label = say("page.of", { what: say("page.training.gradients"), said: layers.join(", ") });
    this.gradients?.svg.setAttribute("aria-label", label);
    if (this.status && !this.isPlaying) this.status.textContent = say(line, told);
    if (heads) {
      heads.loss.textContent = told.loss;
      heads.right.textContent = verdicts ? say("page.training.right", told) : "";
      const most = numeral(this.most ?? 1, 2);
      heads.scale.textContent = say("page.training.weights.scale", { most });
    }
    if (verdicts) this.judge(verdicts, frames[frame - 1]?.verdicts ?? verdicts);
    if (!buttons) return;
    buttons.start.disabled = buttons.back.disabled = this.at === 0;
    buttons.forward.disabled = buttons.end.disabled = this.at >= this.last;
    const still = wantsStill();
    const name = this.isPlaying ? "page.pause" : still ? "page.training.end" : "page.play";
    setName(buttons.play, say(name));
    const shape = this.isPlaying ? ICONS.pause : still ? ICONS.last : ICONS.play;
    buttons.play.replaceChildren(icon(shape));
    buttons.play.hidden = still;
  }

  /**
   * What the model takes the test for; what has changed stands out.
   * @param {string[]} verdicts
   * @param {string[]} before
   */
  judge(verdicts, before) {
    const { say } = this;
    const { answers } = this.store.get("given");
    let changed = 0;
    verdicts.forEach((verdict, at) => {
      const isRight = verdict === answers[at];
      const hasChanged = verdict !== before[at];
      if (hasChanged) changed++;
      const test = this.tests?.[at];
      test?.classList.toggle("gv-film-wrong", !isRight);
      test?.classList.toggle("gv-film-changed", hasChanged);
      const said = isRight ? "page.training.verdict.right" : "page.training.verdict.wrong";
      if (test) setName(test, say(said, { verdict, answer: answers[at] }));
      const label = this.verdicts?.[at];
      if (label) label.textContent = `${verdict} ${isRight ? "✓" : "✗"}`;
    });
    if (this.heads)
      this.heads.changed.textContent = changed ? say("page.training.changed", { n: changed }) : "";
  }

  end() {
    cancelAnimationFrame(this.asked);
    this.watch.disconnect();
    this.unshare();
    for (const [name, handler] of Object.entries(this.handlers)) this.store.off(name, handler);
    this.el.replaceChildren();
  }
}

/**
 * A part of the film, under its heading.
 * @param {string} kind
 * @param {string} name
 * @param {HTMLElement[]} beside
 * @param {Element} content
 */
function part(kind, name, beside, content) {
  const section = make("div", `gv-film-part gv-film-${kind}`);
  const heading = make("div", "gv-film-heading");
  heading.append(...(name ? [written("span", "gv-film-name", name)] : []), ...beside);
  section.append(heading, content);
  return section;
}
