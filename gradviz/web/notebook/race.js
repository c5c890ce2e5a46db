import { Race } from "../race/race.js";

/** @param {{model: Model<RaceState>, el: HTMLElement}} given */
function render({ model, el }) {
  const race = new Race(model, el);
  if (!model.get("painted")) {
    model.set("painted", true);
    model.save_changes();
  }
  return () => {
    race.end();
    el.replaceChildren(); // hosts keep the element
  };
}

export default { render };
