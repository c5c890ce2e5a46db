// Numbers as hands and keys give them.

/** @type {Record<string, number>} */
const STEPS = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 };

/** @type {Record<string, number>} */
const INFINITE = { inf: Infinity, "-inf": -Infinity, "∞": Infinity, "-∞": -Infinity };

/**
 * A number some steps away, without what rounding adds to it.
 * @param {number} from
 * @param {number} steps
 * @param {number} grain
 */
export function stepped(from, steps, grain) {
  const fine = grain * 1e-6;
  return Number((Math.round((from + steps * grain) / fine) * fine).toPrecision(12));
}

/**
 * How many steps a key asks for.
 * @param {KeyboardEvent} event
 */
export function stepsOf({ key, altKey, ctrlKey, metaKey }) {
  if (altKey || ctrlKey || metaKey) return 0;
  return STEPS[key] ?? 0;
}

/**
 * A number as people write it; null if it is none.
 * @param {string} text
 */
export function parsed(text) {
  const signed = text.trim().replace("−", "-");
  const plain = signed.replace(/^(-?\d+),(\d+)$/, "$1.$2");
  const value = INFINITE[plain] ?? Number(plain || NaN);
  return Number.isNaN(value) ? null : value;
}
