// Tells the study on which kind of device the clips will be seen, and puts focus on what is missing.

function kindOfDevice(view = window) {
  const coarse = view.matchMedia("(pointer: coarse)").matches;
  if (!coarse) return "desktop";
  return Math.min(view.screen.width, view.screen.height) < 600 ? "phone" : "tablet";
}

const found = { device: kindOfDevice(), "screen-width": window.screen.width, "screen-height": window.screen.height };
for (const [id, value] of Object.entries(found)) {
  const field = document.getElementById(id);
  if (field) field.value = value;
}
document.getElementById("errors")?.focus();
