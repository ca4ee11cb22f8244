/* How much room is left in a text: nothing that is typed or pasted is ever cut. The line comes when
   four fifths are full and stays; it is read aloud when the typing pauses, once for each state. */

const SHOWN_FROM = 0.8; // of the characters that there may be
const TIGHT_FROM = 0.95;
const UNREADABLE = 150_000; // 2 MB of the longest characters, written as forms are sent
const PAUSE = 1_500; // ms after the last keystroke

const aloud = document.getElementById("room");
const told = new WeakMap(); // control -> its state when it was last read aloud
let timer = null;

function measure(control) {
  const most = Number(control.dataset.room);
  const left = most - [...control.value.trim()].length;
  let state = "roomy";
  if (left < 0) state = "over";
  else if (left <= most * (1 - TIGHT_FROM)) state = "tight";
  else if (left <= most * (1 - SHOWN_FROM)) state = "shown";
  const words = left < 0 ? aloud.dataset.over : aloud.dataset.left;
  return { state, words: words.replace("{count}", String(Math.abs(left))) };
}

function show(control) {
  const { state, words } = measure(control);
  let line = control.nextElementSibling;
  if (!line?.classList.contains("room")) {
    if (state === "roomy") return;
    line = document.createElement("p");
    control.after(line);
  }
  line.className = state === "over" ? "room error" : "room hint";
  line.textContent = words;
}

function tell(control) {
  const { state, words } = measure(control);
  if (state !== (told.get(control) ?? "roomy") && state !== "roomy") aloud.textContent = words;
  told.set(control, state);
}

document.addEventListener("input", ({ target }) => {
  if (!target.dataset?.room) return;
  show(target);
  clearTimeout(timer);
  timer = setTimeout(() => tell(target), PAUSE);
});

/* More than the server reads at all would come back without a word of it: it stays here, and its line says
   that it is too long. A form that a script sends keeps its words itself. */
document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-mark]")) return;
  const over = [...event.target.querySelectorAll("[data-room]")].find(({ value }) => value.length > UNREADABLE);
  if (!over) return;
  event.preventDefault();
  event.stopPropagation();
  over.focus();
}, true);

document.querySelectorAll("[data-room]").forEach(show);
