/* A form whose answer takes some seconds says so once it is sent, and how far it is where the server tells
   that. Without this script it says nothing. */

import { askEvery } from "./asking.js";

const EVERY = 1_000; // ms between two questions

/* Without an answer, as before the work begins, the bar shows no measure. */
function show(box, { words = "", done = 0, total = 0 }) {
  const bar = box.querySelector("progress");
  box.querySelector("[data-far]").textContent = words;
  if (total) {
    bar.max = total;
    bar.value = done;
  } else bar.removeAttribute("value");
}

async function ask(box) {
  if (box.hidden) return; // not sent yet, or somebody came back
  const answer = await fetch(box.dataset.progress, { headers: { Accept: "application/json" } });
  if (!answer.ok || answer.redirected) throw new Error("no answer");
  show(box, await answer.json());
}

document.addEventListener("submit", ({ target }) => {
  for (const box of target.querySelectorAll("[data-busy]")) {
    box.hidden = false; // first, so that the words are read aloud
    box.querySelector("[role=status]").textContent = box.dataset.busy;
    if (!box.dataset.progress || "asking" in box.dataset) continue;
    box.dataset.asking = "";
    askEvery(EVERY, () => ask(box));
  }
});

addEventListener("pageshow", () => {
  for (const box of document.querySelectorAll("form [data-busy]")) box.hidden = true; // who comes back has not sent it yet
});
