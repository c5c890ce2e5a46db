import assert from "node:assert/strict";
import { test } from "node:test";
import { arrived, runOf, unknownRun } from "../../../gradviz/web/numbers/run.js";
import { Elements } from "../../../gradviz/web/picture/elements.js";
import { FittedText } from "../../../gradviz/web/picture/fitted.js";
import { Lens } from "../../../gradviz/web/picture/lens.js";
import { HeatMap } from "../../../gradviz/web/picture/map.js";
import { Picture } from "../../../gradviz/web/picture/picture.js";
import { Strip } from "../../../gradviz/web/picture/strip.js";
import { walked } from "../../../gradviz/web/picture/walk.js";
import { make } from "../../../gradviz/web/parts/dom.js";
import { happen, json, place, point, say, stand, stateOf } from "./setup.js";

function pictured(name) {
  const { structure, numbers, cells } = stateOf(name);
  const picture = new Picture(
    structure.svg,
    structure.edges.map(({ blank }) => blank),
  );
  place().append(picture.svg);
  return { structure, picture, run: runOf(arrived(numbers, cells, structure), structure) };
}

test("texts that need more room than there is are condensed, as Python does", () => {
  for (const { text, room, condensed } of json("vectors/widths.json")) {
    if (condensed === undefined) continue;
    const element = make("span", "");
    const fitted = new FittedText(element, room);
    fitted.write(text || "x");
    fitted.write(text);
    assert.equal(element.textContent, text);
    assert.equal(element.getAttribute("textLength"), condensed ? String(room) : null, text);
  }
  const element = make("span", "");
  const fitted = new FittedText(element, 20);
  fitted.write("0.123456");
  assert.equal(element.getAttribute("lengthAdjust"), "spacingAndGlyphs");
  fitted.write("1");
  assert.equal(element.hasAttribute("lengthAdjust"), false);
});

test("a map is drawn anew only when it changes", () => {
  const cells = make("g", "");
  const map = new HeatMap(cells);
  const tensor = { shape: [2, 3], elements: [1, -2, 3, 0, NaN, 1] };
  map.draw(tensor);
  const [first] = cells.children;
  map.draw({ ...tensor });
  assert.equal(cells.children[0], first);
  assert.ok(cells.querySelector(".gv-minus") && cells.querySelector(".gv-nan"));
  map.draw(null);
  assert.equal(cells.children.length, 0);
});

test("only numbers change in a picture", () => {
  for (const name of ["nested", "arrays"]) {
    const { structure, picture, run } = pictured(name);
    const before = picture.svg.outerHTML;
    picture.load(run);
    for (let part = 0; part < picture.size; part++) picture.fill(part);
    assert.equal(picture.nodes.length, structure.nodes.length);
    assert.equal(picture.edges.length, structure.edges.length);
    const painted = new Picture(structure.svg).svg;
    for (const kind of [".gv-value", ".gv-adjoint", ".gv-local", ".gv-back"]) {
      const texts = (svg) =>
        Array.from(svg.querySelectorAll(`text${kind}`), (each) => each.textContent);
      assert.deepEqual(texts(picture.svg), texts(painted), kind); // Python has painted the same
    }
    picture.load(unknownRun(structure));
    for (let part = 0; part < picture.size; part++) picture.fill(part);
    assert.equal(picture.nodes[0].g.getAttribute("data-value"), "");
    assert.equal(picture.edges[0].flow.getAttribute("stroke-width"), "0.00");
    assert.notEqual(picture.svg.outerHTML, before);
  }
});

test("a picture without a run is left as it is", () => {
  const { picture } = pictured("nested");
  const before = picture.svg.outerHTML;
  picture.fill(0);
  assert.equal(picture.svg.outerHTML, before);
});

test("what is in sight", () => {
  const { picture } = pictured("nested");
  const [width, height] = ["width", "height"].map((name) => Number(picture.svg.getAttribute(name)));
  stand(picture.svg, 0, 0, width, height);
  const all = picture.inSight({ left: 0, right: 1000, top: 0, bottom: 800 });
  assert.equal(all.length, picture.size);
  const some = picture.inSight({ left: 0, right: 1, top: 0, bottom: 800 });
  assert.ok(some.length > 0 && some.length < picture.size);
});

