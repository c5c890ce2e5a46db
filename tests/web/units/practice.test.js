import assert from "node:assert/strict";
import { test } from "node:test";
import "../../../gradviz/web/alone/practice.js";
import host from "../../../gradviz/web/alone/host.js";
import notebook from "../../../gradviz/web/notebook/practice.js";
import { formulaText } from "../../../gradviz/web/formulas/formula.js";
import { agrees, read, readAll } from "../../../gradviz/web/numbers/reading.js";
import { bytesOf, runOf, unpacked } from "../../../gradviz/web/numbers/run.js";
import { Judge } from "../../../gradviz/web/practice/judge.js";
import { known, resultOf } from "../../../gradviz/web/practice/known.js";
import { Practice } from "../../../gradviz/web/practice/practice.js";
import { Kept, WORDS, happen, json, place, press, received, say, textOf } from "./setup.js";

const QUIZZES = json("vectors/practice.json");
const { told: QUIZ } = QUIZZES[3];

test("numbers are read as Python reads them", () => {
  for (const { text, read: told, right, agrees: does, several } of json("vectors/typed.json")) {
    if (several) {
      const numbers = readAll(text, 2);
      const found = "why" in numbers ? numbers.why : numbers.map(({ number }) => number);
      assert.deepEqual(found, several, text);
      continue;
    }
    const found = read(text);
    if ("why" in found) assert.equal(found.why, told, text);
    else {
      assert.deepEqual([found.number, found.unit], [received(told[0]), told[1]], text);
      assert.equal(agrees(found, received(right)), does, text);
    }
  }
});

test("answers are judged as Python judges them", () => {
  let count = 0;
  for (const { told, acts } of QUIZZES) {
    const judge = new Judge(say, told);
    const { structure, blanks } = told.given;
    const run = runOf(unpacked(bytesOf(told.numbers)), structure);
    for (const { act, state, said } of acts) {
      judge.act(act);
      const [, at] = act;
      assert.deepEqual(judge.states[at], state, JSON.stringify(act));
      const open = blanks.filter((_, place) => !judge.states[place].found);
      const formula = state.found ? blanks[at].line : (blanks[at].hint ?? blanks[at].line);
      const line = formulaText(formula, known(run, structure.edges, open));
      assert.equal(judge.states[at].says.replace("\ufffc", line), said, JSON.stringify(act));
      count += 1;
    }
    const { first_try, after_tries, after_hints, shown, open } = told.result;
    const { n, ...result } = resultOf(judge.states);
    const counts = { right: first_try, tries: after_tries, hints: after_hints, shown, open };
    assert.deepEqual(result, counts);
  }
  assert.ok(count > 500);
});

/** A practice as a notebook has it: a store that Python has not answered yet. */
function asked() {
  const blanks = new Judge(say, QUIZ).states;
  const state = { words: WORDS, given: QUIZ.given, numbers: bytesOf(QUIZ.numbers), blanks };
  const store = new Kept({ ...state, acts: [], asked: "", answered: "", painted: false });
  const el = place();
  return { store, el, practice: new Practice(store, el) };
}

/** A practice as a page has it, which answers itself. */
function alone(quizzes = [QUIZ], spares = []) {
  const page = place();
  const told = { kind: "practice", words: WORDS, quizzes, spares };
  host.render({ model: { get: () => told }, el: page });
  const fields = () => Array.from(page.querySelectorAll("input"));
  return { page, fields, said: () => textOf(page.querySelector(".gv-reply")) };
}

const type = (field, text) => {
  field.focus();
  field.value = text;
  press(field, "Enter");
};
const answer = (at) => QUIZ.keys[at].right.join(", ");

test("each blank is a labelled field, in their order; nothing that is asked is in the picture", () => {
  const { fields, page } = alone();
  assert.deepEqual(
    fields().map((field) => field.getAttribute("aria-label")),
    QUIZ.given.blanks.map(({ words }) => words),
  );
  for (const { kind, at } of QUIZ.given.blanks) {
    const id = kind === "local" ? `e${at}` : `n${at}`;
    const name = { value: "value", local: "local", gradient: "adjoint" }[kind];
    assert.equal(page.querySelector(`#${id}`).getAttribute(`data-${name}`), "");
  }
  assert.match(page.querySelector(".gv-notice").textContent, /^\d+ blanks: \d+ to find$/);
});

test("a right one is taken up, with its arithmetic, and leads on", () => {
  const { fields, page, said } = alone();
  type(fields()[0], answer(0));
  assert.match(said(), /^Right\./);
  assert.ok(page.querySelector(".gv-reply .gv-formula"));
  assert.ok(fields()[0].hidden);
  assert.equal(document.activeElement, fields()[1]);
  const { at } = QUIZ.given.blanks[0];
  assert.equal(Number(page.querySelector(`#n${at}`).dataset.value), QUIZ.keys[0].right[0]);
  assert.ok(page.querySelector(`#n${at}`).classList.contains("gv-lit"));
});

