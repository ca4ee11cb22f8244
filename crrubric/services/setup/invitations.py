"""Invitation links in the hands of a chair: shown to be copied, and sent anew to a right address.

Only those of accounts that the evaluation itself made and that nobody has used yet.
"""

from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain.actions import Action
from crrubric.domain.events import Event
from crrubric.models import Evaluation, Member, User
from crrubric.queries.people.access import make_not_found, require_locked_evaluation
from crrubric.queries.people.people import Actor
from crrubric.services.people.accounts import SAME_EMAIL, lock_user, make_taken
from crrubric.services.people.addresses import set_address
from crrubric.services.people.links import find_usable_invite
from crrubric.services.setup.committee import (
    Invitation,
    find_member,
    is_own_invitation,
    issue_invitation,
)
from crrubric.services.shared.constraints import explain_constraint
from crrubric.services.shared.journal import EntryReferences, note_event
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unseen_change


def show_invite_link(actor: Actor, slug: str, member_id: int, token: str) -> Member:
    """Let a chair read a link that was just made; the first time is written into the journal.

    Raises: NotFound if the link is not theirs to hand out, was used, or was replaced.
    """
    with unit_of_work() as session:
        evaluation = require_locked_evaluation(session, actor, Action.MANAGE_COMMITTEE, slug)
        member = find_member(session, evaluation, member_id)
        _lock_invited(session, member)
        invite = find_usable_invite(session, token)
        if invite.user_id != member.user_id:
            raise make_not_found()
        if invite.shown_at is None:
            invite.shown_at = now_utc()
            note_event(
                session,
                actor,
                Event.INVITE_SHOWN,
                evaluation_id=evaluation.id,
                subject=member.name,
                about=EntryReferences(member_id=member.id),
            )
    return member


def correct_invited_address(
    actor: Actor, slug: str, member_id: int, *, email: str, seen: str | None = None
) -> Invitation:
    """Put the right address on an invitation that nobody has used: the old link dies.

    Args: seen: the version that the form showed.
    Raises: NotFound if the account is not the evaluation's own, is in use, or has been invited by
    another committee; Stale; Invalid beside the field.
    """
    with explain_constraint(SAME_EMAIL, make_taken(email)), unit_of_work() as session:
        evaluation = require_locked_evaluation(session, actor, Action.MANAGE_COMMITTEE, slug)
        member = find_member(session, evaluation, member_id)
        user = _lock_invited(session, member)
        refuse_unseen_change({"email": user.email}, {"email": email}, seen)
        old = set_address(session, user, email)
        token = issue_invitation(session, actor, member, user)
        note_event(
            session,
            actor,
            Event.INVITE_READDRESSED,
            evaluation_id=evaluation.id,
            subject=member.name,
            about=EntryReferences(member_id=member.id),
            before={"email": old},
            after={"email": user.email},
        )
    return Invitation(member, token)


def find_correctable_member(session: Session, evaluation: Evaluation, member_id: int) -> Member:
    """The member whose address the chair may correct. Raises: NotFound."""
    member = find_member(session, evaluation, member_id)
    if not is_own_invitation(session, member):
        raise make_not_found()
    return member


def _lock_invited(session: Session, member: Member) -> User:
    """The account of an invitation, held; it belongs to nobody else's committee.

    Raises: NotFound, also if it was used or got a seat elsewhere at this very moment.
    """
    if member.user_id is None:
        raise make_not_found()
    user = lock_user(session, member.user_id)
    if not is_own_invitation(session, member):
        raise make_not_found()
    return user
