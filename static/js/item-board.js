/* The board of action items: a card is moved by its buttons, by dragging it, or by the arrow keys on its grip,
   without a new page; what happened is said to screen readers. Where a move is not taken, the answer is a page
   that tells why. Without this script the buttons send that form. */

import { showAnswer } from "./answer.js";

const DROPPED = "DROPPED"; // asks for a reason: on a page of its own
const SIDEWAYS = { ArrowLeft: -1, ArrowRight: 1 };
const ALONG = { ArrowUp: -1, ArrowDown: 1 };

const isJson = (answer) => (answer.headers.get("Content-Type") ?? "").startsWith("application/json");

const board = document.querySelector("[data-board]");
const said = document.querySelector("[data-said]");
const columns = board ? [...board.querySelectorAll(".board-column")] : [];
const columnOf = (card) => card.closest(".board-column");
const cardsOf = (column) => [...column.querySelectorAll(".item-card")];
const finished = (state) => state === "DONE" || state === DROPPED;

/* In the order of the server: by day, those without one last, then as they were added. */
function placeOf(card) {
  return `${card.dataset.due || "9999-99-99"} ${card.id.replace("item-", "").padStart(12, "0")}`;
}

function count(column) {
  const cards = cardsOf(column).length;
  column.querySelector("[data-count]").textContent = String(cards);
  column.querySelector("[data-none]").hidden = cards > 0;
}

function put(card, column) {
  const from = columnOf(card);
  const state = column.dataset.state;
  const behind = cardsOf(column).find((other) => placeOf(other) > placeOf(card));
  column.querySelector("[data-cards]").insertBefore(card, behind ?? null);
  for (const button of card.querySelectorAll("button[name=state]")) button.hidden = button.value === state;
  card.querySelector("a[data-state]").hidden = false;
  card.querySelector("[data-why]")?.remove();
  const late = card.querySelector("[data-late]");
  if (late) late.hidden = finished(state);
  count(from);
  count(column);
}

/* Signed out, the browser sends the form: the page that answers asks for the password and goes on with it. */
function sendPlainly(form, state) {
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "state", value: state }));
  form.submit();
}

async function move(card, column) {
  const form = card.querySelector("form");
  const state = column.dataset.state;
  if (columnOf(card) === column || card.classList.contains("is-sent")) return;
  if (state === DROPPED) return location.assign(form.dataset.drop);
  const body = new FormData(form);
  body.set("state", state);
  card.classList.add("is-sent");
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    if (!isJson(answer)) return await showAnswer(answer);
    if (!answer.ok) return sendPlainly(form, state);
    const found = await answer.json();
    form.elements.version.value = found.version;
    form.elements.seen.value = found.seen;
    const held = card.contains(document.activeElement);
    put(card, column);
    if (held) card.querySelector("[data-grip]").focus();
    card.scrollIntoView({ block: "nearest" });
    said.textContent = found.message;
  } catch {
    said.textContent = said.dataset.notMoved;
    said.classList.remove("unseen");
  }
  card.classList.remove("is-sent");
}

function pressed(event) {
  const grip = event.target.closest("[data-grip]");
  if (!grip || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const card = grip.closest(".item-card");
  if (event.key in SIDEWAYS) {
    event.preventDefault();
    const column = columns[columns.indexOf(columnOf(card)) + SIDEWAYS[event.key]];
    if (column) move(card, column);
  } else if (event.key in ALONG) {
    event.preventDefault();
    const grips = [...board.querySelectorAll("[data-grip]")];
    grips[grips.indexOf(grip) + ALONG[event.key]]?.focus();
  }
}

function watchDragging() {
  let dragged = null;
  const point = (column) => {
    for (const each of columns) each.classList.toggle("is-target", each === column);
  };
  board.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.(".item-card[draggable]") ?? null;
    if (!dragged) return;
    dragged.classList.add("is-dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.querySelector(".item-words").textContent.trim());
  });
  board.addEventListener("dragover", (event) => {
    const column = event.target.closest(".board-column");
    if (!dragged || !column) return;
    event.preventDefault();
    point(column);
  });
  board.addEventListener("drop", (event) => {
    const column = event.target.closest(".board-column");
    if (!dragged || !column) return;
    event.preventDefault();
    move(dragged, column);
  });
  board.addEventListener("dragend", () => {
    dragged?.classList.remove("is-dragged");
    dragged = null;
    point(null);
  });
}

if (board) {
  for (const card of board.querySelectorAll(".item-card[data-movable]")) {
    card.draggable = true;
    card.querySelector("[data-grip]").hidden = false;
  }
  board.addEventListener("submit", (event) => {
    const card = event.target.closest(".item-card");
    event.preventDefault();
    move(card, columns.find((column) => column.dataset.state === event.submitter.value));
  });
  board.addEventListener("keydown", pressed);
  watchDragging();
}
