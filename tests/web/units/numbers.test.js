import assert from "node:assert/strict";
import { test } from "node:test";
import { arrayStatistics } from "../../../gradviz/web/alone/statistics.js";
import { formulaText } from "../../../gradviz/web/formulas/formula.js";
import {
  cellsOf,
  largestCell,
  mapPicture,
  mapScale,
  shade,
} from "../../../gradviz/web/numbers/heat.js";
import { full, magnitude, numeral } from "../../../gradviz/web/numbers/numeral.js";
import { arrived, runOf, sentOf, unknownRun, unpacked } from "../../../gradviz/web/numbers/run.js";
import {
  blockOf,
  elementsIn,
  indexOf,
  isMapped,
  mapSize,
  tableOf,
} from "../../../gradviz/web/numbers/shapes.js";
import {
  cellWords,
  flowWidth,
  shownOnCard,
  shownOnEdge,
} from "../../../gradviz/web/numbers/shown.js";
import { stateAt, stepPlace, stepWords } from "../../../gradviz/web/numbers/steps.js";
import { parsed, stepped, stepsOf } from "../../../gradviz/web/numbers/typed.js";
import { prepared } from "../../../gradviz/web/numbers/program.js";
import { bytes, json, received, say, stateOf } from "./setup.js";

test("numbers are printed by Python's rule", () => {
  for (const { number, digits, text } of json("vectors/numerals.json")) {
    assert.equal(numeral(received(number), digits), text);
  }
  for (const { number, digits, text } of json("golden/numerals.json")) {
    assert.equal(numeral(Number(received(number)), digits), text);
  }
});

test("numbers in full are read as the same numbers", () => {
  for (const number of [0.1, -1e-300, 5e-324, 123456789.123, 1e22]) {
    assert.equal(Number(full(number)), number);
  }
  const names = [NaN, Infinity, -Infinity, -0, null].map(full);
  assert.deepEqual(names, ["nan", "inf", "-inf", "-0.0", ""]);
  assert.equal(full({ shape: [2], elements: [1, -0] }), "[1, -0.0]");
  assert.equal(full({ shape: [5], elements: [1, 2, 3, 4, 5] }), "");
});

test("heat maps are Python's", () => {
  for (const given of json("vectors/heat.json")) {
    const array = received(given.array);
    const { shape } = array;
    assert.equal(isMapped(shape), given.isMapped, String(shape));
    if (!given.isMapped) {
      assert.equal(shownOnCard(array, true), given.value);
      assert.equal(magnitude(array), received(given.magnitude));
      continue;
    }
    const cells = cellsOf(Float64Array.from(array.elements), shape);
    assert.deepEqual(mapSize(shape), given.size);
    assert.deepEqual(cells, given.cells.map(received));
    assert.equal(mapScale(cells), given.scale);
    assert.deepEqual(arrayStatistics(say, array.elements), given.statistics);
    assert.equal(mapPicture({ shape, elements: cells }), given.picture);
    assert.equal(shownOnCard({ shape, elements: cells }, true), given.value);
    assert.equal(shownOnCard({ shape, elements: cells }, false), given.gradient);
    assert.equal(shownOnEdge({ shape, elements: [received(given.magnitude)] }), given.onEdge);
  }
});

test("shades", () => {
  assert.equal(largestCell([1, -3, NaN, Infinity]), 3);
  assert.deepEqual(
    [0, 3, -3, 1.5, Infinity, -Infinity].map((x) => shade(x, 3)),
    [0, 9, -9, 5, 9, -9],
  );
  assert.ok(Number.isNaN(shade(NaN, 3)));
});

test("widths are Python's", () => {
  for (const { flow, largest, width } of json("vectors/widths.json")) {
    if (largest !== undefined) assert.equal(flowWidth(received(flow), largest), width);
  }
});

test("shapes", () => {
  assert.equal(elementsIn([3, 4, 5]), 60);
  assert.deepEqual(tableOf([3, 1, 5]), [3, 5]);
  assert.deepEqual(tableOf([]), [1, 1]);
  assert.deepEqual(indexOf([3, 4], 7), [1, 3]);
  assert.deepEqual(
    [0, 1, 2].map((cell) => blockOf(cell, 3, 7)),
    [
      [0, 2],
      [2, 4],
      [4, 7],
    ],
  );
});

test("what a cell stands for", () => {
  const zeros = (...shape) => {
    const [rows, columns] = mapSize(shape);
    return { shape, elements: Array(rows * columns).fill(0) };
  };
  assert.equal(cellWords(say, "w", zeros(2, 3), 1, 2), "w[1, 2] = 0");
  assert.equal(cellWords(say, "w", zeros(32, 48), 1, 2), "w, rows 2–3, columns 4–5: largest 0");
  assert.equal(cellWords(say, "w", zeros(2, 48), 1, 2), "w, row 1, columns 4–5: largest 0");
  assert.equal(cellWords(say, "w", zeros(32, 2), 1, 0), "w, rows 2–3, column 0: largest 0");
  assert.equal(cellWords(say, "w", zeros(100), 0, 0), "w, columns 0–3: largest 0");
});

