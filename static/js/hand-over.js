/* Words that the server does not take, for the person to hand over by another way: to copy, and as a file. */

const SEEN = new Set(["version", "wording"]); // of the page, not typed
const PLAN = "plan-"; // how the controls of the workbook begin
const tidy = (text) => text.replaceAll("\r\n", "\n").trim();

/* Whether what was typed, [[name, value]…], is what `stored` says by name: then nothing is left to save.
   Where `stored` is whole, nothing may stand in it under a name that has no control any more, such as a row. */
export function isStored(fields, stored) {
  const names = new Set(fields.map(([name]) => name));
  const gone = stored.whole && Object.keys(stored).some((name) => name.startsWith(PLAN) && !names.has(name));
  return !gone && fields.every(([name, value]) => SEEN.has(name) || tidy(value) === tidy(stored[name] ?? ""));
}

/* What people read of kept entries: each with its title and its day. */
export function inWords(entries) {
  const all = entries.map(({ title, text, fields, at }) => {
    const words = text ?? fields.map(([, value]) => value).join("\n"); // of an older version
    const when = at ? new Date(at).toLocaleString(document.documentElement.lang) : "";
    return [title, when, words].filter(Boolean).join("\n");
  });
  return `${all.join("\n\n")}\n`;
}

/* Whether the words are on the clipboard now. Without https browsers offer only the old way. */
export async function copy(words) {
  try {
    await navigator.clipboard.writeText(words);
    return true;
  } catch {
    const field = document.createElement("textarea");
    field.value = words;
    (document.querySelector("dialog[open]") ?? document.body).append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}

/* Save the words as a text file. */
export function saveAsFile(words, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(["\ufeff", words], { type: "text/plain;charset=utf-8" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/* The buttons: copy, save as a file, discard. Args: words: their texts; entries: gives what is handed over;
   discard: called once the person has said yes. */
export function makeActions(words, entries, discard) {
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  const act = (text, run) => {
    const button = document.createElement("button");
    [button.type, button.className, button.textContent] = ["button", "btn quiet", text];
    button.addEventListener("click", run);
    return button;
  };
  const box = document.createElement("div");
  box.className = "actions";
  box.append(
    act(words.copy, async () => {
      said.textContent = (await copy(inWords(entries()))) ? words.copied : words.notCopied;
    }),
    act(words.saveFile, () => saveAsFile(inWords(entries()), words.fileName)),
    act(words.discard, () => confirm(words.sure) && discard()),
    said,
  );
  return box;
}
