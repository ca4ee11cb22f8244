/* Where forms wait while the server can't be reached: they are sent in their order, one after another,
   and nothing overtakes what was given before it. */

import { words } from "./saving.js";

const RETRY_FIRST = 1_000; // ms, doubled each time
const RETRY_LONGEST = 30_000; // ms
const RETRIES = 20; // about eight minutes, then the Save buttons come back

export class Line {
  waiting = [];
  tries = 0;
  timer = null;
  draining = false;

  /* `signedOut` is called when the server no longer knows who speaks. */
  constructor(signedOut) {
    this.signedOut = signedOut;
  }

  get held() {
    return this.waiting.length > 0;
  }

  join(mark, wait = 0) {
    if (!this.waiting.includes(mark)) this.waiting.push(mark);
    if (wait !== Infinity) mark.say(words.retrying, "wait");
    if (this.timer === null && !this.draining) this.schedule(wait);
  }

  schedule(wait) {
    if (wait === Infinity) return; // until somebody signs in
    this.tries += 1;
    if (this.tries > RETRIES) {
      this.giveUp();
      return;
    }
    const delay = Math.min(RETRY_LONGEST, Math.max(wait, RETRY_FIRST * 2 ** (this.tries - 1)));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.drain(), delay * (0.75 + Math.random() / 2)); // not all at once
  }

  giveUp() {
    for (const mark of this.waiting) mark.stop(words.failed);
    this.waiting = [];
    this.tries = 0;
  }

  /* Try at once: the network is back, somebody signed in, or the person asks for it. */
  retry() {
    if (!this.held) return;
    this.tries = 0;
    this.drain();
  }

  async drain() {
    clearTimeout(this.timer);
    this.timer = null;
    if (this.draining) return;
    this.draining = true;
    let wait = null;
    while (this.held && wait === null) {
      const [mark] = this.waiting;
      wait = mark.stale ? null : await mark.send();
      if (wait === null) {
        this.waiting.shift();
        this.tries = 0;
        if (mark.again) this.waiting.push(mark);
      }
    }
    this.draining = false;
    if (wait !== null) this.schedule(wait);
  }
}
