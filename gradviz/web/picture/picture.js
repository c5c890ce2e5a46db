// The picture: it arrives once, as SVG painted in Python; afterwards only its numbers change:
// texts, data-* attributes and the widths of what flows back. Nothing on the page moves.

import { full, magnitude } from "../numbers/numeral.js";
import { flowWidth, shownOnCard, shownOnEdge } from "../numbers/shown.js";
import { within } from "../parts/dom.js";
import { FittedText } from "./fitted.js";
import { HeatMap } from "./map.js";
import { Turned } from "./turned.js";

const SIDES = 13; // pixels of a card beside its numbers, as in scene/cards.py
const LABEL_ROOM = 45; // of a label, as in scene/compose.py, and of a character
const LABEL_CHARACTER = 6.3;
const SEEN = 60; // pixels around what is in sight that are painted with it

/** The elements of a picture, ready to be written. */
export class Picture {
  /**
   * @param {string} svg made by Python, with all texts escaped
   * @param {boolean[]} blank which edges have no local derivative at all, so that they show none
   * even when all is known
   */
  constructor(svg, blank = []) {
    const parsed = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
    const imported = /** @type {Element} */ (document.importNode(parsed, true));
    this.svg = /** @type {SVGSVGElement} */ (imported);
    this.blank = blank;
    this.run = /** @type {Run | null} */ (null);
    this.largest = 1;
    this.turned = new Turned(this.svg);
    const labels = this.groups("gv-label");
    this.nodes = this.groups("gv-node").map(cardOf);
    this.edges = this.groups("gv-edge").map((g, index) => wireOf(g, labels[index] ?? null));
    this.blocks = this.groups("gv-block");
    /** What has a class that is given and taken. @type {Map<string, Set<SVGGElement>>} */
    this.marked = new Map();
  }

  /**
   * @param {string} kind
   * @returns {SVGGElement[]}
   */
  groups(kind) {
    return Array.from(this.svg.querySelectorAll(`g.${kind}`));
  }

  /**
   * Take a run to be shown: where its largest flow is decides about the widths of all.
   * @param {Run} run
   */
  load(run) {
    this.run = run;
    this.largest = 1;
    for (const flow of run.flows) {
      const much = magnitude(flow);
      if (much > this.largest && much < Infinity) this.largest = much;
    }
  }

  /**
   * Show tangents in place of adjoints, or adjoints again.
   * @param {string[] | null} legend the words of the legend where tangents are shown
   */
  turn(legend) {
    if (!this.turned.turn(legend)) return;
    for (const part of [...this.nodes, ...this.edges]) part.numbers[1] = undefined;
  }

  /** How many parts there are to be filled: the nodes, and then the edges. */
  get size() {
    return this.nodes.length + this.edges.length;
  }

  /**
   * Write the numbers of the run that belong to a part.
   * @param {number} part
   */
  fill(part) {
    if (this.run === null) return;
    const { primals, adjoints, locals, flows } = this.run;
    const edge = part - this.nodes.length;
    if (edge < 0) this.fillNode(this.nodes[part], primals[part], adjoints[part]);
    else this.fillEdge(this.edges[edge], locals[edge], flows[edge], this.blank[edge]);
  }

  /**
   * @param {ReturnType<typeof cardOf>} node
   * @param {Value} value
   * @param {Value} adjoint
   */
  fillNode(node, value, adjoint) {
    if (changed(node.numbers, 0, value)) {
      node.g.setAttribute("data-value", full(value));
      node.value.write(shownOnCard(value, true));
      node.maps[0]?.draw(value);
    }
    if (changed(node.numbers, 1, adjoint)) {
      node.g.setAttribute(`data-${this.turned.second}`, full(adjoint));
      node.adjoint.write(shownOnCard(adjoint, false));
      node.maps[1]?.draw(adjoint);
    }
  }

  /**
   * @param {ReturnType<typeof wireOf>} edge
   * @param {Value} local
   * @param {Value} flow
   * @param {boolean} isBlank
   */
  fillEdge(edge, local, flow, isBlank) {
    if (changed(edge.numbers, 0, local)) {
      edge.g.setAttribute("data-local", full(local));
      edge.local?.write(isBlank ? "" : `∂ ${shownOnEdge(local)}`);
      edge.label?.classList.toggle("gv-trivial", local === 1);
      edge.gap?.fit();
    }
    if (changed(edge.numbers, 1, flow)) {
      edge.g.setAttribute(`data-${this.turned.along}`, full(flow));
      edge.back?.write(`${this.turned.sign} ${shownOnEdge(flow)}`);
      edge.gap?.fit();
    }
    const width = flowWidth(flow, this.largest).toFixed(2);
    if (width !== edge.width) edge.flow.setAttribute("stroke-width", (edge.width = width));
  }

