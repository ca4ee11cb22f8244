"""Making action items and the purchase again from the journal entries."""

from typing import Any

from crrubric.domain.planning.followup.reviews import read_review_origin
from crrubric.domain.planning.items import ItemSource
from crrubric.domain.procurement.binder import NOTHING, serialize_line
from crrubric.domain.procurement.purchase import (
    PurchaseDays,
    PurchaseFacts,
    serialize_purchase_days,
    serialize_purchase_facts,
)
from crrubric.domain.record.entries import ROW, ToldEntry
from crrubric.domain.record.state import Row, State

SIGNED_ITEM = ("recorded_by", "recorded_at")
SIGNED_LINE = ("recorded_by", "recorded_at")
# column of `purchase_line` by its name in the journal, where that is another one
LINE = {"kept at": "kept_at", "done on": "done_on", "done by": "done_by"}
PURCHASE = (
    *serialize_purchase_facts(PurchaseFacts()),
    *serialize_purchase_days(PurchaseDays()),
)


def replay_item(state: State, entry: ToldEntry) -> None:
    """An action item that was recorded."""
    key, told = entry.row["id"], entry.told
    state.action_items[key] = {
        "words": told["words"], **read_told_owner(entry), "due_on": told["due on"],
        "state": told["state"], "dropped_reason": "", "source": read_told_source(entry),
        "origin": entry.row["origin"], "vendor_id": entry.vendor_id, "version": 1,
    }  # fmt: skip
    state.sign("action_item", key, {"recorded_by": entry.actor_name, "recorded_at": entry.at})


def read_told_source(entry: ToldEntry) -> str:
    """Where it comes from. Reviews had no source of their own at first: their origin tells them."""
    if read_review_origin(entry.row["origin"]) is not None:
        return ItemSource.REVIEW.value
    source: str = entry.told["comes from"]
    return source


def read_told_owner(entry: ToldEntry) -> Row:
    """Who has to do it: a member, or a name that was typed."""
    member = entry.row["member"]
    return {"member_id": member, "owner": "" if member is not None else entry.told["owner"]}


def replay_item_change(state: State, entry: ToldEntry) -> None:
    """Other words, another owner or another day."""
    item = state.action_items[entry.row["id"]]
    told = {"words": entry.told["words"], "due_on": entry.told["due on"]}
    item.update(**told, **read_told_owner(entry), version=item["version"] + 1)


def replay_item_move(state: State, entry: ToldEntry) -> None:
    """The status that it has now; who drops it says why."""
    item = state.action_items[entry.row["id"]]
    item.update(state=entry.told["state"], dropped_reason=entry.reason, version=item["version"] + 1)


def replay_purchase(state: State, entry: ToldEntry) -> None:
    """Facts or days of the purchase; what is not told stays."""
    if state.purchase is None:
        state.purchase = {
            **serialize_purchase_facts(PurchaseFacts()),
            **serialize_purchase_days(PurchaseDays()),
        }
    state.purchase |= {name: entry.told[name] for name in PURCHASE if name in entry.told}


def replay_purchase_line(state: State, entry: ToldEntry) -> None:
    """What is recorded for a line of the checklist."""
    code = entry.row["code"]
    told: dict[str, Any] = {key: value for key, value in entry.told.items() if key != ROW}
    line: Row = state.purchase_lines.setdefault(code, name_columns(serialize_line(NOTHING)))
    line.update(name_columns(told))
    state.sign("purchase_line", code, {"recorded_by": entry.actor_name, "recorded_at": entry.at})


def name_columns(told: dict[str, Any]) -> Row:
    """What an entry tells of a line, by the names of its columns."""
    return {LINE.get(name, name): value for name, value in told.items()}
