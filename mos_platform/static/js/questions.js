// The questions of a trial: visible from the start, open once the clip has ended.

import { control } from "./controls.js";

const TWO_DIGITS_MS = 600;

export class Questions {
  constructor(root, onChange) {
    this.root = root;
    this.controls = [];
    this.onChange = onChange;
    this.asked = this.held = null;
    root.addEventListener("focusin", (event) => this.#focused(this.#of(event.target)));
  }

  show(questions) {
    this.controls = questions.map((question) => control(question, (changed) => this.#changed(changed)));
    this.root.replaceChildren(...this.controls.map(({ element }) => element));
    this.#release();
    this.asked = null;
    this.enable(false);
  }

  /** Opened, the first question has focus, so that the next key or the next words are about it. */
  enable(on) {
    for (const { element } of this.controls) element.disabled = !on;
    if (!on) return;
    this.#ask(this.controls[0]);
    this.controls[0].element.focus({ preventScroll: true });
  }

  /** The keys that choose an answer, such as 1–5; "" where none do. */
  get keys() {
    const keys = [...(this.controls[0]?.element.querySelectorAll("input[data-key]") ?? [])].map((input) => input.dataset.key);
    const known = keys.filter(Boolean).map(Number).sort((one, other) => one - other);
    return known.length ? `${known[0]}–${known.at(-1)}` : "";
  }

  /** Arrow keys go to the question that is asked, and then among its answers by themselves. */
  reach() {
    const handle = this.asked?.handle;
    if (!handle || this.asked.element.disabled) return false;
    handle.focus();
    return true;
  }

  /** The answers so far by question id, or null while one is missing. */
  get answers() {
    if (this.controls.length === 0 || !this.controls.every(({ complete }) => complete)) return null;
    const given = this.controls.filter(({ value }) => value !== null);
    return Object.fromEntries(given.map(({ question, value }) => [question.id, value]));
  }

  /**
   * Answers the question that is being asked; false where the key means nothing to it. While 1 may become 10 its
   * question stays the one that is asked, so that a key always goes to the question that the page points at.
   */
  press(key) {
    const held = this.#release();
    if (held?.control.press(held.key + key)) return true;
    if (held) this.#goOn(held.control);
    const { asked } = this;
    if (asked?.continues(key)) this.held = { control: asked, key, timer: setTimeout(() => this.#goOn(this.#release().control), TWO_DIGITS_MS) };
    return Boolean(asked?.press(key));
  }

  #release() {
    const { held } = this;
    clearTimeout(held?.timer);
    this.held = null;
    return held;
  }

  #goOn(from) {
    if (from.value !== null) this.#moveOn(from);
  }

  #changed(changed) {
    const stays = this.held?.control === changed;
    if (!stays && changed.element.querySelector("input[type=radio]")) this.#moveOn(changed);
    this.onChange();
  }

  #focused(control) {
    if (control && this.held?.control !== control) this.#release();
    this.#ask(control);
  }

  #of(target) {
    return this.controls.find(({ element }) => element.contains(target));
  }

  #ask(asked) {
    if (!asked) return;
    this.asked = asked;
    for (const { element } of this.controls) element.classList.toggle("asked", element === asked.element && this.controls.length > 1);
  }

  #moveOn(from) {
    const open = ({ value }) => value === null;
    const after = this.controls.slice(this.controls.indexOf(from) + 1);
    this.#ask(after.find(open) ?? this.controls.find(open) ?? from);
  }
}
