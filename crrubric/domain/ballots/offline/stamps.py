"""The stamp of an offline workbook: which file it is, and what its rows showed when it was made."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crrubric.domain import limits
from crrubric.domain.ballots.marks import MarkText, serialize_mark
from crrubric.domain.ballots.offline.books import (
    OfflineBallot,
    OfflineBook,
    OfflineColumn,
    OfflineCriterion,
    OfflineSource,
)
from crrubric.domain.errors import Invalid
from crrubric.domain.text import key_of
from crrubric.domain.translation import N_
from crrubric.domain.typed import refuse_foreign_values
from crrubric.domain.versions import fingerprint_values
from crrubric.domain.vocabulary import Answer

SCHEMA = "crrubric offline ballots 1"
NO_STAMP = N_(
    "This is not a workbook that was downloaded from “My ballots”, or its hidden sheet was"
    " removed. Download it again and copy your answers into it."
)
MOST_LINES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StampedRow:
    """What a row was when the file was made. answer: None without a mark; was: its fingerprint."""

    number: int
    criterion_id: int
    wording: int
    version: int
    answer: Answer | None
    was: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StampedBallot:
    """A vendor's sheet as it was made. vendor_id: 0 in files of older versions."""

    ballot_id: int
    sheet: str
    vendor: str
    vendor_id: int = 0
    rows: tuple[StampedRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineStamp:
    """What the hidden sheet says. columns: the headers as they were written, in their order."""

    source: OfflineSource
    made_at: str
    columns: tuple[str, ...]
    ballots: tuple[StampedBallot, ...]


def fingerprint_mark(mark: MarkText | None) -> str:
    """A short text that is another one for another mark; "" for none."""
    return fingerprint_values(serialize_mark(mark)) if mark is not None else ""


def write_offline_stamp(book: OfflineBook, columns: Sequence[str]) -> list[str]:
    """The lines of the hidden sheet, one for each cell."""
    head = {
        "site": book.source.site,
        "evaluation": book.source.evaluation,
        "member": book.source.member,
        "made_at": book.made_at.isoformat(timespec="seconds"),
        "columns": list(columns),
    }
    return [
        SCHEMA,
        json.dumps(head),
        *(json.dumps(_stamp_ballot(each)) for each in book.ballots.opened),
    ]


def _stamp_ballot(ballot: OfflineBallot) -> dict[str, Any]:
    return {
        "ballot": ballot.ballot_id,
        "sheet": ballot.sheet,
        "vendor": ballot.vendor,
        "vendor_id": ballot.vendor_id,
        "rows": [_stamp_row(row) for row in ballot.iterate_criteria()],
    }


def _stamp_row(row: OfflineCriterion) -> list[int | str]:
    answer = row.mark.answer.value if row.mark else ""
    return [row.number, row.id, row.wording, row.version, answer, fingerprint_mark(row.mark)]


def read_stamp(lines: Sequence[str]) -> OfflineStamp:
    """What a hidden sheet says. Raises: Invalid (field "file") for what was not written here."""
    try:
        if not lines or lines[0] != SCHEMA or len(lines) > MOST_LINES:
            raise ValueError(SCHEMA)
        head, *ballots = map(json.loads, lines[1:])
        refuse_foreign_values([head, ballots])
        stamp = OfflineStamp(
            source=OfflineSource(
                site=str(head["site"]),
                evaluation=str(head["evaluation"]),
                member=_require_id(head["member"]),
            ),
            made_at=str(head["made_at"]),
            columns=tuple(map(str, head["columns"])),
            ballots=tuple(map(_read_ballot, ballots)),
        )
    except (ValueError, KeyError, IndexError, TypeError, RecursionError, Invalid) as error:
        raise Invalid(NO_STAMP, field="file") from error
    if len(stamp.columns) != len(OfflineColumn) or _names_anything_twice(stamp.ballots):
        raise Invalid(NO_STAMP, field="file")
    return stamp


def _names_anything_twice(ballots: Sequence[StampedBallot]) -> bool:
    """Whether a sheet, ballot or vendor stands there twice: a sheet would be read as often."""
    named = (
        [key_of(each.sheet) for each in ballots],
        [each.ballot_id for each in ballots],
        [each.vendor_id for each in ballots if each.vendor_id],
    )
    return any(len(set(names)) < len(names) for names in named)


def _read_ballot(found: Mapping[str, Any]) -> StampedBallot:
    rows = tuple(_read_row(*row) for row in found["rows"])
    if len({row.number for row in rows}) < len(rows):
        raise ValueError("a number twice")
    return StampedBallot(
        ballot_id=_require_id(found["ballot"]),
        sheet=str(found["sheet"]),
        vendor=str(found["vendor"]),
        vendor_id=_require_id(found.get("vendor_id", 0)),
        rows=rows,
    )


def _read_row(
    number: object, criterion: object, wording: object, version: object, answer: str, was: object
) -> StampedRow:
    return StampedRow(
        number=_require_id(number),
        criterion_id=_require_id(criterion),
        wording=_require_id(wording),
        version=_require_id(version),
        answer=Answer(answer) if answer else None,
        was=str(was),
    )


def _require_id(value: object) -> int:
    """A whole number that a database can hold. Raises: ValueError."""
    if not isinstance(value, int) or not 0 <= value <= limits.ID.most:
        raise ValueError(value)
    return value
