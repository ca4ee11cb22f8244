"""The phases of an evaluation: moving from one to the next or back, and what that means."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, NotReady
from crrubric.domain.events import Event
from crrubric.domain.setup.lifecycle import Readiness, is_step_back, list_phase_problems
from crrubric.domain.text import clean_text
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import NoticeKind, Phase
from crrubric.models import Ballot, Evaluation, Member
from crrubric.queries.meeting.meetings import find_current_meeting
from crrubric.queries.people.access import lock_evaluation, require
from crrubric.queries.people.people import Actor
from crrubric.queries.setup.phase_facts import (
    foresee_phase_for_seat,
    load_phase_readiness,
    refuse_return_from_away,
    require_impartial_phase,
)
from crrubric.services.ballots.ballots import issue_ballots
from crrubric.services.ballots.stored_files import delete_ballot_files
from crrubric.services.mail.notices import list_other_members, notify_members
from crrubric.services.meeting.sittings import close_sitting
from crrubric.services.shared.journal import note_event
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unforeseen

# When a phase began; scoring's end is the meeting's beginning.
STAMPS = {
    Phase.PRACTICE: "practice_at",
    Phase.SCORING: "opened_at",
    Phase.MEETING: "closed_at",
    Phase.DECIDED: "decided_at",
    Phase.ARCHIVED: "archived_at",
}


def change_phase(
    actor: Actor,
    slug: str,
    to: Phase,
    *,
    reason: str = "",
    seen: str | None = None,
    language: str = "",
) -> Evaluation:
    """Move the evaluation to another phase.

    Opening scoring freezes rubric and rule and issues the ballots; with the first meeting the
    committee sees them, which no step back undoes.
    Args: seen: the fingerprint of what the page before said, language: in which it did. Raises:
    NotReady with every condition that isn't met; Invalid if a step back has no reason; Stale.
    """
    why = clean_text(reason, limit=limits.NOTE, field="reason")
    with unit_of_work() as session:
        evaluation = lock_evaluation(session, slug, exclusive=True)
        seat = require(actor, Action.CHANGE_PHASE, evaluation, session)
        refuse_return_from_away(session, seat, to)
        before = evaluation.phase
        facts = load_phase_readiness(session, evaluation, to)
        found = list_phase_problems(before, to, facts)
        if found:
            raise NotReady(N_("“%(phase)s” can’t begin yet."), found, phase=to.label)
        require_impartial_phase(session, seat, to)
        if is_step_back(before, to) and not why:
            raise Invalid(N_("Say why the evaluation goes back one step."), field="reason")
        if seen is not None:
            refuse_unforeseen(foresee_phase_for_seat(session, seat, to, language), seen)
        held = find_current_meeting(session, evaluation.id)
        if held is not None:  # nobody could close it later: the pages of the meeting go with it
            close_sitting(session, actor, held)
        evaluation.phase = to
        apply_phase(session, evaluation, before, to, facts)
        note_event(
            session,
            actor,
            Event.PHASE_CHANGED,
            evaluation_id=evaluation.id,
            before={"phase": before.value},
            after={"phase": to.value},
            reason=why,
        )
        notify_members(
            session,
            list_other_members(session, evaluation.id, actor),
            NoticeKind.PHASE_CHANGED,
            {"phase": to.label},
            vendor_id=None,
        )
    return evaluation


def apply_phase(
    session: Session, evaluation: Evaluation, before: Phase, to: Phase, facts: Readiness
) -> None:
    """Write down when a phase began, and do what its beginning means for ballots."""
    if is_step_back(before, to):
        setattr(evaluation, STAMPS[before], None)
    else:
        setattr(evaluation, STAMPS[to], now_utc())
    if to is Phase.MEETING and before is Phase.SCORING:
        note_shown_ballots(evaluation, facts)
    if to is Phase.SCORING:
        issue_ballots(session, evaluation)
    elif to is Phase.SETUP:
        seats = select(Member.id).where(Member.evaluation_id == evaluation.id)
        delete_ballot_files(session, Ballot.member_id.in_(seats))
        session.execute(delete(Ballot).where(Ballot.member_id.in_(seats)))


def note_shown_ballots(evaluation: Evaluation, facts: Readiness) -> None:
    """Write down when the committee first saw ballots on which there is something."""
    if evaluation.shown_at is None and (facts.marks or facts.sealed):
        evaluation.shown_at = now_utc()
