// A live figure: what Python sends is painted, at most once a frame, and first what is in sight; what a person does is told to Python.

import { formulaText } from "../formulas/formula.js";
import { formulaElement } from "../formulas/mathml.js";
import { Forecast } from "../hands/forecast.js";
import { Hands } from "../hands/hands.js";
import { shareKeys } from "../hands/keys.js";
import { Sliders } from "../hands/sliders.js";
import { full } from "../numbers/numeral.js";
import { runOf, unpacked } from "../numbers/run.js";
import { stateAt, stepPlace, stepWords } from "../numbers/steps.js";
import { parsed, stepsOf } from "../numbers/typed.js";
import { Code } from "../parts/code.js";
import { make, scrolls } from "../parts/dom.js";
import { Path } from "../parts/path.js";
import { Player } from "../parts/player.js";
import { Reasons, because } from "../parts/reasons.js";
import { Elements } from "../picture/elements.js";
import { Lens, NEARER } from "../picture/lens.js";
import { Picture } from "../picture/picture.js";
import { walked } from "../picture/walk.js";

const RESTING = 120; // milliseconds after which the rest follows: what is out of sight, and descriptions

const SLICE = 60; // parts of it in a frame

export class View {
  /**
   * @param {Model<ViewState>} model
   * @param {HTMLElement} el
   */
  constructor(model, el) {
    this.model = model;
    this.el = el;
    el.classList.add("gradviz-view");
    this.unshare = shareKeys(el);
    this.message = make("div", "gv-message", { role: "status" });
    this.notice = make("div", "gv-notice", { role: "status" });
    this.stage = make("div", "gv-stage");
    this.player = new Player((step) => this.tell({ step }));
    this.caption = make("div", "gv-step", { role: "status", "aria-live": "polite" });
    this.words = this.caption.appendChild(make("div", "gv-words"));
    scrolls(this.caption);
    this.reasons = new Reasons(
      () => this.select(""),
      (index) => this.ask({ element: index }),
      (label) => this.ask({ opened: [...model.get("opened"), label] }),
    );
    this.code = new Code(
      (ids) => this.pointAt(ids),
      (id) => this.select(id),
    );
    this.hands = new Hands(this.stage, (input, value) => {
      if (this.sliders.move(input, value)) return;
      this.ask({
        hand: {
          ...model.get("hand"),
          [input]: [full(value), performance.timeOrigin + performance.now()],
        },
      });
    });
    this.opener = make("button", "gv-button gv-opener", {
      type: "button",
      title: "show the code beside the graph",
    });
    this.opener.textContent = "code";
    this.opener.addEventListener("click", () =>
      model.get("code_open") ? this.tell({ code_open: false }) : this.ask({ code_open: true }),
    );
    this.lens = new Lens(this.stage, () => this.schedule());
    this.elements = new Elements(this.stage, (node, index) =>
      this.ask({ selected: `n${node}`, element: index }),
    );
    this.path = new Path((depth) => this.ask({ part: model.get("part").slice(0, depth) }));
    const controls = make("div", "gv-controls");
    const main = make("div", "gv-main");
    const desk = make("div", "gv-desk");
    controls.append(this.player.element, this.lens.element, this.opener);
    main.append(this.path.element, this.stage, controls, this.caption, this.reasons.element);
    desk.append(main, this.code.element);
    el.append(this.message, this.notice, desk);
    this.stage.addEventListener("keydown", (event) => this.key(event));
    this.stage.addEventListener("pointerover", (event) => this.hover(event));
    this.stage.addEventListener("pointerleave", () => this.pointAt([]));
    this.frame = this.rest = this.slice = 0;
    this.restaged = true;
    this.waiting = this.ended = false;
    this.name = Math.random().toString(36).slice(2); // so that what two pages ask is never the same
    this.asked = 0;
    this.sliders = new Sliders(model);
    this.told = model.get("hand") ?? {};
    this.forecast = new Forecast(model, () => this.schedule());
    const shown = ["step", "selected", "nudges", "wrong", "element", "code_open"];
    this.handlers = Object.entries({
      // one event each: marimo knows no lists of them
      "change:structure": () => {
        this.restaged = true;
        this.schedule();
      },
      "change:numbers": () => {
        this.forecast.heard();
        this.schedule();
      },
      "change:message": () => {
        if (model.get("message")) this.forecast.drop();
        this.schedule();
      },
      "change:hand": () => this.set(model.get("hand")),
      "change:asked": () => this.forecast.ask(model.get("asked")),
      "change:answered": () => {
        this.forecast.heard();
        this.schedule();
      },
      "change:code": () => {
        this.code.load(model.get("code"));
        this.schedule();
      },
      ...Object.fromEntries(shown.map((name) => [`change:${name}`, () => this.schedule()])),
    });
    for (const [event, handler] of this.handlers) model.on(event, handler);
    this.code.load(model.get("code"));
    this.repaint();
    if (!model.get("painted")) this.tell({ painted: true });
  }

