"""Name and time zone of the district: administrators set them, everybody reads times by them."""

import re
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from flask import Flask
from sqlalchemy import select

from crrubric.clock import now_utc
from crrubric.domain.errors import Invalid, NotFound, Stale
from crrubric.domain.events import Event
from crrubric.domain.record.chain import SITE
from crrubric.domain.vocabulary import Standing
from crrubric.extensions import db
from crrubric.models import District, JournalEntry
from crrubric.queries.people.people import CLOCKWORK, OPERATOR
from crrubric.queries.record.verification import verify_record
from crrubric.services.people.accounts import choose_language
from crrubric.services.people.district import set_district
from crrubric.web.people.zone_field import find_typed_zone, list_zone_choices
from crrubric.web.shared.zones import label_zone
from tests.factories import Factory
from tests.integration.conftest import Visit, Visitor, error_of
from tests.integration.shared.test_every_word import speak_in_brackets, texts, typed, unmarked
from tests.pages import Page, parse, words

FORM = {"name": "Lakeside Unified", "time_zone": "America/Chicago", "version": "0"}


@pytest.fixture
def ada(make: Factory, visit: Visit) -> Visitor:
    """An administrator at a browser."""
    return visit(make.actor("Ada Admin", standing=Standing.ADMINISTRATOR))


def stored() -> tuple[str, str, int] | None:
    db.session.rollback()
    row = db.session.scalar(select(District))
    return (row.name, row.time_zone, row.version) if row else None


def entries() -> list[JournalEntry]:
    """What the journal of the site says of the district."""
    db.session.rollback()
    rows = select(JournalEntry).where(JournalEntry.event == Event.DISTRICT_CHANGED)
    return list(db.session.scalars(rows.order_by(JournalEntry.number)))


def chosen(page: Page) -> str:
    """The zone in the field."""
    return page.with_id("time_zone").get("value") or ""


def hints(page: Page) -> list[str]:
    """What the page says of the time that it is."""
    said = words(page.with_id("time_zone-hint"))
    return [part for part in re.split(r"(?<=\.) ", said) if part.startswith("By the time zone")]


def links(page: Page) -> set[str | None]:
    return {row.get("href") for row in page.all("a")}


def test_the_first_administrator_sets_what_everybody_reads(ada: Visitor, make: Factory):
    assert "Name and time zone of the district are not set yet" in ada.get("/").text
    form = ada.page("/district")
    assert (chosen(form), hints(form)) == ("", [])

    answer = ada.post("/district", FORM)

    assert (answer.status_code, answer.location) == (303, "/district")
    assert stored() == ("Lakeside Unified", "America/Chicago", 1)
    page = ada.page("/district")
    assert page.with_id("name").get("value") == "Lakeside Unified"
    assert chosen(page) == "Central Time – Chicago"
    assert "are not set yet" not in ada.get("/").text
    assert make.evaluation().evaluation.district.name == "Lakeside Unified"


def test_a_change_is_in_the_journal_of_the_site_with_what_differs(ada: Visitor):
    ada.post("/district", FORM)
    ada.post("/district", {**FORM, "time_zone": "America/Denver", "version": "1"})

    first, second = entries()
    assert (first.before, first.after) == (
        None,
        {"name": "Lakeside Unified", "time_zone": "America/Chicago"},
    )
    assert (second.before, second.after) == (
        {"time_zone": "America/Chicago"},
        {"time_zone": "America/Denver"},
    )
    assert {(row.chain, row.evaluation_id, row.actor_name) for row in (first, second)} == {
        (SITE, None, "Ada Admin")
    }
    assert [str(problem) for problem in verify_record(db.session()).problems] == []
    (newest, oldest) = [
        words(row) for row in ada.page("/district").all("li") if "Ada" in words(row)
    ]
    assert newest.endswith("time zone: Central Time – Chicago → Mountain Time – Denver")
    assert oldest.endswith("name: Lakeside Unified time zone: Central Time – Chicago")


def test_what_did_not_change_is_not_noted(ada: Visitor):
    ada.post("/district", FORM)

    assert ada.post("/district", {**FORM, "version": "1"}).status_code == 303

    assert (len(entries()), stored()) == (1, ("Lakeside Unified", "America/Chicago", 1))


