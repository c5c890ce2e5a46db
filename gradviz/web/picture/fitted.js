// Texts of a picture that have so much room, and no more.

const CHARACTER = 6; // pixels of a digit, as in scene/cards.py

/** A text that is written only when it changes. */
export class FittedText {
  /**
   * @param {Element} element
   * @param {number} room in pixels, into which longer texts are condensed
   */
  constructor(element, room) {
    this.element = element;
    this.room = room;
    this.shown = element.textContent ?? "";
    // to change it is cheaper than to make another
    this.node = element.firstChild ?? element.appendChild(document.createTextNode(""));
  }

  /** @param {string} shown */
  write(shown) {
    if (shown === this.shown) return;
    const wasLong = this.isLong();
    this.node.nodeValue = this.shown = shown;
    if (this.isLong()) {
      this.element.setAttribute("textLength", String(this.room));
      this.element.setAttribute("lengthAdjust", "spacingAndGlyphs");
    } else if (wasLong) {
      this.element.removeAttribute("textLength");
      this.element.removeAttribute("lengthAdjust");
    }
  }

  isLong() {
    return this.shown.length * CHARACTER > this.room + 2;
  }
}
