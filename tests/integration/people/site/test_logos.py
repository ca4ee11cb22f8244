"""The language of the district, and its logo on pages and papers."""

import struct
from io import BytesIO
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import select

from crrubric.domain.errors import Invalid, NotFound
from crrubric.domain.events import Event
from crrubric.domain.vocabulary import Phase, Standing
from crrubric.extensions import db
from crrubric.models import DistrictLogo, JournalEntry, MemoIssue, OutgoingMail
from crrubric.queries.people.district import find_shown_logo
from crrubric.queries.people.people import OPERATOR, Actor
from crrubric.queries.record.verification import verify_record
from crrubric.services.memo.issues import IssueText, issue_memo
from crrubric.services.people.district import remove_logo, set_district, set_logo
from tests.factories import Factory
from tests.integration.conftest import Visit, error_of
from tests.integration.drawn import draw_logo
from tests.pages import parse


@pytest.fixture
def ada(make: Factory) -> Actor:
    return make.actor("Ada Admin", standing=Standing.ADMINISTRATOR)


def problems() -> list[str]:
    db.session.rollback()
    db.session.expire_all()
    return [str(problem) for problem in verify_record(db.session()).problems]


def name_district(language: str | None = None, version: int = 0) -> None:
    set_district(
        OPERATOR, name="Lakeside", time_zone="America/Chicago", language=language,
        seen_version=version,
    )  # fmt: skip


def test_a_visitor_whose_browser_says_nothing_reads_the_language_of_the_district(visit: Visit):
    name_district("es")
    visitor = visit()

    assert '<html lang="es">' in visitor.get("/sign-in").text
    english = visitor.get("/sign-in", headers={"Accept-Language": "en"}).text
    assert '<html lang="en">' in english
    other = visitor.get("/sign-in", headers={"Accept-Language": "fr"}).text
    assert '<html lang="es">' in other
    assert problems() == []


def test_papers_of_a_new_evaluation_and_mails_are_in_the_language_of_the_district(
    make: Factory, ada: Actor, visit: Visit
):
    name_district("es")

    assert make.evaluation(title="Nueva").evaluation.language == "es"
    user = make.user("Una")
    visit().post("/forgotten-password", {"email": user.email})
    mail = db.session.scalars(select(OutgoingMail).where(OutgoingMail.user_id == user.id)).first()
    assert mail is None or "contraseña" in mail.subject


def test_a_language_that_the_site_does_not_offer_is_refused(ada: Actor):
    with pytest.raises(Invalid, match="Choose one of the languages"):
        set_district(ada, name="A", time_zone="UTC", language="fr", seen_version=0)


def test_an_administrator_sets_and_removes_the_logo(make: Factory, ada: Actor, visit: Visit):
    name_district()
    admin, stranger = visit(ada), visit()
    assert "logo" not in stranger.get("/sign-in").text.split("<main")[0]
    picture = (BytesIO(draw_logo((20, 80, 107), comment=b"secret")), "logo.png")

    kept = admin.post("/district/logo", {"file": picture}, content_type="multipart/form-data")

    assert kept.location == "/district"
    shown = find_shown_logo(db.session())
    assert shown is not None
    assert (shown.width, shown.height, shown.words) == (300, 100, "Lakeside")
    image = parse(200, stranger.get("/sign-in").text).all("img")[0]
    assert (image.get("alt"), image.get("width")) == ("Lakeside", "300")
    sent = stranger.get(image.get("src") or "")
    assert (sent.mimetype, sent.data[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", sent.data[16:24]) == (300, 100)
    assert b"secret" not in sent.data
    assert "sandbox" in sent.headers["Content-Security-Policy"]
    assert problems() == []

    assert admin.post("/district/logo/removal").location == "/district"
    assert stranger.get(image.get("src") or "").status_code == 404
    told = db.session.scalars(
        select(JournalEntry.event).where(
            JournalEntry.event.in_([Event.DISTRICT_LOGO_SET, Event.DISTRICT_LOGO_REMOVED])
        )
    ).all()
    assert told == [Event.DISTRICT_LOGO_SET, Event.DISTRICT_LOGO_REMOVED]
    assert problems() == []


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "PNG or JPEG"),
        (b"\x89PNG\r\n\x1a\n" + b"junk" * 20, "PNG or JPEG"),
        (draw_logo((1, 2, 3))[:-40], "PNG or JPEG"),
        (b"\xff\xd8\xff" + b"x" * 60, "PNG or JPEG"),
        (draw_logo((1, 2, 3), width=9, height=9), "must be from 16 to"),
        (draw_logo((1, 2, 3), width=900, height=20), "8 times as wide"),
        (draw_logo((1, 2, 3)) + b"x" * 500_001, "at most 500 kB"),
    ],
    ids=["svg", "junk", "cut off", "no jpeg", "tiny", "a line", "large"],
)
def test_what_can_not_be_a_logo_is_refused_with_the_reason(
    data: bytes, why: str, ada: Actor, visit: Visit
):
    with pytest.raises(Invalid, match=why):
        set_logo(ada, data)
    form = {"file": (BytesIO(data), "logo.png")}
    refused = visit(ada).post("/district/logo", form, content_type="multipart/form-data")

    assert refused.status_code == 422
    assert why in error_of(parse(422, refused.text), "file")
    assert db.session.scalars(select(DistrictLogo)).all() == []


