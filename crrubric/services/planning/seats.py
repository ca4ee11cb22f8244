"""Saying how many learners are priced, and out of which fund."""

from crrubric.domain.actions import Action
from crrubric.domain.events import Event
from crrubric.domain.results.priced_seats import SeatFacts, clean_seats
from crrubric.models import Evaluation
from crrubric.queries.people.access import require_locked_evaluation
from crrubric.queries.people.people import Actor
from crrubric.services.shared.journal import note_evaluation_change
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unseen_change


def read_seat_facts(evaluation: Evaluation) -> SeatFacts:
    """What is said now."""
    return SeatFacts(
        low=evaluation.seats_low,
        high=evaluation.seats_high,
        at_once=evaluation.seats_at_once,
        note=evaluation.seats_note,
        fund=evaluation.fund,
    )


def serialize_seats(facts: SeatFacts) -> dict[str, object]:
    """It as the journal keeps it, and as the form compares it."""
    return {
        "seats_low": facts.low,
        "seats_high": facts.high,
        "seats_at_once": facts.at_once,
        "seats_note": facts.note,
        "fund": facts.fund,
    }


def set_seats(actor: Actor, slug: str, facts: SeatFacts, *, seen: str | None = None) -> Evaluation:
    """How many learners are priced, for every vendor.

    Args: seen: the version that the form showed. Raises: Invalid naming the field, and once ballots
    were seen for who has a conflict of interest; Stale.
    """
    tidy = clean_seats(facts)
    with unit_of_work() as session:
        evaluation = require_locked_evaluation(session, actor, Action.SET_SEATS, slug)
        old, new = serialize_seats(read_seat_facts(evaluation)), serialize_seats(tidy)
        refuse_unseen_change(old, new, seen)
        for column, value in new.items():
            setattr(evaluation, column, value)
        note_evaluation_change(session, actor, Event.SEATS_SET, evaluation, old=old, new=new)
    return evaluation
