// A race in a page alone.

import { Race } from "../figure/race.js";
import { make } from "../parts/dom.js";
import { addKind } from "./host.js";
import { Alone } from "./store.js";

/**
 * @param {RaceGiven} given
 * @param {HTMLElement} page
 */
function startRace(given, page) {
  new Race(new Alone({ ...given, painted: true }), page.appendChild(make("div", "")));
}

addKind("race", startRace);
