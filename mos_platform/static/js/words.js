// The interface's words in the page's language, as the server put them into the page.

const words = JSON.parse(document.getElementById("words").textContent);

/** The words called "page.key" with their {places} filled. */
export function say(name, places = {}) {
  if (!(name in words)) throw new Error(`The page has no words called ${name}.`);
  return words[name].replace(/\{(\w+)\}/g, (_, place) => places[place]);
}

/** Sentences in a row, the empty ones left out; Chinese writes no space between them. */
export function inARow(...sentences) {
  return sentences.filter((sentence) => sentence).join(" ").replaceAll("。 ", "。");
}
