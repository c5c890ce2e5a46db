import assert from "node:assert/strict";
import { mock, test } from "node:test";
import page from "../../../gradviz/web/alone/host.js";
import "../../../gradviz/web/alone/plot.js";
import entry from "../../../gradviz/web/notebook/plot.js";
import { full } from "../../../gradviz/web/numbers/numeral.js";
import { endsOf, isWithin, seenOf, wayThrough } from "../../../gradviz/web/plot/places.js";
import { Plot } from "../../../gradviz/web/plot/plot.js";
import {
  Kept,
  SliderModel,
  WORDS,
  bytes,
  frame,
  happen,
  json,
  place,
  received,
  say,
  stand,
  turn,
  watched,
} from "./setup.js";

const CASES = json("vectors/plots.json");
const case_ = (name) => CASES.find((each) => each.name === name);

/** A page of what it is told, as it stands in a file. */
function opened(told) {
  document.body.innerHTML = `<main><h1>a title</h1><figure></figure></main>
    <script type="application/json" id="gradviz-state"></script>`;
  document.getElementById("gradviz-state").textContent = JSON.stringify({ ...told, words: WORDS });
  page.start();
  return document.querySelector(".gv-alone");
}

function slid(el, slider, at) {
  const track = el.querySelectorAll(".gv-track-of-input")[slider];
  track.value = String(at);
  happen(track, "input");
  frame();
}

function typed(el, slider, text) {
  const readout = el.querySelectorAll(".gv-readout")[slider];
  readout.focus();
  readout.value = text;
  readout.blur();
  frame();
  return readout.value;
}

const words = (text) => text.split(/\s+/).filter(Boolean);

/** What a plot shows is this. */
function check(el, { text, title, marks }) {
  const svg = el.querySelector(".gv-plot > svg");
  assert.deepEqual(words(svg.getAttribute("aria-label")), words(text));
  assert.equal(el.querySelector(".gv-plot-title").textContent, title);
  for (const [name, at] of Object.entries(marks)) {
    const mark = svg.querySelector(`[data-mark="${name}"]`);
    if (typeof at === "string") assert.equal(mark.textContent, at);
    else assert.equal(mark.getAttribute("data-at"), at.map(received).map(full).join(" "), name);
  }
}

for (const { name, told, moves } of CASES) {
  test(`what a page shows where sliders are moved: ${name}`, () => {
    for (const move of moves) {
      const el = opened(told);
      slid(el, move.slider, move.place);
      check(el, move);
      assert.equal(el.querySelector(".gv-message").textContent, "");
    }
  });
}

test("numbers are typed, but none beyond the axes", () => {
  const el = opened(case_("tangent").told);
  assert.equal(typed(el, 0, "1e9"), "2");
  assert.equal(typed(el, 0, "-inf"), "−6");
  assert.equal(typed(el, 0, "0.125"), "0.125");
  assert.match(el.querySelector(".gv-plot-title").textContent, /^f\(0.125\)/);
});

test("where no trace holds, or no numbers are held, those of before are greyed", () => {
  const { told } = case_("branches");
  const programs = told.given.programs.slice(0, 1);
  const here = opened({ ...told, given: { ...told.given, programs } });
  const before = here.querySelector(".gv-plot-title").textContent;
  const isOld = (el) => el.querySelector(".gv-plot").classList.contains("gv-old");
  slid(here, 0, 150);
  assert.deepEqual(
    [here.querySelector(".gv-message").textContent, isOld(here)],
    [say("page.alone.branch"), true],
  );
  assert.equal(here.querySelector(".gv-plot-title").textContent, before);
  slid(here, 0, 20);
  assert.deepEqual([here.querySelector(".gv-message").textContent, isOld(here)], ["", false]);
  const held = opened(case_("own").told);
  slid(held, 0, 3);
  assert.equal(held.querySelector(".gv-message").textContent, say("page.alone.not_held"));
  assert.ok(isOld(held));
  assert.equal(held.querySelector(".gv-alone-note"), null); // there is but one slider
  const none = opened({ ...case_("own").told, held: null });
  assert.equal(none.querySelector(".gv-ranges").hidden, true);
  assert.equal(none.querySelector(".gv-alone-note").textContent, say("page.alone.needs_python"));
});

// In a notebook

const packed = (...numbers) => new DataView(Float64Array.from(numbers).buffer);

function shown(name = "tangent") {
  const { given, numbers } = case_(name).told;
  const slider = new SliderModel({ value: -2 });
  const [first] = given.names;
  const state = { words: WORDS, given, numbers: bytes(numbers), message: "" };
  const store = new Kept({ ...state, sliders: { [first]: "1" }, painted: false }, { 1: slider });
  const el = place();
  return { el, slider, store, plot: new Plot(store, el) };
}

/** A hand moves a slider. */
function dragged(slider, value) {
  const handle = document.body.appendChild(document.createElement("div"));
  handle.className = "noUi-handle noUi-active";
  slider.set("value", value);
  handle.remove();
  frame();
}

const title = (el) => el.querySelector(".gv-plot-title").textContent;

