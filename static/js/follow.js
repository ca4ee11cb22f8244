/* The shared screen: when the chair moves on, this page loads the next cell. Asks every two seconds,
   less often while the server does not answer. Without this script there is a link to press. */

const EVERY = 2_000; // ms
const LONGEST = 30_000; // ms between two questions while nobody answers

const here = document.querySelector("[data-follow]");
let wait = EVERY;

async function ask() {
  try {
    const response = await fetch(here.dataset.follow, { headers: { Accept: "application/json" } });
    if (!response.ok || response.redirected) throw new Error("no answer");
    const { meeting, step, url } = await response.json();
    wait = EVERY;
    const found = meeting === null ? "" : `${meeting}.${step}`;
    if (found !== here.dataset.step) return location.replace(here.dataset.url ?? url);
  } catch {
    wait = Math.min(LONGEST, wait * 2);
  }
  return setTimeout(ask, wait);
}

setTimeout(ask, wait);
