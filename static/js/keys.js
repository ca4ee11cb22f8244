/* Single keys on the ballot: y n t a answer the row that has the focus, j and k or the arrows move,
   ? shows the keys. A row is a form that saves itself or, where a ballot is typed from paper, one of many rows of
   one form: there an answer leads on to the next row, o opens the note, and Escape leads back from it.
   A switch in the page turns them off (WCAG 2.1.4), and this browser remembers it. */

const ANSWERS = { y: "YES", n: "NO", t: "CANNOT_TELL", a: "NOT_APPLICABLE" };
const FROM_PAPER = { ...ANSWERS, s: "YES", c: "CANNOT_TELL" }; // Sí and Can’t tell, as they are printed
const STEPS = { j: 1, k: -1 };
const ARROWS = { arrowdown: 1, arrowup: -1 }; // left and right still choose among the answers
const TYPING = "textarea, select, input:not([type=radio], [type=checkbox]), [contenteditable]";
const ROWS = "form[data-mark], [data-row]";
const RADIO = ".answers input[type=radio]";
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

function focusRow(row) {
  const radio = row?.querySelector(`${RADIO}:checked`) ?? row?.querySelector(RADIO);
  radio?.focus({ preventScroll: true });
  row?.scrollIntoView({ block: "nearest" });
}

function move(from, step) {
  const index = from ? rows.indexOf(from) + step : step > 0 ? 0 : rows.length - 1;
  if (index === rows.length) document.querySelector("[data-after-rows]")?.focus();
  else focusRow(rows[index]);
}

function choose(row, answer) {
  const radio = row?.querySelector(`${RADIO}[value=${answer}]:enabled`);
  if (!radio) return;
  radio.focus();
  radio.click();
  if (row.matches("[data-row]")) move(row, 1);
}

function openNote(row) {
  const fold = row.querySelector("details");
  fold.open = true;
  fold.querySelector("textarea").focus();
}

function showKeys() {
  const fold = control.closest("details");
  if (fold) fold.open = true;
  control.querySelector("input").focus();
}

const rows = Array.from(document.querySelectorAll(ROWS));
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
  // whoever presses a key outside a text has a keyboard, on a phone as well
  if (!event.target.closest(TYPING)) document.body.classList.add("has-keyboard");
  if (!on || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const key = event.key.toLowerCase();
  const row = event.target.closest(ROWS);
  const paper = row?.matches("[data-row]");
  if (paper && key === "escape" && event.target.matches("textarea")) focusRow(row);
  if (event.target.closest(TYPING) || document.querySelector("dialog[open]")) return;
  const answers = paper ? FROM_PAPER : ANSWERS;
  if (paper && (key in answers || key in STEPS || key === "o")) event.preventDefault(); // it may lead into a text
  if (key in answers) choose(row, answers[key]);
  else if (key in STEPS) move(row, STEPS[key]);
  else if (key in ARROWS && row) {
    event.preventDefault();
    move(row, ARROWS[key]);
  } else if (key === "o" && paper) openNote(row);
  else if (key === "?") showKeys();
});
