// How the clips of one trial are shown: a single clip, two side by side, or two in turn at the same place.

import { Blocked } from "./player.js";

const GREY_MS = 700;
const BETWEEN_MS = { pair: 500, turns: 1000 };
const PAIR_GAP = 24; // pixels, as in the style sheet
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

  prepare(trial) {
    this.inTurns = ["dcr", "ccr"].includes(trial.type);
    this.stage.classList.toggle("pair", trial.type === "pair");
    this.stage.classList.toggle("turns", this.inTurns);
    const labels = labelsOf(trial);
    this.all.forEach((player, place) => {
      const clip = trial.clips[place];
      player.box.hidden = !clip;
      player.box.classList.remove("front");
      if (clip) player.reserve(clip, labels[clip.role] ?? "");
    });
    const used = this.all.slice(0, trial.clips.length);
    const widths = used.map(({ clip }) => clip.width);
    this.stage.style.setProperty("--need", trial.type === "pair" ? widths[0] + PAIR_GAP + widths[1] : Math.max(...widths));
    this.order = used[0].clip.role === trial.first ? used : used.reverse();
    this.order.forEach(({ box }, place) => box.classList.toggle("later", place > 0));
    this.#front(this.order[0]);
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
      if (place > 0) await pause(this.inTurns ? BETWEEN_MS.turns : BETWEEN_MS.pair);
      this.#front(player);
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
      const words = this.inTurns ? `${player.name.textContent} again` : "Play again";
      offer(player, words, true, () => this.#replay(player, changed));
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
    this.#front(player);
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

  /** In turns, the clip that is seen; the other one waits behind it. */
  #front(player) {
    for (const other of this.order) other.box.classList.toggle("front", other === player);
  }

  #label(player, place) {
    player.state.textContent = "Playing now";
    for (const other of this.order) other.note.textContent = other !== player && place === 0 && this.replays === 0 ? "Plays second" : "";
  }
}

/** What the clips of a trial are called on the page, by role. */
function labelsOf({ type, first, questions }) {
  if (type === "dcr") return { reference: "Reference", clip: "Clip" };
  if (type === "ccr") return first === "left" ? { left: "First clip", right: "Second clip" } : { left: "Second clip", right: "First clip" };
  if (type === "pair") return Object.fromEntries(questions[0].grades.map((grade) => [grade.value, grade.label]));
  return {};
}

/** No clip starts in a tab that nobody looks at. */
async function seen() {
  while (document.hidden) {
    await new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
  }
}

function offer(player, words, again, action) {
  const { button } = player;
  const name = player.name.textContent;
  button.querySelector("span").textContent = words;
  button.setAttribute("aria-label", name && !words.startsWith(name) ? `${words}: ${name}` : words);
  button.classList.toggle("again", again);
  button.hidden = false;
  button.onclick = () => {
    button.hidden = true;
    button.onclick = null;
    action();
  };
}
