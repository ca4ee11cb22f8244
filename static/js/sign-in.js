/* Signing in again in a dialog, without leaving a page full of answers: for the same person only. */

import { words } from "./mark-form.js";

const JSON_PLEASE = { Accept: "application/json" };
const dialog = document.getElementById("sign-in-again");
const form = dialog.querySelector("form");
const problem = dialog.querySelector("[role=alert]");
const { alive } = dialog.dataset;

/* Every form of the page belongs to the old session until it has the new one's token. */
function renew(token) {
  for (const field of document.querySelectorAll("input[name=csrf_token]")) field.value = token;
}

async function enter() {
  const { person, token } = await (await fetch(alive, { headers: JSON_PLEASE })).json();
  if (person !== null) return { person, token, name: "" }; // signed in again in another tab
  const body = new FormData(form);
  body.set("csrf_token", token);
  const answer = await fetch(form.action, { method: "POST", body, headers: JSON_PLEASE });
  const found = await answer.json();
  return answer.ok ? found : { problem: found.message };
}

/* Ask for the password until somebody is in or gives up; `again` runs once the same person is. */
export function askToSignIn(again) {
  if (dialog.open) return;
  problem.textContent = "";
  dialog.showModal();
  form.onsubmit = async (event) => {
    event.preventDefault();
    try {
      const found = await enter();
      if (found.problem) {
        problem.textContent = found.problem;
      } else if (String(found.person) !== document.body.dataset.person) {
        problem.textContent = words.someoneElse.replace("{name}", found.name);
      } else {
        renew(found.token);
        form.reset();
        dialog.close();
        again();
      }
    } catch {
      problem.textContent = words.unreachable;
    }
  };
}

dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
