// A graph in a small space, as wide as there is room: cards shrink to stops with a name, wires to
// lines. Everything is placed in parts of the whole, so that it follows its box without a script.

import { drawn, make, within } from "../parts/dom.js";

const MINI = {
  flatter: 0.5, // of the height that the graph has as a figure
  lowest: 56, // pixels
  highest: 156,
  wider: 1.7, // than the figure, at most
  room: 3, // around the outermost cards
  thin: 2.6, // what a visit adds to a wire
  thick: 13,
  tip: 14, // before a card, at most, in which a wire has its tip
};

/**
 * @typedef Stop a node
 * @property {HTMLElement} element
 * @property {HTMLElement} count
 * @property {[number, number]} door the middle of its left side
 */

export class Miniature {
  /**
   * @param {string} svg a figure, made by Python with all texts escaped
   * @param {string} label
   */
  constructor(svg, label) {
    const picture = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
    const cards = Array.from(picture.querySelectorAll("g.gv-node"), miniCard);
    const ways = Array.from(picture.querySelectorAll("g.gv-edge"), (g) => miniWay(g, cards));
    const points = ways.flatMap(miniPoints);
    const xs = [...cards.flatMap(({ x, width }) => [x, x + width]), ...points.map(([x]) => x)];
    const ys = [...cards.flatMap(({ y, height }) => [y, y + height]), ...points.map(([, y]) => y)];
    const [left, top] = [Math.min(...xs) - MINI.room, Math.min(...ys) - MINI.room];
    const [width, height] = [Math.max(...xs) + MINI.room - left, Math.max(...ys) + MINI.room - top];
    this.frame = { left, top, width, height };
    this.element = make("div", "gv-mini", { role: "img", "aria-label": label });
    const size = Math.min(MINI.highest, Math.max(MINI.lowest, MINI.flatter * height));
    this.element.style.height = `${Math.round(size)}px`;
    this.element.style.maxWidth = `${Math.round(MINI.wider * width)}px`;
    const viewBox = `${left} ${top} ${width} ${height}`;
    const wires = drawn("svg", { viewBox, preserveAspectRatio: "none" });
    this.wires = ways.map((d) => {
      const flow = drawn("path", { class: "gv-mini-flow", d });
      const wire = drawn("path", { class: "gv-mini-wire", d });
      wires.append(flow, wire);
      return { flow, wire };
    });
    this.stops = cards.map((card) => this.stopAt(card));
    this.runner = make("div", "gv-runs");
    this.runner.hidden = true;
    this.element.append(wires, ...this.stops.map(({ element }) => element), this.runner);
  }

  /**
   * @param {ReturnType<typeof miniCard>} card
   * @returns {Stop}
   */
  stopAt({ x, y, width, height, name, isInput }) {
    const element = make("div", isInput ? "gv-stop gv-mini-input" : "gv-stop");
    const count = make("span", "gv-times");
    const label = make("span", "gv-stop-name");
    label.textContent = element.title = name;
    element.append(label, count);
    this.put(element, x, y);
    element.style.width = `${(100 * width) / this.frame.width}%`;
    element.style.height = `${(100 * height) / this.frame.height}%`;
    return { element, count, door: [x, y + height / 2] };
  }

  /**
   * @param {HTMLElement} element
   * @param {number} x
   * @param {number} y
   */
  put(element, x, y) {
    const { left, top, width, height } = this.frame;
    element.style.left = `${(100 * (x - left)) / width}%`;
    element.style.top = `${(100 * (y - top)) / height}%`;
  }

  /**
   * How often each node and edge was visited, by its id; where the runner is; which input it asks
   * about, and whose gradients it knows.
   * @param {Map<string, number>} visits
   * @param {string} here
   * @param {number | null} asked
   * @param {number[]} known
   */
  show(visits, here, asked, known) {
    this.stops.forEach(({ element, count }, index) => {
      const times = visits.get(`n${index}`) ?? 0;
      count.textContent = times ? String(times) : "";
      element.classList.toggle("gv-visited", times > 0);
      element.classList.toggle("gv-lit", here === `n${index}`);
      element.classList.toggle("gv-asked", asked === index);
      element.classList.toggle("gv-known", known.includes(index));
    });
    this.wires.forEach(({ flow, wire }, index) => {
      const width = Math.min(MINI.thick, MINI.thin * (visits.get(`e${index}`) ?? 0));
      flow.style.strokeWidth = `${width}px`;
      wire.classList.toggle("gv-lit", here === `e${index}`);
    });
  }

  /**
   * Put the runner where it is.
   * @param {string} here a node, or an edge; nothing if it does not run
   * @param {number} part of the edge
   * @param {boolean} isBack whether it goes along it from its end
   */
  run(here, part, isBack) {
    this.runner.hidden = !here;
    if (!here) return;
    this.runner.classList.toggle("gv-back", isBack);
    const index = Number(here.slice(1));
    if (here[0] === "n") {
      this.put(this.runner, ...this.stops[index].door);
      return;
    }
    const { wire } = this.wires[index];
    const { x, y } = wire.getPointAtLength(wire.getTotalLength() * (isBack ? 1 - part : part));
    this.put(this.runner, x, y);
  }
}

/**
 * Where a card is, and what it is called: an input by its name, a gate by its sign.
 * @param {Element} g
 */
function miniCard(g) {
  const card = within(g, ".gv-card");
  const [x, y] = miniNumbers(g.getAttribute("transform"));
  const isInput = g.classList.contains("gv-input");
  const name = g.querySelector(isInput ? ".gv-name" : ".gv-sign") ?? g.querySelector(".gv-name");
  const [width, height] = ["width", "height"].map((each) => Number(card.getAttribute(each)));
  return { x, y, width, height, isInput, name: name?.textContent ?? "" };
}

/**
 * The way of a wire, up to its card: the tip is left out.
 * @param {Element} g
 * @param {ReturnType<typeof miniCard>[]} cards
 */
function miniWay(g, cards) {
  const way = String(within(g, ".gv-wire").getAttribute("d"));
  const { x } = cards[Number(g.getAttribute("data-to"))];
  const [end, y] = miniPoints(way).at(-1) ?? [x, 0];
  return x > end && x - end <= MINI.tip ? `${way} L${x},${y}` : way;
}

/** @param {string | null} text */
function miniNumbers(text) {
  return (text?.match(/-?[\d.]+/g) ?? []).map(Number);
}

/**
 * The points that a way goes by, or bends towards.
 * @param {string} way of moves, curves and lines: M, C and L, with points x,y
 * @returns {[number, number][]}
 */
function miniPoints(way) {
  const numbers = miniNumbers(way);
  return numbers.flatMap((x, at) => (at % 2 ? [] : [[x, numbers[at + 1]]]));
}
