"""Invitation links in the hands of a chair: shown to be copied, and sent anew to a right address.

Only those of accounts that the evaluation itself made and that nobody has used yet.
"""

import secrets
from collections.abc import Iterable

from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid
from crrubric.domain.events import Event
from crrubric.domain.translation import N_
from crrubric.extensions import db
from crrubric.models import Evaluation, Invite, Member, User
from crrubric.queries.people.access import (
    find_evaluation,
    make_not_found,
    require,
    require_locked_evaluation,
)
from crrubric.queries.people.people import Actor
from crrubric.queries.setup.act_facts import foresee_links
from crrubric.queries.setup.members import list_waiting_members
from crrubric.services.mail.outbox import is_mail_on
from crrubric.services.people.accounts import SAME_EMAIL, clean_name, lock_user, make_taken
from crrubric.services.people.addresses import set_address
from crrubric.services.people.links import derive_token, find_invite, find_usable_invite
from crrubric.services.setup.committee import (
    Invitation,
    find_member,
    is_own_invitation,
    issue_invitation,
    renew_invite_link,
)
from crrubric.services.shared.constraints import explain_constraint
from crrubric.services.shared.journal import EntryReferences, note_event
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unforeseen, refuse_unseen_change

NOBODY_WAITS = N_("Nobody needs a link: everybody whose links are yours to hand out has signed up.")


def show_invite_link(actor: Actor, slug: str, member_id: int, token: str) -> Member:
    """Let a chair read a link that was just made; the first time is written into the journal.

    To read it again waits for nobody who writes.
    Raises: NotFound if the link is not theirs to hand out, was used, or was replaced.
    """
    evaluation = _require_committee(actor, slug)
    member, invite = _find_link(db.session(), evaluation, member_id, token)
    if invite.shown_at is not None:
        return member
    with unit_of_work() as session:
        evaluation = require_locked_evaluation(session, actor, Action.MANAGE_COMMITTEE, slug)
        _lock_invited(session, find_member(session, evaluation, member_id))
        member, invite = _find_link(session, evaluation, member_id, token)
        _note_shown(session, actor, member, invite)
    return member


def _require_committee(actor: Actor, slug: str) -> Evaluation:
    """The evaluation, not held, if the actor may hand out its links now. Raises: as `require`."""
    evaluation = find_evaluation(db.session(), slug)
    require(actor, Action.MANAGE_COMMITTEE, evaluation, db.session())
    return evaluation


def _find_link(
    session: Session, evaluation: Evaluation, member_id: int, token: str
) -> tuple[Member, Invite]:
    """A member with the link that a chair may read. Raises: NotFound."""
    member = find_correctable_member(session, evaluation, member_id)
    invite = find_usable_invite(session, token)
    if invite.user_id != member.user_id:
        raise make_not_found()
    return member, invite


def show_invite_links(actor: Actor, slug: str, secret: str) -> list[tuple[Member, str]]:
    """Let a chair read the links of several people that were just made of one secret.

    Returns: (member, the secret of their link) of those whose link still works, in the order of
    invitation. Whose link is read for the first time stands in the journal; to read them again
    waits for nobody who writes.
    Raises: NotFound if there is none.
    """
    evaluation = _require_committee(actor, slug)
    found = _list_links(db.session(), list_waiting_members(db.session(), evaluation.id), secret)
    if any(invite.shown_at is None for _member, _token, invite in found):
        with unit_of_work() as session:
            evaluation = require_locked_evaluation(session, actor, Action.MANAGE_COMMITTEE, slug)
            found = _list_links(session, _lock_waiting_members(session, evaluation), secret)
            for member, _token, invite in found:
                _note_shown(session, actor, member, invite)
    if not found:
        raise make_not_found()
    return [(member, token) for member, token, _invite in found]


def _list_links(
    session: Session, members: Iterable[Member], secret: str
) -> list[tuple[Member, str, Invite]]:
    """Those of the members whose link was made of the secret and still works."""
    made = [(member, derive_token(secret, member.user_id or 0)) for member in members]
    return [
        (member, token, invite)
        for member, token in made
        if (invite := find_invite(session, token)) is not None and invite.user_id == member.user_id
    ]


def _note_shown(session: Session, actor: Actor, member: Member, invite: Invite) -> None:
    if invite.shown_at is not None:
        return
    invite.shown_at = now_utc()
    note_event(
        session,
        actor,
        Event.INVITE_SHOWN,
        evaluation_id=member.evaluation_id,
        subject=member.name,
        about=EntryReferences(member_id=member.id),
    )


def renew_invites(actor: Actor, slug: str, *, seen: str | None = None) -> str:
    """Fresh links for everybody who has not come yet; the old ones stop working.

    Args: seen: the fingerprint of what the page before said.
    Returns: the secret of which the links were made. Raises: Invalid if there is nobody; Stale.
    """
    secret = secrets.token_urlsafe(32)
    with unit_of_work() as session:
        evaluation = require_locked_evaluation(session, actor, Action.MANAGE_COMMITTEE, slug)
        members = _lock_waiting_members(session, evaluation)
        if not members:
            raise Invalid(NOBODY_WAITS)
        refuse_unforeseen(foresee_links(session, evaluation.id, mailed=is_mail_on()), seen)
        for member in members:
            renew_invite_link(session, actor, member, secret=secret)
    return secret


def _lock_waiting_members(session: Session, evaluation: Evaluation) -> list[Member]:
    """Those who have not come yet, their accounts held in one order for everybody."""
    waiting = list_waiting_members(session, evaluation.id)
    for user_id in sorted(member.user_id for member in waiting if member.user_id is not None):
        lock_user(session, user_id)
    return list_waiting_members(session, evaluation.id)


def correct_invited_person(
    actor: Actor, slug: str, member_id: int, *, name: str, email: str, seen: str | None = None
) -> Invitation:
    """Put the right name or address on an invitation that nobody has used.

    With another address the old link dies and a new one is made; with another name it goes on.

    Args: seen: the version that the form showed.
    Raises: NotFound if the account is not the evaluation's own, is in use, or has been invited by
    another committee; Stale; Invalid beside the field.
    """
    tidy = clean_name(name)
    with explain_constraint(SAME_EMAIL, make_taken(email)), unit_of_work() as session:
        evaluation = require_locked_evaluation(session, actor, Action.MANAGE_COMMITTEE, slug)
        member = find_member(session, evaluation, member_id)
        user = _lock_invited(session, member)
        stored = serialize_invited_person(member)
        refuse_unseen_change(stored, {"name": tidy, "email": email}, seen)
        _rename_invited(session, actor, member, user, tidy)
        if email.strip() == user.email:
            return Invitation(member, None)
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


def serialize_invited_person(member: Member) -> dict[str, object]:
    """What a chair can correct of somebody who has not come yet."""
    return {"name": member.name, "email": member.user.email if member.user else ""}


def _rename_invited(session: Session, actor: Actor, member: Member, user: User, name: str) -> None:
    old, member.name, user.name = member.name, name, name
    if name != old:
        note_event(
            session,
            actor,
            Event.INVITE_RENAMED,
            evaluation_id=member.evaluation_id,
            subject=name,
            about=EntryReferences(member_id=member.id),
            before={"name": old},
            after={"name": name},
        )


def find_correctable_member(session: Session, evaluation: Evaluation, member_id: int) -> Member:
    """The member whose name and address the chair may correct. Raises: NotFound."""
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
