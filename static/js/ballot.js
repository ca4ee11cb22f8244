/* Saves each mark as it is made. Without this script every form has its own Save button. */

import { Line } from "./line.js";
import { MarkForm, words } from "./mark-form.js";
import { Newer } from "./newer.js";
import { findSession } from "./sign-in.js";
import { Unsent } from "./unsent.js";

const LEAVE_LIMIT = 5_000; // ms that a link waits for saves under way

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const unsent = new Unsent(document.body.dataset.person);
const line = new Line(findSession);
const marks = Array.from(
  document.querySelectorAll("form[data-mark]"),
  (form) => new MarkForm(form, line, unsent),
);
if (words.newer) new Newer(marks, words.newer, document.body.dataset.person);
const waiting = () => marks.some((mark) => mark.underway);

/* Progress. Answers may come back in another order than the marks went out: the count only grows. */

function showProgress(answered, total) {
  const bar = document.querySelector("[data-progress]");
  if (!bar || !Number.isInteger(answered)) return;
  bar.max = Math.max(total, 1);
  bar.value = Math.max(bar.value, answered);
  for (const text of document.querySelectorAll("[data-progress-text]")) {
    text.textContent = text.dataset.progressText.replace("{done}", bar.value).replace("{total}", total);
  }
}

function showParts() {
  for (const text of document.querySelectorAll("[data-part]")) {
    const done = document.getElementById(text.dataset.part).querySelectorAll("form[data-marked]").length;
    text.textContent = text.dataset.text.replace("{done}", done);
  }
}

document.addEventListener("crrubric:saved", (event) => {
  showProgress(event.detail.answered, event.detail.total);
  showParts();
});

document.addEventListener("crrubric:shown", () => {
  showProgress(document.querySelectorAll("form[data-marked]").length, marks.length);
  showParts();
});

/* What this browser kept from before, in the order in which it was given. Of several for one form, from
   several tabs, the last is put into it; it shows the others. */

function restore() {
  const entries = unsent.entries();
  for (const [place, entry] of entries.entries()) {
    if (entries.slice(place + 1).some(({ action }) => action === entry.action)) continue;
    const mark = marks.find((one) => one.action === entry.action); // kept.js tells of those without a form
    if (mark?.restore(entry)) line.join(mark);
  }
  line.retry();
}

function offerToKeep() {
  const control = document.querySelector("[data-keep]");
  if (!control) return;
  const box = control.querySelector("input");
  control.hidden = false;
  box.checked = unsent.on;
  box.addEventListener("change", () => unsent.turn(box.checked));
}

/* Leaving the page */

let leaving = false;

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
  const own = event.target.matches("[data-mark], dialog form");
  if (event.defaultPrevented || own || leaving || !waiting()) return;
  event.preventDefault();
  await settled();
  leaving = true;
  event.target.requestSubmit(event.submitter);
});

document.addEventListener("crrubric:dropped", () => {
  for (const mark of marks) mark.letGo();
});

window.addEventListener("storage", (event) => {
  if (event.key === unsent.key) for (const mark of marks) mark.showOthers();
});
window.addEventListener("online", () => line.retry());
document.addEventListener("crrubric:signed-in", () => line.retry());

window.addEventListener("beforeunload", (event) => {
  if (marks.some((mark) => mark.dirty)) event.preventDefault();
});

offerToKeep();
restore();
