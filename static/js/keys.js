/* Single keys on the ballot: y n t a answer the form that has the focus, j and k or the arrows move,
   ? shows the keys.
   A switch in the page turns them off (WCAG 2.1.4), and this browser remembers it. */

const ANSWERS = { y: "YES", n: "NO", t: "CANNOT_TELL", a: "NOT_APPLICABLE" };
const STEPS = { j: 1, k: -1 };
const ARROWS = { arrowdown: 1, arrowup: -1 }; // left and right still choose among the answers
const TYPING = "textarea, select, input:not([type=radio], [type=checkbox]), [contenteditable]";
const REMEMBERED = "crrubric.keys";

function remembered() {
  try {
    return localStorage.getItem(REMEMBERED) !== "off";
  } catch {
    return true; // storage is switched off: then nothing is remembered
  }
}

function remember(on) {
  try {
    localStorage.setItem(REMEMBERED, on ? "on" : "off");
  } catch {
    // storage is switched off: the switch works until the page is left
  }
}

function move(forms, from, step) {
  const index = from ? forms.indexOf(from) + step : step > 0 ? 0 : forms.length - 1;
  const form = forms[index];
  const radio = form?.querySelector("input[name=answer]:checked") ?? form?.querySelector("input[name=answer]");
  radio?.focus({ preventScroll: true });
  form?.scrollIntoView({ block: "nearest" });
}

function choose(form, answer) {
  const radio = form?.querySelector(`input[name=answer][value=${answer}]:enabled`);
  radio?.focus();
  radio?.click();
}

function showKeys() {
  const fold = control.closest("details");
  if (fold) fold.open = true;
  control.querySelector("input").focus();
}

const forms = Array.from(document.querySelectorAll("form[data-mark]"));
const control = document.querySelector(".keys[data-keys]");
let on = control !== null && remembered();

if (control) {
  const box = control.querySelector("input");
  control.hidden = false;
  box.checked = on;
  box.addEventListener("change", () => {
    on = box.checked;
    remember(on);
  });
}

document.addEventListener("keydown", (event) => {
  if (!on || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target.closest(TYPING) || document.querySelector("dialog[open]")) return;
  const key = event.key.toLowerCase();
  const form = event.target.closest("form[data-mark]");
  if (key in ANSWERS) choose(form, ANSWERS[key]);
  else if (key in STEPS) move(forms, form, STEPS[key]);
  else if (key in ARROWS && form) {
    event.preventDefault();
    move(forms, form, ARROWS[key]);
  } else if (key === "?") showKeys();
});
