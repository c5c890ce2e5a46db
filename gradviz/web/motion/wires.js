// The way along a wire, from its source to its target: where it is, and how far.

const APART = 8; // pixels between places that are measured

/** What was measured, by the path. @type {WeakMap<Element, Spot[]>} */
const measured = new WeakMap();

/** Along a wire's path. */
export class Way {
  /** @param {SVGPathElement} path */
  constructor(path) {
    this.places = measured.get(path) ?? measure(path);
    measured.set(path, this.places);
  }

  /**
   * Where it is after a share of its length.
   * @param {number} share from 0, at its source, to 1
   * @returns {Spot}
   */
  at(share) {
    const { places } = this;
    const place = share * (places.length - 1);
    const [first, next] = [Math.floor(place), Math.ceil(place)];
    return spotBetween(places[first], places[next], place - first);
  }

  /**
   * Places from one share of it to another, in either direction.
   * @param {number} from
   * @param {number} to
   * @returns {Spot[]}
   */
  between(from, to) {
    const last = this.places.length - 1;
    const [least, most] = [Math.min(from, to) * last, Math.max(from, to) * last];
    const inside = this.places.filter((_, place) => place > least && place < most);
    return [this.at(from), ...(from < to ? inside : inside.reverse()), this.at(to)];
  }

  /**
   * The share at which it is nearest to a point, but for its ends.
   * @param {number} x
   * @param {number} y
   */
  nearest(x, y) {
    const { places } = this;
    const far = places.map(([px, py]) => Math.hypot(px - x, py - y)).slice(1, -1);
    return (1 + far.indexOf(Math.min(...far))) / (places.length - 1);
  }
}

/**
 * Places along a path, as far apart as each other.
 * @param {SVGPathElement} path
 * @returns {Spot[]}
 */
function measure(path) {
  const copy = /** @type {SVGPathElement} */ (path.cloneNode()); // for which nothing is laid out
  const length = copy.getTotalLength();
  const parts = Math.max(4, Math.ceil(length / APART));
  return Array.from({ length: parts + 1 }, (_, part) => {
    const { x, y } = copy.getPointAtLength((part / parts) * length);
    return [x, y];
  });
}

/**
 * @param {Spot} from
 * @param {Spot} to
 * @param {number} share
 * @returns {Spot}
 */
function spotBetween([x, y], [toX, toY], share) {
  return [x + (toX - x) * share, y + (toY - y) * share];
}

/**
 * A transform that leads through places, as fast on a long stretch as on a short one.
 * @param {Spot[]} places
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
    const within = (gone - sums[next - 1]) / (sums[next] - sums[next - 1] || 1);
    const [x, y] = spotBetween(places[next - 1], places[next], within);
    return `translate(${x.toFixed(1)}, ${y.toFixed(1)})`;
  };
}
