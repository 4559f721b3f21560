// Whole clips in memory before they play, so that the network cannot make one stall.

import { Refusal, Unreachable, persistently } from "./api.js";

export class Clips {
  constructor(trouble) {
    this.trouble = trouble;
    this.loading = new Map();
  }

  /** The clip as a local address. A download that fails is repeated until it works. */
  async get(url) {
    return persistently(() => this.#once(url), this.trouble);
  }

  /** Starts downloads ahead of time; failures show only once the clip is wanted. */
  preload(urls) {
    for (const url of urls) this.#once(url).catch(() => {});
  }

  /** Frees the memory of all clips but these. */
  keep(urls) {
    for (const [url, local] of this.loading) {
      if (urls.includes(url)) continue;
      this.loading.delete(url);
      local.then(URL.revokeObjectURL, () => {});
    }
  }

  #once(url) {
    if (!this.loading.has(url)) {
      const local = download(url);
      this.loading.set(url, local);
      local.catch(() => this.loading.delete(url));
    }
    return this.loading.get(url);
  }
}

async function download(url) {
  let response;
  try {
    response = await fetch(url);
    if (response.ok) return URL.createObjectURL(await response.blob());
  } catch {
    throw new Unreachable();
  }
  if (response.status >= 500 || response.status === 429) throw new Unreachable();
  throw new Refusal(response.status, { error: "This clip cannot be found on the server." });
}
