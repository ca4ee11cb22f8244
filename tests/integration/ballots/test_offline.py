"""Offline ballots: downloaded as a workbook, filled in, and taken after a look at the changes."""

import re
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.ballots.offline.books import STAMP_SHEET, OfflineColumn
from crrubric.domain.events import Event
from crrubric.domain.vocabulary import (
    Answer,
    CorrectionEffect,
    EvidenceKind,
    Phase,
)
from crrubric.extensions import db
from crrubric.models import Evaluation, ImportDraft, JournalEntry, Mark
from crrubric.queries.record.verification import verify_record
from crrubric.services.ballots import ballots
from crrubric.services.ballots.ballots import MarkText
from crrubric.services.setup import phases
from crrubric.services.setup.corrections import Correction, correct_criterion
from crrubric.services.setup.withdrawals import withdraw_vendor
from crrubric.services.shared.unit import unit_of_work
from tests.factories import Factory, Made, ballot_of, stored_marks
from tests.integration.ballots.offline_books import (
    ADDRESS,
    FilledIn,
    download,
    download_bytes,
    upload,
    write_as_excel,
)
from tests.integration.conftest import Visit, Visitor
from tests.pages import filled_form, parse


@pytest.fixture
def made(make: Factory) -> Made:
    return make.evaluation(phase=Phase.SCORING)


@pytest.fixture
def reviewer(made: Made, visit: Visit) -> Visitor:
    return visit(made.reviewers[0])


def send(reviewer: Visitor, made: Made, book: FilledIn) -> str:
    """Upload what must be accepted; the address of the preview."""
    answer = upload(reviewer, made.url(), book)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def take(reviewer: Visitor, preview: str, **choices: str) -> Any:
    """Press the button of the preview, with these choices."""
    page = reviewer.get(preview)
    form = filled_form(parse(200, page.text), preview)
    return reviewer.post(preview, {**form, **choices})


def correct(made: Made, code: str) -> None:
    """Ask something else, to be marked again."""
    text = Correction(
        title="In other words",
        question="And now?",
        look_for="",
        effect=CorrectionEffect.AGAIN,
        reason="Unclear.",
    )
    correct_criterion(made.chair, made.slug, made.criterion(code).id, text)


def test_the_workbook_has_a_locked_sheet_for_each_open_ballot_with_its_marks(
    made: Made, make: Factory, reviewer: Visitor
):
    make.mark(made, 0, 0, "sis", Answer.NO, "no export")
    book = download(reviewer, made.url())

    names = {row.name for row in made.vendors}
    assert {book.sheet(0)["A1"].value, book.sheet(1)["A1"].value} == names
    mine = 0 if book.sheet(0)["A1"].value == made.vendors[0].name else 1
    assert (book.read(2, "answer", mine), book.read(2, "note", mine)) == ("No", "no export")
    assert book.read(1, "answer", mine) is None
    for sheet in book.book.worksheets:
        assert sheet.protection.sheet
        assert not sheet.protection.password
    open_cells = {
        cell.coordinate
        for row in book.sheet().iter_rows()
        for cell in row
        if not cell.protection.locked
    }
    lines = [book.line(number) for number in (1, 2, 3)]
    assert open_cells == {f"{column}{line}" for column in "FGHIJK" for line in lines}
    assert book.sheet().freeze_panes == "C4"
    assert book.sheet().page_setup.orientation == "landscape"
    assert book.book[STAMP_SHEET].sheet_state == "veryHidden"


def test_cells_offer_only_answers_that_the_criterion_may_have(made: Made, reviewer: Visitor):
    book = download(reviewer, made.url())
    rules = {
        str(rule.sqref): (rule.type, rule.formula1, rule.errorTitle)
        for rule in book.sheet().data_validations.dataValidation
    }
    first, last = book.line(1), book.line(3)

    assert rules[f"F{first}"][:2] == ("list", '"Yes,No,Can’t tell"')
    assert rules[f"F{last}"][:2] == ("list", '"Yes,No,Can’t tell,Not applicable"')
    assert rules[f"G4:G{last}"] == ("textLength", str(limits.NOTE), "Too long")
    assert rules[f"J4:J{last}"][0] == "date"


@pytest.mark.parametrize("language", ["en", "es"])
def test_excel_takes_every_text_of_the_rules(made: Made, reviewer: Visitor, language: str):
    reviewer.post("/language", {"language": language})
    book = download(reviewer, made.url())

    for rule in book.sheet().data_validations.dataValidation:
        assert len(rule.errorTitle) <= 32
        assert len(rule.error) <= 255
        assert len(rule.formula1) <= 257


