"""The seats that wait for whoever holds a one-time link, and who invited to each."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from crrubric.domain.events import Event
from crrubric.domain.policy import OPEN_WORK
from crrubric.domain.vocabulary import Role
from crrubric.models import Evaluation, Invite, JournalEntry, Member
from crrubric.queries.people.district import is_on_site
from crrubric.queries.people.people import list_roles

INVITING = (Event.MEMBER_INVITED, Event.INVITE_RENEWED, Event.INVITE_READDRESSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedSeat:
    """A seat on a committee for somebody who has not come yet."""

    evaluation: Evaluation
    roles: frozenset[Role]
    host: str  # who invited, or made the link anew; empty for the operator at the server
    host_chairs: bool

    @property
    def tells_closing(self) -> bool:
        """Whether the day on which scoring closes helps: to those who score or lead, until then."""
        at_work = bool(self.roles & {Role.CHAIR, Role.REVIEWER})
        return at_work and self.evaluation.phase in OPEN_WORK


def list_offered_seats(session: Session, invite: Invite) -> list[OfferedSeat]:
    """What the link leads to, in the order of invitation; nothing for one that renews a password.

    A link that a chair could read names that committee alone. One that went to the address itself
    names every seat that whoever uses it gets.
    """
    seats = [seat for seat in _list_seats(session, invite) if _is_offered(seat, invite)]
    hosts = _find_hosts(session, seats)
    chairs = _find_chairs(session, seats)
    return [
        OfferedSeat(
            evaluation=seat.evaluation,
            roles=list_roles(seat),
            host=hosts[seat.id][1] if seat.id in hosts else "",
            host_chairs=(seat.evaluation_id, hosts.get(seat.id, (None, ""))[0]) in chairs,
        )
        for seat in seats
    ]


def _list_seats(session: Session, invite: Invite) -> list[Member]:
    wanted = (
        select(Member)
        .join(Member.evaluation)
        .options(joinedload(Member.evaluation).joinedload(Evaluation.district))
        .where(Member.user_id == invite.user_id, Member.removed_at.is_(None), is_on_site())
    )
    return list(session.scalars(wanted.order_by(Member.id)))


def _is_offered(seat: Member, invite: Invite) -> bool:
    if seat.awaits_address is not None:
        return invite.proves and seat.awaits_address == invite.user.email_key
    unused = invite.user.unused
    return unused and (invite.proves or seat.made_account)


def _find_hosts(session: Session, seats: list[Member]) -> dict[int | None, tuple[int | None, str]]:
    """(account, name) of who invited last, by seat; no name for the operator."""
    entries = session.execute(
        select(JournalEntry.member_id, JournalEntry.actor_id, JournalEntry.actor_name)
        .where(
            JournalEntry.evaluation_id.in_({seat.evaluation_id for seat in seats}),
            JournalEntry.member_id.in_({seat.id for seat in seats}),
            JournalEntry.event.in_(INVITING),
        )
        .order_by(JournalEntry.id)
    )
    return {
        member_id: (actor_id, name if actor_id is not None else "")
        for member_id, actor_id, name in entries
    }


def _find_chairs(session: Session, seats: list[Member]) -> frozenset[tuple[int, int | None]]:
    """(evaluation, account) of everybody who chairs one of these committees."""
    rows = session.execute(
        select(Member.evaluation_id, Member.user_id).where(
            Member.evaluation_id.in_({seat.evaluation_id for seat in seats}),
            Member.is_chair,
            Member.user_id.is_not(None),
            Member.removed_at.is_(None),
        )
    )
    return frozenset((evaluation, user) for evaluation, user in rows)
