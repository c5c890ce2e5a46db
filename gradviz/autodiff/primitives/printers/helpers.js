// What JavaScript lacks, or has otherwise than IEEE 754 and Python. A program has those that it calls at its head.

/** x to the power of y: JavaScript's own is NaN for 1 and NaN, and for 1 and −1 and infinity. @param {number} x @param {number} y */
export function pow(x, y) {
  return x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : Math.pow(x, y);
}

/** The size of x with the sign of y. @param {number} x @param {number} y */
export function copysign(x, y) {
  return y < 0 || Object.is(y, -0) ? -Math.abs(x) : Math.abs(x);
}

/** To the nearest whole number, a tie to the even one. @param {number} x */
export function rint(x) {
  const low = Math.floor(x), rest = x - low;
  if (!(rest >= 0)) return x; // infinite, or no number
  return copysign(rest < 0.5 || (rest === 0.5 && low % 2 === 0) ? low : low + 1, x);
}

/** What is left of x by y, with the sign of y. @param {number} x @param {number} y */
export function mod(x, y) {
  const rest = x % y;
  return rest === 0 ? copysign(0, y) : rest < 0 !== y < 0 ? rest + y : rest;
}

/** How often y goes into x, as CPython works it out. @param {number} x @param {number} y */
export function floordiv(x, y) {
  if (y === 0) return x / y;
  const rest = x % y, whole = (x - rest) / y - (rest !== 0 && rest < 0 !== y < 0 ? 1 : 0);
  if (whole === 0) return copysign(0, x / y);
  const low = Math.floor(whole);
  return whole - low > 0.5 ? low + 1 : low;
}

/** To so many decimal digits, by the exact number; a tie to the even digit. @param {number} x @param {number} digits */
export function round(x, digits) {
  if (!Number.isFinite(x) || digits > 75) return x;
  const size = Math.abs(x), whole = Math.trunc(size), rest = size - whole;
  if (digits < 0) {
    const unit = 10n ** BigInt(-digits), all = BigInt(whole), over = all % unit, twice = 2n * over;
    const isUp = twice > unit || (twice === unit && (rest > 0 || (all / unit) % 2n === 1n));
    return copysign(Number(all - over + (isUp ? unit : 0n)), x);
  }
  if (rest === 0) return x;
  const after = rest.toFixed(digits + 25).slice(2), last = digits > 0 ? Number(after[digits - 1]) : whole;
  const isTie = /^50*$/.test(after.slice(digits));
  return copysign(isTie && last % 2 === 0 ? Number(`${whole}.${after.slice(0, digits)}`) : Number(size.toFixed(digits)), x);
}
