"""Action items: those that a person may read, their own, and what the sources suggest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.events import Event
from crrubric.domain.planning.items import UNFINISHED, ItemState
from crrubric.domain.policy import FROM_MEETING
from crrubric.domain.record.entries import ROW
from crrubric.domain.vocabulary import Phase
from crrubric.models import (
    ActionItem,
    Declaration,
    Evaluation,
    JournalEntry,
    Member,
)
from crrubric.queries.people.access import Seat, is_recusing_conflict, make_not_found
from crrubric.queries.people.people import Actor, has_seat


@dataclass(frozen=True, slots=True)
class ToldItem:
    """What an action item said at one time."""

    words: str
    owner: str
    due_on: date | None
    state: ItemState


def list_action_items(session: Session, seat: Seat) -> list[ActionItem]:
    """The items that the seat may read: those still to be done first, by their day."""
    wanted = (
        select(ActionItem)
        .where(ActionItem.evaluation_id == seat.evaluation.id, is_item_for(seat))
        .options(joinedload(ActionItem.member), joinedload(ActionItem.vendor))
    )
    return sort_items(session.scalars(wanted))


def sort_items(items: Iterable[ActionItem]) -> list[ActionItem]:
    """What is still to be done first, by its day; then as they were added."""

    def place(row: ActionItem) -> tuple[bool, date, int]:
        return row.state not in UNFINISHED, row.due_on or limits.LAST_DAY, row.id

    return sorted(items, key=place)


def list_all_items(
    session: Session, evaluation_id: int, until: datetime | None = None
) -> Sequence[ActionItem]:
    """All items of an evaluation in the order in which they were added, with owner and vendor.

    Args: until: those that were added by then.
    """
    wanted = select(ActionItem).where(ActionItem.evaluation_id == evaluation_id)
    if until is not None:
        wanted = wanted.where(ActionItem.recorded_at <= until)
    parts = joinedload(ActionItem.member), joinedload(ActionItem.vendor)
    return session.scalars(wanted.options(*parts).order_by(ActionItem.id)).all()


def read_told_items(session: Session, evaluation_id: int, until: datetime) -> dict[int, ToldItem]:
    """What items said at a moment, by their id, as the journal tells it."""
    entries = session.scalars(
        select(JournalEntry)
        .where(
            JournalEntry.evaluation_id == evaluation_id,
            JournalEntry.event.in_((Event.ITEM_RECORDED, Event.ITEM_CHANGED, Event.ITEM_MOVED)),
            JournalEntry.at <= until,
        )
        .order_by(JournalEntry.number)
    )
    texts: dict[int, dict[str, Any]] = {}
    for told in (entry.after or {} for entry in entries):
        texts.setdefault(told[ROW]["id"], {}).update(
            {name: told[name] for name in ("words", "owner", "due on", "state") if name in told}
        )
    return {
        number: ToldItem(
            words=text["words"],
            owner=text["owner"],
            due_on=date.fromisoformat(due) if (due := text["due on"]) else None,
            state=ItemState(text["state"]),
        )
        for number, text in texts.items()
    }


def is_item_for(seat: Seat) -> ColumnElement[bool]:
    """Which items the seat may read: of a vendor, once results are open, unless it stays away."""
    free = ActionItem.vendor_id.is_(None)
    if not seat.may(Action.VIEW_RESULTS):
        return free
    return or_(free, ActionItem.vendor_id.not_in(seat.shut_out))


def find_action_item(session: Session, seat: Seat, item_id: int) -> ActionItem:
    """The item, read anew, if the seat may read it. Raises: NotFound."""
    item = session.scalar(
        select(ActionItem)
        .where(
            ActionItem.id == item_id,
            ActionItem.evaluation_id == seat.evaluation.id,
            is_item_for(seat),
        )
        .execution_options(populate_existing=True)
    )
    if item is None:
        raise make_not_found()
    return item


def may_move_item(seat: Seat, item: ActionItem) -> bool:
    """Whether the seat may update the status of the item: a chair, and who has to do it."""
    own = seat.member is not None and item.member_id == seat.member.id
    return seat.may(Action.MANAGE_ITEMS) or (own and seat.may(Action.MOVE_ITEM))


def list_own_items(session: Session, actor: Actor) -> list[ActionItem]:
    """What the actor has still to do in all their evaluations, by its day; in one query."""
    wanted = (
        select(ActionItem)
        .join(Member, Member.id == ActionItem.member_id)
        .join(Evaluation, Evaluation.id == ActionItem.evaluation_id)
        .where(has_seat(actor.user_id), is_to_do_for_owner())
        .options(contains_eager(ActionItem.evaluation))
    )
    return sort_items(session.scalars(wanted))


def is_to_do_for_owner() -> ColumnElement[bool]:
    """Which items, beside their member and evaluation, are still to be done by an owner who may
    read them."""
    away = (
        select(Declaration.id)
        .where(
            Declaration.member_id == Member.id,
            Declaration.vendor_id == ActionItem.vendor_id,
            is_recusing_conflict(),
        )
        .exists()
    )
    return and_(
        Evaluation.deleted_at.is_(None),
        Evaluation.phase != Phase.ARCHIVED,
        ActionItem.state.in_(UNFINISHED),
        or_(
            ActionItem.vendor_id.is_(None),
            and_(Evaluation.phase.in_(FROM_MEETING), ~away),
        ),
    )
