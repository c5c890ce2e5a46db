// What a figure moves, and when: the next step that a person takes or plays, a gate that was
// chosen, a block that was pressed. Whatever else is shown is there at once.

import { enact, handOn } from "../motion/acts.js";
import { Standing, refold } from "../motion/fold.js";
import { Motion } from "../motion/motion.js";
import { isSameRun } from "../numbers/run.js";
/** @import { Seen } from "../motion/acts.js" */
/** @import { Picture } from "../picture/picture.js" */

export class Moves {
  /** @param {number | null} step that is shown */
  constructor(step) {
    this.motion = new Motion();
    this.step = step;
    /** Milliseconds a beat of what is wanted; 0 where it is to be there at once. */
    this.beat = 0;
    /** The block that is to be closed or opened. @type {number | null} */
    this.block = null;
    /** The picture in which it was not. @type {Standing | null} */
    this.old = null;
  }

  /**
   * Another picture is to take the place of this one.
   * @param {Picture} picture
   * @param {NodeWords[]} nodes
   */
  restage(picture, nodes) {
    this.motion.finish();
    const isSeen = this.block !== null && this.motion.isAble;
    this.old = isSeen ? new Standing(picture, nodes) : null;
  }

  /**
   * Something is to be shown: what moves ends, unless it is just that.
   * @param {number | null} step
   * @param {Run} run
   * @param {Run} before
   * @param {Picture} picture
   */
  prepare(step, run, before, picture) {
    if (this.beat && this.motion.isAble) this.motion.lay(picture);
    const isZoomed = picture.svg.style.width !== this.motion.zoom;
    if (step !== this.step || isZoomed || !isSameRun(run, before)) this.motion.finish();
  }

  /**
   * Something is shown: let it move, if it is what was wanted.
   * @param {number | null} step
   * @param {Omit<Seen, "beat">} shown
   * @param {string[] | null} chosen the wires along which a gate goes back that was chosen
   */
  show(step, shown, chosen) {
    const { motion, beat, block, old } = this;
    const { picture, structure } = shown;
    const last = this.step;
    const taken = last === null || step === null ? [] : structure.steps.slice(last + 1, step + 1);
    if (beat && motion.isAble) {
      if (chosen) handOn(motion, { ...shown, beat }, chosen);
      else if (taken.length) enact(motion, { ...shown, beat }, taken);
    }
    if (old && block !== null)
      refold(motion, block, old, new Standing(picture, structure.nodes));
    if (old) this.block = this.old = null;
    this.step = step;
    this.beat = 0;
  }
}
