// Which way the numbers of a picture go: adjoints and what flows back; or tangents, which stand in
// their places in a colour of their own.

const REVERSE = { second: "adjoint", along: "flow", role: "back", sign: "◂" };
const FORWARD = { second: "tangent", along: "push", role: "push", sign: "▸" };

export class Turned {
  /** @param {SVGSVGElement} svg */
  constructor(svg) {
    this.svg = svg;
    this.way = REVERSE;
    this.words = this.legend().map((part) => part.textContent);
  }

  get second() {
    return this.way.second;
  }

  get along() {
    return this.way.along;
  }

  get sign() {
    return this.way.sign;
  }

  /** What the legend says of numbers that are turned. */
  legend() {
    return [...this.svg.querySelectorAll(`.gv-legend .gv-${this.way.second}`)];
  }

  /**
   * Tells whether numbers are to be written anew.
   * @param {string[] | null} legend
   */
  turn(legend) {
    const before = this.way;
    const parts = this.legend();
    parts.forEach((part, at) => {
      part.textContent = legend?.[at] ?? this.words[at];
    });
    this.way = legend ? FORWARD : REVERSE;
    if (this.way === before) return false;
    const { second, along, role } = this.way;
    for (const part of [...parts, ...this.svg.querySelectorAll(`text.gv-${before.second}`)])
      part.classList.replace(`gv-${before.second}`, `gv-${second}`);
    for (const part of this.svg.querySelectorAll(`.gv-${before.role}`))
      part.classList.replace(`gv-${before.role}`, `gv-${role}`);
    for (const name of [before.second, before.along])
      for (const part of this.svg.querySelectorAll(`[data-${name}]`))
        part.removeAttribute(`data-${name}`);
    for (const cards of this.svg.querySelectorAll(":scope > g[transform]:not(.gv-legend)"))
      cards.classList.toggle("gv-tangents", along === "push");
    return true;
  }
}
