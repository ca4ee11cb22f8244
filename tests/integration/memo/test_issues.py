"""A memo is issued once: its bytes stay, and a correction is a new issue that names the old one."""

from collections.abc import Callable
from datetime import date
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import Result
from docx import Document as WordFile
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import Delete, Update, delete, event, func, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import undefer

from crrubric.cli import root_group
from crrubric.clock import now_utc
from crrubric.domain.documents.tree import Document
from crrubric.domain.errors import Invalid, Stale, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.memo.issuing.issues import MemoFormat
from crrubric.domain.vocabulary import DeclarationKind, Phase
from crrubric.extensions import WRITE, db
from crrubric.models import Evaluation, FileContent, JournalEntry, MemoFile, MemoIssue
from crrubric.queries.memo.issues import list_memo_issues
from crrubric.queries.record.verification import verify_record
from crrubric.reports.documents import formats
from crrubric.services.ballots.declarations import declare_interest
from crrubric.services.memo import issues as service
from crrubric.services.memo.issues import IssueText, issue_memo
from crrubric.services.setup import evaluations, phases
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
from tests.integration.record.test_every_column import seals_off
from tests.pages import filled_form

MARKS = {(0, 0): "YYA", (0, 1): "YNY", (1, 0): "YYA", (1, 1): "NYY"}
ENGLISH = IssueText(language="en")


@pytest.fixture
def made(make: Factory) -> Made:
    """An evaluation whose decision is final, and whose memo nobody has issued."""
    return make.evaluation(phase=Phase.DECIDED, marks=MARKS)


def kept_bytes(made: Made, number: int, form: MemoFormat) -> bytes:
    db.session.rollback()
    wanted = (
        select(FileContent)
        .options(undefer(FileContent.body))
        .join(MemoFile, MemoFile.content_id == FileContent.id)
        .join(MemoIssue, MemoIssue.id == MemoFile.issue_id)
        .where(MemoIssue.evaluation_id == made.evaluation.id)
        .where(MemoIssue.number == number, MemoFile.form == form)
    )
    return db.session.scalars(wanted).one().body


def set_retention_of(made: Made) -> None:
    """Something that the journal tells of, after an issue."""
    evaluations.set_retention(made.chair, made.slug, until=date(2036, 6, 30))


def test_until_it_is_issued_the_memo_is_a_draft_and_says_why(made: Made, visit: Visit):
    page = visit(made.chair).get(made.url("memo/"))

    assert "DRAFT – not issued yet" in page.text
    assert "The decision is recorded, but the memo has not been issued yet" in page.text
    assert "Issued memos" not in page.text


def test_a_district_without_a_name_is_told_before_the_memo_says_so(made: Made, visit: Visit):
    chair, told = visit(made.chair), []
    for name in ("Our district", "Lakeside"):
        db.session.get_one(Evaluation, made.evaluation.id).district.name = name
        db.session.commit()
        told.append(
            "Nobody has said what the district is called" in chair.get(made.url("memo/issue")).text
        )

    assert told == [True, False]


def test_the_chair_issues_the_memo_and_everybody_downloads_it_ever_after(made: Made, visit: Visit):
    chair = visit(made.chair)
    refused = chair.act(made.url("memo/issue"))
    assert refused.status_code == 422
    assert "Read the memo first, then check the box that says so." in refused.text

    done = chair.act(made.url("memo/issue"), {"read": "y"})

    assert (done.status_code, done.location) == (303, made.url("memo/"))
    for form, ending in (
        (MemoFormat.PDF, "pdf"),
        (MemoFormat.WORD, "docx"),
        (MemoFormat.HTML, "html"),
    ):
        body = kept_bytes(made, 1, form)
        shown = visit(made.reviewers[0]).get(made.url("memo/")).text
        assert sha256(body).hexdigest() in shown
        sent = visit(made.reviewers[0]).get(made.url(f"memo/issues/1/memo.{ending}"))
        assert sent.data == body
        assert f"{made.slug}-memo-issue-1.{ending}" in sent.headers["Content-Disposition"]
    assert b"FINAL \xe2\x80\x93 issue 1" in kept_bytes(made, 1, MemoFormat.HTML)


def test_the_issued_bytes_stay_whatever_changes_after_them(made: Made, visit: Visit):
    issue_memo(made.chair, made.slug, ENGLISH)
    before = kept_bytes(made, 1, MemoFormat.PDF)

    change_purpose(made, "Said later.")

    assert kept_bytes(made, 1, MemoFormat.PDF) == before
    shown = visit(made.chair).get(made.url("memo/")).text
    assert "Said later." in shown
    assert "It differs from issue 1, which stays as it is." in shown


def change_purpose(made: Made, words: str) -> None:
    """As if a later version of crrubric put something into other words."""
    db.session.rollback()
    write(update(Evaluation).where(Evaluation.id == made.evaluation.id).values(purpose=words))


def write(statement: Update | Delete) -> None:
    """Write behind the services' back."""
    db.session.rollback()
    with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        connection.execute(statement)
    db.session.expire_all()


