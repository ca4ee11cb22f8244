"""What the database refuses is told in words, each time anew."""

import sqlite3

import pytest
from sqlalchemy.exc import IntegrityError

from crrubric.domain.errors import Stale
from crrubric.services.shared.constraints import explain_constraint


def test_a_refusal_that_is_kept_is_not_raised_itself():
    kept, broken = Stale("Done meanwhile."), sqlite3.IntegrityError("CHECK constraint failed: name")
    raised = []

    for _time in range(2):
        with (
            pytest.raises(Stale, match="Done meanwhile") as found,
            explain_constraint("name", kept),
        ):
            raise IntegrityError("INSERT", {}, broken)
        raised.append(found.value)

    assert raised[0] is not raised[1]
    assert kept.__traceback__ is None
