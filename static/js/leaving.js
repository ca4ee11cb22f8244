/* What is on its way to the server when a page is left, and what this browser kept from before. */

const LEAVE_LIMIT = 5_000; // ms that a link waits for saves under way

const OTHERS_PAUSE = 2_000; // ms until words that another tab keeps are shown: by then most are saved

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/* Put back what this browser kept, in the order in which it was given. Of several for one thing, from several
   tabs, the last is put into it; it shows the others. */
export function restoreKept(saved, line, unsent) {
  offerToKeep(unsent);
  const entries = unsent.entries();
  for (const [place, entry] of entries.entries()) {
    if (entries.slice(place + 1).some(({ action }) => action === entry.action)) continue;
    const one = saved.find(({ action }) => action === entry.action); // kept.js tells of those without a form
    if (one?.restore(entry)) line.join(one);
  }
  line.retry();
}

function offerToKeep(unsent) {
  const control = document.querySelector("[data-keep]");
  if (!control) return;
  const box = control.querySelector("input");
  control.hidden = false;
  box.checked = unsent.on;
  box.addEventListener("change", () => unsent.turn(box.checked));
}

function staysHere(link, event) {
  const modified = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button !== 0;
  const samePage = link.pathname === location.pathname && link.search === location.search && link.hash;
  return modified || samePage || link.target || link.hasAttribute("download") || link.origin !== location.origin;
}

/* Let links and other forms wait, a few seconds at most, until nothing is on its way to the server; warn of
   what is not saved. Args: carrier: a form that carries all of `saved` to the server when it is sent. */
export function watchLeaving(saved, line, unsent, carrier = null) {
  const waiting = () => saved.some((one) => one.underway);
  let leaving = false;

  async function settle() {
    const end = Date.now() + LEAVE_LIMIT;
    for (const one of saved) one.flush();
    while (waiting() && Date.now() < end) await pause(50);
  }

  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || staysHere(link, event) || !waiting()) return;
    event.preventDefault();
    await settle();
    location.assign(link.href);
  });

  document.addEventListener("submit", async (event) => {
    const own = event.target.matches("[data-mark], dialog form");
    if (event.defaultPrevented || own) return;
    if (leaving || !waiting()) {
      if (event.target === carrier) for (const one of saved) one.letGo();
      return;
    }
    event.preventDefault();
    await settle();
    leaving = true;
    event.target.requestSubmit(event.submitter);
  });

  document.addEventListener("crrubric:dropped", () => {
    for (const one of saved) one.letGo();
  });
  let looking = null;
  window.addEventListener("storage", (event) => {
    if (!unsent.holds(event.key)) return;
    clearTimeout(looking);
    looking = setTimeout(() => saved.forEach((one) => one.showOthers()), OTHERS_PAUSE);
  });
  window.addEventListener("online", () => line.retry());
  document.addEventListener("crrubric:signed-in", () => line.retry());
  window.addEventListener("beforeunload", (event) => {
    if (saved.some((one) => one.dirty)) event.preventDefault();
  });
}
