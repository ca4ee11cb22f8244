/* A roster whose columns have to be chosen: the browser keeps the file that was sent and puts it into the page
   that asks, so that nobody has to choose it twice. Without this script it is chosen again. */

const CHOICE = "form[data-roster] [name=header]"; // only the page that asks has it

/* Let the page that asks take the place of this one, with the file. */
function show(page, files) {
  const main = page.getElementById("main");
  document.getElementById("main").replaceWith(main);
  document.title = page.title;
  const form = main.querySelector("form[data-roster]");
  form.querySelector("input[type=file]").files = files;
  const said = form.querySelector("[data-carried]");
  said.textContent = said.dataset.carried;
  scrollTo(0, 0);
  (main.querySelector("#error-summary") ?? main.querySelector("h1")).focus();
}

async function send(form, button) {
  const files = form.querySelector("input[type=file]").files;
  button.disabled = true;
  try {
    const response = await fetch(form.action, { method: "POST", body: new FormData(form) });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (response.redirected || !page.querySelector(CHOICE)) throw new Error("another page");
    show(page, files);
  } catch {
    button.disabled = false;
    form.submit(); // whatever else it is, the browser shows it
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-roster]") || !form.querySelector("input[type=file]").files.length) return;
  event.preventDefault();
  send(form, event.submitter ?? form.querySelector("button[type=submit]"));
});
