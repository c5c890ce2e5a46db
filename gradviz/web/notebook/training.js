// A recorded training in a notebook.

import { Training } from "../plot/training.js";
import { spokenAnew } from "./anew.js";
import { Notebook } from "./store.js";

/** @param {{model: Model<TrainingState>, el: HTMLElement}} given */
function render({ model, el }) {
  const training = new Training(new Notebook(model), el);
  return () => training.end();
}

export default { render: spokenAnew(render) };
