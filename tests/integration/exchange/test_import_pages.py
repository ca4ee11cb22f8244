"""Importing marks on the web: read, match columns, look, take."""

from datetime import date
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select, update

from crrubric.clock import now_utc
from crrubric.domain.events import Event
from crrubric.domain.exchange.drafts import KEPT, DraftKind
from crrubric.domain.vocabulary import (
    Answer,
    BallotState,
    DeclarationKind,
    EntrySource,
    NoticeKind,
    Phase,
    Role,
)
from crrubric.extensions import db
from crrubric.models import (
    Ballot,
    ColumnMapping,
    Declaration,
    EntryOnBehalf,
    ImportDraft,
    JournalEntry,
    Mark,
    Member,
    Notice,
    Vendor,
)
from crrubric.queries.ballots.on_behalf import has_seen_ballot
from crrubric.queries.record.verification import verify_record
from crrubric.services.ballots.declarations import declare_interest
from crrubric.services.exchange import (
    filled_ballots,
    import_plans,
    imports,
    mark_drafts,
    scanning,
)
from crrubric.services.setup import phases
from crrubric.services.setup.committee import change_member
from crrubric.services.shared.unit import unit_of_work
from tests.factories import Factory, Made, ballot_of, let_chair_score
from tests.integration.conftest import Visit, Visitor
from tests.integration.people.test_links import fill_with_key
from tests.pages import filled_form, parse
from tests.uploads import archive, make_workbook

GIVEN = {"given_on": "2026-03-02", "no_conflict": "y"}


@pytest.fixture
def made(make: Factory) -> Made:
    return make.evaluation(phase=Phase.SCORING)


@pytest.fixture
def chair(made: Made, visit: Visit) -> Visitor:
    return visit(made.chair)


def name_reviewer(made: Made, place: int) -> str:
    return made.reviewers[place].name


def write_form_export(made: Made, *rows: str) -> bytes:
    """An export of a form: a column for each of two criteria."""
    first, second = made.criteria[:2]
    head = f'Timestamp,Your name,Product,"1. {first.title}",Comments,"2. {second.title}",Other'
    return "\n".join([head, *rows, ""]).encode()


def upload(chair: Visitor, made: Made, data: bytes, name: str = "answers.csv") -> str:
    """Upload what must be read; the address of the draft."""
    answer = chair.post(made.url("import"), {"file": (BytesIO(data), name)})
    assert answer.status_code == 303, answer.text
    where = str(answer.headers["Location"])
    assert where.endswith("/columns")
    return where.removesuffix("/columns")


def read_form(visitor: Visitor, address: str) -> dict[str, str]:
    """What the form of a page would send."""
    sent = filled_form(visitor.page(address), address)
    return {name: values[0] for name, values in sent.items()}


def match(chair: Visitor, draft: str, **chosen: str) -> Any:
    """Press the button below the columns, with these choices changed."""
    form = read_form(chair, f"{draft}/columns")
    return chair.post(f"{draft}/columns", {**form, "to": "preview", **chosen})


def take(chair: Visitor, draft: str, **chosen: str) -> Any:
    """Press the button below the preview."""
    form = read_form(chair, draft)
    return chair.post(draft, {**form, **GIVEN, "to": "take", **chosen})


def count_marks() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Mark)) or 0


def test_an_export_of_a_form_is_read_matched_looked_at_and_taken(made: Made, chair: Visitor):
    one, two = name_reviewer(made, 0), name_reviewer(made, 1)
    vendor = made.vendors[0].company
    draft = upload(
        chair,
        made,
        write_form_export(
            made,
            f"3/1/2026 10:00:00,{one},{vendor},Yes,fine,No,x",
            f"3/1/2026 10:01:00,{two},{vendor},N,,not sure,",
        ),
    )

    columns = chair.get(f"{draft}/columns").text
    assert match(chair, draft).headers["Location"] == draft
    page = chair.get(draft).text
    assert count_marks() == 0
    answer = take(chair, draft)

    assert "Other" in columns
    assert "Columns that are not read:" in page
    assert "4 marks can be taken." in page
    assert (answer.status_code, answer.headers["Location"]) == (303, made.url("progress"))
    ballots = [ballot_of(made, place, 0) for place in (0, 1)]
    assert [ballot.state for ballot in ballots] == [BallotState.SUBMITTED] * 2
    marks = db.session.scalars(select(Mark).order_by(Mark.id)).all()
    assert [(mark.answer, mark.note) for mark in marks] == [
        (Answer.YES, "fine"), (Answer.NO, ""), (Answer.NO, ""), (Answer.CANNOT_TELL, ""),
    ]  # fmt: skip
    assert db.session.scalars(select(ImportDraft)).all() == []
    assert [str(problem) for problem in verify_record(db.session()).problems] == []


