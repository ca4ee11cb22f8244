"""Attached files: who sees them and when, how they are served, what stays of them."""

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DatabaseError, IntegrityError
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.ballots.receipts import receipt_of
from crrubric.domain.errors import Invalid, NotFound, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.setup.assignment import Assignment
from crrubric.domain.vocabulary import Answer, CorrectionEffect, DeclarationKind, Phase, Role
from crrubric.extensions import WRITE, db
from crrubric.models import (
    FileContent,
    JournalEntry,
    MarkFile,
    SealedBallot,
    UserSession,
    VendorFile,
)
from crrubric.queries.record.verification import verify_record
from crrubric.services.ballots import attachments, declarations, seals
from crrubric.services.setup import assignments, corrections, phases, vendors
from tests.factories import Factory, Made, ballot_of
from tests.integration.conftest import Visit, Visitor
from tests.uploads import CSV, pdf

NAME = "canarynameofafile"
BODY = pdf("canarywordsinafile")


def on_mark(made: Made, *, name: str = f"{NAME}.pdf", data: bytes = BODY, reviewer: int = 0,
            vendor: int = 0, code: str = "ada") -> MarkFile:  # fmt: skip
    """A reviewer attaches a file to a mark of theirs."""
    return attachments.attach_mark_file(
        made.reviewers[reviewer],
        made.slug,
        made.vendors[vendor].id,
        made.criterion(code).id,
        name=name,
        data=data,
    )


def on_vendor(made: Made, *, name: str = "Offer.pdf", data: bytes = BODY) -> VendorFile:
    return attachments.attach_vendor_file(
        made.chair, made.slug, made.vendors[0].id, name=name, data=data
    )


def marked(make: Factory) -> Made:
    """Scoring; the first reviewer has a mark, the second as well."""
    made = make.evaluation(phase=Phase.SCORING)
    make.mark(made, 0, 0, "ada", Answer.NO)
    make.mark(made, 1, 0, "ada", Answer.YES)
    return made


def page_of_mark(made: Made) -> str:
    return made.url(f"ballots/{made.vendors[0].id}/marks/{made.criterion('ada').id}/files")


def page_of_vendor(made: Made) -> str:
    return made.url(f"vendors/{made.vendors[0].id}/files")


def send(person: Visitor, url: str, data: bytes, name: str = "a.pdf") -> TestResponse:
    """A form with a file, as a browser sends it without a script."""
    file = FileStorage(io.BytesIO(data), filename=name, name="file")
    boundary, body = encode_multipart({"csrf_token": person.csrf(), "file": file})
    kind = f'multipart/form-data; boundary="{boundary}"'
    return person.looked_at(person.send("POST", url, data=body, content_type=kind))


