/* Signing in again in a dialog, without leaving the page and what was typed on it: for the same person
   only. It tells the page with “crrubric:signed-in”, which carries the seconds until the session ends. */

import { sendInTurn } from "./turns.js";

const JSON_PLEASE = { Accept: "application/json" };
const ENOUGH = 300; // seconds: a session that lasts longer is a new one

const dialog = document.getElementById("sign-in-again");
const form = dialog.querySelector("form");
const problem = dialog.querySelector("[role=alert]");
const { alive, someoneElse, unreachable } = dialog.dataset;
const me = document.body.dataset.person;

/* Who is signed in, a fresh token, and how many seconds are left. Asking keeps one signed in. */
export async function whoIsIn() {
  return (await fetch(alive, { headers: JSON_PLEASE })).json();
}

/* Every form of the page belongs to the old session until it has the new one's token. */
function goOn({ token, left }) {
  for (const field of document.querySelectorAll("input[name=csrf_token]")) field.value = token;
  form.reset();
  dialog.close();
  document.dispatchEvent(new CustomEvent("crrubric:signed-in", { detail: { left } }));
}

/* Another tab of this browser signed in: this page goes on with it, if it is the same person. */
export async function followOthers() {
  try {
    const found = await whoIsIn();
    if (String(found.person) === me) goOn(found);
  } catch {
    // offline: what is sent next asks by itself
  }
}

async function enter() {
  const present = await whoIsIn();
  if (present.person !== null && present.left > ENOUGH) return { name: "", ...present };
  const body = new FormData(form);
  body.set("csrf_token", present.token);
  const answer = await sendInTurn(form.action, body);
  const found = await answer.json();
  return answer.ok ? found : { problem: found.message };
}

/* Ask for the password until somebody is in or gives up. Args: soon: the session has not ended yet. */
export function askToSignIn({ soon = false } = {}) {
  if (dialog.open) return;
  problem.textContent = "";
  for (const words of dialog.querySelectorAll("[data-case]")) {
    words.hidden = (words.dataset.case === "soon") !== soon;
  }
  dialog.showModal();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const found = await enter();
    if (found.problem) problem.textContent = found.problem;
    else if (String(found.person) === me) goOn(found);
    else problem.textContent = someoneElse.replace("{name}", found.name);
  } catch {
    problem.textContent = unreachable;
  }
});
dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
