// Numbers as people type them, and when one is the number that is asked for: the same rules as in
// gradviz/exercises/practice/typed.py.

const LONGEST = 80; // characters that are read
const EXACT = 1e-9; // of its size: an expression that comes so near is the number
const NOTHING = 1e-12; // what is as small comes of rounding
const FEWEST = 2; // digits of a number that may be rounded

const SIZE_OF_NUMBER = String.raw`(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?`;
const TOKEN = new RegExp(String.raw`\s*(${SIZE_OF_NUMBER}|\*\*|[-+*/^()])`, "y");
const WHOLE_NUMBER = new RegExp(`^${SIZE_OF_NUMBER}$`);
const AS_NUMBER = /^[+-]?\s*(?:(\d*)\.(\d+)|(\d+)\.?)(?:[eE]([+-]?\d+))?$/;
const GROUPED = /(?<![\d.,])[1-9]\d{0,2}(?:[, ]\d{3})+(?!\d)/;
const MIXED = /\d[.,]\d*[.,]/; // two points or commas in a number
const DECIMAL = /(?<!\d),(?=\d)|(?<=\d),(?=\d)/g;
const SIGNS = { "-": "−–", "*": "×·⋅", "/": "÷⁄∕", " ": "\u3000\u00a0\u202f\u2009" };
const FULL_WIDTH = 0xfee0; // from a character to the same of full width

class Unreadable extends Error {}

/**
 * A text in plain characters.
 * @param {string} text
 */
function inPlain(text) {
  return Array.from(text, (character) => {
    const sign = Object.entries(SIGNS).find(([, others]) => others.includes(character));
    if (sign) return sign[0];
    const code = Number(character.codePointAt(0));
    return code > 0xff00 && code < 0xff5f ? String.fromCharCode(code - FULL_WIDTH) : character;
  }).join("");
}

/**
 * One number; or why it can't be read.
 * @param {string} given
 * @returns {TypedNumber | UnreadNumber}
 */
export function read(given) {
  let text = inPlain(Array.from(given).slice(0, LONGEST + 1).join("")).trim();
  text = text.replace(/^=/, "").replace(/^≈/, "").trim();
  if (!text) return { why: "nothing" };
  if (text.length > LONGEST) return { why: "number" };
  if (GROUPED.test(text)) return { why: "thousands" };
  if (/\d\s*,\s+[-+.\d]|;/.test(text)) return { why: "several" };
  if (text.includes(",") && MIXED.test(text))
    return { why: text.includes(".") ? "thousands" : "several" };
  text = text.replace(DECIMAL, ".");
  try {
    const number = new Expression(text).value();
    return Number.isFinite(number) ? { number, unit: unitOf(text) } : { why: "number" };
  } catch (error) {
    if (error instanceof Unreadable) return { why: "number" };
    throw error;
  }
}

/**
 * So many numbers, with commas or semicolons between.
 * @param {string} given
 * @param {number} count
 * @returns {TypedNumber[] | UnreadNumber}
 */
export function readAll(given, count) {
  let inside = inPlain(given).trim();
  if (count > 1 && /^[([]/.test(inside) && /[)\]]$/.test(inside)) inside = inside.slice(1, -1);
  const parts =
    count > 1
      ? inside.split(inside.includes(";") ? ";" : ",").filter((part) => part.trim())
      : [inside];
  /** @type {TypedNumber[]} */
  const numbers = [];
  for (const part of parts) {
    const found = read(part);
    if ("why" in found) return found;
    numbers.push(found);
  }
  return numbers.length === count ? numbers : { why: "several" };
}

/**
 * Whether what was typed is this number: exactly, or, of one that is not whole, rounded to the
 * digits that were typed, which are two at least.
 * @param {TypedNumber} typed
 * @param {number} number
 */
export function agrees({ number: typed, unit }, number) {
  if (!Number.isFinite(number)) return false;
  const exact = unit === null ? EXACT : NOTHING; // digits that stand there are meant
  const size = Math.abs(number);
  const apart = Math.abs(typed - number);
  if (apart <= (number ? exact * size : NOTHING)) return true;
  if (unit === null || Math.abs(number - Math.round(number)) <= EXACT * size) return false;
  return apart <= (unit / 2) * (1 + EXACT);
}

/**
 * What the last digit of a plain number counts, if it has digits enough to be rounded.
 * @param {string} text
 */
function unitOf(text) {
  const found = AS_NUMBER.exec(text);
  if (!found) return null;
  const [, before, after, whole, exponent] = found;
  const digits = (whole ?? before + after).replace(/^0+/, "");
  const fills = after === undefined && digits.endsWith("0"); // in 10, it may only fill a place
  if (digits.length - Number(fills) < FEWEST) return null;
  const unit = Number(`1e${Number(exponent ?? 0) - (after ?? "").length}`);
  return Number.isFinite(unit) ? unit : null;
}

/** A sum of products of powers, read from left to right. */
class Expression {
  /** @param {string} text */
  constructor(text) {
    /** @type {string[]} */
    this.tokens = [];
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.length) {
      const found = TOKEN.exec(text);
      if (!found) throw new Unreadable();
      this.tokens.push(found[1] === "**" ? "^" : found[1]);
    }
  }

  value() {
    const value = this.sum();
    if (this.tokens.length) throw new Unreadable();
    return value;
  }

  /** @param {string[]} which */
  takes(...which) {
    return which.includes(this.tokens[0]) ? this.tokens.shift() : undefined;
  }

  /** @returns {number} */
  sum() {
    let total = this.product();
    for (let sign = this.takes("+", "-"); sign; sign = this.takes("+", "-")) {
      const term = this.product();
      total = sign === "+" ? total + term : total - term;
    }
    return total;
  }

  product() {
    let product = this.signed();
    for (let sign = this.takes("*", "/"); sign; sign = this.takes("*", "/")) {
      const factor = this.signed();
      if (sign === "/" && factor === 0) throw new Unreadable();
      product = sign === "*" ? product * factor : product / factor;
    }
    return product;
  }

  /** @returns {number} */
  signed() {
    const sign = this.takes("+", "-");
    return sign === "-" ? -this.power() : this.power();
  }

  power() {
    const base = this.atom();
    if (!this.takes("^")) return base;
    const exponent = this.signed();
    const power = base ** exponent;
    const isOfNumbers = Number.isFinite(base) && Number.isFinite(exponent);
    if (isOfNumbers && !Number.isFinite(power)) throw new Unreadable();
    return power;
  }

  atom() {
    if (this.takes("(")) {
      const value = this.sum();
      if (!this.takes(")")) throw new Unreadable();
      return value;
    }
    const token = this.tokens.shift();
    if (token === undefined || !WHOLE_NUMBER.test(token)) throw new Unreadable();
    return Number(token);
  }
}
