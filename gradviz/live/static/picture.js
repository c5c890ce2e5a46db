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
