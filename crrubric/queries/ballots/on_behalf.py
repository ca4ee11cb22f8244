"""Ballots that somebody entered for their reviewer, and who has seen one by that."""

from collections.abc import Iterable

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from crrubric.domain.vocabulary import BallotState
from crrubric.models import Ballot, EntryOnBehalf, Mark, Member, SealedBallot
from crrubric.queries.people.access import Seat

# Made once: every ballot that is opened asks it, and every mark that is saved.
SEEN = (
    select(EntryOnBehalf.id)
    .join(Ballot, Ballot.id == EntryOnBehalf.ballot_id)
    .where(
        EntryOnBehalf.entered_by_id == bindparam("member"), Ballot.vendor_id == bindparam("vendor")
    )
    .limit(1)
)


def entry_of(session: Session, ballot: Ballot) -> EntryOnBehalf | None:
    """How the present version of a ballot was entered on its reviewer's behalf, if it was."""
    return session.scalar(
        select(EntryOnBehalf).where(
            EntryOnBehalf.ballot_id == ballot.id, EntryOnBehalf.number == ballot.seals
        )
    )


def load_seen_ballots(session: Session, evaluation_id: int) -> set[tuple[int, int]]:
    """(member, vendor) where the member has seen another's ballot: they entered it for them.

    Whoever has seen one can't mark that vendor any more.
    """
    rows = session.execute(
        select(EntryOnBehalf.entered_by_id, Ballot.vendor_id)
        .join(Ballot, Ballot.id == EntryOnBehalf.ballot_id)
        .join(Member, Member.id == EntryOnBehalf.entered_by_id)
        .where(Member.evaluation_id == evaluation_id)
        .distinct()
    )
    return {(member, vendor) for member, vendor in rows if member is not None}


def has_seen_ballot(session: Session, member_id: int, vendor_id: int) -> bool:
    """Whether the member has seen another's ballot for the vendor."""
    return session.scalar(SEEN, {"member": member_id, "vendor": vendor_id}) is not None


def knows_ballots(session: Session, seat: Seat) -> bool:
    """Whether the seat can know others' ballots, and so could turn the result on purpose."""
    shown = seat.evaluation.shown_at is not None
    return shown or has_entered_ballot(session, seat.evaluation.id, seat.actor.user_id)


def list_ballots_as_entered(session: Session, ballot_ids: Iterable[int]) -> frozenset[int]:
    """Which of these ballots are open and as somebody entered them for their reviewer.

    Opened again, with nothing confirmed, disputed or marked since: the reviewer may have no way to
    mark them, so they can be entered once more.
    """
    marked_since = (
        select(Mark.id)
        .where(Mark.ballot_id == Ballot.id, Mark.marked_at > SealedBallot.sealed_at)
        .exists()
    )
    found = session.scalars(
        select(Ballot.id)
        .join(
            EntryOnBehalf,
            and_(EntryOnBehalf.ballot_id == Ballot.id, EntryOnBehalf.number == Ballot.seals),
        )
        .join(
            SealedBallot,
            and_(SealedBallot.ballot_id == Ballot.id, SealedBallot.number == Ballot.seals),
        )
        .where(
            Ballot.id.in_([*ballot_ids]),
            Ballot.state == BallotState.OPEN,
            EntryOnBehalf.confirmed_at.is_(None),
            EntryOnBehalf.disputed_at.is_(None),
            ~marked_since,
        )
    )
    return frozenset(found)


def has_entered_ballot(session: Session, evaluation_id: int, user_id: int | None) -> bool:
    """Whether the person has entered anybody's ballot for them, and so seen it."""
    if user_id is None:
        return False
    seen = (
        select(EntryOnBehalf.id)
        .join(Member, Member.id == EntryOnBehalf.entered_by_id)
        .where(Member.evaluation_id == evaluation_id, Member.user_id == user_id)
    )
    return session.scalar(seen.limit(1)) is not None


def has_ballot_on_behalf(session: Session, member_id: int, vendor_id: int | None = None) -> bool:
    """Whether somebody else has entered the member's ballot, for this vendor or for any."""
    seen = (
        select(EntryOnBehalf.id)
        .join(Ballot, Ballot.id == EntryOnBehalf.ballot_id)
        .where(Ballot.member_id == member_id)
    )
    if vendor_id is not None:
        seen = seen.where(Ballot.vendor_id == vendor_id)
    return session.scalar(seen.limit(1)) is not None


def list_begun_ballots(session: Session, ballots: Iterable[Ballot]) -> frozenset[int]:
    """Which of these ballots nobody enters: they are submitted, or their reviewers have begun."""
    rows = list(ballots)
    marked = select(Mark.ballot_id).where(Mark.ballot_id.in_([row.id for row in rows])).distinct()
    begun = {
        *session.scalars(marked),
        *(row.id for row in rows if row.state is BallotState.SUBMITTED or row.seals),
    }
    return frozenset(begun - list_ballots_as_entered(session, begun)) if begun else frozenset()
