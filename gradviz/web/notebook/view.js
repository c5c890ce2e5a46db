// A live figure in a notebook.

import { View } from "../figure/view.js";
import { Notebook } from "./store.js";

/** @param {{model: Model<ViewState>, el: HTMLElement}} given */
function render({ model, el }) {
  const view = new View(new Notebook(model), el);
  return () => view.end();
}

export default { render };
