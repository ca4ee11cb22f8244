"""Action items: a chair adds and changes them; who has to do one updates its status."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale, clean_together
from crrubric.domain.events import Event
from crrubric.domain.planning.items import ItemSource, ItemState
from crrubric.domain.text import clean_line, clean_text, cut_visibly, key_of, require_text
from crrubric.domain.translation import N_
from crrubric.domain.typed import require_plausible_day
from crrubric.models import ActionItem, JournalEntry, Member
from crrubric.queries.people.access import Seat, make_not_found, require_locked_seat
from crrubric.queries.people.people import Actor
from crrubric.queries.planning.items import find_action_item, may_move_item
from crrubric.queries.planning.proposals import list_item_proposals
from crrubric.queries.setup.members import list_present_members
from crrubric.services.shared.journal import ROW, EntryReferences, note_event
from crrubric.services.shared.reasons import confirm_same_act
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unseen_change


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemText:
    """What is to be done, by whom and until when. member_id: the owner has a seat; owner: theirs is
    a name that was typed; neither: nobody has it yet."""

    words: str
    member_id: int | None = None
    owner: str = ""
    due_on: date | None = None


def add_action_item(actor: Actor, slug: str, text: ItemText) -> ActionItem:
    """An item of the chair's own. Raises: Invalid naming everything that is wrong."""
    tidy = clean_item(text)
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.MANAGE_ITEMS, slug)
        refuse_absent_owner(session, seat, tidy, before=None)
        item = ActionItem(source=ItemSource.OWN, state=ItemState.OPEN)
        record_item(session, seat, item, tidy)
    return item


def take_proposed_items(actor: Actor, slug: str, origins: Collection[str]) -> list[ActionItem]:
    """Make items of what the sources suggest.

    An owner who is called like one member is that member.
    Raises: Invalid if nothing is ticked; Stale if something is no longer suggested, or was taken.
    """
    if not origins:
        raise Invalid(N_("Select what you want to take."), field="origins")
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.MANAGE_ITEMS, slug)
        proposals = {each.origin: each for each in list_item_proposals(session, seat)}
        if not set(origins) <= proposals.keys():
            raise Stale(
                N_(
                    "Some of what you selected was taken meanwhile, or is not suggested any more."
                    " Nothing was added: look at what is suggested now."
                )
            )
        members = find_members_by_name(session, seat)
        items = []
        for proposal in (each for key, each in proposals.items() if key in origins):
            item = ActionItem(
                source=proposal.source,
                state=proposal.state,
                origin=proposal.origin,
                vendor_id=proposal.vendor_id,
            )
            member = members.get(key_of(proposal.owner))
            text = ItemText(
                words=cut_visibly(proposal.words, limits.NOTE),
                member_id=member,
                owner="" if member is not None else cut_visibly(proposal.owner, limits.TITLE),
                due_on=proposal.due_on,
            )
            record_item(session, seat, item, text)
            items.append(item)
    return items


def find_members_by_name(session: Session, seat: Seat) -> dict[str, int]:
    """The present members by the key of their name; none of a name that two of them have."""
    found: dict[str, list[int]] = {}
    for member in list_present_members(session, seat.evaluation.id):
        found.setdefault(key_of(member.name), []).append(member.id)
    return {name: ids[0] for name, ids in found.items() if len(ids) == 1}


def change_action_item(
    actor: Actor, slug: str, item_id: int, text: ItemText, *, seen: str | None = None
) -> ActionItem:
    """Other words, another owner or another day. Args: seen: the version that the form showed.

    Raises: Invalid naming everything that is wrong; NotFound; Stale.
    """
    tidy = clean_item(text)
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.MANAGE_ITEMS, slug)
        item = find_action_item(session, seat, item_id)
        refuse_absent_owner(session, seat, tidy, before=item.member_id)
        stored, wanted = read_item_values(item), read_item_values(tidy)
        refuse_unseen_change(stored, wanted, seen)
        if wanted == stored:
            return item
        before = tell_item(session, item)
        _set_item(item, tidy)
        item.version += 1
        note_item(session, actor, item, Event.ITEM_CHANGED, before=before)
    return item


def move_action_item(
    actor: Actor,
    slug: str,
    item_id: int,
    state: ItemState,
    *,
    reason: str = "",
    seen: str | None = None,
) -> ActionItem:
    """Update the status of an item; who drops it says why.

    Args: seen: the version that the form showed.
    Raises: Invalid; NotFound for an item that is not the actor's to move; Stale; DoneAlready if it
    is dropped already, by somebody else or in other words.
    """
    why = ""
    if state is ItemState.DROPPED:
        why = require_text(reason, N_("Say why it is dropped."), limit=limits.NOTE, field="reason")
    elif clean_text(reason, limit=limits.NOTE, field="reason"):
        raise Invalid(
            N_("Only what is dropped has a reason: choose “dropped”, or delete it."),
            field="reason",
        )
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.MOVE_ITEM, slug)
        item = find_action_item(session, seat, item_id)
        if not may_move_item(seat, item):
            raise make_not_found()
        stored = read_item_progress(item)
        wanted = {"state": state.value, "reason": why}
        refuse_unseen_change(stored, wanted, seen)
        if item.state is state:
            if state is ItemState.DROPPED:
                _confirm_drop(session, seat, item, why)
            return item
        before, item.state, item.dropped_reason = item.state, state, why
        item.version += 1
        note_item_move(session, actor, item, before)
    return item