def test_the_first_sheet_says_what_to_do_and_why_a_vendor_has_no_sheet(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING, vendors=4)
    make.conflict(made, 0, 0, "My sister works there.")
    make.submit(made, 0, 1, "no time")
    withdraw_vendor(made.chair, made.slug, made.vendors[2].id, reason="Gone.")
    book = download(visit(made.reviewers[0]), made.url())
    sheet = book.book.worksheets[0]
    told = {row[0]: row[2] for row in sheet.iter_rows(values_only=True) if row[0] and row[2]}

    assert len(book.book.worksheets) == 3
    assert told[made.vendors[0].name].startswith("You declared a conflict of interest")
    assert told[made.vendors[1].name].startswith("Your ballot is submitted")
    assert told[made.vendors[2].name].startswith("This vendor is out of the selection")
    assert told[made.vendors[3].name].startswith("Fill in the white cells")
    text = "\n".join(str(row[0]) for row in sheet.iter_rows(values_only=True) if row[0])
    assert f"/evaluations/{made.slug}/ballots/offline" in text


def test_a_vendor_without_a_declaration_has_no_sheet(make: Factory, visit: Visit):
    made = make.evaluation()
    phases.change_phase(made.chair, made.slug, Phase.SCORING)
    book = download(visit(made.reviewers[0]), made.url())

    assert len(book.book.worksheets) == 2
    rows = list(book.book.worksheets[0].iter_rows(values_only=True))
    assert any("Declare it in the portal" in str(row[2]) for row in rows)


def test_nothing_of_others_is_in_the_file(made: Made, make: Factory, reviewer: Visitor):
    make.mark(made, 1, 0, "ada", Answer.NO, "canary in a mine")
    data = download_bytes(reviewer, made.url())
    book = load_workbook(BytesIO(data))

    cells = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row}
    assert not any("canary" in text for text in cells)
    assert "Person 2" not in " ".join(cells)


def test_what_was_filled_in_is_taken_after_a_look_with_ordinary_entries(
    made: Made, reviewer: Visitor
):
    book = download(reviewer, made.url())
    book.write(
        1,
        answer="Yes",
        note="Works with a keyboard.",
        evidence_kind="Demo",
        evidence_place="minute 12",
        evidence_on=date(2026, 3, 2),
        evidence_until=date(2030, 3, 2),
    )
    book.write(3, vendor=1, answer="Not applicable")
    preview = send(reviewer, made, book)

    page = reviewer.get(preview).text
    assert "2 answers would be new." in page
    assert "Works with a keyboard." in page
    assert stored_marks() == []
    assert take(reviewer, preview).status_code == 303

    marks = db.session.scalars(select(Mark).order_by(Mark.id)).all()
    first = next(mark for mark in marks if mark.answer is Answer.YES)
    assert first.note == "Works with a keyboard."
    assert (first.evidence_kind, first.evidence_place) == (EvidenceKind.DEMO, "minute 12")
    assert (first.evidence_on, first.evidence_until) == (date(2026, 3, 2), date(2030, 3, 2))
    assert sorted(mark.answer for mark in marks) == [Answer.NOT_APPLICABLE, Answer.YES]
    events = select(func.count()).where(JournalEntry.event == Event.MARK_RECORDED)
    assert db.session.scalar(events) == 2
    assert db.session.scalar(select(func.count()).select_from(ImportDraft)) == 0
    assert verify_record(db.session()).problems == ()
    assert reviewer.get(preview).status_code == 404


def test_a_file_that_was_not_touched_changes_nothing(made: Made, make: Factory, reviewer: Visitor):
    make.marks(made, 0, 0, "YNA")
    book = download(reviewer, made.url())
    make.mark_again(made, 0, 0, "ada", Answer.NO)  # newer than the file, which says nothing new
    page = reviewer.get(send(reviewer, made, book)).text

    assert "Nothing would change" in page
    assert "Take these answers" not in page


def test_an_empty_answer_leaves_the_mark_and_an_erased_note_is_seen(
    made: Made, make: Factory, reviewer: Visitor
):
    make.mark(made, 0, 0, "ada", Answer.YES, "good")
    make.mark(made, 0, 0, "sis", Answer.YES, "also good")
    book = download(reviewer, made.url())
    mine = 0 if book.sheet(0)["A1"].value == made.vendors[0].name else 1
    book.write(1, vendor=mine, answer=None, note=None)  # emptied: nothing
    book.write(2, vendor=mine, answer=None, note="better words")  # the answer stays
    assert take(reviewer, send(reviewer, made, book)).status_code == 303

    assert sorted(stored_marks()) == [(Answer.YES, "better words"), (Answer.YES, "good")]


