"""Counts of a roster are kept, learners are not; nor is a count by which one could be known."""

import pytest
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from werkzeug.test import TestResponse

from crrubric.domain.events import Event
from crrubric.domain.planning.calibration import make_calibration
from crrubric.domain.planning.triage import Setting
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from crrubric.models import JournalEntry, KeptCount, KeptTriage, StoredGroup
from crrubric.queries.planning.triage import list_kept_triage
from crrubric.queries.record.replays import check_journals
from crrubric.services.planning.calibrations import set_calibration
from crrubric.services.planning.kept_counts import keep_counts
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
from tests.integration.shared.test_queries import statements
from tests.integration.shared.test_races import together
from tests.pages import filled_form, parse, words

HOME, COUNTS = "plan/triage/settings", "plan/triage/counts"
SMALL = {Setting.HYBRID: 7}  # beside 21 to 28 in the others


def make_counts(small: dict[Setting, int] = SMALL) -> dict[Setting, int]:
    return {**{setting: 21 + place for place, setting in enumerate(Setting)}, **small}


def list_versions(made: Made) -> list[dict[Setting, int | None]]:
    db.session.rollback()
    return [
        {row.setting: row.learners for row in kept.counts}
        for kept in list_kept_triage(db.session(), made.evaluation.id)
    ]


@pytest.fixture
def made(make: Factory) -> Made:
    return make.evaluation(phase=Phase.SETUP, reviewers=1)


def test_small_counts_are_hidden_before_anything_is_stored(made: Made, visit: Visit):
    chair = visit(made.chair)
    typed = {setting.value: str(count) for setting, count in make_counts().items()}
    form = filled_form(chair.page(made.url(COUNTS)), made.url(COUNTS))

    answer = chair.post(made.url(COUNTS), {**form, **typed})

    assert answer.status_code == 303
    (kept,) = list_versions(made)
    hidden = {setting for setting, count in kept.items() if count is None}
    assert hidden == {Setting.CORE_CLASS, Setting.HYBRID}
    entry = db.session.scalars(
        select(JournalEntry).where(JournalEntry.event == Event.COUNTS_KEPT)
    ).one()
    assert (entry.after["HYBRID"], entry.after["CORE_CLASS"]) == ("HIDDEN", "HIDDEN")
    assert entry.after["PULLED_OUT"] == 23
    told = {name: value for name, value in entry.after.items() if name not in ("row", "points")}
    assert not {7, 21, 28} & set(told.values()) - {entry.after["MAINSTREAM"]}
    shown = words(chair.page(made.url(HOME)).with_id("main"))
    assert "hidden core class" in shown
    assert "Online seats: 118 to 155" in shown  # 98 and 20 to 30 hidden; 27 who may choose
    assert list(check_journals(db.session()).problems) == []


def test_what_was_hidden_stays_so_in_the_next_version(made: Made):
    keep_counts(made.chair, made.slug, make_counts())
    keep_counts(made.chair, made.slug, make_counts({Setting.HYBRID: 30}))

    second, first = list_versions(made)

    assert second[Setting.HYBRID] is None
    assert {s for s, n in first.items() if n is None} == {s for s, n in second.items() if n is None}


def test_versions_are_kept_one_after_another_and_the_newest_is_shown(made: Made, visit: Visit):
    keep_counts(made.chair, made.slug, make_counts({}))
    keep_counts(made.chair, made.slug, make_counts({Setting.PULLED_OUT: 123}))

    page = visit(made.reviewers[0]).page(made.url(HOME))

    shown = words(page.with_id("main"))
    assert "123 pulled out" in shown
    assert "Version 2, kept by" in shown
    assert "Earlier versions" in shown


def test_whoever_changed_the_line_meanwhile_is_told_of(made: Made, visit: Visit):
    chair = visit(made.chair)
    form = filled_form(chair.page(made.url(COUNTS)), made.url(COUNTS))
    typed = {setting.value: str(count) for setting, count in make_counts().items()}
    set_calibration(made.chair, made.slug, make_calibration([(1, 90), (3, 10)]).points)

    answer = chair.post(made.url(COUNTS), {**form, **typed})
    again = chair.post(made.url(COUNTS), filled_form_of(answer, made.url(COUNTS)))

    assert answer.status_code == 409
    assert "by another line" in answer.text
    assert 'value="23"' in answer.text
    assert again.status_code == 303
    assert len(list_versions(made)) == 1