test("the page follows a hand at once, and passes over what Python says of before", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { el, slider, store, plot } = shown();
  await turn();
  assert.deepEqual(store.told, [{ painted: true }]);
  assert.match(title(el), /^f\(−2\) = −6/);
  dragged(slider, 1);
  assert.match(title(el), /^f\(1\) = 0, slope 2/);
  dragged(slider, 2);
  store.send({ numbers: packed(1, 0, 2) }); // of before
  frame();
  assert.match(title(el), /^f\(2\) = 6/);
  assert.equal(el.querySelector(".gv-notice").textContent, "");
  mock.timers.tick(3500);
  frame();
  assert.equal(el.querySelector(".gv-notice").textContent, say("page.silence.worked_out"));
  store.send({ numbers: packed(2, 6, 11) });
  frame();
  assert.equal(el.querySelector(".gv-notice").textContent, "");
  store.send({ numbers: packed(7, 8, 9) }); // by a program
  frame();
  assert.equal(title(el), "f(7) = 8, slope 9: rising");
  slider.set("value", 5); // no hand did that: Python will speak of it
  frame();
  assert.match(title(el), /^f\(7\)/);
  plot.end();
  assert.deepEqual([store.handlers, el.childNodes.length], [[], 0]);
  assert.equal(slider.handlers.get([...slider.handlers.keys()][0]), undefined);
  mock.timers.reset();
});

test("without a program Python tells the numbers, and what goes wrong", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { el, slider, store, plot } = shown("own");
  await turn();
  frame();
  dragged(slider, 1);
  assert.match(title(el), /^h = 0.5: \(0.5 − 0\)/);
  mock.timers.tick(3500);
  frame();
  assert.equal(el.querySelector(".gv-notice").textContent, say("page.silence.old"));
  store.send({ numbers: packed(1, 0.5, 1, 1, 1.5, 1) });
  frame();
  assert.match(title(el), /^h = 0.5: \(1.5 − 1\)/);
  store.send({ numbers: packed(3, 0.5), message: "ValueError: too far" });
  frame();
  assert.equal(el.querySelector(".gv-message").textContent, "ValueError: too far");
  assert.ok(el.classList.contains("gv-old"));
  assert.match(title(el), /^h = 0.5: \(1.5 − 1\)/);
  plot.end();
  mock.timers.reset();
});

test("other axes are taken; where there is little room, those for a phone", () => {
  const { el, store } = shown();
  const svg = el.querySelector(":scope > svg");
  assert.equal(svg.getAttribute("viewBox"), "0 0 100 100");
  Object.defineProperty(el, "clientWidth", { value: 358, configurable: true });
  for (const [box, told] of watched) if (box === el) told();
  frame();
  assert.equal(svg.getAttribute("viewBox"), "0 0 60 100");
  const { given } = case_("tangent").told;
  const frames = given.frames.map((each) => ({ ...each, size: [30, 30] }));
  store.send({ given: { ...given, frames } });
  frame();
  assert.equal(svg.getAttribute("viewBox"), "0 0 30 30");
  assert.equal(svg.querySelectorAll("[data-mark]").length, 2);
});

test("a plot is shown in a notebook, and ends", () => {
  const { given, numbers } = case_("descent").told;
  const model = new SliderModel({});
  model.state = { words: WORDS, given, numbers: bytes(numbers), message: "", sliders: {} };
  const el = place();
  const end = entry.render({ model, el });
  assert.ok(el.querySelector("svg [data-mark=walk]"));
  end();
  assert.equal(el.childNodes.length, 0);
});

// Places

const [FRAME] = case_("tangent").told.given.frames;

test("of a line the part is drawn that is near the axes", () => {
  const [from, to] = endsOf(FRAME, [0, 0, 1]);
  assert.equal(Math.round(from[0] + to[0]), 100);
  assert.equal(Math.round((from[1] - to[1]) / (to[0] - from[0])), 1);
  const seen = seenOf(FRAME, from, to).flat().map(Math.round);
  assert.deepEqual(seen, [-10, 110, 110, -10]);
  assert.equal(wayThrough(FRAME, endsOf(FRAME, [0, NaN, 1])), "");
  assert.equal(wayThrough(FRAME, endsOf(FRAME, [0, 0, Infinity])), "");
  assert.notEqual(wayThrough(FRAME, endsOf(FRAME, [0, 0, 1e300])), "");
});

test("a way leaves out what is no number, or far", () => {
  const way = (...spots) => wayThrough(FRAME, spots);
  assert.equal(way([10, 10], [20, 20], [30, 10]), "M10 10L20 20L30 10");
  assert.equal(way([10, 10], [20, NaN], [30, 10], [40, 20]), "M30 10L40 20");
  assert.equal(way([10, 10], [10, 1e9], [20, 10]), "M10 10L10 110M20 110L20 10");
  assert.equal(way([-500, 10], [-400, 90]), "");
  assert.equal(way([20, 500], [20, 400]), "");
  assert.ok(isWithin(FRAME, [10, 90]) && !isWithin(FRAME, [10, 90.5]));
});
