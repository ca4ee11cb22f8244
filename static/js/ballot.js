/* Saves each mark as it is made. Without this script every form has its own Save button. */

import { restoreKept, watchLeaving } from "./leaving.js";
import { Line } from "./line.js";
import { MarkForm } from "./mark-form.js";
import { Newer } from "./newer.js";
import { words } from "./saving.js";
import { findSession } from "./sign-in.js";
import { Unsent } from "./unsent.js";

const unsent = new Unsent(document.body.dataset.person);
const line = new Line(findSession);
const marks = Array.from(
  document.querySelectorAll("form[data-mark]"),
  (form) => new MarkForm(form, line, unsent),
);
if (words.newer) new Newer(marks, words.newer, document.body.dataset.person);

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

restoreKept(marks, line, unsent);
watchLeaving(marks, line, unsent);
