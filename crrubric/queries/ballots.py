"""Reading ballots. Before the meeting a person's own, and nothing that depends on another's."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from crrubric.domain.policy import FROM_MEETING
from crrubric.domain.turns import in_turn
from crrubric.domain.vocabulary import Stakeholder
from crrubric.models import Ballot, Criterion, Evaluation, Gap, Mark, Member, Vendor
from crrubric.queries.access import Seat, not_found


@dataclass(frozen=True, slots=True)
class BallotLine:
    """One of a reviewer's own ballots in the list: how much of it is done."""

    ballot: Ballot
    vendor: Vendor
    marks: int


def own_ballots(session: Session, member: Member) -> list[BallotLine]:
    """A reviewer's ballots in their own order, with the number of marks on each, in one query."""
    earlier = (
        select(func.count())
        .where(Member.evaluation_id == member.evaluation_id, Member.id < member.id)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Ballot, Vendor, func.count(Mark.id), earlier)
        .join(Vendor, Vendor.id == Ballot.vendor_id)
        .outerjoin(Mark, Mark.ballot_id == Ballot.id)
        .where(Ballot.member_id == member.id)
        .group_by(Ballot.id, Vendor.id)
        .order_by(Vendor.position)
    ).all()
    # Seats are never deleted, so the number of those before one's own stays what it is.
    seat = rows[0][3] if rows else 0
    return in_turn([BallotLine(*row[:3]) for row in rows], seat)


def has_ballot(session: Session, member: Member, vendor_id: int) -> bool:
    """Whether the member is to score the vendor."""
    own = select(Ballot.id).where(Ballot.member_id == member.id, Ballot.vendor_id == vendor_id)
    return session.scalar(own) is not None


def own_ballot(session: Session, seat: Seat, vendor_id: int) -> tuple[Ballot, dict[int, Mark]]:
    """The seat's own ballot for a vendor and its marks by criterion id. Raises: NotFound."""
    if seat.member is None:
        raise not_found()
    ballot = session.scalar(
        select(Ballot)
        .options(joinedload(Ballot.vendor))
        .where(Ballot.member_id == seat.member.id, Ballot.vendor_id == vendor_id)
    )
    if ballot is None:
        raise not_found()
    marks = session.scalars(select(Mark).where(Mark.ballot_id == ballot.id))
    return ballot, {mark.criterion_id: mark for mark in marks}


def own_gaps(session: Session, ballot: Ballot) -> dict[int, str]:
    """Why criteria of one's own ballot were left without a mark, by criterion id."""
    rows = session.scalars(select(Gap).where(Gap.ballot_id == ballot.id))
    return {row.criterion_id: row.reason for row in rows}


@dataclass(frozen=True, slots=True)
class OpenMark:
    """One mark as the meeting sees it: by whom, for whom they speak, what and why."""

    mark: Mark
    reviewer: str
    stakeholder: Stakeholder
    vendor: str  # code
    criterion: str  # code


def open_marks(
    session: Session,
    evaluation: Evaluation,
    *,
    vendor_id: int | None = None,
    criterion_id: int | None = None,
    noted: bool = False,
    away: frozenset[int] = frozenset(),
) -> Iterable[OpenMark]:
    """Marks that count: of all cells, of one, or those with a note; none before the meeting.

    Args: away: vendors that whoever reads stays away from.
    This is the one place from which another person's marks leave the database.
    """
    if evaluation.phase not in FROM_MEETING:
        return []
    wanted = (
        select(Mark, Member.name, Member.stakeholder, Vendor.code, Criterion.code)
        .join(Ballot, Ballot.id == Mark.ballot_id)
        .join(Member, Member.id == Ballot.member_id)
        .join(Vendor, Vendor.id == Ballot.vendor_id)
        .join(Criterion, Criterion.id == Mark.criterion_id)
        .where(
            Member.evaluation_id == evaluation.id,
            Member.removed_at.is_(None),
            ~Ballot.recused,
            Criterion.left_out.is_(False),
        )
        .order_by(Vendor.position, Criterion.position, Member.name, Member.id)
    )
    if vendor_id is not None:
        wanted = wanted.where(Ballot.vendor_id == vendor_id)
    if criterion_id is not None:
        wanted = wanted.where(Mark.criterion_id == criterion_id)
    if away:
        wanted = wanted.where(Ballot.vendor_id.not_in(away))
    if noted:
        wanted = wanted.where(Mark.note != "")
    rows = session.execute(wanted.execution_options(yield_per=1000))
    return (OpenMark(*row) for row in rows)
