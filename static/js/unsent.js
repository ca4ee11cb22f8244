/* What the server has not taken yet, kept in this browser for the person who typed it.

   One entry per address and open page: {action, tab, fields: [[name, value]…], title, text, at}. `title` and
   `text` are what people read of it. It is written at each edit and goes when the server has the words or
   the person says so; nobody else's page looks at it, and no other tab writes over it. */

const REMEMBERED = "crrubric.keep";
const TAB = crypto.getRandomValues(new Uint32Array(2)).join("-"); // this page, as long as it is open

const isSame = (one, other) => one.action === other.action && one.tab === other.tab;

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

  /* What other tabs kept for the form at this address, and maybe nobody looks after any more. */
  others(action) {
    return this.entries().filter((entry) => entry.action === action && entry.tab !== TAB);
  }

  keep(entry) {
    if (!this.on) return;
    const own = { ...entry, tab: TAB };
    const entries = this.entries();
    const before = entries.find((other) => isSame(own, other));
    const others = entries.filter((other) => other !== before);
    this.write([...others, { ...own, at: before?.at ?? Date.now() }]);
  }

  /* The words are in a form of this tab from now on. */
  adopt(entry) {
    this.write(this.entries().map((other) => (isSame(entry, other) ? { ...other, tab: TAB } : other)));
  }

  /* Drop what this tab kept for the form at this address. */
  drop(action) {
    this.discard({ action, tab: TAB });
  }

  /* Drop one entry, whichever tab kept it. */
  discard(entry) {
    this.write(this.entries().filter((other) => !isSame(entry, other)));
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
