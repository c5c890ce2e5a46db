// A live figure in a notebook; where Python says so, with sliders of its own.

import { View } from "../figure/view.js";
import { Ranges } from "../hands/ranges.js";
import { spokenAnew } from "./anew.js";
import { Notebook } from "./store.js";

/** @param {{model: Model<ViewState>, el: HTMLElement}} given */
function render({ model, el }) {
  const store = new Notebook(model);
  const view = new View(store, el);
  const tracks = store.get("ranges") ?? [];
  if (tracks.length) addRanges(view, tracks);
  return () => view.end();
}

/**
 * @param {View} view
 * @param {Track[]} tracks
 */
function addRanges(view, tracks) {
  const nodeOf = (/** @type {number} */ input) => view.structure.inputs[input];
  const valueOf = (/** @type {number} */ input) => {
    const node = nodeOf(input);
    if (node === null) return NaN;
    return Number(view.forecast.wanted.get(node)?.value ?? view.run.primals[node]);
  };
  const set = (/** @type {number[]} */ inputs, /** @type {number} */ value) => {
    const node = nodeOf(inputs[0]); // those that are tied to it are set with it
    if (node !== null) view.move(node, value);
  };
  const ranges = new Ranges(view.say, tracks, set, valueOf);
  view.shown = () => {
    ranges.show();
    // a part of a large graph is drawn without the other inputs
    for (const { range, track } of ranges.rows)
      /** @type {HTMLElement} */ (track.parentElement).hidden = nodeOf(range.inputs[0]) === null;
  };
  view.shown();
  view.el.prepend(ranges.element);
}

export default { render: spokenAnew(render) };
