// What happened while a trial was shown, for the server: [{type, at_ms, role, position_s?, n?}], from its opening.

const MOST = 500;
const ALWAYS = new Set(["ended", "drift", "dropped"]);
const KEPT_FOR_THESE = 40;

export class Journal {
  constructor() {
    this.openedAt = null;
    this.events = [];
    document.addEventListener("visibilitychange", () => this.note(document.hidden ? "hidden" : "visible"));
  }

  open() {
    this.openedAt = performance.now();
    this.events = [];
  }

  close() {
    this.openedAt = null;
  }

  note(type, role = "", more = {}) {
    if (this.openedAt === null) return;
    const room = ALWAYS.has(type) ? MOST : MOST - KEPT_FOR_THESE;
    if (this.events.length >= room) return;
    this.events.push({ type, at_ms: Math.round(performance.now() - this.openedAt), role, ...more });
  }
}
