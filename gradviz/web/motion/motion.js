// What moves while a step is taken: on a sheet of its own above the picture, so that the browser
// paints what moves and not the picture, which holds the new numbers all the while. One clock moves
// all; nothing is left on the sheet when it ends, or is ended.

import { drawn } from "../parts/dom.js";
/** @import { Picture } from "../picture/picture.js" */

/**
 * What moves of an element: one of its attributes.
 * @typedef Track
 * @property {Element} element
 * @property {string} name
 * @property {(share: number) => string | number} at what it is after a share of the time
 * @property {number} delay
 * @property {number} duration milliseconds
 * @property {string | null} kept what it was
 * @property {number} share that is shown
 * @property {string} shown
 */

/**
 * What the cards and wires of a picture stand on.
 * @param {Picture} picture
 */
export function groundOf(picture) {
  return /** @type {Element} */ (picture.nodes[0].g.parentNode);
}

export class Motion {
  constructor() {
    this.reduced = matchMedia("(prefers-reduced-motion: reduce)");
    this.layer = drawn("g");
    this.sheet = drawn("svg", { class: "gv-motion", "aria-hidden": "true" }, this.layer);
    /** @type {Track[]} */
    this.tracks = [];
    /** What is to be done at a time, or at once when all is ended. @type {(() => void)[]} */
    this.due = [];
    /** @type {ReturnType<typeof setTimeout>[]} */
    this.timers = [];
    this.clock = 0;
    this.place = this.zoom = "";
  }

  /** Whether something can move now: somebody looks, who does not want that nothing moves. */
  get isAble() {
    return !document.hidden && !this.reduced.matches;
  }

  get isOn() {
    return this.timers.length > 0;
  }

  /**
   * Lay the sheet over a picture, before there is anything new in it: that is the only time that
   * places are asked for.
   * @param {Picture} picture
   */
  lay(picture) {
    const { sheet, layer } = this;
    const { svg } = picture;
    if (sheet.previousSibling !== svg) svg.after(sheet);
    const stage = /** @type {Element} */ (sheet.parentNode);
    const [under, frame] = [svg, stage].map((element) => element.getBoundingClientRect());
    const up = parseFloat(getComputedStyle(svg).translate?.split(" ")[1]) || 0; // as the sheet is
    const place = [
      under.x - frame.x + stage.scrollLeft,
      under.y - frame.y + stage.scrollTop - up,
      under.width,
      under.height,
    ];
    const [left, top, width, height] = place.map((side) => `${side}px`);
    if (String(place) !== this.place) Object.assign(sheet.style, { left, top, width, height });
    sheet.style.translate = svg.style.translate;
    this.place = String(place);
    this.zoom = svg.style.width;
    sheet.setAttribute("viewBox", svg.getAttribute("viewBox") ?? "");
    const ground = groundOf(picture);
    layer.setAttribute("class", ["gradviz", ...ground.classList].join(" "));
    layer.setAttribute("transform", ground.getAttribute("transform") ?? "");
  }

  /**
   * Begin what ends by itself.
   * @param {number} length milliseconds
   */
  begin(length) {
    this.finish();
    this.timers.push(setTimeout(() => this.finish(), length));
    let start = 0;
    const tick = (/** @type {number} */ now) => {
      start ||= now;
      for (const track of this.tracks) placeTrack(track, now - start);
      this.clock = requestAnimationFrame(tick);
    };
    this.clock = requestAnimationFrame(tick);
  }

  /** Whatever moves is there. */
  finish() {
    cancelAnimationFrame(this.clock);
    this.timers.forEach(clearTimeout);
    this.timers = [];
    const { due, tracks } = this;
    this.due = [];
    this.tracks = [];
    for (const act of due) act();
    for (const { element, name, kept } of tracks.reverse()) {
      if (kept === null) element.removeAttribute(name);
      else element.setAttribute(name, kept);
    }
    this.layer.replaceChildren();
  }

  /** Nothing will move any more. */
  end() {
    this.finish();
    this.sheet.remove();
  }

  /**
   * Do something at a time from now.
   * @param {number} delay milliseconds
   * @param {() => void} act
   */
  at(delay, act) {
    const once = () => {
      this.due = this.due.filter((other) => other !== once);
      act();
    };
    this.due.push(once);
    this.timers.push(setTimeout(once, delay));
  }

  /**
   * Move an element by one of its attributes, in what costs a browser little: `transform`,
   * `opacity`, `stroke-dashoffset`.
   * @param {Element} element
   * @param {string} name
   * @param {(share: number) => string | number} at
   * @param {number} delay
   * @param {number} duration milliseconds
   */
  move(element, name, at, delay, duration) {
    const kept = element.getAttribute(name);
    const shown = String(at(0));
    this.tracks.push({ element, name, at, delay, duration, kept, share: 0, shown });
    element.setAttribute(name, shown);
  }

  /**
   * Show an element on the sheet from a time on, for a while.
   * @template {SVGElement} Shown
   * @param {Shown} element
   * @param {number} from
   * @param {number} until
   * @returns {Shown}
   */
  show(element, from, until) {
    const length = until - from;
    const fade = Math.min(50, length / 4) / length;
    this.layer.append(element);
    const at = (/** @type {number} */ share) =>
      Math.max(0, Math.min(1, share / fade, (1 - share) / fade)).toFixed(2);
    this.move(element, "opacity", at, from, length);
    return element;
  }

  /**
   * Hide a part of the picture while this moves.
   * @param {Element} part
   */
  hide(part) {
    this.move(part, "opacity", () => 0, 0, 1);
  }

  /**
   * Let a new text of the picture come up from below at a time; until then, and while it comes, the
   * old one is seen.
   * @param {Element} text
   * @param {string} old
   * @param {number} delay
   * @param {number} duration
   * @param {string} ground the transform of what it stands on
   */
  roll(text, old, delay, duration, ground = "") {
    this.hide(text);
    const texts = [String(text.textContent), old].map((shown, at) => {
      const copy = /** @type {Element} */ (text.cloneNode());
      copy.removeAttribute("opacity");
      copy.textContent = shown;
      const rise = (/** @type {number} */ share) =>
        `translate(0, ${(at ? -8 * share : 8 * (1 - share)).toFixed(1)})`;
      this.move(copy, "transform", (share) => rise(easedOut(share)), delay, duration);
      this.move(copy, "opacity", (share) => (at ? 1 - share : share).toFixed(2), delay, duration);
      return copy;
    });
    this.layer.prepend(drawn("g", { transform: ground }, ...texts));
  }
}

/**
 * @param {Track} track
 * @param {number} now milliseconds from the beginning
 */
function placeTrack(track, now) {
  const share = Math.max(0, Math.min(1, (now - track.delay) / track.duration));
  if (share === track.share) return;
  track.share = share;
  const shown = String(track.at(share));
  if (shown !== track.shown) track.element.setAttribute(track.name, shown);
  track.shown = shown;
}

/** @param {number} share */
export function easedOut(share) {
  return 1 - (1 - share) ** 2;
}

/** @param {number} share */
export function easedBoth(share) {
  return share < 0.5 ? 2 * share ** 2 : 1 - 2 * (1 - share) ** 2;
}