  /**
   * The parts that can be seen now.
   * @param {DOMRect} frame the part of the window in which the picture is shown
   * @returns {number[]}
   */
  inSight(frame) {
    const here = this.svg.getBoundingClientRect();
    const scale = here.width / Number(this.svg.getAttribute("width")) || 1;
    const left = (Math.max(0, frame.left) - here.left) / scale - SEEN;
    const right = (Math.min(innerWidth, frame.right) - here.left) / scale + SEEN;
    const top = (Math.max(0, frame.top) - here.top) / scale - SEEN;
    const bottom = (Math.min(innerHeight, frame.bottom) - here.top) / scale + SEEN;
    /** @type {number[]} */
    const seen = [];
    [...this.nodes, ...this.edges].forEach(({ box: [x0, y0, x1, y1] }, part) => {
      if (x1 >= left && x0 <= right && y1 >= top && y0 <= bottom) seen.push(part);
    });
    return seen;
  }

  /**
   * The elements of a node or an edge by its id, such as n3 or e5; none of no id.
   * @param {string} id
   * @returns {SVGGElement[]}
   */
  elements(id) {
    const index = parseInt(id.slice(1));
    const part = (id[0] === "n" ? this.nodes : this.edges)[index];
    if (!part) return [];
    return "label" in part && part.label ? [part.g, part.label] : [part.g];
  }

  /**
   * Give these, and no others, a class.
   * @param {string} kind
   * @param {Iterable<string>} ids
   */
  mark(kind, ids) {
    const before = this.marked.get(kind) ?? this.svg.querySelectorAll(`.${kind}`);
    const elements = new Set(Array.from(ids, (id) => this.elements(id)).flat());
    for (const element of before)
      if (!elements.has(/** @type {SVGGElement} */ (element))) element.classList.remove(kind);
    for (const element of elements) element.classList.add(kind);
    this.marked.set(kind, elements);
  }
}

/** The gap of a wire, as wide as the longer line of its label. */
class Gap {
  /**
   * @param {Element} element
   * @param {FittedText[]} lines
   */
  constructor(element, lines) {
    this.element = element;
    this.lines = lines;
    this.centre = Number(lines[0].element.getAttribute("x"));
    this.characters = -1;
  }

  fit() {
    const characters = Math.max(...this.lines.map(({ shown }) => shown.length));
    if (characters === this.characters) return;
    this.characters = characters;
    const width = Math.min(LABEL_ROOM, LABEL_CHARACTER * characters) + 4;
    this.element.setAttribute("x", (this.centre - width / 2).toFixed(1));
    this.element.setAttribute("width", width.toFixed(1));
  }
}

/**
 * A card, and what is written on it.
 * @param {SVGGElement} g
 */
function cardOf(g) {
  const card = within(g, ".gv-card");
  const room = Number(card.getAttribute("width")) - SIDES;
  const [x, y] = numbersIn(g.getAttribute("transform"));
  const mapOf = (/** @type {string} */ kind) => {
    const cells = g.querySelector(`.gv-map[data-of="${kind}"] > .gv-cells`);
    return cells && new HeatMap(cells);
  };
  return {
    g,
    title: within(g, "title"),
    value: new FittedText(within(g, ".gv-value"), room),
    adjoint: new FittedText(within(g, ".gv-adjoint"), room),
    maps: [mapOf("value"), mapOf("adjoint")],
    box: [x, y, x + room + SIDES, y + Number(card.getAttribute("height"))],
    numbers: /** @type {(Value | undefined)[]} */ ([undefined, undefined]),
  };
}

/**
 * A wire, and what is written at it.
 * @param {SVGGElement} g
 * @param {SVGGElement | null} label large graphs have none
 */
function wireOf(g, label) {
  const hit = /** @type {SVGPathElement} */ (within(g, ".gv-wire").cloneNode()); // thicker
  hit.setAttribute("class", "gv-hit");
  g.append(hit);
  const local = label && new FittedText(within(label, ".gv-local"), LABEL_ROOM);
  const back = label && new FittedText(within(label, ".gv-back"), LABEL_ROOM);
  return {
    g,
    label,
    title: within(g, "title"),
    flow: within(g, ".gv-flow"),
    width: "",
    local,
    back,
    gap: local && back && new Gap(within(label, ".gv-gap"), [local, back]),
    box: boundsOf(numbersIn(hit.getAttribute("d"))),
    numbers: /** @type {(Value | undefined)[]} */ ([undefined, undefined]),
  };
}

/**
 * Whether a number is another than the one that is kept.
 * @param {(Value | undefined)[]} kept
 * @param {number} at
 * @param {Value} number
 */
function changed(kept, at, number) {
  if (isSameNumber(kept[at], number)) return false;
  kept[at] = number;
  return true;
}

/**
 * Whether a number, or each element of an array, is the same as before.
 * @param {Value | undefined} one
 * @param {Value} other
 */
function isSameNumber(one, other) {
  if (Object.is(one, other)) return true;
  if (!one || !other || typeof one === "number" || typeof other === "number") return false;
  if (one.elements.length !== other.elements.length) return false;
  for (let at = 0; at < one.elements.length; at++)
    if (!Object.is(one.elements[at], other.elements[at])) return false;
  return true;
}

/** @param {string | null} text */
function numbersIn(text) {
  return (text?.match(/-?[\d.]+/g) ?? []).map(Number);
}

/**
 * The box around points x, y, x, y …
 * @param {number[]} points
 */
function boundsOf(points) {
  const xs = points.filter((_, at) => at % 2 === 0);
  const ys = points.filter((_, at) => at % 2 === 1);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}
