"""Moving the day on which scoring closes, while it runs."""

from datetime import date, datetime

from crrubric.domain.actions import Action
from crrubric.domain.events import Event
from crrubric.domain.vocabulary import NoticeKind
from crrubric.models import Ballot, Evaluation
from crrubric.queries.mail.lateness import select_open_ballots
from crrubric.queries.people.access import require_impartial_once_shown, require_locked_seat
from crrubric.queries.people.people import Actor
from crrubric.services.mail.notices import list_other_members, notify_members
from crrubric.services.mail.outbox import set_aside_reminders
from crrubric.services.shared.days import require_coming_day, require_coming_end
from crrubric.services.shared.journal import note_evaluation_change
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unseen_change


def move_closing_day(
    actor: Actor,
    slug: str,
    closes_on: date,
    ends_at: datetime | None = None,
    *,
    seen: str | None = None,
) -> Evaluation:
    """Let scoring close on another day, today or later, and end for good at another moment.

    Args: ends_at: the hard end, after which nothing is taken; None: there is none.
    seen: the version that the form showed.

    Whoever still has ballots is told. Reminders that wait and name the old day are not sent; those
    of the new one come in their time. Raises: Invalid if the day is over, and once the ballots were
    seen for a chair with a conflict of interest: who may still mark then turns the result; Stale.
    """
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.MOVE_CLOSING_DAY, slug)
        evaluation = seat.evaluation
        old, old_end = evaluation.closes_on, evaluation.ends_at
        stored = serialize_closing(evaluation)
        new = {
            "closes_on": closes_on.isoformat(),
            "ends_at": ends_at.isoformat() if ends_at else None,
        }
        refuse_unseen_change(stored, new, seen)
        if closes_on != old:
            require_coming_day(evaluation, closes_on, field="closes_on")
        require_coming_end(evaluation, ends_at, closes_on)
        if (closes_on, ends_at) == (old, old_end):
            return evaluation
        require_impartial_once_shown(session, seat)
        evaluation.closes_on, evaluation.ends_at = closes_on, ends_at
        note_evaluation_change(
            session, actor, Event.EVALUATION_CHANGED, evaluation, old=stored, new=new
        )
        set_aside_reminders(session, evaluation.id)
        late = select_open_ballots(evaluation.id).with_only_columns(Ballot.member_id)
        others = set(list_other_members(session, evaluation.id, actor))
        concerned = sorted(others & set(session.scalars(late)))
        notify_members(
            session,
            concerned,
            NoticeKind.CLOSING_DAY_MOVED,
            {"day": closes_on.isoformat()},
            vendor_id=None,
        )
    return evaluation


def serialize_closing(evaluation: Evaluation) -> dict[str, object]:
    """When scoring closes and ends, as the journal keeps it."""
    return {
        "closes_on": evaluation.closes_on.isoformat() if evaluation.closes_on else None,
        "ends_at": evaluation.ends_at.isoformat() if evaluation.ends_at else None,
    }
