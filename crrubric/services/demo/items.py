"""The action items of the demo's evaluations, made from `data/demo_items.toml`."""

import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any

from crrubric.domain.planning.items import ItemSource, ItemState
from crrubric.models import ActionItem
from crrubric.queries.people.people import actor_of
from crrubric.services.demo.questions import DemoEvaluation
from crrubric.services.planning.items import note_item_move, note_new_item


def add_items(cast: DemoEvaluation, key: str) -> None:
    """The items of one evaluation, each with what its owner has said of it."""
    file = resources.files("crrubric.data") / "demo_items.toml"
    for row in tomllib.loads(file.read_text("utf-8"))["item"]:
        if row["evaluation"] == key:
            _add_item(cast, row)


def _add_item(cast: DemoEvaluation, row: Mapping[str, Any]) -> None:
    person, vendor = row.get("person"), row.get("vendor")
    item = ActionItem(
        evaluation_id=cast.evaluation.id,
        words=row["words"],
        member_id=cast.members[person].id if person else None,
        owner=row.get("owner", ""),
        due_on=cast.ago(-row["due_in"]).date() if "due_in" in row else None,
        state=ItemState.OPEN,
        source=ItemSource(row["source"]),
        vendor_id=cast.vendors[vendor].id if vendor else None,
        recorded_by=cast.chair.name,
        recorded_at=cast.ago(row["days_ago"]),
    )
    cast.session.add(item)
    cast.session.flush()
    note_new_item(cast.session, cast.chair, item, at=item.recorded_at)
    if "state" in row:
        mover = actor_of(cast.users[person]) if person else cast.chair
        item.state, item.dropped_reason = ItemState(row["state"]), row.get("reason", "")
        item.version = 2
        moved = cast.ago(row["moved_days_ago"])
        note_item_move(cast.session, mover, item, ItemState.OPEN, at=moved)
