"""Where reviewers stand on the recommendation, and what the vendor commits itself to."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, WrongPhase, clean_together
from crrubric.domain.events import Event
from crrubric.domain.text import clean_text, require_line, require_text
from crrubric.domain.translation import N_
from crrubric.domain.typed import require_plausible_day
from crrubric.domain.vocabulary import PositionKind
from crrubric.models import Commitment, Decision, Position, Vendor
from crrubric.queries.meeting.decisions import recommendation_of
from crrubric.queries.people.access import make_not_found, refuse_recused, require_locked_seat
from crrubric.queries.people.people import Actor
from crrubric.services.setup.vendors import find_candidate
from crrubric.services.shared.journal import ROW, EntryReferences, note_event
from crrubric.services.shared.reasons import confirm_same_act
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unseen_change


def state_position(
    actor: Actor, slug: str, *, kind: PositionKind, words: str = "", seen: str | None = None
) -> Position:
    """State, or change, the actor's own position; nobody else reads it before the decision.

    Args: seen: the version that the form showed.
    Raises: Invalid if who cannot support it gives no words; WrongPhase without a recommendation;
    Stale if it was stated in another window, or if the recommendation was recorded anew since;
    NotFound for who stays away from the recommended vendor.
    """
    why = clean_text(words, limit=limits.LONG_TEXT, field="words")
    if kind is PositionKind.CANNOT_SUPPORT and not why:
        raise Invalid(N_("Say why: the memo prints it in your own words."), field="words")
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.STATE_POSITION, slug)
        decision = recommendation_of(session, seat.evaluation.id)
        if decision is None:
            raise WrongPhase(N_("There is no recommendation yet to take a position on."))
        if decision.vendor_id is not None:
            refuse_recused(seat, decision.vendor_id)
        if seat.member is None:
            raise make_not_found()
        own = session.get(Position, seat.member.id)
        before, after = read_position_values(own), {"position": kind, "words": why}
        on = read_position_subject(decision)
        refuse_unseen_change({**before, **on}, {**after, **on}, seen)
        if own is None:
            own = Position(member_id=seat.member.id)
            session.add(own)
        own.kind, own.words, own.stated_at = kind, why, now_utc()
        note_event(
            session,
            actor,
            Event.POSITION_STATED,
            evaluation_id=seat.evaluation.id,
            about=EntryReferences(member_id=seat.member.id),
            before=before or None,
            after=after,
        )
    return own


def read_position_values(own: Position | None) -> dict[str, object]:
    """A position as the journal keeps it; nothing where there is none."""
    return {"position": own.kind, "words": own.words} if own else {}


def read_position_subject(decision: Decision | None) -> dict[str, object]:
    """What a position is about: nobody supports conditions, say, that they have not read."""
    return {"recommended": decision.recorded_at.isoformat() if decision else None}


@dataclass(frozen=True, slots=True)
class CommitmentText:
    """What a vendor promises, who of the district watches over it, and by when."""

    words: str
    owner: str
    due_on: date | None


def clean_commitment(text: CommitmentText) -> tuple[str, str, date]:
    """Words, owner and day of a promise. Raises: Invalid naming everything that is missing."""

    def require_day() -> date:
        if text.due_on is None:
            raise Invalid(N_("Enter the day by which it is due."), field="due_on")
        return require_plausible_day(text.due_on, field="due_on")

    tidy = clean_together(
        words=lambda: require_text(
            text.words,
            N_("Say what the vendor commits itself to."),
            limit=limits.NOTE,
            field="words",
        ),
        owner=lambda: require_line(
            text.owner, N_("Say who follows up."), limit=limits.TITLE, field="owner"
        ),
        due_on=require_day,
    )
    return tidy["words"], tidy["owner"], tidy["due_on"]


def record_commitment(actor: Actor, slug: str, vendor_id: int, text: CommitmentText) -> Commitment:
    """Record a promise of a vendor. Raises: Invalid naming what is missing."""
    words, owner, due_on = clean_commitment(text)
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.MANAGE_COMMITMENTS, slug)
        refuse_recused(seat, vendor_id)
        vendor = find_candidate(session, seat.evaluation, vendor_id)
        commitment = Commitment(
            vendor_id=vendor.id,
            words=words,
            owner=owner,
            due_on=due_on,
            recorded_by=actor.name,
        )
        session.add(commitment)
        session.flush()
        note_commitment(session, actor, commitment, vendor)
    return commitment


def note_commitment(
    session: Session,
    actor: Actor,
    commitment: Commitment,
    vendor: Vendor,
    *,
    at: datetime | None = None,
) -> None:
    """The journal entry of a promise that was recorded."""
    note_event(
        session,
        actor,
        Event.COMMITMENT_RECORDED,
        evaluation_id=vendor.evaluation_id,
        subject=vendor.name,
        about=EntryReferences(vendor_id=vendor.id),
        after={
            "words": commitment.words,
            "owner": commitment.owner,
            "due on": commitment.due_on.isoformat(),
            ROW: {"id": commitment.id},
        },
        at=at,
    )


def withdraw_commitment(actor: Actor, slug: str, commitment_id: int, *, reason: str) -> None:
    """Take a commitment back, with the reason; the journal keeps it. Raises: DoneAlready."""
    why = require_text(reason, N_("Say why it is withdrawn."), limit=limits.NOTE, field="reason")
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.MANAGE_COMMITMENTS, slug)
        found = session.get(Commitment, commitment_id, populate_existing=True)
        if found is None or found.vendor.evaluation_id != seat.evaluation.id:
            raise make_not_found()
        refuse_recused(seat, found.vendor_id)
        about = EntryReferences(vendor_id=found.vendor_id)
        if found.withdrawn_at is not None:
            confirm_same_act(
                session,
                actor,
                Event.COMMITMENT_WITHDRAWN,
                why,
                evaluation_id=seat.evaluation.id,
                about=about,
                tells=lambda entry: (entry.before or {}).get(ROW) == {"id": commitment_id},
            )
            return
        found.withdrawn_at = now_utc()
        note_event(
            session,
            actor,
            Event.COMMITMENT_WITHDRAWN,
            evaluation_id=seat.evaluation.id,
            subject=found.vendor.name,
            about=about,
            before={"words": found.words, ROW: {"id": found.id}},
            reason=why,
        )
