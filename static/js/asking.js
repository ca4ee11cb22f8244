/* Asks the server again and again, less often while it does not answer. */

const LONGEST = 30_000; // ms between two questions while nobody answers

/* Ask every so many ms. Where `ask` throws, nobody answered. */
export function askEvery(every, ask) {
  let wait = every;
  async function turn() {
    try {
      await ask();
      wait = every;
    } catch {
      wait = Math.min(LONGEST, wait * 2);
    }
    setTimeout(turn, wait);
  }
  setTimeout(turn, wait);
}
