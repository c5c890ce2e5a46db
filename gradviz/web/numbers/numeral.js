// How numbers are printed: the same rule as in gradviz/numerals.py.

import { FEW, isWhole } from "./shapes.js";

/**
 * A number, or an array, as a reader wants it.
 * @param {Value} number
 * @param {number} digits
 * @param {number} few elements of a vector that are printed one by one
 * @returns {string}
 */
export function numeral(number, digits = 4, few = FEW) {
  if (number === null) return "•";
  if (typeof number === "object") {
    const { shape, elements } = number;
    if (shape.length > 1) return shape.join("×");
    return shape[0] <= few
      ? `[${elements.map((element) => numeral(element, digits)).join(", ")}]`
      : `(${shape[0]},)`;
  }
  if (Number.isNaN(number)) return "nan";
  if (!Number.isFinite(number)) return number > 0 ? "∞" : "−∞";
  if (number === 0) return "0";
  const size = Math.abs(number);
  const exponent = Number(size.toExponential(digits - 1).split("e")[1]);
  const fixed =
    exponent < 21 ? size.toFixed(Math.min(100, Math.max(0, digits - 1 - exponent))) : "1e21";
  let text;
  if (exponent >= -3 && Number(fixed) < 1e6) {
    text = withoutTrailingZeros(fixed);
  } else {
    const [mantissa, power] = size.toExponential(digits - 1).split("e");
    text = `${withoutTrailingZeros(mantissa)}e${Number(power)}`.replace("-", "−");
  }
  return number < 0 ? "−" + text : text;
}

/** @param {string} text */
function withoutTrailingZeros(text) {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/**
 * How much flows back.
 * @param {Value} flow
 */
export function magnitude(flow) {
  if (flow === null) return 0;
  return typeof flow === "object" ? Math.max(0, ...flow.elements.map(Math.abs)) : Math.abs(flow);
}

/**
 * A number in full, as Python's float() reads it.
 * @param {Value} number
 * @returns {string}
 */
export function full(number) {
  if (number === null) return "";
  if (typeof number === "object")
    return isWhole(number.shape) ? `[${number.elements.map(full).join(", ")}]` : "";
  if (Number.isNaN(number)) return "nan";
  if (!Number.isFinite(number)) return number > 0 ? "inf" : "-inf";
  return Object.is(number, -0) ? "-0.0" : String(number);
}
