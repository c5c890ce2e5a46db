// Formulas with places for numbers, filled as MathML.

import { formulaText, partText } from "./formula.js";

const MATH = "http://www.w3.org/1998/Math/MathML";
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻";
const BREAKS = ["=", "+=", "+", "·", "×"]; // a line may end before these, and before words
const TOKENS = new RegExp(
  [
    /(?<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)/,
    /(?<name>[\p{L}_][\p{L}\p{N}_₀-₉]*′?[₀-₉]*)/u,
    /(?<number>\d[\d.]*)/,
    /(?<space>\s+)/,
    /(?<sign>\+=|.)/,
  ]
    .map(({ source }) => source)
    .join("|"),
  "gu",
);
/** @type {Record<string, string>} */
const COLOURS = {
  value: "gv-value",
  local: "gv-local",
  tangent: "gv-tangent",
  push: "gv-tangent",
};

/**
 * @param {string} tag
 * @param {(Node | string)[]} children
 * @param {string} [kind]
 */
function math(tag, children, kind) {
  const element = document.createElementNS(MATH, tag);
  if (kind) element.setAttribute("class", kind);
  if (tag === "mo") element.setAttribute("stretchy", "false");
  if (tag === "mi") element.setAttribute("mathvariant", "normal"); // names as on the cards
  element.append(...children);
  return element;
}

/**
 * A text of names, numbers and operators, after the elements that are there already.
 * @param {string} text
 * @param {Element[]} made
 */
function addTokens(text, made) {
  for (const { groups = {}, 0: token } of text.matchAll(TOKENS)) {
    const base = groups.raised ? made.pop() : undefined;
    if (base) {
      const power = Array.from(token, (digit) => "0123456789−"[RAISED.indexOf(digit)]).join("");
      made.push(math("msup", [base, math("mn", [power])]));
    } else if (!groups.space) {
      made.push(math(groups.name ? "mi" : groups.number ? "mn" : "mo", [token]));
    }
  }
}

/**
 * Words, in pieces between which a line may end.
 * @param {string} text
 */
function words(text) {
  const pieces = text.split(/(?<=, |，)/);
  return pieces.map((piece) => math("mtext", [piece.replace(/^ | $/g, "\u00a0")]));
}

/**
 * @param {Part} part
 * @param {Run} run
 * @param {Element[]} made
 */
function addPart(part, run, made) {
  if (typeof part === "string") return addTokens(part, made);
  const [kind, first, second] = part;
  if (kind === "name") made.push(math("mi", [first]));
  else if (kind === "say") made.push(...words(first));
  else if (kind === "rate") made.push(math("mi", [`d${first}`]));
  else if (kind === "∂" || kind === "Δ") {
    const rows = [first, second].map((name) => [math("mo", [kind]), math("mi", [name])]);
    const over = rows.map((row) => math("mrow", row));
    made.push(math("mfrac", over));
  } else made.push(math("mn", [partText(part, run, 4)], COLOURS[kind] ?? "gv-adjoint"));
}

/**
 * The parts of a formula between which a line may end.
 * @param {Element[]} made
 */
function pieces(made) {
  /** @type {Element[]} */
  let last = [];
  const all = [last];
  for (const element of made) {
    const text = element.textContent ?? "";
    const isSign = element.localName === "mo" && BREAKS.includes(text);
    const isWords = element.localName === "mtext" && !/^[,，。：；、）？]/.test(text);
    if ((isSign || isWords) && last.length) {
      if (isSign) element.setAttribute("form", "infix"); // though nothing is before it in its piece
      all.push((last = []));
    }
    last.push(element);
  }
  return all;
}

/**
 * A formula as an element: MathML for the eye, the same as plain text for a screen reader.
 * @param {Formula} formula
 * @param {Run} run
 */
export function formulaElement(formula, run) {
  const element = document.createElement("span");
  element.className = "gv-formula";
  const spoken = document.createElement("span");
  spoken.className = "gv-spoken";
  spoken.textContent = formulaText(formula, run);
  /** @type {Element[]} */
  const made = [];
  for (const part of formula) addPart(part, run, made);
  element.append(spoken);
  for (const piece of pieces(made)) {
    const shown = math("math", [math("mrow", piece)]);
    shown.setAttribute("aria-hidden", "true");
    element.append(shown, document.createElement("wbr"));
  }
  return element;
}