def test_what_was_made_up_can_be_what_is_meant(ada: Visitor, make: Factory):
    make.evaluation()
    assert stored() == ("Our district", "UTC", 0)

    ada.post("/district", {"name": "Our district", "time_zone": "UTC", "version": "0"})

    assert stored() == ("Our district", "UTC", 1)
    assert len(entries()) == 1


def test_times_are_shown_in_the_zone_that_is_set(ada: Visitor):
    ada.post("/district", FORM)
    at = entries()[0].at

    for zone, version in (("Pacific/Honolulu", "1"), ("Asia/Tokyo", "2")):
        ada.post("/district", {**FORM, "time_zone": zone, "version": version})
        page = ada.page("/district")
        shown = words(page.all("time")[-1])
        assert shown.endswith(at.astimezone(ZoneInfo(zone)).strftime("%I:%M %p").lstrip("0"))
        assert hints(page)[0].startswith("By the time zone that is saved it is ")


def test_a_change_that_another_made_meanwhile_is_shown_and_not_overwritten(
    ada: Visitor, make: Factory, visit: Visit
):
    ada.post("/district", FORM)
    bob = visit(make.actor("Bob Both", standing=Standing.ADMINISTRATOR))
    bob.post("/district", {**FORM, "name": "Hillside", "version": "1"})

    late = ada.post("/district", {**FORM, "name": "Lakeshore", "version": "1"})

    page = parse(late.status_code, late.text)
    assert late.status_code == 409
    assert "Somebody changed this meanwhile" in words(page.with_id("error-summary"))
    assert "Saved now: Hillside, time zone Central Time – Chicago." in late.text
    assert page.with_id("name").get("value") == "Lakeshore"
    assert stored() == ("Hillside", "America/Chicago", 2)
    (version,) = [row.get("value") for row in page.all("input") if row.get("name") == "version"]
    assert ada.post("/district", {**FORM, "name": "Lakeshore", "version": version}).location
    assert stored() == ("Lakeshore", "America/Chicago", 3)


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("name", "  ", "Enter the name of the district."),
        ("name", "x" * 121, "Shorten this to 120 characters; it has 121."),
        ("name", "Lake\x07side", "Remove the control character at position 5: it can’t be stored."),
        ("time_zone", "", "Enter a time zone, or a city in it."),
        (
            "time_zone",
            "Chikago",
            "There is no time zone “Chikago”. The nearest are: Central Time – Chicago; Indian"
            " Ocean Time – Chagos; Yakutsk Time – Chita.",
        ),
        ("time_zone", "zzz", "There is no time zone “zzz”. Enter a large city in it."),
    ],
)
def test_what_cannot_be_used_is_refused_beside_its_field(
    ada: Visitor, field: str, typed: str, says: str
):
    answer = ada.post("/district", {**FORM, field: typed})

    assert answer.status_code == 422
    assert error_of(parse(422, answer.text), field) == f"Error: {says}"
    assert (stored(), entries()) == (None, [])


def test_an_odd_version_is_refused(ada: Visitor):
    answer = ada.post("/district", {**FORM, "version": "x"})

    assert (answer.status_code, "Open the page again" in answer.text) == (422, True)


def test_a_zone_set_under_an_older_name_stays_chosen(ada: Visitor):
    set_district(OPERATOR, name="Lakeside", time_zone="US/Central", seen_version=0)

    assert chosen(ada.page("/district")) == "US/Central"
    form = {"name": "Hillside", "time_zone": "US/Central", "version": "1"}
    assert ada.post("/district", form).status_code == 303
    assert stored() == ("Hillside", "US/Central", 2)


@pytest.mark.parametrize(
    "typed", ["Central Time – Chicago", "chicago", "central time", "Central", "CST", "US/Central"]
)
def test_a_zone_is_taken_as_people_call_it(ada: Visitor, typed: str):
    assert ada.post("/district", {**FORM, "time_zone": typed}).status_code == 303

    found = stored()
    assert found is not None
    now = now_utc()
    assert ZoneInfo(found[1]).utcoffset(now) == ZoneInfo("America/Chicago").utcoffset(now)
    assert chosen(ada.page("/district")) in ("Central Time – Chicago", "US/Central")


