// One trial: its clips, then its answers. Says at every moment what to do next.

import { showAbout } from "./about.js";
import { Missing } from "./clips.js";
import { HiddenWatch, presentationFacts } from "./facts.js";
import { Journal } from "./journal.js";
import { listen } from "./keys.js";
import { Player, Unplayable } from "./player.js";
import { Presentation } from "./presentation.js";
import { Questions } from "./questions.js";
import { showProgress, tell } from "./screens.js";
import { inARow, say } from "./words.js";

const SLOW_MS = 1500;
const MOST_BROKEN = 2; // clips in a row that cannot be decoded: then it is the browser
const READY = { rating: "trial.ready", dcr: "trial.ready_dcr", ccr: "trial.ready_two", pair: "trial.ready_two" };
const NOTICES = new Set(["again", "later", "not_played", "not_next", "invalid"]);
const byId = (id) => document.getElementById(id);

const asks = (trial, type) => trial.questions.some((question) => question.type === type);

/** Whether a trial plays in another way than the one before, or asks nothing that was asked there. */
function isOtherTask(trial, before) {
  const known = before?.questions.map(({ id }) => id);
  return !before || trial.type !== before.type || trial.plays !== before.plays
    || !trial.questions.some(({ id }) => known.includes(id));
}

/** The browser plays no clip at all. */
export class CannotPlay extends Error {}