test("parts are found by their ids, and marked", () => {
  const { picture } = pictured("nested");
  assert.equal(picture.elements("n0")[0].id, "n0");
  assert.equal(picture.elements("e0").length, 2);
  assert.deepEqual(picture.elements("n99"), []);
  picture.mark("gv-lit", ["n0", "e0"]);
  picture.mark("gv-lit", ["n1"]);
  assert.deepEqual(
    Array.from(picture.svg.querySelectorAll(".gv-lit"), ({ id }) => id),
    ["n1"],
  );
});

test("arrow keys lead along wires, and up and down", () => {
  const { structure, picture } = pictured("nested");
  const boxes = Array.from(picture.nodes, ({ box }) => box);
  picture.nodes.forEach(({ g }, index) => {
    const [x0, y0, x1, y1] = boxes[index];
    for (const element of [g, g.querySelector(".gv-card")])
      stand(element, x0, y0, x1 - x0, y1 - y0);
  });
  picture.edges.forEach(({ g, label }, index) => {
    for (const element of [g, label]) stand(element, 0, 10 * index, 5, 5);
  });
  const walk = (id, key) => walked(structure, picture, id, `Arrow${key}`);
  const { from, to } = structure.edges[0];
  assert.equal(walk("e0", "Right"), `n${to}`);
  assert.equal(walk("e0", "Left"), `n${from}`);
  assert.match(walk("n0", "Right"), /^e\d+$/);
  assert.equal(walk("n0", "Left"), null);
  for (const [kind, parts] of [
    ["n", structure.nodes],
    ["e", structure.edges],
  ]) {
    const upper = parts.map((_, index) => `${kind}${index}`).find((id) => walk(id, "Down"));
    assert.ok(walk(walk(upper, "Down"), "Up"));
  }
});

function lens(scroll = 500) {
  const { picture } = pictured("nested");
  const stage = make("div", "gv-stage");
  picture.svg.replaceWith(stage);
  stage.append(picture.svg);
  const sizes = { clientWidth: 200, clientHeight: 100, scrollWidth: scroll, scrollHeight: scroll };
  for (const [name, value] of Object.entries(sizes)) Object.defineProperty(stage, name, { value });
  stand(stage, 0, 0, 200, 100);
  const width = Number(picture.svg.getAttribute("width"));
  picture.svg.getBoundingClientRect = () => {
    const now = (parseFloat(picture.svg.style.width) || width) + 0;
    return { x: 0, y: 0, width: now, height: now / 2 };
  };
  let moved = 0;
  const made = new Lens(say, stage, picture.svg, [], () => (moved += 1));
  stage.scrollLeft = 0; // here it stands at the output, wherever that is
  return { lens: made, stage, svg: picture.svg, width, moved: () => moved };
}

test("nearer, farther, and to fit", () => {
  const { lens: it, stage, svg, width, moved } = lens();
  const [smaller, fit, larger] = it.element.querySelectorAll("button");
  assert.deepEqual(
    [smaller, fit, larger].map(({ title }) => title),
    ["smaller", "fit the figure to the page", "larger"],
  );
  assert.equal(fit.textContent, "fit");
  larger.click();
  assert.equal(it.zoom, 1.25);
  assert.ok(stage.classList.contains("gv-zoomed"));
  assert.equal(svg.style.width, `${1.25 * width}px`);
  smaller.click();
  smaller.click();
  assert.equal(it.zoom, 0.8);
  fit.click();
  assert.equal(it.zoom, 200 / width);
  assert.ok(moved() >= 5);
  it.width = 100;
  it.fit();
  assert.equal(it.zoom, null);
  assert.equal(svg.style.getPropertyValue("--gv-least"), `${(1100 / 11.5).toString()}px`);
});

