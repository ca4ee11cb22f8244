"""Whether an address is its account's owner's: then seats that were given to it are theirs."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain.events import Event
from crrubric.models import Member, User
from crrubric.queries.people.people import Actor
from crrubric.queries.people.second_step import has_two_steps
from crrubric.services.shared.journal import EntryReferences, note_event


def has_doubtful_step(session: Session, user: User) -> bool:
    """Whether a second step was set up before it was certain whose the address is.

    A passkey opens the account by itself, and stays when the password is another one: whoever came
    in by a link that a chair could read may have it. A link to the address proves nothing then.
    """
    return user.address_proven_at is None and has_two_steps(session, user.id)


def prove_address(session: Session, actor: Actor, user: User) -> None:
    """The address of a person who is held is theirs: seats that wait for it wait no more.

    A seat that was given to another address, which the account had before, goes on waiting.
    """
    if user.address_proven_at is None:
        user.address_proven_at = now_utc()
    waiting = select(Member).where(
        Member.user_id == user.id,
        Member.awaits_address == user.email_key,
        Member.removed_at.is_(None),
    )
    for member in session.scalars(waiting.order_by(Member.evaluation_id)):
        member.awaits_address = None
        note_event(
            session,
            actor,
            Event.MEMBER_CONFIRMED,
            evaluation_id=member.evaluation_id,
            subject=member.name,
            about=EntryReferences(member_id=member.id),
        )
