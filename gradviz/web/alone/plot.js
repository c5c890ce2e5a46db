// A plot in a page alone: its sliders, and numbers that are held where no program works them out.

import { placeOf, stepsIn, valueAt } from "../hands/places.js";
import { Ranges } from "../hands/ranges.js";
import { bytesOf } from "../numbers/run.js";
import { parsed } from "../numbers/typed.js";
import { make, written } from "../parts/dom.js";
import { Plot } from "../plot/plot.js";
import { speaker } from "../words.js";
import { addKind } from "./host.js";
import { Alone } from "./store.js";

/**
 * @param {PlotPageGiven} page
 * @param {HTMLElement} around
 */
function startPlot({ words, given, numbers, sliders, held }, around) {
  const say = speaker(words);
  const { names, programs } = given;
  /** @type {PlotState} */
  const state = {
    ...{ words, given, numbers: bytesOf(numbers) },
    ...{ message: "", sliders: {}, painted: true },
  };
  const store = new Alone(state);
  const element = make("div", "");
  const valueOf = (/** @type {number} */ input) => plot.set[names[input]];
  /** @param {number[]} inputs @param {number} value */
  const set = (inputs, value) => {
    const slider = sliders.findIndex((each) => each.inputs.includes(inputs[0]));
    const at = clamped(sliders[slider], value);
    store.put({ message: "" });
    if (programs) {
      const works = plot.move(valuesOf(names, inputs, at));
      if (!works) store.put({ message: say("page.alone.branch") });
    } else {
      const place = placeOf(sliders[slider], at);
      const row = held?.[slider][place] ?? [];
      plot.set = { ...stored, ...valuesOf(names, inputs, valueAt(sliders[slider], place)) };
      if (row.length) {
        const read = row.map((text) => parsed(text) ?? NaN);
        plot.take(plot.set, read);
      } else {
        plot.leave();
        store.put({ message: say("page.alone.not_held") });
      }
    }
    ranges.show();
  };
  const can = programs !== null || held !== null;
  const isTied = held !== null && sliders.length > 1;
  const note = can ? (isTied ? "page.alone.held" : null) : "page.alone.needs_python";
  around.append(element);
  const plot = new Plot(store, element);
  const stored = plot.set;
  const ranges = new Ranges(say, can ? sliders : [], set, valueOf);
  around.prepend(ranges.element);
  if (can)
    for (const track of sliders)
      for (const input of track.inputs)
        plot.grips.add(names[input], { track, set: (value) => set(track.inputs, value) });
  if (note) ranges.element.after(written("p", "gv-alone-note", say(note)));
}

/**
 * What a slider sets.
 * @param {string[]} names
 * @param {number[]} inputs
 * @param {number} value
 */
function valuesOf(names, inputs, value) {
  return Object.fromEntries(inputs.map((input) => [names[input], value]));
}

/**
 * A number between the ends of a slider: the axes have room for no other.
 * @param {Track} slider
 * @param {number} value
 */
function clamped(slider, value) {
  const [least, most] = [valueAt(slider, 0), valueAt(slider, stepsIn(slider))];
  return Math.min(Math.max(value, least), most);
}

addKind("plot", startPlot);
