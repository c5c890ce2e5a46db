// The words that the page says by itself. They come from the catalogue, gradviz/words, in the
// language that was set when the figure was made; texts are filled by the same rules as there.

/**
 * What says a text by its id, with its places filled.
 * @param {Words} words
 * @returns {Say}
 */
export function speaker({ language, texts }) {
  const plurals = {
    cardinal: new Intl.PluralRules(language),
    ordinal: new Intl.PluralRules(language, { type: "ordinal" }),
  };
  return (id, places = {}) => fill(formOf(texts[id], plurals, Number(places.n)), places);
}

/**
 * A text in which each `{name}` gave way to what stands there.
 * @param {string} text
 * @param {Record<string, unknown>} places
 */
export function fill(text, places) {
  return text.replace(/\{(\w+)\}/g, (_, name) => String(places[name]));
}

/**
 * What stands before and after a place, where something else than text is to stand.
 * @param {string} text said with this place: `say(id, { index: PLACE })`
 */
export function around(text) {
  return text.split(PLACE, 2);
}

export const PLACE = "\ufffc"; // the sign for an object among letters

/**
 * @param {Said} text
 * @param {Record<"cardinal" | "ordinal", Intl.PluralRules>} plurals
 * @param {number} n
 * @returns {string}
 */
function formOf(text, { cardinal, ordinal }, n) {
  if (typeof text === "string") return text;
  const forms = text.ordinal;
  return String(typeof forms === "object" ? forms[ordinal.select(n)] : text[cardinal.select(n)]);
}