test("numbers as hands give them", () => {
  assert.deepEqual(["1,5", "−2", " 3e2 ", "∞", "-inf", "", "x"].map(parsed), [
    1.5,
    -2,
    300,
    Infinity,
    -Infinity,
    null,
    null,
  ]);
  assert.equal(stepped(0.1, 2, 0.1), 0.3);
  assert.deepEqual(
    ["ArrowUp", "PageDown", "x"].map((key) => stepsOf({ key })),
    [1, -10, 0],
  );
  assert.equal(stepsOf({ key: "ArrowUp", ctrlKey: true }), 0);
});

/** What is shown of a run, and said of it. */
function shown(run, { nodes, edges }) {
  return {
    values: Array.from(run.primals, (number) => shownOnCard(number, true)),
    gradients: Array.from(run.adjoints, (number) => shownOnCard(number, false)),
    locals: Array.from(run.locals, shownOnEdge),
    flows: Array.from(run.flows, shownOnEdge),
    nodes: nodes.map(({ value, adjoint }) =>
      [value, adjoint].map((each) => formulaText(each, run, 6)).join("\n"),
    ),
    edges: edges.map(({ local, flow }) =>
      say("page.wire", { local: formulaText(local, run, 6), flow: formulaText(flow, run, 6) }),
    ),
  };
}

/** Whether of a map some has come together, and not all: then the page, which has but maps, waits. */
function isPart({ edges }, run, state, node) {
  const gradient = run.adjoints[node];
  const isLeft = ({ from }, edge) => from === node && state.flows[edge] === null;
  return typeof gradient === "object" && isMapped(gradient.shape) && edges.some(isLeft);
}

for (const { function: name, structure, runs } of json("vectors/runs.json")) {
  test(`what is sent, shown and said of ${name} at each step is what Python says`, () => {
    for (const given of runs) {
      const run = runOf(unpacked(bytes(given.numbers)), structure);
      assert.deepEqual(shown(run, structure), given.all);
      assert.equal(stateAt(run, structure, null), run);
      given.steps.forEach(({ words, ...wanted }, step) => {
        const state = stateAt(run, structure, step);
        const { nodes, edges, ...now } = shown(state, structure);
        wanted.gradients = wanted.gradients.map((gradient, node) =>
          isPart(structure, run, state, node) ? "•" : gradient,
        );
        assert.deepEqual(now, wanted, `step ${step}`);
        const [kind, at] = structure.steps[step];
        const waits =
          kind === "backward" && isPart(structure, run, state, structure.edges[at].from);
        const said = formulaText(stepWords(structure, step), state);
        assert.equal(said, waits ? words.replace(/[^ ]+$/, "•") : words);
      });
      assert.equal(formulaText(structure.summary, run), given.summary);
    }
  });

  test(`the page works out ${name} to the bit`, () => {
    const work = prepared(structure.program);
    for (const given of runs) {
      const inputs = given.inputs.map(received).map((input) => input.elements ?? input);
      const sent = sentOf(work(inputs), structure);
      const wanted = unpacked(bytes(given.numbers));
      const plain = (numbers) => Array.from(numbers, (number) => number + 0); // −0 reads as 0
      assert.deepEqual(plain(sent), plain(wanted));
    }
  });
}

test("cells of maps come with 32 bits, after all others, and those of inputs apart", () => {
  const { structure, numbers, cells } = stateOf("arrays");
  const sent = arrived(numbers, cells, structure);
  const work = prepared(structure.program);
  const { shapes, inputs } = structure;
  const given = inputs.map((node) => shapes[node].reduce((size, length) => size * length, 1));
  const w = Float64Array.from({ length: given[0] }, (_, at) => at - 300);
  const wanted = sentOf(work([w, Float64Array.of(1, -1)]), structure);
  assert.deepEqual(Array.from(sent, Math.fround), Array.from(wanted, Math.fround));
  assert.ok(numbers.byteLength + cells.byteLength < 8 * sent.length);
  const whole = new DataView(wanted.buffer);
  assert.deepEqual(arrived(whole, cells, structure), wanted); // all with 64 bits
  assert.deepEqual(arrived(whole, undefined, structure), wanted);
  const short = new DataView(new ArrayBuffer(24));
  assert.equal(runOf(arrived(short, cells, structure), structure), null);
});

test("numbers of another graph are refused; of none, nothing is known", () => {
  const [{ structure, runs }] = json("vectors/runs.json");
  const arrays = json("vectors/runs.json").find(({ structure: { shapes } }) => shapes);
  assert.equal(runOf(new Float64Array(3), { ...structure, places: null }), null);
  assert.equal(runOf(new Float64Array(3), arrays.structure), null);
  const nothing = unknownRun(structure);
  assert.ok(nothing.primals.every((value) => value === null));
  assert.equal(nothing.locals.length, structure.edges.length);
  assert.ok(runs.length > 1);
});

test("where steps are taken", () => {
  const places = [
    ["start", null],
    ["forward", 3],
    ["seed", 3],
    ["backward", 1],
  ].map(stepPlace);
  assert.deepEqual(places, [[], ["n3"], ["n3"], ["e1"]]);
  assert.deepEqual(stepWords({ steps: [] }, null), []);
});
