// The sliders of a figure's inputs, where this page has their models. What is set on a card moves
// its slider at once, and is told by it: so while Python is busy the two never disagree, and what
// was set last is told last.

import { full } from "../numbers/numeral.js";
import { parsed } from "../numbers/typed.js";

const UNDER_A_HAND = [
  ".noUi-handle.noUi-active",
  ".noUi-active .noUi-handle",
  ".noUi-handle:focus",
  ".widget-slider .widget-readout:focus",
].join();

/**
 * What a slider tells: where it stands, or what no JSON can tell.
 * @param {Slider} slider
 */
export function numberOf(slider) {
  const value = slider.get("value");
  const [beyond, at] = slider.get("beyond") ?? [];
  return beyond !== undefined && at === value ? (parsed(beyond) ?? NaN) : value;
}

/** Whether a person moves a slider, and not a program. */
export function isUnderAHand() {
  return document.querySelector(UNDER_A_HAND) !== null;
}

/**
 * Set a slider by a hand that is elsewhere; `isPassing` says that another number follows at once,
 * and Python need not hear of this one.
 * @param {Slider} slider
 * @param {number} value
 * @param {boolean} isPassing
 */
export function slide(slider, value, isPassing) {
  const isOurs = slider.get("beyond") !== undefined;
  slider.set({ value, ...(isOurs && { beyond: [] }) }, { byHand: true });
  try {
    if (!isPassing) slider.save_changes();
  } catch {} // the kernel is dead
}

/**
 * Hand over the sliders of a figure, by the node, or of a plot, by the name of what each moves, as
 * far as this page has their models.
 * @template {{sliders: Record<string, string>}} State
 * @param {Store<State>} store
 * @param {(what: string, slider: Slider) => void} take
 */
export async function findSliders(store, take) {
  for (const [what, reference] of Object.entries(store.get("sliders") ?? {})) {
    try {
      take(what, await store.slider(reference));
    } catch {
      return; // another front end: Python moves its sliders, and its answers are all there is
    }
  }
}

export class Sliders {
  /** @param {Store<ViewState>} store */
  constructor(store) {
    this.store = store;
    /** @type {Record<number, Slider>} */
    this.models = {};
    findSliders(store, (node, slider) => {
      this.models[Number(node)] = slider;
    });
  }

  /**
   * The inputs that are set with this one, because they have one slider.
   * @param {number} input
   */
  tied(input) {
    const sliders = this.store.get("sliders") ?? {};
    const isTied = (/** @type {number} */ other) =>
      other !== input && sliders[other] === sliders[input];
    return [input, ...Object.keys(sliders).map(Number).filter(isTied)];
  }

  /**
   * Move the slider of an input; tells whether that tells Python.
   * @param {number} input
   * @param {number} value
   */
  move(input, value) {
    const slider = this.models[input];
    if (slider?.get("_model_name") !== "FloatSliderModel") return false;
    // a slider of the user's own may stand elsewhere than its inputs
    const isOurs = slider.get("beyond") !== undefined;
    if (numberOf(slider) === value) return isOurs;
    if (Number.isFinite(value)) {
      const min = Math.min(slider.get("min"), value);
      const max = Math.max(slider.get("max"), value);
      slider.set({ min, max, value, ...(isOurs && { beyond: [] }) }, { byHand: true });
    } else if (isOurs) {
      slider.set({ beyond: [full(value), slider.get("value")] }, { byHand: true });
    } else return false;
    try {
      slider.save_changes();
    } catch {} // the kernel is dead
    return true;
  }
}
