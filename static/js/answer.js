/* A form that a script sends, and whose answer is a page: it is shown as it came. To send the form once more for
   the page alone would do all of it twice. Whatever listens to forms of such a page listens on the document. */

/* The answer to a form that is sent once; where nobody answers, the browser sends it and says so. */
export async function sendForm(form, { headers = {}, body = new FormData(form) } = {}) {
  try {
    return await fetch(form.action, { method: "POST", body, headers });
  } catch {
    form.submit();
    return new Promise(() => {}); // this page goes
  }
}

/* Let the page of an answer take the place of this one. Returns its main part. */
export async function showAnswer(answer) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const main = page.getElementById("main");
  if (!main) return location.reload();
  if (answer.redirected) history.replaceState(null, "", answer.url);
  document.getElementById("main").replaceWith(main);
  document.title = page.title;
  scrollTo(0, 0);
  (main.querySelector("#error-summary") ?? main).focus();
  return main;
}
