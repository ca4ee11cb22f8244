"""Whether a vendor has kept what it promised: said later, with the reason, and said anew."""

from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.events import Event
from crrubric.domain.text import require_text
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import CommitmentState
from crrubric.models import Commitment, JournalEntry, SettledCommitment
from crrubric.queries.meeting.decisions import find_commitment
from crrubric.queries.people.access import refuse_recused, require_locked_seat
from crrubric.queries.people.people import Actor
from crrubric.services.shared.journal import ROW, EntryReferences, note_event
from crrubric.services.shared.reasons import confirm_same_act
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unseen_change


def settle_commitment(
    actor: Actor,
    slug: str,
    commitment_id: int,
    state: CommitmentState,
    *,
    reason: str,
    seen: str | None = None,
) -> Commitment:
    """Say that a commitment was kept or broken, or that it is open again.

    Args: seen: the version that the form showed.
    Raises: Invalid without a reason; NotFound; Stale; DoneAlready if it is so already, said by
    somebody else or in other words.
    """
    why = require_text(
        reason, N_("Say what shows it: the next evaluation reads it."), limit=limits.NOTE,
        field="reason",
    )  # fmt: skip
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.MANAGE_COMMITMENTS, slug)
        commitment = find_commitment(session, seat.evaluation.id, commitment_id)
        refuse_recused(seat, commitment.vendor_id)
        row = session.get(SettledCommitment, commitment.id, populate_existing=True)
        stored = read_commitment_state(row)
        wanted: dict[str, object] = {"state": state.value, "reason": why}
        refuse_unseen_change(stored, wanted, seen)
        if stored["state"] == state:
            _confirm_state(session, actor, commitment, state, why)
            return commitment
        before = CommitmentState(str(stored["state"]))
        if row is None:
            row = SettledCommitment(commitment_id=commitment.id)
            session.add(row)
        row.state, row.reason = state, why
        row.settled_by, row.settled_at = actor.name, now_utc()
        note_commitment_state(session, actor, commitment, row, before)
    return commitment


def read_commitment_state(row: SettledCommitment | None) -> dict[str, object]:
    """What was said of a commitment, as one version of it; open while nothing was."""
    if row is None:
        return {"state": CommitmentState.OPEN.value, "reason": ""}
    return {"state": row.state.value, "reason": row.reason}


def _confirm_state(
    session: Session, actor: Actor, commitment: Commitment, state: CommitmentState, why: str
) -> None:
    """Raise DoneAlready unless it was this person who said so, in these words."""

    def tells(entry: JournalEntry) -> bool:
        told = entry.after or {}
        same: bool = told.get(ROW) == {"id": commitment.id}
        return same and told.get("state") == state

    confirm_same_act(
        session,
        actor,
        Event.COMMITMENT_SETTLED,
        why,
        evaluation_id=commitment.vendor.evaluation_id,
        about=EntryReferences(vendor_id=commitment.vendor_id),
        tells=tells,
    )


def note_commitment_state(
    session: Session,
    actor: Actor,
    commitment: Commitment,
    row: SettledCommitment,
    before: CommitmentState,
) -> None:
    """The journal entry of what was said of a commitment."""
    note_event(
        session,
        actor,
        Event.COMMITMENT_SETTLED,
        evaluation_id=commitment.vendor.evaluation_id,
        subject=commitment.vendor.name,
        about=EntryReferences(vendor_id=commitment.vendor_id),
        before={"state": before},
        after={"words": commitment.words, "state": row.state, ROW: {"id": commitment.id}},
        reason=row.reason,
        at=row.settled_at,
    )
