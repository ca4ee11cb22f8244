"""What a roster came to, kept with the evaluation: counts by setting and seats, never a learner."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale, refuse_together
from crrubric.domain.events import Event
from crrubric.domain.planning.calibration import GUIDE, write_points
from crrubric.domain.planning.disclosure import SafeCounts, hide_small_counts
from crrubric.domain.planning.triage import Setting
from crrubric.domain.record.triage_steps import HIDDEN_COUNT
from crrubric.domain.translation import N_
from crrubric.domain.typed import require_in_bounds
from crrubric.domain.versions import fingerprint_values
from crrubric.models import KeptCount, KeptTriage
from crrubric.queries.people.access import require_locked_evaluation
from crrubric.queries.people.people import Actor
from crrubric.queries.planning.triage import find_own_calibration, list_kept_triage
from crrubric.services.shared.journal import ROW, note_event
from crrubric.services.shared.unit import unit_of_work


def find_line_in_use(session: Session, evaluation_id: int) -> str:
    """The line by which chances are read now, in one text; the guide's where there is no other."""
    return write_points(find_own_calibration(session, evaluation_id) or GUIDE)


def fingerprint_line(line: str) -> str:
    """What the form says of the line by which its counts were worked out."""
    return fingerprint_values({"line": line})


def keep_counts(
    actor: Actor, slug: str, counts: Mapping[Setting, int], *, seen: str | None = None
) -> KeptTriage:
    """A further version of the counts, without those that could tell of a person.

    They are hidden before anything is stored: neither the database nor the journal has them.
    Args: seen: `fingerprint_line` of the line by which they were worked out.
    Raises: Invalid (field: code of the setting); Stale if triage has another line by now.
    """
    refuse_together(
        *(
            partial(require_in_bounds, counts[setting], limits.COUNT, field=setting.value)
            for setting in Setting
        )
    )
    if not any(counts.values()):
        raise Invalid(N_("There is no learner in these counts."))
    with unit_of_work() as session:
        evaluation = require_locked_evaluation(session, actor, Action.SET_TRIAGE, slug)
        line = find_line_in_use(session, evaluation.id)
        if seen is not None and seen != fingerprint_line(line):
            raise Stale(
                N_(
                    "Triage reads the chance by another line than when these counts were worked"
                    " out. Work the roster out again, or keep the counts as they are."
                )
            )
        return store_counts_of_roster(session, actor, evaluation.id, counts, line)


def store_counts_of_roster(
    session: Session,
    actor: Actor,
    evaluation_id: int,
    counts: Mapping[Setting, int],
    line: str,
    *,
    at: datetime | None = None,
) -> KeptTriage:
    """The step of `keep_counts`, in the caller's transaction.

    Args: line: by which they were worked out; at: when, if not now; only the demo looks back.
    """
    earlier = list_kept_triage(session, evaluation_id)
    before = {row.setting for kept in earlier for row in kept.counts if row.learners is None}
    safe = hide_small_counts(counts, before)
    kept = KeptTriage(
        evaluation_id=evaluation_id,
        number=len(earlier) + 1,
        line=line,
        learners=safe.learners,
        seats_low=safe.seats.low,
        seats_high=safe.seats.high,
        kept_by=actor.name,
        kept_at=at or now_utc(),
        counts=[
            KeptCount(setting=setting, learners=count) for setting, count in safe.counts.items()
        ],
    )
    session.add(kept)
    session.flush()
    note_event(
        session,
        actor,
        Event.COUNTS_KEPT,
        evaluation_id=evaluation_id,
        after={**serialize_counts(safe, line), ROW: {"id": kept.id, "number": kept.number}},
        at=at,
    )
    return kept


def serialize_counts(safe: SafeCounts, line: str) -> dict[str, object]:
    """Counts as the journal keeps them."""
    return {
        **{
            setting.value: HIDDEN_COUNT if count is None else count
            for setting, count in safe.counts.items()
        },
        "learners": safe.learners,
        "seats_low": safe.seats.low,
        "seats_high": safe.seats.high,
        "points": line,
    }