def test_whatever_the_browser_offers_is_taken_for_the_zone_that_it_stands_for(ada: Visitor):
    offered = [row.get("value") or "" for row in ada.page("/district").with_id("zones")]

    meant = [find_typed_zone(words, "en") for words in offered]

    assert meant == [choice.value for choice in list_zone_choices("en")]


@pytest.mark.parametrize("standing", [Standing.ORGANIZER, Standing.MEMBER])
def test_the_page_is_not_there_for_others(make: Factory, visit: Visit, standing: Standing):
    person = visit(make.actor(standing=standing))

    home = person.page("/")
    assert "/district" not in links(home)
    assert "are not set yet" not in home.text
    assert person.get("/district").status_code == 404
    assert person.post("/district", FORM).status_code == 404
    assert stored() is None


def test_a_chair_is_no_administrator(make: Factory, visit: Visit):
    assert visit(make.evaluation().chair).get("/district").status_code == 404


def test_a_stranger_is_sent_to_sign_in(app: Flask, visit: Visit):
    stranger = visit()

    asked, sent = stranger.get("/district"), stranger.post("/district", FORM)

    assert (asked.status_code, asked.location) == (303, "/sign-in?next=/district")
    assert (sent.status_code, stored()) == (303, None)


def test_administrators_have_a_menu_outside_evaluations(ada: Visitor):
    for path, current in (("/", "/"), ("/evaluations/new", "/"), ("/district", "/district")):
        (nav,) = ada.page(path).all("nav")
        items = {row.get("href"): row.get("aria-current") for row in nav.iter("a")}
        pages = dict.fromkeys(("/", "/chairs", "/accounts", "/rubrics", "/district", "/site"))
        assert items == pages | {current: "page"}


def test_only_the_standing_of_an_administrator_counts_in_the_service(make: Factory):
    for actor in (CLOCKWORK, make.actor(standing=Standing.ORGANIZER)):
        with pytest.raises(NotFound):
            set_district(actor, name="X", time_zone="UTC", seen_version=0)

    with pytest.raises(Invalid, match="time zone"):
        set_district(OPERATOR, name="X", time_zone="america/chicago", seen_version=0)
    with pytest.raises(Stale):
        set_district(OPERATOR, name="X", time_zone="UTC", seen_version=1)
    assert stored() is None


def test_the_page_speaks_spanish(make: Factory, visit: Visit):
    actor = make.actor(standing=Standing.ADMINISTRATOR)
    choose_language(actor, "es")
    person = visit(actor)
    assert "aún no están definidos" in person.get("/").text

    person.post("/district", FORM)

    page = person.page("/district")
    zones = [row.get("value") for row in page.with_id("zones")]
    countries = [row.get("label") for row in page.with_id("zones")]
    assert page.heading == "Distrito"
    assert zones[1] == chosen(page) == "hora central – Chicago"
    assert countries[1] == "hora central – Chicago, Estados Unidos"
    assert "cambió el nombre, la zona horaria o el idioma del distrito" in page.text


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_every_word_is_translated(app: Flask, ada: Visitor, monkeypatch: pytest.MonkeyPatch):
    speak_in_brackets(app, monkeypatch)
    pages = [ada.page("/"), ada.page("/district")]
    refused = ada.post("/district", {"version": "0"})
    ada.post("/district", FORM)
    late = ada.post("/district", FORM)
    pages += [parse(422, refused.text), parse(409, late.text), ada.page("/district")]
    # countries and zones are named by CLDR, which is not ours to translate
    known = [label_zone("America/Chicago", Locale.parse("en")), *typed()]
    found = {
        rest
        for page in pages
        for text in texts(without_zones(page))
        if (rest := unmarked(text, known))
    }

    assert sorted(found) == []


def without_zones(page: Page) -> Page:
    """The page without the zones that the browser offers."""
    for parent in page.root.iter("datalist"):
        for option in list(parent):
            parent.remove(option)
    return page


def test_the_page_asks_the_database_little(ada: Visitor):
    from tests.integration.shared.test_queries import statements

    ada.post("/district", FORM)
    with statements() as seen:
        ada.page("/district")

    # who is signed in and what pages show of the district; the district itself; its changes
    assert len(seen) == 3
