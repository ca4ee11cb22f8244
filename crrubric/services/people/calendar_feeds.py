"""The secret link by which a person's calendar reads their dates: made, replaced, ended.

Whoever has the link reads days without names. It also ends with the password and when the account
is disabled (`end_sessions`).
"""

import secrets

from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain.events import Event
from crrubric.models import CalendarFeed, User
from crrubric.queries.people.access import make_not_found
from crrubric.queries.people.people import Actor
from crrubric.services.people.accounts import hash_token, lock_user
from crrubric.services.shared.journal import note_event
from crrubric.services.shared.unit import unit_of_work


def make_calendar_link(actor: Actor) -> str:
    """A fresh secret for the link of the actor's calendar; an earlier one stops working."""
    token = secrets.token_urlsafe(32)
    with unit_of_work() as session:
        user = lock_own_account(session, actor)
        feed = session.get(CalendarFeed, user.id)
        if feed is None:
            session.add(CalendarFeed(user_id=user.id, token_hash=hash_token(token)))
        else:
            feed.token_hash, feed.made_at = hash_token(token), now_utc()
        event = Event.CALENDAR_LINK_REPLACED if feed else Event.CALENDAR_LINK_MADE
        note_event(session, actor, event)
    return token


def end_calendar_link(actor: Actor) -> None:
    """The link of the actor's calendar works no more. Nothing is noted if there is none."""
    with unit_of_work() as session:
        user = lock_own_account(session, actor)
        feed = session.get(CalendarFeed, user.id)
        if feed is not None:
            session.delete(feed)
            note_event(session, actor, Event.CALENDAR_LINK_ENDED)


def lock_own_account(session: Session, actor: Actor) -> User:
    """The actor's account, held. Raises: NotFound for the operator, and if it is disabled."""
    if actor.user_id is None:
        raise make_not_found()
    user = lock_user(session, actor.user_id)
    if user.disabled_at is not None:
        raise make_not_found()
    return user
