/* Who changed which answers of a section since it was opened, until the person has read it. */

import { Newer } from "./newer.js";
import { words } from "./saving.js";

const ASK_EVERY = 4_000; // ms

/* Who saved it and when, in `text`, or in `own` if it was oneself. */
export function sayWho(theirs, text, own) {
  return (theirs.own ? own : text).replace("{name}", theirs.by).replace("{time}", theirs.saved_at);
}

/* Ask what others have saved, and tell it. Args: again: whether the page must be loaded to show it. */
export function followOthers(answers, again = false) {
  const box = document.querySelector("[data-newer]");
  const news = new PlanNews(box, again);
  document.addEventListener("crrubric:met", ({ detail }) => news.tell(detail.met));
  new Newer(answers, box.dataset.newer, document.body.dataset.person, ASK_EVERY);
}

class PlanNews {
  told = new Map(); // by person, the last answer of theirs, and links to all of them

  constructor(box, again) {
    this.box = box;
    this.again = again;
  }

  tell(items) {
    for (const item of items) {
      const key = item.own ? "" : item.by;
      const { links } = this.told.get(key) ?? { links: new Map() };
      links.set(item.prompt, item.label);
      this.told.set(key, { last: item, links });
    }
    if (items.length > 0) this.draw();
  }

  draw() {
    const lines = [...this.told.values()].map(({ last, links }) => this.makeLine(last, links));
    this.box.replaceChildren(...lines, this.makeButton());
    this.box.hidden = false;
  }

  makeLine(last, links) {
    const line = document.createElement("p");
    line.append(sayWho(last, words.changedBy, words.changedByMe));
    for (const [prompt, label] of links) {
      const link = document.createElement("a");
      link.href = `#${this.again ? "read" : "plan"}-${prompt}`;
      link.textContent = label;
      line.append(line.querySelector("a") ? " · " : " ", link);
    }
    return line;
  }

  makeButton() {
    const button = document.createElement("button");
    [button.type, button.className] = ["button", this.again ? "btn quiet" : "link"];
    button.textContent = this.again ? words.showThem : words.readThem;
    button.addEventListener("click", () => (this.again ? location.reload() : this.close()));
    return button;
  }

  close() {
    this.told.clear();
    this.box.hidden = true;
    this.box.replaceChildren();
  }
}
