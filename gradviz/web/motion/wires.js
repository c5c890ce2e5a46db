// The way along a wire, from its source to its target: where it is, and how far.

const WAY_PLACES = 14; // along a part of it

/** Along a wire's path. */
export class Way {
  /** @param {SVGPathElement} path */
  constructor(path) {
    // a copy, to measure which a browser lays nothing out
    this.path = /** @type {SVGPathElement} */ (path.cloneNode());
    this.length = this.path.getTotalLength();
  }

  /**
   * Where it is after a share of its length.
   * @param {number} share from 0, at its source, to 1
   * @returns {[number, number]}
   */
  at(share) {
    const { x, y } = this.path.getPointAtLength(share * this.length);
    return [x, y];
  }

  /**
   * Places from one share of it to another, in either direction.
   * @param {number} from
   * @param {number} to
   */
  between(from, to) {
    const shares = Array.from({ length: WAY_PLACES }, (_, place) => place / (WAY_PLACES - 1));
    return shares.map((share) => this.at(from + (to - from) * share));
  }

  /**
   * The share at which it is nearest to a point.
   * @param {number} x
   * @param {number} y
   */
  nearest(x, y) {
    let [best, least] = [0.5, Infinity];
    for (let place = 2; place <= 22; place++) {
      const [px, py] = this.at(place / 24);
      const distance = Math.hypot(px - x, py - y);
      if (distance < least) [best, least] = [place / 24, distance];
    }
    return best;
  }
}

/**
 * A transform that leads through places, as fast on a long stretch as on a short one.
 * @param {[number, number][]} places
 * @returns {(share: number) => string}
 */
export function through(places) {
  let sum = 0;
  const sums = places.map(([x, y], at) => {
    const [px, py] = places[Math.max(0, at - 1)];
    return (sum += Math.hypot(x - px, y - py));
  });
  return (share) => {
    const gone = share * sum;
    const next = Math.max(1, sums.findIndex((each) => each >= gone));
    const [[px, py], [x, y]] = [places[next - 1], places[next]];
    const within = (gone - sums[next - 1]) / (sums[next] - sums[next - 1] || 1);
    const [nowX, nowY] = [px + (x - px) * within, py + (y - py) * within];
    return `translate(${nowX.toFixed(1)}, ${nowY.toFixed(1)})`;
  };
}
