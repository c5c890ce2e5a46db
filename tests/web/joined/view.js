// What JavaScript lacks, or has otherwise than IEEE 754 and Python. A program has those that it calls at its head.

/** x to the power of y: JavaScript's own is NaN for 1 and NaN, and for 1 and −1 and infinity. @param {number} x @param {number} y */
function pow(x, y) {
  return x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : Math.pow(x, y);
}

/** The size of x with the sign of y. @param {number} x @param {number} y */
function copysign(x, y) {
  return y < 0 || Object.is(y, -0) ? -Math.abs(x) : Math.abs(x);
}

/** To the nearest whole number, a tie to the even one. @param {number} x */
function rint(x) {
  const low = Math.floor(x), rest = x - low;
  if (!(rest >= 0)) return x; // infinite, or no number
  return copysign(rest < 0.5 || (rest === 0.5 && low % 2 === 0) ? low : low + 1, x);
}

/** What is left of x by y, with the sign of y. @param {number} x @param {number} y */
function mod(x, y) {
  const rest = x % y;
  return rest === 0 ? copysign(0, y) : rest < 0 !== y < 0 ? rest + y : rest;
}

/** How often y goes into x, as CPython works it out. @param {number} x @param {number} y */
function floordiv(x, y) {
  if (y === 0) return x / y;
  const rest = x % y, whole = (x - rest) / y - (rest !== 0 && rest < 0 !== y < 0 ? 1 : 0);
  if (whole === 0) return copysign(0, x / y);
  const low = Math.floor(whole);
  return whole - low > 0.5 ? low + 1 : low;
}

