// Which way derivatives go: back from the output, or forward from an input. A switch, and a line
// that says what each gives.

import {
  forwardRun,
  forwardStateAt,
  forwardStructure,
  named,
  onlyOne,
} from "../numbers/forward.js";
import { stateAt } from "../numbers/steps.js";
import { parsed } from "../numbers/typed.js";
import { make, written } from "../parts/dom.js";

const DIRECTION = "+"; // the choice of more than one input
const MOST_SEEDS = 6; // inputs of which a person may say how fast each moves

export class Ways {
  /**
   * @param {Say} say
   * @param {Store<ViewState>} store
   */
  constructor(say, store) {
    this.say = say;
    this.store = store;
    this.element = make("div", "gv-ways", { role: "group", "aria-label": say("page.forward.way") });
    const made = (/** @type {"reverse" | "forward"} */ way) => {
      const button = written("button", "gv-button gv-way", say(`page.forward.${way}`), {
        type: "button",
      });
      button.addEventListener("click", () => this.turn(way === "forward" ? this.last : null));
      return button;
    };
    this.buttons = [made("reverse"), made("forward")];
    this.wrt = make("select", "gv-wrt", { "aria-label": say("page.forward.wrt") });
    this.wrt.addEventListener("change", () => this.choose(this.wrt.value));
    this.seeds = make("span", "gv-seeds");
    this.line = make("span", "gv-says");
    this.element.append(...this.buttons, this.wrt, this.seeds, this.line);
    /** Along what tangents ran last. @type {Wrt} */
    this.last = {};
    /** @type {string[]} */
    this.names = [];
  }

  /** @param {Wrt | null} wrt */
  turn(wrt) {
    this.store.ask({ wrt });
  }

  /** @param {string} value */
  choose(value) {
    if (value !== DIRECTION) this.turn({ [value]: 1 });
    else this.turn(Object.fromEntries(this.names.map((name) => [name, 1])));
  }

  /**
   * A graph, told of in the way that is chosen.
   * @param {Structure} structure
   * @returns {Structure}
   */
  told(structure) {
    const wrt = this.store.get("wrt") ?? null;
    const { forward, nodes, output } = structure;
    this.element.hidden = !forward;
    if (!forward) return structure;
    const { names } = forward;
    const is = wrt !== null && Object.keys(wrt).every((name) => names.includes(name));
    if (is) this.last = wrt;
    else if (!names.includes(Object.keys(this.last)[0])) this.last = { [names[0]]: 1 };
    this.offer(names, is ? wrt : null);
    this.line.textContent = this.says(is ? wrt : null, nodes[output].label);
    return is ? forwardStructure(this.say, structure, wrt) : structure;
  }

  /**
   * What each way gives, in a line.
   * @param {Wrt | null} wrt
   * @param {string} output
   */
  says(wrt, output) {
    if (wrt === null) return this.say("page.forward.says_reverse", { output });
    const input = onlyOne(wrt);
    if (input !== null) return this.say("page.forward.says_forward", { input });
    return this.say("page.forward.says_along");
  }

  /**
   * The choices, and the one that is taken.
   * @param {string[]} names
   * @param {Wrt | null} wrt
   */
  offer(names, wrt) {
    this.buttons.forEach((button, at) =>
      button.setAttribute("aria-pressed", String((wrt !== null) === (at === 1))),
    );
    this.wrt.hidden = wrt === null;
    const along = wrt !== null && onlyOne(wrt) === null;
    const canMix = along || (names.length > 1 && names.length <= MOST_SEEDS);
    if (String(names) !== String(this.names) || this.wrt.options.length < names.length + +canMix) {
      this.names = names;
      const options = names.map((name) => written("option", "", name, { value: name }));
      const mix = written("option", "", this.say("page.forward.direction"), { value: DIRECTION });
      this.wrt.replaceChildren(...options, ...(canMix ? [mix] : []));
    }
    if (wrt !== null) this.wrt.value = along ? DIRECTION : String(onlyOne(wrt));
    this.fields(along ? wrt : null);
  }

  /**
   * Fields for how fast each input moves.
   * @param {Wrt | null} wrt
   */
  fields(wrt) {
    if (this.seeds.contains(document.activeElement)) return; // somebody types there
    const names = wrt === null ? [] : this.names.slice(0, MOST_SEEDS);
    this.seeds.replaceChildren(
      ...names.map((name) => {
        const label = this.say("page.forward.seed", { input: name });
        const field = make("input", "gv-seed", { type: "text", "aria-label": label });
        field.value = String(wrt?.[name] ?? 0);
        field.addEventListener("change", () => this.set(name, parsed(field.value) ?? NaN));
        const row = written("label", "", `d${name} `);
        row.append(field);
        return row;
      }),
    );
  }

  /**
   * @param {string} name
   * @param {number} seed
   */
  set(name, seed) {
    if (Number.isFinite(seed)) this.turn({ ...this.last, [name]: seed });
    else this.fields(this.last);
  }

  /**
   * A run, with what stands beside its values in this way.
   * @param {Run} run
   * @param {Structure} structure
   */
  run(run, structure) {
    return structure.second ? forwardRun(run, structure, this.last) : run;
  }

  /**
   * It after so many steps.
   * @param {Run} run
   * @param {Structure} structure
   * @param {number | null} step
   */
  state(run, structure, step) {
    return (structure.second ? forwardStateAt : stateAt)(run, structure, step);
  }

  /**
   * What moves in forward mode, by its name; null of the reverse sweep.
   * @param {Structure} structure
   */
  along(structure) {
    return structure.second ? named(this.last, this.say) : null;
  }

  /** The words of the legend: of what stands beside a value, and of what goes along a wire. */
  legend() {
    const input = named(this.last, this.say);
    const of = onlyOne(this.last) === null ? "page.forward.legend_along" : "page.forward.legend";
    return [this.say(of, { input }), this.say("page.forward.legend_push")];
  }
}
