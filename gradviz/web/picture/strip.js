// A picture that is wider than its stage is a strip: as high as what is to be seen of it, and no
// higher. It fades at the side where there is more of it.

import { make, within } from "../parts/dom.js";

const BORDER = 14; // of paper above and below what is to be seen
const READ = 90; // pixels of the words below: of less of them nothing is shown
const FADE = 44; // pixels of the page at a side where there is more of it
const SOLID = ".gv-node, .gv-label, .gv-block";
const WORDS = ".gv-caption, .gv-legend"; // below all that

/** @typedef {[left: number, top: number, right: number, bottom: number]} Bounds */

export class Strip {
  /** @param {HTMLElement} stage */
  constructor(stage) {
    this.stage = stage;
    this.fades = make("div", "gv-fades"); // a mask would be worked out anew in each frame
    this.finger = matchMedia("(pointer: coarse)"); // which has no bar to scroll by
    this.fades.style.setProperty("--gv-fade", `${FADE}px`);
    stage.append(this.fades);
    /** @type {SVGSVGElement | null} */
    this.svg = null;
    /** What is in the picture, as it has places. @type {Bounds[] | null} */
    this.bounds = null;
    /** @type {Bounds[]} */
    this.words = [];
    /** From where to where it is seen. @type {[number, number] | null} */
    this.span = null;
    this.end = 0; // with the words below
    this.shift = 0; // of these words, which go along with what is seen
  }

  /** @param {SVGSVGElement} svg */
  hold(svg) {
    this.svg = svg;
    this.bounds = this.span = null;
  }

  /**
   * Show what there is between the sides of the stage.
   * @param {boolean} isWhole it may be scrolled up and down as well
   * @param {boolean} mayShrink what stands below may come nearer
   */
  fit(isWhole, mayShrink) {
    const { stage, svg } = this;
    const { clientWidth: room, scrollWidth, scrollLeft } = stage;
    const beyond = scrollWidth - room;
    stage.classList.toggle("gv-more-before", beyond > 1 && scrollLeft > 1);
    stage.classList.toggle("gv-more-after", beyond > 1 && scrollLeft < beyond - 1);
    const isStrip = svg !== null && beyond > 1 && !isWhole;
    stage.classList.toggle("gv-strip", isStrip);
    if (!isStrip) {
      this.span = null;
      styled(stage, { height: "" });
      styled(this.fades, { "--gv-height": beyond > 1 ? `${stage.clientHeight}px` : "0" });
      return;
    }
    const scale = scrollWidth / Number(svg.getAttribute("width"));
    this.bounds ??= this.measured(svg);
    const sides = /** @type {const} */ ([scrollLeft / scale, (scrollLeft + room) / scale]);
    const seen = spanOf(this.bounds, ...sides) ?? [0, Number(svg.getAttribute("height"))];
    const kept = mayShrink ? null : this.span;
    const span = kept ? union(kept, seen) : seen;
    this.span = span;
    if (mayShrink) this.shift = this.shifted(scrollLeft > 1 ? sides[0] + FADE / scale : 0);
    const below = this.words.map(([left, top, right, bottom]) => {
      return /** @type {Bounds} */ ([left + this.shift, top, right + this.shift, bottom]);
    });
    const words = spanOf(below, sides[0] + READ, sides[1]);
    const rise = words ? words[0] - span[1] + BORDER : 0;
    const end = Math.max(words ? words[1] - rise : span[1], kept ? this.end : 0);
    this.end = end;
    const bar = stage.offsetHeight - stage.clientHeight; // of scrolling
    const height = Math.ceil(scale * (end - span[0]));
    const [at, share] = [scrollLeft / beyond, room / scrollWidth].map((part) => 100 * part);
    styled(this.fades, { "--gv-height": `${height}px` });
    styled(stage, { height: `${height + bar}px` });
    if (this.finger.matches)
      styled(stage, {
        "background-position": `${at.toFixed(1)}% 100%`,
        "background-size": `${share.toFixed(1)}% 3px`,
      });
    // a variable of the stage would be handed down to all that is in it
    for (const sheet of stage.querySelectorAll(":scope > svg"))
      styled(sheet, { translate: `0 ${(-scale * span[0]).toFixed(1)}px` });
    for (const part of svg.querySelectorAll(WORDS))
      styled(part, { translate: `${this.shift.toFixed(1)}px ${-rise.toFixed(1)}px` });
    if (stage.scrollTop) stage.scrollTop = 0; // a card that is focused
  }

