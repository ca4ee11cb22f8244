"""Triage in a browser: one learner at a time, and nothing of it is kept."""

import pytest

from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from tests.databases import take_image
from tests.factories import Factory
from tests.integration.conftest import Visit
from tests.pages import words

CANARY = "37.125"  # credits of a learner whom nobody else has


@pytest.mark.parametrize(
    ("needed", "semesters", "suits", "shown"),
    [
        ("16", "6", "yes", ["2.67 credits a semester", "75 %", "51–75 %", "study period"]),
        ("10", "2", "no", ["5 credits a semester", "25 %", "0–25 %", "teacher-led"]),
        ("10", "0", "no", ["no semester is left", "0 %", "hybrid"]),
        ("0", "2.5", "yes", ["0 credits a semester", "100 %", "chooses the venue"]),
    ],
)
def test_the_page_says_pace_chance_and_setting(
    make: Factory, visit: Visit, needed: str, semesters: str, suits: str, shown: list[str]
):
    made = make.evaluation(phase=Phase.SETUP)

    answer = visit(made.chair).post(
        made.url("plan/triage/"), {"needed": needed, "semesters": semesters, "suits": suits}
    )

    assert answer.status_code == 200
    said = answer.text[answer.text.index('id="placed"') :].partition("</section>")[0]
    assert [each for each in shown if each not in said] == []


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"needed": "-1", "semesters": "6", "suits": "yes"}, "from 0 to 1000"),
        ({"needed": "1e9", "semesters": "6", "suits": "yes"}, "Enter a number"),
        ({"needed": "16", "semesters": "2.3", "suits": "yes"}, "whole or half"),
        (
            {"needed": "16", "semesters": "6"},
            "Choose one: Does fully online",
        ),
    ],
)
def test_what_can_not_be_is_refused_beside_the_field_and_kept(
    make: Factory, visit: Visit, typed: dict[str, str], problem: str
):
    made = make.evaluation(phase=Phase.SETUP)

    answer = visit(made.chair).post(made.url("plan/triage/"), typed)

    assert answer.status_code == 422
    assert problem in answer.text
    assert all(f'value="{typed[name]}"' in answer.text for name in ("needed", "semesters"))


def test_nothing_of_a_learner_is_stored_or_logged(
    make: Factory, visit: Visit, caplog: pytest.LogCaptureFixture
):
    made = make.evaluation(phase=Phase.SETUP)
    reader = visit(made.chair)
    page = made.url("plan/triage/")

    answer = reader.post(page, {"needed": CANARY, "semesters": "6", "suits": "yes"})
    again = reader.get(page)

    assert f'value="{CANARY}"' in answer.text
    assert answer.headers["Cache-Control"].startswith("no-store")
    assert CANARY not in again.text
    assert CANARY not in caplog.text
    db.session.rollback()
    assert CANARY not in dump_database()


def dump_database() -> str:
    """Everything that the database holds, as text."""
    image = take_image()
    if hasattr(image, "script"):
        return str(image.script)
    return "\n".join(image.open_copy().iterdump())


def test_everybody_on_the_committee_may_try_it_in_every_phase(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING, reviewers=1)

    page = visit(made.reviewers[0]).page(made.url("plan/triage/"))

    assert page.heading == "Triage"
    assert "earned by those who graduated on time" in words(page.with_id("main"))
