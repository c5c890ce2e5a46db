// A live figure: what it is sent is painted, at most once a frame, and first what is in sight; what
// a person does is told.

import { formulaText } from "../formulas/formula.js";
import { formulaElement } from "../formulas/mathml.js";
import { Forecast } from "../hands/forecast.js";
import { Hands } from "../hands/hands.js";
import { shareKeys } from "../hands/keys.js";
import { Sliders } from "../hands/sliders.js";
import { full } from "../numbers/numeral.js";
import { arrived, runOf, unknownRun } from "../numbers/run.js";
import { stepGrown, stepPlace, stepWords } from "../numbers/steps.js";
import { parsed } from "../numbers/typed.js";
import { make, scrolls } from "../parts/dom.js";
import { Path } from "../parts/path.js";
import { Player } from "../parts/player.js";
import { Reasons, because } from "../parts/reasons.js";
import { Elements } from "../picture/elements.js";
import { Lens } from "../picture/lens.js";
import { speaker } from "../words.js";
import { Beside } from "./beside.js";
import { command } from "./commands.js";
import { describe } from "./describe.js";
import { Moves } from "./moves.js";
import { Order } from "./order.js";
import { Stage } from "./stage.js";
import { Ways } from "./ways.js";

const RESTING = 120; // milliseconds until the rest follows: what is out of sight, and descriptions
const SLICE = 60; // parts of it in a frame
const SHOWN = ["step", "selected", "nudges", "wrong", "element", "code_open", "old"]; // as they are

export class View {
  /**
   * @param {Store<ViewState>} store
   * @param {HTMLElement} el
   */
  constructor(store, el) {
    const say = speaker(store.get("words"));
    const select = (/** @type {string} */ id) => this.select(id);
    this.say = say;
    this.store = store;
    this.el = el;
    this.frame = this.rest = this.slice = 0;
    this.restaged = this.waiting = this.ended = false;
    this.told = store.get("hand") ?? {};
    /** What else to do when numbers are shown. @type {() => void} */
    this.shown = () => {};
    this.ways = new Ways(say, store);
    this.structure = this.ways.told(store.get("structure"));
    this.run = this.state = unknownRun(this.structure);
    el.classList.add("gradviz-view");
    this.unshare = shareKeys(el);
    this.message = make("div", "gv-message", { role: "status" });
    this.notice = make("div", "gv-notice", { role: "status" });
    this.stage = new Stage(say, this.structure, this);
    this.moves = new Moves(store.get("step"));
    this.player = new Player(say, (step, beat) => {
      this.order.leave();
      this.moves.beat = beat;
      store.tell({ step });
    });
    this.order = new Order(say, this);
    this.caption = make("div", "gv-step", { role: "status", "aria-live": "polite" });
    this.words = this.caption.appendChild(make("div", "gv-words"));
    this.reasons = new Reasons(
      say,
      () => select(""),
      (index) => store.ask({ element: index }),
      (label) => store.ask({ opened: [...store.get("opened"), label] }),
    );
    this.code = new Beside(say, store, (ids) => this.pointAt(ids), select);
    this.sliders = new Sliders(store);
    this.hands = new Hands(this.stage.element, (input, value) => this.move(input, value));
    const { svg } = this.stage.picture;
    this.lens = new Lens(say, this.stage.element, svg, this.structure.path, () => {
      for (const part of this.seen()) this.stage.picture.fill(part);
    });
    this.elements = new Elements(say, this.stage.element, (node, index) =>
      store.ask({ selected: `n${node}`, element: index }),
    );
    this.path = new Path(say, (depth) => store.ask({ part: store.get("part").slice(0, depth) }));
    this.forecast = new Forecast(say, store, this.structure, () => this.schedule());
    this.changes = Object.entries(this.handlers());
    this.layOut();
    this.attach();
    for (const [name, handler] of this.changes) store.on(name, handler);
    this.loadCode();
    this.repaint();
    if (!store.get("painted")) store.tell({ painted: true });
  }

  /** Put the parts where they belong, and listen to what is done to them. */
  layOut() {
    const stage = this.stage.element;
    const parts = ["gv-controls", "gv-main", "gv-desk"].map((name) => make("div", name));
    const [controls, main, desk] = parts;
    scrolls(this.caption);
    this.order.element.prepend(this.player.speed);
    controls.append(this.player.element, this.order.element, this.lens.element, this.code.opener);
    main.append(this.path.element, stage, controls, this.ways.element, this.caption);
    main.append(this.reasons.element);
    desk.append(main, this.code.element);
    this.el.append(this.message, this.notice, desk);
    stage.addEventListener("keydown", (event) => this.key(event));
    stage.addEventListener("click", (event) => this.choose(event), { capture: true });
    stage.addEventListener("pointerover", (event) => this.hover(event));
    stage.addEventListener("pointerleave", () => {
      this.pointAt([]);
      this.stage.picture.mark("gv-asked", []);
    });
  }

