// While a hand drags a slider, it tells each place that it comes to. Else it tells only where a hand has left it (continuous_update
// is off): where a program puts it, ipywidgets' view rounds to a step, and would tell that as if a hand had moved it.

/** @param {Slider} slider @param {string} mark the class of its elements */
function free(slider, mark) {
  if (Object.hasOwn(slider, "get")) return; // it stands in another panel, too
  const { get, set } = slider;
  slider.get = (name) => (name === "continuous_update" ? document.querySelector(`.${mark} .noUi-active`) !== null : get.call(slider, name));
  slider.set = (key, value, options) => {
    if (key === "value" && options && slider.get("beyond")?.length) return set.call(slider, { value, beyond: [] }, options); // even to where it stood
    // the number beside it, which is rounded, is read whenever the focus leaves it
    const shown = key === "value" && !options ? slider.readout_formatter?.(value) : undefined;
    return shown !== undefined && shown === slider.readout_formatter(get.call(slider, "value")) ? slider : set.call(slider, key, value, options);
  };
}

/** @param {{model: Model<{sliders: Record<string, string>}>}} given */
async function initialize({ model }) {
  for (const [mark, reference] of Object.entries(model.get("sliders"))) {
    free(await model.widget_manager.get_model(reference.replace("IPY_MODEL_", "")), mark);
  }
}

export default { initialize };
