"""The committee: inviting people with one-time links, changing seats, removing."""

from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid
from crrubric.domain.events import Event
from crrubric.domain.text import email_key
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Role, Stakeholder, Standing
from crrubric.models import Evaluation, Member, User
from crrubric.queries.ballots.ballots import has_ballots
from crrubric.queries.people.access import (
    make_not_found,
    refuse_who_stays_away,
    require_locked_evaluation,
    require_locked_seat,
)
from crrubric.queries.people.people import Actor, list_roles
from crrubric.queries.setup.act_facts import foresee_removal_of_member
from crrubric.queries.setup.members import find_own_invitations, has_links_of_chairs
from crrubric.services.ballots.ballots import issue_ballots_if_scoring
from crrubric.services.mail.letters import write_invitation
from crrubric.services.mail.outbox import is_mail_on
from crrubric.services.people.accounts import (
    SAME_EMAIL,
    clean_name,
    find_or_add_user,
    is_unused,
    lock_user,
)
from crrubric.services.people.links import issue_invite, issue_mailed_link, void_links
from crrubric.services.people.proofs import has_doubtful_step
from crrubric.services.setup.evaluations import serialize_seat
from crrubric.services.shared.constraints import run_again_if_broken
from crrubric.services.shared.counting import (
    CHOOSES_SCORERS,
    refuse_choice_of_ballots,
    refuse_scorer_once_shown,
)
from crrubric.services.shared.journal import EntryReferences, find_changes, note_event
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unforeseen, refuse_unseen_change

SEATED = N_("Somebody with this address is on the committee already.")


@dataclass(frozen=True, slots=True)
class Invitation:
    """A seat that was given; `token` is the secret of a one-time link, None if not needed."""

    member: Member
    token: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitee:
    """A person who is to have a seat."""

    name: str
    email: str
    roles: frozenset[Role]
    stakeholder: Stakeholder


def invite_member(
    actor: Actor,
    slug: str,
    *,
    name: str,
    email: str,
    roles: frozenset[Role],
    stakeholder: Stakeholder,
) -> Invitation:
    """Give a person a seat. Inviting them again, in the same words, renews a link not used yet.

    Somebody whose account was there before gets no link from here: either they have a password, or
    whoever made the account gave them one. The evaluation is on their home page. If it is another
    committee's and not used yet, the links that its chairs could read stop working. If it is not
    proven that the account is the address's owner's, the seat waits until it is.

    Raises: Invalid for somebody who has a seat: an invitation changes none.
    """
    invitee = Invitee(name=name, email=email, roles=roles, stakeholder=stakeholder)
    return run_again_if_broken(  # another evaluation may make the account at the same moment
        lambda: _invite_once(actor, slug, invitee), SAME_EMAIL
    )


def _invite_once(actor: Actor, slug: str, invitee: Invitee) -> Invitation:
    with unit_of_work() as session:
        evaluation = require_locked_evaluation(session, actor, Action.MANAGE_COMMITTEE, slug)
        account = find_or_add_user(session, invitee.name, invitee.email, Standing.MEMBER)
        return seat_invitee(session, actor, evaluation, invitee, account)


def seat_invitee(
    session: Session,
    actor: Actor,
    evaluation: Evaluation,
    invitee: Invitee,
    account: tuple[User, bool],
    *,
    secret: str = "",
) -> Invitation:
    """Give a person a seat in the caller's transaction.

    Args: invitee: with the address that is meant, which need not be the account's any more;
    account: theirs, held, and whether it was made just now; secret: of which their link is made,
    where several are. Raises: Invalid for somebody who has a seat.
    """
    user, is_new = account
    member = session.scalar(
        select(Member).where(Member.evaluation_id == evaluation.id, Member.user_id == user.id)
    )
    if member is not None and member.removed_at is None:
        return _invite_again(session, actor, member, invitee)
    mailed = None
    if member is None:
        mailed = None if is_new else _end_links_of_chairs(session, user)
        member = Member(evaluation_id=evaluation.id, user=user, name=user.name, made_account=is_new)
        session.add(member)
    _refuse_choice_of_marks(
        session, actor, evaluation, member, scores=Role.REVIEWER in invitee.roles
    )
    member.awaits_address = find_awaited_address(member, user, meant=invitee.email)
    member.removed_at = None
    set_roles(member, invitee.roles, invitee.stakeholder)
    session.flush()
    issue_ballots_if_scoring(session, evaluation)
    token = None
    if is_own_invitation(session, member):
        token = issue_invitation(session, actor, member, user, secret=secret)
    else:
        write_invitation(session, actor, member, mailed or _issue_proof(session, member))
    note_event(
        session,
        actor,
        Event.MEMBER_INVITED,
        evaluation_id=evaluation.id,
        subject=member.name,
        about=EntryReferences(member_id=member.id),
        after=serialize_seat(member) | serialize_awaited_address(member),
    )
    return Invitation(member, token)


