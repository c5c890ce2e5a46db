import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { View } from "../../../gradviz/web/figure/view.js";
import { formulaText } from "../../../gradviz/web/formulas/formula.js";
import {
  forwardRun,
  forwardStateAt,
  forwardStructure,
  named,
} from "../../../gradviz/web/numbers/forward.js";
import { runOf, unpacked } from "../../../gradviz/web/numbers/run.js";
import { shownOnCard, shownOnEdge } from "../../../gradviz/web/numbers/shown.js";
import { stepWords } from "../../../gradviz/web/numbers/steps.js";
import { because } from "../../../gradviz/web/parts/reasons.js";
import { Kept, bytes, frame, json, place, received, say, stateOf, textOf, turn } from "./setup.js";

const RUNS = json("vectors/runs.json");

function shown(run, { nodes, edges }) {
  const { primals, adjoints, locals, flows } = run;
  const titleOf = (formulas) => formulas.map((each) => formulaText(each, run, 6));
  return {
    values: Array.from(primals, (number) => shownOnCard(number, true)),
    gradients: Array.from(adjoints, (number) => shownOnCard(number, false)),
    locals: Array.from(locals, shownOnEdge),
    flows: Array.from(flows, shownOnEdge),
    nodes: nodes.map(({ value, adjoint }) => titleOf([value, adjoint]).join("\n")),
    edges: edges.map((edge) => {
      const [local, push] = titleOf([edge.local, edge.flow]);
      return say("page.forward.wire", { local, push });
    }),
  };
}

for (const { function: name, wrt, runs } of json("vectors/forward.json")) {
  test(`tangents of ${name} along ${named(wrt, say)} are what Python says at each step`, () => {
    const known = RUNS.find((each) => each.function === name);
    const structure = forwardStructure(say, known.structure, wrt);
    runs.forEach((given, at) => {
      const sent = unpacked(bytes(known.runs[at].numbers));
      const run = forwardRun(runOf(sent, structure), structure, wrt);
      assert.deepEqual(Array.from(run.adjoints), given.tangents.map(received));
      assert.deepEqual(shown(run, structure), given.all);
      assert.equal(formulaText(structure.summary, run), given.summary);
      assert.equal(forwardStateAt(run, structure, null), run);
      assert.equal(structure.steps.length, given.steps.length);
      given.steps.forEach(({ words, ...wanted }, step) => {
        const state = forwardStateAt(run, structure, step);
        const { nodes, edges, ...now } = shown(state, structure);
        assert.deepEqual(now, wanted, `step ${step}`);
        assert.equal(formulaText(stepWords(structure, step), state), words);
      });
    });
  });
}

test("what leads to a tangent is before it", () => {
  const edges = [
    { from: 0, to: 2 },
    { from: 1, to: 2 },
  ];
  assert.deepEqual(because({ edges, second: "tangent" }, "n2"), ["e0", "e1"]);
  assert.deepEqual(because({ edges, second: "tangent" }, "e1"), ["n1"]);
  assert.deepEqual(because({ edges }, "e1"), ["n2"]);
  assert.deepEqual(because({ edges, second: "tangent" }, "e7"), []);
});

// ── the switch ──

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  frame();
});

function opened(changes = {}) {
  const store = new Kept({ ...stateOf("nested"), ...changes });
  const el = place();
  const view = new View(store, el);
  const { ways } = view;
  const painted = async () => {
    await turn();
    frame();
  };
  return { store, el, view, ways, painted, part: (id) => el.querySelector(`#${id}`) };
}

test("a figure turns to tangents and back, and nothing of the other way is left", async () => {
  const { store, el, view, ways, painted, part } = opened();
  const [reverse, forward] = ways.buttons;
  const before = textOf(part("n0"));
  const legend = el.querySelector(".gv-legend").textContent;
  assert.equal(ways.wrt.hidden, true);
  assert.match(ways.line.textContent, /^one output/);
  forward.click();
  await painted();
  assert.deepEqual(store.get("wrt"), { x: 1 });
  assert.equal(part("n0").dataset.tangent, "1");
  assert.equal(part("n1").dataset.tangent, "0");
  const { svg } = view.stage.picture;
  const of = (selector) => svg.querySelectorAll(selector).length;
  assert.equal(of("[data-adjoint], [data-flow], .gv-adjoint, .gv-back"), 0);
  assert.equal(of(".gv-node[data-tangent]"), view.structure.nodes.length);
  assert.match(ways.line.textContent, /^one input: what x/);
  assert.match(el.querySelector(".gv-legend").textContent, /tangent: what x does to it/);
  assert.ok(el.querySelector("svg .gv-tangents"));
  assert.equal(forward.getAttribute("aria-pressed"), "true");
  reverse.click();
  await painted();
  assert.equal(textOf(part("n0")), before);
  assert.equal(el.querySelector(".gv-legend").textContent, legend);
  assert.equal(of("[data-tangent], [data-push], .gv-tangent, .gv-push"), 0);
  forward.click(); // as it was before
  assert.deepEqual(store.get("wrt"), { x: 1 });
});

test("another input, or a direction, is chosen", async () => {
  const { store, ways, painted, part, el, view } = opened({ wrt: { y: 1 }, selected: "n0" });
  assert.equal(ways.wrt.value, "y");
  assert.equal(part("n1").dataset.tangent, "1");
  assert.match(el.querySelector(".gv-why").textContent, /tangent/);
  assert.equal(el.querySelector(".gv-ghost"), null);
  ways.wrt.value = "x";
  ways.wrt.dispatchEvent(new Event("change"));
  await painted();
  assert.equal(part("n1").dataset.tangent, "0");
  ways.choose("+");
  await painted();
  assert.deepEqual(store.get("wrt"), { x: 1, y: 1 });
  const [dx, dy] = ways.seeds.querySelectorAll("input");
  dy.value = "−2";
  dy.dispatchEvent(new Event("change"));
  await painted();
  assert.deepEqual(store.get("wrt"), { x: 1, y: -2 });
  assert.equal(part("n1").dataset.tangent, "-2");
  assert.match(ways.line.textContent, /^one direction/);
  assert.equal(view.structure.nodes[0].adjoint[0][1], "dx");
  ways.set("x", NaN); // what is no number changes nothing
  assert.deepEqual(store.get("wrt"), { x: 1, y: -2 });
  assert.equal(dx.isConnected, false);
});

test("where there can be no tangents there is no switch", () => {
  const store = new Kept({ ...stateOf("arrays"), wrt: { w: 1 } });
  const view = new View(store, place());
  assert.equal(view.ways.element.hidden, true);
  assert.equal(view.structure.second, undefined);
});

test("a direction of inputs that there are not is the reverse sweep", () => {
  const { ways, view } = opened({ wrt: { q: 1 } });
  assert.equal(view.structure.second, undefined);
  assert.deepEqual(ways.last, { x: 1 });
});
