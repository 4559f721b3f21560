// Tells the study on which kind of device the clips will be seen, and puts focus on what is missing.

export function kindOfDevice(view = window) {
  const coarse = view.matchMedia("(pointer: coarse)").matches;
  if (!coarse) return "desktop";
  return Math.min(view.screen.width, view.screen.height) < 600 ? "phone" : "tablet";
}

const field = document.getElementById("device");
if (field) field.value = kindOfDevice();
document.getElementById("errors")?.focus();
