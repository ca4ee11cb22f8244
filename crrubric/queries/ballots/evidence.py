"""The register of evidence: every mark that points to something, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from crrubric.domain.ballots.evidence import old_before
from crrubric.domain.vocabulary import Stakeholder
from crrubric.models import Ballot, Criterion, Mark, MarkFile, Member, Section, Vendor
from crrubric.queries.ballots.ballots import counted
from crrubric.queries.ballots.files import mark_files, open_to
from crrubric.queries.people.access import Seat

PAGE = 50


@dataclass(frozen=True, slots=True)
class Piece:
    """What one mark points to, and who gave it."""

    mark: Mark
    vendor: Vendor
    criterion: Criterion
    reviewer: str
    stakeholder: Stakeholder
    files: Sequence[MarkFile]


@dataclass(frozen=True, slots=True)
class Sought:
    """Which evidence to show: of this vendor, on this criterion, only old or expired; a page."""

    vendor_id: int | None = None
    criterion_id: int | None = None
    aged: bool = False
    page: int = 0


def register(
    session: Session, seat: Seat, sought: Sought, criteria: Sequence[Criterion], today: date
) -> tuple[list[Piece], bool]:
    """A page of the evidence that the seat may see, and whether there is more; in two queries.

    Args: criteria: those of the evaluation; today: where the district is.
    """
    wanted = _pointing(seat)
    if sought.vendor_id is not None:
        wanted = wanted.where(Ballot.vendor_id == sought.vendor_id)
    if sought.criterion_id is not None:
        wanted = wanted.where(Mark.criterion_id == sought.criterion_id)
    if sought.aged:
        wanted = wanted.where(_aged(criteria, today))
    rows = session.execute(wanted.offset(sought.page * PAGE).limit(PAGE + 1)).all()
    cells = [(row[0].ballot_id, row[0].criterion_id) for row in rows[:PAGE]]
    files = mark_files(session, seat, cells)
    pieces = [Piece(*row, files.get(at, ())) for row, at in zip(rows, cells, strict=False)]
    return pieces, len(rows) > PAGE


def points_somewhere() -> ColumnElement[bool]:
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


def _pointing(seat: Seat) -> Select[Mark, Vendor, Criterion, str, Stakeholder]:
    """Marks with evidence or a file, that count and that the seat may see, in order."""
    return (
        select(Mark, Vendor, Criterion, Member.name, Member.stakeholder)
        .join(Ballot, Ballot.id == Mark.ballot_id)
        .join(Member, Member.id == Ballot.member_id)
        .join(Vendor, Vendor.id == Ballot.vendor_id)
        .join(Criterion, Criterion.id == Mark.criterion_id)
        .join(Section, Section.id == Criterion.section_id)
        .where(*counted(seat.evaluation.id), open_to(seat), points_somewhere())
        .order_by(Vendor.position, Section.position, Criterion.position, Member.name, Mark.id)
    )


def _aged(criteria: Sequence[Criterion], today: date) -> ColumnElement[bool]:
    """The rule of `domain.evidence.age_flag`, for the database."""
    return or_(
        Mark.evidence_until < today,
        *(
            (Mark.criterion_id == row.id) & (Mark.evidence_on < old_before(today, months))
            for row in criteria
            if (months := row.evidence_months) is not None
        ),
    )
