// The heat map of an array on its card.

import { mapPicture } from "../numbers/heat.js";

/** The cells of a map in the page, which are drawn anew only when they change. */
export class HeatMap {
  /** @param {Element} cells */
  constructor(cells) {
    this.cells = cells;
    this.shown = "";
  }

  /** @param {Value} tensor */
  draw(tensor) {
    const picture = tensor === null || typeof tensor === "number" ? "" : mapPicture(tensor);
    if (picture !== this.shown) this.cells.innerHTML = this.shown = picture;
  }
}
