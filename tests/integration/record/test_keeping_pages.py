"""The pages on which administrators propose and confirm the removal of records."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update

from crrubric.clock import now_utc
from crrubric.domain.record.retention.times import KeepingTimes
from crrubric.domain.vocabulary import Answer, Phase, RecordKind, Standing
from crrubric.extensions import WRITE, db
from crrubric.models import Evaluation, JournalEntry, KeepingSchedule, Removal
from crrubric.services.record.retention import set_keeping_times
from crrubric.services.setup.evaluations import set_retention
from crrubric.services.setup.phases import change_phase
from tests.factories import Factory, Made
from tests.integration.conftest import Visit, Visitor, error_of
from tests.integration.shared.test_queries import statements
from tests.pages import parse, words

RECORDS = "/site/records"
TIMES = {"evaluation_years": "7", "account_years": "2", "mail_days": "365", "sign_in_days": "180"}


@pytest.fixture
def ada(make: Factory, visit: Visit) -> Visitor:
    return visit(make.actor("Ada Admin", standing=Standing.ADMINISTRATOR))


@pytest.fixture
def bob(make: Factory, visit: Visit) -> Visitor:
    return visit(make.actor("Bob Admin", standing=Standing.ADMINISTRATOR))


@pytest.fixture
def old(make: Factory) -> Made:
    return make.make_once("an old evaluation", lambda: age_evaluation(make))


def age_evaluation(make: Factory) -> Made:
    """An evaluation that came to its end so long ago that it may be removed."""
    made = make.evaluation(title="Credit recovery 2015")
    make.forward(made, Phase.ARCHIVED, {(0, 0): "YNY", (1, 0): "YYY"})
    row = db.session.get_one(Evaluation, made.evaluation.id)
    assert row.archived_at is not None
    assert row.retain_until is not None
    past = {
        "archived_at": row.archived_at - timedelta(days=365 * 12),
        "retain_until": row.retain_until - timedelta(days=365 * 12),
    }
    db.session.rollback()
    with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        connection.execute(update(Evaluation).values(past))
    return made


def test_two_administrators_remove_a_record_and_read_its_certificate(
    old: Made, ada: Visitor, bob: Visitor
):
    proposal = f"{RECORDS}/evaluations/{old.evaluation.id}/removal"
    assert "Credit recovery 2015" in ada.get(RECORDS).text
    page, vendor = ada.get(proposal).text, old.vendors[0].name
    assert vendor in page
    assert "No archive file was ever made of it" in page

    assert ada.act(proposal).location == RECORDS

    number = db.session.scalars(select(Removal.id)).one()
    removal = f"{RECORDS}/removals/{number}"
    assert "another administrator has to confirm it" in ada.get(removal).text
    offers = ["Read and confirm" in one.get(RECORDS).text for one in (ada, bob)]
    assert offers == [False, True]
    assert "One removal of records waits for a second person" in bob.get("/").text
    refused = bob.act(removal, {"typed": "Another title"})
    assert refused.status_code == 422
    shown = parse(refused.status_code, refused.text)
    assert "Type the title of the evaluation as it stands above" in error_of(shown, "typed")
    done = bob.act(removal, {"typed": "Credit recovery 2015"})
    assert (done.status_code, done.location) == (303, RECORDS)

    db.session.rollback()
    assert db.session.scalar(select(func.count(Evaluation.id))) == 0
    entry = db.session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc()).limit(1)).one()
    certificate = ada.get(f"{RECORDS}/certificates/{entry.number}").text
    for told in ("Credit recovery 2015", "Ada Admin", "Bob Admin", entry.hash):
        assert told in certificate
    assert (entry.after or {})["head"] in certificate
    assert vendor not in certificate


def test_no_page_of_it_shows_what_somebody_marked(make: Factory, ada: Visitor):
    made = make.evaluation(phase=Phase.SCORING)
    make.mark(made, 0, 0, "ada", Answer.YES, note="A note about a xylograph.")

    for path in ("", f"/evaluations/{made.evaluation.id}/removal",
                 f"/evaluations/{made.evaluation.id}/hold"):  # fmt: skip
        page = ada.get(RECORDS + path).text
        assert "xylograph" not in page
        assert "marks: 1" not in page.lower()


def test_a_record_that_is_held_shows_why_and_has_no_button(old: Made, ada: Visitor):
    place = f"{RECORDS}/evaluations/{old.evaluation.id}"

    assert ada.edit(f"{place}/hold", {"hold": "A lawsuit"}).location == RECORDS

    page = ada.page(f"{place}/removal")
    assert "It is under a legal hold: A lawsuit" in words(page.root)
    assert "Propose the removal" not in [words(row) for row in page.all("button")]
    assert "A lawsuit" in ada.get(RECORDS).text
    refused = ada.edit(f"{place}/hold", {"hold": ""})
    assert (refused.status_code, "Say why the legal hold ends" in refused.text) == (422, True)


def test_an_administrator_sets_how_long_records_are_kept(ada: Visitor):
    kept = ada.edit(f"{RECORDS}/times", {**TIMES, "evaluation_years": "10", "mail_days": "90"})

    assert kept.status_code == 303
    row = db.session.scalars(select(KeepingSchedule)).one()
    assert (row.evaluation_years, row.account_years, row.mail_days) == (10, 2, 90)
    assert "Ada Admin" in ada.get(f"{RECORDS}/times").text
    refused = ada.edit(f"{RECORDS}/times", {**TIMES, "evaluation_years": "0"})
    assert refused.status_code == 422


def test_who_is_alone_is_told_what_to_do(old: Made, ada: Visitor):
    ada.act(f"{RECORDS}/evaluations/{old.evaluation.id}/removal")
    number = db.session.scalars(select(Removal.id)).one()

    assert "You are the only administrator of this site" in ada.get(RECORDS).text
    page = ada.get(f"{RECORDS}/removals/{number}").text
    assert f"crrubric retention confirm {number}" in page


def test_a_proposal_is_withdrawn_on_its_page(old: Made, ada: Visitor):
    ada.act(f"{RECORDS}/evaluations/{old.evaluation.id}/removal")
    number = db.session.scalars(select(Removal.id)).one()

    assert ada.post(f"{RECORDS}/removals/{number}/withdraw").location == RECORDS
    assert db.session.scalars(select(Removal)).all() == []


def test_chairs_are_told_to_make_an_archive_first(old: Made, ada: Visitor, visit: Visit):
    ada.act(f"{RECORDS}/evaluations/{old.evaluation.id}/removal")

    page = visit(old.chair).get(old.url()).text
    assert "Ada Admin proposed on" in page
    assert "Make an archive file first" in page


def test_the_page_asks_as_often_for_many_evaluations(make: Factory, ada: Visitor):
    make.evaluation()
    ada.get(RECORDS)
    counts = []
    for number in range(2):
        with statements() as seen:
            ada.get(RECORDS)
        counts.append(len(seen))
        make.evaluation(title=f"Another {number}")

    assert counts[0] == counts[1]


def test_other_records_are_proposed_by_kind(make: Factory, ada: Visitor):
    assert ada.get(f"{RECORDS}/others/mails/removal").status_code == 200
    assert ada.get(f"{RECORDS}/others/marks/removal").status_code == 404
    assert ada.act(f"{RECORDS}/others/mails/removal").status_code == 303
    kinds = db.session.scalars(select(Removal.kind)).all()
    assert kinds == [RecordKind.MAIL]


def test_other_records_are_due_by_the_day(ada: Visitor):
    tables = [words(table) for table in parse(200, ada.get(RECORDS).text).all("table")]
    (table,) = [text for text in tables if "Ended before" in text]

    assert re.search(r"\w+ \d{1,2}, \d{4}", table)
    assert not re.search(r"\d:\d\d", table)


def read_retention(visit: Visit, made: Made) -> str:
    """What the chair is told of how long the record is kept."""
    (facts,) = visit(made.chair).page(made.url("retention")).all("dl")
    return words(facts)


def test_the_chair_is_told_how_long_the_schedule_keeps_it_and_whose_it_is(
    make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.DECIDED)
    ada = make.actor(standing=Standing.ADMINISTRATOR)
    today = now_utc().date()

    default = read_retention(visit, made)
    set_keeping_times(ada, KeepingTimes(evaluation_years=3))
    theirs = read_retention(visit, made)

    assert "7 years after it is archived. Archived today, through " in default
    assert str(today.year + 7) in default
    assert "That is the default" in default
    assert "Set for this evaluation No day yet." in default
    assert ("3 years after it is archived" in theirs, str(today.year + 3) in theirs) == (True, True)
    assert "The administrators of this site have set that." in theirs


def test_the_chair_is_told_which_of_schedule_and_own_day_counts(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.DECIDED)
    year = now_utc().year

    set_retention(made.chair, made.slug, until=date(year + 2, 6, 30), hold="A protest")
    sooner = read_retention(visit, made)
    set_retention(made.chair, made.slug, until=date(year + 9, 6, 30), hold="A protest")
    later = read_retention(visit, made)
    change_phase(made.chair, made.slug, Phase.ARCHIVED)
    archived = read_retention(visit, made)

    assert f"June 30, {year + 2} It is not later than the schedule, so the schedule" in sooner
    assert f"June 30, {year + 9} It is later than the schedule, so it counts." in later
    assert "Legal holdA protest" in later
    assert "7 years after it was archived: through " in archived
