"""Deleting an evaluation in which nobody has scored: it is hidden, its record stays."""

from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid
from crrubric.domain.events import Event
from crrubric.domain.text import cut_visibly, key_of
from crrubric.domain.translation import N_
from crrubric.models import Evaluation
from crrubric.queries.people.access import require_locked_seat
from crrubric.queries.people.people import Actor
from crrubric.queries.setup.act_facts import foresee_deletion_of_evaluation
from crrubric.services.mail.outbox import set_aside_all_mails
from crrubric.services.setup.evaluations import is_title_taken
from crrubric.services.shared.journal import note_event
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unforeseen


def delete_evaluation(actor: Actor, slug: str, *, typed: str, seen: str | None = None) -> None:
    """Hide an evaluation in set-up from everybody, for good.

    Journal entries can't be deleted, so its rows stay. Its title is given another ending, so that
    the next evaluation may have it.
    Args: typed: the title, as whoever deletes typed it; seen: the fingerprint of what the page
    before said. Raises: Invalid (field "typed") if it is another title; Stale.
    """
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.DELETE_EVALUATION, slug)
        evaluation = seat.evaluation
        if key_of(typed) != evaluation.title_key:
            raise Invalid(
                N_("Type the title of the evaluation as it stands above: “%(title)s”."),
                title=evaluation.title,
                field="typed",
            )
        if seen is not None:
            refuse_unforeseen(foresee_deletion_of_evaluation(session, seat), seen)
        hide_evaluation(session, actor, evaluation)


def find_freed_title(session: Session, evaluation: Evaluation) -> str:
    """The title with an ending that says that it is deleted, as no other evaluation has it."""
    number = 1
    while True:
        which = f"{evaluation.id}, {number}" if number > 1 else str(evaluation.id)
        ending = f" (deleted, {which})"
        title = cut_visibly(evaluation.title, limits.TITLE - len(ending)) + ending
        if not is_title_taken(session, evaluation, title):
            return title
        number += 1


def hide_evaluation(session: Session, actor: Actor, evaluation: Evaluation) -> None:
    """Mark it as deleted, free its title, and stop its mails."""
    title = evaluation.title
    freed = find_freed_title(session, evaluation)
    evaluation.deleted_at, evaluation.title = now_utc(), freed
    set_aside_all_mails(session, evaluation.id)
    note_event(
        session,
        actor,
        Event.EVALUATION_DELETED,
        evaluation_id=evaluation.id,
        subject=title,
        before={"title": title},
        after={"title": evaluation.title},
    )
