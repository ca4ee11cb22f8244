"""The one guard: what somebody may do or see in an evaluation, decided here for every door."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, bindparam, select
from sqlalchemy.orm import Session

from crrubric.domain.actions import Action, SiteAction
from crrubric.domain.errors import Invalid, NotFound
from crrubric.domain.impartiality import RESTRAINTS, Restraint
from crrubric.domain.out_of_phase import explain_phase
from crrubric.domain.places import MendingPlace
from crrubric.domain.policy import (
    COMMITTEE_FIXED,
    FROM_MEETING,
    is_allowed,
    is_allowed_on_site,
    phases_of,
)
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import DeclarationKind, Phase, Role
from crrubric.models import Declaration, Evaluation, Member, Vendor
from crrubric.queries.people.district import is_on_site
from crrubric.queries.people.people import Actor, roles_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """An actor inside one evaluation: who, with which roles, on which seat."""

    actor: Actor
    evaluation: Evaluation
    member: Member | None
    roles: frozenset[Role]
    # vendors with whom the person has a conflict of interest that is not waived
    shut_out: frozenset[int] = frozenset()

    def may(self, action: Action) -> bool:
        """Whether the policy allows the action now."""
        return is_allowed(self.roles, self.evaluation.phase, action)


AWAY = "stays away from"  # in the session's notes: vendors, by person and evaluation
# what somebody reads in a browser; at the console it is the name of an evaluation
NO_PAGE = N_("This page does not exist, or you may not see it.")


def make_not_found() -> NotFound:
    """The one answer for what doesn't exist and for what is not for this person."""
    return NotFound(NO_PAGE)


def require(actor: Actor, action: Action, evaluation: Evaluation, session: Session) -> Seat:
    """The actor's seat if the policy allows `action` now.

    Raises: NotFound if the actor's roles never may; WrongPhase if they may in another phase.
    """
    member, away = find_membership(session, actor, evaluation.id)
    session.info.setdefault(AWAY, {})[actor.user_id, evaluation.id] = away
    seat = Seat(
        actor=actor,
        evaluation=evaluation,
        member=member,
        roles=roles_of(actor, member),
        shut_out=away,
    )
    if seat.may(action):
        return seat
    if allowed := phases_of(seat.roles, action):
        raise explain_phase(action, evaluation.phase, allowed)
    raise make_not_found()


def require_on_site(actor: Actor, action: SiteAction) -> None:
    """Raise NotFound unless the actor's standing allows what belongs to no evaluation."""
    if not is_allowed_on_site(actor.standing, action):
        raise make_not_found()


def find_membership(
    session: Session, actor: Actor, evaluation_id: int
) -> tuple[Member | None, frozenset[int]]:
    """The actor's seat on the committee, and the vendors from which they stay away.

    No seat for strangers, former members, the operator, and who has not proven yet that the
    address that was invited is theirs. One query: every request asks it.
    """
    if actor.user_id is None:
        return None, frozenset()
    rows = session.execute(SEAT, {"evaluation": evaluation_id, "user": actor.user_id}).all()
    away = frozenset(vendor for _member, vendor in rows if vendor is not None)
    return (rows[0][0] if rows else None), away


def is_recusing_conflict() -> ColumnElement[bool]:
    """Which declarations keep somebody away: conflicts of interest that are not waived."""
    return and_(Declaration.kind == DeclarationKind.CONFLICT, Declaration.waived_at.is_(None))


# Made once: every request asks it, twice where it writes.
SEAT = (
    select(Member, Declaration.vendor_id)
    .outerjoin(Declaration, and_(Declaration.member_id == Member.id, is_recusing_conflict()))
    .where(
        Member.evaluation_id == bindparam("evaluation"),
        Member.user_id == bindparam("user"),
        Member.removed_at.is_(None),
        Member.awaits_address.is_(None),
    )
)
NAMED = select(Evaluation).where(Evaluation.slug == bindparam("slug"), is_on_site())
HELD_SHARED, HELD_ALONE = (
    NAMED.with_for_update(read=read).execution_options(populate_existing=True)
    for read in (True, False)
)


def refuse_recused(seat: Seat, vendor_id: int) -> None:
    """Raise NotFound if the seat stays away from the vendor: its details are not for them."""
    if vendor_id in seat.shut_out:
        raise make_not_found()


def require_impartial_once_shown(session: Session, seat: Seat) -> None:
    """As `require_impartial`, for what turns the result; until ballots are seen nobody can aim,
    but in a meeting for which nobody had marked anything: what is found there is the result.

    Asked for by whatever does more than adopt what the votes say: also on competitors, for what
    takes them down lifts the vendor of the conflict.
    """
    if seat.evaluation.shown_at is not None or seat.evaluation.phase in FROM_MEETING:
        require_impartial(session, seat)


