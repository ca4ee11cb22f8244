"""Every file of an evaluation: who may have it, what it holds, and that it comes as it was sent."""

import csv
import io
from datetime import date, datetime

import pytest
from sqlalchemy import func, select, update

from crrubric.clock import now_utc
from crrubric.domain.actions import Action
from crrubric.domain.errors import NotFound
from crrubric.domain.exchange.files import FILES, DataFile
from crrubric.domain.vocabulary import DeclarationKind, EvidenceKind, Outcome, Phase, Role
from crrubric.extensions import db
from crrubric.models import Evaluation, JournalEntry, Mark, Vendor
from crrubric.queries.exchange import journal_rows
from crrubric.queries.people.access import require
from crrubric.services.ballots.declarations import declare_interest
from crrubric.services.meeting import decisions, meetings
from crrubric.services.questions.askings import ask_vendor
from crrubric.services.questions.questions import merge_askings
from crrubric.services.setup.phases import change_phase
from tests import in_meeting
from tests.factories import Factory, Made, shown_undisputed
from tests.integration.conftest import Visit, Visitor
from tests.pages import words

TABLES = [file for file in FILES if file.columns]
MARKS = {(0, 0): "YYN", (1, 0): "YNA", (0, 1): "N?Y", (1, 1): "YYY"}


def rows_of(person: Visitor, made: Made, name: str) -> list[dict[str, str]]:
    """The rows of a file; it begins with the mark that spreadsheets look for."""
    answer = person.get(made.url(f"export/{name}"))
    assert answer.status_code == 200
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def hold_meeting(make: Factory, made: Made) -> None:
    """One finding with reason and evidence, and one motion that adopts the rest."""
    text = decisions.FindingText(
        Outcome.NOT_MET, reason="=The demo; +settled it", evidence="Page 4", agreed="Everybody"
    )
    cell = made.slug, made.vendors[0].id, made.criteria[0].id
    in_meeting.record_finding(made.chair, *cell, text, seen_version=0)
    words = meetings.MotionText(
        words="Adopt what is clear", in_favor=2, opposed=1, moved_by="Ada", seconded_by="Bo"
    )
    shown = shown_undisputed(made, made.chair)
    meetings.adopt_undisputed_cells(made.chair, made.slug, words, shown=shown)


@pytest.fixture
def made(make: Factory) -> Made:
    return make.evaluation(phase=Phase.MEETING, marks=MARKS)


@pytest.mark.parametrize("file", TABLES, ids=lambda file: file.name)
def test_a_table_has_its_columns_and_comes_to_an_end(made: Made, visit: Visit, file: DataFile):
    answer = visit(made.chair).get(made.url(f"export/{file.name}"))

    header = answer.data.decode("utf-8-sig").split("\r\n")[0]
    assert header.split(",") == list(file.columns)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert f"{made.slug}-{file.name}" in answer.headers["Content-Disposition"]
    assert answer.data.endswith(b"\r\n")


def test_the_page_lists_what_the_person_may_have_and_nothing_else(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING, marks=MARKS)
    observer = make.member(made.chair, made.slug, frozenset({Role.OBSERVER}))
    make.forward(made, Phase.MEETING, {})
    for actor in (made.chair, made.reviewers[0], observer):
        person = visit(actor)
        page = person.get(made.url("export/")).text
        for file in FILES:
            status = person.get(made.url(f"export/{file.name}")).status_code
            assert (f"/export/{file.name}" in page) == (status == 200), file.name
    assert "/export/marks.csv" not in page
    assert "/export/findings.csv" in page


def test_before_the_meeting_the_page_lists_no_file_of_results(make: Factory, visit: Visit):
    scoring = make.evaluation(phase=Phase.SCORING, marks=MARKS)

    chair = visit(scoring.chair)
    page = chair.get(scoring.url("export/")).text

    assert [file.name for file in FILES if f"/export/{file.name}" in page] == [
        "evidence.csv", "questions.csv", "vendors.csv", "journal.csv",
    ]  # fmt: skip
    assert all(
        row["score"] == row["gate"] == ""
        for row in rows_of(visit(scoring.chair), scoring, "vendors.csv")
    )


