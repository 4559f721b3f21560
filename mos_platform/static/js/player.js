// One clip on the page: loads it, plays it from beginning to end, and notes how that went.

export class Blocked extends Error {}
export class Unplayable extends Error {}

export class Player {
  constructor(box) {
    this.box = box;
    this.video = box.querySelector("video");
    this.button = box.querySelector(".play");
    this.name = box.querySelector(".box-name");
    this.state = box.querySelector(".box-state");
    this.note = box.querySelector(".box-note");
    this.video.addEventListener("waiting", () => this.#stall());
    this.video.addEventListener("playing", () => this.#flow());
    this.video.addEventListener("ended", () => this.#flow());
    this.video.addEventListener("contextmenu", (event) => event.preventDefault());
    this.clear();
  }

  /** Gives the box the clip's native size, before the clip is there. */
  reserve(clip, label) {
    this.clear();
    this.clip = clip;
    this.box.style.setProperty("--w", clip.width);
    this.box.style.setProperty("--h", clip.height);
    this.name.textContent = label;
    this.video.setAttribute("aria-label", label || "Clip");
  }

  clear() {
    this.box.classList.remove("showing", "sounding");
    this.state.textContent = this.note.textContent = "";
    this.button.hidden = true;
    this.video.removeAttribute("src");
    this.video.load();
    this.stalledMs = 0;
    this.stalledSince = null;
    this.width = null;
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

  /** Plays from the start and resolves at the end. Throws Blocked where the browser wants a gesture first. */
  async play(onPaused) {
    const { video, box } = this;
    if (video.currentTime > 0) video.currentTime = 0;
    const ended = this.#end(onPaused);
    box.classList.add("showing", "sounding");
    try {
      await video.play();
    } catch (error) {
      box.classList.remove("showing", "sounding");
      if (error.name === "NotAllowedError") throw new Blocked();
      if (error.name !== "AbortError") throw new Unplayable();
    }
    await ended;
    this.width = Math.round(video.getBoundingClientRect().width * window.devicePixelRatio);
    box.classList.remove("showing", "sounding");
  }

  stop() {
    this.video.pause();
  }

  /** Headset keys, calls and screen locks can pause a clip; `onPaused` offers the way on. */
  #end(onPaused) {
    const { video } = this;
    return new Promise((resolve) => {
      video.onended = () => {
        video.onpause = video.onended = null;
        resolve();
      };
      video.onpause = () => {
        if (!video.ended && video.src) onPaused(() => video.play().catch(() => {}));
      };
    });
  }

  #stall() {
    this.stalledSince ??= performance.now();
  }

  #flow() {
    if (this.stalledSince !== null) this.stalledMs += performance.now() - this.stalledSince;
    this.stalledSince = null;
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
