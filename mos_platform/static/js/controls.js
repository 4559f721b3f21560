// The ways to answer one question. Each control is a fieldset with a `value` (null while unanswered) and may
// answer a pressed key; `changed` is called after every change. Questions and grades are in the study's language,
// what is said around them in the interface's.

import { say } from "./words.js";

const MOST_IN_A_ROW = 7;
const MOST_IN_A_LONG_ROW = 12;
const LONGEST_IN_A_CELL = 11;
const STEPS = 100;
const DIGITS_SAID = 3;

/** The control for a question, as the server describes it. */
export function control(question, changed) {
  const kinds = { continuous: Slider, text: Words, digits: Digits };
  return new (kinds[question.type] ?? Grades)(question, changed);
}

class Control {
  constructor(question, changed) {
    this.question = question;
    this.changed = changed;
    this.element = document.createElement("fieldset");
    this.element.className = "question";
    const legend = make("legend", "", question.text);
    if (question.optional) legend.append(" ", said("span", "optional", say("trial.optional")));
    this.element.append(legend);
    this.element.tabIndex = -1;
  }

  get complete() {
    return this.question.optional || this.value !== null;
  }

  press() {
    return false;
  }

  /** Whether another digit after this one makes another answer. */
  continues() {
    return false;
  }

  /** Where the arrow keys do their work. */
  get handle() {
    return this.element.querySelector("input:checked, input, textarea");
  }

  /** An optional answer can be taken back. */
  offerToClear() {
    if (!this.question.optional) return;
    this.clearButton = said("button", "button quiet clear", say("trial.clear"));
    this.clearButton.type = "button";
    this.clearButton.hidden = true;
    this.clearButton.onclick = () => {
      this.clear();
      this.tell();
    };
    this.element.append(this.clearButton);
  }

  tell() {
    if (this.clearButton) this.clearButton.hidden = this.value === null;
    this.changed(this);
  }
}

/** One of a few buttons: grades, options, or the clips of a pair. */
class Grades extends Control {
  constructor(question, changed) {
    super(question, changed);
    const { grades } = question;
    const form = layout(question);
    const row = make("div", `grades ${form}`);
    const rows = Math.ceil(grades.length / MOST_IN_A_LONG_ROW);
    row.style.setProperty("--columns", Math.ceil(grades.length / rows));
    row.style.setProperty("--narrow", Math.ceil(grades.length / (2 * rows)));
    const keys = keysOf(grades.map((grade) => grade.value));
    const inside = form === "many" ? numbered : worded;
    // The sides of a pair stand as its clips do, whatever the direction of the script.
    if (question.type === "preference") row.dir = "ltr";
    row.append(...grades.map((grade, place) => radio(question.id, grade, keys[place], inside(grade, keys[place]))));
    this.element.append(row);
    this.element.addEventListener("change", () => this.tell());
    this.offerToClear();
  }

  get value() {
    return this.element.querySelector("input:checked")?.value ?? null;
  }

  clear() {
    for (const input of this.element.querySelectorAll("input")) input.checked = false;
  }

  press(key) {
    const input = this.element.querySelector(`input[data-key="${CSS.escape(key)}"]`);
    if (!input || this.element.disabled) return false;
    input.focus();
    input.checked = true;
    this.tell();
    return true;
  }

  continues(key) {
    const digits = CSS.escape(key);
    return this.element.querySelector(`input[data-key^="${digits}"]:not([data-key="${digits}"])`) !== null;
  }
}

/** Any value of a scale. It has none until it is touched, so that no answer is suggested. */
class Slider extends Control {
  constructor(question, changed) {
    super(question, changed);
    const { low, high } = question;
    this.input = make("input");
    Object.assign(this.input, { type: "range", min: low, max: high, step: (high - low) / STEPS, value: (low + high) / 2 });
    this.input.setAttribute("aria-label", question.text);
    // The highest grade stands where the first button of other scales does.
    this.input.dir = interfaceOf().dir === "rtl" ? "ltr" : "rtl";
    const track = make("div", "slider");
    const words = make("div", "slider-words");
    words.append(...question.grades.map((grade) => this.#word(grade)));
    track.append(this.input, words);
    this.element.append(track);
    for (const event of ["input", "click", "keydown"]) this.input.addEventListener(event, (given) => this.#touch(given));
    this.offerToClear();
    this.clear();
  }

  get value() {
    return this.touched ? String(Number(Number(this.input.value).toFixed(6))) : null;
  }

  clear() {
    const { low, high } = this.question;
    this.touched = false;
    this.input.value = (low + high) / 2;
    this.input.classList.add("untouched");
    this.input.setAttribute("aria-valuetext", say("trial.not_answered"));
  }

  #touch(event) {
    if (event.type === "keydown" && !MOVES.has(event.key)) return;
    this.touched = true;
    this.input.classList.remove("untouched");
    this.input.setAttribute("aria-valuetext", this.#spoken());
    this.tell();
  }

  #spoken() {
    const value = Number(this.input.value);
    const far = (grade) => Math.abs(Number(grade.value) - value);
    const nearest = [...this.question.grades].sort((one, two) => far(one) - far(two))[0];
    return nearest ? say("trial.nearest", { value: this.value, label: nearest.label }) : this.value;
  }

  #word(grade) {
    const { low, high } = this.question;
    const word = make("span", "slider-word", grade.label);
    const along = (high - Number(grade.value)) / (high - low);
    word.style.setProperty("--along", along);
    word.classList.toggle("at-start", along < 0.03);
    word.classList.toggle("at-end", along > 0.97);
    return word;
  }
}

const MOVES = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"]);

/** An answer in one's own words. */
class Words extends Control {
  constructor(question, changed) {
    super(question, changed);
    this.area = make("textarea", "words");
    Object.assign(this.area, { rows: 3, maxLength: question.longest, name: question.id });
    this.area.setAttribute("aria-label", question.text);
    this.count = said("p", "count", "");
    this.element.append(this.area, this.count);
    this.area.addEventListener("input", () => {
      this.#recount();
      this.tell();
    });
    this.#recount();
  }

