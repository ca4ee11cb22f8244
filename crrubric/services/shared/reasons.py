"""Reasons that people give for what they do."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.domain import limits
from crrubric.domain.errors import DoneAlready
from crrubric.domain.events import Event
from crrubric.domain.text import require_text
from crrubric.domain.translation import N_
from crrubric.models import JournalEntry
from crrubric.queries.people.people import Actor
from crrubric.services.shared.journal import EntryReferences


def require_printed_reason(reason: str) -> str:
    """The tidy reason for an act that the memo tells of. Raises: Invalid (field "reason")."""
    return require_text(
        reason, N_("Say why: the memo prints it."), limit=limits.NOTE, field="reason"
    )


def confirm_same_act(
    session: Session,
    actor: Actor,
    event: Event,
    why: str,
    *,
    evaluation_id: int,
    about: EntryReferences | None = None,
    tells: Callable[[JournalEntry], bool] = lambda entry: True,
) -> None:
    """Let an act that was done already pass as done, if this person did it in these words.

    Call it where nothing is left to do: else a reason that somebody typed would be dropped, and
    they would be told that it is recorded.
    Args: about: the vendor, criterion and member of the act; tells: which entries are of the very
    thing, where several have the same of these.
    Raises: DoneAlready with who did it when, and with which words.
    """
    entries = select(JournalEntry).where(
        JournalEntry.evaluation_id == evaluation_id, JournalEntry.event == event
    )
    if about is not None:
        entries = entries.where(
            JournalEntry.vendor_id.is_not_distinct_from(about.vendor_id),
            JournalEntry.criterion_id.is_not_distinct_from(about.criterion_id),
            JournalEntry.member_id.is_not_distinct_from(about.member_id),
        )
    newest_first = session.scalars(entries.order_by(JournalEntry.number.desc()))
    done = next(filter(tells, newest_first), None)
    if done is None:
        raise DoneAlready(N_("There is nothing to change here, so your words were not recorded."))
    if (done.actor_id, done.actor_name, done.reason) == (actor.user_id, actor.name, why):
        return
    raise DoneAlready(
        N_(
            "Your words were not recorded: %(name)s did this already, %(when)s, and wrote:"
            " “%(words)s”"
        ),
        name=done.actor_name,
        when=done.at,
        words=done.reason,
    )
