"""The closing day says when it is over; after a hard end nothing is taken any more."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from crrubric import clock
from crrubric.domain.errors import Invalid, WrongPhase
from crrubric.domain.vocabulary import Answer, CorrectionEffect, Phase
from crrubric.extensions import db
from crrubric.models import Ballot, Evaluation, Mark
from crrubric.queries.memo.blindness import load_memo_blindness
from crrubric.queries.people.people import OPERATOR
from crrubric.services.ballots import seals
from crrubric.services.ballots.entries import dispute_ballot
from crrubric.services.exchange.import_plans import ImportWishes
from crrubric.services.exchange.imports import import_marks
from crrubric.services.exchange.table_sources import read_path
from crrubric.services.mail.reminders import remind_late_reviewers, write_due_reminders
from crrubric.services.setup import phases
from crrubric.services.setup.closing import move_closing_day
from crrubric.services.setup.corrections import Correction, correct_criterion
from tests.factories import Factory, Made, ballot_of
from tests.integration.ballots.test_entries import enter, entry
from tests.integration.conftest import Visit
from tests.pages import parse

NOW = clock.now_utc()
TODAY = NOW.date()


def scoring(make: Factory, *, ends_in: timedelta | None = None) -> Made:
    """Scoring; the closing day is today."""
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YY-"})
    end = NOW + ends_in if ends_in else None
    move_closing_day(made.chair, made.slug, TODAY, end)
    return made


def let_time_pass(made: Made, days: int) -> None:
    """As if the closing day and the hard end had been that much earlier."""
    row = db.session.get_one(Evaluation, made.evaluation.id)
    row.closes_on = row.closes_on - timedelta(days=days)
    row.ends_at = row.ends_at - timedelta(days=days) if row.ends_at else None
    db.session.commit()


def test_pages_say_that_the_closing_day_has_passed(make: Factory, visit: Visit):
    made = scoring(make)
    pages = ["", "progress"], ["ballots/", f"ballots/{made.vendors[0].id}"]
    people = visit(made.chair), visit(made.reviewers[0])

    def texts() -> list[str]:
        return [
            person.get(made.url(page)).text
            for person, own in zip(people, pages, strict=True)
            for page in own
        ] + [people[1].get("/").text]

    before = texts()
    let_time_pass(made, 1)
    after = texts()

    assert [("closing day was" in text, "loses " in text) for text in before] == [(False, True)] * 5
    assert ["closing day was" in text for text in after] == [True] * 5


def test_a_ballot_submitted_after_the_closing_day_is_labeled_late(make: Factory, visit: Visit):
    made = scoring(make)
    make.submit(made, 1, 0, "left")
    let_time_pass(made, 1)
    early = db.session.get_one(Ballot, ballot_of(made, 1, 0).id)
    assert early.submitted_at is not None
    make.submit(made, 0, 1, "left")
    chair = visit(made.chair)

    progress = chair.get(made.url("progress")).text
    phases.change_phase(made.chair, made.slug, Phase.MEETING)
    memo = chair.get(made.url("memo/")).text

    assert progress.count("after the closing day") == 2
    assert "Submitted after the closing day" in memo
    assert f"{made.reviewers[0].name}, {made.vendors[1].company}: " in memo


@pytest.mark.both_databases
def test_a_ballot_of_a_file_that_its_reviewer_submits_late_is_told_as_late(
    make: Factory, tmp_path: Path
):
    made = scoring(make)
    let_time_pass(made, 1)
    here, there = made.vendors
    for number, (vendor, leave_open) in enumerate(((here, True), (there, False))):
        line = f"{made.reviewers[1].name},{vendor.company},ada,YES"
        path = tmp_path / f"{number}.csv"
        path.write_text(f"reviewer,vendor,criterion,mark\n{line}\n")
        import_marks(
            OPERATOR, read_path(path), slug=made.slug, wishes=ImportWishes(leave_open=leave_open)
        )
    make.submit(made, 1, 0, "left")
    phases.change_phase(made.chair, made.slug, Phase.MEETING)

    evaluation = db.session.get_one(Evaluation, made.evaluation.id)
    told = load_memo_blindness(db.session(), evaluation, ZoneInfo("UTC"))

    late = [(row.change.reviewer, row.change.vendor) for row in told.late_ballots]
    assert late == [(made.reviewers[1].name, here.company)]
    assert [(row.file, row.late) for row in told.imports] == [("0.csv", True), ("1.csv", True)]


@pytest.mark.both_databases
def test_moving_the_closing_day_afterwards_makes_no_late_ballot_early(make: Factory, visit: Visit):
    made = scoring(make, ends_in=timedelta(hours=30))
    make.submit(made, 0, 0, "left")
    let_time_pass(made, 2)  # submitted two days late, and the hard end is over
    move_closing_day(made.chair, made.slug, TODAY + timedelta(days=3))
    progress = visit(made.chair).get(made.url("progress")).text
    phases.change_phase(made.chair, made.slug, Phase.MEETING)

    evaluation = db.session.get_one(Evaluation, made.evaluation.id)
    told = load_memo_blindness(db.session(), evaluation, ZoneInfo("UTC"))

    late = [(row.change.reviewer, row.closing) for row in told.late_ballots]
    assert progress.count("after the closing day") == 1
    assert late == [(made.reviewers[0].name, TODAY - timedelta(days=2))]
    moves = [(row.before, row.after) for row in told.moves]
    days = TODAY - timedelta(days=2), TODAY + timedelta(days=3)
    assert moves == [days, (NOW + timedelta(hours=30) - timedelta(days=2), None)]
    memo = visit(made.chair).get(made.url("memo/")).text
    assert "The closing day or the hard end was moved when it had passed:" in memo


def test_after_the_hard_end_nothing_is_taken(make: Factory, visit: Visit):
    made = scoring(make, ends_in=timedelta(hours=30))
    make.mark(made, 0, 0, made.criteria[2].code, Answer.NO)
    let_time_pass(made, 2)

    for attempt in (
        lambda: make.mark(made, 0, 1, made.criteria[0].code, Answer.NO),
        lambda: make.submit(made, 0, 0),
        lambda: enter(made, entry(made)),
    ):
        with pytest.raises(WrongPhase, match="Nothing is taken after that"):
            attempt()

    page = visit(made.reviewers[0]).get(made.url(f"ballots/{made.vendors[0].id}")).text
    assert "nothing has been taken since" in visit(made.chair).get(made.url("progress")).text
    assert 'name="answer"' not in page
    assert db.session.query(Mark).count() == 3


def test_the_hard_end_is_told_as_the_pages_tell_days_and_times(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    row = db.session.get_one(Evaluation, made.evaluation.id)
    row.ends_at = datetime(2026, 1, 9, 23, 5, tzinfo=UTC)
    row.district.time_zone = "America/Chicago"
    db.session.commit()
    person = visit(made.reviewers[0])
    address = made.url(f"ballots/{made.vendors[0].id}/marks/{made.criteria[0].id}")
    said = []

    for language in ("en", "es"):
        person.post("/language", {"language": language})
        answer = person.post(address, {"answer": "YES", "version": "0"})
        said.append(parse(409, answer.text).text)

    assert "Scoring ended January 9, 2026, 5:05 PM (America/Chicago)." in said[0]
    assert "terminó el 9 de enero de 2026, 5:05 PM (America/Chicago)." in said[1]


def test_after_the_hard_end_nothing_is_asked_that_could_not_be_given(make: Factory, mailing: None):
    made = make.evaluation(phase=Phase.SCORING, reviewers=3)
    move_closing_day(made.chair, made.slug, TODAY, NOW + timedelta(hours=30))
    enter(made, entry(made))
    make.marks(made, 1, 0, "YYY")
    sealed = make.submit(made, 1, 0).ballot_id
    let_time_pass(made, 2)
    criterion = made.criteria[0]
    again = Correction(
        title=criterion.title, question="Really?", look_for="", reason="Unclear",
        effect=CorrectionEffect.AGAIN,
    )  # fmt: skip
    vendor = made.vendors[0].id

    for attempt in (
        lambda: dispute_ballot(made.reviewers[0], made.slug, vendor, words="I said no."),
        lambda: seals.reopen_ballot(made.chair, made.slug, sealed, reason="Look again."),
        lambda: correct_criterion(made.chair, made.slug, criterion.id, again),
        lambda: remind_late_reviewers(made.chair, made.slug),
    ):
        with pytest.raises(WrongPhase, match="Nothing is taken after that"):
            attempt()

    assert write_due_reminders() == 0


def test_before_the_hard_end_pages_name_the_moment_and_its_zone(make: Factory, visit: Visit):
    made = scoring(make, ends_in=timedelta(hours=30))

    page = visit(made.reviewers[0]).get(made.url("ballots/")).text

    assert "nothing is taken after" in page
    assert "(UTC)" in page


def test_a_chair_sets_the_hard_end_on_the_page_of_the_closing_day(make: Factory, visit: Visit):
    made = scoring(make)
    day = (TODAY + timedelta(days=3)).isoformat()
    sent = {"closes_on": day, "ends_on": day, "ends_time": "17:30"}

    answer = visit(made.chair).edit(made.url("progress/closing-day"), sent)

    assert answer.status_code == 303
    found = db.session.get_one(Evaluation, made.evaluation.id, populate_existing=True).ends_at
    assert found == datetime.fromisoformat(f"{day}T17:30").replace(tzinfo=UTC)
    page = visit(made.chair).get(made.url("progress/closing-day")).text
    assert (f'value="{day}"' in page, 'value="17:30"' in page) == (True, True)


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"ends_on": "", "ends_time": "17:30"}, "Enter the day as well"),
        ({"ends_on": "2020-01-01"}, "This moment is over"),
        ({"ends_on": "soon"}, "Enter a date"),
        ({"ends_on": "2020-01-01", "ends_time": "late"}, "Enter a time"),
    ],
)
def test_a_hard_end_that_can_not_be_is_refused_and_stays_typed(
    make: Factory, visit: Visit, sent: dict[str, str], says: str
):
    made = scoring(make)

    answer = visit(made.chair).edit(
        made.url("progress/closing-day"), {"closes_on": TODAY.isoformat(), **sent}
    )

    assert (answer.status_code, says in answer.text) == (422, True)
    assert all(f'value="{value}"' in answer.text for value in sent.values() if value)


def test_the_hard_end_does_not_come_before_the_closing_day(make: Factory):
    made = scoring(make)

    with pytest.raises(Invalid, match="closing day comes after this"):
        move_closing_day(made.chair, made.slug, TODAY + timedelta(days=5), NOW + timedelta(days=2))


def test_the_closing_day_does_not_move_behind_the_hard_end(make: Factory):
    end = NOW + timedelta(days=2)
    made = scoring(make, ends_in=timedelta(days=2))

    with pytest.raises(Invalid, match="closing day comes after this"):
        move_closing_day(made.chair, made.slug, TODAY + timedelta(days=5), end)


def test_a_chair_who_moves_the_end_lets_people_mark_again(make: Factory):
    made = scoring(make, ends_in=timedelta(hours=30))
    let_time_pass(made, 2)

    move_closing_day(made.chair, made.slug, TODAY + timedelta(days=2), NOW + timedelta(days=3))

    make.mark(made, 0, 0, made.criteria[2].code, Answer.NO)
    seals.submit_ballot(made.reviewers[0], made.slug, made.vendors[0].id, reasons={})
