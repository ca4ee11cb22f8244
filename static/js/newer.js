/* What was saved elsewhere, in another tab or browser or by others. The page asks when another tab of this
   browser has saved, when somebody comes back to it, when they go into a form, and as often as it is told to. */

import { askEvery } from "./asking.js";

const REST = 5_000; // ms between two questions, unless another tab has just saved
const OVER = [401, 404]; // asking again would not help

export class Newer {
  asked = Date.now(); // the page itself is the first answer
  over = false;

  /* `address` tells which of the marks that are known have changed since; every: ms between two questions
     while the page is looked at. */
  constructor(marks, address, person, every) {
    this.marks = marks;
    this.address = address;
    this.channel = new BroadcastChannel(`crrubric.saved.${person}`);
    this.channel.addEventListener("message", ({ data }) => {
      if (this.find(data)) this.ask();
    });
    document.addEventListener("crrubric:saved", ({ detail }) => this.channel.postMessage(detail.action));
    document.addEventListener("crrubric:signed-in", () => (this.over = false));
    document.addEventListener("visibilitychange", () => this.comeBack());
    document.addEventListener("focusin", ({ target }) => {
      if (target.closest("form[data-mark]")) this.comeBack();
    });
    window.addEventListener("focus", () => this.comeBack());
    if (every) askEvery(every, () => document.hidden || this.fetchNewer());
  }

  find(action) {
    return this.marks.find((mark) => mark.action === action);
  }

  comeBack() {
    if (!document.hidden && Date.now() - this.asked > REST) this.ask();
  }

  async ask() {
    try {
      await this.fetchNewer();
    } catch {
      // offline: the next question tells, or the next save
    }
  }

  async fetchNewer() {
    if (this.over) return;
    this.asked = Date.now();
    const known = new Map(this.marks.map((mark) => [mark, mark.version]));
    const told = [...known].map(([mark, version]) => mark.key(version)).join(",");
    const answer = await fetch(`${this.address}?known=${told}`, { headers: { Accept: "application/json" } });
    this.over = OVER.includes(answer.status);
    if (this.over) return;
    if (!answer.ok) throw new Error("no answer");
    const body = await answer.json();
    const met = body.newer.filter((newer) => {
      const mark = this.find(newer.action);
      return mark?.version === known.get(mark) && mark.meet(newer); // else it was saved meanwhile
    });
    if (body.newer.length > 0) document.dispatchEvent(new CustomEvent("crrubric:met", { detail: { ...body, met } }));
  }
}
