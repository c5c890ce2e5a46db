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
  return { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[key] ?? 0;
}

/**
 * A number as people write it; null if it is none.
 * @param {string} text
 */
export function parsed(text) {
  const plain = text
    .trim()
    .replace("−", "-")
    .replace(/^(-?\d+),(\d+)$/, "$1.$2");
  const value =
    { inf: Infinity, "-inf": -Infinity, "∞": Infinity, "-∞": -Infinity }[plain] ??
    Number(plain || NaN);
  return Number.isNaN(value) ? null : value;
}
