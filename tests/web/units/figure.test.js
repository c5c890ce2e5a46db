import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { View } from "../../../gradviz/web/figure/view.js";
import { Kept, frame, happen, place, point, press, stateOf, textOf, turn } from "./setup.js";

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  frame();
});

function shown(name = "nested", changes = {}) {
  const store = new Kept({ ...stateOf(name), ...changes });
  const el = place();
  const view = new View(store, el);
  return { store, el, view, part: (id) => el.querySelector(`#${id}`) };
}

/** Let what was sent be painted. */
async function painted() {
  await turn();
  frame();
}

test("a figure is painted at once, and says that it is", () => {
  const { store, el, view } = shown();
  assert.ok(el.classList.contains("gradviz-view"));
  assert.deepEqual(store.told, [{ painted: true }]);
  assert.equal(
    el.querySelector(".gv-count").textContent,
    `all ${view.structure.steps.length - 1} steps`,
  );
  assert.equal(
    el.querySelector("svg.gradviz").getAttribute("aria-roledescription"),
    "computational graph",
  );
  assert.equal(shown("nested", { painted: true }).store.told.length, 0);
});

test("what is out of sight, and descriptions, follow", () => {
  const { el, view, part } = shown();
  mock.timers.tick(120);
  for (let slice = 0; slice < 3; slice++) frame();
  assert.match(
    el.querySelector("svg.gradviz").getAttribute("aria-label"),
    /^f = .* at x = 1\.5, y = −2$/,
  );
  assert.match(part("e0").getAttribute("aria-label"), /\nflows back: /);
  assert.equal(part("n0").getAttribute("aria-valuenow"), "1.5");
  const titles = Array.from(view.stage.picture.nodes, ({ title }) => title.textContent);
  assert.ok(titles.every((title) => title.includes(" = ")));
});

test("a large figure follows slice by slice", () => {
  const { view } = shown();
  const { picture } = view.stage;
  const filled = [];
  picture.fill = (part) => filled.push(part);
  view.describe = () => {};
  Object.defineProperty(picture, "size", { value: 150 });
  view.follow(0);
  assert.equal(filled.length, 60);
  frame();
  frame();
  assert.equal(filled.length, 150);
});

test("new numbers are painted once a frame", async () => {
  const { store, view, part } = shown();
  let times = 0;
  const { repaint } = view;
  view.repaint = function counted() {
    times += 1;
    repaint.call(this);
  };
  const numbers = new Float64Array(view.store.get("numbers").buffer.slice(0));
  numbers[view.structure.places[0]] = 4.25;
  for (let move = 0; move < 3; move++) store.send({ numbers: new DataView(numbers.buffer) });
  await painted();
  assert.equal(times, 1);
  mock.timers.tick(120);
  assert.equal(part("n0").getAttribute("data-value"), "4.25");
});

test("numbers of another graph are not painted", async () => {
  const { store, part } = shown("arrays");
  const before = part("n0").outerHTML;
  store.send({ numbers: new DataView(new ArrayBuffer(8)) });
  await painted();
  assert.equal(part("n0").outerHTML, before);
});

test("a message is shown", async () => {
  const { store, el } = shown();
  store.send({ message: "ValueError: no" });
  await painted();
  assert.equal(el.querySelector(".gv-message").textContent, "ValueError: no");
  store.send({ message: "" });
  await painted();
  assert.equal(el.querySelector(".gv-message").textContent, "");
});

test("a step is lit and said", async () => {
  const { store, el, view } = shown();
  view.player.jump(1);
  await painted();
  assert.equal(store.get("step"), 1);
  assert.match(textOf(el.querySelector(".gv-words")), /=/);
  assert.equal(el.querySelectorAll(".gv-node.gv-lit").length, 1);
  store.send({ step: 999 });
  await painted();
  assert.equal(view.player.step, view.player.last);
});

