// Pictures of a byte an element: what is positive green, what is negative purple, and what is zero
// lets the paper through, be it light or dark.

import { make } from "../parts/dom.js";

const SHADES = 127; // of either sign
const NO_NUMBER = -128;
const ABOVE = [61, 145, 80]; // colours that are seen on white and on black
const BELOW = [163, 93, 181];
const PLAIN = [47, 134, 184]; // where nothing is negative
const UNKNOWN = [208, 64, 90];

/** @param {string} text */
export function shadesOf(text) {
  return Int8Array.from(atob(text), (sign) => (sign.charCodeAt(0) << 24) >> 24);
}

/** Some pictures of one size, each on a canvas of its own. */
export class Pixels {
  /**
   * @param {[number, number, number]} shape
   * @param {boolean} isSigned
   */
  constructor([count, rows, columns], isSigned) {
    this.size = rows * columns;
    this.colour = isSigned ? ABOVE : PLAIN;
    this.canvases = Array.from({ length: count }, () => {
      const canvas = make("canvas", "gv-pixels", { role: "img" });
      canvas.width = columns;
      canvas.height = rows;
      return canvas;
    });
    this.image = new ImageData(columns, rows);
  }

  /**
   * Draw numbers, between -1 and 1.
   * @param {(element: number) => number} share
   */
  draw(share) {
    const { data } = this.image;
    this.canvases.forEach((canvas, picture) => {
      for (let cell = 0; cell < this.size; cell++) {
        const at = share(picture * this.size + cell);
        const colour = Number.isNaN(at) ? UNKNOWN : at < 0 ? BELOW : this.colour;
        const alpha = Number.isNaN(at) ? 1 : Math.min(1, Math.abs(at));
        data[4 * cell] = colour[0];
        data[4 * cell + 1] = colour[1];
        data[4 * cell + 2] = colour[2];
        data[4 * cell + 3] = 255 * alpha;
      }
      canvas.getContext("2d")?.putImageData(this.image, 0, 0);
    });
  }
}

/**
 * A number between two shades of two frames, as a share of the most.
 * @param {Shades} from
 * @param {Shades} to
 * @param {number} part
 * @param {number} most
 * @returns {(element: number) => number}
 */
export function between(from, to, part, most) {
  const one = ((1 - part) * from.most) / (most * SHADES);
  const other = (part * to.most) / (most * SHADES);
  return (element) => {
    const [a, b] = [from.shades[element], to.shades[element]];
    if (a === NO_NUMBER || b === NO_NUMBER) return NaN;
    return one * a + other * b;
  };
}
