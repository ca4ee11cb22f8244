"""What a redacted copy hides: chosen texts, and names of people behind their roles.

A chosen text is hidden wherever it stands, word for word: in the journal, in tables, in papers.
"""

import html
import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from typing import Any

from crrubric.domain.documents.tree import Document
from crrubric.domain.event_fields import TextKind, find_text_kinds
from crrubric.domain.events import Event
from crrubric.domain.memo.issuing.roles import RoleBook
from crrubric.domain.record.chain import ChainLink
from crrubric.domain.record.copies import withhold_chosen
from crrubric.domain.record.texts import iterate_strings
from crrubric.domain.translation import N_

BLACKED_OUT = N_("[blacked out]")
TAG = re.compile(r"<[^>]*>")
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


class Redactor:
    """Hides texts and names.

    Args: texts: those that are blacked out; book: roles for names, None if people are named; say:
    translates what stands in the place of a text.
    """

    def __init__(
        self, texts: Collection[str], book: RoleBook | None, say: Callable[[str], str]
    ) -> None:
        found = {text.strip() for text in texts}
        for text in texts:
            inner = list_inner_texts(text)
            found |= {part.strip() for part in inner if len(inner) == 1 or is_long(part)}
        self.texts = sorted(found - {""}, key=len, reverse=True)
        self.book, self.mask = book, say(BLACKED_OUT)

    def hides(self, text: str) -> bool:
        """Whether a chosen text is this one, or stands in it."""
        bare = text.strip()
        return any(bare == chosen or (is_long(chosen) and chosen in text) for chosen in self.texts)

    def stands_in_page(self, page: str) -> bool:
        """Whether a web page holds a chosen text, or the name of a member."""
        bare = html.unescape(TAG.sub(" ", page))
        words = " ".join(bare.split())
        return any(
            re.search(rf"(?<!\w){re.escape(' '.join(chosen.split()))}(?!\w)", words)
            for chosen in self.texts
        ) or (self.book is not None and self.book.finder.find(words) is not None)

    def hide_text(self, text: str) -> str:
        """A text as the copy has it."""
        found = text
        for chosen in self.texts:
            if found.strip() == chosen:
                return self.mask
            if is_long(chosen):
                found = found.replace(chosen, self.mask)
        book = self.book
        pattern = None if book is None else book.finder.pattern
        if book is None or pattern is None:
            return found
        return pattern.sub(lambda match: book.hide_person(match.group()), found)

    def hide_person(self, name: str) -> str:
        """A person as the copy names them."""
        return name if self.book is None else self.book.hide_person(name)

    def withhold(self, link: ChainLink) -> ChainLink:
        """An entry of the journal as the copy has it. Raises: ValueError."""
        return withhold_chosen(link, self._is_withheld)

    def _is_withheld(self, event: Event, name: str, text: str) -> bool:
        if self.hides(text):
            return True
        if self.book is None:
            return False
        kinds = find_text_kinds(event, name)
        return TextKind.PEOPLE in kinds or self.book.finder.find(text) is not None

    def hide_row(self, row: Mapping[str, Any], people: Collection[str] = ()) -> dict[str, Any]:
        """A row of a table as the copy has it. Args: people: columns that name a person."""
        return {
            name: self.hide_person(value)
            if name in people and isinstance(value, str)
            else self.hide_value(value)
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
            return self.hide_text(value)
        if isinstance(value, tuple):
            return tuple(map(self._hide_node, value))
        if is_dataclass(value) and not isinstance(value, type):
            return replace(
                value,
                **{row.name: self._hide_node(getattr(value, row.name)) for row in fields(value)},
            )
        return value