def rows(model: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def told(event: Event) -> list[JournalEntry]:
    return list(db.session.scalars(select(JournalEntry).where(JournalEntry.event == event)))


def test_a_reviewer_attaches_downloads_and_removes_a_file(make: Factory, visit: Visit):
    made = marked(make)
    person, url = visit(made.reviewers[0]), page_of_mark(made)

    assert send(person, url, BODY, "My report.pdf").status_code == 303

    key, digest = db.session.execute(select(MarkFile.key, MarkFile.sha256)).one()
    shown = person.get(url).text
    assert "My report.pdf" in shown
    assert digest[:8] in shown
    got = person.get(f"{url}/{key}")
    assert (got.status_code, got.data) == (200, BODY)
    assert person.post(f"{url}/{key}/remove").status_code == 303
    assert (rows(MarkFile), rows(FileContent)) == (0, 0)
    assert person.get(f"{url}/{key}").status_code == 404
    entries = [told(e)[0] for e in (Event.MARK_FILE_ATTACHED, Event.MARK_FILE_REMOVED)]
    assert [(e.after or e.before)["sha256"] for e in entries] == [digest] * 2


def test_a_file_is_served_as_a_download_and_never_shown_inline(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    file = on_vendor(made, name='Prüf"ung; שלום.csv', data=CSV)

    got = visit(made.reviewers[0]).get(f"{page_of_vendor(made)}/{file.key}")

    assert got.data == CSV
    headers = got.headers
    assert headers["Content-Type"] == "text/csv; charset=utf-8"
    assert headers["Content-Length"] == str(len(CSV))
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none';")
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Disposition"] == (
        'attachment; filename="Pr_f_ung; ____.csv"; '
        "filename*=UTF-8''Pr%C3%BCf%22ung%3B%20%D7%A9%D7%9C%D7%95%D7%9D.csv"
    )


def test_a_text_in_another_encoding_is_sent_as_bytes(make: Factory, visit: Visit):
    """No program is told characters that are not in it."""
    made = make.evaluation(phase=Phase.SCORING)
    data = "Item;Größe\r\n".encode("cp1252")
    file = on_vendor(made, name="sizes.csv", data=data)

    got = visit(made.reviewers[0]).get(f"{page_of_vendor(made)}/{file.key}")

    assert (got.data, got.headers["Content-Type"]) == (data, "application/octet-stream")


def test_a_file_with_an_odd_key_is_not_there(make: Factory, visit: Visit):
    made = marked(make)
    person = visit(made.reviewers[0])
    pages = made.url("evidence/files"), page_of_mark(made), page_of_vendor(made)

    answers = [person.get(f"{page}/{key}") for page in pages for key in ("%00", "x" * 3000)]

    assert {answer.status_code for answer in answers} == {404}


def test_the_journal_says_what_is_known_of_a_file_in_the_language_of_the_page(
    make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.SCORING)
    on_vendor(made)
    chair = visit(made.chair)
    english = chair.get(made.url("journal")).text
    chair.post("/language", {"language": "es", "next": "/"})

    spanish = chair.get(made.url("journal")).text

    for page, told in ((english, ("file", "size in bytes", "fingerprint")),
                       (spanish, ("archivo", "tamaño en bytes", "huella digital"))):  # fmt: skip
        assert [words for words in told if words not in page] == []


def test_the_same_content_attached_twice_is_stored_once(make: Factory):
    made = marked(make)

    first, again = on_mark(made), on_mark(made, name="other.pdf")
    one, two = on_vendor(made), on_vendor(made, name="other.pdf")

    assert (first.key, one.key) == (again.key, two.key)
    assert (rows(MarkFile), rows(VendorFile), rows(FileContent)) == (1, 1, 2)
    assert len(told(Event.MARK_FILE_ATTACHED)) == 1


@pytest.mark.parametrize("who", ["chair", "reviewer", "observer"])
def test_files_of_other_reviewers_are_hidden_before_the_meeting(
    make: Factory, visit: Visit, who: str
):
    made = marked(make)
    observer = make.member(made.chair, made.slug, frozenset({Role.OBSERVER}))
    people = {"chair": made.chair, "reviewer": made.reviewers[1], "observer": observer}
    person = visit(people[who])
    pages = [
        page_of_mark(made),
        page_of_vendor(made),
        *map(made.url, ("evidence/", "vendors/", "")),
    ]
    if who == "chair":
        pages += [made.url("journal"), made.url("journal?kind=ballots"), made.url("progress")]
    before = {url: person.get(url) for url in pages}

    file = on_mark(made)

    keys = [f"{page_of_mark(made)}/{file.key}", made.url(f"evidence/files/{file.key}"),
            f"{page_of_vendor(made)}/{file.key}"]  # fmt: skip
    assert [person.get(url).status_code for url in keys] == [404] * 3
    after = {url: person.get(url) for url in pages}
    tokens = {url: answer.status_code for url, answer in before.items()}
    assert tokens == {url: answer.status_code for url, answer in after.items()}
    assert [url for url, answer in after.items() if NAME in answer.text] == []
    assert [url for url in pages if "One file" in after[url].text or "(1)" in after[url].text] == []


def test_from_the_meeting_on_a_file_is_open_as_its_mark_is(make: Factory, visit: Visit):
    made = marked(make)
    file = on_mark(made)
    make.forward(made, Phase.MEETING, {})
    cell = made.url(f"cells/{made.vendors[0].id}/{made.criterion('ada').id}")

    for actor in (made.chair, made.reviewers[1]):
        person = visit(actor)
        assert NAME in person.get(cell).text
        assert NAME in person.get(made.url("evidence/")).text
        assert person.get(made.url(f"evidence/files/{file.key}")).data == BODY
        assert person.get(f"{page_of_mark(made)}/{file.key}").status_code == 404
    assert NAME in visit(made.chair).get(made.url("journal")).text
    assert NAME in visit(made.chair).get(made.url("export/marks.csv")).text


def test_a_member_with_a_conflict_sees_no_files_of_that_vendor(make: Factory, visit: Visit):
    made = marked(make)
    mark_file, vendor_file = on_mark(made), on_vendor(made, name=f"{NAME}.pdf")
    make.conflict(made, 1, 0, "My sister works there.")
    person = visit(made.reviewers[1])
    urls = [page_of_vendor(made), f"{page_of_vendor(made)}/{vendor_file.key}",
            made.url(f"evidence/files/{mark_file.key}")]  # fmt: skip

    for phase in (Phase.SCORING, Phase.MEETING):
        make.forward(made, phase, {})
        assert [person.get(url).status_code for url in urls] == [404] * 3
        pages = [person.get(made.url(path)).text for path in ("evidence/", "vendors/")]
        assert [page for page in pages if NAME in page or "One file" in page] == []


def test_a_receipt_covers_the_files_and_sealed_files_are_kept(make: Factory, visit: Visit):
    made = marked(make)
    file = on_mark(made)
    sealed = make.submit(made, 0, 0, "not seen")

    named = json.loads(sealed.content)["marks"]["ada"]["files"]
    assert named == [{"name": file.name, "size": len(BODY), "sha256": file.sha256}]
    assert receipt_of(sealed.content) == sealed.receipt
    with pytest.raises(WrongPhase):
        on_mark(made, data=CSV, name="late.csv")
    person, url = visit(made.reviewers[0]), page_of_mark(made)
    assert person.post(f"{url}/{file.key}/remove").status_code == 409

    seals.reopen_ballot(made.chair, made.slug, ballot_of(made, 0, 0).id, reason="Asked for it.")
    assert person.post(f"{url}/{file.key}/remove").status_code == 303
    again = make.submit(made, 0, 0, "not seen")
    assert json.loads(again.content)["marks"]["ada"]["files"] == []
    assert person.get(f"{url}/{file.key}").data == BODY
    assert [str(problem) for problem in verify_record(db.session()).problems] == []

    make.forward(made, Phase.MEETING, {})  # what was taken off is nobody else's business
    assert visit(made.chair).get(made.url(f"evidence/files/{file.key}")).status_code == 404
    assert NAME not in visit(made.chair).get(made.url("evidence/")).text


@pytest.mark.parametrize("full", [False, True])
def test_a_removed_file_can_be_attached_again(
    make: Factory, monkeypatch: pytest.MonkeyPatch, full: bool
):
    """Also where there is no room for another one: its bytes are there."""
    made = marked(make)
    file = on_mark(made)
    if full:
        monkeypatch.setattr(limits, "FILES_OF_REVIEWER_BYTES", file.size + 1)
    make.submit(made, 0, 0, "not seen")
    seals.reopen_ballot(made.chair, made.slug, ballot_of(made, 0, 0).id, reason="Asked for it.")
    cell = made.vendors[0].id, made.criterion("ada").id
    attachments.remove_mark_file(made.reviewers[0], made.slug, *cell, file.key)

    again = on_mark(made, name="again.pdf")

    assert (again.key, again.name, again.removed_at) == (file.key, "again.pdf", None)
    assert rows(FileContent) == 1


def test_a_ballot_sealed_before_there_were_files_still_verifies(make: Factory):
    made = marked(make)
    sealed = make.submit(made, 0, 0, "not seen")
    content = json.loads(sealed.content)
    content["schema"] = "crrubric.ballot/1"
    for mark in content["marks"].values():
        del mark["files"], mark["evidence_until"]
    old = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    with db.engine.begin() as connection:
        rewritten(connection, sealed.id, old)

    # the journal has the receipt of the text that was rewritten here, and of no other
    assert [str(problem) for problem in verify_record(db.session()).problems] == [
        f"Evaluation “{made.evaluation.title}”, sealed ballot “{made.reviewers[0].name},"
        f" {made.vendors[0].company}, 1”: differs from the journal in receipt."
    ]


def rewritten(connection: Any, sealed_id: int, content: str) -> None:
    """Write a sealed text as an older version did, with the seals off for a moment."""
    on_sqlite = connection.dialect.name == "sqlite"
    if on_sqlite:
        names = "seal_sealed_ballot_update"
        sql = connection.exec_driver_sql(
            f"SELECT sql FROM sqlite_master WHERE name = '{names}'"
        ).scalar_one()
        connection.exec_driver_sql(f"DROP TRIGGER {names}")
    else:
        connection.exec_driver_sql("ALTER TABLE sealed_ballot DISABLE TRIGGER ALL")
    connection.execute(
        update(SealedBallot)
        .where(SealedBallot.id == sealed_id)
        .values(content=content, receipt=receipt_of(content))
    )
    if on_sqlite:
        connection.exec_driver_sql(sql)
    else:
        connection.exec_driver_sql("ALTER TABLE sealed_ballot ENABLE TRIGGER ALL")


def test_a_correction_that_asks_again_removes_the_files_of_the_mark(make: Factory, visit: Visit):
    made = marked(make)
    file = on_mark(made)
    text = corrections.Correction(
        title="Usable",
        question="?",
        look_for="",
        effect=CorrectionEffect.AGAIN,
        reason="It was unclear.",
    )

    corrections.correct_criterion(made.chair, made.slug, made.criterion("ada").id, text)

    person, url = visit(made.reviewers[0]), page_of_mark(made)
    assert NAME not in person.get(made.url("evidence/")).text
    assert "or the criterion was corrected" in person.get(url).text
    assert person.get(f"{url}/{file.key}").data == BODY  # nothing of the reviewer's is lost
    make.mark(made, 0, 0, "ada", Answer.YES)
    assert (on_mark(made).key, rows(MarkFile), rows(FileContent)) == (file.key, 1, 1)


@pytest.mark.parametrize("how", ["back to set-up", "another assignment"])
def test_files_removed_by_a_correction_are_deleted_with_their_ballot(make: Factory, how: str):
    made = make.evaluation(phase=Phase.SCORING)
    make.mark(made, 0, 0, "ada", Answer.YES)
    on_mark(made)
    text = corrections.Correction(
        title="Usable",
        question="?",
        look_for="",
        effect=CorrectionEffect.AGAIN,
        reason="It was unclear.",
    )
    corrections.correct_criterion(made.chair, made.slug, made.criterion("ada").id, text)
    assert rows(FileContent) == 1

    if how == "back to set-up":
        phases.change_phase(made.chair, made.slug, Phase.SETUP, reason="Begin again.")
    else:
        member, other = ballot_of(made, 0, 0).member_id, made.vendors[1].id
        limited = Assignment(frozenset({other}), None)
        assignments.assign_reviewer(made.chair, made.slug, member, limited)

    assert (rows(MarkFile), rows(FileContent)) == (0, 0)


def test_the_database_itself_refuses_to_change_files_of_a_sealed_ballot(make: Factory):
    made = marked(make)
    file = on_mark(made)
    make.submit(made, 0, 0, "not seen")
    for statement in (
        update(MarkFile).values(name="other.pdf"),
        delete(MarkFile),
        update(FileContent).values(body=b"other"),
    ):
        with pytest.raises(DatabaseError, match="sealed"):
            db.session.execute(statement.execution_options(synchronize_session=False))
        db.session.rollback()
    with pytest.raises(IntegrityError):
        db.session.execute(delete(FileContent).where(FileContent.id == file.content_id))
    db.session.rollback()


def test_a_file_needs_a_mark_that_can_still_be_changed(make: Factory):
    made = marked(make)
    with pytest.raises(Invalid, match="Mark the criterion first"):
        on_mark(made, code="sis")
    with pytest.raises(Invalid, match="Mark the criterion first"):
        on_mark(made, vendor=1)
    make.forward(made, Phase.MEETING, {})
    with pytest.raises(WrongPhase):
        on_mark(made)
    assert rows(FileContent) == 0


def test_the_most_files_on_a_mark_and_of_a_vendor(make: Factory, monkeypatch: pytest.MonkeyPatch):
    made = marked(make)
    for number in range(limits.FILES_ON_MARK):
        on_mark(made, data=pdf(f"{number}"))
    with pytest.raises(Invalid, match="5 files here already"):
        on_mark(made)
    assert on_mark(made, data=pdf("0")).name == f"{NAME}.pdf"  # it is there: no refusal

    monkeypatch.setattr(limits, "FILES_OF_VENDOR", 2)
    for number in range(2):
        on_vendor(made, data=pdf(f"{number}"))
    with pytest.raises(Invalid, match="2 files of this vendor already"):
        on_vendor(made)


def test_the_limit_of_bytes_counts_only_own_files_so_that_a_refusal_reveals_nothing(
    make: Factory, monkeypatch: pytest.MonkeyPatch
):
    made = marked(make)
    monkeypatch.setattr(limits, "FILES_OF_REVIEWER_BYTES", len(BODY) + 100)
    monkeypatch.setattr(limits, "FILES_OF_VENDORS_BYTES", len(BODY) + 100)
    on_mark(made)
    with pytest.raises(Invalid, match="no room for more files"):
        on_mark(made, data=pdf("more"))

    on_mark(made, reviewer=1)
    on_vendor(made)
    with pytest.raises(Invalid, match="no room for more files"):
        on_vendor(made, data=pdf("more"))


def test_the_room_left_tells_a_chair_nothing_of_files_of_a_vendor_that_they_stay_away_from(
    make: Factory, monkeypatch: pytest.MonkeyPatch
):
    made = make.evaluation(phase=Phase.SCORING)
    monkeypatch.setattr(limits, "FILES_OF_VENDORS_BYTES", len(BODY) + 100)
    on_vendor(made)
    away, other = (vendor.id for vendor in made.vendors[:2])
    declarations.declare_interest(
        made.chair, made.slug, away, kind=DeclarationKind.CONFLICT, words="My son works there."
    )

    attachments.attach_vendor_file(made.chair, made.slug, other, name="Offer.pdf", data=BODY)

    with pytest.raises(Invalid, match="no room for more files"):
        attachments.attach_vendor_file(
            made.chair, made.slug, other, name="Offer.pdf", data=pdf("more")
        )


def test_the_chair_withdraws_a_file_with_a_reason_and_its_bytes_stay(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.MEETING)
    file = on_vendor(made)
    chair, reviewer = visit(made.chair), visit(made.reviewers[0])
    url = f"{page_of_vendor(made)}/{file.key}"

    refused = chair.post(f"{url}/withdraw", {"reason": " "})
    assert (refused.status_code, "Say why" in refused.text) == (422, True)
    assert chair.post(f"{url}/withdraw", {"reason": "An old price."}).status_code == 303

    assert "An old price." in reviewer.get(page_of_vendor(made)).text
    assert url not in reviewer.get(page_of_vendor(made)).text
    assert (reviewer.get(url).status_code, chair.get(url).data) == (404, BODY)
    with pytest.raises(Invalid, match="was withdrawn"):
        on_vendor(made)
    assert told(Event.VENDOR_FILE_WITHDRAWN)[0].reason == "An old price."


def test_only_the_chair_attaches_to_a_vendor_and_only_before_the_archive(make: Factory):
    made = make.evaluation()
    cell = made.slug, made.vendors[0].id
    with pytest.raises(NotFound):
        attachments.attach_vendor_file(made.reviewers[0], *cell, name="a.pdf", data=BODY)
    on_vendor(made)
    make.forward(made, Phase.ARCHIVED, {})
    with pytest.raises(WrongPhase):
        on_vendor(made, data=CSV, name="a.csv")


def test_removing_a_vendor_deletes_its_files(make: Factory):
    made = make.evaluation()
    on_vendor(made)

    vendors.remove_vendor(made.chair, made.slug, made.vendors[0].id)

    assert (rows(VendorFile), rows(FileContent)) == (0, 0)


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "a.pdf", "This file is empty."),
        (b"<svg/>", "a.png", "This is not a file that can be attached"),
        (b"<html>", "a.csv", "This is not a file that can be attached"),
        (None, "", "Choose a file."),
    ],
)
def test_a_refused_file_shows_the_error_beside_the_field(
    make: Factory, visit: Visit, data: bytes | None, name: str, words: str
):
    made = marked(make)
    for actor, url in ((made.reviewers[0], page_of_mark(made)), (made.chair, page_of_vendor(made))):
        person = visit(actor)
        answer = person.post(url) if data is None else send(person, url, data, name)
        assert answer.status_code == 422
        assert f'id="file-error">Error: {words}' in answer.text
    assert rows(FileContent) == 0


