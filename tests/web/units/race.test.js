import assert from "node:assert/strict";
import { test } from "node:test";
import { Race } from "../../../gradviz/web/figure/race.js";
import { Kept, frame, happen, place, stateOf } from "./setup.js";

// no document without a browser measures paths: here all are 100 long, on the x-axis
const { prototype } = document.createElementNS("http://www.w3.org/2000/svg", "path").constructor;
prototype.getTotalLength = () => 100;
prototype.getPointAtLength = (x) => ({ x, y: 0 });

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
  assert.equal(el.querySelectorAll(".gv-stop.gv-lit").length, 3);
  it.go(it.most);
  it.runners.forEach(({ way, count, element, done }, at) => {
    assert.ok(count.textContent.startsWith(`${operations[at]} operations`));
    assert.ok(element.classList.contains("gv-finished"));
    assert.equal(done.style.width, "100%"); // of a course that is as long as its work
    assert.equal(done.parentElement.style.width, `${(100 * way.events.length) / it.most}%`);
    assert.equal(element.getAttribute("aria-label"), way.name);
  });
  assert.match(it.status.textContent, /^reverse sweep: \d+ gradients? after \d+ evaluations; /);
  const [first] = it.runners;
  assert.equal(
    first.graph.element.getAttribute("aria-label"),
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

test("each lane says what it has by then, and which way its runner goes", () => {
  const { race: it, el } = race();
  const [reverse, forward, bumping] = it.runners;
  assert.equal(reverse.arrow.textContent, "→");
  const { events, gradients, once } = reverse.way;
  it.go(once); // all values are known, and nothing is asked for one at a time
  assert.equal(reverse.arrow.textContent, "←");
  assert.equal(forward.arrow.textContent, "→");
  assert.equal(reverse.asked(once), null);
  const [, first] = forward.way.gradients[0];
  for (const { graph } of [forward, bumping])
    assert.ok(graph.stops[first].element.classList.contains("gv-asked"));
  it.go(events.length);
  assert.match(reverse.got.textContent, new RegExp(`^${gradients.length} gradients? after `));
  assert.equal(reverse.graph.runner.hidden, true);
  for (const [, node] of gradients)
    assert.ok(reverse.graph.stops[node].element.classList.contains("gv-known"));
  const finished = it.runners.filter(({ way }) => way.events.length <= events.length);
  assert.equal(el.querySelectorAll(".gv-finished").length, finished.length);
  const known = forward.way.gradients.filter(([after]) => after <= events.length);
  assert.ok(known.length < gradients.length);
  assert.ok(forward.got.textContent.startsWith(String(known.length)));
});

test("between two steps a runner is on its way along a wire, back from its end", () => {
  const { race: it } = race();
  const [reverse, forward] = it.runners;
  const { once } = reverse.way;
  it.go(once + 0.25);
  for (const [{ graph }, at, isBack] of [
    [reverse, 75, true],
    [forward, 25, false],
  ]) {
    const { left, width } = graph.frame;
    assert.equal(graph.runner.style.left, `${(100 * (at - left)) / width}%`);
    assert.equal(graph.runner.classList.contains("gv-back"), isBack);
  }
});
