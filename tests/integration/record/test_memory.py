"""Verification holds a part of the record at a time, however much there is."""

import weakref
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text

from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from crrubric.models import JournalEntry, SealedBallot
from crrubric.queries.record.verification import verify_record
from tests.factories import Factory
from tests.integration.record.test_every_column import seals_off

COPIES, AT_ONCE = 450, 250


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("model", [SealedBallot, JournalEntry])
def test_a_part_of_a_large_table_is_held_at_a_time(app: Flask, make: Factory, model: type):
    make.submit(make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YNA"}), 0, 0)
    table = model.__table__  # type: ignore[attr-defined]
    columns = [column.name for column in table.columns if column.name not in {"id", "number"}]
    chain_or_ballot = "chain" if model is JournalEntry else "ballot_id"
    with seals_off() as connection:
        connection.execute(
            text(
                f"INSERT INTO {table.name} ({', '.join(columns)}, number)"
                f" WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n"
                f" WHERE i < {1000 + COPIES}) SELECT {', '.join(columns)}, n.i FROM n,"
                f" (SELECT * FROM {table.name} ORDER BY {chain_or_ballot} DESC LIMIT 1)"
            )
        )
    held: weakref.WeakSet[Any] = weakref.WeakSet()
    most = 0

    def note(row: Any, _context: Any) -> None:
        nonlocal most
        held.add(row)
        most = max(most, len(held))

    event.listen(model, "load", note)
    try:
        verify_record(db.session())
    finally:
        event.remove(model, "load", note)

    assert 0 < most < AT_ONCE
