// Runs programs that were made for a page: each at some inputs, and again and again with the functions of the math library up to 4
// units in the last place away, which tells how near to each other two right answers are. A program is data, which `module` walks;
// or the text of a function f of the inputs, which gives the value and the gradients.

/** @param {[string, [Program | string, any[], number][]]} given the module, and programs: each with inputs, and how often with noise */
([module, programs]) => {
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
  const walker = (math) => new Function("Math", `${module}; return prepared;`)(math);
  const [walked, walkedWithNoise] = [Math, noisy].map(walker);
  const made = (program, math) => {
    if (typeof program !== "string") return (math === Math ? walked : walkedWithNoise)(program);
    const f = new Function("Math", `${program}; return f;`)(math);
    return (inputs) => {
      const answer = f(...inputs);
      return answer && [answer[0], ...Object.values(answer[1])];
    };
  };
  const plain = (number) => (typeof number === "object" && number !== null ? Array.from(number) : number);
  return programs.map(([program, inputs, samples]) => {
    const work = made(program, Math), answer = work(inputs);
    if (answer === null) return null;
    const numbers = Array.from(answer);
    const spread = numbers.map(() => 0), other = samples ? made(program, noisy) : work;
    for (let sample = 0; sample < samples; sample++) {
      const others = other(inputs);
      if (others === null) return null;
      Array.from(others).forEach((number, place) => {
        const away = Math.abs(number - numbers[place]);
        if (away > spread[place]) spread[place] = away;
      });
    }
    return [numbers.map(plain), spread];
  });
}
