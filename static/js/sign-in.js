/* Signing in again in a dialog, without leaving the page and what was typed on it: for the same person
   only. It tells the page with “crrubric:signed-in”, which carries the seconds until the session ends.
   Once somebody else is signed in, or its own person has signed out in another window, the page is covered
   until that person is back. */

import { sendInTurn } from "./turns.js";

const JSON_PLEASE = { Accept: "application/json" };
const ENOUGH = 300; // seconds: a session that lasts longer is a new one
const SOON_AGAIN = 10_000; // ms: a new token that is refused at once is no help

const dialog = document.getElementById("sign-in-again");
const form = dialog.querySelector("form");
const problem = dialog.querySelector("[role=alert]");
const { alive, unreachable } = dialog.dataset;
const [first, second] = dialog.querySelectorAll("[data-step]");
const me = document.body.dataset.person;
let renewed = -Infinity; // when this page last got a new token by itself
let codeAt = ""; // where a code goes

/* Who is signed in, a fresh token, and how many seconds are left. Asking keeps one signed in. */
export async function whoIsIn() {
  return (await fetch(alive, { headers: JSON_PLEASE })).json();
}

/* Every form of the page belongs to the old session until it has the new one's token. */
function goOn({ token, left }) {
  for (const field of document.querySelectorAll("input[name=csrf_token]")) field.value = token;
  form.reset();
  askForCode("");
  document.body.classList.remove("covered");
  dialog.close();
  document.dispatchEvent(new CustomEvent("crrubric:signed-in", { detail: { left } }));
}

/* Who signed out in another window has left: whoever sits here next reads nothing of theirs. */
function coverLeft() {
  document.body.classList.add("covered");
  ask("left");
}

/* What was typed here is for its own person's eyes. */
function cover(name) {
  document.body.classList.add("covered");
  for (const text of dialog.querySelectorAll("[data-other]")) {
    text.textContent = text.dataset.other.replaceAll("{name}", name);
  }
  ask("other");
}

/* Look who is signed in. Returns whether it is the page's own person; else the page asks for them. */
export async function lookWhoIsIn() {
  const found = await whoIsIn();
  if (String(found.person) === me) return found;
  if (found.person === null) askToSignIn();
  else cover(found.name);
  return null;
}

/* The server did not take a form of this page: its session is over, or is another one by now. */
export async function findSession() {
  try {
    const found = await lookWhoIsIn();
    if (found && Date.now() - renewed < SOON_AGAIN) askToSignIn();
    else if (found) {
      renewed = Date.now();
      goOn(found);
    }
  } catch {
    askToSignIn();
  }
}

/* Another tab of this browser signed in: this page goes on with it, if it is the same person. Or it signed out. */
export async function followOthers() {
  try {
    const found = await whoIsIn();
    if (String(found.person) === me) goOn(found);
    else if (found.person !== null) cover(found.name);
    else coverLeft();
  } catch {
    // offline: what is sent next asks by itself
  }
}

/* Ask for a code, which goes to this address, or for the password. */
function askForCode(at) {
  codeAt = at;
  first.hidden = at;
  second.hidden = !at;
  (at ? second : first).querySelector("[name=password], [name=step_code]")?.focus(); // no password where providers alone sign in
}

async function enter() {
  const present = await whoIsIn();
  if (String(present.person) === me && present.left > ENOUGH) return present;
  const body = new FormData(form);
  body.set("csrf_token", present.token);
  const answer = await sendInTurn(codeAt || form.action, body);
  const found = await answer.json();
  if ("at" in found) askForCode(found.at);
  return "message" in found ? { problem: found.message } : found;
}

function ask(about) {
  problem.textContent = "";
  for (const words of dialog.querySelectorAll("[data-case]")) {
    words.hidden = !words.dataset.case.split(" ").includes(about);
  }
  if (!dialog.open) dialog.showModal();
}

/* Ask for the password until somebody is in or gives up. Args: soon: the session has not ended yet. */
export function askToSignIn({ soon = false } = {}) {
  if (!dialog.open) ask(soon ? "soon" : "out");
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const found = await enter();
    if ("problem" in found) problem.textContent = found.problem;
    else if (String(found.person) === me) goOn(found);
    else cover(found.name);
  } catch {
    problem.textContent = unreachable;
  }
});
dialog.addEventListener("close", () => {
  if (document.body.classList.contains("covered")) dialog.showModal(); // Escape uncovers nothing
});
dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