def test_a_pixel_count_that_lies_is_refused_before_anything_is_unpacked(ada: Actor):
    bomb = bytearray(draw_logo((1, 2, 3)))
    bomb[16:24] = struct.pack(">II", 60_000, 60_000)

    with pytest.raises(Invalid, match="60000 × 60000"):
        set_logo(ada, bytes(bomb))


def test_nobody_else_sets_the_logo(make: Factory):
    for actor in (make.actor(), make.actor(standing=Standing.ORGANIZER)):
        with pytest.raises(NotFound):
            set_logo(actor, draw_logo((1, 2, 3)))
        with pytest.raises(NotFound):
            remove_logo(actor)


def test_an_issued_memo_keeps_its_logo_and_still_says_the_same(
    make: Factory, ada: Actor, visit: Visit
):
    name_district()
    set_logo(ada, draw_logo((20, 80, 107)))
    made = make.evaluation(phase=Phase.DECIDED)
    issue = issue_memo(made.chair, made.slug, IssueText(language="en"))
    first = find_shown_logo(db.session())
    assert first is not None
    assert issue.logo_hash == first.sha256
    chair = visit(made.chair)
    before = chair.get(made.url("memo/issues/1/memo.html")).data
    assert b"data:image/png;base64," in before

    set_logo(ada, draw_logo((107, 80, 20)))

    assert chair.get(made.url("memo/issues/1/memo.html")).data == before
    assert "It says the same as issue 1." in chair.get(made.url("memo/")).text
    assert problems() == []
    remove_logo(ada)
    assert chair.get(made.url("memo/issues/1/memo.html")).data == before
    stored = db.session.scalars(select(MemoIssue.logo_hash)).all()
    assert stored == [first.sha256]
    assert problems() == []


def test_papers_have_the_logo_with_its_words_and_the_same_bytes_each_time(
    make: Factory, ada: Actor, visit: Visit, app: Flask
):
    name_district()
    made = make.evaluation(phase=Phase.DECIDED)
    chair = visit(made.chair)
    plain = chair.get(made.url("memo/memo.pdf")).data
    set_logo(ada, draw_logo((20, 80, 107)))

    for name in ("memo.pdf", "memo.docx", "memo.html"):
        once, twice = (chair.get(made.url(f"memo/{name}")).data for _time in range(2))
        assert once == twice, name
        if name == "memo.docx":
            with ZipFile(BytesIO(once)) as word:
                assert any(part.endswith(".png") for part in word.namelist())
                assert 'descr="Lakeside"' in word.read("word/document.xml").decode()
        if name == "memo.html":
            assert 'alt="Lakeside"' in once.decode()
    assert len(chair.get(made.url("memo/memo.pdf")).data) != len(plain)
