// Runs programs that were made for a page: each at some inputs, and again and again with the functions of the math library up to 4
// units in the last place away, which tells how near to each other two right answers are.

/** @param {[string, number[], number][]} given a program, inputs, how often with noise */
(given) => {
  const ROUNDED = "exp expm1 log log1p log2 log10 cbrt sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh hypot pow".split(" ");
  const NOISE = 4 * 2 ** -52;
  let state = 1;
  const random = () => { // the same every time
    state = (state * 48271) % 2147483647;
    return (2 * state) / 2147483647 - 1;
  };
  const noisy = Object.fromEntries(Object.getOwnPropertyNames(Math).map((name) => [
    name, ROUNDED.includes(name) ? (...x) => Math[name](...x) * (1 + NOISE * random()) : Math[name],
  ]));
  return given.map(([program, inputs, samples]) => {
    const work = new Function("inputs", "Math", program), numbers = work(inputs, Math);
    if (numbers === null) return null;
    const spread = numbers.map(() => 0);
    for (let sample = 0; sample < samples; sample++) {
      const others = work(inputs, noisy);
      if (others === null) return null;
      others.forEach((other, place) => {
        const away = Math.abs(other - numbers[place]);
        if (away > spread[place]) spread[place] = away;
      });
    }
    return [numbers.map(Number), spread];
  });
}
