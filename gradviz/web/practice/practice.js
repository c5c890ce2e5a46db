// Practice: a figure with blanks. One types into cards and wires; whoever judges it, Python or the
// page, says what became of each blank, and the figure shows it.

import { formulaText } from "../formulas/formula.js";
import { shareKeys } from "../hands/keys.js";
import { runOf, unpacked } from "../numbers/run.js";
import { make, scrolls } from "../parts/dom.js";
import { Picture } from "../picture/picture.js";
import { Strip } from "../picture/strip.js";
import { speaker } from "../words.js";
import { Fields } from "./fields.js";
import { known, resultOf } from "./known.js";
import { Panel, inWords } from "./spoken.js";

const UNANSWERED = 3000; // milliseconds
const TOLD_OF = ["numbers", "blanks", "answered"];

export class Practice {
  /**
   * @param {Store<PracticeState>} store
   * @param {HTMLElement} el
   */
  constructor(store, el) {
    const say = speaker(store.get("words"));
    const { structure, blanks } = store.get("given");
    this.store = store;
    this.el = el;
    this.say = say;
    this.structure = structure;
    this.blanks = blanks;
    this.states = store.get("blanks");
    this.name = Math.random().toString(36).slice(2); // two pages never act by the same
    this.acted = this.timer = 0;
    this.told = -1; // the blank that was spoken of last
    this.here = Math.max(0, this.states.findIndex(({ found }) => !found));
    this.isLeading = false;
    el.classList.add("gradviz-view", "gv-practice");
    el.setAttribute("role", "group");
    el.setAttribute("aria-label", say("page.practice.name"));
    this.unshare = shareKeys(el);

    this.picture = new Picture(structure.svg, structure.edges.map(({ blank }) => blank));
    const { svg } = this.picture;
    const size = ["width", "height"].map((side) => Number(svg.getAttribute(side)));
    this.count = make("p", "gv-notice");
    this.twin = make("ul", "gv-spoken");
    const sheet = make("div", "gv-sheet");
    sheet.style.setProperty("--gv-own", `${size[0]}px`);
    sheet.style.setProperty("--gv-unit", `calc(100cqw / ${size[0]})`);
    sheet.append(svg, this.twin);
    this.fields = new Fields(say, sheet, blanks, size, {
      answer: (at, text) => this.act(at, "answer", text),
      hint: (at) => this.act(at, "hint"),
      enter: (at) => this.enter(at),
      leave: () => this.panel.hint.focus(),
    });
    const stage = make("div", "gv-stage");
    stage.append(sheet);
    scrolls(stage);
    const strip = new Strip(stage);
    const fade = () => strip.fit(true, true); // all of its height is seen
    new ResizeObserver(fade).observe(stage);
    stage.addEventListener("scroll", fade, { passive: true });
    const ask = (/** @type {"hint" | "show"} */ what) => this.act(this.here, what);
    const back = () => this.fields.inputs[this.here].focus();
    this.panel = new Panel(say, blanks, `gv-said-${this.name}`, ask, back);
    el.append(this.count, stage, this.panel.element);

    this.update = () => this.show();
    for (const name of TOLD_OF) store.on(name, this.update);
    this.show();
    if (!store.get("painted")) store.tell({ painted: true });
  }

  /**
   * A person does something at a blank.
   * @param {number} at
   * @param {Act[2]} what
   * @param {string} text
   */
  act(at, what, text = "") {
    /** @type {Act} */
    const act = [`${this.name}-${++this.acted}`, at, what, text];
    this.told = at;
    this.heard();
    this.timer = setTimeout(() => this.panel.silence(), UNANSWERED);
    this.store.ask({ acts: [...this.store.get("acts"), act] });
  }

  heard() {
    clearTimeout(this.timer);
    this.timer = 0;
  }

  /**
   * A person comes to a blank: what was said of it is said again.
   * @param {number} at
   */
  enter(at) {
    this.here = at;
    if (this.states[at].says && !this.isLeading) this.told = at;
    this.show();
  }

  /** Show what is known, and what was said last. */
  show() {
    const { store, structure, blanks, picture, fields } = this;
    const before = this.states;
    this.states = store.get("blanks");
    const other = this.states.findIndex((state, at) => !isSameState(state, before[at]));
    if (other >= 0) this.told = other;
    if (store.get("asked") === store.get("answered")) this.heard();
    const run = runOf(unpacked(store.get("numbers")), structure);
    if (!run) return; // of another quiz
    const open = blanks.filter((_, at) => !this.states[at].found);
    const seen = known(run, structure.edges, open);
    picture.load(seen);
    for (let part = 0; part < picture.size; part++) picture.fill(part);
    picture.svg.setAttribute("aria-label", formulaText(structure.summary, seen));
    this.twin.replaceChildren(...inWords(this.say, structure, seen));
    this.light();
    const { focused } = this;
    const left = fields.show(this.states, this.panel.said.id, this.told, focused);
    if (this.states[this.here].found) this.here = Math.max(0, fields.after(this.here));
    this.panel.show(this.states, this.told, this.here, seen);
    this.sayCount();
    const isShown = other >= 0 && this.panel.asks.contains(focused) && this.states[other].found;
    if (left >= 0 || isShown) this.lead(Math.max(left, other));
  }

  /** What has the focus. */
  get focused() {
    const root = /** @type {Document | ShadowRoot} */ (this.el.getRootNode());
    return root.activeElement;
  }

  /** Light where a mistake is made, or what was found last. */
  light() {
    const state = this.states[this.told];
    const { kind, at } = this.blanks[this.told] ?? {};
    const found = state?.found ? [kind === "local" ? `e${at}` : `n${at}`] : [];
    this.picture.mark("gv-lit", state && state.edge !== null ? [`e${state.edge}`] : found);
  }

  sayCount() {
    const { n, open } = resultOf(this.states);
    const count = this.say("practice.blanks", { n });
    this.count.textContent = this.say(open ? "practice.title" : "practice.done", { count, open });
  }

  /**
   * Lead on from a blank that was found; what was said of it stays.
   * @param {number} from
   */
  lead(from) {
    const next = this.fields.after(from);
    this.isLeading = true;
    if (next < 0) this.panel.said.focus();
    else this.fields.inputs[next].focus();
    this.isLeading = false;
  }

  end() {
    this.heard();
    for (const name of TOLD_OF) this.store.off(name, this.update);
    this.unshare();
    this.el.replaceChildren(); // hosts keep the element
  }
}

/**
 * @param {BlankState} one
 * @param {BlankState} other
 */
function isSameState(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}
