"""What administrators do with accounts: disable them and enable them again; the operator, more."""

from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain.actions import SiteAction
from crrubric.domain.errors import Invalid
from crrubric.domain.events import Event
from crrubric.domain.people.account_effects import STANDING_OF, AccountAct
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Standing
from crrubric.models import User
from crrubric.queries.people.access import make_not_found, require_on_site
from crrubric.queries.people.accounts import foresee_act_on_account
from crrubric.queries.people.people import Actor
from crrubric.services.people.accounts import SAME_EMAIL, end_sessions, lock_user, make_taken
from crrubric.services.people.addresses import readdress_user
from crrubric.services.people.links import void_links
from crrubric.services.people.proofs import prove_address
from crrubric.services.shared.constraints import explain_constraint
from crrubric.services.shared.journal import note_event
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unforeseen

ACT_OF = {standing: act for act, standing in STANDING_OF.items()}


def lock_account_of_another(session: Session, actor: Actor, user_id: int) -> User:
    """The account of somebody else, held with the actor's own, so that of two administrators who
    take the site from each other at once the later one is none any more, and one stays.

    Raises: NotFound for who administers the site no longer.
    """
    own = set() if actor.user_id is None else {actor.user_id}
    held = {key: lock_user(session, key) for key in sorted({user_id} | own)}  # in one order
    for key in own:
        if held[key].disabled_at is not None or held[key].standing is not actor.standing:
            raise make_not_found()
    return held[user_id]


def set_account_disabled(
    actor: Actor, user_id: int, *, disabled: bool, seen: str | None = None
) -> User:
    """Let somebody sign in no more, at once and on every machine, or let them again.

    What they did stays in the record, and so do their seats. Nothing is noted if nothing changes.

    Args: seen: the fingerprint of what the page before said.
    Raises: NotFound unless the actor administers the site; Invalid for one's own account; Stale.
    """
    require_on_site(actor, SiteAction.MANAGE_ACCOUNTS)
    if user_id == actor.user_id:
        raise Invalid(N_("You can’t disable your own account: another administrator can."))
    with unit_of_work() as session:
        user = lock_account_of_another(session, actor, user_id)
        if disabled and user.disabled_at is None:
            refuse_unforeseen(foresee_act_on_account(session, AccountAct.DISABLE, user), seen)
            user.disabled_at = now_utc()
            end_sessions(session, user)
            void_links(session, user.id)
            note_event(session, actor, Event.ACCOUNT_DISABLED, subject=user.name)
        elif not disabled and user.disabled_at is not None:
            refuse_unforeseen(foresee_act_on_account(session, AccountAct.ENABLE, user), seen)
            user.disabled_at = None
            note_event(session, actor, Event.ACCOUNT_ENABLED, subject=user.name)
    return user


def change_standing(
    actor: Actor, user_id: int, standing: Standing, *, seen: str | None = None
) -> User:
    """An administrator, or the operator, gives somebody another role on the site.

    Nobody changes their own, so one administrator always stays. Nothing is noted if it is the same.

    Args: seen: the fingerprint of what the page before said.
    Raises: NotFound unless the actor administers the site; Invalid for one's own account; Stale.
    """
    require_on_site(actor, SiteAction.MANAGE_ACCOUNTS)
    if user_id == actor.user_id:
        raise Invalid(N_("You can’t change your own role: another administrator can."))
    with unit_of_work() as session:
        user = lock_account_of_another(session, actor, user_id)
        old = user.standing
        if old is not standing:
            refuse_unforeseen(foresee_act_on_account(session, ACT_OF[standing], user), seen)
            user.standing = standing
            note_event(
                session,
                actor,
                Event.ACCOUNT_STANDING_CHANGED,
                subject=user.name,
                before={"standing": old},
                after={"standing": standing},
            )
    return user


def change_address(actor: Actor, user_id: int, email: str) -> User:
    """The operator at the server puts another address on an account; both addresses are told.

    Raises: NotFound for everybody else: with the address goes the way to a new password.
    """
    if actor.user_id is not None:
        raise make_not_found()
    with explain_constraint(SAME_EMAIL, make_taken(email)), unit_of_work() as session:
        user = lock_user(session, user_id)
        readdress_user(session, actor, user, email)
        prove_address(session, actor, user)
    return user


def vouch_for_address(actor: Actor, user_id: int, *, seen: str | None = None) -> User:
    """An administrator, or the operator, knows that the account's owner has its address.

    Seats that wait for that are theirs from now on. Nothing is noted if it was certain already.

    Args: seen: the fingerprint of what the page before said.
    Raises: NotFound unless the actor administers the site; Invalid for one's own account; Stale.
    """
    require_on_site(actor, SiteAction.MANAGE_ACCOUNTS)
    if user_id == actor.user_id:
        raise Invalid(N_("You can’t confirm your own address: another administrator can."))
    with unit_of_work() as session:
        user = lock_user(session, user_id)
        if user.address_proven_at is None:
            act = AccountAct.CONFIRM_ADDRESS
            refuse_unforeseen(foresee_act_on_account(session, act, user), seen)
            note_event(
                session,
                actor,
                Event.ACCOUNT_ADDRESS_VOUCHED,
                subject=user.name,
                after={"email": user.email},
            )
            prove_address(session, actor, user)
    return user
