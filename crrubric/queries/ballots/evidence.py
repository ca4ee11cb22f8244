"""The register of evidence: every mark that points to something, a page at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import ColumnElement, Row, Select, or_, select
from sqlalchemy.orm import Session

from crrubric.domain.ballots.evidence import subtract_months
from crrubric.domain.text import sort_key
from crrubric.domain.vocabulary import Stakeholder
from crrubric.models import Ballot, Criterion, Mark, MarkFile, Member, Section, Vendor
from crrubric.queries.ballots.ballots import list_counting_conditions
from crrubric.queries.ballots.files import load_mark_files, may_read_ballot
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.setup.vendors import list_visible_vendors
from crrubric.queries.shared.reading import end_reading

PAGE = 50
_Evidence = Row[Mark, Vendor, Criterion, str, Stakeholder]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceItem:
    """What one mark points to, and who gave it."""

    mark: Mark
    vendor: Vendor
    criterion: Criterion
    reviewer: str
    stakeholder: Stakeholder
    files: Sequence[MarkFile]


@dataclass(frozen=True, slots=True)
class EvidenceFilter:
    """Which evidence to show: of this vendor, on this criterion, only old or expired; a page."""

    vendor_id: int | None = None
    criterion_id: int | None = None
    aged: bool = False
    page: int = 0


def list_evidence_page(
    session: Session, seat: Seat, sought: EvidenceFilter, criteria: Sequence[Criterion], today: date
) -> tuple[list[EvidenceItem], bool]:
    """A page of the evidence that the seat may see, and whether there is more; in two queries.

    Args: criteria: those of the evaluation; today: where the district is.
    """
    wanted = _select_evidence(seat)
    if sought.vendor_id is not None:
        wanted = wanted.where(Ballot.vendor_id == sought.vendor_id)
    if sought.criterion_id is not None:
        wanted = wanted.where(Mark.criterion_id == sought.criterion_id)
    if sought.aged:
        wanted = wanted.where(_is_old_or_expired(criteria, today))
    found = session.execute(wanted.offset(sought.page * PAGE).limit(PAGE + 1)).all()
    return _make_items(session, seat, found[:PAGE]), len(found) > PAGE


def iterate_evidence(session: Session, seat: Seat) -> Iterator[EvidenceItem]:
    """All evidence that the seat may see, vendors and criteria in their order.

    Read vendor by vendor: no transaction is open while an item is used, and the evidence for one
    vendor is all that is held. Raises: NotFound if the evaluation comes to another phase meanwhile.
    """
    phase = seat.evaluation.phase
    for vendor in list_visible_vendors(session, seat):
        session.refresh(seat.evaluation, ["phase"])  # each page is of a transaction of its own
        if seat.evaluation.phase is not phase:
            raise make_not_found()
        rows = session.execute(_select_evidence(seat).where(Ballot.vendor_id == vendor.id)).all()
        items = _make_items(session, seat, rows)
        end_reading(session)
        yield from items


def _make_items(session: Session, seat: Seat, found: Sequence[_Evidence]) -> list[EvidenceItem]:
    """The items of these rows, reviewers of one cell by name, with their files."""
    rows = [
        row
        for _cell, own in groupby(found, key=lambda row: (row[1].id, row[2].id))
        for row in sorted(own, key=lambda row: sort_key(row[3]))
    ]
    cells = [(row[0].ballot_id, row[0].criterion_id) for row in rows]
    files = load_mark_files(session, seat, cells)
    return [
        EvidenceItem(
            mark=mark,
            vendor=vendor,
            criterion=criterion,
            reviewer=reviewer,
            stakeholder=stakeholder,
            files=files.get((mark.ballot_id, mark.criterion_id), ()),
        )
        for mark, vendor, criterion, reviewer, stakeholder in rows
    ]


def has_evidence() -> ColumnElement[bool]:
    """Which marks have evidence: a kind, a place, a day, a last day, or a file."""
    on_it = (
        select(MarkFile.id)
        .where(
            MarkFile.ballot_id == Mark.ballot_id,
            MarkFile.criterion_id == Mark.criterion_id,
            MarkFile.removed_at.is_(None),
        )
        .exists()
    )
    return or_(
        Mark.evidence_kind.is_not(None),
        Mark.evidence_place != "",
        Mark.evidence_on.is_not(None),
        Mark.evidence_until.is_not(None),
        on_it,
    )


def _select_evidence(seat: Seat) -> Select[Mark, Vendor, Criterion, str, Stakeholder]:
    """Marks with evidence or a file, that count and that the seat may see, in order."""
    return (
        select(Mark, Vendor, Criterion, Member.name, Member.stakeholder)
        .join(Ballot, Ballot.id == Mark.ballot_id)
        .join(Member, Member.id == Ballot.member_id)
        .join(Vendor, Vendor.id == Ballot.vendor_id)
        .join(Criterion, Criterion.id == Mark.criterion_id)
        .join(Section, Section.id == Criterion.section_id)
        .where(*list_counting_conditions(seat.evaluation.id), may_read_ballot(seat), has_evidence())
        .order_by(Vendor.position, Section.position, Criterion.position, Member.id, Mark.id)
    )


def _is_old_or_expired(criteria: Sequence[Criterion], today: date) -> ColumnElement[bool]:
    """The rule of `domain.evidence.check_evidence_age`, for the database."""
    return or_(
        Mark.evidence_until < today,
        *(
            (Mark.criterion_id == row.id) & (Mark.evidence_on < subtract_months(today, months))
            for row in criteria
            if (months := row.evidence_months) is not None
        ),
    )
