"""A reviewer's open ballots as a workbook to fill in without the portal."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from crrubric.domain.ballots.marks import MarkText
from crrubric.domain.text import keep_drawn, key_of, replace_control_characters
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import LabelledEnum

SHEET_NAME = 31  # UTF-16 units that Excel takes for the name of a sheet
STAMP_SHEET = "crrubric"  # the sheet that says which file it is
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\n\t]+")
_RESERVED = "history"  # Excel keeps this name for itself


class OfflineColumn(LabelledEnum):
    """The columns of a vendor's sheet, in their order."""

    NUMBER = "number", N_("No.")
    TITLE = "title", N_("Criterion")
    QUESTION = "question", N_("Question")
    LOOK_FOR = "look_for", N_("What to look for")
    MUST_HAVE = "must_have", N_("Must-have")
    ANSWER = "answer", N_("Answer")
    NOTE = "note", N_("Note")
    EVIDENCE = "evidence_kind", N_("Kind of evidence")
    PLACE = "evidence_place", N_("Where: page, time, lesson, link")
    SEEN_ON = "evidence_on", N_("Seen on")
    UNTIL = "evidence_until", N_("Valid until")

    @property
    def place(self) -> int:
        """Its place in a row, from 0."""
        return list(OfflineColumn).index(self)


FILLED_IN = tuple(OfflineColumn)[OfflineColumn.ANSWER.place :]  # by the reviewer


class ClosedReason(LabelledEnum):
    """Why a vendor has no sheet, or what its sheet says is not taken; and what to do about it."""

    UNDECLARED = (
        "UNDECLARED",
        N_(
            "You have not declared yet whether you have a conflict of interest. Declare it in the"
            " portal, then download the workbook again."
        ),
    )
    RECUSED = "RECUSED", N_("You declared a conflict of interest: you do not score this vendor.")
    WITHDRAWN = "WITHDRAWN", N_("This vendor is out of the selection: there is nothing to do.")
    SEALED = (
        "SEALED",
        N_(
            "Your ballot is submitted and sealed. If something in it is wrong, ask the chair to"
            " reopen it."
        ),
    )
    SEEN = (
        "SEEN",
        N_(
            "You entered another reviewer’s ballot for this vendor and have seen it: you can’t mark"
            " it any more. Submit your ballot in the portal as it is."
        ),
    )
    # to a chair who enters the ballots of a reviewer
    BEGUN = (
        "BEGUN",
        N_("The reviewer has begun this ballot or submitted it: only they can mark it."),
    )
    THEIR_CONFLICT = (
        "THEIR_CONFLICT",
        N_("The reviewer declared a conflict of interest: they do not score this vendor."),
    )
    AWAY = (
        "AWAY",
        N_("You have a conflict of interest with this vendor: another chair enters its ballots."),
    )
    OWN_FIRST = (
        "OWN_FIRST",
        N_("You score this vendor as well: submit your own ballot first, then upload the file."),
    )
    NOT_THEIRS = "NOT_THEIRS", N_("The reviewer does not score this vendor any more.")
    NOT_ASKED_OF_THEM = (
        "NOT_ASKED_OF_THEM",
        N_("Some of its criteria are not asked of the reviewer any more: their answers stay out."),
    )
    # of a workbook that comes back
    GONE = "GONE", N_("You do not score this vendor any more.")
    NOT_ASKED = (
        "NOT_ASKED",
        N_("Some of its criteria are not asked of you any more: their answers stay out."),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineCriterion:
    """A row: what is asked, in which wording, and what is marked so far; version 0: nothing."""

    number: int
    id: int
    title: str
    question: str
    look_for: str
    must_have: bool
    may_not_apply: bool
    wording: int = 0
    version: int = 0
    mark: MarkText | None = None


@dataclass(frozen=True, slots=True)
class OfflineSection:
    """A section of the rubric with those of its criteria that the reviewer marks."""

    title: str
    criteria: tuple[OfflineCriterion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineBallot:
    """A vendor's sheet."""

    ballot_id: int
    vendor_id: int
    vendor: str
    sheet: str
    sections: tuple[OfflineSection, ...]

    def iterate_criteria(self) -> Iterator[OfflineCriterion]:
        """Every row that asks something, in order."""
        for section in self.sections:
            yield from section.criteria


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedVendor:
    """A vendor without a sheet."""

    ballot_id: int
    vendor_id: int
    vendor: str
    reason: ClosedReason


@dataclass(frozen=True, slots=True)
class OwnBallots:
    """A reviewer's own ballots: those that can be filled in, and the others."""

    opened: tuple[OfflineBallot, ...]
    closed: tuple[ClosedVendor, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineSource:
    """Whose workbook it is. site, evaluation: hashes with which their records begin."""

    site: str
    evaluation: str
    member: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineBook:
    """The whole workbook, its texts in the language of its reader.

    made_at: as a clock in the district shows it; closing: until when, in words; "" if nothing is
    set; address: of the page that takes it back; chair: who enters it for the reviewer; "": nobody.
    """

    title: str
    district: str
    reviewer: str
    language: str
    made_at: datetime
    zone: str
    closing: str
    address: str
    source: OfflineSource
    ballots: OwnBallots
    chair: str = ""


def name_sheets(names: Iterable[str], taken: Iterable[str]) -> list[str]:
    """A name that Excel takes for the sheet of each vendor, none twice.

    Args: taken: names of the sheets that are there already.
    """
    used = {key_of(name) for name in (*taken, STAMP_SHEET, _RESERVED)}
    found = []
    for name in names:
        plain = keep_drawn(replace_control_characters(_NOT_IN_NAMES.sub(" ", name)))
        plain = " ".join(plain.replace("'", "’").split()) or "?"
        short, count = cut_sheet_name(plain), 1
        while key_of(short) in used:
            count += 1
            end = f" ({count})"
            short = cut_sheet_name(plain, SHEET_NAME - len(end)) + end
        used.add(key_of(short))
        found.append(short)
    return found


def cut_sheet_name(name: str, room: int = SHEET_NAME) -> str:
    """As much of a name as has room, in the units in which Excel counts."""
    units = name.encode("utf-16-le", "surrogatepass")[: 2 * room]
    return units.decode("utf-16-le", "ignore").rstrip()
