// The notebook around a figure: it keeps the keys that run a cell and save, and gets the focus back
// when a person points at it.

const S = 83; // on keyboards of any language

/**
 * All other keys stay in the figure.
 * @param {HTMLElement} el
 * @returns {() => void} what ends that
 */
export function shareKeys(el) {
  const cell = () => /** @type {HTMLElement | null} */ (el.parentElement?.closest("[tabindex]"));
  const done = new AbortController();
  const { signal } = done;
  const early = { capture: true, signal };
  el.setAttribute("data-lm-suppress-shortcuts", "true"); // or JupyterLab takes the keys …
  // … and its notebook the focus
  el.addEventListener("keydown", (event) => event.stopPropagation(), { signal });
  const share = (/** @type {KeyboardEvent} */ event) => {
    const { key, keyCode, shiftKey, ctrlKey, altKey, metaKey } = event;
    const runs = key === "Enter" && (shiftKey || ctrlKey || altKey || metaKey);
    if (!runs && !(keyCode === S && (ctrlKey || metaKey))) return;
    event.stopPropagation(); // a button is not to be pressed by it, nor a card opened
    if (runs) cell()?.focus({ preventScroll: true });
    const around = cell() ?? el.parentNode;
    const isUnanswered = around?.dispatchEvent(new KeyboardEvent("keydown", event));
    if (runs || !isUnanswered) event.preventDefault();
  };
  const giveBack = (/** @type {PointerEvent} */ event) => {
    if (el.contains(document.activeElement) && !event.composedPath().includes(el))
      cell()?.focus({ preventScroll: true });
  };
  el.addEventListener("keydown", share, early);
  document.addEventListener("pointerdown", giveBack, early); // JupyterLab would not move the focus
  return () => done.abort();
}
