// What is shown beside a clip: the item's picture, and what raters need to know to judge it.

const byId = (id) => document.getElementById(id);

/** Resolves once the picture, where there is one, can be seen: a picture that does not arrive holds nobody up. */
export async function showAbout({ context, picture }) {
  byId("context").textContent = context;
  byId("context").hidden = !context;
  byId("about").hidden = !context && !picture;
  const image = byId("picture");
  image.hidden = !picture;
  if (!picture) {
    image.removeAttribute("src");
    return;
  }
  image.src = picture;
  await image.decode().catch(() => {});
}
