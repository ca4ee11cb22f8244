/* One prompt of the workbook, saved as it is typed. The server's answer is {version, cost, saved_at, state,
   state_label, missing, warnings}; `version` tells the answer that the page shows from every other. What others
   saved meanwhile takes its place, unless something else is typed here: then both are shown. */

import { isStored } from "./hand-over.js";
import { CLASH, Saved, TYPING_PAUSE, sayPart, words } from "./saving.js";
import { sayWho } from "./plan-news.js";
import { growRows } from "./plan-rows.js";

const SIGNS = { EMPTY: "○", STARTED: "◐", COMPLETE: "✓" };
const TYPED_INTO = "textarea, select, input:not([type=radio], [type=checkbox])";
const AT_ONCE = "[type=radio], [type=checkbox], select, [type=date]";

/* What is typed beside an option ticks it. Unticking takes that away, or it would tick it once more; ticking
   brings it back. */
function matchOption(control) {
  const option = control.closest(".counted");
  if (!option) return;
  const box = option.querySelector("[type=checkbox]");
  if (control !== box) {
    if (control.value.trim()) box.checked = true;
    return;
  }
  for (const beside of option.querySelectorAll(".of-option input")) {
    if (box.checked) beside.value ||= beside.dataset.was ?? "";
    else [beside.dataset.was, beside.value] = [beside.value, ""];
  }
}

/* Show how far the section is: what is still needed, what it warns of. */
export function showSection(body) {
  for (const need of document.querySelectorAll("[data-needs]")) {
    need.hidden = !body.missing.includes(need.dataset.needs);
  }
  const needs = document.querySelector("[data-all-needs]");
  if (needs) needs.hidden = ![...needs.querySelectorAll("li")].some((need) => !need.hidden);
  for (const warning of document.querySelectorAll("[data-warning]")) {
    warning.hidden = !body.warnings.includes(Number(warning.dataset.warning));
  }
  for (const state of document.querySelectorAll("[data-plan-state]")) {
    state.className = `plan-state is-${body.state.toLowerCase()}`;
    const sign = document.createElement("span");
    sign.setAttribute("aria-hidden", "true");
    sign.textContent = SIGNS[body.state];
    state.replaceChildren(sign, ` ${body.state_label}`);
  }
}

export class PlanPrompt extends Saved {
  later = null; // what others saved while the person is in this field and has typed nothing yet

  /* `seen` is the hidden field of the section's form that tells what each prompt showed. */
  constructor(root, seen, line, unsent) {
    super(root, root.dataset.answerAt, line, unsent);
    this.seen = seen;
    this.code = root.dataset.prompt;
    if (root.querySelector(".newer, .error")) this.edits += 1; // it came back, and is not saved
    root.addEventListener("focusout", () => setTimeout(() => this.showLater()));
    root.addEventListener("crrubric:rows", () => {
      this.edit();
      this.save();
    });
  }

  get version() {
    return this.pairs.get(this.code) ?? "";
  }

  set version(version) {
    const pairs = this.pairs.set(this.code, version);
    this.seen.value = [...pairs].map((pair) => pair.join(":")).join(" ");
  }

  /* How newer.js names this prompt in the version that is shown. */
  key(version) {
    return `${this.code}:${version}`;
  }

  get pairs() {
    return new Map(this.seen.value.split(" ").map((pair) => pair.split(":")));
  }

  get controls() {
    const all = this.root.querySelectorAll("input[name], select[name], textarea[name]");
    return [...all].filter((control) => !control.matches("[data-paste]"));
  }

  get fields() {
    const found = [["version", this.version]];
    for (const { type, name, value, checked } of this.controls) {
      if (type === "checkbox") found.push([name, checked ? value : ""]);
      else if (type !== "radio" || checked) found.push([name, value]);
    }
    return found;
  }

  get body() {
    const body = new FormData();
    body.set("csrf_token", this.seen.form.elements.csrf_token.value);
    for (const [name, value] of this.fields) body.set(name, value);
    return body;
  }

  get title() {
    return this.root.dataset.title;
  }

  get text() {
    return this.controls.flatMap((control) => this.speak(control)).join("\n");
  }

  /* What people read of one control; nothing of one that says nothing. */
  speak(control) {
    const label = control.labels?.[0] ? sayPart(control.labels[0]) : "";
    if (control.matches("[type=radio], [type=checkbox]")) return control.checked ? [label] : [];
    const value = control.matches("select") ? control.selectedOptions[0]?.textContent : control.value;
    if (!control.value.trim()) return [];
    return label && label !== this.title.split(" – ").at(-1) ? [label, value] : [value];
  }

  edited(control) {
    if (control.matches(`[data-paste], ${AT_ONCE}`)) return; // its change event follows and saves at once
    matchOption(control);
    this.edit();
    if (this.ready()) this.saveIn(TYPING_PAUSE);
  }

  changed(control) {
    if (control.matches("[data-paste]")) return;
    if (control.matches(AT_ONCE)) {
      matchOption(control);
      this.edit();
    }
    if (this.dirty && this.ready()) this.save();
  }

