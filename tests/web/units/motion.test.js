import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { View } from "../../../gradviz/web/figure/view.js";
import { Motion } from "../../../gradviz/web/motion/motion.js";
import { through } from "../../../gradviz/web/motion/wires.js";
import { gatesOf, isSameGradient, sweptInOrder } from "../../../gradviz/web/numbers/order.js";
import { runOf, unpacked } from "../../../gradviz/web/numbers/run.js";
import { Kept, STILL, frame, happen, place, press, say, stateOf, textOf, turn } from "./setup.js";

const SHAPE = document.createElementNS("http://www.w3.org/2000/svg", "path");
const ways = Object.getPrototypeOf(SHAPE);
ways.getTotalLength = () => 100;
ways.getPointAtLength = (at) => ({ x: at, y: 0 });

beforeEach(() => {
  globalThis.matchMedia = () => ({ matches: false });
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  frame();
});

function shown(name, step) {
  const store = new Kept({ ...stateOf(name), step });
  const el = place();
  return { store, el, view: new View(store, el) };
}

/** Let what was sent be painted. */
async function painted() {
  await turn();
  started = performance.now();
  frame(started);
}

let started = 0;

/** A frame so many milliseconds after the first. */
const soon = (later) => frame(started + later);
const moving = (el) => el.querySelectorAll(".gv-motion > g > *").length;
/** Attributes that are there for a while. */
const passing = (el) => el.querySelectorAll("svg.gradviz [opacity]").length;
const chips = (el) => Array.from(el.querySelectorAll(".gv-chip"), (chip) => textOf(chip));

test("a step forward brings the operands, and the numbers are the new ones at once", async () => {
  const { el, view } = shown("nested", 0);
  el.querySelector(".gv-forward").click();
  await painted();
  const [, node] = view.structure.steps[1];
  const { g } = view.stage.picture.nodes[node];
  assert.equal(g.dataset.value, String(view.run.primals[node]));
  const operands = view.structure.edges.filter(({ to }) => to === node);
  assert.ok(chips(el).length >= operands.length);
  assert.equal(g.classList.contains("gv-lit"), false);
  assert.ok(passing(el) > 0);
  const [runner] = el.querySelectorAll(".gv-chip");
  const places = [0, 100, 200].map((now) => (soon(now), runner.getAttribute("transform")));
  assert.equal(new Set(places).size, 3);
  mock.timers.tick(400);
  assert.equal(g.classList.contains("gv-lit"), true);
  mock.timers.tick(400);
  assert.deepEqual([moving(el), passing(el)], [0, 0]);
});

test("a step back shows both factors, their product and the sum", async () => {
  const { el, view } = shown("nested", null);
  const { steps, edges } = view.structure;
  const seen = new Set();
  const again = steps.findIndex(([kind, at]) => {
    if (kind !== "backward") return false;
    const isAgain = seen.has(edges[at].from);
    seen.add(edges[at].from);
    return isAgain;
  });
  view.store.tell({ step: again - 1 });
  await painted();
  assert.equal(moving(el), 0); // nobody asked for it to be taken
  view.player.next();
  await painted();
  const [coming, factors, going, sum] = chips(el);
  assert.match(factors, /^−?[\d.]+ · \(?−?[\d.]+\)?$/);
  assert.ok(factors.startsWith(coming));
  assert.ok(sum.includes(" + ") && sum.replace(/[()]/g, "").endsWith(going));
  const { flow, label } = view.stage.picture.edges[steps[again][1]];
  for (const part of [flow, label]) assert.equal(part.getAttribute("opacity"), "0");
  const band = el.querySelector(".gv-motion .gv-flow");
  const filled = [0, 550, 900].map((now) => (soon(now), band.getAttribute("stroke-dashoffset")));
  assert.equal(filled[0], "-1");
  assert.ok(-1 < filled[1] && filled[1] < 0);
  assert.equal(filled[2], "0");
  view.end();
  assert.equal(el.childNodes.length, 0);
  assert.equal(flow.hasAttribute("opacity"), false);
});

test("another step ends what moves, and so do other numbers", async () => {
  const { el, view, store } = shown("nested", 0);
  view.player.next();
  await painted();
  const first = el.querySelector(".gv-chip");
  view.player.next();
  await painted();
  assert.equal(first.isConnected, false);
  assert.ok(moving(el) > 0);
  store.send({ selected: "n0" });
  await painted();
  assert.ok(moving(el) > 0); // which is no other number
  const numbers = unpacked(store.get("numbers")).map((number) => number + 1);
  const sent = new DataView(new ArrayBuffer(8 * numbers.length));
  numbers.forEach((number, at) => sent.setFloat64(8 * at, number, true));
  store.send({ numbers: sent });
  await painted();
  assert.equal(moving(el), 0);
});

