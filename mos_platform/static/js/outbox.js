// The one answer that is under way. It is kept in the browser until the server has it, so that neither a lost
// connection nor a closed page loses it; sending it twice is harmless, the first one stands.

import { Refusal, pause, persistently, postJson } from "./api.js";

const MARGIN_MS = 50;

export class Outbox {
  constructor(sitting, { answersUrl, open, trouble }) {
    this.open = open;
    this.key = `study-answer-${sitting}`;
    this.answersUrl = answersUrl;
    this.trouble = trouble;
    this.held = null;
  }

  /** Sends the answers of a trial and gives the sitting's next state. */
  async send(trial, body) {
    this.#hold({ trial, body });
    return this.#deliver({ trial, body });
  }

  /** Sends what an earlier visit could not; null when there is nothing or the server has no use for it. */
  async flush() {
    const letter = this.#read();
    if (letter === null) return null;
    try {
      return await this.#deliver(letter);
    } catch (error) {
      if (error instanceof Refusal) return null;
      throw error;
    }
  }

  async #deliver(letter) {
    for (;;) {
      try {
        const state = await persistently(() => postJson(this.answersUrl(letter.trial), letter.body), this.trouble);
        this.#hold(null);
        return state;
      } catch (error) {
        if (!(error instanceof Refusal) || error.retryAfterMs === null || error.code === "not_played") {
          this.#hold(null);
          throw error;
        }
        // Too early, or the server never heard that the clip began: then its clock starts now.
        await this.open(letter.trial);
        await pause(error.retryAfterMs + MARGIN_MS);
      }
    }
  }

  #hold(letter) {
    this.held = letter;
    try {
      if (letter === null) localStorage.removeItem(this.key);
      else localStorage.setItem(this.key, JSON.stringify(letter));
    } catch {
      // Storage may be forbidden; the letter then lives as long as the page.
    }
  }

  #read() {
    try {
      return this.held ?? JSON.parse(localStorage.getItem(this.key));
    } catch {
      return this.held;
    }
  }
}
