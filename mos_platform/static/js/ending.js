// The end of a sitting: what the study was about, the completion code, and the way back to the panel.

import { showScreen } from "./screens.js";
import { say } from "./words.js";

const FORWARD_S = 5;
const FORWARD_AFTER_READING_S = 30;
const byId = (id) => document.getElementById(id);

export function showEnd({ completion_code, debriefing, completion }) {
  const code = completion?.code ?? completion_code;
  byId("code-section").hidden = !code;
  byId("no-code-section").hidden = code !== "";
  byId("all-stored").hidden = code === "";
  byId("code").textContent = code ?? "";
  byId("copy").onclick = () => copy(code);
  byId("debriefing").replaceChildren(...paragraphs(debriefing ?? ""));
  byId("about-study").hidden = !debriefing;
  const leads = Boolean(completion?.return_url || completion?.form);
  byId("close-hint").hidden = leads;
  if (completion?.form) offerForm(completion);
  else if (completion?.return_url) offerReturn(completion, debriefing ? FORWARD_AFTER_READING_S : FORWARD_S);
  showScreen("end");
  byId("end").querySelector("h1").focus();
}

/** A button back to the panel; it is pressed for those who do not stop that. */
function offerReturn({ return_url: url, return_label: label }, seconds) {
  const link = byId("return-link");
  link.href = url;
  link.textContent = label;
  byId("return-section").hidden = false;
  const timer = setTimeout(() => window.location.assign(url), seconds * 1000);
  byId("return-hint").textContent = say("end.forwarding", { seconds });
  byId("stay").onclick = () => {
    clearTimeout(timer);
    byId("stay").hidden = true;
    byId("return-hint").textContent = say("end.staying");
    link.focus();
  };
}

function offerForm({ form, return_label: label }) {
  const element = byId("hand-in");
  element.action = form.action;
  for (const [name, value] of Object.entries(form.fields)) element.append(hidden(name, value));
  byId("hand-in-button").textContent = label;
  element.hidden = false;
}

function hidden(name, value) {
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name, value });
  return field;
}

async function copy(code) {
  const button = byId("copy");
  try {
    await navigator.clipboard.writeText(code);
    button.textContent = say("end.copied");
  } catch {
    window.getSelection().selectAllChildren(byId("code"));
    button.textContent = say("end.selected");
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
