"""The journal can be narrowed to a group of events, and each event is in one of them."""

from crrubric.domain.events import Event
from crrubric.domain.record.replay import STEPS
from crrubric.web.record.journal import KINDS

# What only the journal of the site tells, which has no groups.
OF_SITE = (
    "ACCOUNT_",
    "DISTRICT_",
    "EVALUATION_BEGUN",
    "SITE_",
    "LIBRARY_",
    "KEEPING_",
    "REMOVAL_",
    "RECORD_REMOVED",
)


def test_every_event_of_an_evaluation_is_in_one_group():
    groups = {
        event: [key for key, (_label, begin) in KINDS.items() if event.value.startswith(begin)]
        for event in Event
        if not event.value.startswith(OF_SITE)
    }

    assert groups.keys() == STEPS.keys()
    assert {event.value: found for event, found in groups.items() if len(found) != 1} == {}


def test_no_group_is_empty_by_a_name_that_no_event_has():
    names = [(key, begin) for key, (_label, all_begin) in KINDS.items() for begin in all_begin]

    lost = [
        (key, begin)
        for key, begin in names
        if not any(event.value.startswith(begin) for event in STEPS)
    ]
    assert lost == []
