/* A roster whose columns have to be chosen: the browser keeps the file that was sent and puts it into the page
   that asks, so that nobody has to choose it twice. Without this script it is chosen again. */

import { sendForm, showAnswer } from "./answer.js";

const CHOICE = "form[data-roster] [name=header]"; // only the page that asks has it

/* Give the page that asks the file. Args: main: its main part. */
function carry(main, files) {
  if (!main?.querySelector(CHOICE)) return;
  const form = main.querySelector("form[data-roster]");
  form.querySelector("input[type=file]").files = files;
  const said = form.querySelector("[data-carried]");
  said.textContent = said.dataset.carried;
}

async function send(form, button) {
  const files = form.querySelector("input[type=file]").files;
  button.disabled = true;
  carry(await showAnswer(await sendForm(form)), files);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-roster]") || !form.querySelector("input[type=file]").files.length) return;
  event.preventDefault();
  send(form, event.submitter ?? form.querySelector("button[type=submit]"));
});