def test_pages_lead_to_the_files(made: Made, visit: Visit):
    chair = visit(made.chair)

    for page in ("matrix", "memo/", "journal"):
        assert f'href="{made.url("export/")}"' in chair.get(made.url(page)).text


def test_a_finding_has_reason_motion_and_time(make: Factory, made: Made, visit: Visit):
    hold_meeting(make, made)

    first, *others = rows_of(visit(made.reviewers[0]), made, "findings.csv")

    assert (first["vendor"], first["criterion"]) == (made.vendors[0].code, made.criteria[0].code)
    assert (first["finding"], first["outcome"], first["as_computed"]) == ("NOT_MET", "MET", "no")
    assert first["reason"] == "'=The demo; '+settled it"
    assert (first["evidence"], first["agreed"], first["motion"]) == ("Page 4", "Everybody", "")
    assert datetime.fromisoformat(first["recorded_at"]).tzinfo is not None
    assert others
    assert {(row["motion"], row["as_computed"]) for row in others} == {("1", "yes")}


def test_a_motion_has_its_vote(make: Factory, made: Made, visit: Visit):
    hold_meeting(make, made)
    adopted = len(rows_of(visit(made.chair), made, "findings.csv")) - 1

    [row] = rows_of(visit(made.reviewers[0]), made, "motions.csv")

    assert datetime.fromisoformat(row.pop("at")).tzinfo is not None
    assert row == {
        "motion": "1", "meeting": "1", "kind": "UNDISPUTED", "words": "Adopt what is clear",
        "moved_by": "Ada", "seconded_by": "Bo", "in_favor": "2", "opposed": "1", "abstaining": "0",
        "carried": "yes", "items": str(adopted), "corrections": "0",
    }  # fmt: skip


def test_an_abstention_has_its_reason(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "Y-N"})
    make.submit(made, 0, 0, "Nobody showed it.")
    make.forward(made, Phase.MEETING, {})

    rows = rows_of(visit(made.chair), made, "abstentions.csv")
    own = [row for row in rows if row["reason"] == "Nobody showed it."]

    assert [(row["vendor"], row["criterion"]) for row in own] == [
        (made.vendors[0].code, made.criteria[1].code)
    ]
    assert visit(made.reviewers[0]).get(made.url("export/abstentions.csv")).status_code == 404


