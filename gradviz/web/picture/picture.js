// The picture: it arrives once, as SVG painted in Python; afterwards only its numbers change: texts, data-* attributes and the
// widths of what flows back. Nothing that stands on the page moves.

import { full, magnitude } from "../numbers/numeral.js";
import { flowWidth, shownOnCard, shownOnEdge } from "../numbers/shown.js";
import { parsed } from "../numbers/typed.js";
import { Words } from "./fitted.js";
import { HeatMap } from "./map.js";

const SIDES = 13;

const LABEL_ROOM = 42;

const SEEN = 60; // pixels around what is in sight that are painted with it

/** The elements of a picture, ready to be written. */
export class Picture {
  /** @param {string} svg made by Python, with all texts escaped */
  constructor(svg) {
    const parsed = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
    this.svg = /** @type {SVGSVGElement} */ (
      /** @type {Element} */ (document.importNode(parsed, true))
    );
    const labels = this.groups("gv-label");
    this.nodes = this.groups("gv-node").map((g) => {
      const room = Number(g.querySelector(".gv-card").getAttribute("width")) - SIDES;
      const [value, adjoint] = [".gv-value", ".gv-adjoint"].map(
        (kind) => new Words(g.querySelector(kind), room),
      );
      const [x, y] = numbersIn(g.getAttribute("transform"));
      const height = Number(g.querySelector(".gv-card").getAttribute("height"));
      const maps = ["value", "adjoint"]
        .map((kind) => g.querySelector(`.gv-map[data-of="${kind}"] > .gv-cells`))
        .map((cells) => cells && new HeatMap(cells));
      return {
        g,
        title: g.querySelector("title"),
        value,
        adjoint,
        maps,
        box: [x, y, x + room + SIDES, y + height],
        numbers: [undefined, undefined],
      };
    });
    this.edges = this.groups("gv-edge").map((g, index) => {
      const label = labels[index] ?? null; // large graphs have none
      const [local, back] = [".gv-local", ".gv-back"].map(
        (kind) => label && new Words(label.querySelector(kind), LABEL_ROOM),
      );
      const hit = /** @type {SVGPathElement} */ (g.querySelector(".gv-wire").cloneNode()); // a wire is too thin to be met
      hit.setAttribute("class", "gv-hit");
      g.append(hit);
      const box = boundsOf(numbersIn(hit.getAttribute("d")));
      return {
        g,
        label,
        title: g.querySelector("title"),
        flow: g.querySelector(".gv-flow"),
        width: "",
        local,
        back,
        box,
        numbers: [undefined, undefined],
      };
    });
    this.blocks = this.groups("gv-block");
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

  /** How many parts there are to be filled: the nodes, and then the edges. */
  get size() {
    return this.nodes.length + this.edges.length;
  }

  /**
   * Write the numbers of the run that belong to a part.
   * @param {number} part
   */
  fill(part) {
    if (part < this.nodes.length)
      this.fillNode(this.nodes[part], this.run.primals[part], this.run.adjoints[part]);
    else this.fillEdge(part - this.nodes.length);
  }

  /**
   * @param {Picture["nodes"][number]} node
   * @param {Value} value
   * @param {Value} adjoint
   */
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
    const edge = this.edges[index];
    const local = this.run.locals[index];
    const flow = this.run.flows[index];
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
    const seen = [];
    [...this.nodes, ...this.edges].forEach(({ box: [x0, y0, x1, y1] }, part) => {
      if (x1 >= left && x0 <= right && y1 >= top && y0 <= bottom) seen.push(part);
    });
    return seen;
  }

  /**
   * Which edges have no local derivative at all, so that they show none even when all is known.
   * @type {boolean[]}
   */
  blank = [];

  /**
   * The elements of a node or an edge by its id, such as n3 or e5.
   * @param {string} id
   * @returns {SVGGElement[]}
   */
  elements(id) {
    const index = Number(id.slice(1));
    if (id[0] === "n") return this.nodes[index] ? [this.nodes[index].g] : [];
    return this.edges[index] ? [this.edges[index].g, this.edges[index].label].filter(Boolean) : [];
  }

  /**
   * Give these, and no others, a class.
   * @param {string} kind
   * @param {Iterable<string>} ids
   */
  mark(kind, ids) {
    for (const element of this.svg.querySelectorAll(`.${kind}`)) element.classList.remove(kind);
    for (const id of ids) for (const element of this.elements(id)) element.classList.add(kind);
  }
}

/**
 * Whether a number is another than the one that is kept.
 * @param {Value[]} kept
 * @param {number} at
 * @param {Value} number
 */
function changed(kept, at, number) {
  if (Object.is(kept[at], number)) return false;
  kept[at] = number;
  return true;
}

/**
 * @param {string} text
 * @returns {number[]}
 */
function numbersIn(text) {
  return (text.match(/-?[\d.]+/g) ?? []).map(Number);
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
