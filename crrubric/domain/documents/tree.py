"""Papers as values: the tree that renderers draw.

No file format is known here. Web page, Word and PDF are rendered from the same `Document`, so that
the same words and numbers stand in all of them.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from crrubric.domain.documents.logos import Logo


class DocumentStatus(StrEnum):
    """Whether it is issued, or still changes."""

    DRAFT = "DRAFT"
    FINAL = "FINAL"


class Tone(StrEnum):
    """What a cell or a bar says, for those who see its colour; the words beside it say it too."""

    GOOD = "good"
    BAD = "bad"
    OPEN = "open"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is a section, 2 a part of one."""

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
    """A table whose first column names its rows.

    tones: for each row, of each of its cells after the first, what it says; empty: a plain table.
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    tones: tuple[tuple[Tone | None, ...], ...] = ()

    @property
    def is_grid(self) -> bool:
        """Whether the columns after the first are of one kind, to be compared: each is toned."""
        return bool(self.tones) and all(map(any, zip(*self.tones, strict=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar of a chart; positions are shares of the axis, from 0 to 1.

    label: what it is of; text: its value in words; low, high: the range around it, if it has one.
    """

    label: str
    text: str
    value: float
    low: float
    high: float
    tone: Tone = Tone.NEUTRAL


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis, as a share of it, with its words."""

    at: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BarChart:
    """Bars on one axis.

    description: what a reader who does not see it is told: the same as the bars tell. marks: lines
    across all bars, each with its words, such as a pass mark.
    """

    caption: str
    description: str
    bars: tuple[Bar, ...]
    axis: tuple[Tick, ...]
    marks: tuple[Tick, ...] = ()


@dataclass(frozen=True, slots=True)
class Contents:
    """A table of contents: the sections that follow it."""

    title: str


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows begins on a new page."""


@dataclass(frozen=True, slots=True)
class Signatures:
    """A line to sign for each."""

    names: tuple[str, ...]
    sign: str
    dated: str


@dataclass(frozen=True, slots=True)
class Choices:
    """Boxes to tick by hand, one for each of these."""

    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WritingLines:
    """Room to write by hand: so many lines below a label."""

    label: str
    count: int


ByHand = Choices | Signatures | WritingLines  # what is filled in on paper
Block = Heading | Paragraph | Bullets | Table | BarChart | Contents | PageBreak | ByHand


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A composed paper.

    stamp: the word on every page; subtitle: the line under its title; language: its BCP 47 tag;
    page_label: how a page is numbered, with the places %(page)s and %(pages)s; large_type: for
    readers who see less; logo: of the district, above everything.
    """

    title: str
    subtitle: str
    status: DocumentStatus
    stamp: str
    organization: str
    language: str
    on: date
    page_label: str
    blocks: tuple[Block, ...]
    large_type: bool = False
    logo: Logo | None = None

    def list_sections(self) -> list[str]:
        """The headings of the sections that follow the table of contents, in their order."""
        places = (n for n, block in enumerate(self.blocks) if isinstance(block, Contents))
        later = self.blocks[next(places, 0) :]
        return [one.text for one in later if isinstance(one, Heading) and one.level == 1]
