"""What the chair makes of the hints of the workbook: taken or declined, with a reason."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid
from crrubric.domain.events import Event
from crrubric.domain.planning.progress import list_shown_hints
from crrubric.domain.planning.prompts import HintKey
from crrubric.domain.text import clean_text
from crrubric.domain.translation import N_
from crrubric.models import Criterion, HintDecision
from crrubric.queries.people.access import make_not_found, require_locked_seat
from crrubric.queries.people.people import Actor
from crrubric.queries.planning.workbook import load_workbook
from crrubric.services.planning.workbook import require_plan_section
from crrubric.services.shared.journal import ROW, EntryReferences, note_event
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unseen_change


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledHint:
    """What the chair makes of a hint, and why."""

    taken: bool
    reason: str


def settle_hint(
    actor: Actor, slug: str, hint: HintKey, settled: SettledHint, *, seen: str | None = None
) -> HintDecision:
    """Take a hint or decline it. The rubric stays as it is: the chair changes it, or does not.

    Args: seen: the version of what was settled, as the page showed it. Raises: Invalid without a
    reason; NotFound for a hint that no answer gives; Stale.
    """
    words = clean_text(settled.reason, limit=limits.NOTE, field="reason")
    if not words:
        raise Invalid(N_("Say why."), field="reason")
    with unit_of_work() as session:
        evaluation = require_locked_seat(session, actor, Action.EDIT_SETUP, slug).evaluation
        criterion = _find_hinted_criterion(session, evaluation.id, hint)
        row = session.get(HintDecision, (evaluation.id, hint.section, hint.criterion, hint.kind))
        stored, wanted = read_settled_hint(row), {"taken": settled.taken, "reason": words}
        refuse_unseen_change(stored, wanted, seen)
        if row is not None and stored == wanted:
            return row
        tidy = SettledHint(taken=settled.taken, reason=words)
        return store_settled_hint(session, actor, criterion, hint, tidy)


def store_settled_hint(
    session: Session,
    actor: Actor,
    criterion: Criterion,
    hint: HintKey,
    settled: SettledHint,
    *,
    at: datetime | None = None,
) -> HintDecision:
    """The step of `settle_hint`, in the caller's transaction.

    Args: criterion: the one that the hint is about; at: when, if not now; only the demo looks back.
    """
    key = (criterion.evaluation_id, hint.section, hint.criterion, hint.kind)
    row = session.get(HintDecision, key)
    before = read_settled_hint(row)["taken"]
    if row is None:
        row = HintDecision(
            evaluation_id=criterion.evaluation_id,
            section=hint.section,
            criterion=hint.criterion,
            kind=hint.kind,
        )
        session.add(row)
    row.taken, row.reason = settled.taken, settled.reason
    row.decided_by, row.decided_at = actor.name, at or now_utc()
    note_event(
        session,
        actor,
        Event.PLAN_HINT_SETTLED,
        evaluation_id=criterion.evaluation_id,
        subject=hint.section,
        about=EntryReferences(criterion_id=criterion.id),
        before={"taken": before},
        after={
            "title": criterion.title,
            "taken": settled.taken,
            ROW: {
                "plan_section": hint.section,
                "code": hint.criterion,
                "kind": hint.kind.value,
            },
        },
        reason=settled.reason,
        at=at,
    )
    return row


def read_settled_hint(row: HintDecision | None) -> dict[str, object]:
    """What is settled, by name; nothing yet is None."""
    return {"taken": row.taken if row else None, "reason": row.reason if row else ""}


def _find_hinted_criterion(session: Session, evaluation_id: int, hint: HintKey) -> Criterion:
    """The criterion that the hint is about. Raises: NotFound if no answer gives it."""
    section = require_plan_section(hint.section)
    answers = load_workbook(session, evaluation_id).answers(section.code)
    given = {(each.criterion, each.kind) for each in list_shown_hints(section, answers)}
    found = session.scalar(
        select(Criterion).where(
            Criterion.evaluation_id == evaluation_id, Criterion.code == hint.criterion
        )
    )
    if found is None or (hint.criterion, hint.kind) not in given:
        raise make_not_found()
    return found
