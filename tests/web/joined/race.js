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

// The race: each way goes through its own steps on its own picture, all at one pace.

const SLOWEST_PACE = 1, FASTEST_PACE = 200; // steps in a second

/** Whether a person wants nothing to move: then a race is gone through step by step, or seen at its end. */
function isStill() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** One way of differentiating, on a picture of its own. */
class Runner {
  /** @param {string} svg @param {Way} way @param {number} most steps of the longest way */
  constructor(svg, way, most) {
    this.way = way;
    this.most = most;
    this.picture = new Picture(svg);
    this.picture.svg.setAttribute("role", "img");
    this.picture.svg.setAttribute("aria-label", `the graph, as the ${way.name} goes through it`);
    this.element = make("section", "gv-runner", { "aria-label": way.name });
    this.title = make("div", "gv-heading");
    this.name = make("span", "gv-title");
    this.name.textContent = way.name;
    this.count = make("span", "gv-score");
    this.title.append(this.name, this.count);
    this.bar = make("div", "gv-bar");
    this.done = make("div", "gv-done");
    this.bar.append(this.done);
    this.element.append(this.title, this.bar, this.picture.svg);
    this.show(0);
  }

  /** How it stands after so many steps. @param {number} steps */
  show(steps) {
    const at = Math.min(steps, this.way.events.length);
    if (at === this.at) return;
    this.at = at;
    /** @type {Map<string, number>} */
    const visits = new Map();
    for (const event of this.way.events.slice(0, at)) visits.set(event, (visits.get(event) ?? 0) + 1);
    this.picture.nodes.forEach(({ g, value, adjoint }, index) => {
      const times = visits.get(`n${index}`) ?? 0;
      value.write(times ? `${times} ×` : "");
      adjoint.write("");
      g.classList.toggle("gv-visited", times > 0);
    });
    this.picture.edges.forEach(({ flow }, index) => flow.setAttribute("stroke-width", String(Math.min(THICKEST, 1.6 * (visits.get(`e${index}`) ?? 0)))));
    this.picture.mark("gv-lit", at > 0 && at < this.way.events.length ? [this.way.events[at - 1]] : []);
    const operations = this.way.events.slice(0, at).filter((event) => event[0] === "n").length, locals = at - operations;
    this.count.textContent = locals || !this.way.name.startsWith("bump") ? `${operations} operations + ${locals} local derivatives = ${at}` : `${at} operations`;
    this.done.style.width = `${(100 * at) / this.most}%`;
    this.element.classList.toggle("gv-finished", at === this.way.events.length);
  }
}

class Race {
  /** @param {Model<RaceState>} model @param {HTMLElement} el */
  constructor(model, el) {
    el.classList.add("gradviz-view", "gv-race");
    this.unshare = shareKeys(el);
    const ways = model.get("ways");
    this.most = Math.max(...ways.map(({ events }) => events.length));
    this.runners = ways.map((way) => new Runner(model.get("svg"), way, this.most));
    this.steps = this.frame = 0;
    this.button = make("button", "gv-button gv-play", { type: "button" });
    this.button.addEventListener("click", () => (this.frame ? this.pause() : this.play()));
    this.again = make("button", "gv-button", { type: "button", "aria-label": "back to the start", title: "back to the start" });
    this.again.append(icon(ICONS.first));
    this.again.addEventListener("click", () => { this.pause(); this.go(0); });
    this.forward = make("button", "gv-button", { type: "button", "aria-label": "one step forward", title: "one step forward" });
    this.forward.append(icon(ICONS.forward));
    this.forward.addEventListener("click", () => { this.pause(); this.go(Math.floor(this.steps) + 1); });
    this.pace = make("input", "gv-scrub", { type: "range", min: "0", max: "100", value: "40", "aria-label": "pace" });
    this.pace.addEventListener("input", () => this.sayPace());
    this.word = make("span", "gv-count");
    this.status = make("div", "gv-spoken", { role: "status", "aria-live": "polite" });
    const controls = make("div", "gv-controls"), player = make("div", "gv-player", { role: "group", "aria-label": "the race" }), track = make("div", "gv-track");
    player.append(this.again, this.button, this.forward, this.pace, this.word);
    controls.append(player);
    track.append(...this.runners.map(({ element }) => element));
    el.append(controls, track, this.status);
    this.sayPace();
    this.showButton();
  }

  /** Steps in a second. */
  get speed() {
    return SLOWEST_PACE * (FASTEST_PACE / SLOWEST_PACE) ** (Number(this.pace.value) / 100);
  }

  sayPace() {
    this.word.textContent = `${this.speed < 10 ? this.speed.toFixed(1) : Math.round(this.speed)} steps a second`;
    this.pace.setAttribute("aria-valuetext", this.word.textContent);
  }

  showButton() {
    const name = this.frame ? "pause" : isStill() ? "last" : "play", label = name === "last" ? "to the end" : name;
    this.button.title = label;
    this.button.setAttribute("aria-label", label);
    this.button.replaceChildren(icon(ICONS[name]));
  }

  play() {
    if (isStill()) return this.go(this.most);
    if (this.steps >= this.most) this.go(0);
    let before = performance.now();
    const step = (/** @type {number} */ now) => {
      this.go(this.steps + ((now - before) / 1000) * this.speed);
      before = now;
      if (this.steps >= this.most) this.pause();
      else this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
    this.showButton();
  }

  end() {
    this.pause();
    this.unshare();
  }

  pause() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.showButton();
  }

  /** @param {number} steps */
  go(steps) {
    this.steps = Math.max(0, Math.min(this.most, steps));
    for (const runner of this.runners) runner.show(Math.floor(this.steps));
    if (this.steps === this.most) this.status.textContent = this.runners.map(({ way, count }) => `${way.name}: ${count.textContent}`).join("; ");
  }
}

/** @param {{model: Model<RaceState>, el: HTMLElement}} given */
function render({ model, el }) {
  const race = new Race(model, el);
  if (!model.get("painted")) {
    model.set("painted", true);
    model.save_changes();
  }
  return () => {
    race.end();
    el.replaceChildren(); // hosts keep the element
  };
}

export default { render };
