import assert from "node:assert/strict";
import { test } from "node:test";
import * as arrays from "../../../gradviz/autodiff/primitives/printers/arrays.js";
import * as helpers from "../../../gradviz/autodiff/primitives/printers/helpers.js";
import { prepared } from "../../../gradviz/web/numbers/program.js";
import { TABLE } from "../../../gradviz/web/numbers/table.js";

/** What a program makes of a memory of these numbers. */
function made(inputs, code, numbers, { size = 32, constants = [] } = {}) {
  const answer = prepared({ size, constants, code, numbers })(inputs);
  return answer && Array.from(answer, (each) => (ArrayBuffer.isView(each) ? [...each] : each));
}

const GRID = (start, ...lengths) => [
  start,
  lengths,
  lengths.map((_, at) => lengths.slice(at + 1).reduce((a, b) => a * b, 1)),
];

test("arithmetic, rows and choices", () => {
  const code = [
    ["add", 2, 0, 1],
    ["subtract", 3, 0, 1],
    ["multiply", 4, 0, 1],
    ["divide", 5, 0, 1],
    ["negative", 6, 0],
    ["exp", 7, 8],
    ["choice", 9, 8, 0, 1],
  ];
  const numbers = [2, 3, 4, 5, 6, 7, 9];
  assert.deepEqual(made([6, 3], code, numbers), [9, 3, 18, 2, -6, 1, 3]);
});

test("constants: one by one, as what JSON lacks, and as bits", () => {
  const bits = Buffer.from(new Float64Array([1.5, -2]).buffer).toString("base64");
  const constants = [
    [1, [1, "nan", "inf", "-inf", "-0"]],
    [6, bits],
  ];
  assert.deepEqual(made([0], [], [1, 2, 3, 4, 5, 6, 7], { constants }), [
    1,
    NaN,
    Infinity,
    -Infinity,
    -0,
    1.5,
    -2,
  ]);
});

test("kernels of arrays", () => {
  const x = [1, 2, 3, 4, 5, 6];
  const tried = (kernel, ...given) => made([x], [[kernel, 6, ...given]], [GRID(6, given[0])])[0];
  assert.deepEqual(tried("each", 6, "negative", GRID(0, 6)), [-1, -2, -3, -4, -5, -6]);
  assert.deepEqual(tried("each", 2, "add", GRID(0, 2), GRID(4, 2)), [6, 8]);
  assert.deepEqual(tried("move", 3, [0, 2], GRID(1, 2)), [2, 0, 3]);
  assert.deepEqual(tried("put", 2, [1, 1], GRID(1, 2)), [0, 5]);
  const rows = [GRID(0, 2).map((each, at) => (at === 2 ? [3] : each)), GRID(0, 3)];
  assert.deepEqual(tried("sum", 2, rows), [6, 15]);
  assert.deepEqual(tried("sum", 2, rows, rows), [14, 77]);
  assert.deepEqual(tried("sum", 2, rows, rows, rows), [36, 405]);
  assert.deepEqual(tried("reduce", 2, "multiply", rows), [6, 120]);
  assert.deepEqual(tried("cumsum", 6, 3, 1, GRID(0, 6)), [1, 3, 6, 4, 9, 15]);
  assert.deepEqual(tried("argmax", 2, -1, rows), [0, 0]);
  assert.deepEqual(tried("argmax", 2, 1, rows), [2, 2]);
  assert.deepEqual(made([x], [], [null, 2, [3, 4]]), [null, 3, [4, 5]]);
});

test("decisions end it where the function decides otherwise", () => {
  const must = (wanted) =>
    made(
      [1, 2],
      [
        ["less", 2, 0, 1],
        ["must", 2, wanted],
      ],
      [0],
    );
  assert.deepEqual(must(1), [1]);
  assert.equal(must(0), null);
  const same = (other) => made([[1, 2, ...other]], [["same", GRID(0, 2), GRID(2, 2)]], [0]);
  assert.deepEqual(same([1, 2]), [1]);
  assert.equal(same([1, 3]), null);
  const ordered = (order) => made([[3, 1, 2]], [["ordered", order, [[0], GRID(0, 3)]]], [0]);
  assert.deepEqual(ordered([1, 2, 0]), [3]);
  assert.equal(ordered([0, 1, 2]), null);
});

test("what JavaScript has otherwise than IEEE 754 and Python", () => {
  const { copysign, floordiv, mod, pow, rint, round } = helpers;
  assert.deepEqual([pow(1, NaN), pow(-1, Infinity), pow(2, 3)], [1, 1, 8]);
  assert.deepEqual([copysign(3, -0), copysign(-3, 1)], [-3, 3]);
  assert.deepEqual([0.5, 1.5, 2.5, -0.5, Infinity].map(rint), [0, 2, 2, -0, Infinity]);
  assert.deepEqual([mod(-7, 3), mod(7, -3), mod(6, -3)], [2, -2, -0]);
  assert.deepEqual(
    [floordiv(-7, 2), floordiv(7, 0), floordiv(0.5, 2), floordiv(1, 0.1)],
    [-4, Infinity, 0, 9],
  );
  assert.deepEqual(
    [round(2.5, 0), round(0.125, 2), round(2.675, 2), round(1250, -2)],
    [2, 0.12, 2.67, 1200],
  );
  assert.deepEqual([round(NaN, 2), round(3, 2), round(1350, -2)], [NaN, 3, 1400]);
});

test("arrays as they are made for people's code", () => {
  const { all, each, zeros, reduce } = arrays;
  assert.deepEqual([...all(3)], [0, 1, 2]);
  const x = Float64Array.of(1, 2);
  const part = [x, all(2)];
  assert.deepEqual([...each(zeros(2), (a, b, c) => a + b + c, part, part, part)], [3, 6]);
  assert.deepEqual([...reduce(zeros(1), TABLE.add, [x, all(1), new Int32Array(0)])], [1]);
});

test("every row of the table gives a number or a truth", () => {
  for (const [name, row] of Object.entries(TABLE)) {
    for (const operands of [
      [0.5, 2, 1],
      [-0.5, -2, 0],
      [0, 0, 0],
      [NaN, 1, 2],
      [3, -1, 5],
    ]) {
      assert.match(typeof row(...operands), /number|boolean/, name);
    }
  }
});
