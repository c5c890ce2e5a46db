// What Python answers in a notebook, a page alone answers itself: the numbers where a hand has set
// an input, the blocks that are closed, what comes of moving a value a little. What it can't answer
// it says.

import { placeOf, valueAt } from "../hands/places.js";
import { performer } from "../numbers/program.js";
import { bytesOf, sentOf, unpacked } from "../numbers/run.js";
import { parsed } from "../numbers/typed.js";
import { elementLines, nudgeLines } from "./nudges.js";
import { statisticsLines } from "./statistics.js";

/** @import { Alone } from "./store.js" */

/**
 * Numbers as a view is sent them.
 * @param {ArrayLike<number>} numbers
 */
function viewOf(numbers) {
  const view = new DataView(new ArrayBuffer(8 * numbers.length));
  for (let at = 0; at < numbers.length; at++) view.setFloat64(8 * at, numbers[at], true);
  return view;
}

export class Answers {
  /**
   * @param {Say} say
   * @param {Alone<ViewState>} store
   * @param {FigureGiven} given
   */
  constructor(say, store, given) {
    this.say = say;
    this.store = store;
    this.given = given;
    this.drawing = given.drawings[0];
    this.closed = new Set(given.closed); // by what blocks are called from outside
    /** @type {Map<Drawing, Performer>} */
    this.performers = new Map();
    const numbers = unpacked(bytesOf(given.values));
    let place = 0;
    /** The inputs, in their order. @type {(number | Float64Array)[]} */
    this.values = given.sizes.map((size) => {
      if (size === null) return numbers[place++];
      place += size;
      return numbers.slice(place - size, place);
    });
    this.stored = [...this.values];
    /** What the program gave last. @type {ArrayLike<number | Float64Array | null>} */
    this.numbers = [];
    /** @type {Record<string, number>} */
    this.told = {};
    /** What to do when inputs were set. @type {() => void} */
    this.moved = () => {};
    store.answer = (changes) => this.answer(changes);
    if (this.drawing.part) this.drawing.numbers = given.numbers; // which stand once in a page
    if (given.can_move) this.numbers = this.performer(this.drawing).run(this.values) ?? [];
  }

  /**
   * The structure of a drawing as the figure is told it: here is what works out its numbers.
   * @param {Drawing} drawing
   * @returns {Structure}
   */
  static shown({ structure }) {
    return { ...structure, program: null };
  }

  /**
   * What performs the program of a drawing.
   * @param {Drawing} drawing
   */
  performer(drawing) {
    const program = /** @type {Program} */ (drawing.structure.program);
    const known = this.performers.get(drawing) ?? performer(program);
    this.performers.set(drawing, known);
    return known;
  }

  /**
   * The drawing of a trace with blocks closed; undefined if the page does not hold it.
   * @param {number} trace
   * @param {Set<string>} closed
   */
  drawingOf(trace, closed) {
    const blocks = this.given.blocks[trace];
    /** @type {(at: number | null) => boolean} */
    const isHidden = (at) =>
      at !== null && (closed.has(blocks[at].key) || isHidden(blocks[at].parent));
    const seen = blocks.flatMap(({ key, parent }, at) =>
      closed.has(key) && !isHidden(parent) ? [at] : [],
    );
    return this.given.drawings.find(
      (drawing) =>
        drawing.trace === trace &&
        String(drawing.closed) === String(seen) &&
        (this.given.can_move || drawing.numbers !== undefined),
    );
  }

  /**
   * The drawing of a box that is opened, by which box of which it is; undefined if the page does
   * not hold it.
   * @param {number[]} part
   */
  drawingOfPart(part) {
    return this.given.drawings.find(
      (drawing) => drawing.numbers !== undefined && String(drawing.part) === String(part),
    );
  }

  /**
   * Whether a box can be opened here.
   * @param {number} box
   */
  canEnter(box) {
    return this.drawingOfPart([...this.store.get("part"), box]) !== undefined;
  }

  /**
   * Open a box, or go back to what is around it.
   * @param {number[]} part
   */
  enter(part) {
    const drawing = this.drawingOfPart(part);
    if (drawing) this.show(drawing, bytesOf(String(drawing.numbers)));
    else this.refuse("page.alone.boxes", { part: this.drawing.part ?? [] });
  }

  /**
   * What is closed once a block is closed, or opened.
   * @param {number} block
   */
  toggled(block) {
    const { key } = this.given.blocks[this.drawing.trace][block];
    const closed = new Set(this.closed);
    if (!closed.delete(key)) closed.add(key);
    return closed;
  }

  /**
   * Whether a block can be closed or opened here.
   * @param {number} block
   */
  canToggle(block) {
    return this.drawingOf(this.drawing.trace, this.toggled(block)) !== undefined;
  }

  /** @param {Partial<ViewState>} changes */
  answer(changes) {
    if (changes.hand) this.take(changes.hand);
    if (changes.closed) this.refold(changes.closed);
    if (changes.opened?.length) this.refuse("page.alone.arrays", { opened: [] });
    if (changes.part) this.enter(changes.part);
    if (changes.selected !== undefined || changes.element !== undefined) this.nudge();
  }

