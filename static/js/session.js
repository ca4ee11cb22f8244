/* Asks “are you still there?” before a session ends of itself, and extends it with one key; asks for the
   password before it ends for good, twelve hours after sign-in. At sign-out it clears what ballot.js kept in
   this browser. On every page of a signed-in person. */

import { askToSignIn, followOthers, lookWhoIsIn } from "./sign-in.js";
import { Unsent } from "./unsent.js";

const CHECK_EVERY = 20_000; // ms
const WARN = 120_000; // ms before the end for good
const SEEN = "crrubric.seen"; // when any tab of this browser last spoke with the server
const ENDS = "crrubric.ends"; // when the newest session of this browser ends for good
const PERSON = "crrubric.person"; // whose page this browser last showed

const dialog = document.getElementById("session-ending");
const limit = Number(dialog.dataset.minutes) * 60_000;
const moments = new Map([[SEEN, 0], [ENDS, 0]]);
let out = false; // signed out, and told so
let asked = false; // warned of the end for good

/* The moment that the last tab to hear from the server wrote down; where storage is switched off, this one. */
function latest(key) {
  try {
    return Number(localStorage.getItem(key)) || moments.get(key);
  } catch {
    return moments.get(key);
  }
}

function remember(key, moment) {
  moments.set(key, moment);
  try {
    localStorage.setItem(key, String(moment));
  } catch {
    // then each tab counts for itself
  }
}

const seen = () => remember(SEEN, Date.now());
const endsIn = (seconds) => remember(ENDS, Date.now() + seconds * 1000);

async function stay() {
  try {
    if (await lookWhoIsIn()) seen();
    else out = true;
  } catch {
    // offline: the question comes again
  }
}

function check() {
  if (out) return;
  const quiet = Date.now() - latest(SEEN) >= limit;
  if (quiet && !dialog.open) dialog.showModal();
  if (!quiet && dialog.open) dialog.close("elsewhere"); // another tab answered
  if (!quiet && !asked && latest(ENDS) - Date.now() <= WARN) {
    asked = true;
    askToSignIn({ soon: true });
  }
}

seen();
remember(PERSON, document.body.dataset.person);
endsIn(Number(dialog.dataset.left));
document.addEventListener("crrubric:saved", seen);
document.addEventListener("crrubric:signed-in", (event) => {
  out = false;
  asked = false;
  seen();
  endsIn(event.detail.left);
});
dialog.addEventListener("close", () => dialog.returnValue !== "elsewhere" && stay());
setInterval(check, CHECK_EVERY);
document.addEventListener("visibilitychange", check);
window.addEventListener("storage", (event) => {
  if (event.key === ENDS && event.newValue - event.oldValue > WARN) followOthers();
  if (event.key === PERSON) followOthers(); // somebody signed in, or out
});
window.addEventListener("pageshow", (event) => event.persisted && followOthers());

for (const form of document.querySelectorAll("form[data-sign-out]")) {
  form.addEventListener("submit", (event) => {
    const kept = new Unsent(document.body.dataset.person); // of others who were here nobody hears
    if (kept.entries().length > 0 && !confirm(form.dataset.signOut)) {
      event.preventDefault();
      return;
    }
    kept.clear();
    document.dispatchEvent(new Event("crrubric:dropped"));
  });
}
