"""Writing the journal: every service adds its entries to its own transaction."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from crrubric.domain.limits import SHORT_TEXT
from crrubric.domain.vocabulary import Event
from crrubric.models import JournalEntry
from crrubric.queries.people import Actor


def note_event(
    session: Session,
    actor: Actor,
    event: Event,
    *,
    evaluation_id: int | None = None,
    subject: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Add one entry: who changed what, from what, to what, and why."""
    session.add(
        JournalEntry(
            evaluation_id=evaluation_id,
            actor_id=actor.user_id,
            actor_name=actor.name,
            event=event,
            subject=subject[:SHORT_TEXT],
            before=dict(before) if before is not None else None,
            after=dict(after) if after is not None else None,
            reason=reason,
        )
    )


def changes(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Only the fields that differ, as (old, new)."""
    keys = [key for key in after if before.get(key) != after[key]]
    return {key: before.get(key) for key in keys}, {key: after[key] for key in keys}
