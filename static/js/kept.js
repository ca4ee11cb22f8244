/* On every page of a signed-in person: says that this browser keeps words of theirs for which this page has
   no form, and where they are. The page about them is the one without the notice. */

import { Unsent } from "./unsent.js";

const notice = document.querySelector("[data-kept]");
const unsent = new Unsent(document.body.dataset.person);

function look() {
  const places = document.querySelectorAll("form[data-mark], [data-answer-at]");
  const here = new Set(Array.from(places, (place) => place.dataset.answerAt ?? place.getAttribute("action")));
  notice.hidden = unsent.entries().every(({ action }) => here.has(action));
}

if (notice) {
  look();
  window.addEventListener("storage", look);
  document.addEventListener("crrubric:saved", look);
}