test("a wrong one says what it fits, lights where, and is left to be mended", () => {
  const { fields, page, said } = alone();
  const at = QUIZ.keys.findIndex(({ wrong }) => wrong.length === 1);
  const [{ numbers, edge }] = QUIZ.keys[at].wrong;
  type(fields()[at], String(numbers[0]));
  assert.match(said(), /^Not yet\. .* fits /);
  const [field, status] = [fields()[at], page.querySelector("[role=status]")];
  assert.equal(field.value, String(numbers[0]));
  assert.equal(field.getAttribute("aria-invalid"), "true");
  assert.equal(field.getAttribute("aria-describedby"), status.id);
  assert.ok(page.querySelector(`#e${edge}`).classList.contains("gv-lit"));
  assert.equal(document.activeElement, field);
  type(field, answer(at));
  assert.match(said(), /^Right\./);
  assert.ok(field.hidden);
  assert.ok(!page.querySelector(`#e${edge}`).classList.contains("gv-lit"));
});

test("a field that is left is judged once, an empty one not at all", () => {
  const { store, el } = asked();
  const [first, second] = el.querySelectorAll("input");
  first.focus();
  first.value = " ";
  second.focus();
  assert.deepEqual(store.asked, []);
  first.focus();
  first.value = "5";
  second.focus();
  first.focus();
  second.focus();
  assert.deepEqual(
    store.asked.map(({ acts }) => acts.at(-1).slice(1)),
    [[0, "answer", "5"]],
  );
});

test("hints by keyboard and by button, and what is shown is counted", () => {
  const { fields, page, said } = alone();
  const [hint, show] = page.querySelectorAll(".gv-asks button");
  fields()[0].focus();
  const asked = press(fields()[0], "?");
  assert.ok(asked.defaultPrevented);
  assert.equal(said(), QUIZ.keys[0].question);
  hint.click();
  assert.equal(said(), QUIZ.keys[0].rule);
  fields()[2].focus();
  show.focus();
  show.click();
  assert.ok(fields()[2].hidden);
  assert.equal(document.activeElement, fields()[3]);
  for (const [at, field] of fields().entries()) if (!field.hidden) type(field, answer(at));
  const n = QUIZ.keys.length;
  assert.equal(
    textOf(page.querySelector(".gv-result")),
    `${n - 2} of ${n} right at the first try, 0 after tries, 1 after hints, 1 shown, 0 open`,
  );
  assert.ok(page.querySelector(".gv-asks").hidden);
  assert.equal(document.activeElement, page.querySelector("[role=status]"));
});

test("what was said of a blank is said again to who comes back", () => {
  const { fields, said } = alone();
  type(fields()[1], "six");
  fields()[0].focus();
  press(fields()[0], "?");
  fields()[1].focus();
  assert.match(said(), /no number that can be read/);
});

test("in a notebook Python judges, and what happens there elsewhere is shown", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { store, el, practice } = asked();
  assert.deepEqual(store.told, [{ painted: true }]);
  const [field] = el.querySelectorAll("input");
  type(field, "5");
  const status = el.querySelector("[role=status]");
  assert.ok(!field.hidden);
  t.mock.timers.tick(3001);
  assert.match(status.textContent, /^Python has not answered yet/);
  const blanks = store.get("blanks").map((each) => ({ ...each }));
  Object.assign(blanks[0], { found: "right", mood: "right", says: "Right. \ufffc" });
  store.send({ blanks, answered: store.get("asked") });
  assert.ok(field.hidden);
  assert.match(textOf(status), /Right\. /);
  practice.end();
  assert.deepEqual([el.childElementCount, store.handlers.length], [0, 0]);
});

test("a notebook's model is shown", () => {
  const { store } = asked();
  const model = { get: (name) => store.get(name), set() {}, save_changes() {}, on() {}, off() {} };
  const el = place();
  const end = notebook.render({ model, el });
  assert.equal(el.querySelectorAll("input").length, QUIZ.keys.length);
  end();
  assert.equal(el.childElementCount, 0);
});

test("a page leads from one circuit to the next", () => {
  const others = QUIZZES.slice(0, 3).map(({ told }) => told);
  const { page, fields } = alone(others);
  const next = page.querySelector(".gv-series button");
  assert.equal(page.querySelector(".gv-series span").textContent, "1 of 3");
  next.click();
  assert.equal(page.querySelector(".gv-series span").textContent, "2 of 3");
  assert.equal(fields().length, others[1].keys.length);
  assert.equal(document.activeElement, fields()[0]);
  next.click();
  assert.ok(next.hidden);
});

test("what was missed comes back, two circuits later", () => {
  const levels = QUIZZES.slice(0, 6).map(({ told }) => told);
  const { page, fields } = alone(levels.slice(0, 4), levels.slice(0, 2));
  const [next, where] = page.querySelectorAll(".gv-series > *");
  const seen = [fields().length];
  next.click(); // the first is left open
  for (const [at, field] of fields().entries())
    if (!field.hidden) type(field, levels[1].keys[at].right.join(", "));
  for (let count = 0; count < 3; count++) {
    seen.push(fields().length);
    next.click();
  }
  seen.push(fields().length);
  const counts = [0, 1, 2, 0, 3].map((level) => levels[level].keys.length);
  assert.deepEqual([seen, where.textContent], [counts, "5 of 5"]);
});

test("arrays are covered whole", () => {
  const { told } = QUIZZES[5];
  const { structure, blanks } = told.given;
  const run = runOf(unpacked(bytesOf(told.numbers)), structure);
  const seen = known(run, structure.edges, blanks);
  for (const { kind, at } of blanks)
    assert.equal({ value: seen.primals, local: seen.locals, gradient: seen.adjoints }[kind][at], null);
});
