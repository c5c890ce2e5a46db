// A film of training in a page alone.

import { make } from "../parts/dom.js";
import { Training } from "../plot/training.js";
import { addKind } from "./host.js";
import { Alone } from "./store.js";

/**
 * @param {TrainingGiven} given
 * @param {HTMLElement} page
 */
function startTraining(given, page) {
  const store = new Alone({ ...given, is_new: false, painted: true });
  new Training(store, page.appendChild(make("div", "")));
}

addKind("training", startTraining);
