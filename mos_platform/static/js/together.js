// Two clips side by side, begun in one task and kept within a frame of each other. One of them is heard.

const NUDGE = 0.02; // of the speed: too little to be seen in a face
const FAR_FRAMES = 4; // from here on the leading clip waits
const UNHEARD = 1e-4; // of the volume
const SETTLE_MS = 250; // a correction shows only after some frames

export class Together {
  constructor(players) {
    this.players = players;
    this.audible = 0;
    this.worstMs = null;
  }

  /** Exactly one clip is heard: the one with this role. */
  listen(role) {
    this.audible = this.players.findIndex(({ clip }) => clip.role === role);
    this.players.forEach((player, place) => {
      const heard = place === this.audible;
      silence(player.video, !heard);
      player.box.classList.toggle("sounding", heard);
    });
    this.players[this.audible].tell("audible");
  }

  get role() {
    return this.players[this.audible].clip.role;
  }

  /** The most by which the clips fell out of step; null where the browser does not tell. */
  get worstDriftMs() {
    return this.worstMs === null ? null : Math.round(this.worstMs);
  }

  /** Plays both from the start to the end of the longer one. */
  async play(onPaused) {
    await Promise.all(this.players.map((player) => player.rewind()));
    const watch = new DriftWatch(this.players.map(({ video }) => video), (driftMs, frameMs) => this.#keep(driftMs, frameMs));
    const paused = () => this.#paused(onPaused);
    this.correctedAt = performance.now();
    try {
      await Promise.all(this.players.map((player) => player.play(paused)));
    } finally {
      watch.stop();
      for (const { video } of this.players) video.playbackRate = 1;
    }
  }

  /** What pauses one pauses both, and both go on in one task. */
  #paused(onPaused) {
    const others = this.players.filter(({ video }) => !video.paused && !video.ended);
    for (const { video } of others) video.pause();
    if (others.length === 0) onPaused(() => this.players.filter(({ video }) => !video.ended).forEach((player) => player.resume()));
  }

  /** `driftMs`: how far the first is ahead of the second. The clip that is not heard is the one that adapts. */
  #keep(driftMs, frameMs) {
    const far = Math.abs(driftMs);
    this.worstMs = Math.max(this.worstMs, far);
    if (this.players.some((player) => player.held) || performance.now() - this.correctedAt < SETTLE_MS) return;
    const silent = this.players[1 - this.audible];
    if (far > FAR_FRAMES * frameMs) this.#hold(driftMs > 0 ? this.players[0] : this.players[1], far);
    else if (far > frameMs) this.#pace(silent, (silent === this.players[0]) === driftMs > 0 ? 1 - NUDGE : 1 + NUDGE);
    else if (far < frameMs / 4) this.#pace(silent, 1);
  }

  #hold(leading, ms) {
    this.correctedAt = performance.now() + ms;
    leading.hold(ms);
  }

  #pace(player, rate) {
    for (const { video } of this.players) if (video !== player.video && video.playbackRate !== 1) video.playbackRate = 1;
    if (player.video.playbackRate !== rate) player.video.playbackRate = rate;
  }
}

/**
 * A clip that is not heard plays on at -80 dB. Muted, or at volume 0, Chromium gives it another clock: it starts some
 * 40 ms apart from the other, and each change of the sound sets both apart by some 90 ms. Where the volume is not
 * ours to set (iOS), muting it is.
 */
function silence(video, silent) {
  const volume = silent ? UNHEARD : 1;
  video.volume = volume;
  video.muted = silent && video.volume > 0.01;
}

/** How far one video runs ahead of another, by the times at which their pictures are shown. */
class DriftWatch {
  constructor(videos, heard) {
    this.videos = videos;
    this.heard = heard;
    this.shown = [null, null];
    this.recent = [];
    this.frameMs = 50;
    this.on = true;
    if (!videos.every((video) => "requestVideoFrameCallback" in video)) return;
    videos.forEach((_, place) => this.#next(place));
  }

  stop() {
    this.on = false;
  }

  #next(place) {
    this.videos[place].requestVideoFrameCallback((_, frame) => {
      if (!this.on) return;
      this.#note(place, { media: frame.mediaTime * 1000, at: frame.expectedDisplayTime });
      this.#next(place);
    });
  }

  #note(place, frame) {
    const before = this.shown[place];
    if (before && frame.media > before.media) this.frameMs = Math.max(8, Math.min(this.frameMs, frame.media - before.media));
    this.shown[place] = frame;
    const [one, other] = this.shown;
    if (!one || !other || this.videos.some(({ paused, ended }) => paused || ended)) return;
    this.recent = [...this.recent.slice(-2), one.media - one.at - (other.media - other.at)];
    // A picture that comes a moment late is no drift: the middle one of three counts.
    if (this.recent.length === 3) this.heard([...this.recent].sort((a, b) => a - b)[1], this.frameMs);
  }
}
