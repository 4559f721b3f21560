// Requests to the study's server: JSON in and out, and errors that say whether trying again can help.

const TIMEOUT_MS = 20000;

/** The server does not take this; `code` says why. */
export class Refusal extends Error {
  constructor(status, body) {
    super(body.error ?? `refused with status ${status}`);
    this.status = status;
    this.code = body.code ?? "";
    this.retryAfterMs = body.retry_after_s === undefined ? null : body.retry_after_s * 1000;
  }
}

export class Unreachable extends Error {}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export const getJson = (url) => request(url, { method: "GET", cache: "no-store" });

export const postJson = (url, body) =>
  request(url, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    keepalive: true,
  });

async function request(url, options) {
  let response;
  try {
    response = await fetch(url, { ...options, signal: AbortSignal.timeout?.(TIMEOUT_MS) });
  } catch {
    throw new Unreachable();
  }
  if (response.status >= 500 || response.status === 429) throw new Unreachable();
  const body = await response.json().catch(() => null);
  if (body === null) throw response.ok ? new Unreachable() : new Refusal(response.status, {});
  if (!response.ok) throw new Refusal(response.status, body);
  return body;
}

/** Longer and longer waits, from one second to ten. */
export const backOff = (tries) => Math.min(1000 * 2 ** (tries - 1), 10000);

/** Repeats `attempt` while the server cannot be reached; `trouble` tells the rater, and when it is over. */
export async function persistently(attempt, trouble) {
  for (let tries = 1; ; tries += 1) {
    try {
      const result = await attempt(tries);
      trouble.over();
      return result;
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      await Promise.race([trouble.wait(), pause(backOff(tries))]);
    }
  }
}
