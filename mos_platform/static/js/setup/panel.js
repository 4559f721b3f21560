// One check's part of the page: what plays in it, what is chosen in it.

import { say } from "../words.js";

export class Panel {
  constructor(section) {
    this.section = section;
    this.heading = section.querySelector("h1");
    this.media = section.querySelector("audio, video");
    this.button = section.querySelector(".play");
    this.choices = [...section.querySelectorAll(".choices button")];
    this.media?.addEventListener("contextmenu", (event) => event.preventDefault());
    this.restart();
  }

  /** As before the first press: what is to be played is still on its way. */
  restart() {
    this.enable(false);
    for (const choice of this.choices) choice.removeAttribute("aria-pressed");
    this.section.classList.remove("answered");
    if (!this.button) return;
    this.button.disabled = true;
    this.#label("setup.preparing");
  }

  /** Answered: what was played cannot be played again. */
  close() {
    this.enable(false);
    this.section.classList.add("answered");
  }

  find(selector) {
    return this.section.querySelector(selector);
  }

  enable(on) {
    for (const choice of this.choices) choice.disabled = !on;
  }

  place({ place: n, of: total }) {
    const line = this.find(".round");
    if (line) line.textContent = say("setup.round", { n, total });
  }

  /** Loads what is to be played; its end calls `onEnd` each time. */
  ready(address, onEnd) {
    const { media, button } = this;
    if (media.src) URL.revokeObjectURL(media.src);
    media.src = address;
    media.onended = () => {
      this.offer("setup.play_again");
      onEnd();
    };
    button.onclick = () => this.play().catch(() => this.offer("setup.play"));
    this.offer("setup.play");
  }

  async play() {
    this.isBegun = true;
    this.section.classList.add("playing");
    this.button.disabled = true;
    this.#label("setup.playing");
    this.media.currentTime = 0;
    await this.media.play();
  }

  /** Resolves with the value of the choice that is pressed. */
  chosen() {
    return new Promise((resolve) => {
      for (const choice of this.choices) {
        choice.onclick = () => {
          choice.setAttribute("aria-pressed", "true");
          this.close();
          resolve(choice.value);
        };
      }
    });
  }

  /** The button can be pressed. Between rounds it takes the focus, which lies nowhere else then. */
  offer(words) {
    this.section.classList.remove("playing");
    this.button.disabled = false;
    this.#label(words);
    if (this.isBegun && document.activeElement === document.body) this.button.focus();
  }

  #label(words) {
    this.button.querySelector("span").textContent = say(words);
    this.button.classList.toggle("again", words === "setup.play_again");
  }
}
