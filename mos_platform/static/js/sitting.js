// A sitting: instructions, then one trial after another until the server says that there is none left.

import { Refusal, Unreachable, getJson, persistently, postJson } from "./api.js";
import { Trouble, alertWith, watchConnection } from "./banner.js";
import { Clips } from "./clips.js";
import { showEnd } from "./ending.js";
import { Outbox } from "./outbox.js";
import { between, instructions, showScreen } from "./screens.js";
import { holdSitting } from "./tabs.js";
import { playTone } from "./tone.js";
import { CannotPlay, TrialPage } from "./trial.js";
import { say } from "./words.js";

const byId = (id) => document.getElementById(id);
const room = byId("room").dataset;
const trialUrl = (pattern) => (token) => pattern.replace("TRIAL", encodeURIComponent(token));

class SittingPage {
  constructor() {
    this.connection = new Trouble({ offline: "sitting.offline", unreachable: "sitting.unreachable" });
    const sending = new Trouble({ offline: "sitting.answer_offline", unreachable: "sitting.answer_unreachable" });
    const openUrl = trialUrl(room.openUrl);
    this.opened = new Set(); // by this page: a page that is loaded anew shows the clips once more
    this.open = (token) => persistently((tries) => postJson(openUrl(token), { again: this.#again(token, tries) }), this.connection);
    this.unplayableUrl = trialUrl(room.unplayableUrl);
    this.outbox = new Outbox(room.sitting, { answersUrl: trialUrl(room.answersUrl), open: this.open, trouble: sending });
    this.clips = new Clips(this.connection, () => reachable());
    this.page = new TrialPage(this);
  }

  #again(token, tries) {
    const again = tries > 1 || this.opened.has(token);
    this.opened.add(token);
    return again;
  }

  async begin() {
    byId("help").onclick = () => byId("help-dialog").showModal();
    for (const button of document.querySelectorAll("[data-tone]")) button.onclick = playTone;
    watchConnection();
    let state = (await this.outbox.flush()) ?? (await this.fetchState());
    this.clips.preload(urls(state));
    if (state.trial && state.done === 0) await instructions();
    while (!this.lost && state.trial) state = await this.oneTrial(await this.around(state));
    if (!this.lost) this.end(state);
  }

  /** What comes between two trials: a request for more care, a break, or the end of practice. */
  async around(state) {
    if (state.warning) {
      await between("sitting.care_heading", "sitting.care", "sitting.continue");
      return this.around(await this.atServer(() => postJson(room.warnedUrl, {})));
    }
    if (state.practice_over) await between("sitting.practice_over_heading", "sitting.practice_over", "sitting.continue");
    if (!state.pause) return state;
    await between("sitting.break_heading", "sitting.break", "sitting.continue");
    return this.atServer(() => postJson(room.restedUrl, {}));
  }

  async oneTrial(state) {
    if (!state.trial) return state;
    this.clips.keep(urls(state));
    showScreen("trial");
    const outcome = await this.page.run(state);
    if (this.lost) return state;
    const next = outcome.unplayable ? await this.giveUp(state.trial, outcome.unplayable) : await this.submit(state.trial, outcome);
    return { ...next, notice: next.notice ?? outcome.notice };
  }

  giveUp(trial, reason) {
    return this.atServer(() => postJson(this.unplayableUrl(trial.token), { reason }));
  }

  /** Sends the answers once, however often it is asked to. What the server refuses is told with the next trial. */
  async submit(trial, body) {
    try {
      return await this.outbox.send(trial.token, body);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { ...(await this.fetchState()), notice: error.code || "not_next" };
    }
  }

  /** A request that gives the state; where the server refuses it, it tells the state itself. */
  async atServer(request) {
    try {
      return await persistently(request, this.connection);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return this.fetchState();
    }
  }

  async fetchState() {
    const state = await persistently(() => getJson(room.stateUrl), this.connection);
    if (state.setup) {
      window.location.assign(state.setup);
      await new Promise(() => {}); // this page is being left
    }
    return state;
  }

  end(state) {
    if (state.ended) return window.location.assign(state.ended);
    const bar = byId("preview");
    if (bar) bar.textContent = "the end; nothing is stored";
    showEnd(state);
  }

  /** Another tab goes on: this one plays and sends nothing more. */
  async stop() {
    this.lost = true;
    this.page.stop();
    await between("sitting.elsewhere_heading", "sitting.elsewhere", "sitting.go_on_here");
    window.location.reload();
  }
}

const urls = ({ trial, upcoming }) => [...(trial?.clips ?? []).map((clip) => clip.url), ...upcoming];

async function reachable() {
  try {
    await getJson(room.stateUrl);
    return true;
  } catch (error) {
    return !(error instanceof Unreachable);
  }
}

/** No failure leaves a rater in front of a dead page. */
async function guarded(action) {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof CannotPlay)) console.error(error);
    const words = say(error instanceof CannotPlay ? "sitting.cannot_play" : "sitting.unexpected");
    alertWith(words, say("sitting.reload"), () => window.location.reload());
  }
}

const sitting = new SittingPage();
holdSitting(room.sitting, () => guarded(() => sitting.stop()));
guarded(() => sitting.begin());
