// Whole clips in memory before they play, so that the network cannot make one stall.

import { Refusal, Unreachable, backOff, pause } from "./api.js";

const MOST_REFUSALS = 3;
const MOST_FAILURES = 5; // while the server itself answers
const SILENCE_MS = 15000;

/** A clip that cannot be had; `reason` in the words of the interface. */
export class Missing extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

export class Clips {
  /** `reachable()` says whether the server answers at all. */
  constructor(trouble, reachable) {
    this.trouble = trouble;
    this.reachable = reachable;
    this.loading = new Map();
  }

  /** The clip as a local address. A download that fails is repeated; throws Missing where that does not help. */
  async get(url) {
    for (let tries = 1; ; tries += 1) {
      try {
        const local = await this.#once(url).local;
        this.trouble.over();
        return local;
      } catch (error) {
        await this.#again(error, tries);
      }
    }
  }

  async #again(error, tries) {
    if (error instanceof Refusal) {
      if (error.status === 404 || tries >= MOST_REFUSALS) throw new Missing("missing");
      await pause(backOff(tries));
    } else if (error instanceof Unreachable) {
      if (tries >= MOST_FAILURES && (await this.reachable())) throw new Missing("timeout");
      await Promise.race([this.trouble.wait(), pause(backOff(tries))]);
    } else throw error;
  }

  /** Downloads ahead of time, the first before the next: together they would make the first late. */
  async preload(urls) {
    for (const url of urls) await this.#once(url).local.catch(() => {});
  }

  /** The share of these clips that is here already, from 0 to 1. */
  share(urls) {
    const shares = urls.map((url) => this.loading.get(url)?.share ?? 0);
    return shares.reduce((total, one) => total + one, 0) / shares.length;
  }

  /** Frees the memory of all clips but these. */
  keep(urls) {
    for (const [url, { local }] of this.loading) if (!urls.includes(url)) this.forget(url, local);
  }

  forget(url, local = this.loading.get(url)?.local) {
    this.loading.delete(url);
    local?.then(URL.revokeObjectURL, () => {});
  }

  #once(url) {
    const known = this.loading.get(url);
    if (known) return known;
    const entry = { share: 0 };
    entry.local = download(url, (share) => {
      entry.share = share;
    });
    this.loading.set(url, entry);
    entry.local.catch(() => this.loading.delete(url));
    return entry;
  }
}

async function download(url, heard) {
  const silence = new Silence();
  try {
    const response = await fetch(url, { signal: silence.signal });
    if (response.status >= 500 || response.status === 429) throw new Unreachable();
    if (!response.ok) throw new Refusal(response.status, {});
    return URL.createObjectURL(await received(response, silence, heard));
  } catch (error) {
    throw error instanceof Refusal ? error : new Unreachable();
  } finally {
    silence.end();
  }
}

async function received(response, silence, heard) {
  const size = Number(response.headers.get("Content-Length"));
  const reader = response.body.getReader();
  const parts = [];
  for (let bytes = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    silence.heard();
    parts.push(value);
    bytes += value.length;
    if (size > 0) heard(Math.min(1, bytes / size));
  }
  heard(1);
  return new Blob(parts, { type: response.headers.get("Content-Type") ?? "" });
}

/** Gives up a download that brings nothing for a while, however long it takes as a whole. */
class Silence {
  constructor() {
    this.control = new AbortController();
    this.heard();
  }

  get signal() {
    return this.control.signal;
  }

  heard() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.control.abort(), SILENCE_MS);
  }

  end() {
    clearTimeout(this.timer);
  }
}
