/* Signing in, and choosing a password: while many people do so at once the form waits for its turn and sends
   itself again. What was typed stays where it is. Without this script the form comes back with a sentence. */

import { sendInTurn } from "./turns.js";

for (const form of document.querySelectorAll("form[data-in-turn]")) {
  const status = form.querySelector("[role=status]");
  const problem = form.querySelector("[role=alert]");
  const button = form.querySelector("button");

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    problem.textContent = "";
    try {
      const body = new FormData(form);
      const answer = await sendInTurn(form.action, body, () => {
        status.textContent = status.dataset.waiting;
      });
      const found = await answer.json();
      if (found.go) return location.assign(found.go); // in, or to the same form as it is now
      if (found.token) form.elements.csrf_token.value = found.token; // the page was older than the session
      problem.textContent = found.message;
    } catch {
      problem.textContent = problem.dataset.unreachable;
    }
    status.textContent = "";
    button.disabled = false;
    form.querySelector("[type=password]").focus();
  });
}
