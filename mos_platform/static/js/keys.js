// The keyboard: space plays, digits answer, enter goes on. Native keys of buttons, radio groups, sliders and text
// fields stay as they are.

export function listen({ play, press, next }) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.closest?.("textarea")) return;
    if (event.target.closest?.("button, a, summary") && (event.key === " " || event.key === "Enter")) return;
    if (handle(event, { play, press, next })) event.preventDefault();
  });
}

function handle(event, { play, press, next }) {
  if (event.key === "Enter") return event.repeat || next();
  if (event.key === " ") return !selects(event.target) && (event.repeat || play());
  return /^[0-9]$/.test(event.key) && press(event.key);
}

/** Space chooses a radio button that has focus but is not chosen yet. */
const selects = (target) => target.matches?.("input[type=radio]") && !target.checked;
