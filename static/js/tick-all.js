/* A button that ticks every box of its form: who presses it can take one off again, then sends the
   form. Without this script the button sends the form, and the server takes all as ticked. */

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-tick-all]");
  if (!button) return;
  event.preventDefault();
  for (const box of button.form.elements) {
    if (box.name === button.dataset.tickAll) box.checked = true;
  }
  button.form.querySelector("[type=submit]").focus(); // what is left to do
});
