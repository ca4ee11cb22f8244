/* Asks “are you still there?” before a session ends of itself, and extends it with one key.
   At sign-out it clears what ballot.js kept in this browser. On every page of a signed-in person. */

const CHECK_EVERY = 20_000; // ms
const SEEN = "crrubric.seen"; // when any tab of this browser last spoke with the server
const UNSENT = "crrubric.unsent."; // what ballot.js keeps, by person

const dialog = document.getElementById("session-ending");
const limit = Number(dialog.dataset.minutes) * 60_000;
let loaded = Date.now();

function lastSeen() {
  try {
    return Math.max(loaded, Number(localStorage.getItem(SEEN)) || 0);
  } catch {
    return loaded;
  }
}

function seen() {
  loaded = Date.now();
  try {
    localStorage.setItem(SEEN, String(loaded));
  } catch {
    // storage is switched off: then each tab counts for itself
  }
}

function unsent() {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(UNSENT));
  } catch {
    return [];
  }
}

/* The page stays as it is, with all that was typed on it: what is sent now is kept until the
   person has signed in again, files excepted. */
function tooLate() {
  clearInterval(asking);
  document.removeEventListener("visibilitychange", check);
  document.getElementById("session-ended").showModal();
}

async function stay() {
  try {
    const answer = await fetch(dialog.dataset.alive, { headers: { Accept: "application/json" } });
    const { person } = await answer.json();
    if (person === null) tooLate();
    else seen();
  } catch {
    // offline: the question comes again
  }
}

function check() {
  const quiet = Date.now() - lastSeen() >= limit;
  if (quiet && !dialog.open) dialog.showModal();
  if (!quiet && dialog.open) dialog.close("elsewhere"); // another tab answered
}

seen();
document.addEventListener("crrubric:saved", seen);
dialog.addEventListener("close", () => dialog.returnValue !== "elsewhere" && stay());
const asking = setInterval(check, CHECK_EVERY);
document.addEventListener("visibilitychange", check);

for (const form of document.querySelectorAll("form[data-sign-out]")) {
  form.addEventListener("submit", (event) => {
    const kept = unsent();
    if (kept.length > 0 && !confirm(form.dataset.signOut)) {
      event.preventDefault();
      return;
    }
    for (const key of kept) localStorage.removeItem(key);
    document.dispatchEvent(new Event("crrubric:dropped"));
  });
}
