/* The rows of a table of the workbook: added, moved and removed without a new page. Each change is told to the
   prompt by the event crrubric:rows. Without this script the buttons save the section. */

const rowsOf = (list) => [...list.querySelectorAll(":scope > [data-row]")];
const firstControl = (row) => row.querySelector("input, select, textarea");
const tell = (list) => list.dispatchEvent(new CustomEvent("crrubric:rows", { bubbles: true }));

/* Number the rows anew, in the order in which they stand. */
function number(list) {
  const start = list.dataset.rows;
  for (const [place, row] of rowsOf(list).entries()) {
    for (const element of row.querySelectorAll("[name], [id], [for], [value], [aria-describedby]")) {
      for (const name of ["name", "id", "for", "value", "aria-describedby"]) {
        const text = element.getAttribute(name);
        if (!text?.startsWith(start)) continue;
        element.setAttribute(name, start + text.slice(start.length).replace(/^\d+/, String(place)));
      }
    }
    for (const said of row.querySelectorAll("[data-number]")) {
      said.textContent = said.dataset.number.replace("{number}", String(place + 1));
    }
  }
}

/* A blank row behind the others; the last one is its pattern. */
function addRow(list) {
  const row = rowsOf(list).at(-1).cloneNode(true);
  for (const extra of row.querySelectorAll(".error, .room")) extra.remove();
  for (const control of row.querySelectorAll("input, select, textarea")) {
    control.value = "";
    for (const name of ["aria-invalid", "aria-describedby"]) control.removeAttribute(name);
  }
  row.querySelector(".row-acts").hidden = true;
  list.append(row);
  number(list);
  return row;
}

/* Add rows until there is a control for each of these names. */
export function growRows(list, names) {
  const start = list.dataset.rows;
  const numbers = names.filter((name) => name.startsWith(start)).map((name) => parseInt(name.slice(start.length), 10));
  const most = Math.max(-1, ...numbers.filter(Number.isInteger));
  while (rowsOf(list).length <= most) addRow(list);
  for (const row of rowsOf(list)) row.querySelector(".row-acts").hidden = false;
}

function moveRow(list, row, by) {
  const rows = rowsOf(list);
  const other = rows[rows.indexOf(row) + by];
  if (!other) return;
  if (by < 0) other.before(row);
  else other.after(row);
  number(list);
  tell(list);
}

function removeRow(list, row) {
  const rows = rowsOf(list);
  const place = rows.indexOf(row);
  if (rows.length === 1) addRow(list);
  row.remove();
  number(list);
  firstControl(rowsOf(list)[Math.min(place, rowsOf(list).length - 1)]).focus();
  tell(list);
}

/* Let the buttons among the rows of a form act here. */
export function watchRows(form) {
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-act]");
    const list = button?.closest("[data-prompt]").querySelector(`[data-rows="${CSS.escape(button.dataset.of)}"]`);
    if (!list) return;
    event.preventDefault();
    const row = button.closest("[data-row]");
    if (button.dataset.act === "add") firstControl(addRow(list)).focus();
    else if (button.dataset.act === "remove") removeRow(list, row);
    else {
      moveRow(list, row, button.dataset.act === "up" ? -1 : 1);
      button.focus();
    }
  });
  form.addEventListener("input", ({ target }) => {
    const acts = target.closest("[data-row]")?.querySelector(".row-acts");
    if (acts) acts.hidden = false;
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("[data-line]")) event.preventDefault(); // one line only
  });
}
