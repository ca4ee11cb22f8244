/* What was saved elsewhere, in another tab or browser. The page asks when another tab of this browser has
   saved, when somebody comes back to it, and when they go into a form. */

const REST = 5_000; // ms between two questions, unless another tab has just saved

export class Newer {
  asked = Date.now(); // the page itself is the first answer

  /* `address` tells which of the marks that are known have changed since. */
  constructor(marks, address, person) {
    this.marks = marks;
    this.address = address;
    this.channel = new BroadcastChannel(`crrubric.saved.${person}`);
    this.channel.addEventListener("message", ({ data }) => {
      if (this.find(data)) this.ask();
    });
    document.addEventListener("crrubric:saved", ({ detail }) => this.channel.postMessage(detail.action));
    document.addEventListener("visibilitychange", () => this.comeBack());
    document.addEventListener("focusin", ({ target }) => {
      if (target.closest("form[data-mark]")) this.comeBack();
    });
    window.addEventListener("focus", () => this.comeBack());
  }

  find(action) {
    return this.marks.find((mark) => mark.action === action);
  }

  comeBack() {
    if (!document.hidden && Date.now() - this.asked > REST) this.ask();
  }

  async ask() {
    this.asked = Date.now();
    const known = new Map(this.marks.map((mark) => [mark, mark.version]));
    const told = [...known].map(([mark, version]) => mark.key(version)).join(",");
    try {
      const answer = await fetch(`${this.address}?known=${told}`, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      for (const newer of (await answer.json()).marks) {
        const mark = this.find(newer.action);
        if (mark?.version === known.get(mark)) mark.meet(newer); // else it has been saved meanwhile
      }
    } catch {
      // offline: the next question tells, or the next save
    }
  }
}