  get value() {
    return this.area.value.trim() || null;
  }

  #recount() {
    this.count.textContent = say("trial.characters", { n: this.area.value.length, most: this.question.longest });
  }
}

/** Digits that a voice says, once a button is pressed and as often as it is. */
class Digits extends Control {
  constructor(question, changed) {
    super(question, changed);
    this.audio = Object.assign(make("audio"), { preload: "auto", src: question.sound });
    const play = this.#button("button", say("trial.digits_play"), () => this.#play());
    const label = said("label", "", say("trial.digits_label"));
    this.field = make("input");
    Object.assign(this.field, { type: "text", inputMode: "numeric", autocomplete: "off", maxLength: question.longest, dir: "ltr" });
    this.field.addEventListener("input", () => this.#hear(true));
    label.append(this.field);
    this.none = this.#button("button quiet", say("trial.digits_none"), () => this.#hear(this.none.ariaPressed === "true"));
    const row = make("div", "digits");
    row.append(this.audio, play, label, this.none);
    this.none.ariaPressed = "false";
    this.element.append(row);
  }

  get value() {
    if (this.none.ariaPressed === "true") return "-";
    return this.field.value.replace(/\P{Nd}/gu, "").length >= DIGITS_SAID ? this.field.value : null;
  }

  get handle() {
    return this.field;
  }

  /** Once they are said they can be typed at once. */
  async #play() {
    if (this.audio.error) this.audio.load();
    this.audio.currentTime = 0;
    this.audio.onended = () => this.field.focus();
    await this.audio.play().catch(() => {});
  }

  #hear(some) {
    this.none.ariaPressed = String(!some);
    if (!some) this.field.value = "";
    this.tell();
  }

  #button(className, text, pressed) {
    const button = said("button", className, text);
    button.type = "button";
    button.onclick = pressed;
    return button;
  }
}

/** Keys for the values: the value itself where all are small numbers, else the place from 1. */
function keysOf(values) {
  if (values.every((value) => /^[0-9]{1,2}$/.test(value))) return values;
  return values.length <= 9 ? values.map((_, place) => `${place + 1}`) : values.map(() => "");
}

/** A grade by its word, with the key that chooses it. */
function worded({ value, label }, key) {
  const word = make("span", "word", label || value);
  word.dir = "auto";
  const parts = [word];
  if (key && (label || key !== value)) parts.push(make("span", key === value ? "key" : "key place-key", key));
  return parts;
}

/** A grade by its number; only some have a word. */
function numbered({ value, label }) {
  return [make("span", "number", value), make("span", "word", label)];
}

function layout({ type, grades }) {
  if (type === "choice") return "list";
  if (type === "preference") return "row";
  if (grades.length > MOST_IN_A_ROW) return "many";
  const long = ({ label }) => label.split(/\s+/).some((word) => word.length > LONGEST_IN_A_CELL) || label.length > 2 * LONGEST_IN_A_CELL;
  return grades.length > 5 || grades.some(long) ? "row wordy" : "row";
}

function radio(name, grade, key, inside) {
  const label = make("label", "grade");
  const input = make("input");
  Object.assign(input, { type: "radio", name, value: grade.value });
  input.dataset.key = key;
  label.append(input, ...inside);
  return label;
}

const interfaceOf = () => document.documentElement;

/** An element in the interface's language, among texts of the study. */
function said(tag, className, text) {
  const { lang, dir } = interfaceOf();
  return Object.assign(make(tag, className, text), { lang, dir });
}

function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}
