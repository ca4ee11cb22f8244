"""The first page of the memo, for the board."""

from types import SimpleNamespace
from typing import Any

import pytest

from crrubric.domain.memo.chapters.summary import RecommendationBlocks
from crrubric.domain.memo.words import ValueFormatter


@pytest.mark.parametrize(
    ("recorded", "months", "says"),
    [
        ("Two school years", 12, "Two school years"),
        ("", 12, "12 months, as priced; no other term is recorded."),
        ("", None, "None recorded."),  # or the price is sealed
    ],
)
def test_the_term_is_the_recorded_one_or_that_of_the_price(
    recorded: str, months: int | None, says: str
):
    facts: Any = SimpleNamespace(results=None)
    found: Any = SimpleNamespace(term=recorded)
    chosen: Any = SimpleNamespace(price=SimpleNamespace(term_months=months))

    assert RecommendationBlocks(facts, ValueFormatter(str)).term(found, chosen) == says
