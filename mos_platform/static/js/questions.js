// The questions of a trial: one radio group each, visible from the start, open once the clip has ended.

export class Questions {
  constructor(root, onChange) {
    this.root = root;
    this.groups = [];
    root.addEventListener("change", (event) => {
      this.#moveOn(event.target.closest("fieldset"));
      onChange();
    });
    root.addEventListener("focusin", (event) => this.#ask(event.target.closest("fieldset")));
  }

  show(questions, isPair) {
    this.groups = questions.map((question) => group(question, isPair));
    this.root.replaceChildren(...this.groups);
    this.enable(false);
  }

  enable(on) {
    for (const fieldset of this.groups) fieldset.disabled = !on;
    if (on) this.#ask(this.groups[0]);
  }

  /** The answers so far by question id, or null while one is missing. */
  get answers() {
    const given = this.groups.map((fieldset) => fieldset.querySelector("input:checked"));
    if (given.includes(null) || given.length === 0) return null;
    return Object.fromEntries(given.map((input) => [input.name, input.value]));
  }

  /** Answers the question that is being asked; false where the key means nothing to it. */
  press(key) {
    const fieldset = this.asked;
    const input = fieldset && !fieldset.disabled && fieldset.querySelector(`input[data-key="${CSS.escape(key)}"]`);
    if (!input) return false;
    input.focus();
    input.checked = true;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  }

  #ask(fieldset) {
    if (!fieldset) return;
    this.asked = fieldset;
    for (const other of this.groups) other.classList.toggle("asked", other === fieldset && this.groups.length > 1);
  }

  #moveOn(fieldset) {
    const open = (candidate) => !candidate.querySelector("input:checked");
    const after = this.groups.slice(this.groups.indexOf(fieldset) + 1);
    this.#ask(after.find(open) ?? this.groups.find(open) ?? fieldset);
  }
}

function group(question, isPair) {
  const fieldset = document.createElement("fieldset");
  fieldset.className = "question";
  const legend = document.createElement("legend");
  legend.textContent = question.text;
  const grades = document.createElement("div");
  grades.className = isPair ? "grades pair-keys" : "grades";
  grades.append(...question.grades.map((grade, place) => choice(question.id, grade, isPair ? `${place + 1}` : grade.value)));
  fieldset.append(legend, grades);
  return fieldset;
}

function choice(name, grade, key) {
  const label = document.createElement("label");
  label.className = "grade";
  const input = document.createElement("input");
  Object.assign(input, { type: "radio", name, value: grade.value });
  input.dataset.key = key;
  label.append(input, span("word", grade.label), span("key", key));
  return label;
}

function span(className, text) {
  const element = document.createElement("span");
  element.className = className;
  element.textContent = text;
  return element;
}
