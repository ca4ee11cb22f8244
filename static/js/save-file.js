/* A form that is answered with a file leaves its page as it was: an old mistake, a list without the file.
   This saves the file and asks for the page anew; any other answer is shown as it is without scripts. */

function nameOf(disposition) {
  const [, name] = /filename\*=UTF-8''([^;]+)/.exec(disposition) ?? [];
  return name ? decodeURIComponent(name) : "";
}

async function save(form) {
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
  const name = nameOf(answer.headers.get("Content-Disposition") ?? "");
  if (!answer.ok || !name) throw new Error("no file");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = name;
  link.click();
}

for (const form of document.querySelectorAll("form[data-saves-file]")) {
  let underWay = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (underWay) return;
    underWay = true;
    try {
      await save(form);
      location.assign(form.action);
    } catch {
      form.submit(); // nothing was made, or nobody answered: the server says what is the matter
    }
    underWay = false;
  });
}