def test_the_button_pressed_twice_takes_the_file_once_and_leads_where_it_led(
    made: Made, chair: Visitor
):
    row = f"3/1/2026 10:00:00,{name_reviewer(made, 0)},{made.vendors[0].company},Yes,fine,No,x"
    draft = upload(chair, made, write_form_export(made, row))
    match(chair, draft)
    form = {**fill_with_key(chair.page(draft), draft), **GIVEN, "to": "take"}

    answers = [chair.post(draft, form) for _press in range(2)]

    assert [one.status_code for one in answers] == [303, 303]
    assert {one.location for one in answers} == {made.url("progress")}
    assert count_marks() == 2


def test_a_chair_has_seen_what_they_import_and_reviewers_confirm_it(made: Made, chair: Visitor):
    one, vendor = name_reviewer(made, 0), made.vendors[0].company
    draft = upload(chair, made, write_form_export(made, f",{one},{vendor},Yes,,No,"))
    match(chair, draft)

    assert take(chair, draft).status_code == 303

    entry = db.session.scalars(select(EntryOnBehalf)).one()
    assert (entry.source, entry.given_on, entry.entered_by) == (
        EntrySource.FILE, date(2026, 3, 2), made.chair.name,
    )  # fmt: skip
    own = db.session.scalars(select(Member).where(Member.user_id == made.chair.user_id)).one()
    assert has_seen_ballot(db.session(), own.id, made.vendors[0].id)
    notices = db.session.scalars(select(Notice.kind)).all()
    assert NoticeKind.BALLOT_ENTERED in notices


def test_nothing_is_taken_before_the_reviewers_have_declared(made: Made, chair: Visitor):
    db.session.execute(Declaration.__table__.delete())
    db.session.commit()
    row = f",{name_reviewer(made, 0)},{made.vendors[0].company},Yes,,No,"
    draft = upload(chair, made, write_form_export(made, row))
    match(chair, draft)

    refused = take(chair, draft, no_conflict="")
    undated = take(chair, draft, given_on="")
    later = take(chair, draft, given_on="2199-01-01")

    assert [refused.status_code, undated.status_code, later.status_code] == [422, 422, 422]
    assert "about conflicts of interest" in refused.text
    assert "Enter the day on which the ballots were given." in undated.text
    assert count_marks() == 0
    assert take(chair, draft).status_code == 303


