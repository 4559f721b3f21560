// What the checks' page shows: which check is on, how it went, and the ways on.

import { pause } from "../api.js";
import { say } from "../words.js";
import { Panel } from "./panel.js";

const PASSED_MS = 1200; // long enough to see that it passed

const byId = (id) => document.getElementById(id);

export class Page {
  constructor(checks) {
    this.checks = checks;
    for (const check of checks) if (check.settled) this.mark(check, check.passed);
  }

  open(check) {
    for (const section of document.querySelectorAll(".check")) section.hidden = section.id !== `check-${check.name}`;
    const place = { n: this.checks.indexOf(check) + 1, total: this.checks.length };
    byId("progress").textContent = say("setup.progress", place);
    for (const { name } of this.checks) this.#step(name).removeAttribute("aria-current");
    this.#step(check.name).setAttribute("aria-current", "step");
    this.#clear();
    const panel = new Panel(byId(`check-${check.name}`));
    window.scrollTo(0, 0);
    if (place.n > 1) panel.heading.focus();
    return panel;
  }

  mark(check, passed) {
    const step = this.#step(check.name);
    step.classList.add("settled");
    step.querySelector(".mark").textContent = passed ? "✓" : "–";
    step.querySelector(".state").textContent = passed ? say("setup.done") : "";
  }

  /** Says that it passed; goes on by itself where there is nothing more to read. */
  async passed(check, reply, isToRead) {
    this.mark(check, reply.passed);
    this.#tell(reply.passed ? "✓" : "", reply.told);
    if (!isToRead) return pause(reply.told ? PASSED_MS : 0);
    return this.#choice(["onward"]);
  }

  /** Says why, and what can be done; gives "again", or how one goes past it. `gently`: going on is as good. */
  async failed(check, reply, gently) {
    this.#tell(gently ? "" : "!", reply.told, reply.hint);
    byId("elsewhere").hidden = !reply.way_out;
    byId("way-back").hidden = !reply.way_back;
    byId("way-back").href = reply.way_back || "";
    const ways = gently ? ["onward", "again"] : ["again", "past"];
    const choice = await this.#choice(check.required ? ["again"] : ways, reply.wait_s);
    this.#clear();
    return choice;
  }

  #tell(mark, ...sentences) {
    const lines = sentences.filter(Boolean).map((sentence, number) => {
      const line = document.createElement("p");
      line.textContent = number === 0 && mark ? `${mark} ${sentence}` : sentence;
      return line;
    });
    byId("result").replaceChildren(...lines);
  }

  #choice(ids, wait = 0) {
    for (const id of ["again", "past", "onward"]) byId(id).hidden = !ids.includes(id);
    byId("past-note").hidden = !ids.includes("past");
    byId("ways").dataset.first = ids[0];
    byId("ways").hidden = false;
    const first = byId(ids[0]);
    if (wait > 0) cool(first, wait);
    else first.focus();
    byId("result").scrollIntoView({ block: "nearest" });
    return Promise.race(ids.map((id) => pressed(byId(id)).then(() => id)));
  }

  #clear() {
    byId("result").replaceChildren();
    byId("ways").hidden = byId("elsewhere").hidden = true;
  }

  #step(name) {
    return byId("steps").querySelector(`[data-check="${name}"]`);
  }
}

const pressed = (button) =>
  new Promise((resolve) => {
    button.onclick = resolve;
  });

/** Keeps a button closed for some seconds and says for how long. */
async function cool(button, wait) {
  const words = button.textContent;
  button.disabled = true;
  for (let seconds = Math.ceil(wait); seconds > 0; seconds -= 1) {
    button.textContent = say("setup.waiting", { seconds });
    await pause(1000);
  }
  button.textContent = words;
  button.disabled = false;
  button.focus();
}
