// Formulas with places for numbers, as gradviz/scene/words/formula.py makes them: filled as text.

import { numeral } from "../numbers/numeral.js";

const KINDS = /** @type {const} */ ({
  value: "primals",
  adjoint: "adjoints",
  local: "locals",
  flow: "flows",
  tangent: "adjoints", // in forward mode they stand there
  push: "flows",
});

/**
 * The number that belongs in a place.
 * @param {Run} run
 * @param {Place | Hidden} part
 * @returns {Value}
 */
function numberAt(run, part) {
  if (part[0] !== "sent") return run[KINDS[part[0]]][part[1]];
  const [, index, light, of] = part; // hidden in a closed block, and known as soon as that is
  const known = (of === "adjoint" || of === "tangent" ? run.adjoints : run.primals)[light] !== null;
  return known && index >= 0 ? run.sent[index] : null;
}

/**
 * @param {Part} part
 * @param {Run} run
 * @param {number} digits
 */
export function partText(part, run, digits) {
  if (typeof part === "string") return part;
  const [kind, first, second] = part;
  if (kind === "name" || kind === "say") return first;
  if (kind === "rate") return `d${first}`;
  if (kind === "∂" || kind === "Δ") return `${kind}${first}/${kind}${second}`;
  const shown = numeral(numberAt(run, /** @type {Place | Hidden} */ (part)), digits);
  return kind !== "sent" && second === 1 && shown.startsWith("−") ? `(${shown})` : shown;
}

/**
 * A formula on a line, its places filled.
 * @param {Formula} formula
 * @param {Run} run
 * @param {number} digits
 */
export function formulaText(formula, run, digits = 4) {
  return formula.map((part) => partText(part, run, digits)).join("");
}

/**
 * Of a formula `z = x·y = 2·3 = 6`, what works out the number, and the number: `2·3 = 6`; null of a
 * shorter one.
 * @param {Formula} formula
 * @returns {Formula | null}
 */
export function worked(formula) {
  const signs = formula.flatMap((part, at) => (part === " = " ? [at] : []));
  const before = signs.at(-2);
  return before === undefined ? null : formula.slice(before + 1);
}
