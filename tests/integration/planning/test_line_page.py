"""The chair sets how triage reads a chance: points of one's own, or those of a past cohort."""

from fractions import Fraction

import pytest
from sqlalchemy import select

from crrubric.domain.events import Event
from crrubric.domain.planning.calibration import make_calibration, write_points
from crrubric.domain.planning.cohort import CohortGroup
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from crrubric.models import JournalEntry
from crrubric.queries.planning.triage import find_own_calibration, list_cohort_groups
from crrubric.queries.record.replays import check_journals
from crrubric.services.planning import calibrations as service
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
from tests.pages import filled_form, words

LINE, COHORT = "plan/triage/line", "plan/triage/cohort"
Rows = list[tuple[str, ...]]


def send_points(*points: tuple[str, str]) -> dict[str, str]:
    return {
        f"row{number}-{name}": text
        for number, point in enumerate(points)
        for name, text in zip(("pace", "chance"), point, strict=True)
    }


def send_groups(*groups: tuple[str, str, str, str]) -> dict[str, str]:
    names = ("pace_from", "pace_to", "learners", "graduated")
    return {
        f"row{number}-{name}": text
        for number, group in enumerate(groups)
        for name, text in zip(names, group, strict=True)
    }


def stored_line(made: Made) -> str:
    db.session.rollback()
    return write_points(find_own_calibration(db.session(), made.evaluation.id))


def stored_groups(made: Made) -> Rows:
    db.session.rollback()
    groups = list_cohort_groups(db.session(), made.evaluation.id)
    return [(group.pace_from, group.pace_to, group.learners, group.graduated) for group in groups]


def put_line(made: Made) -> None:
    line = make_calibration([(Fraction(16, 6), Fraction(75)), (Fraction(6), Fraction(10))])
    service.set_calibration(made.chair, made.slug, line.points)


def put_cohort(made: Made, *sizes: tuple[int, int]) -> None:
    service.set_cohort(
        made.chair,
        made.slug,
        [
            CohortGroup(
                pace_from=Fraction(begin),
                pace_to=Fraction(begin + 1),
                learners=learners,
                graduated=graduated,
            )
            for begin, (learners, graduated) in enumerate(sizes, 1)
        ],
    )


@pytest.fixture
def made(make: Factory) -> Made:
    return make.evaluation(phase=Phase.SETUP, reviewers=1)


def test_points_are_saved_and_one_learner_is_read_by_them(made: Made, visit: Visit):
    chair = visit(made.chair)

    answer = chair.edit(made.url(LINE), send_points(("1", "90"), ("16/6", "60"), ("4", "60")))
    one = chair.post(made.url("plan/triage/"), {"needed": "2", "semesters": "2", "suits": "yes"})

    assert answer.status_code == 303
    assert stored_line(made) == "1=90; 8/3=60; 4=60"
    assert "90 %" in one.text[one.text.index('id="placed"') :].partition("</section>")[0]
    assert "this evaluation’s own line" in one.text
    assert list(check_journals(db.session()).problems) == []


def test_all_that_is_wrong_is_told_beside_its_row_and_kept(made: Made, visit: Visit):
    typed = send_points(("3", "50"), ("2", "60"), ("x", "5"), ("9", ""))

    refused = visit(made.chair).post(made.url(LINE), typed)
    ordered = visit(made.chair).post(made.url(LINE), send_points(("3", "50"), ("2", "60")))

    assert refused.status_code == ordered.status_code == 422
    assert "Enter a number" in refused.text
    assert "Fill this in as well" in refused.text
    assert 'value="x"' in refused.text
    assert "The pace must rise from point to point: 2 follows 3" in ordered.text
    assert "The chance can’t rise with the pace: 60 % follows 50 %" in ordered.text
    assert stored_line(made) == ""


def test_a_single_point_makes_no_line(made: Made, visit: Visit):
    answer = visit(made.chair).post(made.url(LINE), send_points(("3", "50"), ("", "")))

    assert answer.status_code == 422
    assert "Enter two points or more" in answer.text


def test_the_guides_line_comes_back(made: Made, visit: Visit):
    put_line(made)
    chair = visit(made.chair)
    url = made.url(f"{LINE}/default")

    answer = chair.post(url, filled_form(chair.page(made.url(LINE)), url))

    assert answer.status_code == 303
    assert stored_line(made) == ""


def test_points_that_somebody_changed_meanwhile_are_not_overwritten(made: Made, visit: Visit):
    chair = visit(made.chair)
    page = chair.page(made.url(LINE))
    typed = {**filled_form(page, made.url(LINE)), **send_points(("1", "80"))}
    put_line(made)

    answer = chair.post(made.url(LINE), typed)

    assert answer.status_code == 409
    assert "Saved meanwhile" in answer.text
    assert stored_line(made) == "8/3=75; 6=10"