test("nothing moves for who wants nothing to move, nor where one jumps", async () => {
  let { el, view } = shown("nested", 0);
  for (const go of [() => view.player.jump(3), () => view.player.jump(2)]) {
    go();
    await painted();
  }
  assert.equal(el.querySelectorAll(".gv-motion").length, 0);
  globalThis.matchMedia = STILL;
  ({ el, view } = shown("nested", 0));
  view.player.next();
  await painted();
  assert.equal(el.querySelectorAll(".gv-motion").length, 0);
});

test("a quick play has dots in place of numbers", async () => {
  const { el, view } = shown("nested", 0);
  const { steps } = view.structure;
  for (let step = 1; step < steps.length; step++) {
    view.moves.beat = 10;
    view.store.tell({ step });
    await painted();
    if (steps[step][0] !== "seed") assert.ok(el.querySelectorAll(".gv-pulse").length);
    assert.equal(chips(el).length, 0);
  }
});

test("quick steps that are one move are shown one after another", async () => {
  const { el, view } = shown("nested", 0);
  const { steps, edges } = view.structure;
  view.moves.beat = 10;
  view.store.tell({ step: 3 });
  await painted();
  const operands = steps.slice(1, 4).map(([, node]) => edges.filter(({ to }) => to === node).length);
  const dots = [...el.querySelectorAll(".gv-motion circle")];
  assert.equal(dots.length, operands[0] + operands[1] + operands[2]);
  const seen = (now) => {
    soon(now);
    return dots.map((dot) => Number(dot.getAttribute("opacity")) > 0);
  };
  let before = 0;
  operands.forEach((count, place) => {
    const wanted = dots.map((_, at) => at >= before && at < before + count);
    assert.deepEqual(seen(30 * place + 8), wanted); // each takes three beats
    before += count;
  });
  mock.timers.tick(90);
  assert.equal(moving(el), 0);
});

test("places along a way are as far apart in time as they are in space", () => {
  const way = through([
    [0, 0],
    [3, 4],
    [3, 19],
  ]);
  const shares = [0, 0.125, 0.25, 1];
  const places = ["0.0, 0.0", "1.5, 2.0", "3.0, 4.0", "3.0, 19.0"];
  assert.deepEqual(
    shares.map(way),
    places.map((place) => `translate(${place})`),
  );
  const still = through([
    [1, 1],
    [1, 1],
  ]);
  assert.equal(still(0.5), "translate(1.0, 1.0)");
});

test("what is due is done when all is ended", () => {
  const motion = new Motion();
  const done = [];
  motion.begin(500);
  motion.at(100, () => done.push("early"));
  motion.at(300, () => done.push("late"));
  mock.timers.tick(150);
  const element = document.createElement("div");
  element.setAttribute("opacity", "0.5");
  motion.move(element, "opacity", (share) => share, 0, 100);
  motion.hide(element);
  assert.deepEqual([done, motion.isOn], [["early"], true]);
  motion.finish();
  assert.deepEqual([done, motion.isOn], [["early", "late"], false]);
  assert.equal(element.getAttribute("opacity"), "0.5");
});

// An order of one's own

/** The sweep by hand: every gate once, with what has come together at it by then. */
function byHand({ edges }, run, order, output) {
  const adjoints = run.primals.map(() => 0);
  adjoints[output] = 1;
  const handed = {};
  for (const gate of order) {
    handed[gate] = adjoints[gate];
    for (let at = 0; at < edges.length; at++)
      if (edges[at].to === gate) adjoints[edges[at].from] += adjoints[gate] * run.locals[at];
  }
  return { adjoints, handed };
}

/** Every order of some things. */
function* orders(things) {
  if (!things.length) yield [];
  for (const each of things) {
    for (const rest of orders(things.filter((other) => other !== each))) yield [each, ...rest];
  }
}

// f = s·z + s·s, s = x + y, at x = 1, y = 2, z = 4: nodes x y z s s·z s·s f
const EDGES = [
  [0, 3, 1],
  [1, 3, 1],
  [3, 4, 4],
  [2, 4, 3],
  [3, 5, 3],
  [3, 5, 3],
  [4, 6, 1],
  [5, 6, 1],
];
const GRAPH = {
  edges: EDGES.map(([from, to]) => ({ from, to, idle: false, choice: false })),
  steps: [6, 7, 4, 5, 2, 3, 0, 1].map((at) => ["backward", at]),
};
const RUN = {
  primals: [1, 2, 4, 3, 12, 9, 21],
  locals: EDGES.map(([, , local]) => local),
  adjoints: [10, 10, 3, 10, 1, 1, 1],
};