def test_everything_wrong_is_told_by_sheet_and_cell_and_nothing_is_taken(
    made: Made, reviewer: Visitor
):
    book = download(reviewer, made.url())
    book.write(1, answer="maybe", evidence_kind="rumor", evidence_on="soon")
    book.write(2, note="no answer beside it")
    book.write(3, answer="Yes", note="x" * (limits.NOTE + 1), evidence_on=date(2150, 1, 1))
    book.write(1, vendor=1, answer="N/A")
    book.write(2, vendor=1, answer="Yes", note="bell _x0007_")
    answer = upload(reviewer, made.url(), book)
    first, second = book.sheet(0).title, book.sheet(1).title
    line = {number: book.line(number) for number in (1, 2, 3)}

    assert answer.status_code == 422
    for words in (
        f"Sheet “{first}”, cell F{line[1]}: “maybe” is no answer: choose from the list",
        f"Sheet “{first}”, cell H{line[1]}: “rumor” is no kind of evidence",
        f"Sheet “{first}”, cell J{line[1]}: Enter a date, like 2027-03-12.",
        f"Sheet “{first}”, cell F{line[2]}: Choose an answer for this row",
        f"Sheet “{first}”, cell G{line[3]}: Shorten this to 5000 characters; it has 5001.",
        f"Sheet “{second}”, cell F{line[1]}: “Not applicable” is not an answer here",
        f"Sheet “{second}”, cell G{line[2]}: Remove the control character at position 6",
    ):
        assert words in answer.text
    assert db.session.scalar(select(func.count()).select_from(ImportDraft)) == 0


def test_of_many_wrong_cells_the_first_are_listed_and_the_others_counted(
    made: Made, reviewer: Visitor
):
    book = download(reviewer, made.url())
    for vendor in (0, 1):
        for line in range(150):
            for column in (1, OfflineColumn.NOTE.place + 1):
                book.sheet(vendor).cell(50 + line, column).value = "9"

    answer = upload(reviewer, made.url(), book)

    assert answer.status_code == 422
    assert answer.text.count("This row does not begin with the number of a criterion") == 100
    assert "And 200 more." in answer.text


def test_a_day_to_come_is_refused_in_its_cell(made: Made, reviewer: Visitor):
    tomorrow = now_utc().date() + timedelta(days=3)
    book = download(reviewer, made.url()).write(1, answer="Yes", evidence_on=tomorrow)
    answer = upload(reviewer, made.url(), book)

    assert f"cell J{book.line(1)}: This day is still to come." in answer.text


@pytest.mark.parametrize(
    ("typed", "answer"),
    [("yes", Answer.YES), ("Sí", Answer.YES), ("no se puede saber", Answer.CANNOT_TELL)],
)
def test_answers_are_read_as_people_write_them(
    made: Made, reviewer: Visitor, typed: str, answer: Answer
):
    book = download(reviewer, made.url()).write(2, answer=typed)
    take(reviewer, send(reviewer, made, book))

    assert stored_marks() == [(answer, "")]


NOTES = [
    "=SUM(A1:A9)",
    "+1 234 – @mention",
    "مرحبا بالعالم",
    "🧑🏽‍🏫 flags 🇲🇽",
    "x" * limits.NOTE,
    "two\nlines\tand a tab",
    "_x0041_ is not A",
    "<r><t>not markup</t></r> & \"quotes\" 'and' so on",
    "Jose\u0301 n\u0303",
]


@pytest.mark.parametrize("note", NOTES)
def test_notes_come_through_unharmed(made: Made, reviewer: Visitor, note: str):
    """From the portal into a file and back, and from a file into the portal."""
    book = download(reviewer, made.url()).write(1, answer="Yes", note=write_as_excel(note))
    take(reviewer, send(reviewer, made, book))
    assert stored_marks() == [(Answer.YES, note)]

    data = download_bytes(reviewer, made.url())
    page = reviewer.get(str(upload(reviewer, made.url(), data).headers["Location"])).text
    assert "Nothing would change" in page