def test_what_is_only_noted_after_an_issue_leaves_the_memo_equal(made: Made, visit: Visit):
    issue_memo(made.chair, made.slug, ENGLISH)
    set_retention_of(made)

    shown = visit(made.chair).get(made.url("memo/")).text

    assert "It says the same as issue 1." in shown
    assert "DRAFT – not the issued memo" in shown


def test_in_another_language_the_two_are_not_compared(made: Made, visit: Visit):
    issue_memo(made.chair, made.slug, ENGLISH)

    shown = visit(made.chair).get(made.url("memo/?language=es")).text

    assert "Issue 1 is in English: read this in that language" in shown


def test_a_correction_names_the_issue_that_it_replaces(made: Made, visit: Visit):
    issue_memo(made.chair, made.slug, ENGLISH)
    with pytest.raises(Invalid, match="Say why the memo is issued anew"):
        issue_memo(made.chair, made.slug, ENGLISH)
    chair = visit(made.chair)
    assert chair.act(made.url("memo/issue"), {"read": "y"}).status_code == 422

    done = chair.act(made.url("memo/issue"), {"read": "y", "reason": "A wrong day."})

    assert done.status_code == 303
    html = kept_bytes(made, 2, MemoFormat.HTML).decode()
    first_page = html[: html.index("This memo")]
    assert "Issue 2: replaces issue 1" in first_page
    assert "Issue 1. Reason of the correction: A wrong day." in html
    pdf = PdfReader(BytesIO(kept_bytes(made, 2, MemoFormat.PDF)))
    assert "replaces issue 1" in pdf.pages[0].extract_text()
    word = WordFile(BytesIO(kept_bytes(made, 2, MemoFormat.WORD)))
    assert any("replaces issue 1" in row.text for row in word.paragraphs[:3])
    shown = chair.get(made.url("memo/")).text
    assert "replaced by issue 2" in shown
    assert chair.get(made.url("memo/issues/1/memo.html")).data == kept_bytes(
        made, 1, MemoFormat.HTML
    )


def test_a_decision_that_is_taken_back_leaves_its_issue_marked(made: Made, visit: Visit):
    issue_memo(made.chair, made.slug, ENGLISH)
    phases.change_phase(made.chair, made.slug, Phase.MEETING, reason="A protest.")

    chair = visit(made.chair)
    shown = chair.get(made.url("memo/")).text
    assert "the decision was taken back" in shown
    assert "DRAFT – not a decision" in shown
    assert chair.get(made.url("memo/issues/1/memo.pdf")).status_code == 200
    assert chair.get(made.url("memo/issue")).status_code == 404

    phases.change_phase(made.chair, made.slug, Phase.DECIDED)
    again = chair.get(made.url("memo/")).text
    assert "The decision was made anew, and the memo has not been issued since" in again
    assert "DRAFT – not issued yet" in again
    page = chair.get(made.url("memo/issue")).text
    assert "Issue 1 tells of a decision that was taken back." in page


def test_it_is_issued_only_once_the_decision_is_final(make: Factory):
    made = make.evaluation(phase=Phase.MEETING, marks=MARKS)

    with pytest.raises(WrongPhase, match="The decision is not final yet"):
        issue_memo(made.chair, made.slug, ENGLISH)


def test_reviewers_do_not_issue_it(made: Made, visit: Visit):
    reviewer = visit(made.reviewers[0])

    assert reviewer.get(made.url("memo/issue")).status_code == 404
    assert reviewer.post(made.url("memo/issue"), {"read": "y"}).status_code == 404
    assert reviewer.get(made.url("memo/names/")).status_code == 404
    assert reviewer.get(made.url("memo/issues/1/memo.pdf")).status_code == 404


def test_who_may_not_decide_does_not_issue_the_decision(make: Factory, visit: Visit):
    """Another chair decides, and issues the memo."""
    made = make.evaluation(phase=Phase.MEETING, marks=MARKS)
    db.session.rollback()
    declare_conflict_of_chair(made)
    finish(made)

    with pytest.raises(Invalid, match="another chair must decide"):
        issue_memo(made.chair, made.slug, ENGLISH)
    page = visit(made.chair).get(made.url("memo/issue"))
    assert "another chair must decide" in page.text
    assert "I have read the memo" not in page.text


def declare_conflict_of_chair(made: Made) -> None:
    declare_interest(
        made.chair,
        made.slug,
        made.vendors[0].id,
        kind=DeclarationKind.CONFLICT,
        words="My sister works there.",
    )


def finish(made: Made) -> None:
    """Make the decision final without the chair who may not."""
    write(
        update(Evaluation)
        .where(Evaluation.id == made.evaluation.id)
        .values(phase=Phase.DECIDED, decided_at=now_utc())
    )


def test_a_change_while_it_is_made_refuses_the_issue(made: Made, monkeypatch: pytest.MonkeyPatch):
    make_issue = service.make_issue

    def make_slowly(*args: object) -> object:
        issue = make_issue(*args)
        set_retention_of(made)
        return issue

    monkeypatch.setattr(service, "make_issue", make_slowly)

    with pytest.raises(Stale, match="nothing was issued"):
        issue_memo(made.chair, made.slug, ENGLISH)
    assert db.session.scalar(select(func.count(MemoIssue.id))) == 0