  /**
   * What to do when something is told by others, one by one: marimo knows no lists of events.
   * @returns {Partial<Record<keyof ViewState, () => void>>}
   */
  handlers() {
    const { store, forecast } = this;
    const soon = () => this.schedule();
    const heard = () => {
      forecast.heard();
      soon();
    };
    return {
      structure: () => {
        this.restaged = true;
        soon();
      },
      wrt: () => {
        this.structure = this.ways.told(store.get("structure"));
        this.loadCode();
        soon();
      },
      numbers: heard,
      cells: soon,
      message: () => {
        if (store.get("message")) forecast.drop();
        soon();
      },
      hand: () => this.set(store.get("hand")),
      asked: () => forecast.ask(store.get("asked")),
      answered: heard,
      code: () => {
        this.loadCode();
        soon();
      },
      ...Object.fromEntries(SHOWN.map((name) => [name, soon])),
    };
  }

  end() {
    this.ended = true;
    cancelAnimationFrame(this.frame);
    this.stopFollowing();
    this.moves.motion.end();
    this.player.pause();
    this.forecast.end();
    this.lens.end();
    this.unshare();
    for (const [name, handler] of this.changes) this.store.off(name, handler);
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

  /**
   * A hand has set an input on its card.
   * @param {number} input
   * @param {number} value
   */
  move(input, value) {
    if (this.sliders.move(input, value)) return;
    const when = performance.timeOrigin + performance.now();
    this.store.ask({ hand: { ...this.store.get("hand"), [input]: [full(value), when] } });
  }

  /**
   * Cards were set, in this view or another.
   * @param {ViewState["hand"]} hand
   */
  set(hand) {
    for (const [node, [text, when]] of Object.entries(hand)) {
      if (when === this.told[node]?.[1]) continue;
      const value = parsed(text) ?? NaN;
      for (const input of this.sliders.tied(Number(node))) this.forecast.at(input, value, true);
    }
    this.told = hand;
  }

  /** A new graph: put its picture in place of the old one. */
  restage() {
    this.restaged = false;
    this.stopFollowing(); // the old picture
    this.moves.restage(this.stage.picture, this.structure.nodes);
    this.structure = this.ways.told(this.store.get("structure"));
    this.run = this.state = unknownRun(this.structure);
    this.stage.put(this.structure);
    this.lens.hold(this.stage.picture.svg, this.structure.path);
    this.attach();
    this.forecast.load(this.structure);
  }

  /** Tell the parts what picture there is. */
  attach() {
    const { nodes, path, output } = this.structure;
    this.path.load(path);
    this.elements.load(nodes, () => this.state, nodes[output].label);
    this.hands.hold(this.stage.picture, nodes, () => this.run);
  }

  loadCode() {
    this.code.load(this.ways.along(this.structure));
  }

  /**
   * Open a box of a large graph.
   * @param {number} box
   */
  enter(box) {
    this.store.ask({ part: [...this.store.get("part"), box], selected: "" });
  }

  /** Leave what is selected, or else the box that is open. */
  leave() {
    const part = this.store.get("part");
    if (this.store.get("selected")) this.select("");
    else if (part.length) this.store.ask({ part: part.slice(0, -1) });
  }

  /**
   * Close a block, or open it.
   * @param {number} block
   */
  toggle(block) {
    const closed = this.store.get("closed");
    const others = closed.filter((other) => other !== block);
    const isClosed = others.length < closed.length;
    this.moves.block = block;
    this.store.ask({ closed: isClosed ? others : [...closed, block], selected: "" });
  }

  /** The reverse sweep begins, in an order of one's own. */
  beginBack() {
    this.player.pause();
    this.store.tell({ step: this.structure.steps.findIndex(([kind]) => kind === "seed") });
    this.select("");
  }

  /** A gate goes that was chosen, as a step does that is taken by hand. */
  goBack() {
    this.moves.beat = this.player.byHand;
  }

  /**
   * Where one chooses the order, a gate that is pressed goes back.
   * @param {MouseEvent} event
   */
  choose(event) {
    if (this.order.take(this.structure, this.stage.partAt(event))) event.stopPropagation();
  }

  /** @param {string} id */
  select(id) {
    if (this.order.gates && id) return;
    if (this.store.get("selected") !== id) this.store.tell({ selected: id, element: "" });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.target === this.hands.editor || event.ctrlKey || event.metaKey) return;
    if (!command(this, event)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {PointerEvent} event */
  hover(event) {
    const id = this.stage.partAt(event);
    if (id) this.describe(id);
    this.code.pointAt(id ? [id] : []);
    this.stage.picture.mark("gv-asked", id ? [id] : []);
  }

  /** @param {string[]} ids */
  pointAt(ids) {
    this.stage.picture.mark("gv-pointed", ids);
    if (!ids.length) this.code.pointAt([]);
  }

  /** @param {string} id */
  describe(id) {
    describe(this.say, this.stage.picture, this.structure, this.run, this.state, id);
  }

  repaint() {
    const { store, forecast } = this;
    this.message.textContent = store.get("message");
    if (this.restaged) this.restage();
    const sent = arrived(store.get("numbers"), store.get("cells"), this.structure);
    const answer = runOf(sent, this.structure);
    if (answer === null) return;
    const { structure } = this;
    const { picture } = this.stage;
    const wanted = store.get("step");
    const step = wanted === null ? null : Math.min(wanted, structure.steps.length - 1);
    const selected = picture.elements(store.get("selected")).length ? store.get("selected") : "";
    const before = this.state;
    const run = this.ways.run(forecast.over(answer), structure);
    const seen = this.seen();
    this.moves.prepare(step, run, this.run, picture);
    this.run = run;
    const swept = this.order.swept(run, structure, step);
    this.state = swept?.state ?? this.ways.state(run, structure, step);
    picture.turn(structure.second ? this.ways.legend() : null);
    this.notice.textContent = forecast.notice;
    this.stage.element.classList.toggle("gv-old", forecast.isOld || store.get("old") === true);
    const taken = step === null ? null : structure.steps[step];
    const wires = this.order.wires(structure);
    this.paint(swept ? wires : taken ? stepPlace(taken) : [], selected, seen);
    this.order.show(picture, structure, swept);
    picture.mark("gv-grown", taken && !swept ? stepGrown(structure, taken) : []);
    const shown = { picture, structure, before, after: this.state };
    this.moves.show(step, shown, swept && wires);
    this.player.show(step, structure.steps, Boolean(structure.second));
    this.shown();
    const words = () => [formulaElement(stepWords(structure, step), this.state)];
    if (swept) this.words.textContent = this.order.sentence(picture, structure, run, swept);
    else this.words.replaceChildren(...(step === null ? [] : words()));
    this.reasons.show(structure, this.state, selected, store.get("nudges"), store.get("element"));
    this.stopFollowing();
    this.rest = setTimeout(() => this.follow(0), RESTING);
  }

  /** The parts in sight, before anything is written; or all, where that is sooner done. */
  seen() {
    const { picture, element } = this.stage;
    if (picture.size <= SLICE) return Array(picture.size).keys();
    return picture.inSight(element.getBoundingClientRect());
  }

  /**
   * Write the numbers that are in sight, and mark what is lit and selected.
   * @param {string[]} lit
   * @param {string} selected
   * @param {Iterable<number>} seen the parts that are in sight
   */
  paint(lit, selected, seen) {
    const { picture } = this.stage;
    picture.load(this.state);
    for (const part of seen) picture.fill(part);
    const wrong = this.store.get("wrong").map((node) => `n${node}`);
    picture.mark("gv-lit", lit);
    const sought = lit.length ? lit : [selected];
    this.lens.follow(sought.flatMap((id) => picture.elements(id)));
    picture.mark("gv-selected", selected ? [selected] : []);
    picture.mark("gv-because", because(this.structure, selected));
    picture.mark("gv-wrong", wrong);
    this.code.show(this.state, lit, selected);
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
    const { nodes, size, svg } = this.stage.picture;
    const stop = Math.min(size, start + SLICE);
    for (let part = start; part < stop; part++) {
      this.stage.picture.fill(part);
      this.describe(part < nodes.length ? `n${part}` : `e${part - nodes.length}`);
    }
    if (stop < size) this.slice = requestAnimationFrame(() => this.follow(stop));
    else svg.setAttribute("aria-label", formulaText(this.structure.summary, this.run));
  }
}