test("a wheel zooms with Ctrl only", () => {
  const { lens: it, stage } = lens();
  it.wheel({ ctrlKey: false, metaKey: false });
  assert.equal(it.zoom, null);
  let prevented = 0;
  const preventDefault = () => (prevented += 1);
  it.wheel({ ctrlKey: true, deltaY: -300, clientX: 10, clientY: 10, preventDefault });
  assert.equal(prevented, 1);
  assert.ok(Math.abs(it.zoom - Math.E) < 1e-9);
  happen(stage, "wheel");
  happen(stage, "scroll");
});

test("paper is dragged, and cards are not", () => {
  const { stage, svg } = lens();
  point(svg, "pointerdown", { clientX: 50, clientY: 50 });
  assert.ok(stage.classList.contains("gv-dragging"));
  point(stage, "pointermove", { clientX: 40, clientY: 45 });
  assert.deepEqual([stage.scrollLeft, stage.scrollTop], [10, 5]);
  point(stage, "pointerup");
  assert.ok(!stage.classList.contains("gv-dragging"));
  point(svg.querySelector(".gv-node .gv-card"), "pointerdown");
  point(svg, "pointerdown", { pointerType: "touch" });
  point(svg, "pointerdown", { button: 2 });
  assert.ok(!stage.classList.contains("gv-dragging"));
  const small = lens(50);
  point(small.svg, "pointerdown");
  assert.ok(!small.stage.classList.contains("gv-dragging"));
});

test("an element under the pointer", () => {
  const { structure, picture, run } = pictured("arrays");
  const stage = make("div", "gv-stage");
  picture.svg.replaceWith(stage);
  stage.append(picture.svg);
  const picked = [];
  const elements = new Elements(say, stage, (node, index) => picked.push([node, index]));
  const map = picture.svg.querySelector("#n0 .gv-map[data-of='value']");
  const gradient = picture.svg.querySelector("#n0 .gv-map[data-of='adjoint']");
  for (const each of [map, gradient]) stand(each.querySelector(".gv-frame"), 0, 0, 24, 16);
  point(map, "pointermove", { clientX: 1, clientY: 1 });
  assert.equal(elements.tip.hidden, true); // nothing is held yet
  elements.load(structure.nodes, () => run, structure.nodes[structure.output].label);
  point(map, "pointermove", { clientX: 23.5, clientY: 15.5 });
  assert.equal(elements.tip.hidden, false);
  assert.equal(elements.tip.textContent, "w, rows 18–19, columns 38–39: largest 499");
  point(gradient, "pointermove", { clientX: 0, clientY: 0 });
  assert.match(elements.tip.textContent, /^∂f\/∂w/);
  happen(map, "click", { clientX: 23.5, clientY: 15.5 }, MouseEvent);
  assert.deepEqual(picked, [[0, "18, 38"]]);
  point(picture.svg, "pointermove");
  assert.equal(elements.tip.hidden, true);
  happen(stage, "pointerleave");
});

test("a wide picture is seen from its output, and what is looked for is brought in sight", () => {
  const { lens: it, stage, svg } = lens();
  it.stand();
  assert.equal(stage.scrollLeft, 500);
  assert.ok(stage.classList.contains("gv-tight"));
  const card = svg.querySelector(".gv-node");
  stand(card, -300, 0, 60, 58);
  it.follow([card]);
  assert.equal(stage.scrollLeft, 500 - 300 - 24);
  stand(card, 40, 0, 60, 58); // it is in sight
  it.seek();
  assert.equal(stage.scrollLeft, 176);
  stand(card, 190, 0, 60, 58);
  it.follow([card]); // as before
  assert.equal(stage.scrollLeft, 176);
  it.seek();
  assert.equal(stage.scrollLeft, 176 + 50 + 24);
  point(svg, "pointerdown"); // a person looks elsewhere
  stage.scrollLeft = 7;
  it.stand();
  assert.equal(stage.scrollLeft, 7);
  it.hold(svg, []); // a block was closed
  it.follow([card]);
  assert.equal(stage.scrollLeft, 7);
  it.hold(svg, ["layer1"]); // a box was opened
  assert.equal(stage.scrollLeft, 500);
});

