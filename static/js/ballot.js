/* Saves each mark as it is made. Without this script every form has its own Save button.

   One MarkForm per `form[data-mark]`: never two requests in flight, the latest words win, and
   “Saved” appears only after the server's answer {version, saved_at, answered, total}. */

const TYPING_PAUSE = 1_000; // ms after the last keystroke
const ANSWER_LIMIT = 20_000; // ms until a silent server counts as a failure
const RETRY_FIRST = 1_000; // ms, doubled each time
const RETRY_LONGEST = 30_000; // ms
const RETRIES = 20; // about eight minutes, then the Save button comes back
const LEAVE_LIMIT = 5_000; // ms that a link waits for saves under way

const words = JSON.parse(document.getElementById("words").textContent);
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

class MarkForm {
  edits = 0; // counts changes; `kept` is the count that the server has
  kept = 0;
  busy = false;
  again = false;
  stale = false;
  tries = 0;
  timer = null;

  constructor(form) {
    this.form = form;
    this.status = form.querySelector(".saved");
    this.button = form.querySelector("button[type=submit]");
    this.button.hidden = true;
    form.addEventListener("input", (event) => this.edited(event.target));
    form.addEventListener("change", (event) => this.changed(event.target));
    form.addEventListener("focusout", () => this.flush());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.edits += 1;
      this.tries = 0;
      this.save();
    });
  }

  get answer() {
    return this.form.elements.answer.value;
  }

  get unsaved() {
    return this.edits > this.kept;
  }

  get underway() {
    return this.busy || this.timer !== null;
  }

  edited(field) {
    if (field.type === "radio") return; // its change event follows and saves at once
    this.edits += 1;
    this.tries = 0;
    if (this.ready()) this.saveIn(TYPING_PAUSE);
  }

  changed(field) {
    if (field.type === "radio") {
      this.edits += 1;
      this.tries = 0;
    }
    if (this.unsaved && this.ready()) this.save();
  }

  /* Save now what would be saved in a moment, unless it waits for the server to come back. */
  flush() {
    if (this.timer !== null && this.tries === 0) this.save();
  }

  ready() {
    if (this.stale) return false;
    if (this.answer) return true;
    this.say(words.choose, "bad");
    return false;
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
    this.busy = true;
    this.again = false;
    this.say(this.tries ? words.retrying : words.saving, this.tries ? "wait" : "");
    const sent = this.edits;
    const reply = await this.post();
    this.busy = false;
    this.settle(reply, sent);
    if (this.again && this.timer === null) this.save();
  }

  /* The server's answer as {status, body, wait}; status 0 if there was none. */
  async post() {
    try {
      const response = await fetch(this.form.getAttribute("action"), {
        method: "POST",
        body: new FormData(this.form),
        headers: { Accept: "application/json" },
        signal: AbortSignal.timeout(ANSWER_LIMIT),
      });
      const json = response.headers.get("Content-Type")?.includes("json");
      return {
        status: response.redirected ? 401 : response.status, // a redirect leads to the sign-in page
        body: json ? await response.json() : {},
        wait: Number(response.headers.get("Retry-After")) * 1_000 || 0,
      };
    } catch {
      return { status: 0, body: {}, wait: 0 };
    }
  }

  settle({ status, body, wait }, sent) {
    if (status === 200 && Number.isInteger(body.version)) return this.saved(body, sent);
    if (status === 0 || status === 429 || status >= 500) return this.later(wait);
    if (status === 409) return this.clash(body);
    const reason = status === 401 ? words.signedOut : body.message || words.refused;
    return this.stop(reason);
  }

  saved(body, sent) {
    this.kept = sent;
    this.tries = 0;
    this.form.elements.version.value = body.version;
    if (document.activeElement === this.button) this.form.querySelector("input:checked").focus();
    this.button.hidden = true;
    this.say(words.saved.replace("{time}", body.saved_at), "ok");
    showProgress(body.answered, body.total);
  }

  later(wait) {
    this.tries += 1;
    if (this.tries > RETRIES) return this.stop(words.failed);
    this.say(words.retrying, "wait");
    const delay = Math.min(RETRY_LONGEST, Math.max(wait, RETRY_FIRST * 2 ** (this.tries - 1)));
    return this.saveIn(delay * (0.75 + Math.random() / 2)); // spread out, so that not all come back at once
  }

  /* Not saved, and trying again would not help: only another edit or the person can. */
  stop(reason) {
    this.button.hidden = false;
    this.say(reason, "bad");
  }

  clash(body) {
    this.stale = true;
    this.say(body.message || words.stale, "bad");
    this.form.querySelector(".clash")?.remove();
    const box = document.createElement("div");
    box.className = "clash";
    if (body.theirs) box.append(...this.theirWords(body.theirs));
    const actions = document.createElement("div");
    actions.className = "actions";
    if (Number.isInteger(body.theirs?.version)) {
      actions.append(this.act("button", words.keep, () => this.keepMine(body.theirs.version, box)));
    }
    actions.append(this.act("a", words.reload, () => this.reload()));
    box.append(actions);
    this.status.after(box);
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

  keepMine(version, box) {
    this.stale = false;
    this.form.elements.version.value = version;
    box.remove();
    this.form.querySelector("input:checked")?.focus();
    this.save();
  }

  reload() {
    this.kept = this.edits;
    this.form.reset(); // so that the browser does not restore what was typed
    location.reload();
  }

  say(text, kind) {
    this.status.className = `saved ${kind}`;
    if (this.status.textContent !== text) this.status.textContent = text;
  }
}

/* Answers may come back in another order than the marks went out: the count only grows. */
function showProgress(answered, total) {
  const bar = document.querySelector("[data-progress]");
  if (!bar || !Number.isInteger(answered)) return;
  bar.max = Math.max(total, 1);
  bar.value = Math.max(bar.value, answered);
  for (const text of document.querySelectorAll("[data-progress-text]")) {
    text.textContent = text.dataset.progressText.replace("{done}", bar.value).replace("{total}", total);
  }
}

const marks = Array.from(document.querySelectorAll("form[data-mark]"), (form) => new MarkForm(form));
const waiting = () => marks.some((mark) => mark.underway);

/* Waits, a few seconds at most, until nothing is on its way to the server. */
async function settled() {
  const end = Date.now() + LEAVE_LIMIT;
  for (const mark of marks) mark.flush();
  while (waiting() && Date.now() < end) await pause(50);
}

function staysHere(link, event) {
  const modified = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button !== 0;
  const samePage = link.pathname === location.pathname && link.search === location.search && link.hash;
  return modified || samePage || link.target || link.hasAttribute("download") || link.origin !== location.origin;
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || staysHere(link, event) || !waiting()) return;
  event.preventDefault();
  await settled();
  location.assign(link.href);
});

document.addEventListener("submit", async (event) => {
  if (event.defaultPrevented || event.target.matches("[data-mark]") || !waiting()) return;
  event.preventDefault();
  await settled();
  event.target.requestSubmit(event.submitter);
});

window.addEventListener("online", () => {
  for (const mark of marks) if (mark.timer !== null) mark.save();
});

window.addEventListener("beforeunload", (event) => {
  if (marks.some((mark) => mark.unsaved)) event.preventDefault();
});
