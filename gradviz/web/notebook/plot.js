// A live plot in a notebook.

import { Plot } from "../plot/plot.js";
import { spokenAnew } from "./anew.js";
import { Notebook } from "./store.js";

/** @param {{model: Model<PlotState>, el: HTMLElement}} given */
function render({ model, el }) {
  const plot = new Plot(new Notebook(model), el);
  return () => plot.end();
}

export default { render: spokenAnew(render) };
