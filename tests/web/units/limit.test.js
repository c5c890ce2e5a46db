import assert from "node:assert/strict";
import { test } from "node:test";
import page from "../../../gradviz/web/alone/host.js";
import "../../../gradviz/web/alone/plot.js";
import { chordOf, lensOf, nearOf } from "../../../gradviz/web/plot/limit.js";
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
  point,
  press,
  say,
  stand,
  turn,
} from "./setup.js";

const CASES = json("vectors/plots.json");
const case_ = (name) => CASES.find((each) => each.name === name);

/** The secants of x³ − x between 0 and 4, in a page of their own; the axes are 8 points a unit. */
function opened(given = {}) {
  const { told } = case_("secants");
  document.body.innerHTML = `<main><h1>a title</h1><figure></figure></main>
    <script type="application/json" id="gradviz-state"></script>`;
  document.getElementById("gradviz-state").textContent = JSON.stringify({
    ...{ ...told, words: WORDS, ...given },
  });
  page.start();
  frame();
  return document.querySelector(".gv-alone");
}

const close = (one, other) => {
  const pairs = [one.flat(2), other.flat(2)];
  pairs[0].forEach((number, at) => {
    const apart = Math.abs(number - pairs[1][at]);
    assert.ok(apart <= 1e-9 * Math.max(1, Math.abs(number)), `${number} and ${pairs[1][at]}`);
  });
};

for (const name of ["secants", "own"]) {
  test(`a lens shows what Python's does: ${name}`, () => {
    const { told, moves } = case_(name);
    for (const { slider, place: at, lens } of moves) {
      const el = opened({ ...told, words: WORDS });
      const track = el.querySelectorAll(".gv-track-of-input")[slider];
      track.value = String(at);
      happen(track, "input");
      frame();
      const zoom = el.querySelector(".gv-lens").getAttribute("data-zoom");
      assert.equal(zoom !== "", lens !== null);
      if (lens) close([Number(zoom)], [lens[0]]);
    }
  });
}

test("in the lens two points stand as far apart, however near they are, and slopes are the curve's", () => {
  const [first] = case_("secants").told.given.frames;
  const f = (x) => x ** 3 - x;
  for (const h of [1, 0.1, 1e-3, 1e-6, -0.5]) {
    const quotient = 3 + 3 * h + h ** 2 - 1; // of x³ − x at 1
    const rise = h * quotient;
    const numbers = [0, 2, rise, quotient, ...nearOf(f, 1, h)];
    const { ends, slopes, curve, zoom } = lensOf(first, h, numbers);
    const [[x, y], [right, down]] = ends;
    close([Math.hypot(right - x, down - y)], [1.15 * first.lens[2]]);
    close([zoom * 8 * Math.hypot(h, rise)], [1.15 * first.lens[2]]);
    close([(y - down) / (right - x), -slopes.tangent], [quotient, 2]); // as wide as high
    close([curve[10][0], curve[20][0]], [x, right]);
    if (Math.abs(h) > 1e-4) close([curve[10][1], curve[20][1]], [y, down]);
  }
  assert.equal(lensOf(first, 0, [0, 2, 0, NaN, ...nearOf(f, 1, 0)]), null);
});

test("of a segment the part in the lens is seen", () => {
  assert.deepEqual(chordOf([0, 0], [10, 0], 4), [[0, 0], [4, 0]]);
  assert.deepEqual(chordOf([-10, 0], [10, 0], 4), [[-4, 0], [4, 0]]);
  assert.equal(chordOf([5, 5], [6, 6], 4), null);
  assert.equal(chordOf([0, 0], [0, 0], 4), null);
  assert.equal(chordOf([NaN, 0], [0, 0], 4), null);
});

