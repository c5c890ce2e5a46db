import assert from "node:assert/strict";
import { mock, test } from "node:test";
import drags from "../../../gradviz/web/notebook/drags.js";
import labels from "../../../gradviz/web/notebook/labels.js";
import race from "../../../gradviz/web/notebook/race.js";
import { Notebook } from "../../../gradviz/web/notebook/store.js";
import view from "../../../gradviz/web/notebook/view.js";
import { make } from "../../../gradviz/web/parts/dom.js";
import { SliderModel, frame, inChinese, happen, place, stateOf, turn } from "./setup.js";

/** A model as anywidget gives it. */
function model(state, others = {}) {
  const made = new SliderModel(state);
  made.state = state;
  made.widget_manager = { get_model: async (id) => others[id] };
  return made;
}

test("a store tells, asks and listens by the model", async () => {
  const it = model({ step: null, sliders: {} }, { 7: { views: {} }, 8: {} });
  const store = new Notebook(it);
  const heard = [];
  const handler = () => heard.push(store.get("step"));
  store.on("step", handler);
  store.tell({ step: 3 });
  store.off("step", handler);
  store.tell({ step: 4 });
  assert.deepEqual(heard, [3]);
  assert.equal(it.saved, 2);
  store.ask({ selected: "n0" });
  const first = it.state.asked;
  store.ask({});
  assert.equal(it.state.selected, "n0");
  assert.ok(first && first !== it.state.asked);
  assert.notEqual(new Notebook(it).name, store.name);
  assert.deepEqual(await store.slider("IPY_MODEL_7"), { views: {} });
  await assert.rejects(store.slider("IPY_MODEL_8")); // of another front end
});

test("a kernel that is dead is not heard of", () => {
  const it = model({});
  it.save_changes = () => {
    throw new Error("dead");
  };
  new Notebook(it).tell({ step: 1 });
  assert.equal(it.state.step, 1);
});

test("a figure and a race are shown in a notebook, and end", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  globalThis.matchMedia = () => ({ matches: false });
  for (const [entry, name] of [
    [view, "nested"],
    [race, "race"],
  ]) {
    const el = place();
    const end = entry.render({ model: model(stateOf(name)), el });
    assert.ok(el.querySelector("svg.gradviz, .gv-mini"));
    end();
    assert.equal(el.childNodes.length, 0);
  }
});

test("sliders of the page's own tell what they set, and follow what is shown", async () => {
  const el = place();
  const track = (label, inputs) => ({ label, inputs, least: -5, most: 5, grain: 0.05, base: null });
  const it = model({ ...stateOf("nested"), ranges: [track("x", [0]), track("y", [1])] });
  const end = view.render({ model: it, el });
  const [x, y] = el.querySelectorAll(".gv-range");
  assert.deepEqual([x, y].map((row) => row.querySelector(".gv-readout").value), ["1.5", "−2"]);
  x.querySelector("input").value = "140";
  happen(x.querySelector("input"), "input");
  assert.equal(it.state.hand[0][0], "2");
  await turn();
  assert.equal(x.querySelector(".gv-readout").value, "2");
  assert.equal(el.querySelector("#n0 .gv-value").textContent, "2");
  const structure = { ...it.state.structure, inputs: [0, null] }; // of a part of a large graph
  it.set("structure", structure);
  frame();
  assert.deepEqual([x.hidden, y.hidden], [false, true]);
  happen(y.querySelector("input"), "input");
  assert.equal(it.state.hand[1], undefined);
  end();
  assert.equal(el.childNodes.length, 0);
});

test("where another language is set, what stands is shown anew, and ends but once", () => {
  for (const [entry, name] of [
    [view, "nested"],
    [race, "race"],
  ]) {
    const el = place();
    const it = model(stateOf(name));
    const end = entry.render({ model: it, el });
    const count = el.childNodes.length;
    const play = () => el.querySelectorAll('button[aria-label="播放"]').length;
    assert.equal(el.getAttribute("lang"), null);
    assert.equal(play(), 0);
    it.set("words", inChinese());
    assert.equal(el.childNodes.length, count);
    assert.equal(play(), 1);
    assert.equal(el.lang, "zh");
    it.set("words", stateOf(name).words);
    assert.equal(el.getAttribute("lang"), null);
    assert.equal(play(), 0);
    end();
    assert.equal(el.childNodes.length, 0);
    it.set("words", inChinese());
    assert.equal(el.childNodes.length, 0);
  }
});

test("sliders are named for screen readers", async () => {
  const el = place();
  const handle = el.appendChild(make("div", "", { role: "slider" }));
  const hand = { views: { one: Promise.resolve({ el }) } };
  await labels.render({ model: model({ names: { 1: "w", 2: "x" } }, { 1: hand, 2: {} }) });
  assert.equal(handle.getAttribute("aria-label"), "w");
});

test("a slider tells where it is while a hand drags it", async () => {
  const slider = new SliderModel({ value: 1.234, continuous_update: false });
  slider.readout_formatter = (value) => value.toFixed(1);
  const given = { model: model({ sliders: { mark: "IPY_MODEL_1" } }, { 1: slider }) };
  await drags.initialize(given);
  await drags.initialize(given); // it stands in another panel, too
  place();
  assert.equal(slider.get("continuous_update"), false);
  const handle = make("div", "mark");
  handle.append(make("div", "noUi-active"));
  document.body.append(handle);
  assert.equal(slider.get("continuous_update"), true);
  assert.equal(slider.get("value"), 1.234);
  slider.set("value", 1.2); // the number beside it, which is rounded, was read
  assert.equal(slider.state.value, 1.234);
  slider.set("value", 2);
  assert.equal(slider.state.value, 2);
  slider.set({ beyond: ["inf", 2] });
  slider.set("value", 2, { updated_view: null }); // even to where it stood
  assert.deepEqual(slider.state.beyond, []);
});
