"""What a redacted copy hides: chosen texts, and names of people behind their roles.

A chosen text is hidden wherever it stands, word for word: in the journal, in tables, in papers.
Papers and columns give texts other forms: line breaks become blanks, lines become items of a list,
a short text stands inside of a sentence. In these forms it is hidden as well.
"""

import html
import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from crrubric.domain.documents.tree import Document
from crrubric.domain.event_fields import TextKind, find_text_kinds
from crrubric.domain.events import Event
from crrubric.domain.memo.issuing.roles import RoleBook
from crrubric.domain.memo.narratives import DASH
from crrubric.domain.record.chain import ChainLink
from crrubric.domain.record.copies import withhold_chosen
from crrubric.domain.record.texts import ACCOUNTS, SIZES, iterate_strings
from crrubric.domain.text import ANY_QUOTE, drop_steering
from crrubric.domain.translation import N_

BLACKED_OUT = N_("[blacked out]")
TAG = re.compile(r"<[^>]*>")
# A letter that nobody types, put into each word of ours while a paper is made: then no word of ours
# is taken for a name or for a hidden text. “Teacher 1 basis” would tell that Teacher 1 is called
# Price. It is a letter, so that nothing ends or begins at it.
OURS = "\ua7f7"
OWN_WORD = re.compile(r"%\(\w+\)s|[^\W\d_]+")
# fields of the journal: names of attached files, which are no part of such a copy; what lets nobody
# try hidden words of a memo against its hash; and what an item comes from, which is made of words:
# who tries names or words against it would find those that are hidden
ALWAYS_HIDDEN = ("file", "nonce", "origin")
SHORTEST_INSIDE = 12  # characters of a text that is looked for inside of others as well


@dataclass(frozen=True, slots=True, order=True)
class TextPlace:
    """Where a typed text stands: the number of an entry of the journal, and the pointer into it."""

    entry: int
    pointer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenText:
    """A text that copies for the public hide, and why."""

    place: TextPlace
    text: str
    reason: str
    chosen_at: datetime


def is_long(text: str) -> bool:
    """Whether a text is looked for inside of others: a short one stands there by chance."""
    return len(text.strip()) >= SHORTEST_INSIDE


def list_inner_texts(text: str) -> list[str]:
    """What stands in a typed text: itself, or of an answer of the workbook, which the journal has
    as JSON, each text in it."""
    if text[:1] not in '"[{':
        return [text]
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return [text]
    return [inner for _pointer, _name, inner in iterate_strings(told)]


def list_lines(text: str) -> list[str]:
    """The lines of a text as papers have them: as paragraphs, or as items of a list."""
    lines = (line.strip().removeprefix(DASH.strip()).strip() for line in text.split("\n"))
    return [line for line in lines if has_letter(line)]


def has_letter(text: str) -> bool:
    """Whether a text is more than a number, which stands in a sentence by chance."""
    return any(map(str.isalpha, text))


def make_word_pattern(word: str) -> str:
    """Finds a word also where it is quoted, and has other quotation marks inside."""
    return f"[{ANY_QUOTE.pattern[1:-1]}]".join(map(re.escape, ANY_QUOTE.split(word)))


