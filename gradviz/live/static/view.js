// A live figure. The picture arrives once, as SVG painted in Python; afterwards only its numbers change:
// texts, data-* attributes and the widths of what flows back. Nothing that stands on the page moves.

const CARD_ROOM = [8, 50], LABEL_ROOM = [7, 42]; // characters that fit as they are; the pixels that longer texts are condensed into
const THICKEST = 9; // the largest that flows back along an edge, or 1 if all flows are smaller

/**
 * A number as a reader wants it; the same rule as gradviz.numerals.numeral in Python.
 * @param {number} number
 * @param {number} digits
 * @returns {string}
 */
export function numeral(number, digits = 4) {
  if (Number.isNaN(number)) return "nan";
  if (!Number.isFinite(number)) return number > 0 ? "∞" : "−∞";
  if (number === 0) return "0";
  const size = Math.abs(number);
  const exponent = Number(size.toExponential(digits - 1).split("e")[1]);
  const fixed = exponent < 21 ? size.toFixed(Math.min(100, Math.max(0, digits - 1 - exponent))) : "1e21";
  let text;
  if (exponent >= -3 && Number(fixed) < 1e6) {
    text = withoutTrailingZeros(fixed);
  } else {
    const [mantissa, power] = size.toExponential(digits - 1).split("e");
    text = `${withoutTrailingZeros(mantissa)}e${Number(power)}`.replace("-", "−");
  }
  return number < 0 ? "−" + text : text;
}

