import assert from "node:assert/strict";
import { test } from "node:test";
import page from "../../../gradviz/web/alone/host.js";
import "../../../gradviz/web/alone/training.js";
import entry from "../../../gradviz/web/notebook/training.js";
import { EpochChart, ticksOf } from "../../../gradviz/web/plot/chart.js";
import { between, shadesOf } from "../../../gradviz/web/plot/pixels.js";
import { Training } from "../../../gradviz/web/plot/training.js";
import { Kept, SliderModel, WORDS, frame, happen, place, point, say, stand } from "./setup.js";

const coded = (shades) => Buffer.from(Int8Array.from(shades).buffer).toString("base64");
const GIVEN = {
  epochs: 3,
  answers: ["a", "b", "c"],
  total: 10,
  pictures: coded([127, 0, 64, 0, 127, 127]),
  shapes: [[3, 1, 2], [2, 1, 2]],
  layers: ["first", "last"],
};
const LOSSES = [2, 1, 0.5, 0.25];
const VERDICTS = ["aaa", "aba", "aba", "abc"];
const FRAMES = LOSSES.map((loss, epoch) => ({
  numbers: [String(epoch), String(loss), String(0.1 / (epoch + 1)), String(0.01)],
  verdicts: [...VERDICTS[epoch]],
  right: [3, 6, 7, 9][epoch],
  most: epoch + 1,
  weights: epoch === 2 ? null : coded([127, -127, 0, 64]),
}));

/** What was drawn last on each canvas. */
const drawings = new Map();
globalThis.ImageData ??= class {
  constructor(width, height) {
    Object.assign(this, { width, height, data: new Uint8ClampedArray(4 * width * height) });
  }
};
const canvases = Object.getPrototypeOf(document.createElement("canvas"));
canvases.getContext = function context() {
  return { putImageData: (image) => drawings.set(this, [...image.data]) };
};

function opened(frames = FRAMES, given = GIVEN) {
  document.body.innerHTML = `<main><h1>a title</h1><figure></figure></main>
    <script type="application/json" id="gradviz-state"></script>`;
  const told = { kind: "training", words: WORDS, given, numbers: frames };
  document.getElementById("gradviz-state").textContent = JSON.stringify(told);
  page.start();
  return document.querySelector(".gv-training");
}

function scrubbed(el, at) {
  const scrub = el.querySelector(".gv-scrub");
  scrub.value = String(at);
  happen(scrub, "input");
}

const textsOf = (el, kind) => Array.from(el.querySelectorAll(kind), (each) => each.textContent);
const named = (el, id) => el.querySelector(`[aria-label="${say(id)}"]`);

test("a page stands at the end of the training, and is scrubbed through all of it", () => {
  const el = opened();
  assert.equal(el.dataset.epoch, "3");
  LOSSES.forEach((loss, epoch) => {
    scrubbed(el, epoch);
    const { numbers, right, verdicts } = FRAMES[epoch];
    assert.equal(Number(el.dataset.loss), loss);
    assert.deepEqual(el.dataset.gradients.split(" ").map(Number), numbers.slice(2).map(Number));
    assert.equal(textsOf(el, ".gv-film-number")[1], `${right} of 10 right`);
    const marks = verdicts.map((each, at) => `${each} ${each === "abc"[at] ? "✓" : "✗"}`);
    assert.deepEqual(textsOf(el, ".gv-film-verdict"), marks);
    const changed = Array.from(el.querySelectorAll(".gv-film-test"), ({ classList }) =>
      classList.contains("gv-film-changed"),
    );
    const before = epoch ? FRAMES[epoch - 1].verdicts : verdicts;
    assert.deepEqual(changed, verdicts.map((each, at) => each !== before[at]));
    assert.equal(el.querySelector(".gv-count").textContent, `epoch ${epoch} of 3`);
  });
  assert.equal(el.querySelectorAll(".gv-film-test")[2].title, "c, right");
  scrubbed(el, 0);
  assert.equal(el.querySelectorAll(".gv-film-test")[1].title, "b, taken for a");
  assert.match(el.querySelector(".gv-epochs-loss").getAttribute("aria-label"), /loss 2$/);
});

test("weights are drawn on one scale, and what an epoch lacks is that of before", () => {
  const el = opened();
  const [first] = el.querySelectorAll(".gv-film-weights canvas");
  const alphas = () => [3, 7].map((at) => drawings.get(first)[at]);
  scrubbed(el, 3);
  assert.deepEqual(alphas(), [255, 255]); // the most is 4
  scrubbed(el, 0);
  assert.deepEqual(alphas(), [64, 64]); // 1 of 4
  scrubbed(el, 2);
  assert.deepEqual(alphas(), [128, 128]); // as epoch 1: 2 of 4
  const colour = (at) => drawings.get(first).slice(at, at + 3);
  assert.notDeepEqual(colour(0), colour(4)); // positive and negative
});

test("shades between two frames", () => {
  const [one, other] = [shadesOf(coded([127, -127, -128])), shadesOf(coded([0, 127, 127]))];
  const share = between({ shades: one, most: 2 }, { shades: other, most: 4 }, 0.5, 4);
  assert.deepEqual([share(0), share(1)], [0.25, 0.25]);
  assert.ok(Number.isNaN(share(2)));
});

