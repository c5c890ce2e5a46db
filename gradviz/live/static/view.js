// A live figure. The picture arrives once, as SVG painted in Python; afterwards only its numbers change:
// texts, data-* attributes and the widths of what flows back. Nothing that stands on the page moves.

const SIDES = 13, LABEL_ROOM = 42, CHARACTER = 6; // pixels, as in draw/paint.py: of a card beside its numbers, of a label, of a digit
const THICKEST = 9; // the largest that flows back along an edge, or 1 if all flows are smaller

const FEW = 4; // elements of a vector that are sent, and printed, one by one

/**
 * A number, or an array, as a reader wants it; the same rule as gradviz.numerals.numeral in Python.
 * @typedef {{shape: number[], elements: number[]}} Tensor of more than FEW elements, `elements` is their magnitude alone
 * @param {number | Tensor | null} number
 * @param {number} digits
 * @param {number} few elements of a vector that are printed one by one
 * @returns {string}
 */
export function numeral(number, digits = 4, few = FEW) {
  if (number === null) return "•";
  if (typeof number === "object") {
    const { shape, elements } = number;
    if (shape.length > 1) return shape.join("×");
    return shape[0] <= few ? `[${elements.map((element) => numeral(element, digits)).join(", ")}]` : `(${shape[0]},)`;
  }
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

/** Whether an array of this shape is sent whole. @param {number[]} shape */
function isWhole(shape) {
  return shape.length === 1 && shape[0] <= FEW;
}

/** How much flows back. @param {number | Tensor | null} flow */
function magnitude(flow) {
  return flow === null ? 0 : typeof flow === "object" ? Math.max(0, ...flow.elements.map(Math.abs)) : Math.abs(flow);
}

/** A number in full, as Python's float() reads it. @param {number | Tensor | null} number */
function full(number) {
  if (number === null) return "";
  if (typeof number === "object") return isWhole(number.shape) ? `[${number.elements.map(full).join(", ")}]` : "";
  if (Number.isNaN(number)) return "nan";
  if (!Number.isFinite(number)) return number > 0 ? "inf" : "-inf";
  return Object.is(number, -0) ? "-0.0" : String(number);
}

/** @param {Element} text @param {string} shown @param {number} room in pixels, into which longer texts are condensed */
function write(text, shown, room) {
  if (text.textContent === shown) return;
  text.textContent = shown;
  if (shown.length * CHARACTER > room + 2) {
    text.setAttribute("textLength", String(room));
    text.setAttribute("lengthAdjust", "spacingAndGlyphs");
  } else if (text.hasAttribute("textLength")) {
    text.removeAttribute("textLength");
    text.removeAttribute("lengthAdjust");
  }
}

/** The local derivative on an edge; of an array its shape, and nothing where there is none for each element. @param {number | Tensor | null} local */
function localLabel(local) {
  return local === null ? "" : `∂ ${numeral(local, 3, 0)}`;
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
      room: Number(g.querySelector(".gv-card").getAttribute("width")) - SIDES,
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
 * @param {ReturnType<typeof unpacked>} run
 */
function fill({ svg, nodes, edges }, words, { primals, locals, adjoints, flows }) {
  nodes.forEach(({ g, title, room, value, adjoint }, index) => {
    const primal = primals[index], gradient = adjoints[index];
    const [beforeValue, beforeAdjoint, after] = words.nodes[index];
    g.setAttribute("data-value", full(primal));
    g.setAttribute("data-adjoint", full(gradient));
    write(value, numeral(primal), room);
    write(adjoint, numeral(gradient), room);
    title.textContent = beforeValue + numeral(primal, 6) + beforeAdjoint + numeral(gradient, 6) + after;
  });
  const largest = Array.from(flows, magnitude).reduce((most, flow) => (Number.isFinite(flow) ? Math.max(most, flow) : most), 0);
  edges.forEach(({ g, to, title, flow, local, back }, index) => {
    const derivative = locals[index], flowing = flows[index], upstream = adjoints[to];
    const [beforeLocal, beforeFlow] = words.edges[index];
    g.setAttribute("data-local", full(derivative));
    g.setAttribute("data-flow", full(flowing));
    write(local, localLabel(derivative), LABEL_ROOM);
    write(back, `◂ ${numeral(flowing, 3, 0)}`, LABEL_ROOM);
    flow.setAttribute("stroke-width", flowWidth(flowing, largest).toFixed(2));
    title.textContent =
      `${beforeLocal}${numeral(derivative, 6)}${beforeFlow}${numeral(upstream, 6)} · ${numeral(derivative, 6)} = ${numeral(flowing, 6)}`;
  });
  const [output, ...inputs] = words.summary;
  const settings = inputs.map((name, index) => `${name} = ${numeral(primals[index])}`).join(", ");
  const result = primals[nodes.findIndex(({ isOutput }) => isOutput)];
  svg.setAttribute("aria-label", `${output} = ${numeral(result)} at ${settings}`);
}

/** The width of what flows back, in pixels; the same rule as in draw/paint.py. @param {number | Tensor | null} flow @param {number} largest */
function flowWidth(flow, largest) {
  const much = magnitude(flow);
  return much > 0 ? THICKEST * Math.sqrt(Math.min(1, much / Math.max(1, largest))) : 0; // nothing flows, or nan
}

/**
 * The numbers of a run as Python packed them; null if they do not belong to this picture.
 * @param {DataView} view
 * @param {ReturnType<typeof parts>} picture
 * @param {{places: number[] | null, shapes: (number[] | null)[] | null}} structure where each number stands among those that
 * are sent, if each is sent once; and the shape of each, if there are arrays among them: then flows come too
 */
function unpacked(view, { nodes, edges }, { places, shapes }) {
  const sent = new Float64Array(view.byteLength / 8);
  for (let i = 0; i < sent.length; i++) sent[i] = view.getFloat64(8 * i, true);
  const numbers = places === null || shapes !== null ? sent : Float64Array.from(places, (place) => sent[place]);
  const cut = (all) => {
    const ends = [nodes.length, nodes.length + edges.length, 2 * nodes.length + edges.length];
    return { primals: all.slice(0, ends[0]), locals: all.slice(ends[0], ends[1]), adjoints: all.slice(ends[1], ends[2]), flows: all.slice(ends[2]) };
  };
  if (shapes === null) {
    if (numbers.length !== 2 * nodes.length + edges.length) return null;
    const run = cut(numbers);
    return { ...run, flows: edges.map(({ to }, index) => run.adjoints[to] * run.locals[index]) };
  }
  let at = 0;
  const all = shapes.map((shape) => {
    if (shape === null) return null;
    if (shape.length === 0) return numbers[at++];
    const start = at;
    at += isWhole(shape) ? shape[0] : 1;
    return { shape, elements: Array.from(numbers.subarray(start, at)) };
  });
  return at === numbers.length ? cut(all) : null;
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
    const structure = model.get("structure");
    const run = unpacked(model.get("numbers"), picture, structure);
    if (run !== null) fill(picture, structure, run);
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
