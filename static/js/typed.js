/* Words that were typed into a form and not sent: before they are lost, the browser asks. A form that saves
   itself looks after its words, and a password is soon typed again. On every page of a signed-in person; without
   this script nobody asks. */

const OTHERS = "[data-mark], [data-plan], dialog form, :has([type=password])";
const WORDS = ["textarea", "text", "email", "url", "tel", "number", "date", "time", "datetime-local"]; // types

const sent = new WeakSet();

/* In a form that came back with an error, what was typed stands as if it had been there before. */
function holdsWords(form) {
  const cameBack = form.querySelector(".error");
  const wasTyped = (field) => WORDS.includes(field.type) && field.value !== (cameBack ? "" : field.defaultValue);
  return form.method === "post" && !sent.has(form) && !form.matches(OTHERS) && [...form.elements].some(wasTyped);
}

function ask(event) {
  if ([...document.forms].some(holdsWords)) event.preventDefault();
}

/* Only then: some browsers load a page anew that somebody returns to if it may ask. */
const beginToAsk = () => window.addEventListener("beforeunload", ask);

document.addEventListener("input", beginToAsk, { once: true });
if (document.querySelector("form .error")) beginToAsk();

document.addEventListener("formdata", (event) => sent.add(event.target));
window.addEventListener("pageshow", () => {
  for (const form of document.forms) sent.delete(form); // somebody came back to it
});
