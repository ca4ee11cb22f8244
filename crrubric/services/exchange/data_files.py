"""The files of an evaluation, for a seat: rows are read, and written as they come."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, partial
from typing import IO
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain.actions import Action
from crrubric.domain.exchange import files
from crrubric.domain.translation import N_
from crrubric.models import MarkFile
from crrubric.queries.ballots.evidence import EvidenceItem, iterate_evidence
from crrubric.queries.exchange import record_rows
from crrubric.queries.exchange.exports import (
    describe_blindness,
    describe_origin,
    iterate_mark_rows,
    iterate_seat_marks,
)
from crrubric.queries.exchange.journal_rows import JournalRow, TellEntry, iterate_journal_rows
from crrubric.queries.people.access import Seat
from crrubric.queries.results.matrices import Matrix, read_matrix, read_matrix_for_seat
from crrubric.queries.setup.wording import translate_rubric_text
from crrubric.queries.shared.reading import end_reading
from crrubric.reports.exchange.books import BookWords, Value
from crrubric.reports.exchange.csv_files import Row
from crrubric.reports.exchange.tables import score_row, tally_row
from crrubric.reports.exchange.workbook import BookFacts, BookRows, Say, list_sheets

ReadRows = Callable[[Session, Seat], Iterable[Row]]


def read_tally_rows(session: Session, seat: Seat) -> Iterable[Row]:
    """One row a cell. Raises: NotFound before the meeting."""
    return map(tally_row, read_matrix(session, seat.evaluation).results.cells.values())


def read_score_rows(session: Session, seat: Seat) -> Iterable[Row]:
    """One row a vendor. Raises: NotFound before the meeting."""
    results = read_matrix(session, seat.evaluation).results
    return (score_row(vendor, results) for vendor in results.ranking())


# The tables, with what reads their rows. Whoever asks has made sure that the seat may have them.
READERS: Mapping[files.DataFile, ReadRows] = {
    files.TALLIES: read_tally_rows,
    files.SCORES: read_score_rows,
    files.MARKS: iterate_mark_rows,
    files.ABSTENTIONS: record_rows.list_abstention_rows,
    files.FINDINGS: record_rows.list_finding_rows,
    files.MOTIONS: record_rows.list_motion_rows,
    files.VENDORS: record_rows.list_vendor_rows,
    files.EVIDENCE: record_rows.iterate_evidence_rows,
    files.QUESTIONS: record_rows.list_question_rows,
    files.JOURNAL: iterate_journal_rows,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportWords:
    """The language of a workbook. tell: puts journal entries into it; None: in plain English."""

    language: str
    say: Say
    tell: TellEntry | None = None


def write_workbook(session: Session, seat: Seat, file: IO[bytes], words: ExportWords) -> None:
    """Write the workbook of what the seat may see; no transaction is open while it is written.

    Raises: NotFound before the meeting, where the seat stays away from all vendors, and if the
    evaluation comes to another phase meanwhile.
    """
    from crrubric.reports.exchange.sheets import open_book  # heavy, and seldom needed

    words = replace(words, say=cache(words.say))  # few words, again and again
    say, zone = words.say, ZoneInfo(seat.evaluation.district.time_zone)
    read = read_matrix_for_seat(session, seat, words.language)
    rows = record_rows.list_finding_rows(session, seat)
    motions = {(row["vendor"], row["criterion"]): row["motion"] for row in rows}
    about = tuple(describe_book(seat, read, zone, say))
    end_reading(session)
    facts = BookFacts(
        title=seat.evaluation.title,
        about=about,
        results=read.results,
        reliability=read.reliability,
        in_zone=partial(to_clock_time, zone=zone),
    )
    told = BookRows(
        evidence=iterate_evidence_cells(session, seat, words),
        motions=motions,
        marks=iterate_mark_cells(session, seat, read, say)
        if seat.may(Action.EXPORT_MARKS)
        else None,
        journal=iterate_journal_cells(session, seat, words, zone)
        if seat.may(Action.VIEW_JOURNAL)
        else None,
    )
    with open_book(file, make_book_words(seat, words)) as book:
        for table in list_sheets(facts, told, say):
            book.write_table(table)


def make_book_words(seat: Seat, words: ExportWords) -> BookWords:
    """What the workbook says of itself, and where something did not fit."""
    say = words.say
    return BookWords(
        title=seat.evaluation.title,
        subject=say(N_("Results of an evaluation")),
        language=words.language,
        made_at=now_utc(),
        cut=say(
            N_(
                "[Excel takes 32,767 characters in a cell. This text has %(count)s: all of it is in"
                " the CSV file of the same name as this sheet.]"
            )
        ),
        more=say(N_("Excel takes no more rows: the CSV file of the same name has all of them.")),
    )


def describe_book(seat: Seat, read: Matrix, zone: ZoneInfo, say: Say) -> Iterator[str]:
    """The lines below the title of the first sheet."""
    evaluation, now = seat.evaluation, now_utc().astimezone(zone)
    yield f"{evaluation.district.name} · {say(evaluation.phase.label)}"
    yield say(N_("State of %(when)s. All times are those of %(zone)s.")) % {
        "when": f"{now:%Y-%m-%d %H:%M}",
        "zone": zone.key,
    }
    if read.withheld:
        names = ", ".join(vendor.name for vendor in read.withheld)
        yield say(
            N_(
                "You have a conflict of interest with %(vendors)s: nothing of it is in this"
                " workbook, and ranks are those of the others."
            )
        ) % {"vendors": names}
    if not seat.may(Action.EXPORT_MARKS):
        yield say(N_("Single marks and the journal are for chairs, and so are their sheets."))


def to_clock_time(moment: datetime, zone: ZoneInfo) -> datetime:
    """A moment as a clock in the zone shows it, to the second."""
    return moment.astimezone(zone).replace(tzinfo=None, microsecond=0)


def iterate_mark_cells(
    session: Session, seat: Seat, read: Matrix, say: Say
) -> Iterator[Sequence[Value]]:
    """Every mark that counts, for a sheet."""
    names = {row.code: row.name for row in read.results.vendors}
    titles = {row.code: row.title for row in read.results.criteria}
    for row, attached in iterate_seat_marks(session, seat):
        mark = row.mark
        yield (
            row.reviewer,
            say(row.stakeholder.label),
            names[row.vendor],
            titles[row.criterion],
            say(mark.answer.label),
            mark.note,
            say(mark.evidence_kind.label) if mark.evidence_kind else None,
            mark.evidence_place,
            mark.evidence_on,
            mark.evidence_until,
            join_file_names(attached),
            say(ORIGINS[describe_origin(row)]),
            say(BLIND[describe_blindness(row)]),
            row.vendor,
            row.criterion,
        )


ORIGINS = {
    "reviewer": N_("the reviewer"), "on behalf": N_("somebody else"), "import": N_("a file"),
}  # fmt: skip
BLIND = {"yes": N_("yes"), "no": N_("no"), "not recorded": N_("not recorded")}


def join_file_names(attached: Sequence[MarkFile]) -> str:
    """The names of files."""
    return "; ".join(file.name for file in attached)


def iterate_evidence_cells(
    session: Session, seat: Seat, words: ExportWords
) -> Iterator[Sequence[Value]]:
    """What marks point to, for a sheet."""
    return (describe_item(item, words) for item in iterate_evidence(session, seat))


def describe_item(item: EvidenceItem, words: ExportWords) -> Sequence[Value]:
    """The evidence of one mark."""
    mark, say = item.mark, words.say
    return (
        item.vendor.name,
        translate_rubric_text(item.criterion, "title", words.language),
        say(mark.answer.label),
        item.reviewer,
        say(item.stakeholder.label),
        say(mark.evidence_kind.label) if mark.evidence_kind else None,
        mark.evidence_place,
        mark.evidence_on,
        mark.evidence_until,
        join_file_names(item.files),
    )


def iterate_journal_cells(
    session: Session, seat: Seat, words: ExportWords, zone: ZoneInfo
) -> Iterator[Sequence[Value]]:
    """The journal as the seat may read it, for a sheet."""
    for row in iterate_journal_rows(session, seat, words.tell):
        yield describe_entry(row, zone)


def describe_entry(row: JournalRow, zone: ZoneInfo) -> Sequence[Value]:
    """One entry."""
    at = to_clock_time(datetime.fromisoformat(row["at"]), zone)
    return at, row["who"], row["what"], row["changes"], row["reason"]
