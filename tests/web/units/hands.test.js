import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { Forecast } from "../../../gradviz/web/hands/forecast.js";
import { Hands } from "../../../gradviz/web/hands/hands.js";
import { shareKeys } from "../../../gradviz/web/hands/keys.js";
import { Sliders, numberOf } from "../../../gradviz/web/hands/sliders.js";
import { arrived, runOf, unpacked } from "../../../gradviz/web/numbers/run.js";
import { make } from "../../../gradviz/web/parts/dom.js";
import { Picture } from "../../../gradviz/web/picture/picture.js";
import {
  Kept,
  SliderModel,
  bytes,
  happen,
  json,
  place,
  point,
  press,
  say,
  stand,
  stateOf,
  turn,
} from "./setup.js";

beforeEach(() => mock.timers.reset());

function hands(name = "nested") {
  const { structure, numbers, cells } = stateOf(name);
  const stage = place();
  const picture = new Picture(structure.svg);
  stage.append(picture.svg);
  const run = runOf(arrived(numbers, cells, structure), structure);
  const set = [];
  const made = new Hands(stage, (input, value) => set.push([input, value]));
  made.hold(picture, structure.nodes, () => run);
  return { hands: made, picture, structure, set, g: picture.nodes[0].g, stage };
}

test("a number is dragged in steps, as far as its slider goes", () => {
  const { g, set, structure } = hands();
  const { least, most, grain } = structure.nodes[0].input;
  point(g, "pointerdown", { clientX: 100, clientY: 50 });
  point(g, "pointermove", { clientX: 102, clientY: 50 });
  assert.deepEqual(set, []); // a click may slip
  point(g, "pointermove", { clientX: 110, clientY: 50 });
  assert.ok(g.classList.contains("gv-dragged"));
  point(g, "pointermove", { clientX: 110, clientY: 50, shiftKey: true });
  point(g, "pointermove", { clientX: 9000, clientY: 50 });
  point(g, "pointermove", { clientX: -9000, clientY: 50 });
  const touch = happen(g, "touchmove");
  point(g, "pointerup");
  assert.ok(!g.classList.contains("gv-dragged"));
  assert.ok(touch.defaultPrevented && !happen(g, "touchmove").defaultPrevented);
  const near = (value) => Number(value.toPrecision(9));
  assert.deepEqual(
    set.map(([input, value]) => [input, near(value)]),
    [1.5 + 5 * grain, 1.5 + 0.5 * grain, most, least].map((value) => [0, near(value)]),
  );
});

test("what is no drag", () => {
  const { g, set, picture, structure } = hands();
  point(g, "pointerdown", { button: 2 });
  point(g, "pointermove", { clientX: 500 });
  point(g, "pointerdown");
  point(g, "pointermove", { clientX: 20, clientY: 90 }); // a finger scrolls
  const other = picture.nodes[structure.output].g;
  point(other, "pointerdown");
  point(other, "pointermove", { clientX: 500 });
  assert.deepEqual(set, []);
});

test("a number is typed", () => {
  const { hands: it, g, set, stage } = hands();
  stand(g.querySelector(".gv-card"), 10, 20, 100, 58);
  stand(stage, 0, 0, 500, 300);
  happen(g, "dblclick");
  const { editor } = it;
  assert.deepEqual([editor.hidden, editor.value, editor.style.top], [false, "1.5", "40px"]);
  assert.equal(editor.getAttribute("aria-label"), "x");
  point(g, "pointerdown");
  editor.value = "nothing";
  press(editor, "Enter");
  assert.equal(editor.getAttribute("aria-invalid"), "true");
  press(editor, "ArrowUp");
  editor.value = "2,5";
  press(editor, "Enter");
  assert.equal(editor.hidden, true);
  assert.equal(document.activeElement, g);
  it.open(0, "7");
  assert.equal(editor.value, "7");
  press(editor, "Escape");
  it.open(0);
  editor.value = "-4";
  happen(editor, "blur");
  it.close(true); // twice is once
  assert.deepEqual(set.slice(1), [
    [0, 2.5],
    [0, -4],
  ]);
  assert.equal(set[0][0], 0);
  it.open(it.cards.length - 1); // no input
  assert.equal(editor.hidden, true);
});

