/* The meeting screen: when the chair moves on, this page loads the next cell. Asks every second,
   less often while the server does not answer. Without this script there is a link to press. */

import { askEvery } from "./asking.js";

const EVERY = 1_000; // ms

const here = document.querySelector("[data-follow]");

async function ask() {
  const response = await fetch(here.dataset.follow, { headers: { Accept: "application/json" } });
  if (!response.ok || response.redirected) throw new Error("no answer");
  const { meeting, step, url } = await response.json();
  const found = meeting === null ? "" : `${meeting}.${step}`;
  if (found === here.dataset.step) return;
  location.replace(here.dataset.url ?? url);
  await new Promise(() => {}); // until this page has gone, nothing more is asked
}

askEvery(EVERY, ask);
