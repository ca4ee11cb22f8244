"""Sections of the rubric are renamed and, where they are empty, removed."""

import pytest
from sqlalchemy import select

from crrubric.domain.errors import Invalid, WrongPhase
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from crrubric.models import Section
from crrubric.queries.record.verification import verify_record
from crrubric.services.setup import rubrics, sections
from tests.factories import Factory, Made
from tests.integration.conftest import Visit

pytestmark = pytest.mark.both_databases


def stored(made: Made) -> dict[str, str]:
    """Title -> its Spanish."""
    db.session.expire_all()
    rows = db.session.scalars(select(Section).order_by(Section.position))
    return {row.title: row.translations.get("es", {}).get("title", "") for row in rows}


def test_a_section_is_renamed_with_its_translation(make: Factory, visit: Visit):
    made = make.evaluation()
    chair, key = visit(made.chair), made.criteria[0].section_id

    form = {"title": "All of it", "es-title": "Todo"}
    done = chair.edit(made.url(f"rubric/sections/{key}"), form)

    assert done.status_code == 303
    assert stored(made) == {"All of it": "Todo"}
    assert verify_record(db.session()).problems == ()


def test_a_new_title_without_a_new_translation_drops_the_old_one(make: Factory):
    made = make.evaluation()
    key = made.criteria[0].section_id
    words = {"es": {"title": "Todo"}}
    sections.rename_section(made.chair, made.slug, key, title="All", translations=words)

    sections.rename_section(made.chair, made.slug, key, title="Some", translations=words)

    assert stored(made) == {"Some": ""}


def test_a_title_that_somebody_changed_meanwhile_is_not_overwritten(make: Factory, visit: Visit):
    made = make.evaluation()
    chair, key = visit(made.chair), made.criteria[0].section_id
    sections.rename_section(made.chair, made.slug, key, title="Theirs")

    again = chair.post(made.url(f"rubric/sections/{key}"), {"title": "Mine", "version": "x"})

    assert (again.status_code, "Saved meanwhile" in again.text) == (409, True)
    assert stored(made) == {"Theirs": ""}


@pytest.mark.parametrize("title", ["", "x" * 500])
def test_a_bad_title_is_told_beside_the_field(make: Factory, visit: Visit, title: str):
    made = make.evaluation()
    url = made.url(f"rubric/sections/{made.criteria[0].section_id}")

    answer = visit(made.chair).edit(url, {"title": title})

    assert (answer.status_code, 'id="title-error"' in answer.text) == (422, True)


def test_an_empty_section_is_removed_and_a_filled_one_is_not(make: Factory, visit: Visit):
    made = make.evaluation()
    chair, filled = visit(made.chair), made.criteria[0].section_id
    empty = rubrics.add_section(made.chair, made.slug, title="By mistake").id

    chair.post(made.url(f"rubric/sections/{empty}/remove"))
    chair.post(made.url(f"rubric/sections/{filled}/remove"))
    told = chair.get(made.url("rubric/")).text

    assert list(stored(made)) == ["Everything"]
    assert "There are criteria in “Everything”: 3." in told
    with pytest.raises(Invalid):
        sections.remove_section(made.chair, made.slug, filled)
    assert verify_record(db.session()).problems == ()


def test_sections_are_frozen_with_the_rubric(make: Factory):
    made = make.evaluation(phase=Phase.SCORING)
    key = made.criteria[0].section_id

    with pytest.raises(WrongPhase):
        sections.rename_section(made.chair, made.slug, key, title="Late")
    with pytest.raises(WrongPhase):
        sections.remove_section(made.chair, made.slug, key)
