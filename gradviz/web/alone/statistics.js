// What an array is like, in a few numbers, as gradviz/scene/words/statistics.py says it.

import { numeral } from "../numbers/numeral.js";
import { isMapped } from "../numbers/shapes.js";

/**
 * A share, of which one sees whether it is all or nothing.
 * @param {number} part
 * @param {number} all
 */
function percent(part, all) {
  const share = part / all;
  if (share > 0 && share < 0.001) return "< 0.1 %";
  if (share > 0.999 && share < 1) return "> 99.9 %";
  return `${numeral(100 * share, share > 0.1 ? 3 : 2)} %`;
}

/**
 * The statistics of an array in words, and whether they are loud.
 * @param {Say} say
 * @param {ArrayLike<number>} elements
 * @returns {[string, boolean]}
 */
export function arrayStatistics(say, elements) {
  const all = Array.from(elements);
  const count = all.length;
  const finite = all.filter(Number.isFinite);
  const nan = all.filter(Number.isNaN).length;
  const zeros = all.filter((each) => each === 0).length;
  const sum = finite.reduce((before, each) => before + each, 0);
  const told = !finite.length
    ? say("page.statistics.nothing")
    : zeros === finite.length
      ? say("page.statistics.only_zeros")
      : say("page.statistics.told", {
          least: numeral(finite.reduce((a, b) => Math.min(a, b))),
          greatest: numeral(finite.reduce((a, b) => Math.max(a, b))),
          mean: numeral(sum / finite.length),
          zeros: percent(zeros, count),
        });
  if (finite.length === count) return [told, false];
  const infinite = percent(count - finite.length - nan, count);
  return [say("page.statistics.loud", { nan: percent(nan, count), infinite, told }), true];
}

/**
 * What is said of a node that is shown as a map: of its value, of its gradient.
 * @param {Say} say
 * @param {Drawing} drawing
 * @param {ArrayLike<number | Float64Array | null>} numbers that a program gave
 * @param {string} id
 * @returns {NudgeLine[]}
 */
export function statisticsLines(say, { structure, statistics }, numbers, id) {
  if (id[0] !== "n") return [];
  const node = Number(id.slice(1));
  const { nodes, edges, shapes } = structure;
  const found = statistics?.[node] ?? [];
  if (!statistics && shapes && isMapped(shapes[node] ?? [])) {
    const sides = [numbers[node], numbers[nodes.length + edges.length + node]];
    sides.forEach((number, side) => {
      if (number === null || typeof number !== "object") return;
      const [told, isLoud] = arrayStatistics(say, number);
      const kind = side ? "page.statistics.gradient" : "page.statistics.value";
      found.push([say(kind, { told }), isLoud]);
    });
  }
  const label = say("page.statistics");
  return found.map(([told, isLoud]) => {
    return { label, formula: [["say", told]], agrees: isLoud ? false : null };
  });
}
