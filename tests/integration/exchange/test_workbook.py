"""The Excel workbook of an evaluation: for whom which sheets, and the same numbers as the pages."""

import io

import openpyxl
import pandas as pd
import pytest
from openpyxl.workbook import Workbook
from sqlalchemy import select

from crrubric.domain.vocabulary import Answer, DeclarationKind, Outcome, Phase, Role
from crrubric.extensions import db
from crrubric.models import Mark
from crrubric.services.ballots.declarations import declare_interest
from crrubric.services.meeting import decisions
from tests import in_meeting
from tests.factories import Factory, Made
from tests.integration.conftest import Visit, Visitor

ALL = ["Summary", "Matrix", "Votes", "Marks", "Findings", "Evidence", "Agreement", "Journal"]
MARKS = {(0, 0): "YNA", (1, 0): "Y?A", (2, 0): "NYY", (0, 1): "Y-N", (1, 1): "??A"}
COUNTS = {
    Answer.YES: "yes", Answer.NO: "no", Answer.NOT_APPLICABLE: "not_applicable",
    Answer.CANNOT_TELL: "cannot_tell",
}  # fmt: skip
NOTES = (
    "=1+1; +2", "\u202eשלום\u202c 👩\u200d🏫", "<r>no style</r>", "one\n- two", "long " * 990,
)  # fmt: skip


@pytest.fixture
def made(make: Factory) -> Made:
    return make.evaluation(phase=Phase.MEETING, reviewers=3, marks=MARKS)


def download(person: Visitor, made: Made) -> bytes:
    """The workbook as it was sent, with its length."""
    answer = person.get(made.url("export/workbook.xlsx"))
    assert answer.status_code == 200
    assert answer.headers["Content-Length"] == str(len(answer.data))
    return answer.data


def open_workbook(person: Visitor, made: Made) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(download(person, made)))


def cells_of(book: Workbook, name: str) -> list[tuple[object, ...]]:
    return [tuple(cell.value for cell in row) for row in book[name].iter_rows()]


def everything_in(book: Workbook) -> str:
    return "\n".join(str(row) for name in book.sheetnames for row in cells_of(book, name))


def test_marks_of_the_workbook_and_of_the_csv_give_the_same_tallies(made: Made, visit: Visit):
    """As somebody else would count them, with pandas that is told nothing."""
    chair = visit(made.chair)
    data = download(chair, made)
    marks = pd.read_excel(io.BytesIO(data), sheet_name="Marks")
    votes = pd.read_excel(io.BytesIO(data), sheet_name="Votes")
    csv = pd.read_csv(io.BytesIO(chair.get(made.url("export/marks.csv")).data))
    tallies = pd.read_csv(io.BytesIO(chair.get(made.url("export/tallies.csv")).data))

    keys = ["Code of the vendor", "Code of the criterion"]
    labels = {answer.label: name for answer, name in COUNTS.items()}
    from_sheet = marks.groupby([*keys, "Mark"]).size().unstack(fill_value=0).rename(columns=labels)
    words = {answer.value: name for answer, name in COUNTS.items()}
    groups = csv.groupby(["vendor", "criterion", "mark"]).size().unstack(fill_value=0)
    from_csv = groups.rename(columns=words)
    told = tallies.set_index(["vendor", "criterion"])
    shown = votes.set_index(keys).rename(columns=labels)
    for name in COUNTS.values():
        wanted = {key: count for key, count in told[name].to_dict().items() if count}
        assert {key: n for key, n in from_sheet[name].to_dict().items() if n} == wanted
        assert {key: n for key, n in from_csv[name].to_dict().items() if n} == wanted
        assert {key: n for key, n in shown[name].to_dict().items() if n} == wanted


def test_every_note_is_whole_and_text(made: Made, visit: Visit):
    for number, mark in enumerate(db.session.scalars(select(Mark).order_by(Mark.id)).all()):
        mark.note = NOTES[number % len(NOTES)].strip()
    db.session.commit()

    book = open_workbook(visit(made.chair), made)

    column = list(book["Marks"]["F"])[1:]
    assert {cell.value for cell in column} == {note.strip() for note in NOTES}
    assert {cell.data_type for cell in column} <= {"s", "inlineStr"}


def test_the_summary_has_scores_as_percent(made: Made, visit: Visit):
    sheet = open_workbook(visit(made.chair), made)["Summary"]

    header = next(row for row in sheet.iter_rows() if row[0].value == "Vendor")
    first = sheet[header[0].row + 1]
    assert [cell.value for cell in header][:3] == ["Vendor", "Rank", "Score"]
    assert sheet["A1"].value == made.evaluation.title
    assert first[2].number_format == "0.0 %"
    assert first[2].value is None or 0 <= first[2].value <= 1


def test_who_leads_the_meeting_has_all_sheets_and_others_no_single_marks(
    make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.SCORING, marks=MARKS, reviewers=3)
    observer = make.member(made.chair, made.slug, frozenset({Role.OBSERVER}))
    make.forward(made, Phase.MEETING, {})
    others = [name for name in ALL if name not in {"Marks", "Journal"}]

    assert open_workbook(visit(made.chair), made).sheetnames == ALL
    for person in (made.reviewers[0], observer):
        book = open_workbook(visit(person), made)
        assert book.sheetnames == others
        assert "for chairs" in everything_in(book)


def test_nothing_of_a_vendor_from_which_one_stays_away(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING, marks=MARKS, reviewers=3)
    vendor = made.vendors[0]
    declare_interest(made.chair, made.slug, vendor.id, kind=DeclarationKind.CONFLICT, words="Mine.")
    other = make.member(made.chair, made.slug, frozenset({Role.CHAIR}))
    make.forward(made, Phase.MEETING, {})
    text = decisions.FindingText(Outcome.NOT_MET, reason="It did not open.")
    in_meeting.record_finding(
        other, made.slug, vendor.id, made.criteria[0].id, text, seen_version=0
    )

    mine, whole = (open_workbook(visit(person), made) for person in (made.chair, other))

    # the first sheet says from which vendor it leaves everything out; the journal what one declared
    sheets = [name for name in ALL if name not in {"Summary", "Journal"}]
    assert not [n for n in sheets if any(vendor.company in str(row) for row in cells_of(mine, n))]
    assert "It did not open." not in everything_in(mine)
    assert "It did not open." in everything_in(whole)
    assert vendor.company in str(cells_of(mine, "Summary")[:6])
    assert vendor.company not in str(cells_of(mine, "Summary")[6:])


def test_the_workbook_is_in_the_language_of_the_person(made: Made, visit: Visit):
    chair = visit(made.chair)
    chair.get("/")
    chair.post("/language", {"language": "es"})

    book = open_workbook(chair, made)

    assert book.sheetnames[:4] == ["Resumen", "Matriz", "Votos", "Respuestas"]
    assert {row[4] for row in cells_of(book, "Respuestas")[1:]} >= {"Sí", "No"}
    assert "✓" in everything_in(book)
    assert {one.name: one.value for one in book.custom_doc_props} == {"Language": "es"}


def test_the_workbook_takes_a_turn_and_no_transaction(
    made: Made, visit: Visit, monkeypatch: pytest.MonkeyPatch
):
    from crrubric.reports.exchange import sheets

    held: list[bool] = []
    write = sheets.write_sheet_cell

    def watched(*cell: object) -> str:
        held.append(db.session().in_transaction())
        return write(*cell)  # type: ignore[arg-type]

    monkeypatch.setattr(sheets, "write_sheet_cell", watched)
    download(visit(made.chair), made)

    assert held
    assert not any(held)
