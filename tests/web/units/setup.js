// What tests of the page's modules need: a document without a browser, frames that come when they
// are asked for, what Python says, and a store that nobody answers.
import { readFileSync } from "node:fs";
import { Window } from "happy-dom";
import { speaker } from "../../../gradviz/web/words.js";

const window = new Window({ url: "http://localhost/", width: 1000, height: 800 });
const NAMES = [
  ...["document", "DOMParser", "Element", "HTMLElement", "SVGElement", "MouseEvent", "Node"],
  ...["KeyboardEvent", "PointerEvent", "WheelEvent", "FocusEvent", "Event"],
  ...["innerWidth", "innerHeight"],
];
for (const name of NAMES) globalThis[name] = window[name];

globalThis.getComputedStyle = window.getComputedStyle.bind(window);

/** A window in which a person wants nothing to move. */
export const STILL = (query) => ({ matches: query.includes("reduce") });
globalThis.matchMedia = STILL;

/** The boxes that are watched, and what tells of their size. */
export const watched = [];
globalThis.ResizeObserver = class {
  constructor(told) {
    this.told = told;
  }

  observe(box) {
    watched.push([box, this.told]);
  }

  disconnect() {}
};

let queue = [];
let last = 0;
globalThis.requestAnimationFrame = (act) => {
  queue.push([++last, act]);
  return last;
};
globalThis.cancelAnimationFrame = (which) => {
  queue = queue.filter(([each]) => each !== which);
};

/** Let the frames come that were asked for. */
export function frame(now = performance.now()) {
  const acts = queue;
  queue = [];
  for (const [, act] of acts) act(now);
}

/** Let all come that waits for nothing but its turn. */
export const turn = () => new Promise((done) => setImmediate(done));

const HERE = new URL("../../", import.meta.url);

/** A file of JSON under tests. */
export const json = (path) => JSON.parse(readFileSync(new URL(path, HERE), "utf-8"));

const SPECIAL = { nan: NaN, inf: Infinity, "-inf": -Infinity, "-0": -0 };

/** A number or an array of a table of cases. */
export function received(sent) {
  if (sent !== null && typeof sent === "object") {
    return { shape: sent.shape, elements: sent.elements.map(received) };
  }
  return SPECIAL[sent] ?? sent;
}

/** Bytes as they arrive. */
export function bytes(base64) {
  const all = Uint8Array.from(Buffer.from(base64, "base64"));
  return new DataView(all.buffer);
}

const FILES = ["page", "forward", "motion", "training", "practice"];

function wordsOf(language) {
  const texts = FILES.map((name) => json(`../gradviz/words/${language}/${name}.json`));
  return { language, texts: Object.assign({}, ...texts) };
}

export const WORDS = wordsOf("en");
export const inChinese = () => wordsOf("zh");
export const say = speaker(WORDS);

/** What a live figure, or a race, sends when it is shown. */
export function stateOf(name) {
  const { state } = json("vectors/figures.json").find((each) => each.name === name);
  for (const each of ["numbers", "arrays", "cells"])
    if (each in state) state[each] = bytes(state[each]);
  return { ...state, words: WORDS };
}

/** A store that keeps what it is told, and all that it was asked. */
export class Kept {
  constructor(state, sliders = {}) {
    this.state = state;
    this.sliders = sliders;
    this.handlers = [];
    this.told = [];
    this.asked = [];
  }

  get(name) {
    return this.state[name];
  }

  on(name, handler) {
    this.handlers.push([name, handler]);
  }

  off(name, handler) {
    this.handlers = this.handlers.filter((each) => each[0] !== name || each[1] !== handler);
  }

  /** As Python does. */
  send(changes) {
    Object.assign(this.state, changes);
    for (const [name, handler] of this.handlers) if (name in changes) handler();
  }

  tell(changes) {
    this.told.push(changes);
    this.send(changes);
  }

  ask(changes) {
    this.asked.push(changes);
    this.send({ ...changes, asked: String(this.asked.length) });
  }

  async slider(reference) {
    if (!(reference in this.sliders)) throw new Error("no such model");
    return this.sliders[reference];
  }
}

/** The model of a slider, as ipywidgets has it. */
export class SliderModel {
  constructor(state) {
    this.state = { _model_name: "FloatSliderModel", min: -5, max: 5, beyond: [], ...state };
    this.handlers = new Map();
    this.saved = 0;
  }

  get(name) {
    return this.state[name];
  }

  set(key, value, options) {
    const changes = typeof key === "object" ? key : { [key]: value };
    const given = typeof key === "object" ? value : options;
    Object.assign(this.state, changes);
    for (const name of Object.keys(changes)) {
      for (const [handler, event] of this.handlers) {
        if (event.includes(`change:${name}`)) handler(this, changes[name], given);
      }
    }
    return this;
  }

  on(event, handler) {
    this.handlers.set(handler, [...(this.handlers.get(handler) ?? []), event]);
  }

  off(event, handler) {
    this.handlers.delete(handler);
  }

  save_changes() {
    this.saved += 1;
  }
}

/** A place of a new document's body. */
export function place() {
  document.body.replaceChildren();
  return document.body.appendChild(document.createElement("div"));
}

/** Let an element stand somewhere. */
export function stand(element, x, y, width, height) {
  const box = { x, y, width, height, left: x, top: y, right: x + width, bottom: y + height };
  element.getBoundingClientRect = () => box;
}

/** Something happens at an element. */
export function happen(element, type, given = {}, Kind = Event) {
  const event = new Kind(type, { bubbles: true, cancelable: true, composed: true, ...given });
  element.dispatchEvent(event);
  return event;
}

export const press = (element, key, given = {}) =>
  happen(element, "keydown", { key, ...given }, KeyboardEvent);

export const point = (element, type, given = {}) =>
  happen(element, type, { button: 0, pointerId: 1, ...given }, PointerEvent);

/** The text of an element without what stands aside. */
export const textOf = (element) => element.textContent.replace(/\s+/g, " ").trim();
