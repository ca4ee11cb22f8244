/* Fields for passwords: what is typed can be looked at, and a new password is judged while it is typed. Without
   this script the server judges it once it is sent. */

const PAUSE = 500; // ms after the last keystroke
const JSON_PLEASE = { Accept: "application/json" };

for (const box of document.querySelectorAll("[data-shows]")) {
  const field = document.getElementById(box.dataset.shows);
  const tick = box.querySelector("input");
  const show = () => {
    field.type = tick.checked ? "text" : "password";
  };
  box.hidden = false;
  tick.addEventListener("change", show);
  field.form.addEventListener("submit", () => {
    tick.checked = false; // a browser keeps what a field of text held
    show();
  });
}

for (const said of document.querySelectorAll("[data-judges]")) {
  const { judges, at, least, count, enough } = said.dataset;
  const field = document.getElementById(judges);
  let timer;
  let asked = 0;

  const judge = async () => {
    const number = (asked += 1);
    const body = new FormData();
    body.set("csrf_token", field.form.elements.csrf_token.value);
    body.set("password", field.value);
    try {
      const answer = await fetch(at, { method: "POST", body, headers: JSON_PLEASE });
      const { problem } = answer.ok ? await answer.json() : {};
      if (number !== asked) return; // something else is typed by now
      said.textContent = problem ?? "";
      if (problem === "") said.textContent = enough;
    } catch {
      // offline: it is judged when it is sent
    }
  };

  field.addEventListener("input", () => {
    clearTimeout(timer);
    asked += 1;
    const { length } = field.value;
    said.textContent = length ? count.replace("{count}", length) : "";
    if (length >= Number(least)) timer = setTimeout(judge, PAUSE);
  });
}