def _confirm_drop(session: Session, seat: Seat, item: ActionItem, why: str) -> None:
    """Raise DoneAlready unless it was this person who dropped the item, in these words."""

    def tells(entry: JournalEntry) -> bool:
        told = entry.after or {}
        same_item: bool = told.get(ROW) == {"id": item.id}
        return same_item and told.get("state") == ItemState.DROPPED

    confirm_same_act(
        session,
        seat.actor,
        Event.ITEM_MOVED,
        why,
        evaluation_id=seat.evaluation.id,
        about=EntryReferences(vendor_id=item.vendor_id),
        tells=tells,
    )


def clean_item(text: ItemText) -> ItemText:
    """The text, tidied. Raises: Invalid naming everything that is wrong."""

    def clean_owner() -> str:
        owner = clean_line(text.owner, limit=limits.TITLE, field="owner")
        if owner and text.member_id is not None:
            raise Invalid(
                N_("Choose a member, or enter another name: an item has one owner."), field="owner"
            )
        return owner

    def clean_day() -> date | None:
        return text.due_on and require_plausible_day(text.due_on, field="due_on")

    tidy = clean_together(
        words=lambda: require_text(
            text.words, N_("Say what is to be done."), limit=limits.NOTE, field="words"
        ),
        owner=clean_owner,
        due_on=clean_day,
    )
    return ItemText(**tidy, member_id=text.member_id)


def refuse_absent_owner(
    session: Session, seat: Seat, text: ItemText, *, before: int | None
) -> None:
    """Raise Invalid for an owner without a seat; who has lost theirs keeps what they have."""
    if text.member_id is None or text.member_id == before:
        return
    member = session.get(Member, text.member_id)
    if member is None or member.evaluation_id != seat.evaluation.id or member.removed_at:
        raise Invalid(N_("Choose one of the choices shown."), field="member")


def read_item_values(item: ActionItem | ItemText) -> dict[str, object]:
    """What a chair changes of an item, as one version of it."""
    due = item.due_on.isoformat() if item.due_on else None
    return {"words": item.words, "member": item.member_id, "owner": item.owner, "due_on": due}


def read_item_progress(item: ActionItem) -> dict[str, object]:
    """The status of an item, as one version of it."""
    return {"state": item.state.value, "reason": item.dropped_reason}


def record_item(session: Session, seat: Seat, item: ActionItem, text: ItemText) -> None:
    """Store an item that was made, with its journal entry."""
    item.evaluation_id, item.recorded_by = seat.evaluation.id, seat.actor.name
    _set_item(item, text)
    session.add(item)
    session.flush()
    note_new_item(session, seat.actor, item)


def _set_item(item: ActionItem, text: ItemText) -> None:
    item.words, item.due_on = text.words, text.due_on
    item.member_id, item.owner = text.member_id, text.owner


def tell_item(session: Session, item: ActionItem) -> dict[str, object]:
    """An item as the journal keeps it, with the name of a member who has to do it."""
    member = session.get(Member, item.member_id) if item.member_id is not None else None
    return {
        "words": item.words,
        "owner": member.name if member else item.owner,
        "due on": item.due_on.isoformat() if item.due_on else None,
    }


def note_item(
    session: Session,
    actor: Actor,
    item: ActionItem,
    event: Event,
    *,
    before: Mapping[str, object] | None = None,
    more: Mapping[str, object] | None = None,
    row: Mapping[str, object] | None = None,
    at: datetime | None = None,
) -> None:
    """The journal entry of what a chair makes of an item. Args: more, row: what else it tells."""
    own = {"id": item.id, "member": item.member_id, **(row or {})}
    note_event(
        session,
        actor,
        event,
        evaluation_id=item.evaluation_id,
        subject=item.words,
        about=EntryReferences(vendor_id=item.vendor_id),
        before=before,
        after={**tell_item(session, item), **(more or {}), ROW: own},
        at=at,
    )


def note_new_item(
    session: Session, actor: Actor, item: ActionItem, *, at: datetime | None = None
) -> None:
    """The journal entry of an item that was added."""
    told = {"state": item.state, "comes from": item.source}
    row = {"origin": item.origin}
    note_item(session, actor, item, Event.ITEM_RECORDED, more=told, row=row, at=at)


def note_item_move(
    session: Session,
    actor: Actor,
    item: ActionItem,
    before: ItemState,
    *,
    at: datetime | None = None,
) -> None:
    """The journal entry of the status that an item has now."""
    note_event(
        session,
        actor,
        Event.ITEM_MOVED,
        evaluation_id=item.evaluation_id,
        subject=item.words,
        about=EntryReferences(vendor_id=item.vendor_id),
        before={"state": before},
        after={"state": item.state, ROW: {"id": item.id}},
        reason=item.dropped_reason,
        at=at,
    )
