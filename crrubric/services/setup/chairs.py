"""An acting chair for an evaluation whose own chairs can't decide."""

from sqlalchemy.orm import Session

from crrubric.domain.actions import SiteAction
from crrubric.domain.errors import Invalid, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.out_of_phase import ARCHIVED
from crrubric.domain.policy import COMMITTEE_FIXED
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Phase
from crrubric.models import Evaluation, Member
from crrubric.queries.people.access import lock_evaluation, require_on_site
from crrubric.queries.people.people import Actor
from crrubric.services.setup.committee import find_member
from crrubric.services.setup.evaluations import serialize_seat
from crrubric.services.shared.journal import EntryReferences, find_changes, note_event
from crrubric.services.shared.reasons import require_printed_reason
from crrubric.services.shared.unit import unit_of_work


def appoint_chair(actor: Actor, slug: str, member_id: int, *, reason: str) -> Member:
    """Make a present member a chair as well, in the meeting or after it.

    For an evaluation whose chairs have conflicts of interest, or are gone: until the meeting a
    chair makes another themselves. By the operator or an administrator; the memo prints it.
    Raises: NotFound for anybody else and for who has no seat; Invalid without a reason, for
    oneself, for who is chair already, has no account or a disabled one; WrongPhase before the
    meeting or in the archive.
    """
    require_on_site(actor, SiteAction.APPOINT_CHAIR)
    why = require_printed_reason(reason)
    with unit_of_work() as session:
        evaluation = lock_evaluation(session, slug, exclusive=True)
        member = find_member(session, evaluation, member_id)
        _refuse_oneself(actor, member)
        _refuse_appointment(evaluation, member)
        old = serialize_seat(member)
        member.is_chair = True
        _note_appointment(session, actor, member, old, why)
    return member


def _refuse_oneself(actor: Actor, member: Member) -> None:
    """Raise Invalid for whoever would appoint themselves: nobody would have asked for them."""
    if actor.user_id is not None and member.user_id == actor.user_id:
        raise Invalid(
            N_(
                "You can’t make yourself acting chair: appoint another member, or ask another"
                " administrator."
            ),
            field="member",
        )


def _refuse_appointment(evaluation: Evaluation, member: Member) -> None:
    """Raise WrongPhase or Invalid where no acting chair can be appointed."""
    if evaluation.phase not in COMMITTEE_FIXED:
        if evaluation.phase is Phase.ARCHIVED:
            raise WrongPhase(ARCHIVED)
        raise WrongPhase(
            N_(
                "An acting chair is appointed from the meeting on. Until then a chair makes another"
                " member chair, on the page “Committee”."
            )
        )
    if member.is_chair:
        raise Invalid(N_("%(name)s is a chair already."), name=member.name, field="member")
    if member.user_id is None:
        raise Invalid(
            N_("%(name)s has no account, and so can’t sign in."), name=member.name, field="member"
        )
    if member.user is not None and member.user.disabled_at is not None:
        raise Invalid(
            N_("The account of %(name)s is disabled: enable it first."),
            name=member.name,
            field="member",
        )
    if member.awaits_address is not None:
        raise Invalid(
            N_("The seat of %(name)s waits until it is certain that the address is theirs."),
            name=member.name,
            field="member",
        )


def _note_appointment(
    session: Session, actor: Actor, member: Member, old: dict[str, object], why: str
) -> None:
    before, after = find_changes(old, serialize_seat(member))
    note_event(
        session,
        actor,
        Event.CHAIR_APPOINTED,
        evaluation_id=member.evaluation_id,
        subject=member.name,
        about=EntryReferences(member_id=member.id),
        before=before,
        after=after,
        reason=why,
    )
