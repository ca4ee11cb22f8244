/* A form that is answered with a file leaves its page as it was: an old mistake, a list without the file.
   This saves the file and asks for the page anew; any other answer is shown as it is without scripts. */

import { sendForm, showAnswer } from "./answer.js";

const underWay = new WeakSet();

function nameOf(answer) {
  const [, name] = /filename\*=UTF-8''([^;]+)/.exec(answer.headers.get("Content-Disposition") ?? "") ?? [];
  return answer.ok && name ? decodeURIComponent(name) : "";
}

async function save(answer, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = name;
  link.click();
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form[data-saves-file]")) return;
  event.preventDefault();
  if (underWay.has(form)) return;
  underWay.add(form);
  const answer = await sendForm(form);
  const name = nameOf(answer);
  if (!name) return showAnswer(answer);
  try {
    await save(answer, name);
  } finally {
    underWay.delete(form);
    location.assign(form.action);
  }
});
