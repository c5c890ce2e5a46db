// The notebook around a figure: it keeps the keys that run a cell and save, and gets the focus back when a person points at it.

const S = 83; // on keyboards of any language

/**
 * All other keys stay in the figure.
 * @param {HTMLElement} el
 * @returns {() => void} what ends that
 */
export function shareKeys(el) {
  const cell = () =>
    /** @type {HTMLElement | null | undefined} */ (el.parentElement?.closest("[tabindex]"));
  const done = new AbortController();
  const { signal } = done;
  el.setAttribute("data-lm-suppress-shortcuts", "true"); // or JupyterLab takes the keys …
  el.addEventListener("keydown", (event) => event.stopPropagation(), { signal }); // … and its notebook the focus
  el.addEventListener(
    "keydown",
    (event) => {
      const runs =
        event.key === "Enter" && (event.shiftKey || event.ctrlKey || event.altKey || event.metaKey);
      if (!runs && !(event.keyCode === S && (event.ctrlKey || event.metaKey))) return;
      event.stopPropagation(); // a button is not to be pressed by it, nor a card opened
      if (runs) cell()?.focus({ preventScroll: true });
      const isUnanswered = (cell() ?? el.parentNode).dispatchEvent(
        new KeyboardEvent("keydown", event),
      );
      if (runs || !isUnanswered) event.preventDefault();
    },
    { capture: true, signal },
  );
  document.addEventListener(
    "pointerdown",
    (event) => {
      // which JupyterLab keeps from moving the focus
      if (el.contains(document.activeElement) && !event.composedPath().includes(el))
        cell()?.focus({ preventScroll: true });
    },
    { capture: true, signal },
  );
  return () => done.abort();
}