test("a number is stepped", () => {
  const { hands: it, set, structure } = hands();
  it.step(0, 2);
  assert.deepEqual(set, [[0, Number((1.5 + 2 * structure.nodes[0].input.grain).toPrecision(12))]]);
  it.run = () => null;
  assert.ok(Number.isNaN(it.value(0)));
});

test("the notebook keeps the keys that run a cell and save", () => {
  const cell = place();
  cell.tabIndex = 0;
  const el = cell.appendChild(make("div", ""));
  const button = el.appendChild(make("button", ""));
  const heard = [];
  cell.addEventListener("keydown", ({ key }) => heard.push(key));
  const end = shareKeys(el);
  button.focus();
  press(button, "a");
  assert.ok(press(button, "Enter", { shiftKey: true }).defaultPrevented);
  assert.deepEqual(heard, ["Enter"]);
  assert.equal(document.activeElement, cell);
  button.focus();
  assert.ok(!press(button, "s", { ctrlKey: true, keyCode: 83 }).defaultPrevented);
  assert.deepEqual(heard, ["Enter", "s"]);
  point(button, "pointerdown");
  assert.equal(document.activeElement, button);
  point(document.body, "pointerdown");
  assert.equal(document.activeElement, cell);
  end();
  press(button, "b");
  assert.deepEqual(heard, ["Enter", "s", "b"]);
});

const tied = () => new Kept({ sliders: { 0: "IPY_MODEL_a", 1: "IPY_MODEL_b", 2: "IPY_MODEL_a" } });

test("a slider is moved by what is set on a card", async () => {
  const [a, b] = [new SliderModel({ value: 1 }), new SliderModel({ value: 2 })];
  const store = tied();
  store.sliders = { IPY_MODEL_a: a, IPY_MODEL_b: b };
  const sliders = new Sliders(store);
  assert.equal(sliders.move(0, 3), false); // not found yet
  await turn();
  assert.deepEqual(sliders.tied(0), [0, 2]);
  assert.equal(sliders.move(0, 1), true);
  assert.equal(a.saved, 0);
  assert.equal(sliders.move(0, 9), true);
  assert.deepEqual([a.state.value, a.state.max, a.saved], [9, 9, 1]);
  assert.equal(sliders.move(0, -Infinity), true);
  assert.deepEqual(a.state.beyond, ["-inf", 9]);
  assert.equal(numberOf(a), -Infinity);
  b.save_changes = () => {
    throw new Error("gone");
  };
  assert.equal(sliders.move(1, 4), true);
  assert.equal(sliders.move(9, 1), false);
});

test("a slider of the user's own, and one of whole numbers", async () => {
  const own = new SliderModel({ value: 1, beyond: undefined });
  const whole = new SliderModel({ value: 1, _model_name: "IntSliderModel" });
  const store = tied();
  store.sliders = { IPY_MODEL_a: own, IPY_MODEL_b: whole };
  const sliders = new Sliders(store);
  await turn();
  assert.equal(sliders.move(0, 1), false);
  assert.equal(sliders.move(0, Infinity), false);
  assert.equal(sliders.move(0, 2), true);
  assert.equal(sliders.move(1, 2), false);
});

test("where there are no models, Python moves the sliders", async () => {
  const sliders = new Sliders(tied());
  await turn();
  assert.deepEqual(sliders.models, {});
  assert.deepEqual(new Sliders(new Kept({})).tied(0), [0]);
});

const NESTED = json("vectors/runs.json").find(({ function: name }) => name.includes("/ y"));
const BRANCH = json("vectors/runs.json").find(({ function: name }) => name.includes("if x"));
const ARRAYS = json("vectors/runs.json").find(({ function: name }) => name.includes("w[0, 0]"));

