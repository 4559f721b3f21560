// The keyboard: space plays, digits answer, enter goes on, arrows reach the answers, S changes the sound of two clips.
// Native keys of buttons, radio groups, sliders and text fields stay as they are.

export function listen(actions) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.closest?.("textarea, input[type=text]")) return;
    if (event.target.closest?.("button, a, summary") && (event.key === " " || event.key === "Enter")) return;
    if (handle(event, actions)) event.preventDefault();
  });
}

function handle(event, { play, press, next, reach, sound }) {
  const { key, target } = event;
  if (key === "Enter") return event.repeat || next();
  if (key === " ") return !selects(target) && (event.repeat || play());
  if (key.startsWith("Arrow")) return !target.matches?.("input") && (sides(key) && sound() ? true : reach());
  // By its place too: on other keyboards the letter is another one.
  if (key.toLowerCase() === "s" || event.code === "KeyS") return event.repeat || sound();
  return /^[0-9]$/.test(key) && press(key);
}

const sides = (key) => key === "ArrowLeft" || key === "ArrowRight";

/** Space chooses a radio button that has focus but is not chosen yet. */
const selects = (target) => target.matches?.("input[type=radio]") && !target.checked;
