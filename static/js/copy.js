/* Buttons that copy what stands in a control, or the lines of a list. Without this script there are none, and one selects the text. */

import { copy } from "./hand-over.js";

for (const box of document.querySelectorAll("[data-copy]")) {
  const control = document.getElementById(box.dataset.copy);
  const said = box.querySelector("[role=status]");
  box.hidden = false;
  box.querySelector("button").addEventListener("click", async ({ currentTarget }) => {
    said.textContent = ""; // the same words are read aloud once more
    const lines = Array.from(control.children, (line) => line.textContent);
    const done = await copy(control.value ?? lines.join("\n"));
    currentTarget?.focus(); // the old way of copying takes it away
    if (!done) control.select?.();
    said.textContent = done ? box.dataset.copied : box.dataset.notCopied;
  });
}