test("what is selected is explained, and what leads to it is marked", async () => {
  const { store, el, part } = shown();
  part("n0").focus();
  assert.deepEqual(store.told.at(-1), { selected: "n0", element: "" });
  await painted();
  assert.ok(part("n0").classList.contains("gv-selected"));
  assert.ok(el.querySelectorAll(".gv-because").length >= 1);
  assert.equal(el.querySelector(".gv-why").hidden, false);
  el.querySelector(".gv-close").click();
  assert.equal(store.get("selected"), "");
  part("e0").focus();
  assert.equal(store.get("selected"), "e0");
  happen(el.querySelector("svg.gradviz"), "click");
  assert.equal(store.get("selected"), "");
  happen([...el.querySelectorAll(".gv-label")].at(-1), "click");
  assert.match(store.get("selected"), /^e\d+$/);
  store.send({ selected: "n99", wrong: [0] });
  await painted();
  assert.equal(el.querySelector(".gv-why").hidden, true);
  assert.ok(part("n0").classList.contains("gv-wrong"));
});

test("one part is reached by Tab, and arrows lead to the others", () => {
  const { el, part } = shown();
  assert.equal(part("n0").getAttribute("tabindex"), "0");
  press(part("n0"), "ArrowRight");
  const next = document.activeElement;
  assert.match(next.id, /^e\d+$/);
  assert.equal(part("n0").getAttribute("tabindex"), "-1");
  assert.equal(next.getAttribute("tabindex"), "0");
  assert.equal(press(part("n0"), "ArrowLeft").defaultPrevented, true);
  assert.equal(el.querySelectorAll(".gv-node[tabindex='0'], .gv-edge[tabindex='0']").length, 1);
});

test("keys of the sweeps and of the lens", () => {
  const { store, view, el, part } = shown("nested", { step: 2 });
  const stage = el.querySelector(".gv-stage");
  for (const key of [",", ".", "Home", "End"]) press(stage, key);
  assert.deepEqual(store.told.slice(-4), [{ step: 1 }, { step: 3 }, { step: 0 }, { step: null }]);
  press(stage, "+");
  assert.equal(view.lens.zoom !== null, true);
  press(stage, "-");
  press(stage, "0");
  for (const given of [{ ctrlKey: true }, { metaKey: true }]) press(stage, "Home", given);
  assert.deepEqual(store.told.at(-1), { step: null });
  assert.equal(press(stage, "q").defaultPrevented, false);
  assert.equal(press(part("e0"), "q").defaultPrevented, false);
  press(part("e0"), " ");
  assert.ok(view.player.timer);
  press(part("e0"), " ");
  assert.equal(view.player.timer, 0);
  press(part("e0"), "Enter");
  assert.equal(store.get("selected"), "e0");
});

test("keys on an input", () => {
  const { view, store, part } = shown();
  press(part("n0"), "ArrowUp");
  assert.equal(store.asked.length, 1);
  press(part("n0"), "F2");
  assert.equal(view.hands.editor.hidden, false);
  press(view.hands.editor, "Escape");
  press(part("n0"), "-");
  assert.equal(view.hands.editor.value, "-");
  press(view.hands.editor, "Escape");
  press(part("n0"), "Enter");
  assert.equal(view.hands.editor.hidden, false);
  press(view.hands.editor, "Escape");
  assert.equal(view.lens.zoom, null);
});

test("what is set on a card is worked out, and asked", async () => {
  const { store, view, part } = shown();
  view.move(0, -2.5);
  const [{ hand }] = store.asked;
  assert.equal(hand[0][0], "-2.5");
  await painted();
  mock.timers.tick(120);
  assert.equal(part("n0").getAttribute("data-value"), "-2.5");
  view.set(hand); // once more is nothing new
  mock.timers.tick(3000);
  await painted();
  assert.match(view.notice.textContent, /worked out by the page/);
  store.send({ answered: "1" });
  await painted();
  assert.equal(view.notice.textContent, "");
  store.send({ message: "no" });
  view.sliders.move = () => true;
  view.move(0, 1);
  assert.equal(store.asked.length, 1);
});

