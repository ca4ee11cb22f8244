/* What the server has not taken yet, kept in this browser for the person who typed it.

   One entry per address: {action, fields: [[name, value]…], at}. It is written at each edit and goes
   when the server has the words; at sign-out session.js clears everything. */

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
      if (!on) localStorage.removeItem(this.key);
    } catch {
      // storage is switched off: nothing was kept anyway
    }
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

  keep(action, fields) {
    if (!this.on) return;
    const entries = this.entries();
    const before = entries.find((entry) => entry.action === action);
    const others = entries.filter((entry) => entry !== before);
    this.write([...others, { action, fields, at: before?.at ?? Date.now() }]);
  }

  drop(action) {
    this.write(this.entries().filter((entry) => entry.action !== action));
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
