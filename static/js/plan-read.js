/* A section of the workbook that is only read: says what others save of it meanwhile. */

import { followOthers } from "./plan-news.js";

class ReadAnswer {
  constructor(element) {
    this.action = element.dataset.readAt;
    [this.code, this.version] = element.dataset.known.split(":");
  }

  key(version) {
    return `${this.code}:${version}`;
  }

  meet({ version }) {
    this.version = version;
    return true;
  }
}

followOthers(Array.from(document.querySelectorAll("[data-known]"), (one) => new ReadAnswer(one)), true);