test("buttons go step by step, and play goes to the end", () => {
  globalThis.matchMedia = () => ({ matches: false });
  const el = opened();
  named(el, "page.training.start").click();
  assert.equal(el.dataset.epoch, "0");
  assert.ok(named(el, "page.training.back").disabled);
  named(el, "page.training.forward").click();
  assert.equal(el.dataset.epoch, "1");
  named(el, "page.training.back").click();
  assert.equal(el.dataset.epoch, "0");
  const play = named(el, "page.play");
  play.click();
  assert.equal(play.getAttribute("aria-label"), say("page.pause"));
  let now = performance.now();
  frame((now += 500));
  assert.equal(el.dataset.epoch, "1"); // 320 ms an epoch
  const dots = el.querySelectorAll(".gv-epochs-loss circle");
  assert.ok(dots.length <= 1);
  play.click();
  frame((now += 5000));
  assert.equal(el.dataset.epoch, "1");
  play.click();
  now = performance.now();
  for (let times = 0; times < 3; times++) frame((now += 900));
  assert.equal(el.dataset.epoch, "3");
  assert.equal(play.getAttribute("aria-label"), say("page.play"));
  assert.ok(named(el, "page.training.end").disabled);
  play.click(); // from the start again
  assert.equal(el.dataset.epoch, "0");
  play.click();
});

test("while it is recorded it grows, and plays what has come", () => {
  const state = { words: WORDS, given: GIVEN, numbers: FRAMES.slice(0, 1), painted: false };
  const store = new Kept({ ...state, is_new: true });
  const el = place();
  const training = new Training(store, el);
  assert.equal(el.dataset.epoch, "0");
  store.send({ numbers: FRAMES.slice(0, 3) });
  let now = performance.now();
  for (let times = 0; times < 3; times++) frame((now += 900));
  assert.equal(el.dataset.epoch, "2");
  assert.deepEqual(store.told.at(-1), { is_new: false });
  store.send({ numbers: FRAMES });
  now = performance.now();
  for (let times = 0; times < 2; times++) frame((now += 900));
  assert.equal(el.dataset.epoch, "3");
  scrubbed(el, 1);
  store.send({ numbers: [...FRAMES, { ...FRAMES[3], numbers: ["4", "nan", "inf", "0"] }] });
  frame((now += 5000));
  assert.equal(el.dataset.epoch, "1"); // a hand has put it there
  scrubbed(el, 4);
  assert.equal(el.dataset.loss, "nan");
  training.end();
  assert.deepEqual([store.handlers, el.childNodes.length], [[], 0]);
});

test("whoever wants nothing to move sees the end at once", () => {
  const { matchMedia } = globalThis;
  globalThis.matchMedia = () => ({ matches: true });
  const store = new Kept({ words: WORDS, given: GIVEN, numbers: FRAMES, is_new: true });
  const el = place();
  new Training(store, el);
  assert.equal(el.dataset.epoch, "3");
  assert.ok(el.querySelector(".gv-play").hidden);
  globalThis.matchMedia = matchMedia;
});

test("a training without pictures, layers and weights is a curve", () => {
  const bare = { epochs: null, answers: [], total: 0, pictures: null, shapes: [null, null] };
  const frames = LOSSES.map((loss, at) => ({
    ...{ numbers: [String(10 * at), String(loss)], verdicts: null, right: 0, most: 0, weights: null },
  }));
  const el = opened(frames, { ...bare, layers: [] });
  assert.equal(el.querySelector(".gv-count").textContent, "epoch 30 of 30");
  assert.equal(el.querySelectorAll(".gv-film-part").length, 1);
});

test("a notebook's view ends", () => {
  const model = new SliderModel({});
  model.state = { words: WORDS, given: GIVEN, numbers: [], is_new: false };
  const el = place();
  const end = entry.render({ model, el });
  assert.ok(el.querySelector(".gv-player"));
  end();
  assert.equal(el.childNodes.length, 0);
});

test("a curve goes through its numbers, and a pointer on it finds the epoch", () => {
  const chart = new EpochChart("loss", false, []);
  Object.defineProperty(chart.svg, "clientWidth", { value: 160 });
  Object.defineProperty(chart.svg, "clientHeight", { value: 128 });
  chart.load([0, 1, 2], [[10, NaN, 0]], 2);
  chart.fit();
  chart.show(2);
  const line = chart.svg.querySelector(".gv-epoch-line");
  assert.equal(line.getAttribute("d"), `M44.0 ${chart.y(10).toFixed(1)}M144.0 108.0`);
  chart.load([0, 1, 2], [[10, 5, 0]], 2);
  chart.fit();
  chart.show(0.5); // half of the way to the next
  const way = chart.svg.querySelector(".gv-epoch-line").getAttribute("d");
  assert.equal(way, `M44.0 ${chart.y(10).toFixed(1)}L69.0 ${chart.y(7.5).toFixed(1)}`);
  assert.deepEqual([44, 93, 95, 1000].map((x) => chart.frameAt(x)), [0, 1, 1, 2]);
  const el = opened();
  const svg = el.querySelector(".gv-epochs-loss");
  svg.setPointerCapture = () => {};
  stand(svg, 0, 0, 100, 100);
  point(svg, "pointerdown", { button: 0, pointerId: 1, clientX: 0, clientY: 0 });
  point(svg, "pointerup", { pointerId: 1, clientX: 0, clientY: 0 });
  assert.ok(Number(el.dataset.epoch) >= 0);
});

test("axes are marked at round numbers", () => {
  assert.deepEqual(ticksOf(0, 2.3, false), [0, 1, 2]);
  assert.deepEqual(ticksOf(0, 20, false), [0, 5, 10, 15, 20]);
  assert.deepEqual(ticksOf(-5, 0, true), [-4, -2, 0]);
  assert.deepEqual(ticksOf(-2.1, -1.2, true).map((at) => Number((10 ** at).toFixed(6))), [
    0.01, 0.02, 0.05,
  ]);
});