def test_evidence_is_one_s_own_until_the_meeting(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YYY", (1, 0): "NNN"})
    db.session.execute(
        update(Mark).values(
            evidence_kind=EvidenceKind.DOCUMENT,
            evidence_place="https://x.example",
            evidence_on=date(2027, 3, 1),
            evidence_until=date(2028, 3, 1),
        )
    )
    db.session.commit()

    mine = rows_of(visit(made.reviewers[0]), made, "evidence.csv")
    before = rows_of(visit(made.chair), made, "evidence.csv")
    make.forward(made, Phase.MEETING, {})
    after = rows_of(visit(made.chair), made, "evidence.csv")

    assert (len(mine), len(before), len(after)) == (3, 0, 6)
    assert {row["mark"] for row in mine} == {"YES"}
    assert {(row["kind"], row["place"], row["seen_on"], row["valid_until"]) for row in after} == {
        ("DOCUMENT", "https://x.example", "2027-03-01", "2028-03-01")
    }


def test_a_vendor_has_its_price_once_it_is_open(made: Made, visit: Visit):
    db.session.execute(
        update(Vendor)
        .where(Vendor.id == made.vendors[0].id)
        .values(price_unit="SEAT", unit_price_cents=4805, quantity=10, term_months=12)
    )
    db.session.execute(update(Evaluation).values(prices_sealed=True))
    db.session.commit()
    columns = ("price_unit", "unit_price", "quantity", "term_months", "cost_low", "cost_high")

    sealed = rows_of(visit(made.reviewers[0]), made, "vendors.csv")[0]
    db.session.execute(update(Evaluation).values(prices_opened_at=now_utc()))
    db.session.commit()
    opened = rows_of(visit(made.reviewers[0]), made, "vendors.csv")[0]

    assert [sealed[name] for name in columns] == [""] * 6
    assert [opened[name] for name in columns] == ["SEAT", "48.05", "10", "12", "480.50", "480.50"]
    assert (opened["status"], opened["gate"], opened["company"]) == (
        "in selection", "PASS", made.vendors[0].company,
    )  # fmt: skip
    assert 0 <= float(opened["score"]) <= 1


def test_nobody_reads_who_asked_a_question(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    vendor, criterion = made.vendors[0].id, made.criteria[0].id
    asked = ask_vendor(made.reviewers[0], made.slug, vendor, criterion, words="Offline, too?")
    merge_askings(made.chair, made.slug, vendor, [asked.id], words="Does it work offline?")

    [row] = rows_of(visit(made.chair), made, "questions.csv")

    assert row == {
        "vendor": made.vendors[0].code, "criterion": made.criteria[0].code, "state": "DRAFT",
        "question": "Does it work offline?", "sent_on": "", "answer": "", "answered_on": "",
        "withdrawn_reason": "",
    }  # fmt: skip
    assert rows_of(visit(made.reviewers[1]), made, "questions.csv") == []


def test_the_journal_is_that_of_the_page(make: Factory, made: Made, visit: Visit):
    hold_meeting(make, made)
    chair = visit(made.chair)
    page = chair.page(made.url("journal"))

    rows = rows_of(chair, made, "journal.csv")

    shown = [words(item) for item in page.root.findall(".//ol[@class='journal']/li/div/p[1]")]
    assert [f"{row['who']} {row['what']}" for row in rows][: len(shown)] == shown
    found = next(row for row in rows if row["event"] == "FINDING_RECORDED")
    assert (found["vendor"], found["criterion"]) == (made.vendors[0].code, made.criteria[0].code)
    assert found["reason"] == "'=The demo; '+settled it"
    assert datetime.fromisoformat(found["at"]).tzinfo is not None


def test_the_journal_is_read_in_batches(make: Factory, made: Made, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(journal_rows, "BATCH", 3)
    seat = require(made.chair, Action.VIEW_JOURNAL, made.evaluation, db.session())
    rows = journal_rows.iterate_journal_rows(db.session(), seat)
    first = next(rows)
    assert not db.session().in_transaction()

    whole = [first, *rows]

    assert len(whole) == db.session.scalar(
        select(func.count(JournalEntry.id)).where(JournalEntry.evaluation_id == made.evaluation.id)
    )
    assert [row["at"] for row in whole] == sorted((row["at"] for row in whole), reverse=True)


def test_the_journal_breaks_off_once_ballots_are_closed_again(
    make: Factory, made: Made, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(journal_rows, "BATCH", 3)
    seat = require(made.chair, Action.VIEW_JOURNAL, made.evaluation, db.session())
    rows = journal_rows.iterate_journal_rows(db.session(), seat)
    next(rows)

    change_phase(made.chair, made.slug, Phase.SCORING, reason="A ballot is missing.")

    with pytest.raises(NotFound):
        list(rows)


def test_no_file_tells_anything_of_a_vendor_from_which_one_stays_away(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING, marks=MARKS)
    code = made.vendors[0].code
    declare_interest(
        made.chair, made.slug, made.vendors[0].id, kind=DeclarationKind.CONFLICT, words="Mine."
    )
    other = make.member(made.chair, made.slug, frozenset({Role.CHAIR}))
    db.session.execute(update(Mark).values(evidence_place="https://x.example"))
    db.session.commit()
    make.forward(made, Phase.MEETING, {})
    cell = made.slug, made.vendors[0].id, made.criteria[0].id
    text = decisions.FindingText(Outcome.NOT_MET, reason="It did not open.")
    in_meeting.record_finding(other, *cell, text, seen_version=0)
    public = {"tallies.csv", "scores.csv"}

    chair, whole = visit(made.chair), visit(other)
    mine, theirs = (
        {
            file.name: [
                row for row in rows_of(person, made, file.name) if row.get("vendor") == code
            ]
            for file in TABLES
        }
        for person in (chair, whole)
    )

    assert {name for name, rows in mine.items() if rows and name != "journal.csv"} == public
    assert {name for name, rows in theirs.items() if rows} >= public | {
        "marks.csv", "findings.csv", "evidence.csv", "vendors.csv", "journal.csv",
    }  # fmt: skip
    assert {row["event"] for row in mine["journal.csv"]} == set()
    assert "It did not open." not in "".join(
        chair.get(made.url(f"export/{file.name}")).text for file in TABLES
    )
