import assert from "node:assert/strict";
import { test } from "node:test";
import { Race } from "../../../gradviz/web/figure/race.js";
import { Kept, frame, happen, place, stateOf } from "./setup.js";

function race(still = false) {
  globalThis.matchMedia = () => ({ matches: still });
  const store = new Kept(stateOf("race"));
  const el = place();
  return { store, el, race: new Race(store, el) };
}

const counts = (el) =>
  Array.from(el.querySelectorAll(".gv-score"), ({ textContent }) => textContent);

test("each way goes through its own steps", () => {
  const { race: it, el, store } = race();
  assert.deepEqual(store.told, [{ painted: true }]);
  const operations = it.runners.map(({ way }) => way.operations);
  assert.deepEqual(counts(el).slice(0, 2), Array(2).fill("0 operations + 0 local derivatives = 0"));
  assert.equal(counts(el)[2], "0 operations"); // no derivatives at all
  const [again, , forward] = el.querySelectorAll(".gv-player button");
  forward.click();
  assert.equal(counts(el)[0], "1 operation + 0 local derivatives = 1");
  assert.equal(el.querySelectorAll(".gv-visited").length, 3);
  assert.equal(el.querySelectorAll(".gv-node.gv-lit").length, 3);
  it.go(it.most);
  it.runners.forEach(({ way, count, element, done }, at) => {
    assert.ok(count.textContent.startsWith(`${operations[at]} operations`));
    assert.ok(element.classList.contains("gv-finished"));
    assert.equal(done.style.width, `${(100 * way.events.length) / it.most}%`);
    assert.equal(element.getAttribute("aria-label"), way.name);
  });
  assert.match(it.status.textContent, /^reverse sweep: \d+ operations .* = \d+; /);
  const [first] = it.runners;
  assert.equal(
    first.picture.svg.getAttribute("aria-label"),
    "the graph, as the reverse sweep goes through it",
  );
  again.click();
  assert.equal(it.steps, 0);
});

test("it is played at a pace, and paused", () => {
  const { race: it, el } = race();
  const button = el.querySelector(".gv-play");
  assert.equal(button.title, "play");
  it.pace.value = "100";
  happen(it.pace, "input");
  assert.equal(it.word.textContent, "200 steps a second");
  it.pace.value = "0";
  happen(it.pace, "input");
  assert.equal(it.pace.getAttribute("aria-valuetext"), "1.0 steps a second");
  button.click();
  assert.equal(button.title, "pause");
  const start = performance.now();
  frame(start + 2100);
  assert.equal(Math.floor(it.steps), 2);
  button.click();
  assert.equal(it.frame, 0);
  button.click();
  frame(start + 1e6);
  assert.equal(it.steps, it.most);
  assert.equal(button.title, "play");
  button.click(); // from the start
  assert.equal(it.steps, 0);
  it.end();
  assert.equal(el.childNodes.length, 0);
});

test("nothing moves for who wants nothing to move", () => {
  const { race: it, el } = race(true);
  const button = el.querySelector(".gv-play");
  assert.equal(button.getAttribute("aria-label"), "to the end");
  button.click();
  assert.equal(it.steps, it.most);
  assert.equal(it.frame, 0);
});