test("no part has no id", () => {
  const { picture } = pictured("nested");
  assert.equal(picture.elements("e0").length, 2);
  for (const id of ["", "n", "e", "n99"]) assert.deepEqual(picture.elements(id), []);
});

test("the gap of a wire is as wide as its label, and a trivial derivative is marked", () => {
  const { picture } = pictured("nested");
  const [edge] = picture.edges;
  const gap = edge.label.querySelector(".gv-gap");
  const [x, room] = [Number(edge.label.querySelector(".gv-back").getAttribute("x")), 49];
  picture.fillEdge(edge, 1, 1, false);
  const width = Number(gap.getAttribute("width"));
  assert.ok(width < room && edge.label.classList.contains("gv-trivial"));
  assert.ok(Math.abs(Number(gap.getAttribute("x")) + width / 2 - x) < 0.2);
  picture.fillEdge(edge, -0.123456, 1.25e-9, false);
  assert.equal(gap.getAttribute("width"), room.toFixed(1));
  assert.ok(!edge.label.classList.contains("gv-trivial"));
});

test("a picture wider than its stage is as high as what is seen of it", () => {
  const { picture } = pictured("nested");
  const { svg } = picture;
  const stage = make("div", "gv-stage");
  svg.replaceWith(stage);
  stage.append(svg);
  const width = 2000;
  svg.setAttribute("width", String(width));
  const sizes = { clientWidth: 300, scrollWidth: width, offsetHeight: 100, clientHeight: 100 };
  for (const [name, value] of Object.entries(sizes))
    Object.defineProperty(stage, name, { value, configurable: true });
  stand(svg, 0, 0, width, 400);
  const cards = picture.nodes.map(({ g }) => g);
  cards.forEach((g, at) => stand(g, at * 90, at * 10, 80, 40));
  for (const part of svg.querySelectorAll(".gv-label, .gv-block")) stand(part, 0, 0, 0, 0);
  for (const wire of svg.querySelectorAll(".gv-wire")) wire.setAttribute("d", "M-999,0 L-998,0");
  stand(svg.querySelector(".gv-legend"), 0, 380, 200, 15);
  const strip = new Strip(stage);
  strip.fit(false, true); // nothing is held
  assert.ok(!stage.classList.contains("gv-strip"));
  strip.hold(svg);
  const legend = svg.querySelector(".gv-legend");
  const moved = (element) => element.style.getPropertyValue("translate").split(" ").map(parseFloat);
  const risen = (element) => moved(element)[1];
  stage.scrollLeft = 360; // cards 4 to 7
  strip.fit(false, true);
  assert.deepEqual(["before", "after"].map((side) => stage.classList.contains(`gv-more-${side}`)), [
    true,
    true,
  ]);
  assert.equal(risen(svg), -(40 - 14));
  assert.equal(parseFloat(stage.style.height), 70 + 40 + 14 - (40 - 14) + 15 + 14);
  assert.equal(moved(legend)[0], 360 + 44); // it goes along, and begins where nothing fades
  stage.scrollLeft = 0; // cards 0 to 3
  strip.fit(false, false);
  assert.equal(risen(svg), 0);
  assert.equal(parseFloat(stage.style.height), 70 + 40 + 14 + 15 + 14);
  strip.fit(false, true);
  assert.equal(moved(legend)[0], 0);
  assert.equal(risen(legend), -(380 - 14 - (30 + 40 + 14) + 14));
  assert.equal(parseFloat(stage.style.height), 30 + 40 + 14 + 15 + 14);
  assert.ok(!stage.classList.contains("gv-more-before"));
  stage.scrollLeft = width * 2;
  strip.fit(false, true); // nothing is there
  assert.equal(risen(svg), 0);
  assert.equal(moved(legend)[0], width - 14 - 200); // not beyond the picture
  strip.fit(true, true);
  assert.equal(stage.style.height, "");
  assert.ok(!stage.classList.contains("gv-strip"));
});