  /**
   * How far the words below go to the right, to begin where the picture is seen; but not beyond it.
   * @param {number} side
   */
  shifted(side) {
    const [left, right] = [Math.min, Math.max].map((most, at) => {
      return most(...this.words.map((each) => each[2 * at]));
    });
    const last = Number(this.svg?.getAttribute("width")) - BORDER - right;
    return this.words.length ? Math.max(0, Math.min(side - left, last)) : 0;
  }

  /**
   * The bounds of cards, labels and blocks, and of each piece of a wire.
   * @param {SVGSVGElement} svg
   */
  measured(svg) {
    this.words = boundsOfAll(svg, WORDS);
    const ground = within(svg, "g[transform]").getAttribute("transform");
    const margin = Number(ground?.match(/[\d.]+/)?.[0]);
    const pieces = Array.from(svg.querySelectorAll(".gv-wire"), (wire) => {
      const places = wire.getAttribute("d")?.match(/-?[\d.]+/g)?.map((at) => Number(at) + margin);
      return piecesOf(places ?? []);
    });
    return [...boundsOfAll(svg, SOLID), ...pieces.flat()];
  }
}

/**
 * Set what is not so yet.
 * @param {Element} element
 * @param {Record<string, string>} styles
 */
function styled(element, styles) {
  const { style } = /** @type {HTMLElement | SVGElement} */ (element);
  for (const [name, value] of Object.entries(styles))
    if (style.getPropertyValue(name) !== value) style.setProperty(name, value);
}

/**
 * From where to where there is something between two sides, with paper around it.
 * @param {Bounds[]} bounds
 * @param {number} left
 * @param {number} right
 * @returns {[number, number] | null}
 */
function spanOf(bounds, left, right) {
  const here = bounds.filter(([from, , to]) => from < right && to > left);
  if (!here.length) return null;
  const top = Math.min(...here.map((each) => each[1]));
  return [Math.max(0, top - BORDER), Math.max(...here.map((each) => each[3])) + BORDER];
}

/**
 * @param {[number, number]} one
 * @param {[number, number]} other
 * @returns {[number, number]}
 */
function union(one, other) {
  return [Math.min(one[0], other[0]), Math.max(one[1], other[1])];
}

/**
 * @param {SVGSVGElement} svg
 * @param {string} selector
 */
function boundsOfAll(svg, selector) {
  const paper = svg.getBoundingClientRect();
  const scale = paper.width / Number(svg.getAttribute("width")) || 1;
  return Array.from(svg.querySelectorAll(selector), (part) => {
    const { left, top, right, bottom } = part.getBoundingClientRect();
    const sides = [left - paper.left, top - paper.top, right - paper.left, bottom - paper.top];
    return /** @type {Bounds} */ (sides.map((side) => side / scale));
  });
}

/**
 * The bounds between each of these places, x, y, x, y …, and the next.
 * @param {number[]} places
 * @returns {Bounds[]}
 */
function piecesOf(places) {
  /** @type {Bounds[]} */
  const pieces = [];
  for (let at = 0; at + 3 < places.length; at += 2) {
    const [x, y, u, v] = places.slice(at, at + 4);
    pieces.push([Math.min(x, u), Math.min(y, v), Math.max(x, u), Math.max(y, v)]);
  }
  return pieces;
}
