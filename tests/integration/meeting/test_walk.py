"""Walking through the agenda: the next item, all present at once, the view for the projector."""

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from crrubric.domain.vocabulary import DeclarationKind, Outcome, Phase
from crrubric.extensions import db
from crrubric.models import Attendance
from crrubric.services.ballots import declarations
from crrubric.services.meeting import meetings
from crrubric.services.meeting.decisions import FindingText
from tests import in_meeting
from tests.factories import Factory, Made
from tests.integration.conftest import Visit, Visitor
from tests.integration.meeting.test_meeting import met, opened, place
from tests.pages import Page, filled_form, words


def leads_to(page: Page, text: str) -> list[str | None]:
    """Where the links of this text lead."""
    return [link.get("href") for link in page.all("a") if words(link) == text]


def record(chair: Visitor, cell: str) -> TestResponse:
    """The chair records a finding on the page of a cell."""
    form = filled_form(chair.page(cell), cell)
    return chair.post(cell, {**form, "value": "MET", "reason": "We looked."})


def settle(made: Made, vendor: int, code: str) -> None:
    in_meeting.record_finding(
        made.chair,
        made.slug,
        *place(made, vendor, code),
        FindingText(Outcome.MET, reason="We looked."),
        seen_version=0,
    )


def test_a_recorded_finding_leads_to_the_next_item_until_all_are_settled(
    make: Factory, visit: Visit
):
    made = opened(make)
    chair = visit(made.chair)
    agenda = [
        link.get("href") or ""
        for link in chair.page(made.url("meeting/")).all("a")
        if "/cells/" in (link.get("href") or "")
    ]
    first, second, last = agenda

    saved = record(chair, first)
    after_the_first = chair.page(saved.location)
    after_the_second = chair.page(record(chair, second).location)
    ticked = [
        words(link)
        for link in chair.page(made.url("meeting/")).all("a")
        if words(link).startswith("✓")
    ]
    after_the_last = chair.page(record(chair, last).location)

    assert saved.location == second
    back = f"{first}?open=withdrawal#withdraw-reason"
    assert leads_to(after_the_first, "Back to it, or withdraw it…") == [back]
    assert "Works with our system, Met." in words(after_the_first.with_id("main"))
    assert leads_to(after_the_second, "Next on the agenda") == []  # this one is the last
    assert len(ticked) == 2
    assert after_the_last.heading == "Agenda"
    assert "Every item on the agenda has a finding." in after_the_last.text


def test_one_button_records_that_all_are_present(make: Factory, visit: Visit):
    made = opened(make)

    answer = visit(made.chair).edit(
        made.url("meeting/present"), {"everybody": "yes"}, page=made.url("meeting/")
    )

    assert answer.status_code == 303
    rows = db.session.scalars(select(Attendance).where(Attendance.left_at.is_(None))).all()
    assert {row.member.name for row in rows} == {row.name for row in made.evaluation.members}


def test_the_projector_shows_the_cell_without_menus_names_and_notes(make: Factory, visit: Visit):
    made = met(make)
    waiting = visit(made.reviewers[0]).page(made.url("meeting/projector/"))
    meetings.start_meeting(made.chair, made.slug)
    meetings.point_at_cell(made.chair, made.slug, *place(made, 1, "ada"))
    settle(made, 1, "ada")

    for actor in (made.chair, made.reviewers[0]):
        page = visit(actor).page(made.url("meeting/projector/"))
        said = words(page.all("main")[0])
        assert "2 yes" not in said  # counts stand apart from their words
        assert made.vendors[1].company in said
        assert "The committee finds: ✓ Met" in said
        assert "We looked." in said
        assert page.all("header") == []
        assert not any(reviewer.name in said for reviewer in made.reviewers)
    assert "No meeting is under way." in waiting.text


def test_the_projector_shows_nothing_of_a_vendor_with_a_conflict(make: Factory, visit: Visit):
    made = opened(make)
    declarations.declare_interest(
        made.reviewers[0],
        made.slug,
        made.vendors[1].id,
        kind=DeclarationKind.CONFLICT,
        words="My sister works there.",
    )
    meetings.point_at_cell(made.chair, made.slug, *place(made, 1, "ada"))
    person = visit(made.reviewers[0])

    page = person.page(made.url("meeting/projector/"))

    assert made.vendors[1].company not in page.text
    vendor_id, criterion_id = place(made, 1, "ada")
    hidden = person.get(made.url(f"meeting/projector/{vendor_id}/{criterion_id}"))
    assert hidden.status_code == 404


def test_whoever_runs_the_meeting_moves_every_screen_from_the_projector(
    make: Factory, visit: Visit
):
    made = opened(make)
    chair = visit(made.chair)
    screen = made.url("meeting/projector/")
    [forward] = [
        form.get("action") or ""
        for form in chair.page(screen).all("form")
        if "/meeting/show/" in (form.get("action") or "") and words(form) == "First item"
    ]

    moved = chair.post(forward, {"back": "projector"})

    assert moved.location == screen
    assert chair.page(screen).heading in {row.title for row in made.criteria}
    assert leads_to(visit(made.reviewers[0]).page(screen), "Next") != []


def test_a_postponed_item_leads_to_the_next_that_is_neither_settled_nor_postponed(
    make: Factory, visit: Visit
):
    made = opened(make)
    chair = visit(made.chair)
    agenda = [
        link.get("href") or ""
        for link in chair.page(made.url("meeting/")).all("a")
        if "/cells/" in (link.get("href") or "")
    ]

    def postpone(cell: str) -> str:
        url = cell.replace("/cells/", "/meeting/defer/")
        form = {**filled_form(chair.page(cell), url), "reason": "We ask the vendor."}
        return chair.post(url, form).location

    first, second, last = agenda
    assert [postpone(second), postpone(first), postpone(last)] == [last, last, made.url("meeting/")]


@pytest.mark.parametrize("screen", ["meeting/projector/", "meeting/now"])
def test_a_chair_is_led_from_an_empty_screen_to_opening_the_meeting(
    make: Factory, visit: Visit, screen: str
):
    made = make.evaluation(phase=Phase.MEETING)
    opening = made.url("meeting/#opening")

    pages = [visit(one).page(made.url(screen)) for one in (made.chair, made.reviewers[0])]

    leads = [opening in [link.get("href") for link in page.all("a")] for page in pages]
    assert leads == [True, False]
    assert "When the chair opens it" not in pages[0].text
    assert "When the chair opens it" in pages[1].text
    assert visit(made.chair).page(made.url("meeting/")).with_id("opening").tag == "h2"