  focus() {
    this.controls.find(({ type, checked }) => type !== "radio" || checked)?.focus();
  }

  /* What the rows of a table cost in all, where the prompt has costs. */
  showCost(cost) {
    const place = this.root.querySelector("[data-cost]");
    if (!place) return;
    place.hidden = !cost;
    place.querySelector("b").textContent = cost;
  }

  took(body) {
    this.showFaults({});
    this.root.querySelector(".newer")?.remove();
    this.noteOthers(null);
    this.showCost(body.cost);
    showSection(body);
  }

  refused(body) {
    this.showFaults(body.wrong ?? {});
    super.refused(body);
  }

  /* Say beside each control what is wrong with it, and of no other any more. Args: wrong: by id. */
  showFaults(wrong) {
    for (const error of this.root.querySelectorAll(".error[id$='-error']")) error.remove();
    for (const control of this.controls) {
      control.removeAttribute("aria-invalid");
      const ids = (control.getAttribute("aria-describedby") ?? "").split(" ");
      const others = ids.filter((id) => id && !id.endsWith("-error"));
      if (control.id in wrong) {
        const error = document.createElement("p");
        [error.className, error.id] = ["error", `${control.id}-error`];
        error.textContent = words.error.replace("{message}", wrong[control.id]);
        (control.closest(".measured") ?? control).before(error);
        others.push(error.id);
        control.setAttribute("aria-invalid", "true");
      }
      if (others.length > 0) control.setAttribute("aria-describedby", others.join(" "));
      else control.removeAttribute("aria-describedby");
    }
  }

  /* Somebody else has saved this prompt, or oneself in another window. Returns whether that is news: it is
     none where the same is typed here, or where it was told. */
  meet(theirs) {
    if (this.busy || (this.stale && theirs.version === this.met)) return false; // an answer comes, or was told
    if (isStored(this.fields, theirs)) {
      this.take(theirs);
      return false;
    }
    if (this.dirty) this.clash({ message: words.stale, theirs });
    else if (this.root.querySelector(":focus")?.matches(TYPED_INTO)) {
      const told = this.later?.version === theirs.version;
      this.later = theirs;
      this.noteOthers(theirs, words.later);
      return !told;
    } else this.show(theirs);
    return true;
  }

  /* The first key that is pressed after others have saved: from here on there are two answers. */
  edit() {
    super.edit();
    const { later } = this;
    this.later = null;
    this.noteOthers(null);
    if (later && !isStored(this.fields, later)) this.clash({ message: words.stale, theirs: later });
  }

  showLater() {
    if (this.later && !this.dirty && !this.root.contains(document.activeElement)) this.show(this.later);
  }

  /* The page says what they saved: nothing is left to save here. */
  take(theirs) {
    this.kept = this.edits;
    this.stale = false;
    this.later = null;
    this.unanswered = [];
    this.version = theirs.version;
    this.showCost(theirs.cost);
    this.unsent.drop(this.action);
    for (const told of this.root.querySelectorAll(`${CLASH}, .newer`)) told.remove();
    this.showFaults({});
    this.say("", "");
    this.showOthers();
  }

  show(theirs) {
    this.put(Object.entries(theirs));
    this.take(theirs);
    this.noteOthers(theirs, words.changed);
  }

  /* A line below the answer: who changed it, and when. Nobody is told of it: plan-news.js does so. */
  noteOthers(theirs, text) {
    this.root.querySelector("[data-note]")?.remove();
    if (!theirs) return;
    const note = document.createElement("p");
    note.className = "hint";
    note.dataset.note = "";
    note.textContent = sayWho(theirs, text, words.changedHere);
    this.status.before(note);
  }

  takeTheirs(theirs) {
    return this.act("button", words.takeTheirs, () => {
      this.show(theirs);
      this.focus();
    });
  }

  theirWords(theirs) {
    const heading = document.createElement("p");
    const typed = document.createElement("p");
    heading.textContent = words.theirs.replace("{name}", theirs.by).replace("{time}", theirs.saved_at);
    typed.className = "typed";
    typed.dir = "auto";
    typed.textContent = theirs.words || words.nothing;
    return [heading, typed];
  }

  put(fields) {
    const typed = new Map(fields);
    if (typed.has("version")) this.version = typed.get("version");
    for (const rows of this.root.querySelectorAll("[data-rows]")) growRows(rows, [...typed.keys()]);
    for (const control of this.controls) {
      const value = typed.get(control.name) ?? "";
      if (control.type === "radio") control.checked = control.value === value;
      else if (control.type === "checkbox") control.checked = value !== "";
      else control.value = value;
    }
    for (const room of this.root.querySelectorAll(".room")) room.remove(); // it counted other words
    for (const row of this.root.querySelectorAll("[data-row]")) {
      const blank = [...row.querySelectorAll("input, select, textarea")].every(({ value }) => !value);
      row.querySelector(".row-acts").hidden = blank;
    }
  }
}
