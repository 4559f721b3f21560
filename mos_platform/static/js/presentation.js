// How the clips of one trial are shown: a single clip, two side by side, or two in turn at the same place.

import { pause } from "./api.js";
import { Blocked } from "./player.js";
import { Together } from "./together.js";
import { say } from "./words.js";

const GREY_MS = 700;
const BETWEEN_MS = { pair: 500, turns: 1000 };
const PAIR_GAP = 24; // pixels, as in the style sheet

export class Presentation {
  /** `changed(moment, player?)` is called at "ready", "playing", "stalled", "flowing" and "paused". */
  constructor(stage, players, clips, changed) {
    this.stage = stage;
    this.all = players;
    this.clips = clips;
    this.changed = changed;
    this.unlocked = false;
    this.order = [];
    for (const player of players) player.onStall = (stalled) => changed(stalled ? "stalled" : "flowing", player);
  }

  /** Empties the stage to grey; sizes stay, so that nothing jumps. */
  blank() {
    this.order = [];
    this.together = null;
    for (const player of this.all) {
      player.stop();
      player.clear();
    }
  }

  prepare(trial) {
    this.trial = trial;
    this.inTurns = ["dcr", "ccr"].includes(trial.type);
    this.stage.classList.toggle("pair", trial.type === "pair");
    this.stage.classList.toggle("turns", this.inTurns);
    const names = namesOf(trial);
    this.all.forEach((player, place) => {
      const clip = trial.clips[place];
      player.box.hidden = !clip;
      player.box.classList.remove("front", "later");
      if (clip) player.reserve(clip, names[clip.role].long, names[clip.role].long || say("trial.clip"));
      if (clip) player.short = names[clip.role].short;
    });
    this.#arrange(trial);
  }

