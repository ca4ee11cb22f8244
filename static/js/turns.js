/* Sends what the server has no time for yet again and again, as often as it asks to. */

const JSON_PLEASE = { Accept: "application/json" };
const SHORTEST = 1; // seconds
const LONGEST = 15;
const TRIES = 60; // then a person should know

const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

/* The answer to a form, in JSON. Args: onWait: told each time that the server asks to come again. */
export async function sendInTurn(address, body, onWait = () => {}) {
  for (let left = TRIES; ; left -= 1) {
    const answer = await fetch(address, { method: "POST", body, headers: JSON_PLEASE });
    const seconds = Number(answer.headers.get("Retry-After"));
    if (answer.status !== 503 || !seconds || left === 1) return answer;
    onWait();
    // the more often one was sent away the longer one stays away, and not all equally long:
    // whoever was sent away together would come back together, and as many as before
    const longer = Math.min(LONGEST, seconds * 1.5 ** (TRIES - left));
    await pause(Math.max(SHORTEST, longer * (0.5 + Math.random())));
  }
}