def make_text_pattern(texts: Collection[str], *, whole_words: bool) -> re.Pattern[str] | None:
    """Finds one of these texts, with whatever blanks between its words; None without any."""
    found = {tuple(drop_steering(text).split()) for text in texts} - {()}
    parts = [r"\s+".join(map(make_word_pattern, words)) for words in found]
    if not parts:
        return None
    either = "|".join(sorted(parts, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)" if whole_words else either)


def mark_as_ours(say: Callable[[str], str]) -> Callable[[str], str]:
    """The same translations, in which each word is known as ours: for papers that a redactor gets,
    which takes the marks off."""

    def mark(match: re.Match[str]) -> str:
        word = match.group()
        return word if word[0] == "%" else f"{word[0]}{OURS}{word[1:]}"

    @cache
    def say_marked(text: str) -> str:
        return OWN_WORD.sub(mark, say(text))

    return say_marked


class Redactor:
    """Hides texts and names.

    Args: texts: those that are blacked out; book: roles for names, None if people are named; say:
    translates what stands in the place of a text; address: of the evaluation, and the title that it
    is made of: if anything in that is hidden, so is the address.
    """

    def __init__(
        self,
        texts: Collection[str],
        book: RoleBook | None,
        say: Callable[[str], str],
        *,
        address: tuple[str, str] = ("", ""),
    ) -> None:
        found = {text.strip() for text in texts}
        for text in texts:
            inner = list_inner_texts(text)
            found |= {part.strip() for part in inner if len(inner) == 1 or is_long(part)}
        self.texts = found - {""}
        lines = {line for text in self.texts for line in list_lines(text)}
        # what is a whole paragraph or item of a paper, or a whole cell
        self.wholes = {" ".join(drop_steering(text).split()) for text in self.texts | lines}
        long = set(filter(is_long, self.texts | lines))
        self.long = make_text_pattern(set(filter(is_long, self.texts)), whole_words=False)
        self.long_lines = make_text_pattern(long, whole_words=False)
        self.short = make_text_pattern(
            {text for text in self.texts | lines if not is_long(text) and has_letter(text)},
            whole_words=True,
        )
        self.book, self.mask = book, say(BLACKED_OUT)
        slug, title = address
        self.slug = slug if self.hide_text(title) != title else ""  # empty: it is not hidden

    def hides(self, text: str) -> bool:
        """Whether a chosen text is this one, or stands in it; also in an answer of the workbook, of
        which the journal has the texts as JSON."""
        return any(
            inner.strip() in self.texts or _is_in(self.long, inner)
            for inner in {text, *list_inner_texts(text)}
        )

    def stands_in_page(self, page: str, *, also: re.Pattern[str] | None = None) -> bool:
        """Whether a web page holds a chosen text, the name of a member, or something else."""
        bare = drop_steering(html.unescape(TAG.sub(" ", page)))
        every = make_text_pattern(self.texts, whole_words=True)
        return (
            _is_in(every, bare)
            or _is_in(self.long_lines, bare)
            or (self.book is not None and self.book.finder.find(" ".join(bare.split())) is not None)
            or (self.slug != "" and self.slug in bare)
            or _is_in(also, bare)
        )

    def hide_text(self, text: str) -> str:
        """A text as the copy has it."""
        if text.strip() in self.texts:
            return self.mask
        return self._hide_names(_replace(self.long, text, self.mask))

    def hide_paper_text(self, text: str) -> str:
        """A text of a paper as the copy has it: whatever stands in it has been put there, but for
        words that are marked as ours."""
        return self._hide_in_paper(text).replace(OURS, "")

    def _hide_in_paper(self, text: str) -> str:
        if " ".join(drop_steering(text).split()) in self.wholes:
            return self.mask
        found = _replace(self.long_lines, text, self.mask)
        return self._hide_names(_replace(self.short, found, self.mask))

    def hide_number(self, text: str) -> str:
        """A number that somebody typed, before a paper puts it into a sentence."""
        return "" if text.strip() in self.texts else text

    def _hide_names(self, text: str) -> str:
        book = self.book
        pattern = None if book is None else book.finder.pattern
        if book is None or pattern is None:
            return text
        return pattern.sub(lambda match: book.hide_person(match.group()), text)

    def hide_person(self, name: str) -> str:
        """A person as the copy names them."""
        return name if self.book is None else self.book.hide_person(name)

    def withhold(self, link: ChainLink, small: Collection[str] = ()) -> ChainLink:
        """An entry of the journal as the copy has it, without ids of accounts: one copy that names
        people would tell who is who in all others of the site; and without sizes of issued memos.

        Args: small: texts of it that tell of a learner. Raises: ValueError.
        """
        return withhold_chosen(
            link,
            lambda event, name, text: text in small or self._is_withheld(event, name, text),
            numbers=ACCOUNTS | SIZES,
        )

    def _is_withheld(self, event: Event, name: str, text: str) -> bool:
        if self.hides(text) or name in ALWAYS_HIDDEN or (name == "slug" and self.slug != ""):
            return True
        if self.book is None:
            return False
        kinds = find_text_kinds(event, name)
        return TextKind.PEOPLE in kinds or self.book.finder.find(text) is not None

    def hide_row(self, row: Mapping[str, Any], people: Collection[str] = ()) -> dict[str, Any]:
        """A row of a table as the copy has it. Args: people: columns that name a person.

        Of a text that is hidden in one column, others are made: in them it is hidden as well.
        """
        cells = {value.strip() for value in row.values() if isinstance(value, str)}
        own = make_text_pattern(cells & self.texts, whole_words=True)
        return {
            name: self.hide_person(value)
            if name in people and isinstance(value, str)
            else self.hide_value(
                _replace(own, value, self.mask) if isinstance(value, str) else value
            )
            for name, value in row.items()
        }

    def hide_value(self, value: Any) -> Any:
        """A value of JSON as the copy has it; keys stay."""
        if isinstance(value, str):
            return self.hide_text(value)
        if isinstance(value, Mapping):
            return {key: self.hide_value(part) for key, part in value.items()}
        if isinstance(value, list | tuple):
            return [self.hide_value(part) for part in value]
        return value

    def hide_in_document(self, document: Document) -> Document:
        """A paper as the copy has it."""
        found: Document = self._hide_node(document)
        return found

    def _hide_node(self, value: Any) -> Any:
        """A value of the tree of a paper."""
        if type(value) is str:  # words of ours that are on a list are texts as well: they stay
            return self.hide_paper_text(value)
        if isinstance(value, tuple):
            return tuple(map(self._hide_node, value))
        if is_dataclass(value) and not isinstance(value, type):
            return replace(
                value,
                **{row.name: self._hide_node(getattr(value, row.name)) for row in fields(value)},
            )
        return value


def _is_in(pattern: re.Pattern[str] | None, text: str) -> bool:
    return pattern is not None and pattern.search(drop_steering(text)) is not None


def _replace(pattern: re.Pattern[str] | None, text: str, mask: str) -> str:
    """`text` with the mask where the pattern is found; else as it is, to the last character."""
    if not _is_in(pattern, text) or pattern is None:
        return text
    return pattern.sub(lambda _match: mask, drop_steering(text))
