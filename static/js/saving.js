/* What is saved as it is typed: never two requests in flight, the latest words win, and “Saved” appears only
   after the server's answer {version, saved_at}. A class of its own says which controls a thing has (`fields`,
   `body`, `version`, `put`, `focus`), what people read of it (`title`, `text`), what follows when it is taken
   (`took`), and how another's words are shown (`theirWords`). */

import { inWords, isStored, makeActions } from "./hand-over.js";

export const TYPING_PAUSE = 1_000; // ms after the last keystroke
const ANSWER_LIMIT = 20_000; // ms until a silent server counts as a failure
// What is no answer of the server: nothing at all, a page where JSON should be (what stands between, a
// guest network for instance, says 200 and shows its own), too slow, too early, too many, out of order.
const UNANSWERED = new Set([0, 200, 408, 425, 429]);
export const CLASH = ".clash:not([data-others])";
const NOT_FOR_GOOD = new Set([400, 413, 422]); // other words may do

export const words = JSON.parse(document.getElementById("words").textContent);

/* The words of a label, without what is there for the ear or says that it may be left out. */
export function sayPart(part) {
  if (typeof part === "string") return part;
  const label = part.cloneNode(true);
  for (const extra of label.querySelectorAll(".optional, [aria-hidden]")) extra.remove();
  return label.textContent.trim();
}

export class Saved {
  edits = 0; // counts changes; `kept` is the count that the server has
  kept = 0;
  busy = false;
  again = false;
  stale = false;
  timer = null;
  unanswered = []; // what was sent without an answer: the server may have it all the same

  /* `root` holds the controls, `line` what waits for the server, `unsent` what this browser keeps meanwhile. */
  constructor(root, action, line, unsent) {
    this.root = root;
    this.action = action;
    this.line = line;
    this.unsent = unsent;
    this.status = root.querySelector(".saved");
    root.addEventListener("input", (event) => this.edited(event.target));
    root.addEventListener("change", (event) => this.changed(event.target));
    root.addEventListener("focusout", () => this.flush());
  }

  get dirty() {
    return this.edits > this.kept;
  }

  get underway() {
    return this.busy || this.timer !== null;
  }

  /* What is handed over where the server does not take it. */
  get entry() {
    return { action: this.action, fields: this.fields, title: this.title, text: this.text };
  }

  edit() {
    this.edits += 1;
    this.unsent.keep(this.entry);
    this.showOthers();
  }

  /* Save now what would be saved in a moment. */
  flush() {
    if (this.timer !== null) this.save();
  }

  ready() {
    return !this.stale;
  }