def test_a_chair_who_scores_submits_their_own_ballot_first(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    both = make.member(made.chair, made.slug, frozenset({Role.CHAIR, Role.REVIEWER}))
    chair = visit(both)
    row = f",{name_reviewer(made, 0)},{made.vendors[0].company},Yes,,No,"
    draft = upload(chair, made, write_form_export(made, row))
    match(chair, draft)

    page = chair.get(draft).text

    assert "submit your own ballot for" in page
    assert 'value="take"' not in page


def test_a_chair_who_has_ceased_to_score_imports_ballots_of_others(make: Factory, visit: Visit):
    made = make.evaluation(reviewers=2)
    chair = let_chair_score(made)
    phases.change_phase(made.chair, made.slug, Phase.SCORING)
    roles = frozenset({Role.CHAIR})
    change_member(made.chair, made.slug, chair.id, roles=roles, stakeholder=chair.stakeholder)
    row = f",{name_reviewer(made, 0)},{made.vendors[0].company},Yes,,No,"
    draft = upload(visit(made.chair), made, write_form_export(made, row))
    match(visit(made.chair), draft)

    assert "submit your own ballot for" not in visit(made.chair).get(draft).text


def test_a_chair_does_not_import_where_they_have_a_conflict(made: Made, chair: Visitor):
    declare_interest(
        made.chair, made.slug, made.vendors[0].id, kind=DeclarationKind.CONFLICT, words="My cousin."
    )
    row = f",{name_reviewer(made, 0)},{made.vendors[0].company},Yes,,No,"
    draft = upload(chair, made, write_form_export(made, row))
    match(chair, draft)

    page = chair.get(draft).text

    assert "another chair imports these marks" in page
    assert take(chair, draft).status_code == 422
    assert count_marks() == 0


def test_a_ballot_that_its_reviewer_has_begun_is_theirs(make: Factory, made: Made, chair: Visitor):
    make.marks(made, 0, 0, "Y")
    row = f",{name_reviewer(made, 0)},{made.vendors[0].company},,,No,"
    draft = upload(chair, made, write_form_export(made, row))
    match(chair, draft)

    page = chair.get(draft).text
    assert "has begun this ballot: only they can mark it" in page
    assert "in the evaluation already" not in page  # that would tell which criteria are marked


def test_unknown_words_and_names_are_asked_for(made: Made, chair: Visitor):
    one, vendor = name_reviewer(made, 0), made.vendors[0].company
    rows = (f',{one}x,{vendor}y,"Yes, with comments",,Yup,', f",{one},{vendor}y,,,No,")
    draft = upload(chair, made, write_form_export(made, *rows))
    match(chair, draft)
    form = read_form(chair, draft)
    words = {form[f"word-{n}"]: n for n in (1, 2)}
    text = chair.get(draft).text
    assert f"Perhaps {vendor}?" in text
    assert f"Perhaps {one}?" not in text  # not read yet: its words are asked for first

    chosen = {
        f"word-is-{words['Yes, with comments']}": "YES",
        f"word-is-{words['Yup']}": "BLANK",
        "vendor-is-1": form_name(chair, draft, "vendor", vendor),
    }
    answer = chair.post(draft, {**form, **chosen, "to": "again"})
    again = read_form(chair, draft)
    reviewer = {"reviewer-is-1": form_name(chair, draft, "reviewer", one)}
    chair.post(draft, {**again, **reviewer, "to": "again"})

    assert answer.status_code == 303
    page_text = chair.get(draft).text
    assert "2 marks can be taken." in page_text
    assert take(chair, draft).status_code == 303
    assert count_marks() == 2


def form_name(chair: Visitor, draft: str, kind: str, name: str) -> str:
    """The choice that stands for a name."""
    select_ = chair.page(draft).with_id(f"{kind}-is-1")
    values = [option.get("value") or "" for option in select_.iter("option")]
    return next(value for value in values if value.startswith(name) or name in value)


def test_who_answered_twice_keeps_the_latest_where_that_is_chosen(made: Made, chair: Visitor):
    one, vendor = name_reviewer(made, 0), made.vendors[0].company
    draft = upload(
        chair,
        made,
        write_form_export(
            made,
            f"3/2/2026 10:00:00,{one},{vendor},No,second,,",
            f"3/1/2026 10:00:00,{one.upper()},{vendor},Yes,first,No,",
        ),
    )
    match(chair, draft)
    assert f"{one} answered more than once for {vendor}" in chair.get(draft).text
    form = read_form(chair, draft)

    chair.post(draft, {**form, "keep_latest": "y", "to": "again"})
    page = chair.get(draft).text
    assert take(chair, draft).status_code == 303

    assert "One answer was given again later and is left out." in page
    [mark] = db.session.scalars(select(Mark)).all()
    assert (mark.answer, mark.note) == (Answer.NO, "second")


def test_what_others_answered_in_the_row_of_an_earlier_answer_is_taken(made: Made, chair: Visitor):
    """A column for each reviewer, and a criterion in two rows: one of them answered it again."""
    one, two = name_reviewer(made, 0), name_reviewer(made, 1)
    first, second = (row.title for row in made.criteria[:2])
    rows = [f"Criterion,{one},{two}", f"{first},No,Yes", f"{second},Yes,No", f"{first},Yes,", ""]
    draft = upload(chair, made, "\n".join(rows).encode())
    vendor = made.vendors[0]
    match(chair, draft, layout="MATRIX", to="guess")
    match(chair, draft, vendor=f"{vendor.company} {vendor.product}".strip())
    form = read_form(chair, draft)

    chair.post(draft, {**form, "keep_latest": "y", "to": "again"})
    page = chair.get(draft).text
    assert take(chair, draft).status_code == 303

    assert "4 marks can be taken." in page
    found = {
        (row.ballot.member.name, row.criterion.title): row.answer
        for row in db.session.scalars(select(Mark))
    }
    assert found == {
        (one, first): Answer.YES, (one, second): Answer.YES,
        (two, first): Answer.YES, (two, second): Answer.NO,
    }  # fmt: skip


@pytest.mark.parametrize("latest", [False, True])
def test_of_a_file_that_is_wrong_throughout_only_a_part_is_looked_at(
    made: Made, chair: Visitor, monkeypatch: pytest.MonkeyPatch, latest: bool
):
    monkeypatch.setattr(mark_drafts, "PATIENCE", 20)
    monkeypatch.setattr(scanning, "LISTED", 5)
    vendor, one = made.vendors[0].company, name_reviewer(made, 0)
    rows = ["reviewer,vendor,criterion,mark", *[f"{one},{vendor},{made.criteria[0].code},yes"] * 90]
    draft = upload(chair, made, "\n".join([*rows, ""]).encode())
    match(chair, draft)
    form = read_form(chair, draft)
    if latest:
        chair.post(draft, {**form, "keep_latest": "y", "to": "again"})

    page = chair.get(draft).text
    refused = take(chair, draft)

    assert "These are so many that the rest of the file was not looked at." in page
    assert ("25 places can’t be used" in page) is not latest
    assert ("More than 20 answers were given again later" in page) is latest
    assert (refused.status_code, count_marks()) == (422, 0)


def make_matrix_book(made: Made) -> bytes:
    """A sheet for each of two vendors, a column for each reviewer, one sheet more."""
    book = Workbook()
    book.active.title = "Read me"
    book.active.append(["Please fill in."])
    for vendor in made.vendors[:2]:
        sheet = book.create_sheet(vendor.company)
        sheet.append([f"Adoption: {vendor.company}"])
        sheet.append(["No.", "Criterion", name_reviewer(made, 0), "Comments", "Somebody Else"])
        for number, criterion in enumerate(made.criteria[:2], 1):
            sheet.append([number, criterion.title, "yes", "=1+1 seen", "no"])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_with_a_sheet_for_each_vendor_is_taken(made: Made, chair: Visitor):
    draft = upload(chair, made, make_matrix_book(made), "matrix.xlsx")
    columns = read_form(chair, f"{draft}/columns")
    somebody = max(name for name, value in columns.items() if value == "mark")
    match(chair, draft, **{somebody: ""})

    page = chair.get(draft).text
    answer = take(chair, draft)

    assert "Sheets that are not read:" in page
    assert answer.status_code == 303, answer.text
    assert count_marks() == 4
    assert {ballot_of(made, 0, place).state for place in (0, 1)} == {BallotState.SUBMITTED}


def test_how_columns_were_matched_is_proposed_the_next_time(made: Made, chair: Visitor):
    one, two = name_reviewer(made, 0), name_reviewer(made, 1)
    vendor = made.vendors[0].company
    head = "Wer,Was,Kriterium,Urteil\n"
    row = f"{one},{vendor},{made.criteria[0].code},yes\n"
    draft = upload(chair, made, (head + row).encode())
    roles = ("reviewer", "vendor", "criterion", "mark")
    chosen = {f"column-{place}": role for place, role in enumerate(roles)}
    assert match(chair, draft).status_code == 422
    assert match(chair, draft, **chosen).status_code == 303
    assert take(chair, draft).status_code == 303

    again = upload(chair, made, (head + row.replace(one, two)).encode())
    form = read_form(chair, f"{again}/columns")

    assert db.session.scalars(select(ColumnMapping.kind)).all() == [DraftKind.MARKS]
    assert [form[f"column-{place}"] for place in range(4)] == list(roles)


def test_no_name_of_a_file_is_remembered_beyond_the_evaluation(made: Made, chair: Visitor):
    draft = upload(chair, made, make_matrix_book(made), "matrix.xlsx")
    columns = read_form(chair, f"{draft}/columns")
    somebody = max(name for name, value in columns.items() if value == "mark")
    match(chair, draft, **{somebody: ""})
    assert take(chair, draft).status_code == 303

    kept = db.session.scalars(select(ColumnMapping.mapping)).one()

    names = (name_reviewer(made, 0), "Somebody Else", made.vendors[0].company)
    assert [name for name in names if name in kept] == []
    again = upload(chair, made, make_matrix_book(made), "matrix.xlsx")
    form = read_form(chair, f"{again}/columns")
    assert {name: form[name] for name in columns if name.startswith("column-")} == {
        **{name: value for name, value in columns.items() if name.startswith("column-")},
        somebody: "",
    }


def test_columns_that_are_missing_are_named_and_what_was_chosen_is_kept(made: Made, chair: Visitor):
    draft = upload(chair, made, b"a,b,c,d\n1,2,3,4\n")

    answer = match(chair, draft, **{"column-0": "reviewer", "column-1": "vendor"})

    assert answer.status_code == 422
    assert "Choose a column for: Mark" in answer.text
    page = parse(422, answer.text)
    form = filled_form(page, f"{draft}/columns")
    form = {name: values[0] for name, values in form.items()}
    assert (form["column-0"], form["column-1"]) == ("reviewer", "vendor")


@pytest.mark.parametrize("button", ["guess", "preview"])
def test_another_layout_is_guessed_where_it_is_asked_for(made: Made, chair: Visitor, button: str):
    code = made.criteria[0].code
    text = f"Adoption\nreviewer,vendor,criterion,mark,{code}\na,b,{code},yes,no\n"
    draft = upload(chair, made, text.encode())
    form = read_form(chair, f"{draft}/columns")
    assert form["layout"] == "LONG"

    chair.post(f"{draft}/columns", {**form, "layout": "RESPONSES", "to": button})

    again = read_form(chair, f"{draft}/columns")
    assert again["layout"] == "RESPONSES"
    assert f"mark:{code}" in again.values()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "This file has no table"),
        (b"only a header\n", "This file has no table"),
        (b"%PDF-1.4 x", "is a PDF file"),
        (b"PK\x03\x04broken", "no Excel workbook"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(made: Made, chair: Visitor, data: bytes, says: str):
    answer = chair.post(made.url("import"), {"file": (BytesIO(data), "x.csv")})

    assert answer.status_code == 422
    assert says in answer.text


def change_parts(old: bytes, new: bytes) -> bytes:
    """A workbook of marks in which something of its parts is written otherwise."""
    book = make_workbook([["reviewer", "vendor", "criterion", "mark"], ["a", "b", "c", "yes"]])
    with ZipFile(BytesIO(book)) as opened:
        parts = {name: opened.read(name) for name in opened.namelist()}
    assert any(old in part for part in parts.values())
    return archive({name: part.replace(old, new) for name, part in parts.items()})


@pytest.mark.parametrize(
    ("old", "new", "times"),
    [
        (b"<sheetData>", b"<!DOCTYPE x><sheetData>", 1),
        (b'<row r="2"', b'<row r="9"/>', 60_000),
        (b'<row r="2"', b'<row r="60000000"', 1),
        (b"sheet.main+xml", b"sheet.macroEnabled.main+xml", 1),
        (b'<row r="2"', b" ", 32_000_000),
    ],
    ids=["DOCTYPE", "no end of rows", "far row", "macros", "bomb"],
)
def test_a_hostile_workbook_is_refused(
    made: Made, chair: Visitor, old: bytes, new: bytes, times: int
):
    data = change_parts(old, new * times + (old if times > 1 else b""))

    answer = chair.post(made.url("import"), {"file": (BytesIO(data), "x.xlsx")})

    assert answer.status_code == 422
    assert "no Excel workbook" in answer.text or "has no table" in answer.text
    assert db.session.scalars(select(ImportDraft)).all() == []


def test_a_size_that_is_not_true_is_no_matter(made: Made, chair: Visitor):
    data = change_parts(b'ref="A1:D2"', b'ref="A1:XFD1048576"')

    assert upload(chair, made, data, "x.xlsx")


@pytest.mark.parametrize("letter", ["\x00", "\x07", "\ufffe"])
def test_characters_that_nothing_holds_are_named_by_line(made: Made, chair: Visitor, letter: str):
    code, vendor = made.criteria[0].code, made.vendors[0].code
    text = f"reviewer,vendor,criterion,mark,note\nAna,{vendor},{code},yes,x{letter}y\n"
    draft = upload(chair, made, text.encode())

    page = chair.get(draft).text

    assert "Line 2" in page
    assert "it can’t be stored" in page


def test_a_file_is_its_owners_alone_and_for_a_day(made: Made, chair: Visitor, visit: Visit):
    row = f",{name_reviewer(made, 0)},{made.vendors[0].company},Yes,,No,"
    draft = upload(chair, made, write_form_export(made, row))

    assert visit(made.reviewers[0]).get(draft).status_code == 404
    kept = db.session.scalars(select(ImportDraft)).one()
    kept.made_at = now_utc() - KEPT
    db.session.commit()
    assert chair.get(draft).status_code == 404


def test_what_changed_after_the_look_is_looked_at_again(made: Made, make: Factory, chair: Visitor):
    row = f",{name_reviewer(made, 0)},{made.vendors[0].company},Yes,,No,"
    draft = upload(chair, made, write_form_export(made, row))
    match(chair, draft)
    form = read_form(chair, draft)
    make.marks(made, 0, 0, "Y")

    answer = chair.post(draft, {**form, **GIVEN, "to": "take"})

    assert answer.status_code == 409
    assert count_marks() == 1


def test_a_file_can_be_discarded(made: Made, chair: Visitor):
    row = f",{name_reviewer(made, 0)},{made.vendors[0].company},Yes,,No,"
    draft = upload(chair, made, write_form_export(made, row))

    answer = chair.post(f"{draft}/discard")

    assert answer.status_code == 303
    assert db.session.scalars(select(ImportDraft)).all() == []
    assert chair.get(draft).status_code == 404


def test_marks_of_the_workbook_of_results_are_read_again(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.MEETING, marks={(0, 0): "YN", (1, 1): "NY"})
    told = visit(made.chair).get(made.url("export/workbook.xlsx")).data
    assert db.session.scalar(select(func.count()).select_from(Ballot)) != 0
    again = make.evaluation(title="Once more", phase=Phase.SCORING)
    other = visit(again.chair)

    draft = upload(other, again, told, "workbook.xlsx")

    form = read_form(other, f"{draft}/columns")
    assert {"reviewer", "vendor", "criterion", "mark", "note"} <= set(form.values())


def test_the_journal_tells_an_import_without_its_marks(made: Made, chair: Visitor):
    row = f",{name_reviewer(made, 0)},{made.vendors[0].company},Yes,secret words,No,"
    draft = upload(chair, made, write_form_export(made, row))
    match(chair, draft)
    take(chair, draft)

    entries = db.session.scalars(
        select(JournalEntry).where(JournalEntry.event == Event.MARKS_IMPORTED)
    ).all()

    assert [entry.subject for entry in entries] == ["answers.csv"]
    assert "secret words" not in chair.get(made.url("journal")).text


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether a transaction was open each time a file was looked through or guessed at."""
    found: list[bool] = []

    def watch(module: Any, name: str) -> None:
        work = getattr(module, name)

        def watched(*args: Any, **options: Any) -> Any:
            found.append(db.session().in_transaction())
            return work(*args, **options)

        monkeypatch.setattr(module, name, watched)

    watch(import_plans, "scan_marks")
    watch(import_plans, "guess_mapping")
    return found


def test_a_file_is_read_and_its_marks_taken_while_nothing_is_held(
    made: Made, chair: Visitor, held: list[bool]
):
    row = f",{name_reviewer(made, 0)},{made.vendors[0].company},Yes,,No,"
    draft = upload(chair, made, write_form_export(made, row))
    match(chair, draft)

    assert take(chair, draft).status_code == 303
    assert count_marks() == 2
    assert len(held) > 3
    assert not any(held)


def test_what_changed_while_a_file_was_read_is_not_written_over(
    made: Made, chair: Visitor, monkeypatch: pytest.MonkeyPatch
):
    """The vendor leaves the selection between the look at the file and the taking of it."""
    row = f",{name_reviewer(made, 0)},{made.vendors[0].company},Yes,,No,"
    draft = upload(chair, made, write_form_export(made, row))
    match(chair, draft)
    take_read, leaving = mark_drafts._take_read_marks, made.vendors[0].id
    form = read_form(chair, draft)
    db.session.rollback()

    def leave_before(*args: Any, **options: Any) -> Any:
        gone = {"withdrawn_at": now_utc(), "withdrawn_reason": "Gone"}
        with unit_of_work() as session:
            session.execute(update(Vendor).where(Vendor.id == leaving).values(**gone))
        return take_read(*args, **options)

    monkeypatch.setattr(mark_drafts, "_take_read_marks", leave_before)
    answer = chair.post(draft, {**form, **GIVEN, "to": "take"})

    assert answer.status_code == 409
    assert "Something changed since you looked" in answer.text
    assert count_marks() == 0


def test_a_file_that_can_not_be_taken_is_read_while_nothing_is_held(
    made: Made, chair: Visitor, held: list[bool]
):
    rows = "reviewer,vendor,criterion,mark\nNobody,Vendor 1,ada,YES\n"
    sent = chair.post(made.url("import"), {"file": (BytesIO(rows.encode()), "marks.csv")})
    preview = sent.location.removesuffix("/columns")
    page = chair.page(preview)

    taken = chair.post(preview, {**filled_form(page, preview), **GIVEN, "to": "take"})

    assert taken.status_code == 422
    assert "Nobody" in taken.text
    assert held
    assert not any(held)


def test_whoever_waits_is_told_how_far_the_taking_is(
    made: Made, chair: Visitor, visit: Visit, make: Factory, monkeypatch: pytest.MonkeyPatch
):
    other = visit(make.member(made.chair, made.slug, frozenset({Role.CHAIR})))
    vendor, code = made.vendors[0].code, made.criteria[0].code
    rows = [f"{who.name},{vendor},{code},Yes" for who in made.reviewers]
    draft = upload(chair, made, "\n".join(["reviewer,vendor,criterion,mark", *rows, ""]).encode())
    told: list[Any] = []

    def ask(visitor: Visitor) -> Any:
        with visitor.client.application.app_context():  # another thread: a session of its own
            return visitor.get(f"{draft}/progress").json

    def ask_before(module: Any, name: str) -> None:
        step = getattr(module, name)

        def ask_and_do(*args: Any, **kwargs: Any) -> Any:
            told.append((ask(chair)["words"], ask(other)))
            return step(*args, **kwargs)

        monkeypatch.setattr(module, name, ask_and_do)

    form, before = read_form(chair, draft), ask(chair)
    ask_before(import_plans, "scan_marks")
    ask_before(imports, "close_filled_ballots")
    ask_before(filled_ballots, "seal_ballot")
    answer = chair.post(draft, {**form, **GIVEN, "to": "take"})

    assert answer.status_code == 303
    count, lines = len(rows), len(rows) + 1
    assert told == [
        (f"Lines checked: 0 of {lines}", {}),
        (f"Ballots recorded: 0 of {count}", {}),
        *((f"Ballots recorded: {done} of {count}", {}) for done in range(count)),
    ]
    assert (before, ask(chair)) == ({}, {})


def test_a_taking_that_is_refused_leaves_no_progress_behind(
    made: Made, chair: Visitor, monkeypatch: pytest.MonkeyPatch
):
    one, vendor = name_reviewer(made, 0), made.vendors[0].company
    draft = upload(chair, made, write_form_export(made, f",{one},{vendor},Yes,,No,"))
    match(chair, draft)

    answer = take(chair, draft, version="an old one")

    assert answer.status_code == 409
    assert chair.get(f"{draft}/progress").json == {}
    assert count_marks() == 0