def _invite_again(session: Session, actor: Actor, member: Member, invitee: Invitee) -> Invitation:
    """A fresh link for who has not come yet, if nothing else is asked for. Raises: Invalid."""
    same = (
        list_roles(member) == invitee.roles
        and member.stakeholder is invitee.stakeholder
        and member.name == clean_name(invitee.name)
    )
    if not same or not is_own_invitation(session, member):
        raise Invalid(SEATED, field="email")
    return Invitation(member, renew_invite_link(session, actor, member))


def find_awaited_address(member: Member, user: User, *, meant: str) -> str | None:
    """The address that must be proven before anybody has the seat; None if the seat counts.

    A chair of the committee whose invitation made the account could have taken it for themselves,
    and then given it another address: that one, proven or not, is not the one that is meant.
    """
    key = email_key(meant)
    certain = member.made_account or user.address_proven_at is not None
    return None if certain and key == user.email_key else key


def serialize_awaited_address(member: Member) -> dict[str, object]:
    """What the journal keeps of it; nothing for a seat that counts."""
    return {"waits for": member.awaits_address} if member.awaits_address else {}


def issue_invitation(
    session: Session, actor: Actor, member: Member, user: User, *, secret: str = ""
) -> str:
    """A link for the chair to hand out, and another, which proves the address, in a mail to it.

    Args: secret: of which the chair's link is made, where several are.
    """
    token = issue_invite(session, user, proves=False, secret=secret)
    mailed = issue_mailed_link(session, user) if is_mail_on() else token
    write_invitation(session, actor, member, mailed)
    return token


def _issue_proof(session: Session, member: Member) -> str | None:
    """A link in the mail to who signs in already, but maybe not with an address of their own."""
    user = member.user
    if user is None or is_unused(user) or member.awaits_address != user.email_key:
        return None
    if not is_mail_on() or has_doubtful_step(session, user):
        return None
    return issue_mailed_link(session, user)


def _refuse_choice_of_marks(
    session: Session, actor: Actor, evaluation: Evaluation, member: Member, *, scores: bool
) -> None:
    """Raise Invalid if somebody would begin or cease to count once ballots were seen, by whom.

    What one's own seat tells of oneself may be asked for.
    """
    scored = bool(member.is_reviewer) and member.removed_at is None
    if scores and not scored:
        refuse_scorer_once_shown(evaluation, field="roles")
    known = member.id is not None  # a new seat is not complete yet, and has no ballots
    returns = known and scores and not scored and has_ballots(session, member.id)
    if returns or (scored and not scores):
        if member.user_id is None or member.user_id != actor.user_id:
            refuse_who_stays_away(session, actor, evaluation, CHOOSES_SCORERS, field="roles")
        refuse_choice_of_ballots(session, actor, evaluation, member.id, field="roles")


def _end_links_of_chairs(session: Session, user: User) -> str | None:
    """Before an unused account gets its second seat: what a chair could copy works no more.

    Returns: the secret of a new link, for a mail to the address and nobody else; None if the site
    sends no mail, and then the operator makes one, or if no chair ever had a link.
    """
    if not is_unused(user) or not has_links_of_chairs(session, user.id):
        return None
    if is_mail_on():
        return issue_invite(session, user, proves=True)
    void_links(session, user.id)
    return None


def renew_invite(actor: Actor, slug: str, member_id: int) -> Invitation:
    """A fresh link for a member who has not set a password yet; the old one stops working."""
    with unit_of_work() as session:
        evaluation = require_locked_evaluation(session, actor, Action.MANAGE_COMMITTEE, slug)
        member = find_member(session, evaluation, member_id)
        if member.user_id is not None:
            lock_user(session, member.user_id)  # whoever uses their link now comes first or last
        if member.user is None or not is_unused(member.user):
            raise Invalid(N_("%(name)s needs no link any more."), name=member.name)
        if not is_own_invitation(session, member):
            raise Invalid(
                N_(
                    "A link for %(name)s is not for a chair to hand out: another committee has"
                    " invited them as well, or their account was made elsewhere."
                ),
                name=member.name,
            )
        token = renew_invite_link(session, actor, member)
    return Invitation(member, token)


def renew_invite_link(session: Session, actor: Actor, member: Member, *, secret: str = "") -> str:
    """A fresh link for a member whose account is held, in the caller's transaction.

    Args: secret: of which it is made, where several are.
    """
    if member.user is None:
        raise make_not_found()
    token = issue_invitation(session, actor, member, member.user, secret=secret)
    note_event(
        session,
        actor,
        Event.INVITE_RENEWED,
        evaluation_id=member.evaluation_id,
        subject=member.name,
        about=EntryReferences(member_id=member.id),
    )
    return token