test("blocks close and open", async () => {
  const { store, el, view } = shown();
  const [closed] = el.querySelectorAll(".gv-node[data-block]");
  const [open] = el.querySelectorAll(".gv-block > text");
  assert.match(open.getAttribute("aria-label"), /^close /);
  open.focus();
  press(open, "Enter");
  press(open, " ");
  assert.equal(press(open, "x").defaultPrevented, false);
  happen(open, "click");
  const block = Number(open.dataset.block);
  assert.ok(store.asked.length === 3 && store.asked[0].closed.includes(block));
  press(closed, "Enter");
  assert.ok(!store.asked.at(-1).closed.includes(Number(closed.dataset.block)));
  happen(closed.querySelector(".gv-head"), "click");
  assert.ok(store.asked.at(-1).closed.includes(Number(closed.dataset.block)));
  press(closed, " ");
  assert.equal(store.asked.length, 6);
  const { picture } = view.stage;
  store.send({ structure: structuredClone(store.get("structure")) });
  await painted();
  assert.notEqual(view.stage.picture, picture);
  assert.equal(el.querySelectorAll("svg.gradviz").length, 1);
  assert.equal(document.activeElement.dataset.block, String(block)); // the focus is where it was
});

test("boxes are entered and left", () => {
  const state = stateOf("nested");
  const { structure } = state;
  structure.svg = structure.svg.replace('id="n2"', 'id="n2" data-box="4"');
  structure.path = ["dense"];
  const { store, el, part } = shown("nested", { structure, part: [1] });
  press(part("n2"), "Enter");
  assert.deepEqual(store.asked.at(-1), { part: [1, 4], selected: "" });
  el.querySelector(".gv-path button").click();
  assert.deepEqual(store.asked.at(-1), { part: [] });
  store.send({ part: [1, 4], selected: "n0" });
  press(part("n0"), "Escape");
  assert.equal(store.get("selected"), "");
  press(part("n1"), "Escape");
  assert.deepEqual(store.asked.at(-1), { part: [1] });
  store.send({ part: [] });
  assert.ok(press(part("n1"), "Escape").defaultPrevented);
});

test("code is opened beside the graph, and points at it", async () => {
  const { store, el, part } = shown();
  const opener = el.querySelector(".gv-opener");
  assert.deepEqual([opener.textContent, opener.title], ["code", "show the code beside the graph"]);
  assert.equal(opener.getAttribute("aria-pressed"), "true");
  const line = el.querySelector(".gv-line[tabindex]");
  happen(line, "pointerenter");
  assert.ok(el.querySelectorAll("svg .gv-pointed").length >= 1);
  happen(line, "pointerleave");
  assert.equal(el.querySelectorAll("svg .gv-pointed").length, 0);
  point(part("n0").querySelector(".gv-card"), "pointerover");
  point(el.querySelector(".gv-label"), "pointerover");
  point(el.querySelector(".gv-stage"), "pointerover");
  happen(el.querySelector(".gv-stage"), "pointerleave");
  line.click();
  assert.match(store.get("selected"), /^[ne]\d+$/);
  opener.click();
  await painted();
  assert.equal(el.querySelector(".gv-code").hidden, true);
  opener.click();
  assert.deepEqual(store.asked.at(-1), { code_open: true });
  store.send({ code: null });
  await painted();
  assert.equal(el.querySelectorAll(".gv-line").length, 0);
});

test("an array is explained by its elements, and opened", () => {
  const { store, view, el } = shown("arrays");
  view.elements.stage.querySelector("#n0").focus();
  const index = el.querySelector(".gv-index");
  index.value = "1, 2";
  happen(index, "change");
  assert.deepEqual(store.asked.at(-1), { element: "1, 2" });
  view.reasons.label = "w";
  view.reasons.opener.click();
  assert.deepEqual(store.asked.at(-1), { opened: ["w"] });
  happen(el.querySelector("#n0 .gv-map[data-of='value']"), "click", {}, MouseEvent);
  assert.equal(store.asked.at(-1).selected, "n0");
});

test("a figure of another graph with other numbers", async () => {
  const { store, view, part } = shown();
  const { structure, numbers, arrays } = stateOf("arrays");
  store.send({ structure, numbers, arrays });
  await painted();
  assert.equal(view.structure, structure);
  mock.timers.tick(120);
  assert.match(part("n0").querySelector(".gv-value").textContent, /^20×40 /);
});

test("it ends without a trace", async () => {
  const { store, el, view } = shown();
  view.player.play();
  view.schedule();
  view.end();
  await painted();
  assert.equal(store.handlers.length, 0);
  assert.equal(el.childNodes.length, 0);
});
