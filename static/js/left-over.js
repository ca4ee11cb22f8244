/* The page of what this browser keeps and the server has not taken: what was typed, why it is not taken any
   more, and what one can do with it. The words stay in this browser; the server is asked for the reason. */

import { inWords, isStored, makeActions } from "./hand-over.js";
import { askToSignIn } from "./sign-in.js";
import { Unsent } from "./unsent.js";

const list = document.querySelector("[data-left-over]");
const all = document.querySelector("[data-all]");
const none = document.querySelector("[data-none]");
const words = JSON.parse(document.getElementById("words").textContent);
const unsent = new Unsent(document.body.dataset.person);

/* Write the reason into `line`, or the way to the form that still takes the words. What is stored goes. */
async function explain(line, entry) {
  const { action, fields } = entry;
  try {
    const address = `${list.dataset.leftOver}?form=${encodeURIComponent(action)}`;
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (answer.status === 401) askToSignIn();
    if (!answer.ok) throw new Error("no answer");
    const { reason, page, stored } = await answer.json();
    if (stored && isStored(fields, stored)) return drop(entry);
    line.textContent = reason === null ? `${words.stillOpen} ` : words.notTaken.replace("{reason}", reason);
    if (reason !== null) return undefined;
    const link = document.createElement("a");
    [link.href, link.textContent] = [page, words.open];
    line.append(link);
  } catch {
    line.textContent = words.noReason;
  }
  return undefined;
}

function show(entry) {
  const card = document.createElement("li");
  const title = document.createElement("h2");
  const why = document.createElement("p");
  const text = document.createElement("p");
  card.className = "card";
  title.dir = text.dir = "auto";
  title.textContent = entry.title ?? words.untitled;
  text.className = "typed";
  text.textContent = inWords([{ ...entry, title: "" }]).trimEnd();
  why.textContent = words.asking;
  explain(why, entry);
  card.append(title, why, text, makeActions(words, () => [entry], () => drop(entry)));
  return card;
}

function drop(entry) {
  unsent.discard(entry);
  draw();
  document.querySelector("h1").focus();
}

function draw() {
  const entries = unsent.entries();
  list.replaceChildren(...entries.map(show));
  all.hidden = entries.length < 2;
  none.hidden = entries.length > 0;
}

all.append(
  makeActions({ ...words, ...words.all }, () => unsent.entries(), () => {
    unsent.clear();
    draw();
    document.querySelector("h1").focus();
  }),
);
draw();
document.addEventListener("crrubric:signed-in", draw);
window.addEventListener("storage", (event) => unsent.holds(event.key) && draw());