def is_own_invitation(session: Session, member: Member) -> bool:
    """Whether the committee may hand out a link for the member."""
    return member.id in find_own_invitations(session, member.evaluation_id)


def change_member(
    actor: Actor,
    slug: str,
    member_id: int,
    *,
    roles: frozenset[Role],
    stakeholder: Stakeholder,
    seen: str | None = None,
) -> Member:
    """Change a person's roles or whom they speak for.

    Args: seen: the version that the form showed. Raises: Invalid for the only chair; Stale.
    """
    with unit_of_work() as session:
        evaluation = require_locked_evaluation(session, actor, Action.MANAGE_COMMITTEE, slug)
        member = find_member(session, evaluation, member_id)
        old = serialize_seat(member)
        wanted = {
            **old,
            "chair": Role.CHAIR in roles,
            "reviewer": Role.REVIEWER in roles,
            "stakeholder": stakeholder,
        }
        refuse_unseen_change(old, wanted, seen)
        if member.is_chair and Role.CHAIR not in roles:
            _refuse_last_chair(session, evaluation, member)
        _refuse_choice_of_marks(session, actor, evaluation, member, scores=Role.REVIEWER in roles)
        set_roles(member, roles, stakeholder)
        session.flush()
        issue_ballots_if_scoring(session, evaluation)
        before, after = find_changes(old, serialize_seat(member))
        if after:
            note_event(
                session,
                actor,
                Event.MEMBER_CHANGED,
                evaluation_id=evaluation.id,
                subject=member.name,
                about=EntryReferences(member_id=member.id),
                before=before,
                after=after,
            )
    return member


def remove_member(
    actor: Actor, slug: str, member_id: int, *, seen: str | None = None, language: str = ""
) -> None:
    """End a person's seat: their next request is refused, their marks stay but don't count.

    Args: seen: the fingerprint of what the page before said, language: in which it did. Raises:
    Invalid for the only chair, and for a reviewer once the committee has seen the ballots; Stale.
    """
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.MANAGE_COMMITTEE, slug)
        evaluation = seat.evaluation
        member = find_member(session, evaluation, member_id)
        refuse_removal(session, actor, evaluation, member)
        if seen is not None:
            refuse_unforeseen(foresee_removal_of_member(session, seat, member, language), seen)
        member.removed_at = now_utc()
        note_event(
            session,
            actor,
            Event.MEMBER_REMOVED,
            evaluation_id=evaluation.id,
            subject=member.name,
            about=EntryReferences(member_id=member.id),
        )


def refuse_removal(session: Session, actor: Actor, evaluation: Evaluation, member: Member) -> None:
    """Raise Invalid for the only chair, and for a reviewer of whom a ballot was seen."""
    _refuse_last_chair(session, evaluation, member)
    _refuse_choice_of_marks(session, actor, evaluation, member, scores=False)


def set_roles(member: Member, roles: frozenset[Role], stakeholder: Stakeholder) -> None:
    """Put roles and stakeholder on a seat; neither chair nor reviewer makes an observer."""
    member.is_chair = Role.CHAIR in roles
    member.is_reviewer = Role.REVIEWER in roles
    member.stakeholder = stakeholder


def find_member(session: Session, evaluation: Evaluation, member_id: int) -> Member:
    """The present member, if of this evaluation. Raises: NotFound."""
    member = session.get(Member, member_id)
    if member is None or member.evaluation_id != evaluation.id or member.removed_at is not None:
        raise make_not_found()
    return member


def _refuse_last_chair(session: Session, evaluation: Evaluation, member: Member) -> None:
    """Raise Invalid if nobody would be left who can act as chair, or come to it by a link."""
    if not member.is_chair:
        return
    others = session.execute(
        select(Member.id, User.id)
        .outerjoin(
            User,
            and_(
                User.id == Member.user_id,
                User.disabled_at.is_(None),
                Member.awaits_address.is_(None),
            ),
        )
        .where(
            Member.evaluation_id == evaluation.id,
            Member.id != member.id,
            Member.is_chair,
            Member.removed_at.is_(None),
        )
    ).all()
    if any(user is not None for _other, user in others):
        return
    words = N_("%(name)s is the only chair: make somebody else chair first.")
    if others:
        words = N_(
            "%(name)s is the only chair who can sign in: make somebody else chair first, who has an"
            " account that is open, and whose seat waits for nothing."
        )
    raise Invalid(words, name=member.name, field="roles")
