import assert from "node:assert/strict";
import { test } from "node:test";
import { Answers } from "../../../gradviz/web/alone/answers.js";
import { compared } from "../../../gradviz/web/alone/nudges.js";
import "../../../gradviz/web/alone/figure.js";
import page from "../../../gradviz/web/alone/host.js";
import { placeOf, stepsIn, valueAt } from "../../../gradviz/web/hands/places.js";
import "../../../gradviz/web/alone/plot.js";
import { reply } from "../../../gradviz/web/alone/question.js";
import "../../../gradviz/web/alone/race.js";
import { Alone } from "../../../gradviz/web/alone/store.js";
import { WORDS, frame, happen, json, say, stateOf, turn, watched } from "./setup.js";

globalThis.MutationObserver = document.defaultView.MutationObserver;

const CASES = json("vectors/pages.json");

/** A page of what it is told, as it stands in a file. */
function opened(told) {
  document.body.innerHTML = `<main><h1>a title</h1><p>still</p></main>
    <script type="application/json" id="gradviz-state"></script>`;
  document.getElementById("gradviz-state").textContent = JSON.stringify({ ...told, words: WORDS });
  page.start();
  return document.querySelector(".gv-alone");
}

const ZEROS = btoa("\0".repeat(8 * 64)); // numbers, as many as any of these drawings takes

const case_ = (name) => CASES.find((each) => each.name === name);

async function painted() {
  await turn();
  frame();
  await turn();
  frame();
}

/** Until what is out of sight is painted, too: here nothing is in sight. */
async function settled() {
  await painted();
  await new Promise((done) => setTimeout(done, 150));
  frame();
}

const texts = (el, kind) =>
  Array.from(el.querySelectorAll(`.gv-node .${kind}`), ({ textContent }) => textContent);
const message = (el) => el.querySelector(".gv-message").textContent;

/** Set the number on a card. */
async function typed(el, id, text) {
  el.querySelector(`#${id}`).dispatchEvent(
    new KeyboardEvent("keydown", { key: "Enter", bubbles: true }),
  );
  const editor = el.querySelector(".gv-editor");
  editor.value = text;
  editor.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  await painted();
}

for (const { name, told, moves } of CASES) {
  test(`what a page shows where sliders are moved: ${name}`, async () => {
    for (const { slider, place, value, cards } of moves) {
      const el = opened(told);
      const track = el.querySelectorAll(".gv-track-of-input")[slider];
      track.value = String(place);
      happen(track, "input");
      await settled();
      assert.equal(valueAt(told.sliders[slider], place), value);
      const seen = texts(el, "gv-value").map((text) => text.split(" ")[0]);
      assert.deepEqual(seen, cards, `slider ${slider} at ${place}`);
    }
  });
}

test("what was still gives way, and the heading says no number", () => {
  const el = opened(case_("array").told);
  assert.equal(document.querySelectorAll("main > p").length, 0);
  assert.equal(document.querySelector("h1").textContent.includes("="), false);
  assert.equal(el.querySelectorAll(".gv-alone-note").length, 0);
});

test("a page of another's is given a figure, and is left as it was", () => {
  document.body.innerHTML = "<main></main>";
  const [el, told] = [document.querySelector("main"), { ...case_("array").told, words: WORDS }];
  const end = page.render({ model: { get: (name) => ({ told })[name] }, el });
  assert.equal(el.querySelectorAll(".gv-range").length, told.sliders.length);
  end();
  assert.equal(el.childNodes.length, 0);
});

test("numbers are typed and stepped beside the track", async () => {
  const el = opened(case_("array").told);
  const number = el.querySelector(".gv-readout");
  const key = (name) =>
    number.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true }));
  number.focus();
  number.value = "0.75";
  key("Enter");
  await painted();
  assert.equal(texts(el, "gv-value")[0], "0.75");
  key("ArrowUp");
  assert.equal(number.value, "0.76");
  number.value = "nonsense";
  key("Escape");
  assert.equal(number.value, "0.76");
  key("x");
  number.value = "-inf";
  number.blur();
  await painted();
  assert.equal(texts(el, "gv-value")[0], "−∞");
});

test("where no trace holds, the numbers of before are greyed", async () => {
  const { told } = case_("decided");
  const drawings = told.drawings.filter(({ trace }) => trace === 0);
  const el = opened({ ...told, drawings, blocks: told.blocks.slice(0, 1) });
  await typed(el, "n0", "-30");
  assert.equal(message(el), say("page.alone.branch"));
  assert.ok(el.querySelector(".gv-stage").classList.contains("gv-old"));
  await typed(el, "n0", "30");
  assert.equal(message(el), "");
});

