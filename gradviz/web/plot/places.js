// Where numbers stand in a picture, and what of lines is to be seen there.

const FAR = 1e5; // points of a picture: farther than any of them

/**
 * @param {AxisGiven} axis
 * @param {number} number
 */
export function placeAlong({ is_log, scale, start }, number) {
  return (is_log ? Math.log10(number) : number) * scale + start;
}

/**
 * The number at a place.
 * @param {AxisGiven} axis
 * @param {number} place
 */
export function valueAlong({ is_log, scale, start }, place) {
  const at = (place - start) / scale;
  return is_log ? 10 ** at : at;
}

/**
 * @param {FrameGiven} frame
 * @param {[number, number]} point
 * @returns {Spot}
 */
export function spotOf({ x, y }, point) {
  return [placeAlong(x, point[0]), placeAlong(y, point[1])];
}

/**
 * Whether a place is in the box of the axes; its edges are, but for what rounding does to them.
 * @param {FrameGiven} frame
 * @param {Spot} spot
 */
export function isWithin({ box: [left, top, width, height] }, [x, y]) {
  const apart = Math.max(left - x, x - left - width, top - y, y - top - height);
  return apart < 0.01;
}

/**
 * The part of a segment that is in a box, or near it.
 * @param {FrameGiven} frame
 * @param {Spot} from
 * @param {Spot} to
 * @returns {[Spot, Spot] | null}
 */
export function seenOf({ box: [left, top, width, height] }, from, to) {
  const near = 20;
  const along = [to[0] - from[0], to[1] - from[1]];
  const least = [left - near, top - near];
  const most = [left + width + near, top + height + near];
  let [start, end] = [0, 1];
  for (const axis of [0, 1]) {
    if (along[axis] === 0) {
      if (from[axis] < least[axis] || from[axis] > most[axis]) return null;
      continue;
    }
    const ends = [least[axis], most[axis]].map((edge) => (edge - from[axis]) / along[axis]);
    start = Math.max(start, Math.min(...ends));
    end = Math.min(end, Math.max(...ends));
  }
  if (!(start <= end)) return null;
  /** @type {(share: number) => Spot} */
  const at = (share) => [from[0] + share * along[0], from[1] + share * along[1]];
  return [start > 0 ? at(start) : from, end < 1 ? at(end) : to];
}

/**
 * The ends of a line through a point.
 * @param {FrameGiven} frame
 * @param {[number, number, number]} line
 * @returns {Spot[]}
 */
export function endsOf(frame, [x, y, slope]) {
  const spot = spotOf(frame, [x, y]);
  const steepness = (slope * frame.y.scale) / frame.x.scale;
  const length = Math.hypot(1, steepness);
  const across = FAR / length;
  const up = Number.isFinite(length) ? FAR * (steepness / length) : NaN;
  return [
    [spot[0] - across, spot[1] - up],
    [spot[0] + across, spot[1] + up],
  ];
}

/**
 * A way through places as a path of SVG: what is far away, or no number, is left out.
 * @param {FrameGiven} frame
 * @param {Spot[]} spots
 */
export function wayThrough(frame, spots) {
  let way = "";
  /** @type {Spot | null} */
  let last = null;
  for (let at = 1; at < spots.length; at++) {
    const [from, to] = [spots[at - 1], spots[at]];
    const seen = [...from, ...to].every(Number.isFinite) ? seenOf(frame, from, to) : null;
    if (seen && seen[0] !== last) way += `M${spelled(seen[0])}`;
    if (seen) way += `L${spelled(seen[1])}`;
    last = seen && seen[1] === to ? to : null;
  }
  return way;
}

/** @param {Spot} spot */
export function spelled([x, y]) {
  return `${Number(x.toFixed(3))} ${Number(y.toFixed(3))}`;
}
