// The sliders of a figure's inputs, where this page has their models. What is set on a card moves its slider at once, and is told by
// it: so while Python is busy the two never disagree, and what was set last is told last.

import { full } from "../numbers/numeral.js";
import { parsed } from "../numbers/typed.js";

/**
 * What a slider tells: where it stands, or what no JSON can tell.
 * @param {Slider} slider
 */
export function numberOf(slider) {
  const value = slider.get("value");
  const [beyond, at] = slider.get("beyond") ?? [];
  return at === value ? (parsed(beyond) ?? NaN) : value;
}

export class Sliders {
  /** @param {Model<ViewState>} model */
  constructor(model) {
    this.model = model;
    /** @type {Record<string, Slider>} */
    this.models = {};
    this.find();
  }

  async find() {
    for (const [node, reference] of Object.entries(this.model.get("sliders") ?? {})) {
      try {
        this.models[node] = await this.model.widget_manager.get_model(
          reference.replace("IPY_MODEL_", ""),
        );
      } catch {
        return; // another front end: Python moves its sliders
      }
    }
  }

  /**
   * The inputs that are set with this one, because they have one slider.
   * @param {number} input
   */
  tied(input) {
    const sliders = this.model.get("sliders") ?? {};
    return [
      input,
      ...Object.keys(sliders)
        .map(Number)
        .filter((other) => other !== input && sliders[other] === sliders[input]),
    ];
  }

  /**
   * Move the slider of an input; tells whether that tells Python.
   * @param {number} input
   * @param {number} value
   */
  move(input, value) {
    const slider = this.models[input];
    if (slider?.get("_model_name") !== "FloatSliderModel") return false;
    const knows = slider.get("beyond") !== undefined; // it is no slider of the user's own, which may stand elsewhere than its inputs
    if (numberOf(slider) === value) return knows;
    if (Number.isFinite(value)) {
      const ends = {
        min: Math.min(slider.get("min"), value),
        max: Math.max(slider.get("max"), value),
      };
      slider.set({ ...ends, value, ...(knows && { beyond: [] }) }, { byHand: true });
    } else if (knows) slider.set({ beyond: [full(value), slider.get("value")] }, { byHand: true });
    else return false;
    try {
      slider.save_changes();
    } catch {} // the kernel is dead
    return true;
  }
}
