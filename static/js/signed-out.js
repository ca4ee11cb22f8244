/* On the page of who is signed out: other windows of this browser hear that nobody is signed in any more, and
   cover what stands in them. They ask the server whether it is so. */

const PERSON = "crrubric.person"; // as in session.js

try {
  localStorage.setItem(PERSON, "");
} catch {
  // switched off: other windows ask at their next save
}
