import assert from "node:assert/strict";
import { test } from "node:test";
import { PLACE, around, fill, speaker } from "../../../gradviz/web/words.js";
import { json } from "./setup.js";

test("texts are said as Python says them, with the plural forms of each language", () => {
  const cases = json("vectors/words.json");
  const { texts } = cases.at(-1);
  for (const { language, id, places, text } of cases.slice(0, -1)) {
    assert.equal(speaker({ language, texts })(id, places), text, `${language}: ${id}`);
  }
});

test("what is put in a place is data", () => {
  assert.equal(fill("{a} and {a}", { a: "{b}" }), "{b} and {b}");
  assert.equal(fill("{a}", { a: "$&" }), "$&");
});

test("something else than text in a place", () => {
  assert.deepEqual(around(`one: [ ${PLACE} ]`), ["one: [ ", " ]"]);
});
