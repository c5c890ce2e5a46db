// The code beside a figure, and the button that opens it.

import { Code } from "../parts/code.js";
import { written } from "../parts/dom.js";

export class Beside {
  /**
   * @param {Say} say
   * @param {Store<ViewState>} store
   * @param {(ids: string[]) => void} point what to do when a line is pointed at
   * @param {(id: string) => void} select
   */
  constructor(say, store, point, select) {
    this.store = store;
    this.code = new Code(say, point, select);
    this.element = this.code.element;
    this.opener = written("button", "gv-button gv-opener", say("page.code"), {
      type: "button",
      title: say("page.code.show"),
    });
    this.opener.addEventListener("click", () => this.toggle());
  }

  toggle() {
    if (this.store.get("code_open")) return this.store.tell({ code_open: false });
    this.store.ask({ code_open: true });
    this.code.isSought = true;
  }

  /** @param {string | null} along what moves in forward mode */
  load(along) {
    this.code.load(this.store.get("code"), along);
  }

  /** @param {string[]} ids */
  pointAt(ids) {
    this.code.mark("gv-pointed", ids);
  }

  /**
   * @param {Run} state
   * @param {string[]} lit
   * @param {string} selected
   */
  show(state, lit, selected) {
    const isOpen = this.store.get("code_open");
    this.opener.setAttribute("aria-pressed", String(isOpen));
    this.element.hidden = !isOpen;
    this.element.parentElement?.classList.toggle("gv-with-code", isOpen);
    if (!isOpen) return;
    this.code.fill(state);
    this.code.find();
    this.code.mark("gv-lit", lit);
    this.code.mark("gv-here", selected ? [selected] : []);
  }
}
