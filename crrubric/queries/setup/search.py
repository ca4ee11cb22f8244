"""Searching an evaluation: only in what the seat may read now, by the queries of its pages."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.domain.actions import Action
from crrubric.domain.search import MOST_HITS, Excerpt, cut_excerpt, holds_words
from crrubric.domain.vocabulary import SearchKind
from crrubric.models import Ballot, Criterion, Finding, Mark, Member, Section, Vendor
from crrubric.queries.ballots.ballots import list_counting_conditions
from crrubric.queries.ballots.files import may_read_ballot
from crrubric.queries.people.access import Seat
from crrubric.queries.questions.questions import (
    list_own_askings,
    list_readable_questions,
    list_waiting_askings,
)
from crrubric.queries.setup.members import list_present_members
from crrubric.queries.setup.rubrics import list_rubric_parts
from crrubric.queries.setup.vendors import list_vendors
from crrubric.queries.setup.wording import translate_rubric_text

NAMED = frozenset({SearchKind.VENDORS, SearchKind.CRITERIA, SearchKind.PEOPLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Something that can be found: its name, its text, and where it stands."""

    title: str
    text: str = ""
    vendor_id: int | None = None
    criterion_id: int | None = None
    member_id: int | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A place where the words occur, with the text around them."""

    place: Place
    excerpt: Excerpt


@dataclass(frozen=True, slots=True)
class FoundGroup:
    """The hits of one kind; `more` says that there are others than those shown."""

    kind: SearchKind
    hits: list[Hit]
    more: bool


def search_evaluation(
    session: Session, seat: Seat, words: Sequence[str], language: str
) -> list[FoundGroup]:
    """What holds every word, by kind; kinds without a hit are left out."""
    titles: dict[int, str] = {}
    criteria = _list_criteria(session, seat, language, titles)
    companies = {row.id: row for row in list_vendors(session, seat.evaluation.id)}
    places: dict[SearchKind, Iterable[Place]] = {
        SearchKind.VENDORS: (
            Place(title=row.company, text=row.product, vendor_id=row.id)
            for row in companies.values()
        ),
        SearchKind.CRITERIA: criteria,
        SearchKind.PEOPLE: (
            Place(title=row.name, member_id=row.id)
            for row in list_present_members(session, seat.evaluation.id)
        ),
        SearchKind.QUESTIONS: _list_questions(session, seat, companies, titles),
        SearchKind.FINDINGS: _list_findings(session, seat, titles),
        SearchKind.NOTES: _iterate_notes(session, seat, titles),
    }
    found = [_gather_hits(kind, rows, words) for kind, rows in places.items()]
    return [group for group in found if group.hits]


def _gather_hits(kind: SearchKind, places: Iterable[Place], words: Sequence[str]) -> FoundGroup:
    matching = (row for row in places if _is_match(kind, row, words))
    found = list(islice(matching, MOST_HITS + 1))
    hits = [Hit(row, cut_excerpt(row.text, words)) for row in found[:MOST_HITS]]
    return FoundGroup(kind, hits, len(found) > MOST_HITS)


def _is_match(kind: SearchKind, place: Place, words: Sequence[str]) -> bool:
    """A thing is found by its name as well; what was written about it only by its own words."""
    if kind in NAMED:
        return holds_words(f"{place.title} {place.text}", words)
    return holds_words(place.text, words, about=place.title)


def _list_criteria(
    session: Session, seat: Seat, language: str, titles: dict[int, str]
) -> list[Place]:
    """The criteria that are asked for, numbered as on a ballot; `titles` learns their titles."""
    parts = list_rubric_parts(session, seat.evaluation.id)
    rows = [row for part in parts for row in part.criteria]
    titles.update((row.id, translate_rubric_text(row, "title", language)) for row in rows)
    return [
        Place(
            title=f"{number}. {titles[row.id]}",
            text=translate_rubric_text(row, "question", language),
            criterion_id=row.id,
        )
        for number, row in enumerate(rows, start=1)
    ]


def _list_questions(
    session: Session, seat: Seat, vendors: dict[int, Vendor], titles: dict[int, str]
) -> list[Place]:
    """What the page of questions shows this seat: questions, what waits, what one asked."""
    if not seat.may(Action.VIEW_QUESTIONS):
        return []
    found = [
        (row.vendor_id, row.criterion_id, "\n".join(filter(None, (row.words, row.answer))))
        for row in list_readable_questions(session, seat)
    ]
    found += [
        (row.vendor_id, row.criterion.id, row.words) for row in list_waiting_askings(session, seat)
    ]
    found += [
        (row.vendor_id, row.criterion_id, row.words) for row in list_own_askings(session, seat)
    ]
    return [
        Place(
            title=_join_names(vendors[vendor].name, titles.get(criterion or 0, "")),
            text=text,
            vendor_id=vendor,
            criterion_id=criterion,
        )
        for vendor, criterion, text in dict.fromkeys(found)  # what a chair asked waits for them
        if vendors[vendor].withdrawn_at is None
    ]


def _list_findings(session: Session, seat: Seat, titles: dict[int, str]) -> list[Place]:
    """What the committee found, with its reasons; of no vendor from which the seat stays away."""
    if not seat.may(Action.VIEW_RESULTS):
        return []
    rows = session.execute(
        select(Finding, Vendor.name)
        .join(Vendor, Vendor.id == Finding.vendor_id)
        .join(Criterion, Criterion.id == Finding.criterion_id)
        .join(Section, Section.id == Criterion.section_id)
        .where(
            Vendor.evaluation_id == seat.evaluation.id,
            Vendor.withdrawn_at.is_(None),
            Vendor.id.not_in(seat.shut_out),
            Criterion.left_out.is_(False),
        )
        .order_by(Vendor.position, Section.position, Criterion.position)
    )
    return [
        Place(
            title=_join_names(company, titles[row.criterion_id]),
            text="\n".join(filter(None, (row.reason, row.evidence, row.agreed))),
            vendor_id=row.vendor_id,
            criterion_id=row.criterion_id,
        )
        for row, company in rows
    ]


def _iterate_notes(session: Session, seat: Seat, titles: dict[int, str]) -> Iterator[Place]:
    """The notes on marks that count and that the seat may read.

    They are streamed and compared here. The database can't compare as keys are compared: SQLite
    folds the case of ASCII alone, and neither database knows accents and format characters, so
    that a LIKE would miss what it should let through. A thousand rows are in memory at a time,
    texts and numbers only, and reading stops with the last hit that is shown. Before the meeting
    the rows are one's own, a few hundred.
    """
    if not (seat.may(Action.VIEW_RESULTS) or seat.may(Action.VIEW_OWN_BALLOTS)):
        return
    rows = session.execute(
        select(Mark.note, Mark.criterion_id, Member.name, Vendor.id, Vendor.name)
        .join(Ballot, Ballot.id == Mark.ballot_id)
        .join(Member, Member.id == Ballot.member_id)
        .join(Vendor, Vendor.id == Ballot.vendor_id)
        .join(Criterion, Criterion.id == Mark.criterion_id)
        .join(Section, Section.id == Criterion.section_id)
        .where(*list_counting_conditions(seat.evaluation.id), may_read_ballot(seat))
        .where(Mark.note != "")
        .order_by(Vendor.position, Section.position, Criterion.position, Member.id)
        .execution_options(yield_per=1000)
    )
    try:
        for note, criterion, name, vendor, company in rows:
            yield Place(
                title=_join_names(company, titles[criterion], name),
                text=note,
                vendor_id=vendor,
                criterion_id=criterion,
            )
    finally:
        rows.close()


def _join_names(*names: str) -> str:
    return " · ".join(filter(None, names))