def require_impartial(session: Session, seat: Seat) -> None:
    """Raise Invalid if the seat has a conflict of interest with a vendor in the selection.

    Who has one neither records the recommendation nor makes it final, whichever vendor it names.
    The words say who can, and how there comes to be somebody.
    """
    if not seat.shut_out:
        return
    wanted = select(Vendor.name).where(Vendor.id.in_(seat.shut_out), Vendor.withdrawn_at.is_(None))
    company = session.scalar(wanted.order_by(Vendor.position).limit(1))
    if company is None:
        return
    place = None
    if seat.evaluation.phase in COMMITTEE_FIXED:
        words = N_(
            "You have a conflict of interest with %(vendor)s: another chair must decide."
            " An administrator can appoint an acting chair."
        )
    elif seat.evaluation.phase is Phase.ARCHIVED:
        words = N_("You have a conflict of interest with %(vendor)s: another chair must decide.")
    else:
        place = MendingPlace.COMMITTEE
        words = N_(
            "You have a conflict of interest with %(vendor)s: another chair must decide."
            " You can make another member of the committee a chair."
        )
    raise Invalid(words, vendor=company).mended_on(place)


def refuse_restrained(session: Session, seat: Seat, action: Action) -> None:
    """Raise Invalid if a conflict of interest keeps the seat from all of an action."""
    if RESTRAINTS[action] is Restraint.ALWAYS:
        require_impartial(session, seat)
    elif RESTRAINTS[action] is Restraint.ONCE_SHOWN:
        require_impartial_once_shown(session, seat)


def find_restraint(session: Session, seat: Seat, action: Action) -> Invalid | None:
    """Why the seat leaves an act to another chair, for the page that would show its form; None if
    it may do it, or where that depends on what exactly is done."""
    try:
        refuse_restrained(session, seat, action)
    except Invalid as refusal:
        return refusal
    return None


def refuse_who_stays_away(
    session: Session, actor: Actor, evaluation: Evaluation, words: str, *, field: str = ""
) -> None:
    """Raise Invalid while ballots are open, if the actor stays away from any vendor.

    Whatever its ballots are: what goes through for some and not for others would tell of them.
    Args: words: why not, with the place of the vendor.
    """
    _member, away = find_membership(session, actor, evaluation.id)
    if evaluation.phase is Phase.SCORING and away:
        raise Invalid(words, vendor=session.get_one(Vendor, min(away)).name, field=field)


def find_evaluation(session: Session, slug: str) -> Evaluation:
    """The evaluation, whoever asks; pair it with `require`. Raises: NotFound."""
    return _read_named(session, NAMED, slug)


def _read_named(session: Session, wanted: Select[Evaluation], slug: str) -> Evaluation:
    if not slug.isprintable():  # PostgreSQL takes no NUL, and no slug has such a character
        raise make_not_found()
    evaluation = session.scalar(wanted, {"slug": slug})
    if evaluation is None:
        raise make_not_found()
    return evaluation


def lock_evaluation(session: Session, slug: str, *, exclusive: bool = False) -> Evaluation:
    """The evaluation, read anew inside a unit of work and held until it ends.

    Saving a mark holds it shared, everything else holds it alone: neither overtakes the other.
    SQLite has one writer at a time anyway and ignores the lock.
    """
    return _read_named(session, HELD_ALONE if exclusive else HELD_SHARED, slug)


def hold_seat(session: Session, member: Member) -> None:
    """Let whatever else a person does from this seat wait until the unit of work ends.

    For what many do at once, each for themselves, and so holds the evaluation shared: two windows
    of one person would both find nothing there, or both pass the version that is there.
    """
    session.refresh(member, with_for_update={"key_share": True})


def require_locked_evaluation(
    session: Session, actor: Actor, action: Action, slug: str
) -> Evaluation:
    """The evaluation, held inside a unit of work, if the actor may do `action` now.

    Raises: as `require`.
    """
    return require_locked_seat(session, actor, action, slug).evaluation


def require_locked_seat(
    session: Session, actor: Actor, action: Action, slug: str, *, exclusive: bool = True
) -> Seat:
    """As `require_locked_evaluation`, the actor's seat.

    Everybody else's changes wait: only marks hold it shared, so two people who do the same thing
    at once are one after the other.

    Raises: Invalid as well, for who has a conflict of interest that keeps them from all of it.
    """
    evaluation = lock_evaluation(session, slug, exclusive=exclusive)
    seat = require(actor, action, evaluation, session)
    refuse_restrained(session, seat, action)
    return seat