test("blocks close and open, and keep their numbers; what is not held is refused", async () => {
  const { told } = case_("decided");
  let el = opened(told);
  happen(el.querySelector(".gv-block > text"), "click");
  await painted();
  assert.equal(el.querySelectorAll(".gv-block").length, 0);
  happen(el.querySelector(".gv-node[data-block] .gv-head"), "click");
  await painted();
  assert.equal(el.querySelectorAll(".gv-block").length, 1);
  el = opened({ ...told, drawings: told.drawings.slice(0, 1) });
  assert.equal(el.querySelectorAll(".gv-fixed").length, 1);
  happen(el.querySelector(".gv-block > text"), "click");
  await painted();
  assert.equal(message(el), say("page.alone.blocks"));
});

test("a recorded model opens its blocks, with the numbers that its page holds", async () => {
  const { told } = case_("decided");
  const [open, , closed] = told.drawings;
  const model = { ...told, can_move: false, blocks: told.blocks.slice(0, 1) };
  const drawings = [
    { ...open, part: [] },
    { ...closed, part: [], numbers: ZEROS },
  ];
  const el = opened({ ...model, drawings });
  const values = texts(el, "gv-value");
  happen(el.querySelector(".gv-block > text"), "click");
  await painted();
  assert.equal(el.querySelectorAll(".gv-block").length, 0);
  assert.ok(texts(el, "gv-value").every((text) => text === "0"));
  happen(el.querySelector(".gv-node[data-block] .gv-head"), "click");
  await painted();
  assert.deepEqual(texts(el, "gv-value"), values);
});

test("a recorded model opens its boxes, and says which its page does not hold", async () => {
  const { told } = case_("decided");
  const [open, , closed] = told.drawings;
  const svg = closed.structure.svg.replaceAll("data-block=", "data-box=");
  const boxes = { ...closed, closed: [], part: [], structure: { ...closed.structure, svg } };
  const inner = { ...open, structure: { ...open.structure, path: ["box"] } };
  const model = { ...told, can_move: false, numbers: ZEROS, blocks: told.blocks.slice(0, 1) };
  let el = opened({ ...model, drawings: [boxes, { ...inner, part: [0], numbers: ZEROS }] });
  assert.equal(el.querySelectorAll(".gv-node.gv-fixed").length, 0);
  happen(el.querySelector(".gv-node[data-box] .gv-head"), "click");
  await painted();
  assert.equal(el.querySelectorAll(".gv-node[data-box]").length, 0);
  el = opened({ ...model, drawings: [boxes] });
  assert.equal(el.querySelectorAll(".gv-node.gv-fixed").length, 1);
  happen(el.querySelector(".gv-node[data-box] .gv-head"), "click");
  await painted();
  assert.equal(message(el), say("page.alone.boxes"));
});

test("nudges and single elements are worked out", async () => {
  const { told } = case_("array");
  const el = opened(told);
  el.querySelector("#n0").focus();
  await painted();
  assert.match(el.querySelector(".gv-ghost").textContent, /nudging x/);
  assert.equal(el.querySelectorAll(".gv-disagrees").length, 0);
  for (const id of ["n2", "e0"]) {
    el.querySelector(`#${id}`).focus();
    await painted();
    assert.match(el.querySelector(".gv-row.gv-ghost:last-child").textContent, /nudging/);
  }
  el.querySelector("#n2").focus();
  const index = el.querySelector(".gv-index");
  for (const [text, part] of [
    ["4", "[4] = 1"],
    ["-1", "[5] = 1.5"],
    ["9", say("page.element.none", { node: "v2", index: "9", shape: "6" })],
  ]) {
    index.value = text;
    happen(index, "change");
    await painted();
    assert.ok(el.querySelector(".gv-lines").textContent.includes(part), text);
  }
});

test("a value that does not move with its derivative is told", () => {
  const square = (by) => (3 + by) ** 2;
  assert.equal(compared(square, 6, 3).agrees, true);
  assert.equal(compared(square, 5, 3).agrees, false);
  assert.equal(compared(() => NaN, 5, 3), null);
  assert.equal(compared(() => 1, 0, 3).quotient, 0);
});

test("held numbers: one slider moves, and the others go back", async () => {
  const { told } = case_("own");
  const el = opened(told);
  assert.equal(el.querySelector(".gv-alone-note").textContent, say("page.alone.held"));
  await typed(el, "n0", "2.5");
  await typed(el, "n1", "3");
  assert.deepEqual(
    Array.from(el.querySelectorAll(".gv-readout"), ({ value }) => value),
    ["1", "3"],
  );
  el.querySelector("#n0").focus();
  await painted();
  assert.match(el.querySelector(".gv-ghost").textContent, /needs Python/);
  const held = told.held.map((places) => places.map(() => null));
  const empty = opened({ ...told, held });
  await typed(empty, "n0", "2.5");
  assert.equal(message(empty), say("page.alone.not_held"));
});

