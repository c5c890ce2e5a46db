// In a notebook, another language may be set while a figure stands there.

/**
 * What shows something, and shows it anew when it is to speak another language.
 * @template {{words: Words}} State
 * @param {(place: {model: Model<State>, el: HTMLElement}) => () => void} show
 * @returns {(place: {model: Model<State>, el: HTMLElement}) => () => void}
 */
export function spokenAnew(show) {
  return (place) => {
    const { model, el } = place;
    const begin = () => {
      const { language } = model.get("words");
      if (language === "en") el.removeAttribute("lang");
      else el.lang = language; // by which browsers choose between forms of a letter
      return show(place);
    };
    let end = begin();
    const again = () => {
      end();
      el.replaceChildren();
      end = begin();
    };
    model.on("change:words", again);
    return () => {
      model.off("change:words", again);
      end();
    };
  };
}
