"""Every text that people type is committed to, and nothing else is."""

import pytest
from flask import Flask
from sqlalchemy import select

from crrubric.domain.event_fields import find_text_kinds
from crrubric.domain.events import Event
from crrubric.domain.record.chain import NAMELESS
from crrubric.domain.record.texts import iterate_strings
from crrubric.extensions import db
from crrubric.models import JournalEntry
from crrubric.queries.people.people import OPERATOR
from crrubric.queries.record.journal import link_of
from crrubric.services.demo.district import make_demo
from crrubric.services.shared.journal import note_event
from crrubric.services.shared.unit import unit_of_work


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_each_typed_text_of_an_entry_has_a_salt_and_no_code_has_one(app: Flask):
    make_demo()
    entries = db.session.scalars(select(JournalEntry)).all()
    typed, codes = 0, 0
    for entry in entries:
        for pointer, name, _text in iterate_strings(link_of(entry).content):
            is_typed = bool(find_text_kinds(entry.event, name))
            typed, codes = typed + is_typed, codes + (not is_typed)
            assert (pointer in (entry.salts or {})) == is_typed

    assert {entry.version for entry in entries} == {NAMELESS}
    assert min(typed, codes) > 1000


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_field_that_is_on_no_list_fails_the_test_that_writes_it(app: Flask):
    with pytest.raises(AssertionError, match="DISTRICT_CHANGED/after/rumor"), unit_of_work() as s:
        note_event(s, OPERATOR, Event.DISTRICT_CHANGED, after={"rumor": "x"})
