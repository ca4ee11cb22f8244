/* One criterion's form on a ballot. The server's answer to a mark is {version, saved_at, answered, total}. */

import { isStored } from "./hand-over.js";
import { CLASH, Saved, TYPING_PAUSE, sayPart, words } from "./saving.js";

const EVIDENCE = ["evidence_kind", "evidence_place", "evidence_on", "evidence_until"];

export class MarkForm extends Saved {
  constructor(form, line, unsent) {
    super(form, form.getAttribute("action"), line, unsent);
    this.form = form;
    this.button = form.querySelector("button[type=submit]");
    this.button.hidden = true;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.edit();
      this.save();
      this.line.retry();
    });
  }

  get answer() {
    return this.form.elements.answer.value;
  }

  get version() {
    return Number(this.form.elements.version.value);
  }

  set version(version) {
    this.form.elements.version.value = version;
  }

  /* How newer.js names this mark in the version that is shown. */
  key(version) {
    const [, vendor, criterion] = /\/ballots\/(\d+)\/marks\/(\d+)$/.exec(this.action);
    return `${vendor}-${criterion}-${version}`;
  }

  get fields() {
    return [...new FormData(this.form)].filter(([name]) => name !== "csrf_token" && name !== "back");
  }

  get body() {
    return new FormData(this.form);
  }

  get title() {
    return this.form.dataset.title;
  }

  /* What the form says, as people read it. */
  get text() {
    const lines = [this.form.querySelector("input[name=answer]:checked")?.closest("label")];
    for (const [name, value] of this.fields) {
      const label = this.form.elements[name].labels?.[0];
      if (value && label) lines.push(label, value);
    }
    return lines.filter(Boolean).map(sayPart).join("\n");
  }

  /* Evidence of which no kind is said is kept; the page says that it is without one. */
  tellKind() {
    const hint = this.form.querySelector("[data-no-kind]");
    if (!hint) return;
    const [kind, ...rest] = EVIDENCE.map((name) => this.form.elements[name]);
    hint.hidden = Boolean(kind.value) || !rest.some((field) => field.value);
    if (kind.ariaInvalid) return; // its error says more
    if (hint.hidden) kind.removeAttribute("aria-describedby");
    else kind.setAttribute("aria-describedby", hint.id);
  }

  edited(field) {
    this.tellKind();
    if (field.type === "radio") return; // its change event follows and saves at once
    this.edit();
    if (this.ready()) this.saveIn(TYPING_PAUSE);
  }

  changed(field) {
    this.tellKind();
    if (field.type === "radio") this.edit();
    if (this.dirty && this.ready()) this.save();
  }

  ready() {
    if (!super.ready()) return false;
    if (this.answer) return true;
    this.say(words.choose, "bad");
    return false;
  }

  took() {
    if (document.activeElement === this.button) this.focus();
    this.button.hidden = true;
    this.form.dataset.marked = "";
  }

  focus() {
    this.form.querySelector("input:checked")?.focus();
  }

  stop(reason) {
    this.button.hidden = false;
    super.stop(reason);
  }

  settle(reply, sent, fields) {
    if (reply.status !== 409 || !Number.isInteger(reply.body.wording)) return super.settle(reply, sent, fields);
    this.askAgain(reply.body);
    return null;
  }

  /* The criterion asks something else by now, as the message says: whoever saves again has read it. */
  askAgain(body) {
    this.form.elements.wording.value = body.wording;
    this.version = body.version;
    this.stop(body.message);
  }

  /* Another tab or browser has saved this mark: show it, unless something else was typed here. */
  meet(theirs) {
    if (this.busy || (this.stale && theirs.version === this.met)) return; // an answer comes, or was told
    if (this.dirty && !isStored(this.fields, theirs)) {
      this.clash({ message: words.stale, theirs });
      return;
    }
    this.kept = this.edits; // these very words, or none were typed here
    this.unsent.drop(this.action);
    this.show(theirs);
  }

  show(theirs) {
    this.stale = false;
    this.form.querySelector(CLASH)?.remove();
    const controls = this.form.elements;
    for (const tile of this.form.querySelectorAll("input[name=answer]")) tile.checked = tile.value === theirs.answer;
    for (const name of ["version", "note", ...EVIDENCE]) controls[name].value = theirs[name];
    this.tellKind();
    if (theirs.answer) this.form.dataset.marked = "";
    else delete this.form.dataset.marked;
    this.say(words.elsewhereSaved.replace("{time}", theirs.saved_at), "ok");
    this.showOthers();
    document.dispatchEvent(new CustomEvent("crrubric:shown"));
  }

  theirWords(theirs) {
    const tile = this.form.querySelector(`input[name=answer][value="${CSS.escape(theirs.answer ?? "")}"]`);
    const answer = tile?.closest("label").querySelector(".words").textContent;
    const heading = document.createElement("p");
    heading.textContent = [words.theirs, answer].filter(Boolean).join(" ");
    const note = document.createElement("p");
    note.className = "typed";
    note.textContent = theirs.note ?? "";
    return note.textContent ? [heading, note] : [heading];
  }

  put(fields) {
    for (const [name, value] of fields) if (name in this.form.elements) this.form.elements[name].value = value;
    this.tellKind();
    for (const fold of this.form.querySelectorAll("details:has(textarea)")) fold.open = true;
  }
}
