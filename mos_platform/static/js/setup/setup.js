// The checks before the first clip, one after the other, until none is open.

import { Refusal } from "../api.js";
import { alertWith } from "../banner.js";
import { say } from "../words.js";
import { colour, distance, headphones, sound, sync } from "./asked.js";
import { playback, screen, speed } from "./measured.js";
import { Page } from "./page.js";
import { Server } from "./server.js";

const RUN = { playback, screen, speed, sound, headphones, colour, distance, sync };
const READ_ON = ["colour", "sync"]; // nobody fails these, and what is told at their end is worth a moment

const room = document.getElementById("room").dataset;

async function begin() {
  const server = new Server(room);
  const { checks } = await server.state();
  const page = new Page(checks);
  for (const check of checks) if (!check.settled) await settle(check, page, server.of(check.name));
  window.location.replace(room.onwardUrl);
}

/** Tries a check until it passes or the rater goes past it. */
async function settle(check, page, server) {
  const panel = page.open(check);
  for (;;) {
    const reply = await RUN[check.name](panel, server);
    const gently = READ_ON.includes(check.name);
    if (reply.settled) return page.passed(check, reply, gently);
    if ((await page.failed(check, reply, gently && !check.required)) !== "again") {
      await server.past();
      return page.mark(check, false);
    }
  }
}

begin().catch((error) => {
  const text = error instanceof Refusal ? error.message : say("sitting.unexpected");
  alertWith(text, say("sitting.reload"), () => window.location.reload());
  throw error;
});
