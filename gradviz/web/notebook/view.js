import { View } from "../figure/view.js";

/** @param {{model: Model<ViewState>, el: HTMLElement}} given */
function render({ model, el }) {
  const view = new View(model, el);
  return () => view.end();
}

export default { render };