def test_of_two_answers_somebody_must_choose(made: Made, make: Factory, reviewer: Visitor):
    make.mark(made, 0, 0, "ada", Answer.YES, "at first")
    make.mark(made, 0, 0, "sis", Answer.YES, "at first")
    book = download(reviewer, made.url())
    make.mark_again(made, 0, 0, "ada", Answer.CANNOT_TELL)
    make.mark_again(made, 0, 0, "sis", Answer.CANNOT_TELL)
    mine = 0 if book.sheet(0)["A1"].value == made.vendors[0].name else 1
    book.write(1, vendor=mine, answer="No", note="on paper")
    book.write(2, vendor=mine, answer="No", note="on paper")
    preview = send(reviewer, made, book)
    ballot = ballot_of(made, 0, 0).id
    one, two = (f"side-{ballot}-{made.criterion(code).id}" for code in ("ada", "sis"))

    page = reviewer.get(preview).text
    assert ("on paper" in page, "2 answers were also changed in the portal" in page) == (True, True)
    refused = take(reviewer, preview, **{one: "file"})
    assert refused.status_code == 422
    assert "choose which of the two answers counts" in refused.text
    assert f'id="{one}-file" name="{one}" value="file" checked' in refused.text
    assert take(reviewer, preview, **{one: "file", two: "portal"}).status_code == 303
    assert sorted(stored_marks()) == [(Answer.CANNOT_TELL, ""), (Answer.NO, "on paper")]


@pytest.mark.parametrize("held", ["take", "leave"])
def test_answers_to_old_words_are_taken_only_if_they_hold(made: Made, reviewer: Visitor, held: str):
    book = download(reviewer, made.url()).write(1, answer="Yes")
    correct(made, "ada")
    preview = send(reviewer, made, book)
    name = f"holding-{made.criterion('ada').id}"

    assert "And now?" in reviewer.get(preview).text
    refused = take(reviewer, preview)
    assert refused.status_code == 422
    assert "In other words: say whether your answers still hold." in refused.text
    assert take(reviewer, preview, **{name: held}).status_code == 303
    assert stored_marks() == ([(Answer.YES, "")] if held == "take" else [])


def test_a_sealed_ballot_is_named_and_left_as_it_is(made: Made, make: Factory, reviewer: Visitor):
    book = download(reviewer, made.url()).write(1, answer="No").write(1, vendor=1, answer="No")
    make.submit(made, 0, 0, "no time")
    preview = send(reviewer, made, book)
    page = reviewer.get(preview).text

    assert made.vendors[0].name in page
    assert "One answer is not taken. Your ballot is submitted and sealed." in page
    assert take(reviewer, preview).status_code == 303
    assert stored_marks() == [(Answer.NO, "")]
    assert db.session.scalars(select(Mark.ballot_id)).one() == ballot_of(made, 0, 1).id


def test_what_changed_since_the_preview_is_shown_before_anything_is_taken(
    made: Made, make: Factory, reviewer: Visitor
):
    book = download(reviewer, made.url()).write(1, answer="No").write(1, vendor=1, answer="No")
    preview = send(reviewer, made, book)
    form = filled_form(parse(200, reviewer.get(preview).text), preview)
    make.mark(made, 0, 0, "ada", Answer.YES, "in the portal")
    refused = reviewer.post(preview, form)

    assert refused.status_code == 409
    assert "Nothing was taken: something has changed" in refused.text
    assert stored_marks() == [(Answer.YES, "in the portal")]


def test_files_of_others_are_refused(made: Made, make: Factory, reviewer: Visitor, visit: Visit):
    theirs = download(visit(made.reviewers[1]), made.url()).write(1, answer="maybe")
    other = make.evaluation(title="Another", phase=Phase.SCORING)
    elsewhere = download(visit(other.reviewers[0]), other.url())
    foreign = download(reviewer, made.url())
    head = foreign.book[STAMP_SHEET]["A2"]
    head.value = str(head.value).replace('"site": "', '"site": "00')
    bare = download(reviewer, made.url())
    del bare.book[STAMP_SHEET]

    for book, words in (
        (theirs, "made for somebody else"),
        (elsewhere, "belongs to another evaluation"),
        (foreign, "another installation"),
        (bare, "not a workbook that was downloaded"),
    ):
        answer = upload(reviewer, made.url(), book)
        assert (answer.status_code, words in answer.text) == (422, True), words
        assert "maybe" not in answer.text


@pytest.mark.parametrize("data", [b"", b"Vendor;Answer\nA;Yes", b"PK\x03\x04rest"])
def test_what_is_no_workbook_is_refused_in_words(made: Made, reviewer: Visitor, data: bytes):
    answer = upload(reviewer, made.url(), data)

    assert answer.status_code == 422
    assert "This is no Excel workbook" in answer.text