  /**
   * Say that only Python could do this, and leave it undone.
   * @param {TextId} text
   * @param {Partial<ViewState>} undone
   */
  refuse(text, undone) {
    this.store.put({ ...undone, message: this.say(text) });
  }

  /**
   * Inputs were set on their cards.
   * @param {ViewState["hand"]} hand
   */
  take(hand) {
    for (const [node, [text, when]] of Object.entries(hand)) {
      if (this.told[node] === when) continue;
      this.told[node] = when;
      const input = this.drawing.structure.inputs.indexOf(Number(node));
      const tied = this.given.sliders.find(({ inputs }) => inputs.includes(input));
      this.set(tied?.inputs ?? [input], parsed(text) ?? NaN);
    }
  }

  /**
   * Set inputs.
   * @param {number[]} inputs
   * @param {number} value
   */
  set(inputs, value) {
    if (this.given.can_move) {
      this.put(inputs, value);
      this.work();
    } else this.look(inputs, value);
    this.moved();
  }

  /**
   * @param {number[]} inputs
   * @param {number} value
   */
  put(inputs, value) {
    this.values = this.values.map((before, at) => (inputs.includes(at) ? value : before));
  }

  /** Work out the numbers where the inputs are, by the trace that holds there. */
  work() {
    const here = this.drawing;
    const others = this.given.blocks.flatMap((_, trace) =>
      trace === here.trace ? [] : (this.drawingOf(trace, this.closed) ?? []),
    );
    for (const drawing of [here, ...others]) {
      const numbers = this.performer(drawing).run(this.values);
      if (numbers === null) continue;
      this.numbers = numbers;
      this.show(drawing, viewOf(sentOf(numbers, drawing.structure)));
      return;
    }
    this.store.put({ message: this.say("page.alone.branch"), old: true });
  }

  /**
   * Look up the numbers that are held where one slider was moved; the others go back.
   * @param {number[]} inputs
   * @param {number} value
   */
  look(inputs, value) {
    const { sliders, held } = this.given;
    const at = sliders.findIndex((slider) => slider.inputs.includes(inputs[0]));
    if (at < 0 || held === null) {
      this.refuse("page.alone.needs_python", {});
      return;
    }
    const place = placeOf(sliders[at], value);
    const numbers = held[at][place];
    this.values = [...this.stored];
    this.put(sliders[at].inputs, valueAt(sliders[at], place));
    if (numbers) this.show(this.drawing, bytesOf(numbers));
    else this.store.put({ message: this.say("page.alone.not_held"), old: true });
  }

  /**
   * Show numbers, and before them their drawing if it is another.
   * @param {Drawing} drawing
   * @param {DataView} numbers
   */
  show(drawing, numbers) {
    /** @type {Partial<ViewState>} */
    const changes = { numbers, message: "", old: false };
    if (drawing !== this.drawing) {
      this.drawing = drawing;
      const { code } = drawing;
      Object.assign(changes, { structure: Answers.shown(drawing), closed: this.numbered(), code });
    }
    this.store.put(changes);
    if (this.store.get("selected")) this.nudge();
  }

  /** The blocks that are closed, by their numbers. */
  numbered() {
    const blocks = this.given.blocks[this.drawing.trace];
    return blocks.flatMap(({ key }, at) => (this.closed.has(key) ? [at] : []));
  }

  /**
   * Close and open blocks.
   * @param {number[]} closed
   */
  refold(closed) {
    const blocks = this.given.blocks[this.drawing.trace];
    const keys = new Set(closed.map((at) => blocks[at].key));
    const drawing = this.drawingOf(this.drawing.trace, keys);
    if (!drawing) {
      this.refuse("page.alone.blocks", { closed: this.numbered() });
      return;
    }
    this.closed = keys;
    this.store.put({ element: "" });
    if (drawing === this.drawing) return;
    if (drawing.numbers !== undefined) {
      this.show(drawing, bytesOf(drawing.numbers));
      return;
    }
    const numbers = this.performer(drawing).run(this.values);
    if (numbers === null) {
      // what is shown is of before
      this.refuse("page.alone.branch", { closed: this.numbered() });
      return;
    }
    this.numbers = numbers;
    this.show(drawing, viewOf(sentOf(numbers, drawing.structure)));
  }

  /** Work out what comes of moving the selected value a little. */
  nudge() {
    const { say, drawing, numbers } = this;
    const { selected, element } = this.store.state;
    const performer = this.given.can_move ? this.performer(drawing) : null;
    const lines = [
      ...elementLines(say, drawing, numbers, selected, element),
      ...statisticsLines(say, drawing, numbers, selected),
      ...nudgeLines(say, drawing, numbers, selected, performer),
    ];
    this.store.put({ nudges: { of: selected, lines } });
  }
}
