"""Items are settled in a meeting: without one, the form leads to it and keeps what was typed."""

import pytest

from crrubric.domain.errors import WrongPhase
from crrubric.domain.vocabulary import Outcome
from crrubric.extensions import db
from crrubric.models import Deferral
from crrubric.queries.meeting.meetings import count_meetings, find_current_meeting
from crrubric.services.meeting import decisions, meetings
from crrubric.services.meeting.decisions import FindingText
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
from tests.integration.meeting.test_meeting import findings, met, opened, place
from tests.pages import filled_form, parse, words

pytestmark = pytest.mark.both_databases
NONE_OPEN = "No meeting is under way: open it first."
TYPED = {
    "value": "NOT_MET",
    "reason": "It has no keyboard.",
    "evidence": "A film.",
    "agreed": "All",
}


def is_open(made: Made) -> bool:
    db.session.expire_all()
    return find_current_meeting(db.session(), made.evaluation.id) is not None


def test_nothing_is_settled_while_no_meeting_is_open(make: Factory):
    made = opened(make)
    cell, other = place(made, 0, "ada"), place(made, 1, "ada")
    met_it, not_met = FindingText(Outcome.MET), FindingText(Outcome.NOT_MET, "We saw it.")
    decisions.record_finding(made.chair, made.slug, *cell, met_it, seen_version=0)
    meetings.end_meeting(made.chair, made.slug)

    for act in (
        lambda: decisions.record_finding(made.chair, made.slug, *other, not_met, seen_version=0),
        lambda: decisions.withdraw_finding(made.chair, made.slug, *cell, reason="Too early."),
        lambda: meetings.defer_cell(made.chair, made.slug, *other, reason="Next week."),
    ):
        with pytest.raises(WrongPhase, match=NONE_OPEN):
            act()

    assert list(findings(made).values()) == [Outcome.MET]
    assert db.session.get(Deferral, other) is None


def test_a_finding_is_refused_with_the_button_that_opens_the_meeting(make: Factory, visit: Visit):
    made = met(make)
    vendor, criterion = place(made, 0, "ada")
    chair, url = visit(made.chair), made.url(f"cells/{vendor}/{criterion}")
    form = filled_form(chair.page(url), url)

    refused = chair.post(url, {**form, **TYPED})
    page = parse(409, refused.text)
    again = chair.post(url, {**filled_form(page, url), "open_meeting": "yes"})
    ready = parse(200, again.text)

    assert NONE_OPEN in words(page.root)
    assert (
        "The committee settles items in a meeting, and none is open. What you type here stays."
    ) in words(page.root)
    assert is_open(made)
    kept = filled_form(ready, url)
    assert [kept[name] for name in TYPED] == [[text] for text in TYPED.values()]
    assert "Record finding" in words(ready.root)
    assert findings(made) == {}
    assert chair.post(url, kept).status_code == 303
    assert list(findings(made).values()) == [Outcome.NOT_MET]


@pytest.mark.parametrize("act", ["withdraw", "postpone"])
def test_other_acts_keep_their_reason_while_the_meeting_is_opened(
    make: Factory, visit: Visit, act: str
):
    made = opened(make)
    vendor, criterion = place(made, 0, "ada")
    if act == "withdraw":
        decisions.record_finding(
            made.chair, made.slug, vendor, criterion, FindingText(Outcome.MET), seen_version=0
        )
    meetings.end_meeting(made.chair, made.slug)
    chair, page = visit(made.chair), made.url(f"cells/{vendor}/{criterion}")
    url = (
        f"{page}/withdraw" if act == "withdraw" else made.url(f"meeting/defer/{vendor}/{criterion}")
    )
    name = "reason"
    typed = {**filled_form(chair.page(page), url), name: "We look once more."}

    refused = chair.post(url, typed)
    opening = chair.post(url, {**typed, "open_meeting": "yes"})

    assert refused.status_code == 409
    assert "We look once more." in refused.text
    assert is_open(made)
    kept = filled_form(parse(200, opening.text), url)
    assert kept[name] == ["We look once more."]
    assert chair.post(url, kept).status_code == 303


def test_the_button_that_opens_the_meeting_pressed_twice_loses_nothing(make: Factory, visit: Visit):
    made = met(make)
    vendor, criterion = place(made, 0, "ada")
    chair, url = visit(made.chair), made.url(f"cells/{vendor}/{criterion}")
    sent = {**TYPED, "open_meeting": "yes", "once": "k" * 32}
    form = {**filled_form(chair.page(url), url), **sent}

    pages = [parse(200, chair.post(url, form).text) for _press in range(2)]

    kept = [filled_form(page, url) for page in pages]
    assert [one["reason"] for one in kept] == [[TYPED["reason"]]] * 2
    assert count_meetings(db.session(), made.evaluation.id) == 1
    assert chair.post(url, kept[1]).status_code == 303
    assert list(findings(made).values()) == [Outcome.NOT_MET]


def test_an_opening_by_somebody_else_meanwhile_is_as_good(make: Factory, visit: Visit):
    made = met(make)
    vendor, criterion = place(made, 0, "ada")
    chair, url = visit(made.chair), made.url(f"cells/{vendor}/{criterion}")
    form = {**filled_form(chair.page(url), url), **TYPED, "open_meeting": "yes"}
    meetings.start_meeting(made.chair, made.slug)

    page = parse(200, chair.post(url, form).text)

    assert filled_form(page, url)["reason"] == [TYPED["reason"]]
    assert "Record finding" in words(page.root)