/** To so many decimal digits, by the exact number; a tie to the even digit. @param {number} x @param {number} digits */
function round(x, digits) {
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

// What programs of arrays are made of. Arrays are flat; which elements belong together, Python has worked out: `places` says where
// they are. A part of an array is the array and the places of its elements.

/** An array of so many zeros. @param {number} size */
function zeros(size) {
  return new Float64Array(size);
}

/** Where elements are: so many along each axis, so far apart. @param {number} start @param {number[]} lengths @param {number[]} strides */
function places(start, lengths, strides) {
  let all = Int32Array.of(start);
  lengths.forEach((length, axis) => {
    const more = new Int32Array(all.length * length);
    let n = 0;
    for (const at of all) for (let k = 0; k < length; k++) more[n++] = at + k * strides[axis];
    all = more;
  });
  return all;
}

/** The places of so many elements, one after another. @param {number} size */
function all(size) {
  return places(0, [size], [1]);
}

/** A function of numbers, for each element. @param {Float64Array} z @param {Row} f @param {Picked[]} parts */
function each(z, f, ...parts) {
  const [[x, p], [y, q] = [x, p], [w, r] = [x, p]] = parts;
  if (parts.length === 1) for (let i = 0; i < z.length; i++) z[i] = f(x[p[i]]);
  else if (parts.length === 2) for (let i = 0; i < z.length; i++) z[i] = f(x[p[i]], y[q[i]]);
  else for (let i = 0; i < z.length; i++) z[i] = f(x[p[i]], y[q[i]], w[r[i]]);
  return z;
}

/** Picked put at places of z, which is left as it is elsewhere. @param {Float64Array} z @param {Int32Array} to @param {Picked} part */
function move(z, to, [x, p]) {
  for (let i = 0; i < p.length; i++) z[to[i]] = x[p[i]];
  return z;
}

/** Picked added at places of z, which is zero otherwise. @param {Float64Array} z @param {Int32Array} to @param {Picked} part */
function put(z, to, [x, p]) {
  z.fill(0);
  for (let i = 0; i < p.length; i++) z[to[i]] += x[p[i]];
  return z;
}

/** Sums of products: of each operand, where the terms of each sum begin, and how far from there they are. @param {Float64Array} z @param {Terms[]} operands */
function sum(z, ...operands) {
  const [[x, p, a], [y, q, b] = [x, p, a]] = operands;
  for (let i = 0; i < z.length; i++) {
    let total = 0;
    if (operands.length === 1) for (let k = 0; k < a.length; k++) total += x[p[i] + a[k]];
    else if (operands.length === 2) for (let k = 0; k < a.length; k++) total += x[p[i] + a[k]] * y[q[i] + b[k]];
    else for (let k = 0; k < a.length; k++) total += operands.reduce((product, [w, r, c]) => product * w[r[i] + c[k]], 1);
    z[i] = total;
  }
  return z;
}

/** A function of two numbers applied again and again; to none, it is 1. @param {Float64Array} z @param {Row} f @param {Terms} operand */
function reduce(z, f, [x, p, a]) {
  for (let i = 0; i < z.length; i++) {
    let total = a.length ? x[p[i] + a[0]] : 1;
    for (let k = 1; k < a.length; k++) total = f(total, x[p[i] + a[k]]);
    z[i] = total;
  }
  return z;
}

/** Sums of all up to each element, along an axis of so many that are `stride` apart. @param {Float64Array} z @param {number} length @param {number} stride @param {Picked} part */
function cumsum(z, length, stride, [x, p]) {
  for (let i = 0; i < z.length; i++) z[i] = i % (length * stride) < stride ? x[p[i]] : z[i - stride] + x[p[i]];
  return z;
}

/** Which is the largest, or if `sign` is −1 the smallest: the first of several, and before all what is no number. @param {Float64Array} z @param {number} sign @param {Terms} operand */
function argmax(z, sign, [x, p, a]) {
  for (let i = 0; i < z.length; i++) {
    let best = 0;
    for (let k = 1; k < a.length; k++) {
      const most = sign * x[p[i] + a[best]], other = sign * x[p[i] + a[k]];
      if (most === most && !(other <= most)) best = k;
    }
    z[i] = best;
  }
  return z;
}

/** Whether two parts are the same, to the bit. @param {Picked} part @param {Picked} other */
function same([x, p], [y, q]) {
  for (let i = 0; i < p.length; i++) if (!Object.is(x[p[i]], y[q[i]])) return false;
  return true;
}

/** Whether elements increase in each row of an order. @param {ArrayLike<number>} order @param {Terms} operand */
function ordered(order, [x, p, a]) {
  for (let i = 0; i < p.length; i++) {
    for (let k = 1; k < a.length; k++) {
      const at = i * a.length + k;
      if (!(x[p[i] + a[order[at - 1]]] < x[p[i] + a[order[at]]])) return false;
    }
  }
  return true;
}

// How numbers are printed.

const FEW = 4; // elements of a vector that are sent, and printed, one by one

/**
 * A number, or an array, as a reader wants it; the same rule as gradviz.numerals.numeral in Python.
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
    return shape[0] <= few ? `[${elements.map((element) => numeral(element, digits)).join(", ")}]` : `(${shape[0]},)`;
  }
  if (Number.isNaN(number)) return "nan";
  if (!Number.isFinite(number)) return number > 0 ? "∞" : "−∞";
  if (number === 0) return "0";
  const size = Math.abs(number);
  const exponent = Number(size.toExponential(digits - 1).split("e")[1]);
  const fixed = exponent < 21 ? size.toFixed(Math.min(100, Math.max(0, digits - 1 - exponent))) : "1e21";
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

/** Whether an array of this shape is sent whole. @param {number[]} shape */
function isWhole(shape) {
  return shape.length === 1 && shape[0] <= FEW;
}

/** How much flows back. @param {Value} flow */
function magnitude(flow) {
  return flow === null ? 0 : typeof flow === "object" ? Math.max(0, ...flow.elements.map(Math.abs)) : Math.abs(flow);
}

/** A number in full, as Python's float() reads it. @param {Value} number */
function full(number) {
  if (number === null) return "";
  if (typeof number === "object") return isWhole(number.shape) ? `[${number.elements.map(full).join(", ")}]` : "";
  if (Number.isNaN(number)) return "nan";
  if (!Number.isFinite(number)) return number > 0 ? "inf" : "-inf";
  return Object.is(number, -0) ? "-0.0" : String(number);
}

// Heat maps, cell by cell as gradviz/scene/heat.py makes them.

const ROWS = 16, COLUMNS = 24, MAP_WIDTH = 96, MAP_HEIGHT = 64, LARGEST_CELL = 10, LEVELS = 9;

/** Whether an array of this shape is shown as a map. @param {number[]} shape */
function isMapped(shape) {
  return shape.length > 0 && !isWhole(shape) && !shape.includes(0);
}

/** Of the table that an array is for its map: how many rows and columns. @param {number[]} shape @returns {[number, number]} */
function tableOf(shape) {
  const longer = shape.filter((length) => length !== 1);
  const columns = longer.pop() ?? 1;
  return [elementsIn(longer), columns];
}

/** How many elements an array of this shape has. @param {number[]} shape */
function elementsIn(shape) {
  return shape.reduce((product, length) => product * length, 1);
}

/** Rows and columns of cells, and the size of a cell in pixels. @param {number[]} shape @returns {[number, number, number]} */
function mapSize(shape) {
  let [rows, columns] = tableOf(shape);
  [rows, columns] = [Math.min(rows, ROWS), Math.min(columns, COLUMNS)];
  return [rows, columns, Math.min(LARGEST_CELL, Math.floor(MAP_WIDTH / columns), Math.floor(MAP_HEIGHT / rows))];
}

/** The cells of an array's map: of each block of elements, the largest by magnitude; nan if there is one. @param {Float64Array} elements @param {number[]} shape */
function cellsOf(elements, shape) {
  const [height, width] = tableOf(shape), [rows, columns] = mapSize(shape);
  const ends = (cell, cells, length) => [Math.floor((cell * length) / cells), Math.floor(((cell + 1) * length) / cells)];
  return Array.from({ length: rows * columns }, (_, cell) => {
    const [top, bottom] = ends(Math.floor(cell / columns), rows, height), [left, right] = ends(cell % columns, columns, width);
    let most = -Infinity, least = Infinity;
    for (let row = top; row < bottom; row++) {
      const part = elements.subarray(row * width + left, row * width + right);
      most = Math.max(most, ...part);
      least = Math.min(least, ...part);
    }
    return most >= -least ? most : least;
  });
}

/** @param {number[]} cells */
function largestCell(cells) {
  let most = 0;
  for (const cell of cells) if (Math.abs(cell) > most && Math.abs(cell) < Infinity) most = Math.abs(cell);
  return most;
}

/** What the shades of a map stand for. @param {number[]} cells */
function mapScale(cells) {
  const most = largestCell(cells);
  return (most ? "±" : "") + numeral(most, 3) + (cells.some(Number.isNaN) ? ", nan" : "");
}

/** The shade of a number; NaN of nan. @param {number} number @param {number} most */
function shade(number, most) {
  if (Number.isNaN(number)) return NaN;
  const level = Math.abs(number) > most ? LEVELS : most ? Math.floor((LEVELS * Math.abs(number)) / most + 0.5) : 0;
  return number > 0 ? level : -level || 0;
}

/** The cells as SVG. @param {Tensor} tensor whose elements are its cells */
function mapPicture({ shape, elements }) {
  const [rows, columns, cell] = mapSize(shape), most = largestCell(elements);
  /** @type {Map<number, string>} */
  const paths = new Map();
  let strokes = "";
  for (let row = 0; row < rows; row++) {
    for (let start = 0, end; start < columns; start = end) {
      const level = shade(elements[row * columns + start], most);
      for (end = start + 1; end < columns && Object.is(shade(elements[row * columns + end], most), level); ) end++;
      if (level !== 0) paths.set(level, `${paths.get(level) ?? ""}M${start * cell},${row * cell}h${(end - start) * cell}v${cell}h-${(end - start) * cell}z`);
      if (level < 0) for (let at = start; at < end; at++) strokes += `M${at * cell + 1},${row * cell + cell / 2}h${cell - 2}`;
    }
  }
  let made = "";
  for (let level = -LEVELS; level <= LEVELS; level++) {
    if (paths.has(level)) made += `<path class="gv-${level > 0 ? "above" : "below"}" opacity="${(Math.abs(level) / LEVELS).toFixed(2)}" d="${paths.get(level)}"/>`;
  }
  if (paths.has(NaN)) made += `<path class="gv-nan" d="${paths.get(NaN)}"/>`;
  return made + (strokes && `<path class="gv-minus" stroke-width="${cell / 8}" d="${strokes}"/>`);
}

/** The cells of a map in the page, which are drawn anew only when they change. */
class HeatMap {
  /** @param {Element} cells */
  constructor(cells) {
    this.cells = cells;
    this.shown = "";
  }

  /** @param {Tensor | null} tensor */
  draw(tensor) {
    const picture = tensor === null ? "" : mapPicture(tensor);
    if (picture !== this.shown) this.cells.innerHTML = this.shown = picture;
  }
}

/** What a card says of a value (`withShape`) or of a gradient; the same as `shown` in scene/numbers.py. @param {Value} number @param {boolean} withShape */
function shownOnCard(number, withShape) {
  if (number === null || typeof number !== "object" || !isMapped(number.shape)) return numeral(number);
  return withShape ? `${numeral(number)} ${mapScale(number.elements)}` : mapScale(number.elements);
}

/** What an edge's label says; the same as `on_edge` in scene/numbers.py. @param {Value} number */
function shownOnEdge(number) {
  if (number === null || typeof number !== "object") return numeral(number, 3);
  const much = magnitude(number);
  return (much === 0 ? "" : "±") + numeral(much, 3);
}

/** Which elements a cell stands for, and what it shows. @param {string} label @param {Tensor} tensor @param {number} row @param {number} column */
function cellWords(label, { shape, elements }, row, column) {
  const [height, width] = tableOf(shape), [rows, columns] = mapSize(shape);
  const number = elements[row * columns + column];
  const ends = (at, cells, length) => [Math.floor((at * length) / cells), Math.floor(((at + 1) * length) / cells) - 1];
  const [top, bottom] = ends(row, rows, height), [left, right] = ends(column, columns, width);
  if (top === bottom && left === right) return `${label}[${indexOf(shape, top * width + left).join(", ")}] = ${numeral(number)}`;
  const span = (name, from, to) => (from === to ? `${name} ${from}` : `${name}s ${from}–${to}`);
  return `${label}, ${height > 1 ? `${span("row", top, bottom)}, ` : ""}${span("column", left, right)}: largest ${numeral(number)}`;
}

/** The index of an element by its number. @param {number[]} shape @param {number} number */
function indexOf(shape, number) {
  const index = [];
  for (const length of [...shape].reverse()) {
    index.unshift(number % length);
    number = Math.floor(number / length);
  }
  return index;
}

// Formulas with places for numbers, as gradviz/scene/words/formula.py makes them: filled as text, and as MathML.

const MATH = "http://www.w3.org/1998/Math/MathML";
const KINDS = { value: "primals", adjoint: "adjoints", local: "locals", flow: "flows" };
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻";
const BREAKS = ["=", "+=", "+", "·", "×"]; // a line may end before these, and before words
const TOKENS = /(?<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)|(?<name>[\p{L}_][\p{L}\p{N}_₀-₉]*′?[₀-₉]*)|(?<number>\d[\d.]*)|(?<space>\s+)|(?<sign>\+=|.)/gu;

/** The number that belongs in a place. @param {Run} run @param {Place | Hidden} part @returns {Value} */
function numberAt(run, part) {
  if (part[0] !== "sent") return run[KINDS[part[0]]][part[1]];
  const [, index, light, of] = part; // hidden in a closed block, and known as soon as that is
  const known = (of === "adjoint" ? run.adjoints : run.primals)[light] !== null;
  return known && index >= 0 ? run.sent[index] : null;
}

/** @param {Part} part @param {Run} run @param {number} digits */
function partText(part, run, digits) {
  if (typeof part === "string") return part;
  const [kind, first, second] = part;
  if (kind === "name" || kind === "say") return first;
  if (kind === "∂" || kind === "Δ") return `${kind}${first}/${kind}${second}`;
  const shown = numeral(numberAt(run, /** @type {Place | Hidden} */ (part)), digits);
  return kind !== "sent" && second === 1 && shown.startsWith("−") ? `(${shown})` : shown;
}

/** A formula on a line, its places filled. @param {Formula} formula @param {Run} run @param {number} digits */
function formulaText(formula, run, digits = 4) {
  return formula.map((part) => partText(part, run, digits)).join("");
}

/** @param {string} tag @param {(Node | string)[]} children @param {string} [kind] */
function math(tag, children, kind) {
  const element = document.createElementNS(MATH, tag);
  if (kind) element.setAttribute("class", kind);
  if (tag === "mo") element.setAttribute("stretchy", "false");
  if (tag === "mi") element.setAttribute("mathvariant", "normal"); // names as they stand on the cards
  element.append(...children);
  return element;
}

/** A text of names, numbers and operators, after the elements that are there already. @param {string} text @param {Element[]} made */
function addTokens(text, made) {
  for (const { groups, 0: token } of text.matchAll(TOKENS)) {
    if (groups.raised && made.length) {
      const power = Array.from(token, (digit) => "0123456789−"[RAISED.indexOf(digit)]).join("");
      made.push(math("msup", [made.pop(), math("mn", [power])]));
    } else if (!groups.space) made.push(math(groups.name ? "mi" : groups.number ? "mn" : "mo", [token]));
  }
}

/** @param {Part} part @param {Run} run @param {Element[]} made */
function addPart(part, run, made) {
  if (typeof part === "string") return addTokens(part, made);
  const [kind, first, second] = part;
  if (kind === "name") made.push(math("mi", [first]));
  else if (kind === "say") made.push(...first.split(/(?<=, )/).map((words) => math("mtext", [words.replace(/^ | $/g, "\u00a0")])));
  else if (kind === "∂" || kind === "Δ") {
    made.push(math("mfrac", [first, second].map((name) => math("mrow", [math("mo", [kind]), math("mi", [name])]))));
  } else made.push(math("mn", [partText(part, run, 4)], { value: "gv-value", local: "gv-local" }[kind] ?? "gv-adjoint"));
}

/** The parts of a formula between which a line may end. @param {Element[]} made @returns {Element[][]} */
function pieces(made) {
  const all = [[]];
  for (const element of made) {
    const isSign = element.localName === "mo" && BREAKS.includes(element.textContent);
    if ((isSign || (element.localName === "mtext" && !element.textContent.startsWith(","))) && all.at(-1).length) {
      if (isSign) element.setAttribute("form", "infix"); // though nothing stands before it in its piece
      all.push([]);
    }
    all.at(-1).push(element);
  }
  return all;
}

/**
 * A formula as an element: MathML for the eye, the same as plain text for a screen reader.
 * @param {Formula} formula
 * @param {Run} run
 */
function formulaElement(formula, run) {
  const element = document.createElement("span");
  element.className = "gv-formula";
  const spoken = document.createElement("span");
  spoken.className = "gv-spoken";
  spoken.textContent = formulaText(formula, run);
  /** @type {Element[]} */
  const made = [];
  for (const part of formula) addPart(part, run, made);
  element.append(spoken);
  for (const piece of pieces(made)) {
    const shown = math("math", [math("mrow", piece)]);
    shown.setAttribute("aria-hidden", "true");
    element.append(shown, document.createElement("wbr"));
  }
  return element;
}

// The sweeps step by step, as gradviz/scene/words/steps.py takes them: what is known after so many steps.

/** The sum of what has come together and what comes. @param {Value} before @param {Value} flow @returns {Value} */
function added(before, flow) {
  if (before === null || flow === null) return flow;
  if (typeof before === "number" && typeof flow === "number") return before + flow;
  return typeof flow === "object" && typeof before === "object" ? { shape: flow.shape, elements: flow.elements.map((element, at) => element + before.elements[at]) } : flow;
}

/** Whether this is an array of which the page knows only a map: then what has come together of it is known when it is whole. @param {Value} number */
function isCut(number) {
  return number !== null && typeof number === "object" && isMapped(number.shape);
}

/**
 * A run as it stands after `step` steps (null: after all): what is not known yet is null.
 * @param {Run} run
 * @param {Structure} structure
 * @param {number | null} step
 * @returns {Run}
 */
function stateAt(run, { steps, edges }, step) {
  if (step === null) return run;
  const taken = steps.slice(0, step + 1);
  const known = Array.from(run.primals, () => true);
  for (const [kind, node] of steps) if (kind === "forward") known[node] = false;
  const flows = Array.from(run.flows, () => null), adjoints = Array.from(run.adjoints, () => null);
  for (const [kind, at] of taken) {
    if (kind === "forward") known[at] = true;
    else if (kind === "seed") {
      const used = new Set(edges.map(({ from }) => from));
      adjoints.forEach((_, node) => { if (!used.has(node)) adjoints[node] = run.adjoints[node]; });
    } else if (kind === "backward") {
      const { from } = edges[at];
      flows[at] = run.flows[at];
      if (!isCut(run.adjoints[from])) adjoints[from] = added(adjoints[from], run.flows[at]);
      else if (edges.every((edge, other) => edge.from !== from || flows[other] !== null)) adjoints[from] = run.adjoints[from];
    }
  }
  return {
    primals: Array.from(run.primals, (value, node) => (known[node] ? value : null)),
    locals: Array.from(run.locals, (value, edge) => (known[edges[edge].to] ? value : null)),
    adjoints, flows, sent: run.sent,
  };
}

// The picture: it arrives once, as SVG painted in Python; afterwards only its numbers change: texts, data-* attributes and the
// widths of what flows back. Nothing that stands on the page moves.

const SIDES = 13, LABEL_ROOM = 42, CHARACTER = 6; // pixels, as in scene/cards.py and compose.py: of a card beside its numbers, of a label, of a digit
const THICKEST = 9; // the largest that flows back along an edge, or 1 if all flows are smaller
const SEEN = 60; // pixels around what is in sight that are painted with it
const SVG = "http://www.w3.org/2000/svg";

/** A text that is written only when it changes. */
class Words {
  /** @param {Element} element @param {number} room in pixels, into which longer texts are condensed */
  constructor(element, room) {
    this.element = element;
    this.room = room;
    this.shown = element.textContent;
    this.node = element.firstChild ?? element.appendChild(document.createTextNode("")); // to change it is cheaper than to make another
  }

  /** @param {string} shown */
  write(shown) {
    if (shown === this.shown) return;
    const wasLong = this.isLong();
    this.node.nodeValue = this.shown = shown;
    if (this.isLong()) {
      this.element.setAttribute("textLength", String(this.room));
      this.element.setAttribute("lengthAdjust", "spacingAndGlyphs");
    } else if (wasLong) {
      this.element.removeAttribute("textLength");
      this.element.removeAttribute("lengthAdjust");
    }
  }

  isLong() {
    return this.shown.length * CHARACTER > this.room + 2;
  }
}

/** The elements of a picture, ready to be written. */
class Picture {
  /** @param {string} svg made by Python, with all texts escaped */
  constructor(svg) {
    const parsed = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
    this.svg = /** @type {SVGSVGElement} */ (/** @type {Element} */ (document.importNode(parsed, true)));
    const labels = this.groups("gv-label");
    this.nodes = this.groups("gv-node").map((g) => {
      const room = Number(g.querySelector(".gv-card").getAttribute("width")) - SIDES;
      const [value, adjoint] = [".gv-value", ".gv-adjoint"].map((kind) => new Words(g.querySelector(kind), room));
      const [x, y] = numbersIn(g.getAttribute("transform")), height = Number(g.querySelector(".gv-card").getAttribute("height"));
      const maps = ["value", "adjoint"].map((kind) => g.querySelector(`.gv-map[data-of="${kind}"] > .gv-cells`)).map((cells) => cells && new HeatMap(cells));
      return { g, title: g.querySelector("title"), value, adjoint, maps, box: [x, y, x + room + SIDES, y + height], numbers: [undefined, undefined] };
    });
    this.edges = this.groups("gv-edge").map((g, index) => {
      const label = labels[index] ?? null; // large graphs have none
      const [local, back] = [".gv-local", ".gv-back"].map((kind) => label && new Words(label.querySelector(kind), LABEL_ROOM));
      const hit = /** @type {SVGPathElement} */ (g.querySelector(".gv-wire").cloneNode()); // a wire is too thin to be met
      hit.setAttribute("class", "gv-hit");
      g.append(hit);
      const box = boundsOf(numbersIn(hit.getAttribute("d")));
      return { g, label, title: g.querySelector("title"), flow: g.querySelector(".gv-flow"), width: "", local, back, box, numbers: [undefined, undefined] };
    });
    this.blocks = this.groups("gv-block");
  }

  /** @param {string} kind @returns {SVGGElement[]} */
  groups(kind) {
    return Array.from(this.svg.querySelectorAll(`g.${kind}`));
  }

  /** Take a run to be shown: where its largest flow is decides about the widths of all. @param {Run} run */
  load(run) {
    this.run = run;
    this.largest = 1;
    for (const flow of run.flows) {
      const much = magnitude(flow);
      if (much > this.largest && much < Infinity) this.largest = much;
    }
  }

  /** How many parts there are to be filled: the nodes, and then the edges. */
  get size() {
    return this.nodes.length + this.edges.length;
  }

  /** Write the numbers of the run that belong to a part. @param {number} part */
  fill(part) {
    if (part < this.nodes.length) this.fillNode(this.nodes[part], this.run.primals[part], this.run.adjoints[part]);
    else this.fillEdge(part - this.nodes.length);
  }

  /** @param {Picture["nodes"][number]} node @param {Value} value @param {Value} adjoint */
  fillNode(node, value, adjoint) {
    if (changed(node.numbers, 0, value)) {
      node.g.setAttribute("data-value", full(value));
      node.value.write(shownOnCard(value, true));
      node.maps[0]?.draw(/** @type {Tensor | null} */ (value));
    }
    if (changed(node.numbers, 1, adjoint)) {
      node.g.setAttribute("data-adjoint", full(adjoint));
      node.adjoint.write(shownOnCard(adjoint, false));
      node.maps[1]?.draw(/** @type {Tensor | null} */ (adjoint));
    }
  }

  /** @param {number} index */
  fillEdge(index) {
    const edge = this.edges[index], local = this.run.locals[index], flow = this.run.flows[index];
    if (changed(edge.numbers, 0, local)) {
      edge.g.setAttribute("data-local", full(local));
      edge.local?.write(this.blank[index] ? "" : `∂ ${shownOnEdge(local)}`);
    }
    if (changed(edge.numbers, 1, flow)) {
      edge.g.setAttribute("data-flow", full(flow));
      edge.back?.write(`◂ ${shownOnEdge(flow)}`);
    }
    const width = flowWidth(flow, this.largest).toFixed(2);
    if (width !== edge.width) edge.flow.setAttribute("stroke-width", (edge.width = width));
  }

  /** The parts that can be seen now. @param {DOMRect} frame the part of the window in which the picture is shown @returns {number[]} */
  inSight(frame) {
    const here = this.svg.getBoundingClientRect(), scale = here.width / Number(this.svg.getAttribute("width")) || 1;
    const left = (Math.max(0, frame.left) - here.left) / scale - SEEN, right = (Math.min(innerWidth, frame.right) - here.left) / scale + SEEN;
    const top = (Math.max(0, frame.top) - here.top) / scale - SEEN, bottom = (Math.min(innerHeight, frame.bottom) - here.top) / scale + SEEN;
    const seen = [];
    [...this.nodes, ...this.edges].forEach(({ box: [x0, y0, x1, y1] }, part) => {
      if (x1 >= left && x0 <= right && y1 >= top && y0 <= bottom) seen.push(part);
    });
    return seen;
  }

  /** Which edges have no local derivative at all, so that they show none even when all is known. @type {boolean[]} */
  blank = [];

  /** The elements of a node or an edge by its id, such as n3 or e5. @param {string} id @returns {SVGGElement[]} */
  elements(id) {
    const index = Number(id.slice(1));
    if (id[0] === "n") return this.nodes[index] ? [this.nodes[index].g] : [];
    return this.edges[index] ? [this.edges[index].g, this.edges[index].label].filter(Boolean) : [];
  }

  /** Give these, and no others, a class. @param {string} kind @param {Iterable<string>} ids */
  mark(kind, ids) {
    for (const element of this.svg.querySelectorAll(`.${kind}`)) element.classList.remove(kind);
    for (const id of ids) for (const element of this.elements(id)) element.classList.add(kind);
  }
}

/** Whether a number is another than the one that is kept. @param {Value[]} kept @param {number} at @param {Value} number */
function changed(kept, at, number) {
  if (Object.is(kept[at], number)) return false;
  kept[at] = number;
  return true;
}

/** @param {string} text @returns {number[]} */
function numbersIn(text) {
  return (text.match(/-?[\d.]+/g) ?? []).map(Number);
}

/** The box around points x, y, x, y … @param {number[]} points */
function boundsOf(points) {
  const xs = points.filter((_, at) => at % 2 === 0), ys = points.filter((_, at) => at % 2 === 1);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** The width of what flows back, in pixels; the same rule as in scene/numbers.py. @param {Value} flow @param {number} largest */
function flowWidth(flow, largest) {
  const much = magnitude(flow);
  return much > 0 ? THICKEST * Math.sqrt(Math.min(1, much / largest)) : 0; // nothing flows, or nan
}

/** What goes back along an edge; the same rule as in graph.py. @param {EdgeWords} edge @param {number} adjoint @param {number} local */
function carried({ idle, choice }, adjoint, local) {
  return idle || (choice && local === 0) ? 0 : adjoint * local;
}

/** Numbers as Python would send them. @param {ArrayLike<number | Float64Array | null>} numbers @param {Structure} structure */
function sentOf(numbers, { shapes, nodes, edges }) {
  if (shapes === null) return Float64Array.from(/** @type {ArrayLike<number>} */ (numbers));
  return Float64Array.from(Array.from(numbers).flatMap((number, part) => {
    if (number === null || typeof number === "number") return number ?? [];
    if (!isMapped(shapes[part])) return Array.from(number);
    return isOfEdge(part, nodes.length, edges.length) ? number.reduce((most, each) => Math.max(most, Math.abs(each)), 0) : cellsOf(number, shapes[part]);
  }));
}

/** Whether a part of what is sent belongs to an edge: first come nodes, then edges, and both again. @param {number} part @param {number} nodes @param {number} edges */
function isOfEdge(part, nodes, edges) {
  return part % (nodes + edges) >= nodes;
}

/**
 * A run from the numbers that were sent; null if they do not belong to this structure.
 * @param {Float64Array} sent
 * @param {Structure} structure with `places`: where each number stands among those that are sent, if each is sent once; and `shapes`:
 * the shape of each, if there are arrays among them: then flows come too
 * @returns {Run | null}
 */
function runOf(sent, { nodes, edges, places, shapes }) {
  const cut = (all) => {
    const ends = [nodes.length, nodes.length + edges.length, 2 * nodes.length + edges.length];
    return { primals: all.slice(0, ends[0]), locals: all.slice(ends[0], ends[1]), adjoints: all.slice(ends[1], ends[2]), flows: all.slice(ends[2]), sent };
  };
  if (shapes === null) {
    const numbers = places === null ? sent : Float64Array.from(places, (place) => sent[place]);
    if (numbers.length !== 2 * nodes.length + edges.length) return null;
    const run = cut(numbers);
    return { ...run, flows: Float64Array.from(edges, (edge, index) => carried(edge, run.adjoints[edge.to], run.locals[index])) };
  }
  let at = 0;
  const all = shapes.map((shape, part) => {
    if (shape === null) return null;
    if (shape.length === 0) return sent[at++];
    const start = at, [rows, columns] = mapSize(shape);
    at += !isMapped(shape) ? elementsIn(shape) : isOfEdge(part, nodes.length, edges.length) ? 1 : rows * columns;
    return { shape, elements: Array.from(sent.subarray(start, at)) };
  });
  return at === sent.length ? cut(all) : null;
}

// Steps: play, pause, one step forward or back, scrub; and what the step just taken does.

const LONGEST_PLAY = 24_000, QUICKEST = 80, SLOWEST = 900; // milliseconds: of all steps, and of one
const ICONS = {
  first: "M3 2h2v12H3zM13 2v12L6 8z",
  back: "M11 2v12L4 8z",
  play: "M4 2l9 6-9 6z",
  pause: "M3 2h4v12H3zM9 2h4v12H9z",
  forward: "M5 2v12l7-6z",
  last: "M11 2h2v12h-2zM3 2v12l7-6z",
};

/** @template {keyof HTMLElementTagNameMap} Tag @param {Tag} tag @param {string} kind @param {Record<string, string>} attributes */
function make(tag, kind, attributes = {}) {
  const element = document.createElement(tag);
  element.className = kind;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/** @param {string} path @returns {SVGSVGElement} */
function icon(path) {
  const svg = document.createElementNS(SVG, "svg"), shape = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}

class Player {
  /** @param {(step: number | null) => void} go what to do to show a step; null shows all */
  constructor(go) {
    this.go = go;
    this.step = null;
    this.last = 0;
    this.timer = 0;
    this.element = make("div", "gv-player", { role: "group", "aria-label": "steps of the two sweeps" });
    this.buttons = {};
    for (const [name, label, act] of /** @type {[string, string, () => void][]} */ ([
      ["first", "to the first step", () => this.jump(0)],
      ["back", "one step back", () => this.jump(this.now - 1)],
      ["play", "play", () => (this.timer ? this.pause() : this.play())],
      ["forward", "one step forward", () => this.jump(this.now + 1)],
      ["last", "show all", () => this.jump(null)],
    ])) {
      const button = make("button", `gv-button gv-${name}`, { type: "button", "aria-label": label, title: label });
      button.append(icon(ICONS[name]));
      button.addEventListener("click", act);
      this.buttons[name] = button;
    }
    this.scrub = make("input", "gv-scrub", { type: "range", min: "0", step: "1", "aria-label": "step" });
    this.scrub.addEventListener("input", () => this.jump(Number(this.scrub.value)));
    this.count = make("span", "gv-count");
    this.element.append(...Object.values(this.buttons), this.scrub, this.count);
  }

  /** Where the sweeps stand; at the end if all is shown. */
  get now() {
    return this.step ?? this.last;
  }

  /** Go to a step by hand, which ends playing. @param {number | null} step */
  jump(step) {
    this.pause();
    this.go(step === null ? null : Math.max(0, Math.min(this.last, step)));
  }

  play() {
    this.go(this.now >= this.last ? 0 : this.now);
    const pace = Math.max(QUICKEST, Math.min(SLOWEST, LONGEST_PLAY / (this.last + 1)));
    this.timer = setInterval(() => (this.now >= this.last ? this.pause() : this.go(this.now + 1)), pace);
    this.showButton("pause");
  }

  pause() {
    clearInterval(this.timer);
    this.timer = 0;
    this.showButton("play");
  }

  /** @param {"play" | "pause"} name */
  showButton(name) {
    if (this.buttons.play.title === name) return;
    this.buttons.play.title = name;
    this.buttons.play.setAttribute("aria-label", name);
    this.buttons.play.replaceChildren(icon(ICONS[name]));
  }

  /** @param {number | null} step @param {number} last */
  show(step, last) {
    this.step = step;
    this.last = last;
    this.scrub.max = String(last);
    this.scrub.value = String(this.now);
    this.count.textContent = step === null ? `all ${last} steps` : `step ${step} of ${last}`;
    this.scrub.setAttribute("aria-valuetext", this.count.textContent);
    this.buttons.first.disabled = this.buttons.back.disabled = this.now === 0;
    this.buttons.forward.disabled = this.now === last;
    this.buttons.last.disabled = step === null;
  }
}

/** The words of a step. @param {Structure} structure @param {number | null} step @returns {Formula} */
function stepWords({ steps, nodes, edges, start, seed }, step) {
  if (step === null) return [];
  const [kind, at] = steps[step];
  if (kind === "start") return start;
  if (kind === "forward") return nodes[at].value;
  if (kind === "seed") return seed;
  return [...edges[at].flow, ...edges[at].soFar];
}

/** The node or the edge at which a step is taken, by its id. @param {Step} step @returns {string[]} */
function stepPlace([kind, at]) {
  return kind === "start" ? [] : [`${kind === "backward" ? "e" : "n"}${at}`];
}

// The notebook around a figure: it keeps the keys that run a cell and save, and gets the focus back when a person points at it.

const S = 83; // on keyboards of any language

/**
 * All other keys stay in the figure.
 * @param {HTMLElement} el
 * @returns {() => void} what ends that
 */
function shareKeys(el) {
  const cell = () => /** @type {HTMLElement | null | undefined} */ (el.parentElement?.closest("[tabindex]"));
  const done = new AbortController(), { signal } = done;
  el.setAttribute("data-lm-suppress-shortcuts", "true"); // or JupyterLab takes the keys …
  el.addEventListener("keydown", (event) => event.stopPropagation(), { signal }); // … and its notebook the focus
  el.addEventListener("keydown", (event) => {
    const runs = event.key === "Enter" && (event.shiftKey || event.ctrlKey || event.altKey || event.metaKey);
    if (!runs && !(event.keyCode === S && (event.ctrlKey || event.metaKey))) return;
    event.stopPropagation(); // a button is not to be pressed by it, nor a card opened
    if (runs) cell()?.focus({ preventScroll: true });
    const isUnanswered = (cell() ?? el.parentNode).dispatchEvent(new KeyboardEvent("keydown", event));
    if (runs || !isUnanswered) event.preventDefault();
  }, { capture: true, signal });
  document.addEventListener("pointerdown", (event) => { // which JupyterLab keeps from moving the focus
    if (el.contains(document.activeElement) && !event.composedPath().includes(el)) cell()?.focus({ preventScroll: true });
  }, { capture: true, signal });
  return () => done.abort();
}

// Why: the panel that explains the node or the edge that is selected.

class Reasons {
  /** @param {() => void} close @param {(index: string) => void} pick an element @param {(label: string) => void} open an array */
  constructor(close, pick, open) {
    this.open = open;
    this.element = make("section", "gv-why", { "aria-label": "explanation" });
    this.heading = make("div", "gv-heading");
    this.lines = make("div", "gv-lines");
    const button = make("button", "gv-button gv-close", { type: "button", "aria-label": "close the explanation", title: "close" });
    button.append(icon("M4 3l4 4 4-4 1 1-4 4 4 4-1 1-4-4-4 4-1-1 4-4-4-4z"));
    button.addEventListener("click", close);
    this.opener = make("button", "gv-button gv-open-array", { type: "button" });
    this.opener.textContent = "open into single gates";
    this.index = make("input", "gv-index", { type: "text", "aria-label": "index of an element", spellcheck: "false", autocomplete: "off" });
    this.index.addEventListener("change", () => pick(this.index.value));
    this.ofArray = make("div", "gv-of-array");
    const label = make("label", "");
    label.append("one element: [ ", this.index, " ]");
    this.ofArray.append(label, this.opener);
    this.opener.addEventListener("click", () => this.open(this.label));
    this.element.append(this.heading, button, this.lines, this.ofArray);
    this.element.hidden = true;
  }

  /**
   * @param {Structure} structure
   * @param {Run} state
   * @param {string} id of a node or an edge; empty if none is selected
   * @param {Nudges} nudges what comes of moving the value a little
   * @param {string} index of an element of an array
   */
  show(structure, state, id, nudges, index) {
    const said = id === "" ? null : id[0] === "n" ? nodeReasons(structure, Number(id.slice(1))) : edgeReasons(structure, Number(id.slice(1)));
    this.element.hidden = said === null;
    if (said === null) return;
    this.heading.replaceChildren(...said.heading);
    const node = id[0] === "n" ? structure.nodes[Number(id.slice(1))] : null, shape = structure.shapes?.[Number(id.slice(1))] ?? [], isArray = shape.length > 0;
    this.ofArray.hidden = !node || (!isArray && !node.openable);
    this.index.parentElement.hidden = !isArray;
    this.index.placeholder = shape.map((length) => Math.max(0, length - 1)).join(", "); // the last there is
    this.opener.hidden = !node?.openable;
    this.label = node?.label;
    if (document.activeElement !== this.index) this.index.value = index;
    const rows = said.rows.map(([label, formula]) => reasonRow(label, formulaElement(formula, state)));
    for (const { label, formula, agrees } of nudges.of === id ? nudges.lines : []) {
      const row = reasonRow(label, formulaElement(formula, state));
      row.classList.add(agrees === false ? "gv-disagrees" : "gv-ghost");
      rows.push(row);
    }
    this.lines.replaceChildren(...rows);
  }
}

/** @param {string} label @param {Element} content */
function reasonRow(label, content) {
  const row = make("div", "gv-row"), name = make("span", "gv-label-of-row");
  name.textContent = label;
  row.append(name, content);
  scrolls(row);
  return row;
}

/** Let a box be scrolled by keyboard while what is in it is wider than it, be it that fonts come late. @param {HTMLElement} box */
function scrolls(box) {
  const watch = new ResizeObserver(() => {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  });
  for (const each of [box, ...box.children]) watch.observe(each);
}

/** @param {Structure} structure @param {number} index @returns {{heading: (Node | string)[], rows: [string, Formula][]} | null} */
function nodeReasons({ nodes, edges }, index) {
  const node = nodes[index];
  if (!node) return null;
  const arriving = edges.filter(({ to }) => to === index);
  return {
    heading: [titled(node.label), node.kind, ...(node.source ? [sourced(node.source)] : [])],
    rows: [
      ["value", node.value],
      ...arriving.map(({ local }, count) => /** @type {[string, Formula]} */ ([count ? "" : arriving.length > 1 ? "local derivatives" : "local derivative", local])),
      ["gradient", node.adjoint],
    ],
  };
}

/** @param {Structure} structure @param {number} index @returns {{heading: (Node | string)[], rows: [string, Formula][]} | null} */
function edgeReasons({ nodes, edges }, index) {
  const edge = edges[index];
  if (!edge) return null;
  return {
    heading: [titled(`${nodes[edge.from].label} → ${nodes[edge.to].label}`), nodes[edge.to].kind],
    rows: [["local derivative", edge.local], ["flows back", edge.flow]],
  };
}

/** @param {string} text */
function titled(text) {
  const name = make("span", "gv-title");
  name.textContent = text;
  return name;
}

/** @param {string} text */
function sourced(text) {
  const source = make("code", "gv-source");
  source.textContent = text;
  return source;
}

/** What leads to the number that is selected: the edges whose flows it gathers, or the two factors of a flow. @param {Structure} structure @param {string} id */
function because({ edges }, id) {
  const index = Number(id.slice(1));
  if (id === "") return [];
  if (id[0] === "e") return edges[index] ? [`n${edges[index].to}`] : [];
  return edges.flatMap(({ from }, edge) => (from === index ? [`e${edge}`] : []));
}

// The hand on the number: an input's value is dragged, typed, or stepped with the arrow keys, on its card.

const PIXELS_A_STEP = 2, SLACK = 3; // of a drag; and how far a click may slip

class Hands {
  /**
   * @param {HTMLElement} stage
   * @param {(input: number, value: number) => void} set
   */
  constructor(stage, set) {
    this.stage = stage;
    this.set = set;
    this.editor = make("input", "gv-editor", { type: "text", inputmode: "decimal", autocomplete: "off", spellcheck: "false" });
    this.editor.hidden = true;
    this.editor.addEventListener("keydown", (event) => this.key(event));
    this.editor.addEventListener("blur", () => this.close(true));
    stage.append(this.editor);
    this.input = -1;
    this.dragging = false;
  }

  /** Make the inputs' cards of a picture draggable. @param {Picture} picture @param {NodeWords[]} nodes @param {() => Run} run */
  hold(picture, nodes, run) {
    this.picture = picture;
    this.nodes = nodes;
    this.run = run;
    nodes.forEach(({ input }, index) => {
      if (input === null) return;
      const { g } = picture.nodes[index];
      g.classList.add("gv-held");
      g.addEventListener("pointerdown", (event) => this.grasp(event, index));
      g.addEventListener("touchmove", (event) => { // Chromium minds no touch-action inside a picture
        if (this.dragging && event.cancelable) event.preventDefault();
      }, { passive: false });
      g.addEventListener("dblclick", () => this.open(index));
    });
  }

  /** @param {number} index @param {number} steps */
  moved(index, steps, from = Number(this.run().primals[index])) {
    this.set(index, stepped(from, steps, this.nodes[index].input.grain));
  }

  /** @param {PointerEvent} event @param {number} index */
  grasp(event, index) {
    if (event.button !== 0 || this.input === index) return;
    const g = /** @type {Element} */ (event.currentTarget);
    const { clientX: start, clientY } = event, from = Number(this.run().primals[index]), { least, most } = this.nodes[index].input;
    /** @param {PointerEvent} move */
    const move = (move) => {
      const way = Math.abs(move.clientX - start);
      if (!this.dragging && (way <= SLACK || way < Math.abs(move.clientY - clientY))) return; // a finger that goes down scrolls
      if (!this.dragging) g.classList.add("gv-dragged");
      this.dragging = true;
      const { grain } = this.nodes[index].input;
      const wanted = from + Math.round((move.clientX - start) / PIXELS_A_STEP) * grain * (move.shiftKey ? 0.1 : 1);
      this.moved(index, 0, Math.max(Math.min(least, from), Math.min(Math.max(most, from), wanted)));
    };
    const end = () => {
      g.classList.remove("gv-dragged");
      g.removeEventListener("pointermove", move);
      this.dragging = false;
      for (const kind of ["pointerup", "pointercancel", "lostpointercapture"]) g.removeEventListener(kind, end);
    };
    g.setPointerCapture(event.pointerId);
    g.addEventListener("pointermove", move);
    for (const kind of ["pointerup", "pointercancel", "lostpointercapture"]) g.addEventListener(kind, end);
  }

  /** Write in place of the number. @param {number} index @param {string} [text] */
  open(index, text) {
    if (!this.nodes[index]?.input || !Number.isFinite(this.nodes[index].input.grain)) return;
    const value = this.picture.nodes[index].g.querySelector(".gv-card").getBoundingClientRect();
    const frame = this.stage.getBoundingClientRect(), scale = value.height / 58;
    Object.assign(this.editor.style, {
      left: `${value.x - frame.x + this.stage.scrollLeft + 2}px`, top: `${value.y - frame.y + 20 * scale}px`,
      width: `${value.width - 4}px`, height: `${20 * scale}px`, fontSize: `${12 * scale}px`,
    });
    this.input = index;
    this.before = Number(this.run().primals[index]);
    this.editor.value = text ?? full(this.before);
    this.editor.setAttribute("aria-label", this.nodes[index].label);
    this.editor.setAttribute("aria-invalid", "false");
    this.editor.hidden = false;
    this.editor.focus();
    if (text === undefined) this.editor.select();
  }

  /** @param {boolean} keep */
  close(keep) {
    const index = this.input;
    if (index < 0) return;
    const value = parsed(this.editor.value);
    this.input = -1;
    this.editor.hidden = true;
    if (keep && value !== null && value !== this.before) this.set(index, value);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const index = this.input, steps = stepsOf(event);
    if (steps) {
      event.preventDefault();
      const from = parsed(this.editor.value) ?? this.before;
      const value = stepped(from, steps, this.nodes[index].input.grain);
      this.editor.value = full(value);
      this.before = value;
      this.set(index, value);
    } else if (event.key === "Enter" || event.key === "Escape") {
      event.preventDefault();
      if (event.key === "Enter" && parsed(this.editor.value) === null) {
        this.editor.setAttribute("aria-invalid", "true");
        return;
      }
      this.close(event.key === "Enter");
      this.picture.nodes[index].g.focus();
    }
  }
}

/** A number some steps away, without what rounding adds to it. @param {number} from @param {number} steps @param {number} grain */
function stepped(from, steps, grain) {
  const fine = grain * 1e-6;
  return Number((Math.round((from + steps * grain) / fine) * fine).toPrecision(12));
}

/** How many steps a key asks for. @param {KeyboardEvent} event */
function stepsOf({ key, altKey, ctrlKey, metaKey }) {
  if (altKey || ctrlKey || metaKey) return 0;
  return { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[key] ?? 0;
}

/** A number as people write it; null if it is none. @param {string} text */
function parsed(text) {
  const plain = text.trim().replace("−", "-").replace(/^(-?\d+),(\d+)$/, "$1.$2");
  const value = { inf: Infinity, "-inf": -Infinity, "∞": Infinity, "-∞": -Infinity }[plain] ?? Number(plain || NaN);
  return Number.isNaN(value) ? null : value;
}

// The sliders of a figure's inputs, where this page has their models. What is set on a card moves its slider at once, and is told by
// it: so while Python is busy the two never disagree, and what was set last is told last.

/** What a slider tells: where it stands, or what no JSON can tell. @param {Slider} slider */
function numberOf(slider) {
  const value = slider.get("value"), [beyond, at] = slider.get("beyond") ?? [];
  return at === value ? parsed(beyond) ?? NaN : value;
}

class Sliders {
  /** @param {Model<ViewState>} model */
  constructor(model) {
    this.model = model;
    /** @type {Record<string, Slider>} */
    this.models = {};
    this.find();
  }

  async find() {
    for (const [node, reference] of Object.entries(this.model.get("sliders") ?? {})) {
      try {
        this.models[node] = await this.model.widget_manager.get_model(reference.replace("IPY_MODEL_", ""));
      } catch {
        return; // another front end: Python moves its sliders
      }
    }
  }

  /** The inputs that are set with this one, because they have one slider. @param {number} input */
  tied(input) {
    const sliders = this.model.get("sliders") ?? {};
    return [input, ...Object.keys(sliders).map(Number).filter((other) => other !== input && sliders[other] === sliders[input])];
  }

  /** Move the slider of an input; tells whether that tells Python. @param {number} input @param {number} value */
  move(input, value) {
    const slider = this.models[input];
    if (slider?.get("_model_name") !== "FloatSliderModel") return false;
    const knows = slider.get("beyond") !== undefined; // it is no slider of the user's own, which may stand elsewhere than its inputs
    if (numberOf(slider) === value) return knows;
    if (Number.isFinite(value)) {
      const ends = { min: Math.min(slider.get("min"), value), max: Math.max(slider.get("max"), value) };
      slider.set({ ...ends, value, ...(knows && { beyond: [] }) }, { byHand: true });
    } else if (knows) slider.set({ beyond: [full(value), slider.get("value")] }, { byHand: true });
    else return false;
    try {
      slider.save_changes();
    } catch {} // the kernel is dead
    return true;
  }
}

// Elements of arrays: what a cell of a heat map shows, under the pointer; and one element by its index.

class Elements {
  /**
   * @param {HTMLElement} stage
   * @param {(node: number, index: string) => void} pick what to do when a cell is clicked
   */
  constructor(stage, pick) {
    this.stage = stage;
    this.tip = make("div", "gv-tip-text", { "aria-hidden": "true" });
    this.tip.hidden = true;
    stage.append(this.tip);
    stage.addEventListener("pointermove", (event) => this.hover(event));
    stage.addEventListener("pointerleave", () => { this.tip.hidden = true; });
    stage.addEventListener("click", (event) => {
      const cell = this.cellAt(event);
      if (cell) pick(cell.node, indexOf(cell.tensor.shape, cell.first).join(", "));
    });
  }

  /** @param {NodeWords[]} nodes @param {() => Run} state @param {string} output */
  load(nodes, state, output) {
    this.nodes = nodes;
    this.state = state;
    this.output = output;
  }

  /** The cell under the pointer. @param {MouseEvent} event */
  cellAt(event) {
    const map = /** @type {Element} */ (event.target).closest?.(".gv-map[data-of]"), g = map?.closest(".gv-node");
    if (!map || !g) return null;
    const node = Number(g.id.slice(1)), run = this.state();
    const tensor = map.getAttribute("data-of") === "value" ? run.primals[node] : run.adjoints[node];
    if (tensor === null || typeof tensor !== "object") return null;
    const [rows, columns] = mapSize(tensor.shape), [height, width] = tableOf(tensor.shape);
    const box = map.querySelector(".gv-frame").getBoundingClientRect();
    const at = (from, size, cells) => Math.max(0, Math.min(cells - 1, Math.floor(((from) / size) * cells)));
    const row = at(event.clientY - box.y, box.height, rows), column = at(event.clientX - box.x, box.width, columns);
    return { node, tensor, row, column, isValue: map.getAttribute("data-of") === "value", first: Math.floor((row * height) / rows) * width + Math.floor((column * width) / columns) };
  }

  /** @param {PointerEvent} event */
  hover(event) {
    const cell = this.cellAt(event);
    this.tip.hidden = cell === null;
    if (cell === null) return;
    const { label } = this.nodes[cell.node], frame = this.stage.getBoundingClientRect();
    this.tip.textContent = cellWords(cell.isValue ? label : `∂${this.output}/∂${label}`, cell.tensor, cell.row, cell.column);
    this.tip.style.left = `${Math.min(event.clientX - frame.x + this.stage.scrollLeft + 12, this.stage.scrollLeft + this.stage.clientWidth - this.tip.offsetWidth - 4)}px`;
    this.tip.style.top = `${event.clientY - frame.y + this.stage.scrollTop + 16}px`;
  }
}

/** The way to a box that is open: the whole, and box in box. */
class Path {
  /** @param {(depth: number) => void} go */
  constructor(go) {
    this.go = go;
    this.element = make("nav", "gv-path", { "aria-label": "what is open" });
  }

  /** @param {string[]} names */
  load(names) {
    this.element.hidden = names.length === 0;
    this.element.replaceChildren(...["the whole graph", ...names].flatMap((name, depth) => {
      const isHere = depth === names.length, step = make(isHere ? "span" : "button", isHere ? "gv-here" : "gv-button gv-back-to", isHere ? { "aria-current": "true" } : { type: "button" });
      step.textContent = name;
      if (!isHere) step.addEventListener("click", () => this.go(depth));
      return depth ? [" › ", step] : [step];
    }));
  }
}

// Nearer and farther: the picture fits the page unless a person zooms; then it is scrolled, or dragged by its paper.

const NEARER = 1.25, FARTHEST = 0.1, NEAREST = 4;

class Lens {
  /** @param {HTMLElement} stage @param {() => void} moved what to do when other parts have come in sight */
  constructor(stage, moved) {
    this.stage = stage;
    this.moved = moved;
    this.zoom = null; // pixels of the page for one of the picture; null: it fits
    this.element = make("div", "gv-lens", { role: "group", "aria-label": "size of the figure" });
    for (const [name, label, act] of /** @type {[string, string, () => void][]} */ ([
      ["−", "smaller", () => this.by(1 / NEARER)],
      ["fit", "fit the figure to the page", () => this.fit()],
      ["+", "larger", () => this.by(NEARER)],
    ])) {
      const button = make("button", "gv-button", { type: "button", "aria-label": label, title: label });
      button.textContent = name;
      button.addEventListener("click", act);
      this.element.append(button);
    }
    stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    stage.addEventListener("pointerdown", (event) => this.grasp(event));
    stage.addEventListener("scroll", () => this.moved(), { passive: true });
  }

  /** @param {SVGSVGElement} svg */
  hold(svg) {
    this.svg = svg;
    this.width = Number(svg.getAttribute("width"));
    this.set(this.zoom);
  }

  /** @param {number | null} zoom */
  set(zoom) {
    this.zoom = zoom;
    this.stage.classList.toggle("gv-zoomed", zoom !== null);
    this.svg.style.width = zoom === null ? "" : `${zoom * this.width}px`;
    this.svg.style.maxWidth = zoom === null ? "" : "none";
    this.svg.style.minWidth = zoom === null ? `${0.75 * this.width}px` : "0"; // smaller, and it could not be read: scroll instead
    this.moved();
  }

  /** All of it, however small. */
  fit() {
    this.set(this.width > this.stage.clientWidth ? this.stage.clientWidth / this.width : null);
  }

  /** Zoom, and keep what stands at a point of the window there. @param {number} factor @param {number} [x] @param {number} [y] */
  by(factor, x, y) {
    const before = this.svg.getBoundingClientRect(), frame = this.stage.getBoundingClientRect();
    x ??= frame.x + frame.width / 2;
    y ??= frame.y + Math.min(frame.height, innerHeight) / 2;
    const zoom = Math.max(FARTHEST, Math.min(NEAREST, (before.width / this.width) * factor));
    this.set(zoom);
    const after = this.svg.getBoundingClientRect(), scale = after.width / before.width;
    this.stage.scrollLeft += (x - before.x) * scale - (x - after.x);
    this.stage.scrollTop += (y - before.y) * scale - (y - after.y);
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return; // the page scrolls
    event.preventDefault();
    this.by(Math.exp(-event.deltaY / 300), event.clientX, event.clientY);
  }

  /** @param {PointerEvent} event */
  grasp(event) {
    const isPaper = !(/** @type {Element} */ (event.target).closest(".gv-node, .gv-edge, .gv-label, .gv-block > text, input"));
    if (event.button !== 0 || !isPaper || event.pointerType === "touch") return; // a finger scrolls by itself
    const { scrollLeft, scrollTop } = this.stage, { clientX, clientY } = event;
    if (this.stage.scrollWidth <= this.stage.clientWidth && this.stage.scrollHeight <= this.stage.clientHeight) return;
    const move = (/** @type {PointerEvent} */ { clientX: x, clientY: y }) => {
      this.stage.scrollLeft = scrollLeft + clientX - x;
      this.stage.scrollTop = scrollTop + clientY - y;
    };
    const end = () => {
      for (const kind of ["pointerup", "pointercancel", "lostpointercapture"]) this.stage.removeEventListener(kind, end);
      this.stage.removeEventListener("pointermove", move);
      this.stage.classList.remove("gv-dragging");
    };
    this.stage.setPointerCapture(event.pointerId);
    this.stage.classList.add("gv-dragging");
    this.stage.addEventListener("pointermove", move);
    for (const kind of ["pointerup", "pointercancel", "lostpointercapture"]) this.stage.addEventListener(kind, end);
  }
}

// Code beside the graph: the user's lines with their values, and the lines of the generated program.

class Code {
  /**
   * @param {(ids: string[]) => void} point what to do when a line is pointed at
   * @param {(id: string) => void} select
   */
  constructor(point, select) {
    this.point = point;
    this.select = select;
    this.element = make("section", "gv-code", { "aria-label": "code" });
    this.element.hidden = true;
    /** @type {{element: HTMLElement, number: HTMLElement, shows: Formula, ids: string[]}[]} */
    this.lines = [];
  }

  /** @param {Listing | null} code */
  load(code) {
    this.lines = [];
    this.element.replaceChildren();
    for (const note of code?.notes ?? []) {
      const element = make("p", "gv-note");
      element.textContent = note;
      this.element.append(element);
    }
    for (const [name, title] of /** @type {const} */ ([["source", "your function"], ["program", "the generated program"]])) {
      if (!code?.[name].length) continue;
      const list = make("ol", "gv-listing", { "aria-label": title }), heading = make("div", "gv-heading"), column = make("div", "gv-column");
      heading.textContent = title;
      for (const line of code[name]) list.append(this.line(line));
      column.append(heading, list);
      this.element.append(column);
    }
  }

  /** @param {Line} line */
  line({ text, shows, nodes, edges }) {
    const element = make("li", "gv-line"), code = make("code", ""), number = make("span", `gv-number gv-${shows.at(-1)?.[3] ?? shows.at(-1)?.[0]}`);
    const ids = [...nodes.map((node) => `n${node}`), ...edges.map((edge) => `e${edge}`)];
    code.textContent = text || " ";
    element.append(code, number);
    if (ids.length) {
      element.tabIndex = 0;
      for (const kind of ["pointerenter", "focus"]) element.addEventListener(kind, () => this.point(ids));
      for (const kind of ["pointerleave", "blur"]) element.addEventListener(kind, () => this.point([]));
      element.addEventListener("click", () => this.select(ids.at(-1)));
      element.addEventListener("keydown", (event) => {
        if (event.key === "Enter") this.select(ids.at(-1));
      });
    }
    this.lines.push({ element, number, shows, ids });
    return element;
  }

  /** @param {Run} state */
  fill(state) {
    for (const { number, shows } of this.lines) {
      const text = formulaText(shows, state);
      if (number.textContent !== text) number.textContent = text;
    }
  }

  /** Give the lines that belong to one of these a class. @param {string} kind @param {string[]} ids */
  mark(kind, ids) {
    for (const line of this.lines) line.element.classList.toggle(kind, line.ids.some((id) => ids.includes(id)));
  }
}

// Walking through the graph with the arrow keys: along edges, and up and down between neighbours.

/**
 * Where an arrow key leads from a node or an edge.
 * @param {Structure} structure
 * @param {Picture} picture
 * @param {string} id
 * @param {string} key
 * @returns {string | null}
 */
function walked({ nodes, edges }, picture, id, key) {
  const index = Number(id.slice(1)), isNode = id[0] === "n";
  /** @param {string} of */
  const height = (of) => picture.elements(of).at(-1).getBoundingClientRect().y;
  /** @param {(edge: {from: number, to: number}) => boolean} which */
  const among = (which) => edges.flatMap((edge, at) => (which(edge) ? [`e${at}`] : [])).sort((a, b) => height(a) - height(b));
  if (key === "ArrowLeft" || key === "ArrowRight") {
    const forward = key === "ArrowRight";
    if (!isNode) return `n${forward ? edges[index].to : edges[index].from}`;
    return among(({ from, to }) => (forward ? from : to) === index)[0] ?? null;
  }
  const column = isNode ? neighbours(nodes, picture, index) : among(({ from, to }) => from === edges[index].from || to === edges[index].to);
  return column[column.indexOf(id) + (key === "ArrowDown" ? 1 : -1)] ?? null;
}

/** The cards above and below one, with itself, from the top. @param {NodeWords[]} nodes @param {Picture} picture @param {number} index */
function neighbours(nodes, picture, index) {
  const boxes = nodes.map((_, node) => picture.nodes[node].g.querySelector(".gv-card").getBoundingClientRect()), here = boxes[index];
  const inColumn = boxes.flatMap((box, node) => (box.x < here.right && here.x < box.right ? [node] : []));
  return inColumn.sort((a, b) => boxes[a].y - boxes[b].y).map((node) => `n${node}`);
}

// The program of a graph as data: instructions that are performed one by one. Each names a row of the table, or a kernel for arrays,
// and has places in one memory: that of its result, and those of its operands. Nothing here is made of text.

/** Places as they are sent: a grid, or one by one. @param {Grid} grid */
function placesOf(grid) {
  return Array.isArray(grid[1]) ? places(grid[0], grid[1], /** @type {number[]} */ (grid[2])) : Int32Array.from(/** @type {number[]} */ (grid));
}

/** What an instruction for arrays does, by its kernel: `m` is the memory, `z` the part of it for the result. @type {Record<string, (m: Float64Array, z: Float64Array, ...given: any[]) => Action>} */
const KERNELS = {
  each: (m, z, row, ...grids) => {
    const f = TABLE[row], parts = grids.map((grid) => partOf(m, grid));
    return () => { each(z, f, ...parts); };
  },
  move: (m, z, to, from) => {
    const places = placesOf(to), part = partOf(m, from);
    return () => { move(z, places, part); };
  },
  put: (m, z, to, from) => {
    const places = placesOf(to), part = partOf(m, from);
    return () => { put(z, places, part); };
  },
  sum: (m, z, ...grids) => {
    const operands = grids.map((pair) => termsOf(m, pair));
    return () => { sum(z, ...operands); };
  },
  reduce: (m, z, row, pair) => {
    const operand = termsOf(m, pair);
    return () => { reduce(z, TABLE[row], operand); };
  },
  cumsum: (m, z, length, stride, grid) => {
    const part = partOf(m, grid);
    return () => { cumsum(z, length, stride, part); };
  },
  argmax: (m, z, sign, pair) => {
    const operand = termsOf(m, pair);
    return () => { argmax(z, sign, operand); };
  },
};

/** What decisions ask: whether the function still decides as it did. @type {Record<string, (m: Float64Array, ...given: any[]) => Action>} */
const DECISIONS = {
  must: (m, place, wanted) => () => (m[place] !== 0) === (wanted !== 0),
  same: (m, ...grids) => {
    const [part, other] = grids.map((grid) => partOf(m, grid));
    return () => same(part, other);
  },
  ordered: (m, order, pair) => {
    const operand = termsOf(m, pair);
    return () => ordered(order, operand);
  },
};

/** @param {Float64Array} m @param {Grid} grid @returns {Picked} */
function partOf(m, grid) {
  return [m, placesOf(grid)];
}

/** @param {Float64Array} m @param {[Grid, Grid]} pair @returns {Terms} */
function termsOf(m, [begin, apart]) {
  return [m, placesOf(begin), placesOf(apart)];
}

const ARITHMETIC = ["add", "subtract", "multiply", "divide", "negative"]; // done at once, not by a call
const ROW = ARITHMETIC.length, ACTION = ROW + 1;
const SPECIAL = { nan: NaN, inf: Infinity, "-inf": -Infinity, "-0": -0 };

/** An instruction made ready: what it is, the places of its result and its operands, and what it calls. @param {Float64Array} m @param {[string, ...any[]]} instruction @returns {{step: number[], action: Action}} */
function readied(m, [kernel, ...given]) {
  if (Object.hasOwn(DECISIONS, kernel)) return { step: [ACTION], action: DECISIONS[kernel](m, ...given) };
  if (Object.hasOwn(KERNELS, kernel)) {
    const [start, size, ...rest] = given;
    return { step: [ACTION], action: KERNELS[kernel](m, m.subarray(start, start + size), ...rest) };
  }
  const [z, x, y = x, w] = /** @type {number[]} */ (given), action = TABLE[kernel];
  if (w !== undefined) return { step: [ACTION], action: () => { m[z] = action(m[x], m[y], m[w]); } };
  return { step: [ARITHMETIC.includes(kernel) ? ARITHMETIC.indexOf(kernel) : ROW, z, x, y], action };
}

/** The numbers that Python sent. @param {DataView} view */
function unpacked(view) {
  const sent = new Float64Array(view.byteLength / 8);
  for (let i = 0; i < sent.length; i++) sent[i] = view.getFloat64(8 * i, true);
  return sent;
}

/** Constants: one by one, or as base64 of their 64 bits. @param {(number | string)[] | string} sent @returns {Float64Array} */
function received(sent) {
  if (typeof sent !== "string") return Float64Array.from(sent, (number) => SPECIAL[number] ?? number);
  return unpacked(new DataView(Uint8Array.from(atob(sent), (character) => character.charCodeAt(0)).buffer));
}

/** What reads numbers and arrays in memory. @param {Float64Array} m @param {Program["numbers"]} numbers @returns {() => ArrayLike<number | Float64Array | null>} */
function reader(m, numbers) {
  if (numbers.every((number) => typeof number === "number")) {
    const all = Int32Array.from(numbers);
    return () => {
      const read = new Float64Array(all.length);
      for (let i = 0; i < all.length; i++) read[i] = m[all[i]];
      return read;
    };
  }
  const grids = numbers.map((number) => (Array.isArray(number) ? placesOf(number) : number));
  return () => grids.map((at) => (typeof at === "number" ? m[at] : at && Float64Array.from(at, (place) => m[place])));
}

/**
 * A program made ready: a function of the inputs, in their order, that gives the numbers of a run; null where the traced function
 * decides otherwise.
 * @param {Program} program
 * @returns {(inputs: (number | ArrayLike<number>)[]) => ArrayLike<number | Float64Array | null> | null}
 */
function prepared({ size, constants, code, numbers }) {
  const m = new Float64Array(size), steps = new Int32Array(4 * code.length);
  for (const [place, sent] of constants) m.set(received(sent), place);
  const actions = code.map((instruction, at) => {
    const { step, action } = readied(m, instruction);
    steps.set(step, 4 * at);
    return action;
  });
  const read = reader(m, numbers);
  return (inputs) => {
    let place = 0;
    for (const input of inputs) {
      if (typeof input === "number") m[place++] = input;
      else {
        m.set(input, place);
        place += input.length;
      }
    }
    for (let at = 0; at < actions.length; at++) {
      const z = steps[4 * at + 1], x = steps[4 * at + 2], y = steps[4 * at + 3];
      switch (steps[4 * at]) {
        case 0: m[z] = m[x] + m[y]; break;
        case 1: m[z] = m[x] - m[y]; break;
        case 2: m[z] = m[x] * m[y]; break;
        case 3: m[z] = m[x] / m[y]; break;
        case 4: m[z] = -m[x]; break;
        case ROW: m[z] = /** @type {number} */ (actions[at](m[x], m[y])); break;
        default: if (actions[at]() === false) return null;
      }
    }
    return read();
  };
}

// What hands have set and Python has not spoken of yet: the page works out the numbers itself, and shows them until Python's own
// are there, however long that takes; its older answers are passed over. If Python is silent, that is said.

const PATIENCE = 3000; // milliseconds of silence
const UNDER_A_HAND = ".noUi-handle.noUi-active, .noUi-active .noUi-handle, .noUi-handle:focus, .widget-slider .widget-readout:focus";
const WHAT_TO_DO = "If the kernel is busy, wait; if not, start it and run the cell again.";

class Forecast {
  /** @param {Model<ViewState>} model @param {() => void} show what to do when there is something else to be shown */
  constructor(model, show) {
    this.model = model;
    this.show = show;
    this.run = null;
    /** By the node, an input. @type {Map<number, {value: number, card: boolean}>} */
    this.wanted = new Map();
    this.asked = ""; // the last that Python was asked, until it has dealt with that
    this.timer = 0;
    this.late = this.placing = false;
    /** @type {[number, Slider, () => void][]} */
    this.watched = [];
    this.ended = false;
    this.watch();
  }

  /** Listen to the sliders, where this page has their models. */
  async watch() {
    for (const [node, reference] of Object.entries(this.model.get("sliders") ?? {})) {
      try {
        const slider = await this.model.widget_manager.get_model(reference.replace("IPY_MODEL_", ""));
        if (this.ended) return;
        const handler = (...given) => this.slid(Number(node), numberOf(slider), given[2]?.byHand);
        for (const event of ["change:value", "change:beyond"]) slider.on(event, handler);
        this.watched.push([Number(node), slider, () => ["change:value", "change:beyond"].forEach((event) => slider.off(event, handler))]);
      } catch {
        return; // another front end: Python's answers are all there is
      }
    }
  }

  end() {
    this.ended = true;
    clearTimeout(this.timer);
    for (const [, , stop] of this.watched) stop();
  }

  /** Take another graph. @param {Structure} structure */
  load(structure) {
    this.structure = structure;
    this.program = structure.program && (structure.places ?? structure.shapes) ? prepared(structure.program) : null;
    this.drop();
  }

  /** A slider was moved: by a hand on it or on a card, or by Python, which then has spoken of it. @param {number} node @param {number} value @param {boolean} [byHand] */
  slid(node, value, byHand = false) {
    if (this.placing) return;
    if (byHand || document.querySelector(UNDER_A_HAND)) this.at(node, value);
    else if (this.wanted.get(node)?.card === false) {
      this.wanted.delete(node);
      this.heard();
      this.show();
    }
  }

  /** A hand has set an input. @param {number} node @param {number} value @param {boolean} [card] whether on its card */
  at(node, value, card = false) {
    this.wanted.set(node, { value, card });
    this.work();
    this.wait();
    this.show();
  }

  /** Python was asked for something. @param {string} asked */
  ask(asked) {
    this.asked = asked;
    this.wait();
  }

  wait() {
    if (this.late) this.silence();
    else if (!this.timer) this.timer = setTimeout(() => this.silence(), PATIENCE);
  }

  /** The newest numbers that Python sent. */
  answer() {
    return this.structure ? runOf(unpacked(this.model.get("numbers")), this.structure) : null;
  }

  /** Work out the numbers at what is wanted. */
  work() {
    const answer = this.answer();
    this.run = null;
    if (answer === null) return;
    if ([...this.wanted].every(([node, { value }]) => isSame(answer.primals[node], value))) this.wanted.clear();
    if (!this.program || !this.wanted.size) return;
    const numbers = this.program(this.inputs(answer));
    this.run = numbers === null ? null : runOf(sentOf(numbers, this.structure), this.structure); // null: the function decides otherwise there
  }

  /** What is wanted, and of other inputs what they are. @param {Run} answer @returns {(number | ArrayLike<number>)[]} */
  inputs(answer) {
    const others = this.structure.shapes && unpacked(this.model.get("arrays")); // what the answer has not, or not in full
    let place = 0;
    return this.structure.inputs.map((node) => {
      const value = node === null ? null : this.wanted.get(node)?.value ?? answer.primals[node];
      if (typeof value === "number") return value;
      const size = value === null ? 1 : elementsIn(value.shape);
      return value?.elements.length === size ? value.elements : others.subarray(place, (place += size));
    });
  }

  /** Python has spoken. */
  heard() {
    if (this.asked && this.model.get("answered") === this.asked) {
      this.asked = "";
      for (const [node, { card }] of this.wanted) if (card) this.wanted.delete(node);
    }
    this.work();
    clearTimeout(this.timer);
    this.timer = 0;
    this.late = false;
    if (this.wanted.size || this.asked) this.wait();
  }

  /** Python has spoken of something else: another graph, or an error. */
  drop() {
    this.wanted.clear();
    this.heard();
  }

  silence() {
    this.timer = 0;
    this.work();
    this.late = this.wanted.size > 0 || this.asked !== "";
    this.placing = true; // the sliders of cards, which Python would do
    for (const [node, slider] of this.watched) {
      const wanted = this.wanted.get(node);
      if (wanted?.card && Number.isFinite(wanted.value)) placed(slider, wanted.value);
    }
    this.placing = false;
    this.show();
  }

  /** What to show, now that Python has sent this. @param {Run} answer */
  over(answer) {
    return this.run ?? answer;
  }

  /** Whether what is shown is not what was set. */
  get isOld() {
    return this.late && this.wanted.size > 0 && this.run === null;
  }

  /** What to say of it all. */
  get notice() {
    if (!this.late) return "";
    const numbers = this.run ? ": these numbers are worked out by the page" : this.isOld ? ": these are the numbers of before" : "";
    return `Python has not answered yet${numbers}. ${WHAT_TO_DO}`;
  }
}

/** Whether two numbers are the same, but for the sign of zero, which does not reach Python. @param {Value} one @param {number} other */
function isSame(one, other) {
  return one === other || Object.is(one, other);
}

/** Move a slider, and its ends if they are in the way. @param {Slider} slider @param {number} value */
function placed(slider, value) {
  if (value > slider.get("max")) slider.set("max", value);
  if (value < slider.get("min")) slider.set("min", value);
  slider.set("value", value);
}

// A live figure: what Python sends is painted, at most once a frame, and first what is in sight; what a person does is told to Python.

const RESTING = 120; // milliseconds after which the rest follows: what is out of sight, and descriptions
const SLICE = 60; // parts of it in a frame

class View {
  /** @param {Model<ViewState>} model @param {HTMLElement} el */
  constructor(model, el) {
    this.model = model;
    this.el = el;
    el.classList.add("gradviz-view");
    this.unshare = shareKeys(el);
    this.message = make("div", "gv-message", { role: "status" });
    this.notice = make("div", "gv-notice", { role: "status" });
    this.stage = make("div", "gv-stage");
    this.player = new Player((step) => this.tell({ step }));
    this.caption = make("div", "gv-step", { role: "status", "aria-live": "polite" });
    this.words = this.caption.appendChild(make("div", "gv-words"));
    scrolls(this.caption);
    this.reasons = new Reasons(() => this.select(""), (index) => this.ask({ element: index }), (label) => this.ask({ opened: [...model.get("opened"), label] }));
    this.code = new Code((ids) => this.pointAt(ids), (id) => this.select(id));
    this.hands = new Hands(this.stage, (input, value) => {
      if (this.sliders.move(input, value)) return;
      this.ask({ hand: { ...model.get("hand"), [input]: [full(value), performance.timeOrigin + performance.now()] } });
    });
    this.opener = make("button", "gv-button gv-opener", { type: "button", title: "show the code beside the graph" });
    this.opener.textContent = "code";
    this.opener.addEventListener("click", () => (model.get("code_open") ? this.tell({ code_open: false }) : this.ask({ code_open: true })));
    this.lens = new Lens(this.stage, () => this.schedule());
    this.elements = new Elements(this.stage, (node, index) => this.ask({ selected: `n${node}`, element: index }));
    this.path = new Path((depth) => this.ask({ part: model.get("part").slice(0, depth) }));
    const controls = make("div", "gv-controls"), main = make("div", "gv-main"), desk = make("div", "gv-desk");
    controls.append(this.player.element, this.lens.element, this.opener);
    main.append(this.path.element, this.stage, controls, this.caption, this.reasons.element);
    desk.append(main, this.code.element);
    el.append(this.message, this.notice, desk);
    this.stage.addEventListener("keydown", (event) => this.key(event));
    this.stage.addEventListener("pointerover", (event) => this.hover(event));
    this.stage.addEventListener("pointerleave", () => this.pointAt([]));
    this.frame = this.rest = this.slice = 0;
    this.restaged = true;
    this.waiting = this.ended = false;
    this.name = Math.random().toString(36).slice(2); // so that what two pages ask is never the same
    this.asked = 0;
    this.sliders = new Sliders(model);
    this.told = model.get("hand") ?? {};
    this.forecast = new Forecast(model, () => this.schedule());
    const shown = ["step", "selected", "nudges", "wrong", "element", "code_open"];
    this.handlers = Object.entries({ // one event each: marimo knows no lists of them
      "change:structure": () => { this.restaged = true; this.schedule(); },
      "change:numbers": () => { this.forecast.heard(); this.schedule(); },
      "change:message": () => { if (model.get("message")) this.forecast.drop(); this.schedule(); },
      "change:hand": () => this.set(model.get("hand")),
      "change:asked": () => this.forecast.ask(model.get("asked")),
      "change:answered": () => { this.forecast.heard(); this.schedule(); },
      "change:code": () => { this.code.load(model.get("code")); this.schedule(); },
      ...Object.fromEntries(shown.map((name) => [`change:${name}`, () => this.schedule()])),
    });
    for (const [event, handler] of this.handlers) model.on(event, handler);
    this.code.load(model.get("code"));
    this.repaint();
    if (!model.get("painted")) this.tell({ painted: true });
  }

  end() {
    this.ended = true;
    cancelAnimationFrame(this.frame);
    this.stopFollowing();
    this.player.pause();
    this.forecast.end();
    this.unshare();
    for (const [event, handler] of this.handlers) this.model.off(event, handler);
    this.el.replaceChildren(); // hosts keep the element
  }

  /** However much arrives, the figure is painted once a frame, with the newest; the first of it at once. */
  schedule() {
    if (this.waiting) return;
    this.waiting = true;
    if (this.frame === 0) queueMicrotask(() => this.nextFrame());
  }

  nextFrame() {
    this.frame = 0;
    if (!this.waiting || this.ended) return;
    this.waiting = false;
    this.frame = requestAnimationFrame(() => this.nextFrame());
    this.repaint();
  }

  /** @param {Partial<ViewState>} changes */
  tell(changes) {
    for (const [name, value] of Object.entries(changes)) this.model.set(name, value);
    try {
      this.model.save_changes();
    } catch {} // the kernel is dead
  }

  /** Cards were set, in this view or another. @param {ViewState["hand"]} hand */
  set(hand) {
    for (const [node, [text, when]] of Object.entries(hand)) {
      if (when === this.told[node]?.[1]) continue;
      for (const input of this.sliders.tied(Number(node))) this.forecast.at(input, parsed(text) ?? NaN, true);
    }
    this.told = hand;
  }

  /** Tell something that Python is to answer. @param {Partial<ViewState>} changes */
  ask(changes) {
    this.tell({ ...changes, asked: this.next() });
  }

  next() {
    return `${this.name}-${++this.asked}`;
  }

  /** A new graph: put its picture in place of the old one. */
  restage() {
    const focused = /** @type {HTMLElement | null} */ (this.stage.querySelector(":focus"))?.dataset;
    this.restaged = false;
    this.stopFollowing(); // the old picture
    this.structure = this.model.get("structure");
    const { svg, nodes, edges } = this.structure;
    this.picture = new Picture(svg);
    this.picture.blank = edges.map(({ blank }) => blank);
    this.picture.svg.setAttribute("role", "group");
    this.picture.svg.setAttribute("aria-roledescription", "computational graph");
    this.stage.querySelector("svg.gradviz")?.remove();
    this.stage.prepend(this.picture.svg);
    for (const [kind, parts] of /** @type {[string, { g: SVGGElement }[]][]} */ ([["n", this.picture.nodes], ["e", this.picture.edges]])) {
      parts.forEach(({ g }, index) => this.reachable(g, `${kind}${index}`, kind === "n" ? nodes[index] : null));
    }
    this.lens.hold(this.picture.svg);
    this.path.load(this.structure.path);
    this.elements.load(nodes, () => this.state, nodes.find(({ kind }) => kind.endsWith("output"))?.label ?? "f");
    this.picture.edges.forEach(({ label }, index) => label?.addEventListener("click", () => this.focus(`e${index}`)));
    this.picture.svg.addEventListener("click", (event) => {
      if (!/** @type {Element} */ (event.target).closest(".gv-node, .gv-edge, .gv-label, .gv-block > text")) this.select("");
    });
    for (const block of this.picture.blocks) this.closable(block);
    this.hands.hold(this.picture, nodes, () => this.run);
    this.forecast.load(this.structure);
    this.tabStop = "n0";
    this.stopAt("n0");
    const again = focused && (focused.block ? this.picture.svg.querySelector(`.gv-node[data-block="${focused.block}"], .gv-block[data-block="${focused.block}"] > text`) : null);
    if (again) /** @type {SVGElement} */ (again).focus();
  }

  /** Let a card or a wire be focused, which selects it. @param {SVGElement} g @param {string} id @param {NodeWords | null} node */
  reachable(g, id, node) {
    g.setAttribute("tabindex", "-1");
    g.setAttribute("role", node?.input ? "spinbutton" : "button");
    g.addEventListener("focus", () => { this.stopAt(id); if (this.model.get("selected") !== id) this.select(id); });
    const open = g.dataset.block ? () => this.toggle(Number(g.dataset.block)) : g.dataset.box ? () => this.enter(Number(g.dataset.box)) : null;
    if (open) g.querySelectorAll(".gv-head, .gv-name, .gv-sign").forEach((part) => part.addEventListener("click", open));
  }

  /** @param {SVGElement} block */
  closable(block) {
    const handle = block.querySelector("text"), number = Number(block.dataset.block);
    for (const [name, value] of [["tabindex", "0"], ["role", "button"], ["aria-expanded", "true"], ["data-block", String(number)]]) handle.setAttribute(name, value);
    handle.setAttribute("aria-label", `close ${block.querySelector("title").textContent}`);
    handle.addEventListener("click", () => this.toggle(number));
    handle.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        event.stopPropagation();
        this.toggle(number);
      }
    });
  }

  /** Open a box of a large graph. @param {number} box */
  enter(box) {
    this.ask({ part: [...this.model.get("part"), box], selected: "" });
  }

  /** Close a block, or open it. @param {number} block */
  toggle(block) {
    const closed = this.model.get("closed");
    this.ask({ closed: closed.includes(block) ? closed.filter((other) => other !== block) : [...closed, block], selected: "" });
  }

  /** @param {string} id */
  select(id) {
    if (this.model.get("selected") !== id) this.tell({ selected: id, element: "" });
  }

  /** @param {string} id */
  focus(id) {
    this.picture.elements(id)[0]?.focus({ preventScroll: false });
  }

  /** Of all cards and wires one is reached by Tab; the arrow keys lead to the others. @param {string} id */
  stopAt(id) {
    this.picture.elements(this.tabStop)[0]?.setAttribute("tabindex", "-1");
    this.picture.elements(id)[0]?.setAttribute("tabindex", "0");
    this.tabStop = id;
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (target === this.hands.editor || event.ctrlKey || event.metaKey) return;
    const g = /** @type {SVGElement | null} */ (target.closest(".gv-node, .gv-edge"));
    const id = g?.id ?? "", input = g && id[0] === "n" ? this.structure.nodes[Number(id.slice(1))].input : null;
    if (this.act(event, id, input, g)) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  /** Do what a key asks for; tells whether it asked for anything. @param {KeyboardEvent} event @param {string} id @param {Span | null} input @param {SVGElement | null} g */
  act(event, id, input, g) {
    const { key } = event, index = Number(id.slice(1));
    if (key === ",") this.player.jump(this.player.now - 1);
    else if (key === ".") this.player.jump(this.player.now + 1);
    else if (key === "Home") this.player.jump(0);
    else if (key === "End") this.player.jump(null);
    else if (key === "Escape") this.model.get("selected") ? this.select("") : this.model.get("part").length ? this.ask({ part: this.model.get("part").slice(0, -1) }) : null;
    else if ((key === "+" || key === "=") && !input) this.lens.by(NEARER);
    else if (key === "-" && !input) this.lens.by(1 / NEARER);
    else if (key === "0" && !input) this.lens.fit();
    else if (g === null) return false;
    else if (input && stepsOf(event)) this.hands.moved(index, stepsOf(event));
    else if (key.startsWith("Arrow")) {
      const next = walked(this.structure, this.picture, id, key);
      if (next !== null) this.focus(next);
    } else if (input && (key === "Enter" || key === "F2")) this.hands.open(index);
    else if (input && /^[-−\d.]$/.test(key)) this.hands.open(index, key);
    else if (key === "Enter" || (key === " " && (g.dataset.block || g.dataset.box))) {
      if (g.dataset.box) this.enter(Number(g.dataset.box));
      else if (g.dataset.block) this.toggle(Number(g.dataset.block));
      else this.select(id);
    } else if (key === " ") this.player.timer ? this.player.pause() : this.player.play();
    else return false;
    return true;
  }

  /** @param {PointerEvent} event */
  hover(event) {
    const target = /** @type {Element} */ (event.target).closest(".gv-node, .gv-edge, .gv-label");
    const id = target === null ? "" : target.id || `e${/** @type {SVGElement} */ (target).dataset.edge}`;
    if (id) this.describe(id);
    this.code.mark("gv-pointed", id ? [id] : []);
  }

  /** @param {string[]} ids */
  pointAt(ids) {
    this.picture.mark("gv-pointed", ids);
    if (!ids.length) this.code.mark("gv-pointed", []);
  }

  /** Say in words what a card or a wire shows, for pointers and for screen readers. @param {string} id */
  describe(id) {
    const index = Number(id.slice(1)), { nodes, edges } = this.structure;
    if (id[0] === "n") {
      const { value, adjoint, source, input } = nodes[index], { g, title } = this.picture.nodes[index];
      title.textContent = [formulaText(value, this.state, 6), formulaText(adjoint, this.state, 6), source].filter(Boolean).join("\n");
      g.setAttribute("aria-label", title.textContent);
      if (input) for (const name of ["aria-valuenow", "aria-valuetext"]) g.setAttribute(name, full(this.run.primals[index]));
    } else {
      const { local, flow } = edges[index], { g, title } = this.picture.edges[index];
      title.textContent = `${formulaText(local, this.state, 6)}\nflows back: ${formulaText(flow, this.state, 6)}`;
      g.setAttribute("aria-label", title.textContent);
    }
  }

  repaint() {
    const { model } = this;
    this.message.textContent = model.get("message");
    if (this.restaged) this.restage();
    const answer = runOf(unpacked(model.get("numbers")), this.structure);
    if (answer === null) return;
    const run = this.forecast.over(answer);
    this.notice.textContent = this.forecast.notice;
    this.stage.classList.toggle("gv-old", this.forecast.isOld);
    const last = this.structure.steps.length - 1, wanted = model.get("step");
    const step = wanted === null ? null : Math.min(wanted, last), selected = this.picture.elements(model.get("selected")).length ? model.get("selected") : "";
    this.run = run;
    this.state = stateAt(run, this.structure, step);
    this.picture.load(this.state);
    const seen = this.picture.inSight(this.stage.getBoundingClientRect());
    for (const part of seen) this.picture.fill(part);
    this.picture.mark("gv-lit", step === null ? [] : stepPlace(this.structure.steps[step]));
    this.picture.mark("gv-selected", selected ? [selected] : []);
    this.picture.mark("gv-because", because(this.structure, selected));
    this.picture.mark("gv-wrong", model.get("wrong").map((node) => `n${node}`));
    this.player.show(step, last);
    const words = stepWords(this.structure, step);
    if (step === null) this.words.replaceChildren();
    else this.words.replaceChildren(formulaElement(words, this.state));
    this.reasons.show(this.structure, this.state, selected, model.get("nudges"), model.get("element"));
    const open = model.get("code_open");
    this.opener.setAttribute("aria-pressed", String(open));
    this.code.element.hidden = !open;
    if (open) {
      this.code.fill(this.state);
      this.code.mark("gv-lit", step === null ? [] : stepPlace(this.structure.steps[step]));
      this.code.mark("gv-here", selected ? [selected] : []);
    }
    this.stopFollowing();
    this.rest = setTimeout(() => this.follow(0), RESTING);
  }

  stopFollowing() {
    clearTimeout(this.rest);
    cancelAnimationFrame(this.slice);
  }

  /** Fill and describe what is not in sight, slice by slice, so that nothing stutters. @param {number} start */
  follow(start) {
    const { nodes, size, svg } = this.picture, stop = Math.min(size, start + SLICE);
    for (let part = start; part < stop; part++) {
      this.picture.fill(part);
      this.describe(part < nodes.length ? `n${part}` : `e${part - nodes.length}`);
    }
    if (stop < size) this.slice = requestAnimationFrame(() => this.follow(stop));
    else svg.setAttribute("aria-label", formulaText(this.structure.summary, this.run));
  }
}

/** @param {{model: Model<ViewState>, el: HTMLElement}} given */
function render({ model, el }) {
  const view = new View(model, el);
  return () => view.end();
}

export default { render };