  #arrange(trial) {
    const used = this.all.slice(0, trial.clips.length);
    const widths = used.map(({ clip }) => clip.width);
    this.stage.style.setProperty("--need", trial.type === "pair" ? widths[0] + PAIR_GAP + widths[1] : Math.max(...widths));
    this.order = used[0].clip.role === trial.first ? used : used.reverse();
    this.order.forEach(({ box }, place) => box.classList.toggle("later", place > 0));
    this.#front(this.order[0]);
    this.together = trial.plays === "together" ? new Together(this.order) : null;
    this.stage.classList.toggle("together", this.together !== null);
    for (const player of this.order) player.shared = this.together !== null;
    for (const player of this.order) {
      if (this.together) player.offerSound(player.clip.role === trial.first, null);
      else player.hear.hidden = true;
    }
    this.replayed = new Map(this.order.map((player) => [player, 0]));
  }

  /** Loads everything, while the stage stays grey for a moment. */
  async load() {
    const loads = this.order.map(async (player) => player.load(await this.clips.get(player.clip.url)));
    await Promise.all([...loads, pause(GREY_MS)]);
  }

  get replays() {
    const counts = [...this.replayed.values()];
    return this.together ? Math.max(...counts) : counts.reduce((total, one) => total + one, 0);
  }

  get drift() {
    return this.together?.worstDriftMs ?? null;
  }

  /** Waits for the play button unless a gesture has already allowed sound; then `opened`, then all clips. */
  async run(askFirst, opened) {
    if (askFirst || !this.unlocked) await this.#gesture(this.order[0]);
    await seen();
    await opened();
    for (const player of this.order) player.tell("load");
    if (this.together) await this.#bothAtOnce();
    else await this.#oneByOne();
    this.unlocked = true;
  }

  async #oneByOne() {
    for (const [place, player] of this.order.entries()) {
      if (place > 0) await pause(this.inTurns ? BETWEEN_MS.turns : BETWEEN_MS.pair);
      this.#showOne(player, place === 0);
      await this.#playOrAsk(player, () => player.play(this.#offerToGoOn(player)));
      this.#shown();
    }
  }

  async #bothAtOnce() {
    this.together.listen(this.trial.first);
    await this.#playBoth();
  }

  async #playBoth() {
    const [first] = this.order;
    this.#sounds();
    this.changed("playing", first);
    await this.#playOrAsk(first, () => this.together.play(this.#offerToGoOn(first)));
    this.#shown();
  }

  /** Changes which of two clips is heard; false where there is nothing to change. */
  listen(role) {
    if (!this.together || !this.order.some(({ box }) => box.classList.contains("showing"))) return false;
    if (role !== this.together.role) this.together.listen(role);
    this.#sounds();
    this.changed("sound");
    return true;
  }

  switchSound() {
    const other = this.order.find(({ clip }) => clip.role !== this.together?.role);
    return Boolean(other) && this.listen(other.clip.role);
  }

  /** Lets clips be played again, as often as the study allows; `playing(true)` while one plays. */
  offerReplay(playing) {
    const most = this.trial.replays ?? Infinity;
    for (const player of this.together ? this.all.slice(0, 1) : this.order) {
      if (this.replayed.get(player) < most) offer(player, this.#againWords(player), true, () => this.#replay(player, playing));
      else if (most > 0) player.note.textContent = say("trial.no_replays");
    }
  }

  #againWords(player) {
    if (this.together) return say("trial.again_both");
    return this.inTurns ? say("trial.again_named", { name: player.short }) : say("trial.again");
  }

  /** Space bar: whatever the visible play button would do. */
  press() {
    const button = this.all.map((player) => player.button).find((candidate) => !candidate.hidden);
    button?.click();
    return button !== undefined;
  }

  async #replay(player, playing) {
    const { order, trial } = this;
    for (const one of this.together ? order : [player]) {
      this.replayed.set(one, this.replayed.get(one) + 1);
      one.tell("replay");
    }
    for (const other of order) other.button.hidden = true;
    playing(true);
    if (this.together) await this.#playBoth();
    else await this.#playOneAgain(player);
    if (trial !== this.trial || !this.order.includes(player)) return;
    playing(false);
    this.offerReplay(playing);
  }

  async #playOneAgain(player) {
    await player.rewind();
    this.#showOne(player, false);
    await player.play(this.#offerToGoOn(player));
    this.#shown();
  }

  #offerToGoOn(player) {
    return (resume) => {
      this.changed("paused", player);
      offer(player, say("trial.continue"), false, () => {
        this.changed("flowing", player);
        resume();
      });
    };
  }

  /** Where the browser wants a gesture before it plays sound, the play button comes back. */
  async #playOrAsk(player, play) {
    for (;;) {
      try {
        return await play();
      } catch (error) {
        if (!(error instanceof Blocked)) throw error;
        for (const one of this.order) one.stop();
        await this.#gesture(player);
        if (this.together) this.#sounds();
        else player.box.classList.add("sounding");
        this.changed("playing", player);
      }
    }
  }

  #gesture(player) {
    return new Promise((resolve) => {
      const { button } = offer(this.#pressed(player), say("trial.play"), false, resolve);
      this.#noteSecond(player);
      this.changed("ready", player);
      button.focus({ preventScroll: true });
    });
  }

  /** Where the play button stands: for clips that play together always at the same place. */
  #pressed(player) {
    return this.together ? this.all[0] : player;
  }

  #noteSecond(first) {
    if (this.together) return;
    for (const other of this.order) if (other !== first && other !== this.order[0]) other.note.textContent = say("trial.second_turn");
  }

  #showOne(player, firstOfTwo) {
    for (const other of this.order) other.note.textContent = "";
    if (firstOfTwo) this.#noteSecond(player);
    this.#front(player);
    player.box.classList.add("sounding");
    player.state.textContent = say("trial.playing");
    this.changed("playing", player);
  }

  #sounds() {
    for (const player of this.order) {
      const heard = player.clip.role === this.together.role;
      player.box.classList.toggle("sounding", heard);
      player.offerSound(heard, () => this.listen(player.clip.role));
    }
  }

  #shown() {
    for (const player of this.order) {
      player.box.classList.remove("sounding");
      player.state.textContent = "";
      player.hear.disabled = true;
    }
  }

  /** In turns, the clip that is seen; the other one waits behind it. */
  #front(player) {
    for (const other of this.order) other.box.classList.toggle("front", other === player);
  }
}

/** What the clips of a trial are called on the page, by role: in full, and on their buttons. */
function namesOf({ type, first, clips, questions }) {
  const [one, two] = [say("trial.first"), say("trial.second")].map((name) => ({ long: name, short: name }));
  if (type === "dcr") return { reference: { ...one, long: say("trial.first_reference") }, clip: two };
  if (type === "ccr") return first === "left" ? { left: one, right: two } : { left: two, right: one };
  const names = type === "pair" ? Object.fromEntries(questions[0].grades.map(({ value, label }) => [value, label])) : {};
  return Object.fromEntries(clips.map(({ role }) => [role, { long: names[role] ?? "", short: names[role] ?? "" }]));
}

/** No clip starts in a tab that nobody looks at. */
async function seen() {
  while (document.hidden) {
    await new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
  }
}

function offer(player, words, again, action) {
  const { button } = player;
  const name = player.shared ? "" : player.name.textContent;
  button.querySelector("span").textContent = words;
  button.setAttribute("aria-label", name && !words.includes(player.short) ? `${words}: ${name}` : words);
  button.classList.toggle("again", again);
  button.hidden = false;
  button.onclick = () => {
    button.hidden = true;
    button.onclick = null;
    action();
  };
  return player;
}
