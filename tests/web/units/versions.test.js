// Files of every version that was released: the page's modules read what live pages were told, and
// the page's rows of the table what documents believe, and find the numbers that Python found.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { Answers } from "../../../gradviz/web/alone/answers.js";
import { Alone } from "../../../gradviz/web/alone/store.js";
import { runOf, unpacked } from "../../../gradviz/web/numbers/run.js";
import { TABLE } from "../../../gradviz/web/numbers/table.js";
import { bytes, json, received, say } from "./setup.js";

const FOLDER = new URL("../../document/", import.meta.url);
const VERSIONS = readdirSync(FOLDER).filter((name) => name.startsWith("version-"));
const SENT = { NaN, Infinity, "-Infinity": -Infinity };
const ULPS = 1e-12; // of results: the math libraries differ in the last places

/** Whether numbers are those that were stored; large arrays were not. */
function assertStored(found, stored, what) {
  assert.equal(found.length, stored.length, what);
  const elements = (number) => number?.elements ?? [number];
  stored.map(received).forEach((number, at) => {
    if (number === null) return;
    const others = elements(found[at]);
    assert.equal(others.length, elements(number).length, `${what}: ${at}`);
    elements(number).forEach((each, place) => {
      const other = others[place];
      const isNear = Math.abs(each - other) <= ULPS * Math.abs(each);
      assert.ok(Object.is(each, other) || isNear, `${what}: ${at} is ${other}, and not ${each}`);
    });
  });
}

/** What a live page was told. */
function toldBy(path) {
  const text = gunzipSync(readFileSync(new URL(path, FOLDER))).toString("utf-8");
  return JSON.parse(text.match(/id="gradviz-state">(.*?)<\/script>/s)[1]);
}

for (const version of VERSIONS) {
  const expected = json(`document/${version}/expected.json`);
  for (const [name, runs] of Object.entries(expected)) {
    test(`a live page of ${version}: ${name}`, () => {
      for (const { inputs, primals, adjoints } of runs) {
        const told = toldBy(`${version}/${name}.live.html.gz`);
        const store = new Alone({ numbers: null, message: "", closed: [], selected: "" });
        const answers = new Answers(say, store, told);
        Object.keys(inputs).forEach((input, at) => {
          const isMoved = JSON.stringify(inputs[input]) !== JSON.stringify(runs[0].inputs[input]);
          if (isMoved) answers.set([at], received(inputs[input]));
        });
        assert.equal(store.get("message"), "");
        const sent = store.get("numbers") ?? bytes(told.numbers);
        const run = runOf(unpacked(sent), answers.drawing.structure);
        assertStored(Array.from(run.primals), primals, "a value");
        assertStored(Array.from(run.adjoints), adjoints, "a gradient");
      }
    });
  }

  for (const name of ["circuit", "blocks", "branch"]) {
    test(`a document of ${version}: ${name}`, () => {
      const { believed, derived } = json(`document/${version}/${name}.json`);
      const number = (held) => SENT[held] ?? held;
      const values = [];
      believed.nodes.forEach(({ operation, operands }, at) => {
        const value = (of) => (typeof of === "number" ? values[of] : number(of.constant));
        values[at] = operation
          ? TABLE[operation.primitive](...operands.map(value))
          : number(believed.inputs[at]);
      });
      const held = believed.nodes.flatMap((node, at) => (node.aside ? [] : [[node.index, at]]));
      const found = held.sort(([a], [b]) => a - b).map(([, at]) => values[at]);
      assertStored(found, derived.primals.map(number), "a value");
    });
  }
}
