"""Opening sealed prices: once every item has a finding, for good."""

from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid
from crrubric.domain.events import Event
from crrubric.domain.places import MendingPlace
from crrubric.domain.translation import N_
from crrubric.models import Evaluation
from crrubric.queries.people.access import require_locked_seat
from crrubric.queries.people.people import Actor
from crrubric.queries.results.matrices import read_matrix
from crrubric.queries.setup.act_facts import foresee_opening_of_prices
from crrubric.services.shared.journal import note_event
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unforeseen


def open_prices(actor: Actor, slug: str, *, seen: str | None = None) -> Evaluation:
    """Let everybody see the prices. Where they are open already, nothing happens.

    Args: seen: the fingerprint of what the page before said. Raises: Invalid while an item has no
    adopted finding; Stale.
    """
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.OPEN_PRICES, slug)
        evaluation = seat.evaluation
        if not evaluation.hides_prices:
            return evaluation
        refuse_early_opening(session, evaluation)
        refuse_unforeseen(foresee_opening_of_prices(session, seat), seen)
        evaluation.prices_opened_at = now_utc()
        note_event(session, actor, Event.PRICES_OPENED, evaluation_id=evaluation.id)
    return evaluation


def refuse_early_opening(session: Session, evaluation: Evaluation) -> None:
    """Raise Invalid while an item has no adopted finding."""
    left = count_items_without_finding(session, evaluation)
    if left:
        raise Invalid(
            N_("Items without an adopted finding: %(count)s. Prices open once there is none."),
            count=left,
        ).mended_on(MendingPlace.AGENDA)


def count_items_without_finding(session: Session, evaluation: Evaluation) -> int:
    """How many items the committee has adopted nothing for; of vendors in the selection."""
    cells = read_matrix(session, evaluation).results.cells.values()
    return sum(cell.adopted is None for cell in cells)
