"""What a field of an entry is: typed, and about whom or what, or a code."""

import pytest

from crrubric.domain import event_fields
from crrubric.domain.event_fields import (
    CODE,
    EVERYTHING_TYPED,
    PEOPLE,
    RUBRIC,
    VENDORS,
    WORDS,
    find_text_kinds,
)
from crrubric.domain.events import Event


@pytest.mark.parametrize(
    ("event", "name", "kinds"),
    [
        (Event.MARK_RECORDED, "note", WORDS),
        (Event.MARK_RECORDED, "answer", CODE),
        (Event.QUESTION_ANSWERED, "answer", WORDS),
        (Event.MARK_RECORDED, "subject", VENDORS | RUBRIC),
        (Event.BALLOT_SUBMITTED, "subject", VENDORS),
        (Event.BALLOT_REOPENED, "subject", PEOPLE | VENDORS),
        (Event.REMINDED, "subject", CODE),
        (Event.CRITERION_TRANSLATED, "title (es)", RUBRIC),
        (Event.MEMBER_INVITED, "actor_name", PEOPLE),
        (Event.MEMBER_INVITED, "what nobody declared", EVERYTHING_TYPED),
    ],
)
def test_a_field_is_known_by_its_name(event: Event, name: str, kinds: event_fields.Kinds):
    assert find_text_kinds(event, name) == kinds


def test_no_field_is_on_both_lists():
    assert event_fields.CODES & event_fields.TYPED.keys() == set()