test("any order gives what it gives by hand", () => {
  assert.deepEqual(gatesOf(GRAPH), [6, 5, 4, 3]);
  let [wrong, right] = [0, 0];
  for (const order of orders([3, 4, 5, 6])) {
    const { adjoints, handed } = byHand(GRAPH, RUN, order, 6);
    const { state, early, spoilt, missing } = sweptInOrder(RUN, GRAPH, order);
    assert.deepEqual(state.adjoints, adjoints);
    const went = (gate) => order.indexOf(gate);
    const users = (gate) => GRAPH.edges.flatMap(({ from, to }) => (from === gate ? [to] : []));
    const tooEarly = order.filter((gate) => users(gate).some((to) => went(to) > went(gate)));
    assert.deepEqual(
      early.map(({ gate, has, should }) => [gate, has, should]),
      tooEarly.map((gate) => [gate, handed[gate], RUN.adjoints[gate]]),
    );
    assert.deepEqual(missing, []); // all have come in the end
    const off = adjoints.flatMap((adjoint, node) => (adjoint === RUN.adjoints[node] ? [] : [node]));
    assert.deepEqual(spoilt, off);
    if (off.length) wrong += 1;
    else right += 1;
  }
  assert.deepEqual([wrong, right], [22, 2]);
});

test("what an early gate lacks is named, until it comes", () => {
  const half = sweptInOrder(RUN, GRAPH, [6, 4, 3]);
  assert.deepEqual(half.early, [{ gate: 3, has: 4, should: 10, missing: [4, 5] }]);
  assert.deepEqual([half.missing, half.spoilt], [[4, 5], [0, 1]]);
  assert.equal(half.state.adjoints[3], 4);
  assert.deepEqual(sweptInOrder(RUN, GRAPH, [6, 4, 3, 5]).missing, []);
});

test("sums in another order are the same number", () => {
  assert.ok(isSameGradient(0.1 + 0.2 + 0.3, 0.3 + 0.2 + 0.1));
  assert.ok(isSameGradient(NaN, NaN) && isSameGradient(0, -0));
  assert.ok(!isSameGradient(12, 36));
});

test("in a figure gates are pressed, marked and named, and one starts over", async () => {
  globalThis.matchMedia = STILL;
  const { el, view } = shown("nested", null);
  const words = () => el.querySelector(".gv-words").textContent;
  const marked = (kind) => Array.from(el.querySelectorAll(`.gv-node.${kind}`), ({ id }) => id);
  el.querySelector(".gv-choose").click();
  await painted();
  assert.equal(words(), say("page.order.which"));
  const gates = gatesOf(view.structure).map((gate) => `n${gate}`);
  assert.deepEqual(marked("gv-may-go").sort(), [...gates].sort());
  const first = gates.at(-1); // the last that may go
  happen(el.querySelector(`#${first} .gv-card`), "click", {}, MouseEvent);
  await painted();
  assert.ok(words().startsWith("Too early: "));
  assert.deepEqual(marked("gv-early"), [first]);
  assert.ok(el.querySelectorAll(".gv-edge.gv-missing").length > 0);
  assert.equal(el.querySelectorAll(".gv-marks .gv-chip").length, 1);
  assert.ok(!marked("gv-may-go").includes(first));
  el.querySelector(".gv-again").click();
  await painted();
  assert.deepEqual([marked("gv-early"), el.querySelectorAll(".gv-marks").length], [[], 0]);
  for (const gate of gates) {
    press(el.querySelector(`#${gate}`), "Enter");
    await painted();
    assert.ok(!words().startsWith("Too early"));
  }
  assert.equal(words(), say("page.order.right"));
  assert.deepEqual(Array.from(view.state.adjoints), Array.from(view.run.adjoints));
  view.player.jump(null);
  await painted();
  assert.deepEqual([view.order.gates, marked("gv-may-go")], [null, []]);
});

test("a gate that is chosen hands on along its wires", async () => {
  const { el, view } = shown("nested", null);
  el.querySelector(".gv-choose").click();
  await painted();
  const gate = gatesOf(view.structure)[0];
  view.order.take(view.structure, `n${gate}`);
  await painted();
  const wires = view.structure.edges.filter(({ to }) => to === gate).length;
  assert.equal(chips(el).filter((text) => text.includes(" · ")).length, wires);
});

test("numbers of arrays are not the page's to hand on: there is nothing to choose", () => {
  const { el } = shown("arrays", null);
  assert.equal(el.querySelector(".gv-choose").hidden, true);
  const run = runOf(unpacked(stateOf("nested").numbers), stateOf("nested").structure);
  assert.ok(run);
});
