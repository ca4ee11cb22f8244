"""Whether the memo names people."""

from crrubric.domain.actions import Action
from crrubric.domain.events import Event
from crrubric.models import Evaluation
from crrubric.queries.people.access import require_locked_evaluation
from crrubric.queries.people.people import Actor
from crrubric.services.shared.journal import note_evaluation_change
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unseen_change


def set_memo_names(
    actor: Actor, slug: str, *, names_people: bool, seen: str | None = None
) -> Evaluation:
    """Choose whether the memo names the members of the committee, or gives their roles only.

    Issues that there are stay as they are: it holds for the next one.
    Args: seen: the version that the form showed. Raises: WrongPhase once archived; Stale.
    """
    with unit_of_work() as session:
        evaluation = require_locked_evaluation(session, actor, Action.SET_MEMO_NAMES, slug)
        old, new = serialize_memo_names(evaluation), {"names_people": names_people}
        refuse_unseen_change(old, new, seen)
        evaluation.names_people = names_people
        note_evaluation_change(session, actor, Event.MEMO_NAMES_SET, evaluation, old=old, new=new)
    return evaluation


def serialize_memo_names(evaluation: Evaluation) -> dict[str, object]:
    """The choice as the journal keeps it."""
    return {"names_people": evaluation.names_people}