def test_nothing_is_held_while_the_files_are_made(made: Made, monkeypatch: pytest.MonkeyPatch):
    held = []

    def note(document: Document, *folders: Path) -> bytes:
        held.append(db.session().in_transaction())
        return render(document, *folders)

    render = formats.RENDERERS[".html"]
    monkeypatch.setitem(formats.RENDERERS, ".html", note)  # type: ignore[arg-type]

    issue_memo(made.chair, made.slug, ENGLISH)

    assert held == [False]


def test_what_changed_since_the_page_was_read_is_told_first(made: Made, visit: Visit):
    chair = visit(made.chair)
    page = chair.page(made.url("memo/issue"))
    form = filled_form(page, made.url("memo/issue"))
    set_retention_of(made)

    refused = chair.post(made.url("memo/issue"), {**form, "read": "y"})

    assert refused.status_code == 409
    assert "something has changed" in refused.text


def test_the_journal_has_the_three_hashes_and_the_record_is_as_written(made: Made):
    issue_memo(made.chair, made.slug, ENGLISH)

    entry = db.session.scalars(
        select(JournalEntry).where(JournalEntry.event == Event.MEMO_ISSUED)
    ).one()
    told = entry.after or {}
    for form in MemoFormat:
        assert told[form.value.lower()] == sha256(kept_bytes(made, 1, form)).hexdigest()
    assert verify_record(db.session()).problems == ()


@pytest.mark.parametrize("form", MemoFormat)
def test_a_flipped_byte_is_named(made: Made, form: MemoFormat):
    issue_memo(made.chair, made.slug, ENGLISH)
    body = bytearray(kept_bytes(made, 1, form))
    body[len(body) // 2] ^= 1
    content = db.session.scalars(select(MemoFile.content_id).where(MemoFile.form == form)).one()
    with seals_off() as connection:
        connection.execute(
            update(FileContent).where(FileContent.id == content).values(body=bytes(body))
        )

    problems = [str(problem) for problem in verify_record(db.session()).problems]

    assert problems == [
        f"Memo of “{made.evaluation.title}”, issue 1, {form.label}: its bytes differ from what was"
        " issued."
    ]


@pytest.mark.both_databases
@pytest.mark.parametrize("table", [MemoIssue, MemoFile, FileContent])
def test_the_database_keeps_what_was_issued(made: Made, table: type):
    issue_memo(made.chair, made.slug, ENGLISH)

    with pytest.raises(DatabaseError, match="sealed: an issued memo stays"):
        write(delete(table))


def test_listing_issues_reads_no_bytes_and_downloading_renders_nothing(
    made: Made, visit: Visit, monkeypatch: pytest.MonkeyPatch
):
    issue_memo(made.chair, made.slug, ENGLISH)
    issue_memo(made.chair, made.slug, IssueText(language="es", reason="In Spanish."))
    db.session.rollback()
    evaluation = db.session.get_one(Evaluation, made.evaluation.id)

    asked = list_statements(lambda: list_memo_issues(db.session(), evaluation))
    assert len(asked) == 2
    assert not any("file_content" in statement for statement in asked)

    def fail(*_args: object) -> None:
        raise AssertionError("nothing is rendered")

    for ending in formats.RENDERERS:
        monkeypatch.setitem(formats.RENDERERS, ending, fail)  # type: ignore[arg-type]
    sent = visit(made.chair).get(made.url("memo/issues/2/memo.docx"))
    assert sent.data == kept_bytes(made, 2, MemoFormat.WORD)


def list_statements(act: Callable[[], object]) -> list[str]:
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return seen


def test_the_command_line_writes_an_issue_as_it_was_issued(app: Flask, made: Made, tmp_path: Path):
    issue_memo(made.chair, made.slug, ENGLISH)
    target = tmp_path / "memo.pdf"

    def run(*more: str) -> Result:
        db.session.rollback()
        words = ("memo", made.slug, str(target), *more)
        return app.test_cli_runner().invoke(root_group, words, obj=lambda _settings: app)

    done = run("--issue", "1")

    body = kept_bytes(made, 1, MemoFormat.PDF)
    assert done.output == f"wrote {target}, SHA-256 {sha256(body).hexdigest()}\n"
    assert target.read_bytes() == body
    missing = run("--issue", "2")
    assert (missing.exit_code, "no issue 2 of this memo" in missing.output) == (1, True)
    both = run("--issue", "1", "--language", "es")
    assert both.exit_code == 2


def test_pressed_twice_it_is_issued_once(made: Made, visit: Visit):
    chair = visit(made.chair)
    form = filled_form(chair.page(made.url("memo/issue")), made.url("memo/issue"))

    first = chair.post(made.url("memo/issue"), {**form, "read": "y"})
    second = chair.post(made.url("memo/issue"), {**form, "read": "y"})

    assert first.status_code == 303
    assert second.status_code in (303, 409, 422)
    assert db.session.scalar(select(func.count(MemoIssue.id))) == 1
