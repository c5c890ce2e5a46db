// A race in a notebook.

import { Race } from "../figure/race.js";
import { spokenAnew } from "./anew.js";
import { Notebook } from "./store.js";

/** @param {{model: Model<RaceState>, el: HTMLElement}} given */
function render({ model, el }) {
  const race = new Race(new Notebook(model), el);
  return () => race.end();
}

export default { render: spokenAnew(render) };
