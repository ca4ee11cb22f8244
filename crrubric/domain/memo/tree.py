"""The selection memo as a value: the tree that renderers draw.

No file format is known here. Word and HTML are rendered from the same `Memo`, so that the same
words and numbers stand in both.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class MemoStatus(StrEnum):
    """Whether the decision is recorded."""

    DRAFT = "DRAFT"
    FINAL = "FINAL"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is a section of the memo, 2 a part of one."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; `lead` is the short bold label that it begins with, if any."""

    text: str
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose first column names its rows."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows begins on a new page."""


@dataclass(frozen=True, slots=True)
class Signatures:
    """A line to sign for each."""

    names: tuple[str, ...]
    sign: str
    dated: str


Block = Heading | Paragraph | Bullets | Table | PageBreak | Signatures


@dataclass(frozen=True, slots=True, kw_only=True)
class Memo:
    """A composed memo. `stamp` is the word on every page; `language` its BCP 47 tag."""

    title: str
    status: MemoStatus
    stamp: str
    organization: str
    language: str
    on: date
    blocks: tuple[Block, ...]