export class TrialPage {
  constructor({ clips, open }) {
    this.clips = clips;
    this.open = open;
    this.journal = new Journal();
    const players = [...document.querySelectorAll(".box")].map((box) => new Player(box, this.journal));
    this.presentation = new Presentation(byId("stage"), players, clips, (moment, player) => this.#say(moment, player));
    this.questions = new Questions(byId("questions"), () => this.#answered());
    this.hidden = new HiddenWatch();
    this.broken = 0;
    this.lastTask = null;
    this.#listen();
  }

  #listen() {
    byId("answers").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#next();
    });
    listen({
      // Here space never scrolls the clip away, also where nothing is to be played.
      play: () => this.#here && (this.presentation.press() || true),
      press: (key) => this.questions.press(key),
      next: () => this.#next(),
      reach: () => this.#here && this.questions.reach(),
      sound: () => this.#here && this.presentation.switchSound(),
    });
  }

  get #here() {
    return !byId("trial").hidden;
  }

  /** Shows a trial; gives its answers and what happened, or {unplayable: reason}. */
  async run(state) {
    this.#show(state);
    try {
      await this.#present(state);
    } catch (error) {
      return this.#unplayable(error);
    }
    this.clips.preload(state.upcoming);
    await this.#answers();
    return this.#letter();
  }

  /** Shows and sends nothing more. */
  stop() {
    this.stopped = true;
    this.done = null;
    this.presentation.blank();
  }

  #show(state) {
    const { trial } = state;
    this.trial = trial;
    this.notice = NOTICES.has(state.notice) ? say(`trial.notice_${state.notice}`) : "";
    showProgress(state);
    if (trial.preview) byId("preview").textContent = trial.preview;
    byId("practice").hidden = byId("practice-tips").hidden = !trial.practice;
    byId("practice-tips").classList.add("later");
    this.presentation.prepare(trial);
    this.questions.show(trial.questions);
    byId("practice-keys").textContent = this.questions.keys && say("trial.practice_keys", { keys: this.questions.keys });
    byId("next").disabled = true;
    tell(this.notice);
    byId("stage").focus({ preventScroll: true });
  }

  async #present(state) {
    const { trial } = state;
    const waiting = this.#tellWhileSlow(trial.clips.map(({ url }) => url));
    await Promise.all([this.presentation.load(), showAbout(trial)]).finally(() => {
      clearInterval(waiting);
      this.#share("");
    });
    if (this.stopped) await new Promise(() => {});
    const between = this.lastTask !== null && asks(trial, "digits"); // whatever the task, and is none itself
    const isNew = this.notice !== "" || (!between && isOtherTask(trial, this.lastTask));
    if (!between) this.lastTask = trial;
    this.hidden.restart();
    await this.presentation.run(isNew, async () => {
      await this.open(trial.token);
      this.journal.open();
    });
    this.broken = 0;
    this.endedAt = performance.now();
    this.answeredAt = null;
  }

  #tellWhileSlow(urls) {
    const since = performance.now();
    return setInterval(() => {
      if (performance.now() - since < SLOW_MS) return;
      tell(inARow(this.notice, say("trial.loading")));
      this.#share(`${Math.floor(100 * this.clips.share(urls))} %`);
    }, 500);
  }

  #share(text) {
    for (const { note } of this.presentation.order.slice(0, 1)) note.textContent = text;
  }

  /** A clip that cannot be shown is not the rater's affair; a browser that shows none is. */
  #unplayable(error) {
    this.lastTask = null;
    if (error instanceof Missing) return { unplayable: error.reason, notice: "later" };
    if (!(error instanceof Unplayable)) throw error;
    this.broken += 1;
    for (const { url } of this.trial.clips) this.clips.forget(url);
    if (this.broken >= MOST_BROKEN) throw new CannotPlay();
    return { unplayable: "decode", notice: "later" };
  }

  /** Resolves when the rater goes on with complete answers. */
  #answers() {
    return new Promise((resolve) => {
      this.done = () => {
        this.done = null;
        resolve();
      };
      this.questions.enable(true);
      this.#rest();
      this.presentation.offerReplay((playing) => playing || this.#rest());
    });
  }

  /** Nothing plays, answers are open. */
  #rest() {
    byId("practice-tips").classList.remove("later");
    this.#ask();
  }

  #next() {
    if (!this.done || this.questions.answers === null || !this.#here) return false;
    this.done();
    return true;
  }

  #letter() {
    const { presentation, questions } = this;
    const facts = presentationFacts({
      players: presentation.order,
      endedAt: this.endedAt,
      answeredAt: this.answeredAt ?? performance.now(),
      hiddenMs: this.hidden.ms,
      replays: presentation.replays,
      drift: presentation.drift,
    });
    if (presentation.drift !== null) this.journal.note("drift", "", { n: presentation.drift });
    const letter = { answers: questions.answers, facts, events: this.journal.events };
    this.journal.close();
    byId("next").disabled = true;
    questions.enable(false);
    byId("stage").focus({ preventScroll: true });
    presentation.blank();
    tell(say("trial.saving"));
    return letter;
  }

  #answered() {
    this.answeredAt = performance.now();
    this.#ask();
  }

  #ask() {
    byId("next").disabled = this.questions.answers === null || !this.done;
    tell(this.#asking);
  }

  get #asking() {
    if (this.questions.answers !== null) return say("trial.press_next");
    const asked = this.trial.questions.filter(({ optional }) => !optional);
    return say(asked.length > 1 ? "trial.answer_all" : "trial.answer_one");
  }

  #say(moment, player) {
    if (moment === "ready") tell(inARow(this.notice, this.#ready(player), this.#waiting));
    else if (moment === "stalled") tell(say("trial.stalled"));
    else if (moment === "paused") tell(say("trial.paused"));
    else this.#sayPlaying(player ?? this.presentation.order[0]);
  }

  #sayPlaying(player) {
    const { together } = this.presentation;
    if (together) {
      const name = this.presentation.order.find(({ clip }) => clip.role === together.role).name.textContent;
      tell(inARow(say("trial.hearing", { name }), this.#waiting));
    } else if (this.#both) tell(inARow(say("trial.playing_named", { name: player.short }), this.#waiting));
    else tell(this.#waiting);
  }

  #ready(player) {
    const { order, together } = this.presentation;
    const first = together ? "trial.ready_together" : READY[this.trial.type];
    const words = order[0] === player ? first : "trial.ready";
    return this.trial.replays === 0 ? inARow(say(words), say("trial.once")) : say(words);
  }

  get #both() {
    return this.trial.clips.length > 1;
  }

  get #waiting() {
    if (this.done) return this.#asking;
    return say(this.#both ? "trial.waiting_both" : "trial.waiting");
  }
}