def test_an_oversized_request_is_refused_with_the_limit_on_every_page(make: Factory, visit: Visit):
    made = marked(make)
    person, url = visit(made.reviewers[0]), page_of_mark(made)
    begin = b"%PDF-1.4\n"

    one_more = send(person, url, begin.ljust(limits.FILE_BYTES + 1))
    far_more = send(person, url, begin.ljust(limits.FILE_REQUEST_BYTES + 1))
    text = made.url(f"ballots/{made.vendors[0].id}/marks/{made.criterion('ada').id}")
    note = person.post(text, {"note": "x" * (limits.REQUEST_BYTES + 1)})

    assert (one_more.status_code, far_more.status_code, note.status_code) == (422, 413, 413)
    assert "This file is too large: at most 20 MB." in one_more.text
    assert "This file is too large: at most 20 MB." in far_more.text
    assert f'<a href="{url}">Back to the form</a>' in far_more.text
    assert "at most 2 MB" in note.text


def test_a_signed_out_visitor_can_send_no_more_than_the_limit_for_text(make: Factory, visit: Visit):
    made = marked(make)

    answer = send(visit(), page_of_mark(made), b"%PDF-1.4".ljust(limits.REQUEST_BYTES + 1))

    assert (answer.status_code, "at most 2 MB" in answer.text) == (413, True)


