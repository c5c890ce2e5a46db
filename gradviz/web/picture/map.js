import { mapPicture } from "../numbers/heat.js";

/** The cells of a map in the page, which are drawn anew only when they change. */
export class HeatMap {
  /** @param {Element} cells */
  constructor(cells) {
    this.cells = cells;
    this.shown = "";
  }

  /** @param {Tensor | null} tensor */
  draw(tensor) {
    const picture = tensor === null ? "" : mapPicture(tensor);
    if (picture !== this.shown) this.cells.innerHTML = this.shown = picture;
  }
}