  end() {
    this.ended = true;
    cancelAnimationFrame(this.frame);
    this.stopFollowing();
    this.player.pause();
    this.forecast.end();
    this.unshare();
    for (const [event, handler] of this.handlers) this.model.off(event, handler);
    this.el.replaceChildren(); // hosts keep the element
  }

  /**
   * However much arrives, the figure is painted once a frame, with the newest; the first of it at
   * once.
   */
  schedule() {
    if (this.waiting) return;
    this.waiting = true;
    if (this.frame === 0) queueMicrotask(() => this.nextFrame());
  }

  nextFrame() {
    this.frame = 0;
    if (!this.waiting || this.ended) return;
    this.waiting = false;
    this.frame = requestAnimationFrame(() => this.nextFrame());
    this.repaint();
  }

  /** @param {Partial<ViewState>} changes */
  tell(changes) {
    for (const [name, value] of Object.entries(changes)) this.model.set(name, value);
    try {
      this.model.save_changes();
    } catch {} // the kernel is dead
  }

  /**
   * Cards were set, in this view or another.
   * @param {ViewState["hand"]} hand
   */
  set(hand) {
    for (const [node, [text, when]] of Object.entries(hand)) {
      if (when === this.told[node]?.[1]) continue;
      for (const input of this.sliders.tied(Number(node)))
        this.forecast.at(input, parsed(text) ?? NaN, true);
    }
    this.told = hand;
  }

  /**
   * Tell something that Python is to answer.
   * @param {Partial<ViewState>} changes
   */
  ask(changes) {
    this.tell({ ...changes, asked: this.next() });
  }

  next() {
    return `${this.name}-${++this.asked}`;
  }

  /** A new graph: put its picture in place of the old one. */
  restage() {
    const focused = /** @type {HTMLElement | null} */ (this.stage.querySelector(":focus"))?.dataset;
    this.restaged = false;
    this.stopFollowing(); // the old picture
    this.structure = this.model.get("structure");
    const { svg, nodes, edges } = this.structure;
    this.picture = new Picture(svg);
    this.picture.blank = edges.map(({ blank }) => blank);
    this.picture.svg.setAttribute("role", "group");
    this.picture.svg.setAttribute("aria-roledescription", "computational graph");
    this.stage.querySelector("svg.gradviz")?.remove();
    this.stage.prepend(this.picture.svg);
    for (const [kind, parts] of /** @type {[string, { g: SVGGElement }[]][]} */ ([
      ["n", this.picture.nodes],
      ["e", this.picture.edges],
    ])) {
      parts.forEach(({ g }, index) =>
        this.reachable(g, `${kind}${index}`, kind === "n" ? nodes[index] : null),
      );
    }
    this.lens.hold(this.picture.svg);
    this.path.load(this.structure.path);
    this.elements.load(
      nodes,
      () => this.state,
      nodes.find(({ kind }) => kind.endsWith("output"))?.label ?? "f",
    );
    this.picture.edges.forEach(({ label }, index) =>
      label?.addEventListener("click", () => this.focus(`e${index}`)),
    );
    this.picture.svg.addEventListener("click", (event) => {
      if (
        !(
          /** @type {Element} */ (event.target).closest(
            ".gv-node, .gv-edge, .gv-label, .gv-block > text",
          )
        )
      )
        this.select("");
    });
    for (const block of this.picture.blocks) this.closable(block);
    this.hands.hold(this.picture, nodes, () => this.run);
    this.forecast.load(this.structure);
    this.tabStop = "n0";
    this.stopAt("n0");
    const again =
      focused &&
      (focused.block
        ? this.picture.svg.querySelector(
            `.gv-node[data-block="${focused.block}"], .gv-block[data-block="${focused.block}"] > text`,
          )
        : null);
    if (again) /** @type {SVGElement} */ (again).focus();
  }

