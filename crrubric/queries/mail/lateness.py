"""Reading who is late, who was reminded, who was here: from ballots and sign-ins, not marks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from crrubric.domain.setup.turns import order_for_seat
from crrubric.domain.text import sort_key
from crrubric.domain.vocabulary import BallotState, MailKind
from crrubric.models import Ballot, Member, OutgoingMail, UserSession, Vendor
from crrubric.queries.ballots.ballots import is_vendor_in_selection
from crrubric.queries.people.access import Seat
from crrubric.queries.people.people import is_present_reviewer

REMINDERS = (MailKind.REMINDER, MailKind.CHAIR_REMINDER)
NOBODY: frozenset[int] = frozenset()


def select_open_ballots(evaluation_id: int) -> Select[Any]:
    """The ids of the ballots that are still to be submitted: of present reviewers, not recused."""
    return (
        select(Ballot.id)
        .join(Member, Member.id == Ballot.member_id)
        .where(
            is_present_reviewer(evaluation_id),
            is_vendor_in_selection(),
            ~Ballot.recused,
            Ballot.state == BallotState.OPEN,
        )
    )


@dataclass(frozen=True, slots=True)
class LateReviewer:
    """A reviewer with ballots to submit, and for which vendors, in the reviewer's own order."""

    member: Member
    vendors: tuple[Vendor, ...]
    reminded_at: datetime | None  # last, by whomever


def list_late_reviewers(
    session: Session, evaluation_id: int, *, away: frozenset[int] = NOBODY
) -> list[LateReviewer]:
    """Who has ballots to submit, by name, in three queries.

    Args: away: vendors that whoever reads stays away from: who is late only there is not in it.
    """
    seats = session.scalars(
        select(Member.id).where(Member.evaluation_id == evaluation_id).order_by(Member.id)
    ).all()
    rows = session.execute(
        select(Member, Vendor)
        .join(Ballot, Ballot.member_id == Member.id)
        .join(Vendor, Vendor.id == Ballot.vendor_id)
        .options(joinedload(Member.user))
        .where(Ballot.id.in_(select_open_ballots(evaluation_id)), Vendor.id.not_in(away))
        .order_by(Member.id, Vendor.position)
    )
    reminded = load_last_reminders(session, evaluation_id)
    found = []
    for member, group in groupby(rows, key=lambda row: row[0]):
        own = order_for_seat([vendor for _member, vendor in group], seats.index(member.id))
        found.append(LateReviewer(member, tuple(own), reminded.get(member.id)))
    return sorted(found, key=lambda late: sort_key(late.member.name))


def load_last_reminders(session: Session, evaluation_id: int) -> dict[int, datetime]:
    """When each member was last sent a reminder, or is to be, by member id."""
    rows = session.execute(
        select(OutgoingMail.member_id, func.max(OutgoingMail.created_at))
        .where(
            OutgoingMail.evaluation_id == evaluation_id,
            OutgoingMail.kind.in_(REMINDERS),
            OutgoingMail.given_up_at.is_(None),
            OutgoingMail.set_aside_at.is_(None),
        )
        .group_by(OutgoingMail.member_id)
    )
    return {member: at for member, at in rows if member is not None}


def list_sent_reminders(session: Session, seat: Seat, *, most: int = 50) -> list[OutgoingMail]:
    """The newest reminders of an evaluation with their members, for who leads it.

    Without those that were only about vendors from which the person stays away.
    """
    rows: Sequence[OutgoingMail] = session.scalars(
        select(OutgoingMail)
        .options(joinedload(OutgoingMail.member))
        .where(OutgoingMail.evaluation_id == seat.evaluation.id, OutgoingMail.kind.in_(REMINDERS))
        .order_by(OutgoingMail.id.desc())
    ).all()
    return [row for row in rows if set(row.vendors) - seat.shut_out][:most]


def load_last_seen(session: Session, evaluation_id: int) -> dict[int, datetime]:
    """When each member was last signed in, by member id; nobody who never was, in one query."""
    rows = session.execute(
        select(Member.id, func.max(UserSession.seen_at))
        .join(UserSession, UserSession.user_id == Member.user_id)
        .where(Member.evaluation_id == evaluation_id, Member.awaits_address.is_(None))
        .group_by(Member.id)
    )
    return {row[0]: row[1] for row in rows}
