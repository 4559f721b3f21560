// One clip on the page: loads it, plays it from beginning to end, and notes how that went.

import { say } from "./words.js";

export class Blocked extends Error {}
export class Unplayable extends Error {}

export class Player {
  constructor(box, journal) {
    this.box = box;
    this.journal = journal;
    this.video = box.querySelector("video");
    this.button = box.querySelector(".play");
    this.name = box.querySelector(".box-name");
    this.state = box.querySelector(".box-state");
    this.note = box.querySelector(".box-note");
    this.hear = box.querySelector(".hear");
    this.onStall = () => {};
    this.video.addEventListener("waiting", () => this.#stall());
    this.video.addEventListener("playing", () => this.#flow());
    this.video.addEventListener("ended", () => this.#flow());
    this.video.addEventListener("contextmenu", (event) => event.preventDefault());
    this.clear();
  }

  /** Gives the box the clip's native size, before the clip is there. */
  reserve(clip, label, spoken) {
    this.clear();
    this.clip = clip;
    this.box.style.setProperty("--w", clip.width);
    this.box.style.setProperty("--h", clip.height);
    this.name.textContent = label;
    this.video.setAttribute("aria-label", spoken);
  }

  clear() {
    const { video } = this;
    this.box.classList.remove("showing", "sounding");
    this.state.textContent = this.note.textContent = "";
    this.button.hidden = true;
    video.onended = video.onpause = null;
    video.removeAttribute("src");
    video.load();
    video.muted = false;
    video.volume = 1;
    video.playbackRate = 1;
    this.stalledMs = this.droppedBefore = 0;
    this.stalledSince = null;
    this.width = null;
    this.held = false;
  }

  /** Resolves once the first picture can be shown. Throws Unplayable where the browser cannot decode the clip. */
  load(address) {
    return new Promise((resolve, reject) => {
      const { video } = this;
      const settle = (outcome) => () => {
        video.onloadeddata = video.onerror = null;
        outcome();
      };
      video.onloadeddata = settle(resolve);
      video.onerror = settle(() => reject(new Unplayable()));
      video.src = address;
    });
  }

  /** Back to the first picture. */
  async rewind() {
    const { video } = this;
    if (video.currentTime === 0) return;
    await new Promise((resolve) => {
      video.addEventListener("seeked", resolve, { once: true });
      video.currentTime = 0;
    });
  }

  /**
   * Plays on to the end and resolves there; begins in the same task that calls it. Throws Blocked where the
   * browser wants a gesture first. `onPaused(resume)` offers the way on where something paused the clip.
   */
  async play(onPaused) {
    const { video, box } = this;
    const ended = this.#end(onPaused);
    const begun = video.play();
    box.classList.add("showing");
    try {
      await begun;
    } catch (error) {
      if (error.name === "NotAllowedError") throw new Blocked();
      if (error.name !== "AbortError") throw new Unplayable();
    }
    this.tell("play");
    await ended;
    this.width = Math.round(video.getBoundingClientRect().width * window.devicePixelRatio);
    box.classList.remove("showing");
    this.#tellEnd();
  }

  /** The switch to this clip's sound; without an action it only says what there will be. */
  offerSound(heard, action) {
    const words = say(heard ? "trial.heard" : "trial.hear");
    this.hear.querySelector("span").textContent = words;
    this.hear.setAttribute("aria-label", `${words}: ${this.name.textContent}`);
    this.hear.classList.toggle("heard", heard);
    this.hear.disabled = action === null;
    this.hear.onclick = action;
    this.hear.hidden = false;
  }

  stop() {
    this.video.onpause = null;
    this.video.pause();
    this.box.classList.remove("showing", "sounding");
  }

  resume() {
    this.tell("resume");
    return this.video.play().catch(() => {});
  }

  /** Waits without that counting as a pause: for the clip beside it. */
  hold(ms) {
    this.held = true;
    this.video.pause();
    setTimeout(() => {
      this.held = false;
      if (this.box.classList.contains("showing")) this.video.play().catch(() => {});
    }, ms);
  }

  tell(type, more = {}) {
    this.journal.note(type, this.clip.role, { position_s: Number(this.video.currentTime.toFixed(3)), ...more });
  }

  /** Headset keys, calls and screen locks can pause a clip. */
  #end(onPaused) {
    const { video } = this;
    return new Promise((resolve) => {
      video.onended = () => {
        video.onpause = video.onended = null;
        resolve();
      };
      video.onpause = () => {
        if (video.ended || this.held || !video.src) return;
        this.tell("pause");
        onPaused(() => this.resume());
      };
    });
  }

  #tellEnd() {
    this.tell("ended");
    const dropped = this.droppedFrames;
    if (dropped === null) return;
    this.journal.note("dropped", this.clip.role, { n: dropped - this.droppedBefore });
    this.droppedBefore = dropped;
  }

  #stall() {
    if (!this.box.classList.contains("showing") || this.held) return;
    this.stalledSince ??= performance.now();
    this.tell("stall");
    this.onStall(true);
  }

  #flow() {
    if (this.stalledSince === null) return;
    this.stalledMs += performance.now() - this.stalledSince;
    this.stalledSince = null;
    this.tell("flow");
    this.onStall(false);
  }

  /** Seconds of the clip that were played at least once. */
  get playedSeconds() {
    const { played } = this.video;
    let total = 0;
    for (let i = 0; i < played.length; i += 1) total += played.end(i) - played.start(i);
    return total;
  }

  get droppedFrames() {
    return this.video.getVideoPlaybackQuality?.().droppedVideoFrames ?? null;
  }
}
