// What the study wants to know about a presentation, in the words of the interface.

export class HiddenWatch {
  constructor() {
    this.restart();
    document.addEventListener("visibilitychange", () => this.#change());
  }

  restart() {
    this.total = 0;
    this.since = document.hidden ? performance.now() : null;
  }

  #change() {
    if (document.hidden) this.since ??= performance.now();
    else if (this.since !== null) {
      this.total += performance.now() - this.since;
      this.since = null;
    }
  }

  get ms() {
    return this.total + (this.since === null ? 0 : performance.now() - this.since);
  }
}

/** `endedAt`, `answeredAt` in ms of performance.now(). Unknown values are left out. */
export function presentationFacts({ players, endedAt, answeredAt, hiddenMs, replays, drift }) {
  const duration = sum(players.map((player) => player.video.duration));
  const dropped = players.map((player) => player.droppedFrames);
  return {
    response_ms: Math.max(0, Math.round(answeredAt - endedAt)),
    played_fraction: round4(Math.min(1, sum(players.map((player) => player.playedSeconds)) / duration)),
    stalled_ms: Math.round(sum(players.map((player) => player.stalledMs))),
    ...(dropped.includes(null) ? {} : { dropped_frames: sum(dropped) }),
    hidden_ms: Math.round(hiddenMs),
    displayed_width: Math.min(...players.map((player) => player.width)),
    replays,
    ...(drift === null ? {} : { drift_ms: drift }),
  };
}

const sum = (values) => values.reduce((total, value) => total + value, 0);
const round4 = (value) => Math.round(value * 1e4) / 1e4;
