// A sitting: instructions, then one trial after another until the server says that there is none left.

import { Refusal, getJson, persistently, postJson } from "./api.js";
import { showAbout } from "./about.js";
import { Clips } from "./clips.js";
import { HiddenWatch, presentationFacts } from "./facts.js";
import { listen } from "./keys.js";
import { Outbox } from "./outbox.js";
import { Player, Unplayable } from "./player.js";
import { Presentation } from "./presentation.js";
import { Questions } from "./questions.js";
import { Trouble, alertWith, progressText, showEnd, showScreen, tell } from "./screens.js";
import { playTone } from "./tone.js";

const byId = (id) => document.getElementById(id);
const room = byId("room").dataset;
const trialUrl = (pattern) => (token) => pattern.replace("TRIAL", encodeURIComponent(token));

const WAITING = "Answers are available when the clip has ended.";
const WAITING_BOTH = "Answers are available when both clips have ended.";
const READY = {
  rating: "Press play.",
  dcr: "Press play: first the reference, then the clip.",
  ccr: "Press play to see two clips, one after the other.",
  pair: "Press play to see two clips, one after the other.",
};

class SittingPage {
  constructor() {
    const connection = new Trouble({
      offline: "You seem to be offline. Please keep this page open; it goes on by itself.",
      unreachable: "The connection is slow or interrupted. We keep trying; please keep this page open.",
    });
    const sending = new Trouble({
      offline: "You seem to be offline. Your answer is kept here and is sent as soon as you are back.",
      unreachable: "Your answer could not be sent yet. It is kept here, and we keep trying.",
    });
    this.connection = connection;
    this.openUrl = trialUrl(room.openUrl);
    this.outbox = new Outbox(room.sitting, {
      answersUrl: trialUrl(room.answersUrl),
      open: (token) => this.open(token),
      trouble: sending,
    });
    this.clips = new Clips(connection);
    this.players = [...document.querySelectorAll(".box")].map((box) => new Player(box));
    this.presentation = new Presentation(byId("stage"), this.players, this.clips);
    this.questions = new Questions(byId("questions"), () => this.#answered());
    this.hidden = new HiddenWatch();
    this.busy = true;
    this.lastType = null;
  }

  async begin() {
    byId("help").onclick = () => byId("help-dialog").showModal();
    for (const button of document.querySelectorAll("[data-tone]")) button.onclick = playTone;
    byId("answers").addEventListener("submit", (event) => {
      event.preventDefault();
      this.next();
    });
    listen({
      play: () => !byId("trial").hidden && this.presentation.press(),
      press: (key) => this.questions.press(key),
      next: () => this.next(),
    });
    const state = (await this.outbox.flush()) ?? (await this.fetchState());
    this.clips.preload(urls(state));
    if (state.trial && state.done === 0) await this.instructions();
    await this.show(state);
  }

  fetchState() {
    return persistently(() => getJson(room.stateUrl), this.connection);
  }

  instructions() {
    showScreen("instructions");
    return new Promise((resolve) => {
      byId("start").onclick = resolve;
    });
  }

  /** Shows trial after trial; each `next` starts the following one. */
  async show(state) {
    if (!state.trial) return this.end(state);
    const { trial } = state;
    this.trial = trial;
    this.clips.keep(urls(state));
    showScreen("trial");
    byId("progress").textContent = progressText(state);
    if (trial.preview) byId("preview").textContent = trial.preview;
    this.presentation.prepare(trial);
    this.questions.show(trial.questions);
    byId("next").disabled = true;
    tell("");
    await this.present(trial, state.upcoming);
    return undefined;
  }

  end(state) {
    const bar = byId("preview");
    if (bar) bar.textContent = "the end; nothing is stored";
    showEnd(state);
  }

  async present(trial, upcoming) {
    const slow = setTimeout(() => tell("Getting the clip ready…"), 1500);
    await Promise.all([this.presentation.load(), showAbout(trial)]).finally(() => clearTimeout(slow));
    const isNew = trial.type !== this.lastType;
    this.lastType = trial.type;
    this.hidden.restart();
    await this.presentation.run(isNew, () => this.open(trial.token), (moment, player) => this.#say(moment, player));
    this.endedAt = performance.now();
    this.answeredAt = null;
    this.busy = false;
    this.clips.preload(upcoming);
    this.questions.enable(true);
    this.#askForAnswers();
    this.presentation.offerReplay((playing) => playing || this.#askForAnswers());
  }

  open(token) {
    return persistently(() => postJson(this.openUrl(token), {}), this.connection);
  }

  /** Sends the answers once, however often it is asked to, and goes on. */
  next() {
    const { answers } = this.questions;
    if (this.busy || answers === null || byId("trial").hidden) return false;
    this.busy = true;
    byId("next").disabled = true;
    const facts = presentationFacts({
      players: this.presentation.order,
      endedAt: this.endedAt,
      answeredAt: this.answeredAt ?? performance.now(),
      hiddenMs: this.hidden.ms,
      replays: this.presentation.replays,
    });
    this.questions.enable(false);
    this.presentation.blank();
    tell("Saving…");
    document.activeElement?.blur();
    guarded(() => this.submit(answers, facts));
    return true;
  }

  async submit(answers, facts) {
    let state;
    try {
      state = await this.outbox.send(this.trial.token, { answers, facts });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      state = await this.fetchState();
    }
    await this.show(state);
  }

  #answered() {
    this.answeredAt = performance.now();
    this.#askForAnswers();
  }

  #askForAnswers() {
    const complete = this.questions.answers !== null;
    byId("next").disabled = !complete || this.busy;
    const asked = this.trial.questions.filter(({ optional }) => !optional);
    if (complete) tell("Press Next to go on.");
    else tell(asked.length > 1 ? "Please answer each question." : "Please answer the question.");
  }

  #say(moment, player) {
    const both = this.presentation.order.length > 1;
    const waiting = both ? WAITING_BOTH : WAITING;
    const first = this.presentation.order[0] === player;
    if (moment === "ready") tell(`${first ? READY[this.trial.type] : READY.rating} ${waiting}`);
    else tell(both ? `Playing now: ${player.name.textContent}. ${waiting}` : waiting);
  }
}

const urls = ({ trial, upcoming }) => [...(trial?.clips ?? []).map((clip) => clip.url), ...upcoming];

/** No failure leaves a rater in front of a dead page. */
async function guarded(action) {
  try {
    await action();
  } catch (error) {
    alertWith(explanation(error), "Reload the page", () => window.location.reload());
  }
}

function explanation(error) {
  if (error instanceof Unplayable)
    return "This browser cannot play the clip. Please open this address in a current Chrome, Edge, Firefox or Safari.";
  if (error instanceof Refusal) return error.message;
  return "Something unexpected happened. Your answers so far are stored; reloading goes on where you were.";
}

guarded(() => new SittingPage().begin());
