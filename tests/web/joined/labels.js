// The names of sliders for screen readers: ipywidgets writes them beside the sliders, and does not say whose they are.

/** @param {{model: Model<{names: Record<string, string>}>}} given */
async function render({ model }) {
  for (const [id, name] of Object.entries(model.get("names"))) {
    const hand = await model.widget_manager.get_model(id);
    const views = await Promise.all(Object.values(hand.views ?? {})); // the row's own is among them: it is made before this one
    for (const { el } of views) {
      for (const handle of el.querySelectorAll("[role=slider]")) handle.setAttribute("aria-label", name);
    }
  }
}

export default { render };
