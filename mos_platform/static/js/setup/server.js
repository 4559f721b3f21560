// What the checks ask of the server. A request that gets no answer is repeated; the page says so meanwhile.

import { Refusal, Unreachable, getJson, persistently, postJson } from "../api.js";
import { Trouble } from "../banner.js";

const connection = () => new Trouble({ offline: "sitting.offline", unreachable: "sitting.unreachable" });

export class Server {
  constructor(room, name = "", trouble = connection()) {
    this.room = room;
    this.name = name;
    this.trouble = trouble;
  }

  /** For one check. */
  of(name) {
    return new Server(this.room, name, this.trouble);
  }

  state() {
    return persistently(() => getJson(this.room.stateUrl), this.trouble);
  }

  report(facts) {
    return this.#post(this.#url("reportUrl"), facts);
  }

  round() {
    return this.#post(this.#url("roundUrl"), {});
  }

  past() {
    return this.#post(this.#url("pastUrl"), {});
  }

  answer(round, answer) {
    return this.#post(round.answer_url, { answer });
  }

  probe() {
    return this.file(this.room.probeUrl);
  }

  /** A local address of a file that is here as a whole. */
  async file(url) {
    const { blob } = await persistently(() => download(url), this.trouble);
    return URL.createObjectURL(blob);
  }

  /** How many milliseconds so many random bytes take. */
  async noise(size) {
    const { ms } = await persistently(() => download(this.room.noiseUrl.replace(/0$/, size)), this.trouble);
    return ms;
  }

  #url(kind) {
    return this.room[kind].replace("CHECK", this.name);
  }

  #post(url, body) {
    return persistently(() => postJson(url, body), this.trouble);
  }
}

async function download(url) {
  const begun = performance.now();
  let response;
  try {
    response = await fetch(url);
    if (response.ok) return { blob: await response.blob(), ms: performance.now() - begun };
  } catch {
    throw new Unreachable();
  }
  if (response.status >= 500 || response.status === 429) throw new Unreachable();
  throw new Refusal(response.status, {});
}
