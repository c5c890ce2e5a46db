// The curve of a plot, by the programs of its function.

import { prepared } from "../numbers/program.js";

/**
 * What gives the value and the slope anywhere; null where no program holds.
 * @param {Program[]} programs one for each trace
 * @returns {(x: number) => [number, number] | null}
 */
export function curveOf(programs) {
  const ready = programs.map(prepared);
  return (x) => {
    for (const run of ready) {
      const found = run([x]);
      if (found) return [Number(found[0]), Number(found[1])];
    }
    return null;
  };
}
