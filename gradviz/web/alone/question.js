// A question that is answered in the page, by the rules of gradviz/exercises.

import { numeral } from "../numbers/numeral.js";
import { make, written } from "../parts/dom.js";
import { speaker } from "../words.js";
import { addKind } from "./host.js";

const SIZE = String.raw`(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?`;
const POWER = new RegExp(String.raw`^([+-]?)(${SIZE})(?:\s*(?:\*\*|\^)\s*([+-]?${SIZE}))?$`);

/** @param {string} text */
function power(text) {
  const [, sign, base, exponent] = POWER.exec(text.trim()) ?? [];
  const size = Number(base) ** Number(exponent ?? 1);
  return sign === "-" ? -size : size;
}

/**
 * A number, or a quotient, as people write it; NaN or an infinity if it is none.
 * @param {string} text
 */
function quotient(text) {
  const [over, ...under] = text.replaceAll("−", "-").split("/");
  return power(over) / (under.length ? power(under.join("/")) : 1);
}

/**
 * Whether numbers are as near to others as they need be.
 * @param {number[]} typed
 * @param {Near} to
 */
function agree(typed, { numbers, within, close }) {
  const isNear = (/** @type {number} */ number, /** @type {number} */ at) =>
    Math.abs(number - numbers[at]) <= within + close * Math.abs(numbers[at]);
  return typed.length === numbers.length && typed.every(isNear);
}

/**
 * What is replied to what was typed.
 * @param {QuestionGiven} given
 * @param {string} text
 */
export function reply({ numbers, is_one, within, close, mistakes, says }, text) {
  if (!text.trim()) return says.unanswered;
  const parts = text.trim().replace(/^\(/, "").replace(/\)$/, "").split(",");
  const isOne = parts.length === 1;
  const typed = isOne ? [quotient(text)] : parts.map(quotient);
  const isKind = isOne === is_one && typed.length === numbers.length;
  if (!isKind || !typed.every(Number.isFinite)) return says.kind;
  const right = { numbers, within, close };
  if (agree(typed, right)) return says.right;
  const mistake = mistakes.find((each) => agree(typed, each));
  if (mistake) return mistake.says;
  if (agree(typed.map(Math.abs), { ...right, numbers: numbers.map(Math.abs) })) return says.sign;
  const said = typed.map((number) => numeral(number));
  return says.wrong.replaceAll("{guess}", () => (isOne ? said[0] : `(${said.join(", ")})`));
}

/**
 * A place for an answer, and the reply to it.
 * @param {QuestionGiven} given
 * @param {HTMLElement} page
 */
function ask(given, page) {
  const say = speaker(given.words);
  page.classList.add("gv-question");
  if (!given.is_typed) {
    page.append(written("p", "gv-alone-note", say("page.question.code")));
    return;
  }
  const attributes = { type: "text", autocomplete: "off", spellcheck: "false" };
  const label = say("page.question.answer");
  const field = make("input", "gv-answer", { ...attributes, "aria-label": label });
  const button = written("button", "gv-button", say("page.question.check"), { type: "button" });
  const status = make("p", "gv-reply", { role: "status" });
  field.placeholder = label;
  const judge = () => {
    status.textContent = reply(given, field.value);
    status.classList.toggle("gv-right", status.textContent === given.says.right);
  };
  button.addEventListener("click", judge);
  field.addEventListener("keydown", ({ key }) => {
    if (key === "Enter") judge();
  });
  page.append(field, button, status);
}

addKind("question", ask);