def test_a_cohort_is_kept_without_the_numbers_of_a_small_group(made: Made, visit: Visit):
    chair = visit(made.chair)

    answer = chair.edit(
        made.url(COHORT),
        send_groups(("2", "3", "40", "30"), ("1", "2", "50", "48"), ("3", "4.5", "19", "17")),
    )
    page = chair.page(made.url(LINE))

    assert answer.status_code == 303
    assert stored_groups(made) == [(1, 2, 50, 48), (2, 3, 40, 30), (3, Fraction(9, 2), None, None)]
    shown = words(page.with_id("main"))
    assert "fewer than 20 learners: hidden" in shown
    assert "One group has fewer than 20 learners" in shown
    wanted = select(JournalEntry).where(JournalEntry.event == Event.COHORT_CHANGED)
    assert db.session.scalars(wanted).one().after == {
        "groups": [["1", "2", 50, 48], ["2", "3", 40, 30], ["3", "4.5", None, None]]
    }
    assert list(check_journals(db.session()).problems) == []


def test_a_cohort_can_be_pasted_and_is_looked_through_first(made: Made, visit: Visit):
    table = "desde\thasta\testudiantes\tgraduados\n1\t2\t50\t40\n2\t3\t60\tmany\n"

    answer = visit(made.chair).post(made.url(f"{COHORT}/rows"), {"table": table})
    good = visit(made.chair).post(made.url(f"{COHORT}/rows"), {"table": "1\t2\t50\t40"})

    assert answer.status_code == 422
    assert 'value="many"' in answer.text
    assert good.status_code == 200
    assert "One row was read. Nothing is saved yet" in good.text
    assert 'name="row0-learners" type="text" value="50"' in good.text
    assert stored_groups(made) == []


def test_impossible_groups_are_told_beside_their_rows(made: Made, visit: Visit):
    typed = send_groups(
        ("2", "1", "40", "50"), ("", "", "", ""), ("1", "3", "40", ""), ("2", "4", "30", "1")
    )

    answer = visit(made.chair).post(made.url(COHORT), typed)

    assert answer.status_code == 422
    for told in (
        "A group ends above the pace where it begins",
        "There can’t be more graduates than learners",
        "Enter both numbers, or none",
        "Two groups hold the pace 2",
    ):
        assert told in answer.text


def test_the_cohorts_line_is_taken_by_one_act_that_says_what_it_does(made: Made, visit: Visit):
    put_cohort(made, (53, 40), (50, 45), (100, 10), (5, 5))
    chair, url = visit(made.chair), made.url(f"{COHORT}/adopt")
    page = chair.page(url)

    answer = chair.post(url, filled_form(page, url))

    said = words(page.with_id("main"))
    assert "1.5: 82.5 %; 2.5: 82.5 %; 3.5: 10 %" in said
    assert "the planning guide’s two points" in said
    assert "count for nothing: 1" in said
    assert answer.status_code == 303
    assert stored_line(made) == "1.5=82.5; 2.5=82.5; 3.5=10"
    assert "from your own past cohort" in words(chair.page(made.url(LINE)).with_id("main"))


def test_a_cohort_that_changed_meanwhile_is_not_taken(made: Made, visit: Visit):
    put_cohort(made, (50, 40), (50, 30))
    chair, url = visit(made.chair), made.url(f"{COHORT}/adopt")
    form = filled_form(chair.page(url), url)
    put_cohort(made, (50, 40), (50, 20))

    answer = chair.post(url, form)

    assert answer.status_code == 409
    assert "something has changed" in answer.text
    assert stored_line(made) == ""


def test_one_group_alone_can_not_be_taken(made: Made, visit: Visit):
    put_cohort(made, (50, 40), (19, 3))

    page = visit(made.chair).page(made.url(f"{COHORT}/adopt"))

    assert "It takes two groups of 20 learners or more" in words(page.with_id("main"))


def test_who_reads_the_plan_sees_the_line_and_changes_nothing(made: Made, visit: Visit):
    put_cohort(made, (50, 40), (50, 30))
    reader = visit(made.reviewers[0])

    shown = words(reader.page(made.url(LINE)).with_id("main"))

    assert "The points that count" in shown
    assert "Save the points" not in shown
    assert reader.post(made.url(LINE), send_points(("1", "9"), ("2", "8"))).status_code == 404
    assert reader.get(made.url(COHORT)).status_code == 404
