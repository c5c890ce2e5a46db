import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { Code } from "../../../gradviz/web/parts/code.js";
import { button, follow, make, scrolls } from "../../../gradviz/web/parts/dom.js";
import { Path } from "../../../gradviz/web/parts/path.js";
import { Player } from "../../../gradviz/web/parts/player.js";
import { Reasons, because } from "../../../gradviz/web/parts/reasons.js";
import { arrived, runOf } from "../../../gradviz/web/numbers/run.js";
import { happen, place, point, press, say, stateOf, textOf, watched } from "./setup.js";

beforeEach(() => mock.timers.reset());

test("a button is named for eyes and ears", () => {
  let pressed = 0;
  const made = button("gv-x", "do it", () => (pressed += 1), "+");
  made.click();
  assert.equal(pressed, 1);
  assert.equal(made.className, "gv-button gv-x");
  assert.deepEqual([made.title, made.getAttribute("aria-label")], ["do it", "do it"]);
});

test("a box is reached by keyboard while it is too wide", () => {
  const box = make("div", "wide");
  box.append(make("div", "inner"));
  scrolls(box);
  const [, told] = watched.find(([each]) => each === box);
  assert.ok(watched.some(([each]) => each === box.firstChild));
  Object.defineProperty(box, "scrollWidth", { value: 200, configurable: true });
  told();
  assert.equal(box.tabIndex, 0);
  Object.defineProperty(box, "scrollWidth", { value: 0 });
  told();
  assert.equal(box.hasAttribute("tabindex"), false);
});

test("a pointer is followed until it is lifted", () => {
  const element = place();
  const seen = [];
  element.setPointerCapture = (id) => seen.push(id);
  follow(
    element,
    7,
    ({ clientX }) => seen.push(clientX),
    () => seen.push("up"),
  );
  point(element, "pointermove", { clientX: 3 });
  point(element, "pointerup");
  point(element, "pointermove", { clientX: 4 });
  assert.deepEqual(seen, [7, 3, "up"]);
});

test("the way to a box that is open", () => {
  const gone = [];
  const path = new Path(say, (depth) => gone.push(depth));
  path.load([]);
  assert.equal(path.element.hidden, true);
  path.load(["dense", "unit 3"]);
  assert.equal(textOf(path.element), "the whole graph › dense › unit 3");
  assert.equal(path.element.querySelector("[aria-current]").textContent, "unit 3");
  for (const step of path.element.querySelectorAll("button")) step.click();
  assert.deepEqual(gone, [0, 1]);
});

/** So many steps: the inputs are given, gates work, and what flows goes back. */
const steps = (last) => [
  ["start", null],
  ...Array.from({ length: last }, (_, at) => [at < last / 2 ? "forward" : "backward", at]),
];

test("steps are gone through by hand", () => {
  const gone = [];
  const player = new Player(say, (step, beat) => gone.push([step, beat]));
  player.show(null, steps(9));
  assert.equal(player.count.textContent, "all 9 steps");
  assert.equal(player.scrub.getAttribute("aria-valuetext"), "all 9 steps");
  assert.equal(player.buttons.last.disabled, true);
  player.show(4, steps(9));
  assert.equal(player.count.textContent, "step 4 of 9");
  const { first, back, forward, last } = player.buttons;
  for (const each of [first, back, forward, last]) each.click();
  player.scrub.value = "6";
  happen(player.scrub, "input");
  player.jump(99);
  player.speed.value = "2";
  forward.click();
  const jumps = [0, 3, null, 6, 9].map((step) => [step, 0]); // which are there at once
  assert.deepEqual(gone, [...jumps.slice(0, 2), [5, 200], ...jumps.slice(2), [5, 100]]);
  player.show(0, steps(9));
  assert.deepEqual([first.disabled, back.disabled, forward.disabled], [true, true, false]);
});

test("steps are played to the last, and paused", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const player = new Player(say, (step) => player.show(step, steps(3)));
  player.show(null, steps(3));
  player.buttons.play.click();
  assert.equal(player.step, 0);
  assert.equal(player.buttons.play.title, "pause");
  mock.timers.tick(280 * 2);
  assert.equal(player.step, 1);
  player.toggle();
  mock.timers.tick(9000);
  assert.equal(player.step, 1);
  assert.equal(player.buttons.play.getAttribute("aria-label"), "play");
  player.play();
  for (let step = 0; step < 4; step++) mock.timers.tick(280 * 5);
  assert.equal(player.step, 3);
  assert.equal(player.timer, 0);
});

test("a play lasts so long at most, and half as long at twice the speed", () => {
  const player = new Player(say, (step) => player.show(step, steps(1000)));
  player.show(0, steps(1000));
  const beats = 2 + 500 * 3 + 500 * 5;
  assert.equal(player.beat * beats, 24_000);
  player.speed.value = "0.5";
  assert.equal(player.beat * beats, 48_000);
});

