/* What the server has not taken yet, kept in this browser for the person who typed it.

   One entry per address and open page: {action, tab, fields: [[name, value]…], title, text, at}. `title` and
   `text` are what people read of it. It is written at each edit and goes when the server has the words or
   the person says so; nobody else's page looks at it. Each entry has a place of its own in the storage: what a
   tab reads there of other tabs may be a moment old, so nothing may be written back that they wrote. */

const REMEMBERED = "crrubric.keep";
const TAB = crypto.getRandomValues(new Uint32Array(2)).join("-"); // this page, as long as it is open

export class Unsent {
  constructor(person) {
    this.list = `crrubric.unsent.${person}`; // where earlier versions kept all entries as one list
    this.start = `${this.list}.`;
    this.takeOver();
  }

  /* Whether what is stored under this name is one of the entries. */
  holds(key) {
    return key?.startsWith(this.start) ?? false;
  }

  place({ tab, action }) {
    return `${this.start}${tab ?? ""}.${action}`;
  }

  takeOver() {
    try {
      const found = JSON.parse(localStorage.getItem(this.list) ?? "[]");
      if (Array.isArray(found)) for (const entry of found) localStorage.setItem(this.place(entry), JSON.stringify(entry));
      localStorage.removeItem(this.list);
    } catch {
      // switched off, full or no list of ours: what is there stays there
    }
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
      const found = Object.keys(localStorage).filter((key) => this.holds(key)).map(read);
      return found.filter(Boolean).sort((one, other) => (one.at ?? 0) - (other.at ?? 0));
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
    write(this.place(own), { ...own, at: read(this.place(own))?.at ?? Date.now() });
  }

  /* The words are in a form of this tab from now on. */
  adopt(entry) {
    const own = { ...entry, tab: TAB };
    if (write(this.place(own), own)) this.discard(entry);
  }

  /* Drop what this tab kept for the form at this address. */
  drop(action) {
    this.discard({ action, tab: TAB });
  }

  /* Drop one entry, whichever tab kept it. */
  discard(entry) {
    try {
      localStorage.removeItem(this.place(entry));
    } catch {
      // switched off: nothing was kept
    }
  }

  clear() {
    for (const entry of this.entries()) this.discard(entry);
  }
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

/* Whether it could be kept; if not, the words stay in the page, which warns before it is left. */
function write(key, entry) {
  try {
    localStorage.setItem(key, JSON.stringify(entry));
    return true;
  } catch {
    return false; // full or switched off
  }
}
