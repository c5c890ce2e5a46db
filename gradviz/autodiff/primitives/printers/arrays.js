// What programs of arrays are made of. Arrays are flat; which elements belong together, Python has worked out: `places` says where
// they are. A part of an array is the array and the places of its elements.

/** An array of so many zeros. @param {number} size */
export function zeros(size) {
  return new Float64Array(size);
}

/** Where elements are: so many along each axis, so far apart. @param {number} start @param {number[]} lengths @param {number[]} strides */
export function places(start, lengths, strides) {
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
export function all(size) {
  return places(0, [size], [1]);
}

/** A function of numbers, for each element. @param {Float64Array} z @param {Row} f @param {Picked[]} parts */
export function each(z, f, ...parts) {
  const [[x, p], [y, q] = [x, p], [w, r] = [x, p]] = parts;
  if (parts.length === 1) for (let i = 0; i < z.length; i++) z[i] = f(x[p[i]]);
  else if (parts.length === 2) for (let i = 0; i < z.length; i++) z[i] = f(x[p[i]], y[q[i]]);
  else for (let i = 0; i < z.length; i++) z[i] = f(x[p[i]], y[q[i]], w[r[i]]);
  return z;
}

/** Picked put at places of z, which is left as it is elsewhere. @param {Float64Array} z @param {Int32Array} to @param {Picked} part */
export function move(z, to, [x, p]) {
  for (let i = 0; i < p.length; i++) z[to[i]] = x[p[i]];
  return z;
}

/** Picked added at places of z, which is zero otherwise. @param {Float64Array} z @param {Int32Array} to @param {Picked} part */
export function put(z, to, [x, p]) {
  z.fill(0);
  for (let i = 0; i < p.length; i++) z[to[i]] += x[p[i]];
  return z;
}

/** Sums of products, four side by side, as none waits for another: of each operand, where the terms of each sum begin, and how far from there they are. @param {Float64Array} z @param {Terms[]} operands */
export function sum(z, ...operands) {
  const [[x, p, a], [y, q, b] = [x, p, a]] = operands;
  let i = 0;
  if (operands.length === 2) {
    for (; i + 3 < z.length; i += 4) {
      const p0 = p[i], p1 = p[i + 1], p2 = p[i + 2], p3 = p[i + 3];
      const q0 = q[i], q1 = q[i + 1], q2 = q[i + 2], q3 = q[i + 3];
      let t0 = 0, t1 = 0, t2 = 0, t3 = 0;
      for (let k = 0; k < a.length; k++) {
        const c = a[k], d = b[k];
        t0 += x[p0 + c] * y[q0 + d];
        t1 += x[p1 + c] * y[q1 + d];
        t2 += x[p2 + c] * y[q2 + d];
        t3 += x[p3 + c] * y[q3 + d];
      }
      z[i] = t0;
      z[i + 1] = t1;
      z[i + 2] = t2;
      z[i + 3] = t3;
    }
  }
  for (; i < z.length; i++) {
    let total = 0;
    if (operands.length === 1) for (let k = 0; k < a.length; k++) total += x[p[i] + a[k]];
    else if (operands.length === 2) for (let k = 0; k < a.length; k++) total += x[p[i] + a[k]] * y[q[i] + b[k]];
    else for (let k = 0; k < a.length; k++) total += operands.reduce((product, [w, r, c]) => product * w[r[i] + c[k]], 1);
    z[i] = total;
  }
  return z;
}

/** A function of two numbers applied again and again; to none, it is 1. @param {Float64Array} z @param {Row} f @param {Terms} operand */
export function reduce(z, f, [x, p, a]) {
  for (let i = 0; i < z.length; i++) {
    let total = a.length ? x[p[i] + a[0]] : 1;
    for (let k = 1; k < a.length; k++) total = f(total, x[p[i] + a[k]]);
    z[i] = total;
  }
  return z;
}

/** Sums of all up to each element, along an axis of so many that are `stride` apart. @param {Float64Array} z @param {number} length @param {number} stride @param {Picked} part */
export function cumsum(z, length, stride, [x, p]) {
  for (let i = 0; i < z.length; i++) z[i] = i % (length * stride) < stride ? x[p[i]] : z[i - stride] + x[p[i]];
  return z;
}

/** Which is the largest, or if `sign` is −1 the smallest: the first of several, and before all what is no number. @param {Float64Array} z @param {number} sign @param {Terms} operand */
export function argmax(z, sign, [x, p, a]) {
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
export function same([x, p], [y, q]) {
  for (let i = 0; i < p.length; i++) if (!Object.is(x[p[i]], y[q[i]])) return false;
  return true;
}

/** Whether elements increase in each row of an order. @param {ArrayLike<number>} order @param {Terms} operand */
export function ordered(order, [x, p, a]) {
  for (let i = 0; i < p.length; i++) {
    for (let k = 1; k < a.length; k++) {
      const at = i * a.length + k;
      if (!(x[p[i] + a[order[at - 1]]] < x[p[i] + a[order[at]]])) return false;
    }
  }
  return true;
}
