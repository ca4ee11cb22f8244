"""Further prices and priced learners of the demo's evaluations, from `data/demo_offers.toml`."""

import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

from crrubric.domain.events import Event
from crrubric.domain.results.offers import PriceLine, write_line
from crrubric.domain.results.priced_seats import SeatFacts
from crrubric.domain.vocabulary import PriceKind, PriceUnit
from crrubric.services.demo.questions import DemoEvaluation
from crrubric.services.planning.seats import read_seat_facts, serialize_seats
from crrubric.services.shared.journal import EntryReferences, find_changes, note_event


@cache
def load_demo_offers() -> Mapping[str, Any]:
    """The offers as they are shipped."""
    file = resources.files("crrubric.data") / "demo_offers.toml"
    return tomllib.loads(file.read_text("utf-8"))


def add_offers(cast: DemoEvaluation, key: str) -> None:
    """How many learners one evaluation prices, and what its vendors ask for."""
    when = cast.evaluation.created_at + timedelta(days=1)
    for row in load_demo_offers()["seats"]:
        if row["evaluation"] == key:
            _set_demo_seats(cast, row, when)
    for row in load_demo_offers()["offer"]:
        if row["evaluation"] == key:
            _add_offer(cast, row, when)


def _set_demo_seats(cast: DemoEvaluation, row: Mapping[str, Any], when: datetime) -> None:
    old = serialize_seats(read_seat_facts(cast.evaluation))
    new = serialize_seats(SeatFacts(**{name: row[name] for name in row if name != "evaluation"}))
    for column, value in new.items():
        setattr(cast.evaluation, column, value)
    before, after = find_changes(old, new)
    _note_change(cast, Event.SEATS_SET, when, before=before, after=after)


def _add_offer(cast: DemoEvaluation, row: Mapping[str, Any], when: datetime) -> None:
    vendor = cast.vendors[row["vendor"]]
    rise = row.get("rise")
    new: dict[str, object] = {
        "quantity": row.get("quantity", vendor.quantity) or None,
        "price_rise": None if rise is None else int(Decimal(rise) * 100),
        "price_lines": [write_line(read_demo_line(line)) for line in row.get("lines", ())] or None,
    }
    before, after = find_changes({name: getattr(vendor, name) for name in new}, new)
    for column, value in after.items():
        setattr(vendor, column, value)
    about = {"subject": vendor.name, "about": EntryReferences(vendor_id=vendor.id)}
    _note_change(cast, Event.VENDOR_CHANGED, when, before=before, after=after, **about)


def read_demo_line(row: Mapping[str, Any]) -> PriceLine:
    """A line as the file has it."""
    return PriceLine(
        kind=PriceKind(row["kind"]),
        unit_cents=int(Decimal(row["price"]) * 100),
        unit=PriceUnit(row["unit"]) if "unit" in row else None,
        once=row.get("once", False),
        quantity=row.get("quantity"),
        note=row.get("note", ""),
    )


def _note_change(cast: DemoEvaluation, event: Event, when: datetime, **values: Any) -> None:
    note_event(cast.session, cast.chair, event, evaluation_id=cast.evaluation.id, at=when, **values)
