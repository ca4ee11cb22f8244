/* A form whose answer takes some seconds says so once it is sent. Without this script it says nothing. */

const boxes = document.querySelectorAll("form [data-busy]");

for (const box of boxes) {
  box.closest("form").addEventListener("submit", () => {
    box.hidden = false; // first, so that the words are read aloud
    box.querySelector("[role=status]").textContent = box.dataset.busy;
  });
}

addEventListener("pageshow", () => {
  for (const box of boxes) box.hidden = true; // who comes back has not sent it yet
});