def filled_form_of(answer: TestResponse, url: str) -> dict[str, list[str]]:
    return filled_form(parse(answer.status_code, answer.text), url)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"HYBRID": "-1"}, "Enter a number from 0"),
        ({"HYBRID": "many"}, "Enter a whole number"),
        ({"HYBRID": ""}, "0 if nobody gets it"),
        (dict.fromkeys((s.value for s in Setting), "0"), "no learner in these counts"),
    ],
)
def test_counts_that_can_not_be_are_refused_and_kept_in_the_form(
    made: Made, visit: Visit, typed: dict[str, str], told: str
):
    counts = {setting.value: str(count) for setting, count in make_counts().items()}

    answer = visit(made.chair).post(made.url(COUNTS), {**counts, **typed})

    assert answer.status_code == 422
    assert told in answer.text
    assert list_versions(made) == []


def test_only_the_chair_keeps_counts(made: Made, visit: Visit):
    reader = visit(made.reviewers[0])

    assert reader.get(made.url(COUNTS)).status_code == 404
    assert reader.post(made.url(COUNTS), {"HYBRID": "20"}).status_code == 404
    assert reader.page(made.url(HOME)).status == 200


def test_the_database_takes_no_small_count_and_no_small_group(made: Made):
    kept = keep_counts(made.chair, made.slug, make_counts())
    number, evaluation = kept.id, made.evaluation.id
    db.session.rollback()
    for row in (
        insert(KeptCount).values(kept_id=number, setting=Setting.HYBRID, learners=9),
        insert(StoredGroup).values(
            evaluation_id=evaluation, position=0, pace_from=1, pace_to=2, learners=19, graduated=1
        ),
    ):
        db.session.execute(KeptCount.__table__.delete())
        with pytest.raises(IntegrityError):
            db.session.execute(row)
        db.session.rollback()
    assert db.session.scalar(select(KeptTriage.number)) == 1


def test_where_and_when_begin_with_the_table_and_can_be_changed(made: Made, visit: Visit):
    chair = visit(made.chair)
    shown = filled_form(chair.page(made.url(HOME)), made.url(HOME))

    answer = chair.post(
        made.url(HOME), {**shown, "HYBRID-kind": "IN_PERSON", "HYBRID-hours": "OUTSIDE_DAY"}
    )

    assert shown["HYBRID-kind"] == ["MIXED"]
    assert answer.status_code == 303
    entry = db.session.scalars(
        select(JournalEntry).where(JournalEntry.event == Event.VENUES_CHANGED)
    ).one()
    assert entry.before == {"HYBRID": "MIXED INSIDE_DAY"}
    assert entry.after == {"HYBRID": "IN_PERSON OUTSIDE_DAY"}
    page = visit(made.reviewers[0]).page(made.url(HOME))
    rows = [[words(cell) for cell in row] for row in page.all("tr")]
    assert [
        "intensive teacher-led and online hybrid", "in person", "outside the school day"
    ] in rows  # fmt: skip
    assert list(check_journals(db.session()).problems) == []


def test_where_and_when_that_somebody_changed_meanwhile_are_shown(made: Made, visit: Visit):
    chair = visit(made.chair)
    shown = filled_form(chair.page(made.url(HOME)), made.url(HOME))
    chair.post(made.url(HOME), {**shown, "HYBRID-kind": "ONLINE"})

    answer = chair.post(made.url(HOME), {**shown, "HYBRID-kind": "IN_PERSON"})

    assert answer.status_code == 409
    assert "Saved meanwhile by" in answer.text
    assert chair.post(made.url(HOME), {**shown, "HYBRID-kind": "NOWHERE"}).status_code == 422


def test_two_chairs_who_keep_counts_at_once_make_two_versions(app: Flask, made: Made):
    def keep() -> int:
        return keep_counts(made.chair, made.slug, make_counts()).number

    found = together(app, made, keep, keep)

    assert sorted(found) == [1, 2]
    assert list(check_journals(db.session()).problems) == []


def test_the_pages_ask_the_database_as_often_with_many_versions(made: Made, visit: Visit):
    chair, pages = visit(made.chair), (HOME, "plan/triage/", "plan/triage/line")
    asked = []
    for versions in (1, 5):
        for _version in range(versions):
            keep_counts(made.chair, made.slug, make_counts())
        for page in pages:
            with statements() as seen:
                chair.get(made.url(page))
            asked.append(len(seen))

    assert asked[: len(pages)] == asked[len(pages) :]
    assert max(asked) <= 10
