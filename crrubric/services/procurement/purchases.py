"""Recording the facts and the days of a purchase."""

from datetime import datetime

from sqlalchemy.orm import Session

from crrubric.domain.actions import Action
from crrubric.domain.events import Event
from crrubric.domain.procurement.purchase import (
    PurchaseDays,
    PurchaseFacts,
    clean_purchase_days,
    clean_purchase_facts,
    keep_amounts,
    serialize_purchase_days,
    serialize_purchase_facts,
)
from crrubric.models import Evaluation, Purchase
from crrubric.queries.people.access import (
    Seat,
    require_impartial_once_shown,
    require_locked_seat,
)
from crrubric.queries.people.people import Actor
from crrubric.queries.procurement.purchases import find_purchase, withholds_amounts
from crrubric.services.shared.journal import note_evaluation_change
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unseen_change

LISTS = ("funds", "limits")


def set_purchase_facts(
    actor: Actor, slug: str, facts: PurchaseFacts, *, seen: str | None = None
) -> bool:
    """Store what is known of the purchase; whether anything was changed.

    Whoever may be told no amount by fund types none: those that are stored stay.
    Args: seen: the version that the form showed.
    Raises: Invalid naming everything that is wrong, or as `lock_purchase`; Stale.
    """
    tidy = clean_purchase_facts(facts)
    with unit_of_work() as session:
        seat = lock_purchase(session, actor, slug)
        evaluation = seat.evaluation
        row = find_purchase(session, evaluation.id)
        stored = row.facts if row is not None else PurchaseFacts()
        if evaluation.hides_prices or withholds_amounts(evaluation, seat.shut_out):
            shown, typed = stored.hide_amounts(), tidy.hide_amounts()
            tidy = keep_amounts(typed, stored)
            refuse_unseen_change(
                serialize_purchase_facts(shown), serialize_purchase_facts(typed), seen
            )
        else:
            refuse_unseen_change(
                serialize_purchase_facts(stored), serialize_purchase_facts(tidy), seen
            )
        if tidy == stored:
            return False
        store_purchase_facts(session, actor, evaluation, row, tidy)
    return True


def lock_purchase(session: Session, actor: Actor, slug: str) -> Seat:
    """The actor's seat, with the evaluation held, if they may say now how it is bought.

    Raises: Invalid for who has a conflict of interest, once ballots were seen: by the method, the
    estimate and the days a purchase is made easier or harder.
    """
    seat = require_locked_seat(session, actor, Action.MANAGE_PURCHASE, slug)
    require_impartial_once_shown(session, seat)
    return seat


def store_purchase_facts(
    session: Session,
    actor: Actor,
    evaluation: Evaluation,
    row: Purchase | None,
    facts: PurchaseFacts,
    *,
    at: datetime | None = None,
) -> Purchase:
    """Put the facts into the row, with their entry in the journal."""
    old = serialize_purchase_facts(row.facts if row is not None else PurchaseFacts())
    new = serialize_purchase_facts(facts)
    row = row or add_purchase(session, evaluation)
    row.method, row.method_reason = facts.method, facts.method_reason
    row.solicitation, row.estimate_note = facts.solicitation, facts.estimate_note
    row.estimate_cents, row.estimate_on = facts.estimate_cents, facts.estimate_on
    row.funds, row.limits = new["funds"], new["limits"]
    note_evaluation_change(
        session, actor, Event.PURCHASE_CHANGED, evaluation, old=old, new=new, at=at
    )
    return row


def set_purchase_days(
    actor: Actor, slug: str, days: PurchaseDays, *, seen: str | None = None
) -> bool:
    """Store the days of the purchase, in whatever order; whether anything was changed.

    Args: seen: the version that the form showed. Raises: Invalid naming what can't be meant,
    or as `lock_purchase`; Stale.
    """
    tidy = clean_purchase_days(days)
    with unit_of_work() as session:
        evaluation = lock_purchase(session, actor, slug).evaluation
        row = find_purchase(session, evaluation.id)
        stored = row.days if row is not None else PurchaseDays()
        refuse_unseen_change(serialize_purchase_days(stored), serialize_purchase_days(tidy), seen)
        if tidy == stored:
            return False
        store_purchase_days(session, actor, evaluation, row, tidy)
    return True


def store_purchase_days(
    session: Session,
    actor: Actor,
    evaluation: Evaluation,
    row: Purchase | None,
    days: PurchaseDays,
    *,
    at: datetime | None = None,
) -> Purchase:
    """Put the days into the row, with their entry in the journal."""
    old = serialize_purchase_days(row.days if row is not None else PurchaseDays())
    row = row or add_purchase(session, evaluation)
    for name in serialize_purchase_days(days):
        setattr(row, name, getattr(days, name))
    new = serialize_purchase_days(days)
    note_evaluation_change(
        session, actor, Event.PURCHASE_DAYS_SET, evaluation, old=old, new=new, at=at
    )
    return row


def add_purchase(session: Session, evaluation: Evaluation) -> Purchase:
    """A row of which nothing is known yet."""
    row = Purchase(
        evaluation_id=evaluation.id,
        method_reason="",
        solicitation="",
        estimate_note="",
        board_motion="",
        funds=[],
        limits=[],
    )
    session.add(row)
    return row