/** @param {string} text */
function withoutTrailingZeros(text) {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** A number in full, as Python's float() reads it. @param {number} number */
function full(number) {
  if (Number.isNaN(number)) return "nan";
  if (!Number.isFinite(number)) return number > 0 ? "inf" : "-inf";
  return Object.is(number, -0) ? "-0.0" : String(number);
}

/** @param {Element} text @param {string} shown @param {number[]} room characters and pixels, as in draw/paint.py */
function write(text, shown, [characters, pixels]) {
  if (text.textContent === shown) return;
  text.textContent = shown;
  if (shown.length > characters) {
    text.setAttribute("textLength", String(pixels));
    text.setAttribute("lengthAdjust", "spacingAndGlyphs");
  } else if (text.hasAttribute("textLength")) {
    text.removeAttribute("textLength");
    text.removeAttribute("lengthAdjust");
  }
}

/** The elements of a picture, ready to be written. @param {SVGSVGElement} svg */
function parts(svg) {
  const labels = svg.querySelectorAll("g.gv-label");
  return {
    svg,
    nodes: Array.from(svg.querySelectorAll("g.gv-node"), (g) => ({
      g,
      isOutput: g.classList.contains("gv-output"),
      title: g.querySelector("title"),
      value: g.querySelector(".gv-value"),
      adjoint: g.querySelector(".gv-adjoint"),
    })),
    edges: Array.from(svg.querySelectorAll("g.gv-edge"), (g, index) => ({
      g,
      to: Number(g.getAttribute("data-to")),
      title: g.querySelector("title"),
      flow: g.querySelector(".gv-flow"),
      local: labels[index].querySelector(".gv-local"),
      back: labels[index].querySelector(".gv-back"),
    })),
  };
}

/**
 * Write all numbers of a run into a picture.
 * @param {ReturnType<typeof parts>} picture
 * @param {{summary: string[], nodes: string[][], edges: string[][]}} words the words around the numbers in titles
 * @param {Float64Array} numbers primals by node, local derivatives by edge, adjoints by node
 */
function fill({ svg, nodes, edges }, words, numbers) {
  const locals = nodes.length;
  const adjoints = nodes.length + edges.length;
  nodes.forEach(({ g, title, value, adjoint }, index) => {
    const primal = numbers[index], gradient = numbers[adjoints + index];
    const [beforeValue, beforeAdjoint, after] = words.nodes[index];
    g.setAttribute("data-value", full(primal));
    g.setAttribute("data-adjoint", full(gradient));
    write(value, numeral(primal), CARD_ROOM);
    write(adjoint, numeral(gradient), CARD_ROOM);
    title.textContent = beforeValue + numeral(primal, 6) + beforeAdjoint + numeral(gradient, 6) + after;
  });
  const flows = edges.map(({ to }, index) => numbers[adjoints + to] * numbers[locals + index]);
  const largest = flows.reduce((most, flow) => (Number.isFinite(flow) ? Math.max(most, Math.abs(flow)) : most), 0);
  edges.forEach(({ g, to, title, flow, local, back }, index) => {
    const derivative = numbers[locals + index], flowing = flows[index], upstream = numbers[adjoints + to];
    const [beforeLocal, beforeFlow] = words.edges[index];
    g.setAttribute("data-local", full(derivative));
    g.setAttribute("data-flow", full(flowing));
    write(local, `∂ ${numeral(derivative, 3)}`, LABEL_ROOM);
    write(back, `◂ ${numeral(flowing, 3)}`, LABEL_ROOM);
    flow.setAttribute("stroke-width", flowWidth(flowing, largest).toFixed(2));
    title.textContent =
      `${beforeLocal}${numeral(derivative, 6)}${beforeFlow}${numeral(upstream, 6)} · ${numeral(derivative, 6)} = ${numeral(flowing, 6)}`;
  });
  const [output, ...inputs] = words.summary;
  const settings = inputs.map((name, index) => `${name} = ${numeral(numbers[index])}`).join(", ");
  const result = numbers[nodes.findIndex(({ isOutput }) => isOutput)];
  svg.setAttribute("aria-label", `${output} = ${numeral(result)} at ${settings}`);
}

/** The width of what flows back, in pixels; the same rule as in draw/paint.py. @param {number} flow @param {number} largest */
function flowWidth(flow, largest) {
  if (!flow) return 0; // nothing flows, or nan
  return THICKEST * Math.sqrt(Math.min(1, Math.abs(flow) / Math.max(1, largest)));
}

/** @param {DataView} view */
function floats(view) {
  const count = view.byteLength / 8;
  const numbers = new Float64Array(count);
  for (let i = 0; i < count; i++) numbers[i] = view.getFloat64(8 * i, true);
  return numbers;
}

function render({ model, el }) {
  const message = document.createElement("div");
  message.className = "gv-message";
  message.setAttribute("role", "status");
  const stage = document.createElement("div");
  el.classList.add("gradviz-view");
  el.append(message, stage);

  let picture = null, svg = null, frame = 0;

  /** A new graph: put its picture in place of the old one. The SVG is made by Python, with all texts escaped. */
  function restage() {
    const document_ = new DOMParser().parseFromString(model.get("structure").svg, "image/svg+xml");
    svg = document.importNode(document_.documentElement, true);
    svg.style.minWidth = `${0.75 * Number(svg.getAttribute("width"))}px`; // smaller, and it could not be read: scroll instead
    stage.replaceChildren(svg);
    picture = parts(svg);
  }

  function repaint() {
    frame = 0;
    if (svg === null) restage();
    const numbers = floats(model.get("numbers"));
    if (numbers.length === 2 * picture.nodes.length + picture.edges.length) fill(picture, model.get("structure"), numbers);
    message.textContent = model.get("message");
  }

  /** However many numbers arrive, the figure is painted once a frame, with the newest. */
  function schedule() {
    if (frame === 0) frame = requestAnimationFrame(repaint);
  }

  function changeStructure() {
    svg = null;
    schedule();
  }

  model.on("change:structure", changeStructure);
  model.on("change:numbers change:message", schedule);
  repaint();

  return () => {
    cancelAnimationFrame(frame);
    model.off("change:structure", changeStructure);
    model.off("change:numbers change:message", schedule);
  };
}

export default { render };
