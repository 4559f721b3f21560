// The parts of the page that are not the clip: screens, messages, progress, the end.

const byId = (id) => document.getElementById(id);

export function showScreen(name) {
  for (const id of ["instructions", "trial", "end"]) byId(id).hidden = id !== name;
  window.scrollTo(0, 0);
}

export function progressText({ done, total, seconds_left: seconds }) {
  const minutes = Math.round(seconds / 60);
  const left = minutes < 1 ? "less than a minute left" : `about ${minutes} min left`;
  return `${Math.min(done + 1, total)} of ${total} · ${left}`;
}

export function tell(text) {
  if (byId("prompt").textContent !== text) byId("prompt").textContent = text;
}

/** Calm words while the connection is away; the button and the browser's own signal end the wait early. */
export class Trouble {
  constructor(words) {
    this.words = words;
  }

  wait() {
    const text = navigator.onLine ? this.words.unreachable : this.words.offline;
    return new Promise((resolve) => {
      alertWith(text, "Try now", resolve);
      window.addEventListener("online", resolve, { once: true });
    });
  }

  over() {
    byId("alert").hidden = true;
  }
}

export function alertWith(text, action, onAction) {
  byId("alert-text").textContent = text;
  const button = byId("alert-button");
  button.hidden = !action;
  button.textContent = action ?? "";
  button.onclick = onAction ?? null;
  byId("alert").hidden = false;
}

export function showEnd({ completion_code: code, debriefing }) {
  byId("code-section").hidden = !code;
  byId("code").textContent = code ?? "";
  byId("debriefing").replaceChildren(...paragraphs(debriefing ?? ""));
  byId("copy").onclick = () => copy(code);
  showScreen("end");
  byId("end").querySelector("h1").focus();
}

async function copy(code) {
  const button = byId("copy");
  try {
    await navigator.clipboard.writeText(code);
    button.textContent = "Copied";
  } catch {
    window.getSelection().selectAllChildren(byId("code"));
    button.textContent = "Selected; press copy";
  }
  byId("copied").textContent = button.textContent;
}

function paragraphs(text) {
  const blocks = text.split(/\n\s*\n/).map((block) => block.trim()).filter(Boolean);
  return blocks.map((block) => {
    const element = document.createElement("p");
    element.textContent = block.replace(/\s+/g, " ");
    return element;
  });
}