  /**
   * Let a card or a wire be focused, which selects it.
   * @param {SVGElement} g
   * @param {string} id
   * @param {NodeWords | null} node
   */
  reachable(g, id, node) {
    g.setAttribute("tabindex", "-1");
    g.setAttribute("role", node?.input ? "spinbutton" : "button");
    g.addEventListener("focus", () => {
      this.stopAt(id);
      if (this.model.get("selected") !== id) this.select(id);
    });
    const open = g.dataset.block
      ? () => this.toggle(Number(g.dataset.block))
      : g.dataset.box
        ? () => this.enter(Number(g.dataset.box))
        : null;
    if (open)
      g.querySelectorAll(".gv-head, .gv-name, .gv-sign").forEach((part) =>
        part.addEventListener("click", open),
      );
  }

  /** @param {SVGElement} block */
  closable(block) {
    const handle = block.querySelector("text");
    const number = Number(block.dataset.block);
    for (const [name, value] of [
      ["tabindex", "0"],
      ["role", "button"],
      ["aria-expanded", "true"],
      ["data-block", String(number)],
    ])
      handle.setAttribute(name, value);
    handle.setAttribute("aria-label", `close ${block.querySelector("title").textContent}`);
    handle.addEventListener("click", () => this.toggle(number));
    handle.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        event.stopPropagation();
        this.toggle(number);
      }
    });
  }

  /**
   * Open a box of a large graph.
   * @param {number} box
   */
  enter(box) {
    this.ask({ part: [...this.model.get("part"), box], selected: "" });
  }

  /**
   * Close a block, or open it.
   * @param {number} block
   */
  toggle(block) {
    const closed = this.model.get("closed");
    this.ask({
      closed: closed.includes(block)
        ? closed.filter((other) => other !== block)
        : [...closed, block],
      selected: "",
    });
  }

  /** @param {string} id */
  select(id) {
    if (this.model.get("selected") !== id) this.tell({ selected: id, element: "" });
  }

  /** @param {string} id */
  focus(id) {
    this.picture.elements(id)[0]?.focus({ preventScroll: false });
  }

  /**
   * Of all cards and wires one is reached by Tab; the arrow keys lead to the others.
   * @param {string} id
   */
  stopAt(id) {
    this.picture.elements(this.tabStop)[0]?.setAttribute("tabindex", "-1");
    this.picture.elements(id)[0]?.setAttribute("tabindex", "0");
    this.tabStop = id;
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (target === this.hands.editor || event.ctrlKey || event.metaKey) return;
    const g = /** @type {SVGElement | null} */ (target.closest(".gv-node, .gv-edge"));
    const id = g?.id ?? "";
    const input = g && id[0] === "n" ? this.structure.nodes[Number(id.slice(1))].input : null;
    if (this.act(event, id, input, g)) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  /**
   * Do what a key asks for; tells whether it asked for anything.
   * @param {KeyboardEvent} event
   * @param {string} id
   * @param {Span | null} input
   * @param {SVGElement | null} g
   */
  act(event, id, input, g) {
    const { key } = event;
    const index = Number(id.slice(1));
    if (key === ",") this.player.jump(this.player.now - 1);
    else if (key === ".") this.player.jump(this.player.now + 1);
    else if (key === "Home") this.player.jump(0);
    else if (key === "End") this.player.jump(null);
    else if (key === "Escape")
      this.model.get("selected")
        ? this.select("")
        : this.model.get("part").length
          ? this.ask({ part: this.model.get("part").slice(0, -1) })
          : null;
    else if ((key === "+" || key === "=") && !input) this.lens.by(NEARER);
    else if (key === "-" && !input) this.lens.by(1 / NEARER);
    else if (key === "0" && !input) this.lens.fit();
    else if (g === null) return false;
    else if (input && stepsOf(event)) this.hands.moved(index, stepsOf(event));
    else if (key.startsWith("Arrow")) {
      const next = walked(this.structure, this.picture, id, key);
      if (next !== null) this.focus(next);
    } else if (input && (key === "Enter" || key === "F2")) this.hands.open(index);
    else if (input && /^[-−\d.]$/.test(key)) this.hands.open(index, key);
    else if (key === "Enter" || (key === " " && (g.dataset.block || g.dataset.box))) {
      if (g.dataset.box) this.enter(Number(g.dataset.box));
      else if (g.dataset.block) this.toggle(Number(g.dataset.block));
      else this.select(id);
    } else if (key === " ") this.player.timer ? this.player.pause() : this.player.play();
    else return false;
    return true;
  }

  /** @param {PointerEvent} event */
  hover(event) {
    const target = /** @type {Element} */ (event.target).closest(".gv-node, .gv-edge, .gv-label");
    const id =
      target === null ? "" : target.id || `e${/** @type {SVGElement} */ (target).dataset.edge}`;
    if (id) this.describe(id);
    this.code.mark("gv-pointed", id ? [id] : []);
  }

  /** @param {string[]} ids */
  pointAt(ids) {
    this.picture.mark("gv-pointed", ids);
    if (!ids.length) this.code.mark("gv-pointed", []);
  }

  /**
   * Say in words what a card or a wire shows, for pointers and for screen readers.
   * @param {string} id
   */
  describe(id) {
    const index = Number(id.slice(1));
    const { nodes, edges } = this.structure;
    if (id[0] === "n") {
      const { value, adjoint, source, input } = nodes[index];
      const { g, title } = this.picture.nodes[index];
      title.textContent = [
        formulaText(value, this.state, 6),
        formulaText(adjoint, this.state, 6),
        source,
      ]
        .filter(Boolean)
        .join("\n");
      g.setAttribute("aria-label", title.textContent);
      if (input)
        for (const name of ["aria-valuenow", "aria-valuetext"])
          g.setAttribute(name, full(this.run.primals[index]));
    } else {
      const { local, flow } = edges[index];
      const { g, title } = this.picture.edges[index];
      title.textContent = `${formulaText(local, this.state, 6)}\nflows back: ${formulaText(flow, this.state, 6)}`;
      g.setAttribute("aria-label", title.textContent);
    }
  }

  repaint() {
    const { model } = this;
    this.message.textContent = model.get("message");
    if (this.restaged) this.restage();
    const answer = runOf(unpacked(model.get("numbers")), this.structure);
    if (answer === null) return;
    const run = this.forecast.over(answer);
    this.notice.textContent = this.forecast.notice;
    this.stage.classList.toggle("gv-old", this.forecast.isOld);
    const last = this.structure.steps.length - 1;
    const wanted = model.get("step");
    const step = wanted === null ? null : Math.min(wanted, last);
    const selected = this.picture.elements(model.get("selected")).length
      ? model.get("selected")
      : "";
    this.run = run;
    this.state = stateAt(run, this.structure, step);
    this.picture.load(this.state);
    const seen = this.picture.inSight(this.stage.getBoundingClientRect());
    for (const part of seen) this.picture.fill(part);
    this.picture.mark("gv-lit", step === null ? [] : stepPlace(this.structure.steps[step]));
    this.picture.mark("gv-selected", selected ? [selected] : []);
    this.picture.mark("gv-because", because(this.structure, selected));
    this.picture.mark(
      "gv-wrong",
      model.get("wrong").map((node) => `n${node}`),
    );
    this.player.show(step, last);
    const words = stepWords(this.structure, step);
    if (step === null) this.words.replaceChildren();
    else this.words.replaceChildren(formulaElement(words, this.state));
    this.reasons.show(
      this.structure,
      this.state,
      selected,
      model.get("nudges"),
      model.get("element"),
    );
    const open = model.get("code_open");
    this.opener.setAttribute("aria-pressed", String(open));
    this.code.element.hidden = !open;
    if (open) {
      this.code.fill(this.state);
      this.code.mark("gv-lit", step === null ? [] : stepPlace(this.structure.steps[step]));
      this.code.mark("gv-here", selected ? [selected] : []);
    }
    this.stopFollowing();
    this.rest = setTimeout(() => this.follow(0), RESTING);
  }

  stopFollowing() {
    clearTimeout(this.rest);
    cancelAnimationFrame(this.slice);
  }

  /**
   * Fill and describe what is not in sight, slice by slice, so that nothing stutters.
   * @param {number} start
   */
  follow(start) {
    const { nodes, size, svg } = this.picture;
    const stop = Math.min(size, start + SLICE);
    for (let part = start; part < stop; part++) {
      this.picture.fill(part);
      this.describe(part < nodes.length ? `n${part}` : `e${part - nodes.length}`);
    }
    if (stop < size) this.slice = requestAnimationFrame(() => this.follow(stop));
    else svg.setAttribute("aria-label", formulaText(this.structure.summary, this.run));
  }
}
