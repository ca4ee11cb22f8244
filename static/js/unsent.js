/* What the server has not taken yet, kept in this browser for the person who typed it.

   One entry per address: {action, fields: [[name, value]…], title, text, at}. `title` and `text` are what
   people read of it. It is written at each edit and goes when the server has the words or the person says
   so; nobody else's page looks at it. */

const REMEMBERED = "crrubric.keep";

export class Unsent {
  constructor(person) {
    this.key = `crrubric.unsent.${person}`;
  }

  get on() {
    try {
      return localStorage.getItem(REMEMBERED) !== "off";
    } catch {
      return false;
    }
  }

  /* Keep from now on, or drop what is kept and keep nothing more. */
  turn(on) {
    try {
      localStorage.setItem(REMEMBERED, on ? "on" : "off");
    } catch {
      // storage is switched off: nothing was kept anyway
    }
    if (!on) this.clear();
  }

  /* All entries, the oldest first. */
  entries() {
    try {
      const found = JSON.parse(localStorage.getItem(this.key) ?? "[]");
      return Array.isArray(found) ? found.sort((one, other) => one.at - other.at) : [];
    } catch {
      return [];
    }
  }

  keep(entry) {
    if (!this.on) return;
    const entries = this.entries();
    const before = entries.find(({ action }) => action === entry.action);
    const others = entries.filter((other) => other !== before);
    this.write([...others, { ...entry, at: before?.at ?? Date.now() }]);
  }

  drop(action) {
    this.write(this.entries().filter((entry) => entry.action !== action));
  }

  clear() {
    this.write([]);
  }

  write(entries) {
    try {
      if (entries.length > 0) localStorage.setItem(this.key, JSON.stringify(entries));
      else localStorage.removeItem(this.key);
    } catch {
      // full or switched off: the words stay in the page, which warns before it is left
    }
  }
}
