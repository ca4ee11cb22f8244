"""Searching texts for words: how they are compared, and the part of a text that is shown."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from crrubric.domain.text import key_of, sort_key

MOST_HITS = 50  # of a kind that one page shows
BEFORE, AFTER = 60, 140  # characters shown around a hit


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A hit in a text, with what stands before and after it."""

    before: str
    hit: str
    after: str


def fold_text(text: str) -> str:
    """The form in which texts are searched: as keys are compared, and without accents."""
    return key_of(text) if text.isascii() else sort_key(text)[0]  # most notes: a tenth of the time


@lru_cache(maxsize=4096)
def _fold_letter(letter: str) -> str:
    return " " if letter.isspace() else fold_text(letter)


def split_search_words(text: str) -> tuple[str, ...]:
    """The words that were asked for, each once, in the form in which texts are searched."""
    return tuple(dict.fromkeys(fold_text(text).split()))


def holds_words(text: str, words: Sequence[str], *, about: str = "") -> bool:
    """Whether every word occurs in the text or in what it is about, one at least in the text."""
    folded = fold_text(text)
    missing = [word for word in words if word not in folded]
    if not missing:
        return True
    if len(missing) == len(words):
        return False
    names = fold_text(about)
    return all(word in names for word in missing)


def cut_excerpt(text: str, words: Sequence[str]) -> Excerpt:
    """The text around the longest of the words that are found in it; else its beginning."""
    # each letter of the folded text, with the place that it has in the text itself
    letters = [(letter, place) for place, own in enumerate(text) for letter in _fold_letter(own)]
    folded = "".join(letter for letter, _place in letters)
    longest = max((word for word in words if word in folded), key=len, default="")
    if not longest:
        return Excerpt("", "", _keep_beginning(text, AFTER))
    first = folded.index(longest)
    start, end = letters[first][1], letters[first + len(longest) - 1][1] + 1
    while end < len(text) and unicodedata.combining(text[end]):
        end += 1
    return Excerpt(
        _keep_end(text[:start], BEFORE), text[start:end], _keep_beginning(text[end:], AFTER)
    )


def _keep_end(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    kept = text[-most:]
    return "…" + kept[kept.find(" ") + 1 :]


def _keep_beginning(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    kept = text[:most]
    return kept[: kept.rfind(" ")] + "…" if " " in kept else kept + "…"
