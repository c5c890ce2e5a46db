import assert from "node:assert/strict";
import { test } from "node:test";
import { formulaText } from "../../../gradviz/web/formulas/formula.js";
import { formulaElement } from "../../../gradviz/web/formulas/mathml.js";
import "./setup.js";

const RUN = {
  primals: [2, null],
  adjoints: [-1.5, 1],
  locals: [-3],
  flows: [0.25],
  sent: Float64Array.of(7, 8),
};

test("places are filled, in brackets where a negative number needs them", () => {
  const formula = [["name", "x"], " = ", ["value", 0], " · ", ["local", 0, 1], ["value", 0, 1]];
  assert.equal(formulaText(formula, RUN), "x = 2 · (−3)2");
  assert.equal(formulaText([["∂", "f", "x"], " ", ["Δ", "f", "x"]], RUN), "∂f/∂x Δf/Δx");
  assert.equal(
    formulaText(
      [
        ["say", "so far "],
        ["adjoint", 0],
      ],
      RUN,
    ),
    "so far −1.5",
  );
  assert.equal(formulaText([["flow", 0]], RUN, 1), "0.3");
});

test("a number in a closed block is known as soon as the block is", () => {
  assert.equal(formulaText([["sent", 1, 0, "value"]], RUN), "8");
  assert.equal(formulaText([["sent", 1, 1, "value"]], RUN), "•");
  assert.equal(formulaText([["sent", 0, 1, "adjoint"]], RUN), "7");
  assert.equal(formulaText([["sent", -1, 0, "value"]], RUN), "•");
});

test("no line begins with a comma or a colon, in Chinese neither", () => {
  const formula = [["name", "x"], ["say", "，目前累积为 "], ["name", "y"], ["say", "：从这里开始"]];
  const lines = pieces(formula);
  assert.equal(lines.length, 2);
  assert.match(lines[1], /^mrow\(目前.*：从这里开始\)$/);
});

/** The elements of a formula as text: one line for each piece. */
function pieces(formula) {
  const element = formulaElement(formula, RUN);
  const shown = (each) =>
    each.children.length
      ? `${each.localName}(${Array.from(each.children, shown).join(" ")})`
      : each.textContent;
  return Array.from(element.querySelectorAll("math"), (math) => shown(math.firstChild));
}

test("the same as MathML, in pieces between which a line may end", () => {
  assert.deepEqual(
    pieces([["∂", "z", "x₁"], " = 2·", ["name", "x"], "² + sin(x) = ", ["local", 0]]),
    [
      "mrow(mfrac(mrow(∂ z) mrow(∂ x₁)))",
      "mrow(= 2)",
      "mrow(· msup(x 2))",
      "mrow(+ sin ( x ))",
      "mrow(= −3)",
    ],
  );
  assert.deepEqual(
    pieces([
      ["name", "x"],
      ["say", ", whatever comes, it is 0"],
    ]),
    ["mrow(x ,\u00a0)", "mrow(whatever comes,\u00a0)", "mrow(it is 0)"],
  );
  assert.deepEqual(pieces(["²"]), ["mrow(²)"]);
});

test("a screen reader hears the plain text, and colours tell numbers apart", () => {
  const element = formulaElement(
    [
      ["value", 0],
      ["local", 0],
      ["adjoint", 0],
      ["flow", 0],
    ],
    RUN,
  );
  assert.equal(element.querySelector(".gv-spoken").textContent, "2−3−1.50.25");
  assert.equal(element.querySelector("math").getAttribute("aria-hidden"), "true");
  assert.deepEqual(
    Array.from(element.querySelectorAll("mn"), (each) => each.getAttribute("class")),
    ["gv-value", "gv-local", "gv-adjoint", "gv-adjoint"],
  );
});
