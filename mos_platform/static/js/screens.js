// The parts of the page that are not the clip: screens, progress, what to do next.

import { say } from "./words.js";

const SCREENS = ["waiting", "instructions", "between", "trial", "end"];
const byId = (id) => document.getElementById(id);

export function showScreen(name) {
  for (const id of SCREENS) byId(id).hidden = id !== name;
  window.scrollTo(0, 0);
}

/** Shows a page of words with one button; resolves when it is pressed. */
export function between(heading, text, button) {
  byId("between-heading").textContent = say(heading);
  byId("between-text").textContent = say(text);
  byId("between-button").textContent = say(button);
  showScreen("between");
  byId("between-heading").focus();
  return pressed("between-button");
}

export function instructions() {
  showScreen("instructions");
  return pressed("start");
}

const pressed = (id) =>
  new Promise((resolve) => {
    byId(id).onclick = resolve;
  });

export function showProgress({ done, total, seconds_left: seconds }) {
  const minutes = Math.round(seconds / 60);
  const place = { position: Math.min(done + 1, total), total, minutes };
  byId("progress").textContent = say(minutes < 1 ? "trial.progress_last" : "trial.progress", place);
}

export function tell(text) {
  if (byId("prompt").textContent !== text) byId("prompt").textContent = text;
}
