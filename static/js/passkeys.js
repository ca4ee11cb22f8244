/* Passkeys: a button asks the server what is to be signed, the browser for a passkey, and sends the form around it with
   the answer. Without this script there is no such button, and the page names the other ways. */

const JSON_PLEASE = { Accept: "application/json" };

const toBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

/* What the server says is text; the browser wants bytes. */
function readOptions(options) {
  const withBytes = (keys) => keys?.map((key) => ({ ...key, id: toBytes(key.id) }));
  const read = { ...options, challenge: toBytes(options.challenge) };
  if (options.user) read.user = { ...options.user, id: toBytes(options.user.id) };
  if (options.excludeCredentials) read.excludeCredentials = withBytes(options.excludeCredentials);
  if (options.allowCredentials) read.allowCredentials = withBytes(options.allowCredentials);
  return read;
}

/* What the browser answers, as text. */
function writeAnswer(key) {
  const { response } = key;
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const written = Object.fromEntries(
    parts.filter((part) => response[part]).map((part) => [part, toText(response[part])]),
  );
  if (response.getTransports) written.transports = response.getTransports();
  return JSON.stringify({
    id: key.id,
    rawId: toText(key.rawId),
    type: key.type,
    response: written,
    clientExtensionResults: key.getClientExtensionResults(),
  });
}

/* What the passkey is to sign, or a sentence on why there is nothing. */
async function askServer(box, form) {
  const answer = await fetch(box.dataset.challenge, { method: "POST", body: new FormData(form), headers: JSON_PLEASE });
  return answer.json();
}

async function askBrowser(box, options) {
  const publicKey = readOptions(options);
  const { credentials } = navigator;
  return box.dataset.passkey === "make" ? credentials.create({ publicKey }) : credentials.get({ publicKey });
}

for (const box of document.querySelectorAll("[data-passkey]")) {
  const form = box.closest("form");
  const button = box.querySelector("button");
  const problem = box.querySelector("[role=alert]");
  const { unable, stopped, unreachable } = box.dataset;

  const run = async () => {
    if (!window.PublicKeyCredential) return unable;
    let found;
    try {
      found = await askServer(box, form);
    } catch {
      return unreachable;
    }
    if (!found.options) return found.message;
    try {
      box.querySelector("[name=credential]").value = writeAnswer(await askBrowser(box, found.options));
    } catch {
      return stopped;
    }
    form.action = box.dataset.at;
    form.submit();
    return "";
  };

  box.hidden = false;
  button.addEventListener("click", async () => {
    if (button.disabled) return;
    button.disabled = true;
    problem.textContent = "";
    problem.textContent = await run();
    button.disabled = false;
  });
}