test("steps too quick to be told apart are played in moves of a third of a second", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const gone = [];
  const player = new Player(say, (step) => (gone.push(step), player.show(step, steps(1000))));
  player.show(0, steps(1000));
  player.play();
  for (let time = 0; player.timer; time += 10, mock.timers.tick(10)) assert.ok(time <= 25_500);
  assert.equal(player.step, 1000);
  assert.ok(gone.length > 65 && gone.length <= 80);
  const most = Math.max(...gone.slice(1).map((step, at) => step - gone[at]));
  assert.ok(most < 20);
});

const LINE = { text: "z = x * y", shows: [["value", 0]], nodes: [0], edges: [1] };

test("code beside the graph", () => {
  const seen = [];
  const code = new Code(
    say,
    (ids) => seen.push(ids),
    (id) => seen.push(id),
  );
  place().append(code.element);
  code.load({
    source: [LINE, { text: "", shows: [], nodes: [], edges: [] }],
    program: [],
    notes: ["more"],
  });
  assert.equal(code.element.getAttribute("aria-label"), "code");
  assert.equal(textOf(code.element), "moreyour functionz = x * y");
  assert.equal(code.element.querySelector("ol").getAttribute("aria-label"), "your function");
  code.fill({ primals: [3] });
  const [line, empty] = code.element.querySelectorAll("li");
  assert.equal(line.querySelector(".gv-number.gv-value").textContent, "3");
  assert.equal(empty.hasAttribute("tabindex"), false);
  happen(line, "pointerenter");
  happen(line, "pointerleave");
  line.click();
  press(line, "Enter");
  press(line, "x");
  assert.deepEqual(seen, [["n0", "e1"], [], "e1", "e1"]);
  code.mark("gv-lit", ["n0"]);
  assert.deepEqual(
    [line, empty].map((each) => each.classList.contains("gv-lit")),
    [true, false],
  );
  code.load(null);
  assert.equal(code.element.childNodes.length, 0);
});

function reasons() {
  const seen = [];
  const panel = new Reasons(
    say,
    () => seen.push("close"),
    (index) => seen.push(index),
    (label) => seen.push(label),
  );
  place().append(panel.element);
  return { panel, seen };
}

function shownOf(name) {
  const { structure, numbers, cells } = stateOf(name);
  return { structure, run: runOf(arrived(numbers, cells, structure), structure) };
}

test("why a number is what it is", () => {
  const { panel, seen } = reasons();
  const { structure, run } = shownOf("nested");
  const output = structure.output;
  panel.show(structure, run, `n${output}`, {}, "");
  assert.equal(panel.element.hidden, false);
  const labels = () =>
    Array.from(panel.element.querySelectorAll(".gv-label-of-row"), (each) => each.textContent);
  assert.deepEqual(labels(), ["value", "local derivatives", "", "gradient"]);
  assert.equal(
    textOf(panel.heading),
    `${structure.nodes[output].label}${structure.nodes[output].kind}`,
  );
  assert.equal(panel.ofArray.hidden, true);
  panel.show(
    structure,
    run,
    "n0",
    {
      of: "n0",
      lines: [
        { label: "tried", formula: ["= 1"], agrees: false },
        { label: "more", formula: ["= 2"], agrees: null },
      ],
    },
    "",
  );
  assert.deepEqual(labels(), ["value", "gradient", "tried", "more"]);
  assert.equal(panel.element.querySelectorAll(".gv-disagrees").length, 1);
  assert.equal(panel.element.querySelectorAll(".gv-ghost").length, 1);
  panel.show(structure, run, "e0", { of: "n0", lines: [] }, "");
  assert.deepEqual(labels(), ["local derivative", "flows back"]);
  panel.element.querySelector(".gv-close").click();
  assert.equal(panel.element.querySelector(".gv-close").title, "close");
  for (const id of ["", "n99", "e99"]) {
    panel.show(structure, run, id, {}, "");
    assert.equal(panel.element.hidden, true);
  }
  assert.deepEqual(seen, ["close"]);
});

test("one element of an array is asked for, and an array opened", () => {
  const { panel, seen } = reasons();
  const { structure, run } = shownOf("arrays");
  structure.nodes[0].openable = true;
  structure.nodes[0].source = "line 1: w";
  panel.show(structure, run, "n0", {}, "3, 4");
  assert.equal(textOf(panel.ofElement), "one element: [ ]");
  assert.equal(panel.index.placeholder, "19, 39");
  assert.equal(panel.index.value, "3, 4");
  assert.equal(panel.heading.querySelector(".gv-source").textContent, "line 1: w");
  panel.index.value = "1, 1";
  happen(panel.index, "change");
  panel.opener.click();
  assert.deepEqual(seen, ["1, 1", "w"]);
  panel.index.focus();
  panel.show(structure, run, "n0", {}, "5, 5");
  assert.equal(panel.index.value, "1, 1"); // it is being written
});

test("what leads to what is selected", () => {
  const structure = {
    edges: [
      { from: 0, to: 2 },
      { from: 0, to: 3 },
      { from: 1, to: 3 },
    ],
  };
  assert.deepEqual(because(structure, ""), []);
  assert.deepEqual(because(structure, "n0"), ["e0", "e1"]);
  assert.deepEqual(because(structure, "e1"), ["n3"]);
  assert.deepEqual(because(structure, "e9"), []);
});