@pytest.mark.parametrize("size", [len(BODY), limits.REQUEST_BYTES + 1])
def test_an_upload_after_the_session_ended_is_reported(make: Factory, visit: Visit, size: int):
    made = marked(make)
    person, url = visit(made.reviewers[0]), page_of_mark(made)
    db.session.rollback()
    with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        connection.execute(update(UserSession).values(seen_at=now_utc() - timedelta(hours=2)))

    late = send(person, url, BODY.ljust(size))

    assert (late.status_code, late.location) == (303, f"/sign-in?next={url}")
    assert "the file was not saved" in person.get(late.location).text
    assert rows(MarkFile) == 0


def test_a_file_of_the_maximum_size_can_be_attached_and_downloaded(make: Factory, visit: Visit):
    made = marked(make)
    person, url = visit(made.reviewers[0]), page_of_mark(made)
    data = BODY[:9] + b"%" * (limits.FILE_BYTES - len(BODY) - 1) + b"\n" + BODY[9:]

    assert send(person, url, data).status_code == 303

    key = db.session.scalars(select(MarkFile.key)).one()
    assert person.get(f"{url}/{key}").data == data


def test_unusual_file_names_are_cleaned(make: Factory, visit: Visit):
    made = marked(make)
    person, url = visit(made.reviewers[0]), page_of_mark(made)

    send(person, url, BODY, "../../etc/\u202egpj<script>.exe")

    assert db.session.scalars(select(MarkFile.name)).one() == "gpj<script>.exe.pdf"
    assert "<script>.exe" not in person.get(url).text


def test_verify_finds_a_file_that_differs_from_what_was_attached(app: Flask, make: Factory):
    made = make.evaluation()
    file = on_vendor(made)
    db.session.execute(update(VendorFile).values(sha256="0" * 64))
    db.session.commit()

    said = [str(problem) for problem in verify_record(db.session()).problems]
    assert said[-1] == f"File “{file.name}”: it differs from what was attached."
