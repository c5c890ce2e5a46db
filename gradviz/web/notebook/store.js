// What stands between a figure and its host: in a notebook, the model that anywidget gives.

/** @template State @implements {Store<State>} */
export class Notebook {
  /** @param {Model<State>} model */
  constructor(model) {
    this.model = model;
    this.name = Math.random().toString(36).slice(2); // two pages never ask by the same
    this.asked = 0;
  }

  /**
   * @template {keyof State} Name
   * @param {Name} name
   */
  get(name) {
    return this.model.get(name);
  }

  /**
   * @param {string} name
   * @param {() => void} handler
   */
  on(name, handler) {
    this.model.on(`change:${name}`, handler);
  }

  /**
   * @param {string} name
   * @param {() => void} handler
   */
  off(name, handler) {
    this.model.off(`change:${name}`, handler);
  }

  /** @param {Partial<State>} changes */
  tell(changes) {
    for (const [name, value] of Object.entries(changes)) this.model.set(name, value);
    try {
      this.model.save_changes();
    } catch {} // the kernel is dead
  }

  /**
   * Tell something that Python is to answer.
   * @param {Partial<State>} changes
   */
  ask(changes) {
    this.tell({ ...changes, asked: `${this.name}-${++this.asked}` });
  }

  /** @param {string} reference */
  async slider(reference) {
    const id = reference.replace("IPY_MODEL_", "");
    const slider = await this.model.widget_manager.get_model(id);
    if (!slider.views) throw new Error(); // it is of marimo's kind, and shown nowhere
    return slider;
  }
}