  saveIn(ms) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), ms);
  }

  async save() {
    clearTimeout(this.timer);
    this.timer = null;
    if (!this.ready()) return;
    if (this.busy) {
      this.again = true;
      return;
    }
    if (this.line.held) {
      this.line.join(this);
      return;
    }
    const wait = await this.send();
    if (wait !== null) this.line.join(this, wait);
    else if (this.again && this.timer === null) this.save();
  }

  /* Send what the form says now. Returns null when the server has answered for good, else the ms
     that it asks to wait for. */
  async send() {
    this.busy = true;
    this.again = false;
    if (!this.line.held) this.say(words.saving, "");
    const sent = this.edits;
    const { fields } = this;
    const reply = await this.post();
    this.busy = false;
    return this.settle(reply, sent, fields);
  }

  /* The server's answer as {status, body, wait}; status 0 if there was none. */
  async post() {
    try {
      const response = await fetch(this.action, {
        method: "POST",
        body: this.body,
        headers: { Accept: "application/json" },
        signal: AbortSignal.timeout(ANSWER_LIMIT),
      });
      const json = response.headers.get("Content-Type")?.includes("json");
      return {
        status: response.status,
        body: json ? await response.json() : {},
        wait: Number(response.headers.get("Retry-After")) * 1_000 || 0,
      };
    } catch {
      return { status: 0, body: {}, wait: 0 };
    }
  }

  settle({ status, body, wait }, sent, fields) {
    if (status === 200 && "version" in body && typeof body.saved_at === "string") {
      this.saved(body, sent);
      return null;
    }
    if (UNANSWERED.has(status) || status >= 500) {
      this.unanswered.push(fields);
      return wait;
    }
    if (status === 401) {
      this.stop(words.signedOut);
      this.line.signedOut();
      return Infinity;
    }
    if (status === 409 && this.unanswered.some((own) => isStored(own, body.theirs ?? {}))) {
      this.version = body.theirs.version; // no other window, but these very words
      this.unanswered = [];
      return wait;
    }
    if (status === 409 && body.theirs) this.clash(body);
    else if (NOT_FOR_GOOD.has(status)) this.refused(body);
    else this.handOver(body);
    return null;
  }

  saved(body, sent) {
    this.kept = sent;
    this.unanswered = [];
    this.version = body.version;
    if (this.dirty) this.unsent.keep(this.entry);
    else this.unsent.drop(this.action);
    this.root.querySelector(CLASH)?.remove();
    this.say(words.saved.replace("{time}", body.saved_at), "ok");
    this.took(body);
    this.showOthers();
    document.dispatchEvent(new CustomEvent("crrubric:saved", { detail: { ...body, action: this.action } }));
  }

  /* Other words may be taken. */
  refused(body) {
    this.stop(body.message || words.refused);
  }

  /* Not saved, and trying again would not help: only another edit or the person can. */
  stop(reason) {
    this.say(reason, "bad");
  }

  /* It is not taken any more: said with the reason, and given to the person to copy or to save as a file. */
  async handOver(body) {
    const { reason, stored } = await this.askWhy();
    if (stored && isStored(this.fields, stored)) {
      this.kept = this.edits; // the server has it: its answer was lost on the way
      this.unsent.drop(this.action);
      this.say(words.saved.replace("{time}", stored.saved_at), "ok");
      return;
    }
    this.stop(words.notTaken.replace("{reason}", reason ?? body.message ?? words.refused));
    this.box().append(makeActions(words, () => [this.entry], () => this.reload()));
  }

  /* Why the server does not take it, whatever it says, and what it has instead, as far as it tells. */
  async askWhy() {
    try {
      const address = `${words.reasonAt}?form=${encodeURIComponent(this.action)}`;
      return await (await fetch(address, { headers: { Accept: "application/json" } })).json();
    } catch {
      return {};
    }
  }

  /* An empty box below what the form says of itself. */
  box() {
    this.root.querySelector(CLASH)?.remove();
    const box = document.createElement("div");
    box.className = "clash";
    this.status.after(box);
    return box;
  }

  clash(body) {
    clearTimeout(this.timer);
    this.timer = null;
    this.stale = true;
    this.met = body.theirs.version;
    this.say(body.message || words.stale, "bad");
    const box = this.box();
    box.append(...this.theirWords(body.theirs));
    const actions = document.createElement("div");
    actions.className = "actions";
    actions.append(
      this.act("button", words.keep, () => this.keepMine(body.theirs.version, box)),
      this.takeTheirs(body.theirs),
    );
    box.append(actions);
  }

  /* What lets go of one's own words in favor of theirs. */
  takeTheirs() {
    return this.act("a", words.reload, () => this.reload());
  }

  /* Where something was typed here: what other tabs kept for this form and the server does not have. Their
     words stay until the person discards them, or the tab that kept them has saved them. */
  showOthers() {
    const here = Object.fromEntries(this.fields);
    const kept = this.edits > 0 ? this.unsent.others(this.action) : [];
    const others = kept.filter(({ fields }) => !isStored(fields, here));
    const text = others.length > 0 ? inWords(others.map((entry) => ({ ...entry, title: "" }))).trimEnd() : "";
    const before = this.root.querySelector("[data-others]");
    if (before?.querySelector(".typed").textContent === text) return;
    before?.remove();
    if (!text) return;
    const box = document.createElement("div");
    const heading = document.createElement("p");
    const typed = document.createElement("p");
    box.className = "clash";
    box.dataset.others = "";
    heading.textContent = words.others;
    typed.className = "typed";
    typed.dir = "auto";
    typed.textContent = text;
    box.append(
      heading,
      typed,
      makeActions(words, () => others, () => {
        for (const entry of others) this.unsent.discard(entry);
        this.showOthers();
      }),
    );
    this.root.append(box);
  }

  keepMine(version, box) {
    this.stale = false;
    this.version = version;
    box.remove();
    this.focus();
    this.save();
  }

  act(kind, text, run) {
    const element = document.createElement(kind);
    element.textContent = text;
    if (kind === "a") element.href = location.pathname + location.search;
    else [element.type, element.className] = ["button", "btn quiet"];
    element.addEventListener("click", (event) => {
      event.preventDefault();
      run();
    });
    return element;
  }

  reload() {
    this.kept = this.edits;
    this.unsent.drop(this.action);
    this.root.closest("form").reset(); // so that the browser does not restore what was typed
    location.reload();
  }

  /* The person signs out and lets go of what was not sent. */
  letGo() {
    this.kept = this.edits;
  }

  /* Put back what this browser kept. Returns whether it is still to be sent. */
  restore(entry) {
    const { fields } = entry;
    if (isStored(fields, Object.fromEntries(this.fields))) {
      this.unsent.discard(entry);
      return false;
    }
    this.unsent.adopt(entry);
    this.put(fields);
    this.edits += 1;
    this.showOthers();
    return this.ready();
  }

  say(text, kind) {
    this.status.className = `saved ${kind}`;
    if (this.status.textContent !== text) this.status.textContent = text;
  }
}
