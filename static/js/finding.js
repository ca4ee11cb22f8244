/* The form of a finding opens on the next item, with what the votes say chosen. A second click in the same
   place, meant for the item before, would adopt that unread: for a moment after the page has come, a form is
   sent only if somebody has chosen or typed something in it. Without this script every click counts. */

const MOMENT = 1_000; // ms since the browser began to load the page

const form = document.querySelector("[data-finding]");
let touched = false;

form?.addEventListener("input", () => {
  touched = true;
});

form?.addEventListener("submit", (event) => {
  if (!touched && performance.now() < MOMENT) event.preventDefault();
});