def test_a_preview_that_is_sent_twice_is_taken_once(made: Made, reviewer: Visitor):
    preview = send(reviewer, made, download(reviewer, made.url()).write(1, answer="No"))
    page = reviewer.get(preview).text
    form = {**filled_form(parse(200, page), preview), "once": value_of(page, "once")}

    first, second = reviewer.post(preview, form), reviewer.post(preview, form)

    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]
    assert stored_marks() == [(Answer.NO, "")]
    events = select(func.count()).where(JournalEntry.event == Event.MARK_RECORDED)
    assert db.session.scalar(events) == 1


def value_of(page: str, name: str) -> str:
    """What a hidden control of the page carries."""
    found = re.search(f'name="{name}" value="([^"]+)"', page)
    assert found
    return found[1]


def test_another_person_does_not_see_the_preview(made: Made, reviewer: Visitor, visit: Visit):
    preview = send(reviewer, made, download(reviewer, made.url()).write(1, answer="No"))

    other = visit(made.reviewers[1])
    assert other.get(preview).status_code == 404
    assert other.post(preview, {"version": "x"}).status_code == 404
    assert other.post(f"{preview}/discard").status_code == 404
    assert reviewer.get(preview).status_code == 200


def test_a_file_can_be_discarded(made: Made, reviewer: Visitor):
    preview = send(reviewer, made, download(reviewer, made.url()).write(1, answer="No"))

    assert reviewer.post(f"{preview}/discard").status_code == 303
    assert reviewer.get(preview).status_code == 404
    assert stored_marks() == []


def test_after_the_hard_end_nothing_is_taken(made: Made, reviewer: Visitor):
    preview = send(reviewer, made, download(reviewer, made.url()).write(1, answer="No"))
    form = filled_form(parse(200, reviewer.get(preview).text), preview)
    with unit_of_work() as session:
        session.get_one(Evaluation, made.evaluation.id).ends_at = now_utc() - timedelta(hours=1)
    refused = reviewer.post(preview, form)

    assert refused.status_code == 409
    said = (
        r"Scoring ended [A-Z][a-z]+ \d{1,2}, \d{4}, \d{1,2}:\d\d [AP]M \(UTC\)\. Nothing is taken"
    )
    assert re.search(said, refused.text)
    assert stored_marks() == []


def test_rows_are_found_by_their_number_wherever_they_stand(made: Made, reviewer: Visitor):
    book = download(reviewer, made.url()).write(3, answer="Yes")
    book.sheet().insert_rows(book.line(1))
    take(reviewer, send(reviewer, made, book))

    assert stored_marks() == [(Answer.YES, "")]
    mark = db.session.scalars(select(Mark)).one()
    assert mark.criterion_id == made.criterion("teacher").id


def test_a_sheet_that_was_renamed_is_named_and_one_that_was_deleted_is_told(
    made: Made, reviewer: Visitor
):
    renamed = download(reviewer, made.url()).write(1, answer="No")
    title = renamed.sheet(0).title
    renamed.sheet(0).title = "Mine"
    deleted = download(reviewer, made.url()).write(1, vendor=1, answer="No")
    del deleted.book[title]

    assert (
        f"Sheet “{title}”: This sheet is not in the file"
        in upload(reviewer, made.url(), renamed).text
    )
    page = reviewer.get(send(reviewer, made, deleted)).text
    assert "Not in the file, so nothing changes there:" in page


def test_the_page_is_linked_from_my_ballots(made: Made, reviewer: Visitor):
    assert ADDRESS in reviewer.get(made.url("ballots/")).text
    page = reviewer.get(made.url(ADDRESS)).text
    assert "The workbook has a sheet for each of 2 vendors." in page


def test_a_mark_stays_one_save_in_the_journal(made: Made, make: Factory, reviewer: Visitor):
    """The same words again, from a file, are no save."""
    make.mark(made, 0, 0, "ada", Answer.YES)
    book = download(reviewer, made.url())
    ballots.record_mark(
        made.reviewers[0],
        made.slug,
        made.vendors[0].id,
        made.criterion("ada").id,
        MarkText(answer=Answer.NO),
        seen_version=1,
    )
    mine = 0 if book.sheet(0)["A1"].value == made.vendors[0].name else 1
    page = reviewer.get(send(reviewer, made, book.write(1, vendor=mine, answer="No"))).text

    assert "Nothing would change" in page
