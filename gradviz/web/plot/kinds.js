// The kinds of plots: which numbers follow from what is set, and what is shown of them; the same as
// in gradviz/live/plots, whose classes have these names as their `kind`.

import { numeral } from "../numbers/numeral.js";
import { nearOf } from "./limit.js";

/**
 * The numbers at some values; null where no program of the curve holds.
 * @param {PlotGiven} given
 * @param {Record<string, number>} values
 * @param {(x: number) => [number, number] | null} curve
 */
export function workedOut(given, values, curve) {
  let holds = true;
  const f = (/** @type {number} */ x) => {
    const found = curve(x);
    holds &&= found !== null;
    return found ?? [NaN, NaN];
  };
  const near = (/** @type {number} */ x) => (curve(x) ?? [NaN])[0]; // need not hold
  const numbers = PLOTS[given.kind].numbers(f, values, given, near);
  return holds ? numbers : null;
}

/** @param {number} slope */
function wayOf(slope) {
  if (slope > 0) return "rising";
  if (slope < 0) return "falling";
  return slope === 0 ? "flat" : "none";
}

/** @param {string[][]} rows */
function table(rows) {
  return rows.map((cells) => cells.join("  ")).join("\n");
}

/**
 * Points, by their places along x and y.
 * @param {number[]} x
 * @param {number[]} y
 * @returns {[number, number][]}
 */
function pairs(x, y) {
  return x.map((each, at) => [each, y[at]]);
}

/**
 * How many significant digits of a value show its difference from a near one with six.
 * @param {number} value
 * @param {number} difference
 */
function digitsThatPart(value, difference) {
  let [digits, part] = [6, Math.abs(difference)];
  for (; part < Math.abs(value) && digits < 15; digits++) part *= 10;
  return digits;
}

/** @type {Record<string, Kind>} */
export const PLOTS = {
  tangent: {
    numbers: (f, { at }) => f(at),
    shown: (say, { at }, [value, slope]) => {
      const told = { at: numeral(at), value: numeral(value), slope: numeral(slope) };
      const text = say(`page.plot.tangent.${wayOf(slope)}`, told);
      return { text, title: text, marks: { tangent: [at, value, slope], point: [[at, value]] } };
    },
    grips: ({ at }, [value]) => ({ at: [at, value] }),
  },
  secants: {
    numbers: (f, { at, h }, _, near) => {
      const [value, slope] = f(at);
      const [moved] = f(at + h);
      return [value, slope, moved, h ? (moved - value) / h : NaN, ...nearOf(near, at, h)];
    },
    grips: ({ at, h }, [value, , moved]) => ({ at: [at, value], h: [at + h, moved] }),
    shown: (say, { at, h }, [value, slope, moved, quotient]) => {
      const digits = digitsThatPart(value, moved - value);
      const difference = `(${numeral(moved, digits)} − ${numeral(value, digits)})`;
      const step = numeral(h, 6);
      const told = { step, difference, quotient: numeral(quotient, 6) };
      const text = say("page.plot.secants.quotient", told);
      const marks = {
        tangent: [at, value, slope],
        secant: [at, value, quotient],
        steps: pairs([at, at + h, at + h], [value, value, moved]),
        points: pairs([at, at + h], [value, moved]),
        secant_slope: say("page.plot.secants.secant", { slope: numeral(quotient, 6) }),
        tangent_slope: say("page.plot.secants.tangent", { slope: numeral(slope, 6) }),
      };
      return { text, title: text, marks };
    },
  },
  error: {
    numbers: (f, { at }, { sizes }) => {
      const [value, slope] = f(at);
      return [slope, ...sizes.map((h) => (f(at + h)[0] - value) / h)];
    },
    shown: (say, _, [slope, ...quotients], { sizes }) => {
      const errors = quotients.map((quotient) => Math.abs(quotient - slope));
      const rows = sizes.map((h, at) => [
        numeral(h),
        numeral(quotients[at], 9),
        numeral(errors[at], 1),
      ]);
      const heads = ["h", say("page.plot.error.quotient"), say("page.plot.error.error")];
      const points = pairs(
        sizes,
        errors.map((error) => error || NaN),
      );
      return { text: table([heads, ...rows]), title: "", marks: { errors: points } };
    },
  },
  descent: {
    grips: ({ start }, numbers, { steps }) => ({ start: [start, numbers[steps + 1]] }),
    numbers: (f, { start, rate }, { steps }) => {
      const walk = [start];
      const heights = [];
      for (let step = 0; step < steps; step++) {
        const [value, slope] = f(walk[step]);
        heights.push(value);
        walk.push(walk[step] - rate * slope);
      }
      return [...walk, ...heights, f(walk[steps])[0]];
    },
    shown: (say, _values, numbers, { steps, called: [x, f] }) => {
      const walk = numbers.slice(0, steps + 1);
      const heights = numbers.slice(steps + 1);
      const short = walk.map((place) => numeral(place, 3));
      const way = short.length <= 6 ? short : [...short.slice(0, 4), "…", short[steps]];
      const ends = `${numeral(heights[0], 3)} → ${numeral(heights[steps], 3)}`;
      const text = say("page.plot.descent.way", { x, way: way.join(" → "), f, ends });
      const points = pairs(walk, heights);
      return { text, title: text, marks: { walk: points, start: points.slice(0, 1) } };
    },
  },
  layers: {
    numbers: () => [], // only Python has the networks
    shown: (say, _, numbers, { depths, marks }) => {
      let from = 0;
      const sizes = depths.map((depth) => numbers.slice(from, (from += depth)));
      const depth = Math.max(...depths);
      const heads = [...Array(depth).keys()].map((at) => String(at + 1));
      const rows = sizes.map((row, at) => [marks[at].name, ...row.map((size) => numeral(size, 3))]);
      const text = table([[say("page.plot.layers.layer"), ...heads], ...rows]);
      const points = sizes.map((row) => row.map((size, at) => [at + 1, size]));
      const at = Object.fromEntries(points.map((each, of) => [marks[of].name, each]));
      return { text, title: "", marks: at };
    },
  },
};
