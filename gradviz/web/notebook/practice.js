// Practice in a notebook: Python judges.

import { Practice } from "../practice/practice.js";
import { spokenAnew } from "./anew.js";
import { Notebook } from "./store.js";

/** @param {{model: Model<PracticeState>, el: HTMLElement}} given */
function render({ model, el }) {
  const practice = new Practice(new Notebook(model), el);
  return () => practice.end();
}

export default { render: spokenAnew(render) };