test("points are dragged along the curve, and moved by keys", () => {
  const el = opened();
  const svg = el.querySelector(".gv-plot > svg");
  stand(svg, 0, 0, 200, 200); // two pixels a point
  const [h, at] = el.querySelectorAll(".gv-grip");
  const title = () => el.querySelector(".gv-plot-title").textContent;
  const readouts = () => Array.from(el.querySelectorAll(".gv-readout"), ({ value }) => value);
  at.setPointerCapture = h.setPointerCapture = () => {};
  point(at, "pointerdown", { button: 0, pointerId: 1, clientX: 2 * 66, clientY: 5 });
  point(at, "pointermove", { pointerId: 1, clientX: 2 * (50 + 8 * 3), clientY: 50 });
  frame();
  assert.deepEqual(readouts(), ["3", "0"]);
  point(at, "pointermove", { pointerId: 1, clientX: 1e6, clientY: 50 });
  point(at, "pointerup", { pointerId: 1, clientX: 1e6, clientY: 50 });
  point(at, "pointermove", { pointerId: 1, clientX: 0, clientY: 50 });
  frame();
  assert.equal(readouts()[0], "4"); // the end of its slider
  assert.equal(at.getAttribute("aria-valuetext"), "4");
  point(h, "pointerdown", { button: 0, pointerId: 2, clientX: 0, clientY: 0 });
  point(h, "pointermove", { pointerId: 2, clientX: 2 * (50 + 8 * 3.5), clientY: 50 });
  point(h, "pointerup", { pointerId: 2, clientX: 0, clientY: 0 });
  frame();
  assert.equal(readouts()[1], "−0.5"); // the secant of x³ − x through 4 and 3.5
  assert.match(title(), /= 41.25$/); // (60 − 39.375) / 0.5
  press(at, "ArrowLeft");
  press(at, "ArrowDown");
  press(at, "a");
  frame();
  assert.equal(readouts()[0], "3.96"); // two steps of two hundred
  press(at, "PageUp");
  frame();
  assert.equal(readouts()[0], "4");
  point(at, "pointerdown", { button: 2, pointerId: 3, clientX: 0, clientY: 0 });
  frame();
  assert.equal(readouts()[0], "4");
});

test("h shrinks by itself to the end of its slider, and stops where one says so", () => {
  const { told } = case_("secants");
  const log = { ...told.sliders[1], least: -3, most: 0, grain: 0.015, base: 10 };
  const el = opened({ sliders: [told.sliders[0], log] });
  const play = el.querySelector(".gv-shrink .gv-button");
  const value = () => Number(el.querySelectorAll(".gv-readout")[1].value);
  assert.equal(play.getAttribute("aria-label"), say("page.plot.secants.shrink"));
  const grip = el.querySelector(".gv-grip");
  grip.setPointerCapture = () => {};
  play.click();
  assert.equal(play.getAttribute("aria-label"), say("page.pause"));
  let now = performance.now();
  frame((now += 2500));
  frame(now);
  assert.ok(value() < 0.04 && value() > 0.02, `${value()}`); // half of the way from 1 to 0.001
  play.click();
  const held = value();
  frame((now += 2500));
  frame(now);
  assert.equal(value(), held);
  play.click();
  for (let times = 0; times < 4; times++) frame((now += 2500));
  frame(now);
  assert.equal(value(), 0.001);
  assert.equal(play.getAttribute("aria-label"), say("page.plot.secants.shrink"));
  play.click(); // again, from the largest
  frame((now = performance.now() + 100));
  frame(now);
  assert.ok(value() > 0.5);
  press(grip, "ArrowRight"); // a hand comes
  frame((now += 2500));
  assert.equal(play.getAttribute("aria-label"), say("page.plot.secants.shrink"));
});

test("in a notebook, the slider goes along with the point, and Python is told", async () => {
  const { given, numbers } = case_("tangent").told;
  const slider = new SliderModel({ value: -2, min: -6, max: 2, step: 0.04 });
  const state = { words: WORDS, given, numbers: bytes(numbers), message: "" };
  const store = new Kept({ ...state, sliders: { at: "1" }, painted: false }, { 1: slider });
  const el = place();
  const plot = new Plot(store, el);
  await turn();
  frame();
  const grip = el.querySelector(".gv-grip");
  assert.ok(el.querySelector(".gv-shrink").hidden); // there is no h
  press(grip, "ArrowRight");
  frame();
  assert.equal(slider.get("value"), -1.96);
  assert.equal(slider.saved, 1);
  assert.match(el.querySelector(".gv-plot-title").textContent, /^f\(−1.96\)/);
  plot.end();
});