test("a figure that stands still says what it would need", async () => {
  const el = opened(case_("still").told);
  assert.equal(el.querySelector(".gv-ranges").hidden, true);
  assert.equal(el.querySelector(".gv-alone-note").textContent, say("page.alone.needs_python"));
  assert.equal(el.querySelector(".gv-held"), null);
  await typed(el, "n0", "2.5");
  assert.equal(message(el), say("page.alone.needs_python"));
});

test("boxes and arrays are opened by Python only", () => {
  const { told } = case_("array");
  const store = new Alone({ part: [], opened: [], message: "" });
  const answers = new Answers(say, store, told);
  store.ask({ part: [1] });
  assert.deepEqual([store.get("part"), store.get("message")], [[], say("page.alone.boxes")]);
  store.ask({ opened: ["v2"] });
  assert.deepEqual([store.get("opened"), store.get("message")], [[], say("page.alone.arrays")]);
  assert.equal(answers.store, store);
});

test("a store calls who listens, and no one who has left", async () => {
  const store = new Alone({ step: 1 });
  let calls = 0;
  const count = () => (calls += 1);
  store.on("step", count);
  store.put({ step: 1 });
  store.put({ step: 2 });
  store.off("step", count);
  store.off("selected", count);
  store.put({ step: 3 });
  assert.equal(calls, 1);
  await assert.rejects(store.slider());
});

test("places on a logarithmic track", () => {
  const track = { label: "x", inputs: [0], least: -2, most: 3, grain: 0.5, base: 10 };
  assert.equal(stepsIn(track), 10);
  assert.equal(valueAt(track, 2), 0.1);
  assert.equal(placeOf(track, 0.1), 2);
  assert.equal(placeOf(track, 1e9), 10);
  assert.equal(placeOf(track, NaN), 0);
});

test("many figures of one page share their words; what fails stands still", () => {
  const place = (told) => `<div class="figure"><div class="still">still</div>
    <script type="application/json">${JSON.stringify(told).replaceAll("<", "\\u003c")}</script></div>`;
  const { told } = case_("array");
  const { svg, ways } = stateOf("race");
  const broken = { ...told, drawings: [], words: 0 };
  const places = [{ ...told, words: 0 }, broken, { kind: "race", svg, ways, words: 0 }].map(place);
  document.body.innerHTML = `<main>${places.join("")}<pre>wide</pre></main>
    <script type="application/json" id="gradviz-words"></script>`;
  document.getElementById("gradviz-words").textContent = JSON.stringify([WORDS]);
  const { error } = console;
  const errors = [];
  console.error = (told_) => errors.push(told_);
  page.startAll();
  console.error = error;
  const [one, other, race] = document.querySelectorAll(".figure");
  assert.equal(one.querySelectorAll(".gv-track-of-input").length, 2);
  assert.equal(one.querySelector(".still"), null);
  assert.equal(other.textContent.includes("still"), true);
  assert.equal(other.querySelector(".gv-alone"), null);
  assert.equal(errors.length, 1);
  assert.equal(race.querySelectorAll(".gv-runner").length, 3);
  assert.ok(watched.some(([box]) => box.tagName === "PRE"));
});

for (const { name, told, replies } of json("vectors/replies.json")) {
  test(`what is replied to what is typed: ${name}`, () => {
    for (const [text, said] of replies) assert.equal(reply(told, text), said, text);
    assert.equal(reply(told, " "), told.says.unanswered);
  });
}

test("a question is answered in the page", () => {
  const { told } = json("vectors/replies.json")[0];
  const el = opened(told);
  const [field, status] = [el.querySelector("input"), el.querySelector("[role=status]")];
  assert.equal(status.textContent, "");
  field.value = "9";
  field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  assert.equal(status.textContent, told.says.right);
  assert.ok(status.classList.contains("gv-right"));
  field.value = "4";
  el.querySelector("button").dispatchEvent(new MouseEvent("click"));
  assert.ok(!status.classList.contains("gv-right"));
  const code = opened({ ...told, is_typed: false });
  assert.equal(code.textContent, say("page.question.code"));
});

test("a race in a page", () => {
  const { svg, ways } = stateOf("race");
  const el = opened({ kind: "race", svg, ways });
  assert.equal(el.querySelectorAll(".gv-runner").length, 3);
});
