/* The matrix: a cell opens beside it, sections fold, and the address always says what is shown.

   Without this script every one of these is a link that leads to the same address. */

const beside = document.querySelector(".with-panel");
const panel = document.getElementById("panel");
const body = document.querySelector("[data-panel]");

const asked = (url) => new URL(url, location.href).searchParams.get("cell");
const link = (cell) => beside.querySelector(`.cell > a[href$="cell=${CSS.escape(cell)}#panel"]`);

/* The address of this view, with another cell beside it or none. */
function address(cell) {
  const url = new URL(location.href);
  url.searchParams.delete("cell");
  if (cell) url.searchParams.set("cell", cell); // the last one: `link` looks for it there
  url.hash = "";
  return url.href;
}

function shown(cell) {
  for (const old of beside.querySelectorAll(".cell > a[aria-current]")) old.removeAttribute("aria-current");
  panel.hidden = !cell;
  beside.classList.toggle("open", Boolean(cell));
  if (cell) link(cell)?.setAttribute("aria-current", "true");
}

/* Whether the cell stands in the panel now; false leaves the rest to the link. */
async function load(cell) {
  try {
    const at = beside.dataset.cells.replace(/0\/0$/, `${cell.replace("-", "/")}/aside`);
    const response = await fetch(at, { headers: { Accept: "application/json" } });
    if (!response.ok || response.redirected) return false;
    body.innerHTML = (await response.json()).html;
  } catch {
    return false;
  }
  shown(cell);
  document.getElementById("panel-heading").focus();
  link(cell)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  return true;
}

function close() {
  const cell = asked(location.href);
  if (!cell) return;
  history.pushState(null, "", address(null));
  shown(null);
  link(cell)?.focus();
}

function fold(heading) {
  const section = heading.closest("tbody");
  const folded = section.classList.toggle("folded");
  heading.setAttribute("aria-expanded", String(!folded));
  const url = new URL(location.href);
  const others = url.searchParams.getAll("fold").filter((code) => code !== heading.dataset.fold);
  url.searchParams.delete("fold");
  for (const code of folded ? [...others, heading.dataset.fold] : others) url.searchParams.append("fold", code);
  const cell = url.searchParams.get("cell");
  history.replaceState(null, "", url);
  if (cell) history.replaceState(null, "", address(cell));
  keepInFilter(heading.dataset.fold, folded);
}

/* What is folded stays so when the filter is sent. */
function keepInFilter(code, folded) {
  const form = document.querySelector("[data-filter]");
  form.querySelector(`input[name="fold"][value="${CSS.escape(code)}"]`)?.remove();
  if (!folded) return;
  const input = Object.assign(document.createElement("input"), { type: "hidden", name: "fold", value: code });
  form.append(input);
}

const plain = (event) => !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);

async function clicked(event) {
  const at = event.target.closest("a[href]");
  if (!at || !plain(event)) return;
  if (at.dataset.fold) {
    event.preventDefault();
    fold(at);
  } else if ("close" in at.dataset) {
    event.preventDefault();
    close();
  } else if (at.parentElement.matches(".cell")) {
    event.preventDefault();
    const cell = asked(at.href);
    if (await load(cell)) history.pushState(null, "", address(cell));
    else location.assign(at.href);
  }
}

if (beside) {
  beside.addEventListener("click", clicked);
  for (const heading of beside.querySelectorAll("[data-fold]")) {
    heading.setAttribute("role", "button");
    heading.addEventListener("keydown", (event) => {
      if (event.key !== " ") return;
      event.preventDefault();
      fold(heading);
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && plain(event)) close();
  });
  window.addEventListener("popstate", () => {
    const cell = asked(location.href);
    if (cell) load(cell).then((done) => done || location.reload());
    else shown(null);
  });
  const cell = asked(location.href);
  if (cell) link(cell)?.scrollIntoView({ block: "nearest", inline: "nearest" });
}
