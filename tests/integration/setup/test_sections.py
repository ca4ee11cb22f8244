"""Sections of the rubric are renamed and removed, with a place for the criteria in them."""

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from crrubric.domain.errors import Invalid, WrongPhase
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from crrubric.models import Criterion, Section
from crrubric.queries.record.verification import verify_record
from crrubric.services.setup import rubrics, sections
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
from tests.pages import filled_form


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


def test_an_empty_section_is_removed(make: Factory, visit: Visit):
    made = make.evaluation()
    empty = rubrics.add_section(made.chair, made.slug, title="By mistake").id

    done = visit(made.chair).act(made.url(f"rubric/sections/{empty}/remove"))

    assert (done.status_code, list(stored(made))) == (303, ["Everything"])
    assert verify_record(db.session()).problems == ()


def removal_of(made: Made, visit: Visit, goes_to: str) -> TestResponse:
    """The chair's answer after removing the first section, which has three criteria."""
    url = made.url(f"rubric/sections/{made.criteria[0].section_id}/remove")
    return visit(made.chair).act(url, {"goes_to": goes_to} if goes_to else {})


@pytest.mark.parametrize("out", [False, True])
def test_the_criteria_of_a_removed_section_go_where_it_is_said(
    make: Factory, visit: Visit, out: bool
):
    made = make.evaluation()
    heir = rubrics.add_section(made.chair, made.slug, title="The rest")
    rubrics.add_criterion(made.chair, made.slug, heir.id, rubrics.CriterionText(title="Old"))

    done = removal_of(made, visit, f"{'out-' if out else ''}{heir.id}")

    assert done.status_code == 303
    assert list(stored(made)) == ["The rest"]
    rows = db.session.scalars(select(Criterion).order_by(Criterion.position)).all()
    assert rows[0].title == "Old"
    assert [row.position for row in rows] == [0, 1, 2, 3]
    assert [row.left_out for row in rows] == [False, out, out, out]
    assert verify_record(db.session()).problems == ()
    journal = visit(made.chair).get(made.url("journal")).text
    assert "removed the section" in journal
    assert "The rest" in journal


def test_a_section_with_criteria_is_not_removed_before_it_is_said_where_they_go(
    make: Factory, visit: Visit
):
    made = make.evaluation()
    rubrics.add_section(made.chair, made.slug, title="The rest")

    refused = removal_of(made, visit, "")

    assert refused.status_code == 422
    assert "Choose where they go." in refused.text
    assert list(stored(made)) == ["Everything", "The rest"]
    with pytest.raises(Invalid, match="say where they go"):
        sections.remove_section(made.chair, made.slug, made.criteria[0].section_id)


def test_the_only_section_stays_while_there_are_criteria_in_it(make: Factory, visit: Visit):
    made = make.evaluation()
    key = made.criteria[0].section_id

    page = visit(made.chair).get(made.url(f"rubric/sections/{key}/remove")).text

    assert "It is the only section" in page
    with pytest.raises(Invalid):
        sections.remove_section(made.chair, made.slug, key, heir=sections.SectionHeir(key))


def test_a_criterion_that_came_meanwhile_is_told_before_its_section_goes(
    make: Factory, visit: Visit
):
    made = make.evaluation()
    heir, key = (
        rubrics.add_section(made.chair, made.slug, title="Rest"),
        made.criteria[0].section_id,
    )
    chair, url = visit(made.chair), made.url(f"rubric/sections/{key}/remove")
    seen = filled_form(chair.page(url), url)
    rubrics.add_criterion(made.chair, made.slug, key, rubrics.CriterionText(title="New"))

    again = chair.post(url, {**seen, "goes_to": str(heir.id)})

    assert (again.status_code, "Nothing was done" in again.text) == (409, True)
    assert list(stored(made)) == ["Everything", "Rest"]


def test_sections_are_frozen_with_the_rubric(make: Factory):
    made = make.evaluation(phase=Phase.SCORING)
    key = made.criteria[0].section_id

    with pytest.raises(WrongPhase):
        sections.rename_section(made.chair, made.slug, key, title="Late")
    with pytest.raises(WrongPhase):
        sections.remove_section(made.chair, made.slug, key)
