"""Measures of the evaluation plan: who may do what, corrections keep what was, files hide the
small."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from crrubric.clock import now_utc
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, NotFound, Stale
from crrubric.domain.planning.followup.measures import (
    LAST_SCHOOL_DAY,
    MeasuredPoint,
    MeasureKind,
    MeasureStanding,
    MeasureUnit,
    MeasureVerdict,
)
from crrubric.domain.versions import fingerprint_values
from crrubric.domain.vocabulary import Phase, PlanAccess, Role
from crrubric.extensions import db
from crrubric.models import Actual, District, Measure
from crrubric.queries.people.access import require
from crrubric.queries.planning.measures import find_followed_measure, list_measure_proposals
from crrubric.services.planning import actuals, measures
from crrubric.services.planning.people import assign_plan_section
from crrubric.services.planning.workbook import save_plan_answers
from crrubric.services.shared.days import today_in_district
from crrubric.web.planning.measure_pages.measure_words import describe_verdict
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
from tests.integration.planning.test_workbook import member_of
from tests.pages import filled_form, parse, words

PAGE = "plan/measures"
ROW = {"measure": "Courses finished", "baseline": "61 %", "target": "90 %", "by": "2029-06-30"}


@pytest.fixture
def made(make: Factory) -> Made:
    return make.evaluation(phase=Phase.SETUP, reviewers=2)


def add(made: Made, words: str = "Learners", **more: object) -> Measure:
    text = measures.MeasureText(words=words, **{"unit": MeasureUnit.PERSONS, **more})
    return measures.add_measure(made.chair, made.slug, text)


def record(made: Made, measure: Measure, period: str, value: str, **more: str) -> Actual:
    text = actuals.ActualText(period=period, value=value, **more)
    return actuals.record_actual(made.chair, made.slug, measure.id, text)


def values_of(measure: Measure) -> list[str]:
    db.session.expire_all()
    followed = find_followed_measure(db.session(), measure.evaluation_id, measure.id)
    return [row.value for row in followed.actuals]


def test_the_size_of_the_program_begins_with_the_learners_counted(made: Made, visit: Visit):
    save_plan_answers(made.chair, made.slug, "reasons", {"learners": "260"})
    member = member_of(made, made.reviewers[0])
    assign_plan_section(made.chair, made.slug, "success", {member: PlanAccess.FILL})

    mine = words(visit(made.chair).page(made.url("plan/measures/proposals")).root)
    theirs = words(visit(made.reviewers[0]).page(made.url("plan/measures/proposals")).root)

    assert "Learners in recovery a year (baseline 260)" in mine
    assert "260" not in theirs  # the reasons are not theirs to read


def test_the_plan_suggests_measures_once_and_rewording_it_takes_no_value_away(made: Made):
    save_plan_answers(made.chair, made.slug, "success", {"measures": [ROW]})
    causes = [{"course": "Algebra 1", "share": "31"}]
    save_plan_answers(made.chair, made.slug, "causes", {"causes": causes})
    origins = ["size"]
    taken = measures.take_proposed_measures(made.chair, made.slug, origins)
    with pytest.raises(Stale):
        measures.take_proposed_measures(made.chair, made.slug, origins)
    with pytest.raises(Invalid):
        measures.take_proposed_measures(made.chair, made.slug, [])
    record(made, taken[0], "2022-23", "412")

    save_plan_answers(made.chair, made.slug, "success", {"measures": None})

    assert values_of(taken[0]) == ["412"]
    assert taken[0].kind is MeasureKind.PROGRAM_SIZE


@pytest.mark.parametrize("zone", ["Pacific/Pago_Pago", "Pacific/Kiritimati"])
def test_a_measure_begins_on_the_day_that_it_is_where_the_district_is(made: Made, zone: str):
    """In one of the two zones it is another day than in London, whenever this runs."""
    db.session.execute(update(District).values(time_zone=zone))
    db.session.commit()
    save_plan_answers(made.chair, made.slug, "success", {"measures": [ROW]})
    save_plan_answers(made.chair, made.slug, "reasons", {"learners": "260"})
    causes = [{"course": "Algebra 1", "share": "31"}]
    save_plan_answers(made.chair, made.slug, "causes", {"causes": causes})
    seat = require(made.chair, Action.ANSWER_PLAN, made.evaluation, db.session())

    found = list_measure_proposals(db.session(), seat)

    assert [one.baseline_on for one in found] == [today_in_district(made.evaluation)] * 3


def test_what_is_wrong_with_a_measure_is_named_all_at_once(made: Made):
    day = date(2023, 1, 1)

    with pytest.raises(Invalid) as refusal:
        add(made, "", baseline="9.5", baseline_on=None, target="many", due_on=date(1, 1, 1))
    fields = [one.field for one in (refusal.value, *refusal.value.more)]
    assert fields == ["words", "baseline", "baseline_on", "target", "due_on"]
    with pytest.raises(Invalid):
        add(made, baseline="9", baseline_on=day, due_on=day)


def test_a_value_is_kept_exactly_and_a_day_has_one(made: Made):
    measure = add(made, unit=MeasureUnit.PERCENT)

    first = record(made, measure, "2023-06-30", "61.50 %", told_by="Registrar")
    again = record(made, measure, "2023-06-30", "61.50", told_by="Registrar")
    record(made, measure, "2022-23", "60")  # of a school year that ends on the same day

    assert first.id == again.id
    assert values_of(measure) == ["61.50", "60"]
    with pytest.raises(Invalid):
        record(made, measure, "2023-06-30", "62")
    with pytest.raises(Invalid):
        record(made, measure, "2024-06-30", "")


def test_a_correction_says_why_and_keeps_what_was(made: Made):
    measure = add(made)
    old = record(made, measure, "2022-23", "412")
    text = actuals.ActualText(period="2022-23", value="402")

    with pytest.raises(Invalid):
        actuals.correct_actual(made.chair, made.slug, old.id, text, reason=" ")
    new = actuals.correct_actual(made.chair, made.slug, old.id, text, reason="Counted twice.")

    assert values_of(measure) == ["402"]
    followed = find_followed_measure(db.session(), measure.evaluation_id, measure.id)
    assert [row.value for row in followed.earlier[new.id]] == ["412"]
    db.session.rollback()
    with pytest.raises(Stale):
        actuals.correct_actual(made.chair, made.slug, old.id, text, reason="Once more.")
    same = actuals.correct_actual(made.chair, made.slug, old.id, text, reason="Counted twice.")
    assert same.id == new.id
    with pytest.raises(Invalid):
        actuals.correct_actual(made.chair, made.slug, new.id, text, reason="Nothing.")
    nothing = actuals.ActualText(period="2022-23", value="")
    actuals.correct_actual(made.chair, made.slug, new.id, nothing, reason="Another year.")
    assert values_of(measure) == []
    assert db.session.scalar(select(func.count(Actual.id))) == 3
    db.session.rollback()
    record(made, measure, "2022-23", "402")


def test_a_correction_lands_on_no_other_value(made: Made):
    measure = add(made)
    record(made, measure, "2022-23", "412")
    later = record(made, measure, "2023-24", "380")

    text = actuals.ActualText(period="2022-23", value="380")
    with pytest.raises(Invalid):
        actuals.correct_actual(made.chair, made.slug, later.id, text, reason="A year early.")


def test_nobody_overwrites_a_measure_that_they_have_not_seen(made: Made):
    measure = add(made)
    seen = fingerprint_values(measures.read_measure_values(measure))
    text = measures.MeasureText(words="All learners", unit=MeasureUnit.PERSONS)
    measures.change_measure(made.chair, made.slug, measure.id, text)

    other = measures.MeasureText(words="Some learners", unit=MeasureUnit.PERSONS)
    with pytest.raises(Stale):
        measures.change_measure(made.chair, made.slug, measure.id, other, seen=seen)


def test_the_kind_of_number_stays_one_that_the_values_are(made: Made):
    measure = add(made, unit=MeasureUnit.PERCENT)
    record(made, measure, "2022-23", "61.5")

    text = measures.MeasureText(words="Learners", unit=MeasureUnit.PERSONS)
    with pytest.raises(Invalid) as refusal:
        measures.change_measure(made.chair, made.slug, measure.id, text)

    assert refusal.value.field == "unit"


@pytest.mark.parametrize("recorded", ["baseline", "value", "withdrawn"])
def test_a_measure_of_learners_with_numbers_stays_one(made: Made, recorded: str):
    """Copies for the public hide small numbers of learners, in every version of a measure."""
    day = {"baseline": "4", "baseline_on": date(2022, 9, 1)} if recorded == "baseline" else {}
    measure = add(made, **day)
    text = measures.MeasureText(words="Seats", unit=MeasureUnit.NUMBER)
    if recorded != "baseline":
        first = record(made, measure, "2022-23", "4")
    if recorded == "withdrawn":
        nothing = actuals.ActualText(period="2022-23", value="")
        actuals.correct_actual(made.chair, made.slug, first.id, nothing, reason="A slip.")

    with pytest.raises(Invalid, match="Numbers of learners were recorded"):
        measures.change_measure(made.chair, made.slug, measure.id, text)
    other = add(made, "None yet")
    measures.change_measure(made.chair, made.slug, other.id, text)


def test_who_may_fill_in_the_section_records_and_who_reads_it_reads(
    made: Made, make: Factory, visit: Visit
):
    measure = add(made)
    fills, other = made.reviewers
    reads = make.member(made.chair, made.slug, frozenset({Role.OBSERVER}))
    asked = {member_of(made, fills): PlanAccess.FILL, member_of(made, reads): PlanAccess.READ}
    assign_plan_section(made.chair, made.slug, "success", asked)
    text = actuals.ActualText(period="2022-23", value="7")

    actuals.record_actual(fills, made.slug, measure.id, text)

    for actor in (reads, other):
        with pytest.raises(NotFound):
            actuals.record_actual(actor, made.slug, measure.id, text)
        assert visit(actor).get(made.url(f"{PAGE}/proposals")).status_code == 404
        assert visit(actor).get(made.url(f"{PAGE}/{measure.id}/values/new")).status_code == 404
    assert "Record a value" in visit(fills).get(made.url(PAGE)).text
    assert "Record a value" not in visit(reads).get(made.url(PAGE)).text
    assert visit(other).get(made.url(PAGE)).status_code == 404
    assert visit(other).get(made.url(f"{PAGE}/values.csv")).status_code == 404


def test_few_learners_are_shown_on_the_page_and_hidden_in_the_file(made: Made, visit: Visit):
    measure = add(made, "=Learners")
    record(made, measure, "2022-23", "412", note="All schools")
    record(made, measure, "2023-24", "7")

    page = visit(made.chair).page(made.url(PAGE))
    file = visit(made.chair).get(made.url(f"{PAGE}/values.csv")).text

    rows = [line.split(",")[:7] for line in file.splitlines()]
    assert rows[1:] == [
        ["'=Learners", "persons", "2022–23", "412", "", "", "All schools"],
        ["'=Learners", "persons", "2023–24", "", "yes", "", ""],
    ]
    assert "school year 2023–24 7" in words(page.root)


def test_the_page_says_whether_it_is_on_its_way(made: Made, visit: Visit):
    begin = {"baseline": "400", "baseline_on": date(2022, 6, 30)}
    measure = add(made, **begin, target="100", due_on=date(2025, 6, 30))
    chair = visit(made.chair)
    assert "way." not in words(chair.page(made.url(PAGE)).root)
    record(made, measure, "2022-23", "350")
    assert "Not on track. On June 30, 2023 it was 350" in words(chair.page(made.url(PAGE)).root)
    record(made, measure, "2023-24", "190")

    page = chair.page(made.url(PAGE))

    assert "On track. On June 30, 2024 it was 190" in words(page.root)
    (chart,) = [one for one in page.all("div") if one.get("role") == "img"]
    assert "Baseline, June 30, 2022: 400" in (chart.get("aria-label") or "")


def test_all_of_it_in_the_browser(made: Made, visit: Visit):
    save_plan_answers(made.chair, made.slug, "success", {"measures": [ROW]})
    chair = visit(made.chair)
    page = made.url(f"{PAGE}/proposals")
    assert chair.post(page).status_code == 422
    boxes = [each for each in chair.page(page).all("input") if each.get("name") == "origin"]
    assert chair.post(page, {"origin": boxes[0].get("value")}).status_code == 303
    (measure,) = db.session.scalars(select(Measure)).all()
    assert (measure.words, measure.baseline, measure.target) == ("Courses finished", "61", "90")
    own = made.url(f"{PAGE}/{measure.id}")
    sent = {"words": "Courses", "unit": "PERCENT", "baseline": "", "target": "", "due_on": ""}
    assert chair.edit(own, {**sent, "baseline": "x"}).status_code == 422
    assert chair.edit(own, sent).status_code == 303
    new = {"words": "Size", "unit": "PERSONS"}
    assert chair.edit(made.url(f"{PAGE}/new"), new).status_code == 303
    value = {"period": "2022-23", "value": "70"}
    wrong = chair.post(f"{own}/values/new", {"period": "2022-24", "value": "70"})
    assert wrong.status_code == 422
    assert chair.post(f"{own}/values/new", value).status_code == 303
    (row,) = db.session.scalars(select(Actual)).all()
    correction = made.url(f"{PAGE}/values/{row.id}")
    changed = {**value, "value": "71", "reason": "Counted again."}
    assert chair.edit(correction, changed).status_code == 303
    newest = db.session.scalars(select(Actual).order_by(Actual.id.desc())).first()
    assert newest is not None
    taken_back = made.url(f"{PAGE}/values/{newest.id}")
    assert chair.edit(taken_back, {**changed, "value": ""}).status_code == 303


def test_a_correction_of_what_was_corrected_meanwhile_shows_both(made: Made, visit: Visit):
    measure = add(made)
    row = record(made, measure, "2022-23", "412")
    chair, address = visit(made.chair), made.url(f"{PAGE}/values/{row.id}")
    form = filled_form(chair.page(address), address)
    text = actuals.ActualText(period="2022-23", value="402")
    actuals.correct_actual(made.chair, made.slug, row.id, text, reason="Counted twice.")

    answer = chair.post(address, {**form, "value": "410", "reason": "Some twice."})

    assert answer.status_code == 409
    assert "402" in words(parse(409, answer.text).root)
    assert values_of(measure) == ["402"]


def test_a_day_that_is_still_to_come_is_none_on_which_it_was_measured(made: Made, visit: Visit):
    measure, ahead = add(made), now_utc().date() + timedelta(days=2)
    own, chair = made.url(f"{PAGE}/{measure.id}"), visit(made.chair)

    refused = chair.post(f"{own}/values/new", {"period": ahead.isoformat(), "value": "412"})

    assert refused.status_code == 422
    assert "This day is still to come." in refused.text
    assert 'value="412"' in refused.text
    with pytest.raises(Invalid, match="school year has not begun"):
        record(made, measure, f"{ahead.year + 1}-{(ahead.year + 2) % 100:02}", "412")
    with pytest.raises(Invalid, match="still to come"):
        add(made, "Seats", baseline="4", baseline_on=ahead)
    assert values_of(measure) == []


def test_the_school_year_under_way_has_values(made: Made):
    measure, day = add(made), now_utc().date() - timedelta(days=2)
    first = day.year if day > date(day.year, *LAST_SCHOOL_DAY) else day.year - 1

    record(made, measure, f"{first}-{(first + 1) % 100:02}", "412")

    assert values_of(measure) == ["412"]


@pytest.mark.parametrize(
    ("unit", "value", "told"),
    [
        (MeasureUnit.PERSONS, "412", "stood at 325."),
        (MeasureUnit.PERSONS, "325", "stood at 324.9."),  # else it would seem to be reached
        (MeasureUnit.NUMBER, "412", "stood at 324.9."),
        (MeasureUnit.PERCENT, "412", "stood at 324.9 %."),
    ],
)
def test_the_line_to_a_target_tells_no_tenths_of_learners(
    app: Flask, unit: MeasureUnit, value: str, told: str
):
    last = MeasuredPoint(on=date(2026, 6, 30), value=Decimal(value))
    verdict = MeasureVerdict(
        standing=MeasureStanding.BEHIND, last=last, expected=Fraction(32494, 100)
    )

    with app.test_request_context():
        said = describe_verdict(verdict, unit)

    assert said.endswith(told)
