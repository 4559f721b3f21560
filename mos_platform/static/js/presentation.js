// How the clips of one trial are shown: a single clip, or two that play one after the other.

import { Blocked } from "./player.js";

const GREY_MS = 700;
const BETWEEN_MS = 500;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class Presentation {
  constructor(stage, players, clips) {
    this.stage = stage;
    this.all = players;
    this.clips = clips;
    this.unlocked = false;
  }

  /** Empties the stage to grey; sizes stay, so that nothing jumps. */
  blank() {
    this.order = [];
    for (const player of this.all) {
      player.stop();
      player.clear();
    }
  }

  prepare(trial, labels) {
    this.stage.classList.toggle("pair", trial.type === "pair");
    this.all.forEach((player, place) => {
      const clip = trial.clips[place];
      player.box.hidden = !clip;
      if (clip) player.reserve(clip, labels[clip.side] ?? "");
    });
    const used = this.all.slice(0, trial.clips.length);
    this.order = trial.first === "right" ? used.reverse() : used;
    this.replays = 0;
  }

  /** Loads everything, while the stage stays grey for a moment. */
  async load() {
    const loads = this.order.map(async (player) => player.load(await this.clips.get(player.clip.url)));
    await Promise.all([...loads, pause(GREY_MS)]);
  }

  /** Waits for the play button unless a gesture has already allowed sound; then `opened`, then all clips in order. */
  async run(askFirst, opened, tell) {
    if (askFirst || !this.unlocked) await this.#gesture(this.order[0], tell);
    await seen();
    await opened();
    for (const [place, player] of this.order.entries()) {
      if (place > 0) await pause(BETWEEN_MS);
      this.#label(player, place);
      tell("playing", player);
      await this.#playOrAsk(player, tell);
      player.state.textContent = "";
    }
    this.unlocked = true;
  }

  /** Lets any clip be played again; `changed(true)` while one plays. */
  offerReplay(changed) {
    for (const player of this.order) {
      offer(player, "Play again", true, () => this.#replay(player, changed));
    }
  }

  /** Space bar: whatever the visible play button would do. */
  press() {
    const button = this.all.map((player) => player.button).find((candidate) => !candidate.hidden);
    button?.click();
    return button !== undefined;
  }

  async #replay(player, changed) {
    this.replays += 1;
    for (const other of this.order) other.button.hidden = true;
    this.#label(player, 0);
    changed(true);
    await player.play((resume) => offer(player, "Continue", true, resume));
    player.state.textContent = "";
    if (!this.order.includes(player)) return;
    changed(false);
    this.offerReplay(changed);
  }

  async #playOrAsk(player, tell) {
    for (;;) {
      try {
        return await player.play((resume) => offer(player, "Continue", false, resume));
      } catch (error) {
        if (!(error instanceof Blocked)) throw error;
        await this.#gesture(player, tell);
      }
    }
  }

  #gesture(player, tell) {
    return new Promise((resolve) => {
      offer(player, "Play", false, resolve);
      for (const other of this.order) if (other !== player) other.note.textContent = "Plays second";
      tell("ready", player);
      player.button.focus({ preventScroll: true });
    });
  }

  #label(player, place) {
    player.state.textContent = "Playing now";
    for (const other of this.order) other.note.textContent = other !== player && place === 0 && this.replays === 0 ? "Plays second" : "";
  }
}

/** No clip starts in a tab that nobody looks at. */
async function seen() {
  while (document.hidden) {
    await new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
  }
}

function offer(player, words, again, action) {
  const { button } = player;
  button.querySelector("span").textContent = words;
  button.setAttribute("aria-label", player.name.textContent ? `${words}: ${player.name.textContent}` : words);
  button.classList.toggle("again", again);
  button.hidden = false;
  button.onclick = () => {
    button.hidden = true;
    button.onclick = null;
    action();
  };
}
