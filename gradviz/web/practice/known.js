// A run as far as it is known, as gradviz/exercises/practice/picture.py covers it.

/**
 * The run without the numbers that are asked, nor what would give them away.
 * @param {Run} run
 * @param {EdgeWords[]} edges
 * @param {Pick<Blank, "kind" | "at">[]} hidden
 * @returns {Run}
 */
export function known(run, edges, hidden) {
  const covers = (/** @type {Blank["kind"]} */ kind, /** @type {number} */ at) =>
    hidden.some((blank) => blank.kind === kind && blank.at === at);
  const seen = (/** @type {Values} */ values, /** @type {Blank["kind"]} */ kind) =>
    Array.from(values, (value, at) => (covers(kind, at) ? null : value));
  const flows = Array.from(run.flows, (flow, edge) => {
    const { from, to } = edges[edge];
    const isCovered = covers("local", edge) || covers("gradient", from) || covers("gradient", to);
    return isCovered ? null : flow;
  });
  return {
    primals: seen(run.primals, "value"),
    locals: seen(run.locals, "local"),
    adjoints: seen(run.adjoints, "gradient"),
    flows,
    sent: run.sent,
  };
}

/**
 * How many blanks were right at the first try, after others, after hints, how many were shown, and
 * how many are open.
 * @param {BlankState[]} blanks
 */
export function resultOf(blanks) {
  const result = { n: blanks.length, right: 0, tries: 0, hints: 0, shown: 0, open: 0 };
  for (const { found, tries, hints } of blanks) {
    if (!found) result.open++;
    else if (found === "shown") result.shown++;
    else if (hints) result.hints++;
    else if (tries) result.tries++;
    else result.right++;
  }
  return result;
}
