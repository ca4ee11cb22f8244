/* Saves each answer of a section of the workbook as it is typed, and follows what others save. Without this
   script the section has its Save button, which stays: it saves all of them at once. */

import { restoreKept, watchLeaving } from "./leaving.js";
import { Line } from "./line.js";
import { followOthers } from "./plan-news.js";
import { PlanPrompt, showSection } from "./plan-prompt.js";
import { watchRows } from "./plan-rows.js";
import { findSession } from "./sign-in.js";
import { Unsent } from "./unsent.js";

const form = document.querySelector("form[data-plan]");

if (form) {
  const unsent = new Unsent(document.body.dataset.person);
  const line = new Line(findSession);
  const prompts = Array.from(
    form.querySelectorAll("[data-answer-at]"),
    (root) => new PlanPrompt(root, form.elements.seen, line, unsent),
  );
  watchRows(form);
  restoreKept(prompts, line, unsent);
  watchLeaving(prompts, line, unsent, form);
  followOthers(prompts);
  document.addEventListener("crrubric:met", ({ detail }) => showSection(detail));
}
