// What stands between a figure and a page that nobody answers but the page itself.

/** @template State @implements {Store<State>} */
export class Alone {
  /**
   * @param {State} state
   */
  constructor(state) {
    this.state = state;
    /** @type {Map<string, Set<() => void>>} */
    this.handlers = new Map();
    /** What to do about what the figure tells. @type {(changes: Partial<State>) => void} */
    this.answer = () => {};
    this.asked = 0;
  }

  /**
   * @template {keyof State} Name
   * @param {Name} name
   */
  get(name) {
    return this.state[name];
  }

  /**
   * @param {string} name
   * @param {() => void} handler
   */
  on(name, handler) {
    const known = this.handlers.get(name);
    if (known) known.add(handler);
    else this.handlers.set(name, new Set([handler]));
  }

  /**
   * @param {string} name
   * @param {() => void} handler
   */
  off(name, handler) {
    this.handlers.get(name)?.delete(handler);
  }

  /**
   * Change what the figure is told.
   * @param {Partial<State>} changes
   */
  put(changes) {
    const names = /** @type {(keyof State & string)[]} */ (Object.keys(changes));
    const changed = names.filter((name) => this.state[name] !== changes[name]);
    Object.assign(/** @type {object} */ (this.state), changes);
    for (const name of changed) for (const handler of this.handlers.get(name) ?? []) handler();
  }

  /** @param {Partial<State>} changes */
  tell(changes) {
    this.put(changes);
    this.answer(changes);
  }

  /**
   * What is asked is answered at once.
   * @param {Partial<State>} changes
   */
  ask(changes) {
    const asked = String(++this.asked);
    this.tell({ ...changes, asked });
    this.put(/** @type {any} */ ({ answered: asked }));
  }

  /**
   * There are no models of sliders; to make an error of it would cost milliseconds.
   * @returns {Promise<Slider>}
   */
  slider() {
    return Promise.reject();
  }
}
