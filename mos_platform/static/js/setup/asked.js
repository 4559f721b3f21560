// Checks that the rater answers, in one round or several.

import { Unreachable, persistently } from "../api.js";
import { say } from "../words.js";

const DIGITS = 3;

/** Asks round after round until the server has judged the whole. */
async function rounds(panel, server, ask) {
  for (;;) {
    panel.restart();
    const round = await server.round();
    panel.place(round);
    const answer = await ask(round);
    const reply = await server.answer(round, answer);
    if (reply.passed !== null) return reply;
    if (reply.told) await told(panel, reply.told);
  }
}

/** What was right, until the rater has read it. */
function told(panel, text) {
  const box = panel.find(".told");
  const next = box.querySelector("button");
  box.querySelector("p").textContent = text;
  box.hidden = false;
  next.focus();
  return new Promise((resolve) => {
    next.onclick = () => {
      box.hidden = true;
      resolve();
    };
  });
}

export const sound = (panel, server) =>
  rounds(panel, server, async (round) => {
    const form = panel.find("form");
    const [field, send] = [form.querySelector("input"), form.querySelector("button")];
    const open = (on) => {
      field.disabled = send.disabled = !on;
    };
    field.value = "";
    open(false);
    panel.ready(await server.file(round.body_url), () => {
      open(true);
      field.focus();
    });
    const answer = await typed(form, field);
    open(false);
    panel.close();
    return answer;
  });

function typed(form, field) {
  return new Promise((resolve) => {
    form.onsubmit = (event) => {
      event.preventDefault();
      const complete = field.value.replace(/\P{Nd}/gu, "").length >= DIGITS;
      field.setCustomValidity(complete ? "" : say("setup.sound_empty"));
      if (complete) resolve(field.value);
      else field.reportValidity();
    };
    field.oninput = () => field.setCustomValidity("");
  });
}

export const headphones = (panel, server) =>
  rounds(panel, server, async (round) => {
    panel.ready(await server.file(round.body_url), () => panel.enable(true));
    return panel.chosen();
  });

export const colour = (panel, server) =>
  rounds(panel, server, async (round) => {
    const plate = panel.find("img");
    plate.src = round.body_url;
    await persistently(() => shown(plate, round.body_url), server.trouble);
    panel.enable(true);
    return panel.chosen();
  });

async function shown(image, address) {
  if (image.complete && image.naturalWidth === 0) image.src = address;
  await image.decode().catch(() => {
    throw new Unreachable();
  });
}

export const sync = (panel, server) =>
  rounds(panel, server, async (round) => {
    const waiting = panel.find(".waiting");
    waiting.classList.remove("over");
    panel.ready(await server.file(round.body_url), () => {
      waiting.classList.add("over");
      panel.enable(true);
    });
    return panel.chosen();
  });

export async function distance(panel, server) {
  panel.enable(true);
  return (await panel.chosen()) === "yes" ? server.report({}) : server.past();
}