function forecast({ structure, runs }, sliders) {
  const [{ numbers, arrays }, other] = runs;
  const store = new Kept({ numbers: bytes(numbers), arrays: bytes(arrays), answered: "" });
  let shown = 0;
  if (sliders) Object.assign(store.state, { sliders: { 0: "a" } });
  store.sliders = { a: sliders };
  const made = new Forecast(say, store, structure, () => (shown += 1));
  const answer = () => made.answer();
  return { forecast: made, store, answer, other, shown: () => shown };
}

test("the page works out the numbers until Python's are there", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { forecast: it, store, other, answer, shown } = forecast(NESTED);
  const before = answer();
  assert.equal(it.over(before), before);
  it.at(0, other.inputs[0], true);
  it.at(1, other.inputs[1], true);
  const wanted = runOf(unpacked(bytes(other.numbers)), NESTED.structure);
  assert.deepEqual(Array.from(it.over(before).primals), Array.from(wanted.primals));
  assert.equal(it.notice, "");
  mock.timers.tick(3000);
  assert.match(it.notice, /^Python has not answered yet: these numbers are worked out by the page/);
  assert.equal(it.isOld, false);
  it.at(0, 7);
  assert.ok(it.late);
  store.send({ numbers: bytes(other.numbers) });
  it.at(0, other.inputs[0]);
  it.heard();
  assert.equal(it.wanted.size, 0);
  assert.equal(it.run, null);
  assert.equal(it.notice, "");
  assert.ok(shown() >= 4);
  it.end();
});

test("what was set on a card holds until Python has dealt with it", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { forecast: it, store } = forecast(NESTED);
  it.at(0, 9, true);
  it.ask("p-1");
  it.heard();
  assert.equal(it.wanted.size, 1);
  store.send({ answered: "p-1" });
  it.heard();
  assert.equal(it.wanted.size, 0);
  it.ask("p-2");
  mock.timers.tick(3000);
  assert.match(it.notice, /^Python has not answered yet\. If the kernel is busy/);
  it.drop();
  it.end();
});

test("where the function decides otherwise, old numbers are marked", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { forecast: it, answer } = forecast(BRANCH);
  it.at(0, -1);
  assert.equal(it.run, null);
  mock.timers.tick(3000);
  assert.equal(it.isOld, true);
  assert.match(it.notice, /these are the numbers of before/);
  assert.ok(answer());
  it.end();
});

test("inputs that are arrays are what Python sent", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { forecast: it, answer } = forecast(ARRAYS);
  it.at(1, 0, false);
  const [w, x] = it.inputs(answer());
  assert.equal(w.length, 12);
  assert.equal(x, 0);
  assert.equal(it.run.primals[1], 0);
  const large = json("vectors/runs.json").find(({ function: name }) => name.includes("w * w"));
  const other = forecast(large);
  assert.equal(other.forecast.inputs(other.answer())[0].length, 1700);
  it.end();
});

test("sliders are listened to", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const slider = new SliderModel({ value: 3 });
  const { forecast: it } = forecast(NESTED, slider);
  await turn();
  slider.set("value", 4); // by Python, which has spoken of it
  assert.equal(it.wanted.size, 0);
  slider.set({ value: 5 }, { byHand: true });
  assert.deepEqual(it.wanted.get(0), { value: 5, card: false });
  slider.set("value", 4);
  assert.equal(it.wanted.size, 0);
  place().append(make("div", "noUi-handle noUi-active"));
  slider.set("value", 6);
  assert.equal(it.wanted.get(0).value, 6);
  place();
  it.at(0, 50, true);
  mock.timers.tick(3000);
  assert.deepEqual([slider.state.value, slider.state.max], [50, 50]); // as Python would do
  it.at(0, -50, true);
  assert.equal(slider.state.min, -50);
  it.end();
  assert.equal(slider.handlers.size, 0);
  it.watch(0, slider);
  assert.equal(slider.handlers.size, 0);
});
