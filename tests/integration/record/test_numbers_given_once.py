"""A number that stands in an address is given once: a page that stayed open acts on no other row.

SQLite by itself would give the number of the newest row once more after that has gone.
"""

import pytest
from flask import Flask
from sqlalchemy import select

from crrubric.extensions import db
from crrubric.models import Base, Criterion
from crrubric.services.setup.rubrics import add_section
from crrubric.services.setup.sections import remove_section
from tests.factories import Factory
from tests.integration.conftest import Visit
from tests.pages import filled_form

# what the numbers in addresses are of
NAMED = {
    "ballot_id": "ballot",
    "declaration_id": "declaration",
    "identity_id": "external_identity",
    "passkey_id": "passkey",
    "removal_id": "removal",
    "section_id": "section",
}
# the next number is looked up in the journal, which tells of those that went
LOOKED_UP = {"evaluation_id": "evaluation", "vendor_id": "vendor"}
# rows that go with their evaluation alone, or not at all
STAYING = {
    "actual_id": "actual",
    "asking_id": "asking",
    "commitment_id": "commitment",
    "criterion_id": "criterion",  # left out at most
    "item_id": "action_item",
    "measure_id": "measure",
    "member_id": "member",
    "motion_id": "motion",
    "notice_id": "notice",
    "question_id": "question",
    "review_id": "held_review",
    "rubric_id": "library_rubric",
    "session_id": "user_session",  # and once it has ended long ago
    "user_id": "user_account",
}


def test_every_number_in_an_address_is_of_a_row_that_stays_or_is_given_once(app: Flask):
    found = {
        name
        for rule in app.url_map.iter_rules()
        for name, converter in rule._converters.items()
        if name.endswith("_id") and converter.regex == r"\d+"
    }

    once = {
        table.name
        for table in Base.metadata.tables.values()
        if table.dialect_options["sqlite"]["autoincrement"]
    }
    assert found == {*NAMED, *LOOKED_UP, *STAYING}
    assert once == set(NAMED.values())


@pytest.mark.both_databases
def test_a_form_for_a_section_that_was_removed_adds_nothing_to_another(make: Factory, visit: Visit):
    made = make.evaluation(reviewers=1)
    gone = add_section(made.chair, made.slug, title="Cost")
    chair, path = visit(made.chair), made.url(f"rubric/sections/{gone.id}/new")
    form = filled_form(chair.page(path), path)
    remove_section(made.chair, made.slug, gone.id)
    added = add_section(made.chair, made.slug, title="Privacy")

    answer = chair.post(
        path, {**form, "title": "Price", "question": "Does it cost less than before?"}
    )

    assert answer.status_code == 404
    assert (
        list(db.session.scalars(select(Criterion.id).where(Criterion.section_id == added.id))) == []
    )
