// One calm strip over the page for trouble and the way on. It lies over the page, so that nothing moves.

import { say } from "./words.js";

const byId = (id) => document.getElementById(id);

export function alertWith(text, action, onAction) {
  if (byId("alert-text").textContent !== text) byId("alert-text").textContent = text;
  const button = byId("alert-button");
  button.hidden = !action;
  button.textContent = action ?? "";
  button.onclick = onAction ?? null;
  byId("alert").hidden = false;
}

function hideAlert() {
  byId("alert").hidden = true;
  byId("alert-text").textContent = "";
}

/** While the connection is away; the button and the browser's own signal end the wait early. */
export class Trouble {
  constructor({ offline, unreachable }) {
    this.names = { offline, unreachable };
    this.told = false;
  }

  wait() {
    this.told = true;
    const text = say(navigator.onLine ? this.names.unreachable : this.names.offline);
    return new Promise((resolve) => {
      alertWith(text, say("sitting.try_now"), resolve);
      window.addEventListener("online", resolve, { once: true });
    });
  }

  over() {
    if (this.told) hideAlert();
    this.told = false;
  }
}

/** Says at once that the connection is away, and that nothing is lost by it. */
export function watchConnection() {
  window.addEventListener("offline", () => byId("alert").hidden && alertWith(say("sitting.offline_now")));
  window.addEventListener("online", () => byId("alert-text").textContent === say("sitting.offline_now") && hideAlert());
}
