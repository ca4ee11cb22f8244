"""Whoever stays away from a vendor learns no more of it once the decision is final."""

import pytest
from flask import Flask

from crrubric.domain.memo.narratives import NarrativePart
from crrubric.domain.vocabulary import Outcome, Phase, Role
from crrubric.queries.people.people import Actor
from crrubric.services.meeting import decisions, meetings
from crrubric.services.memo.issues import IssueText, issue_memo
from crrubric.services.memo.narratives import write_narratives
from crrubric.services.setup.phases import change_phase
from tests import in_meeting
from tests.factories import LETTERS, Made
from tests.integration.conftest import Visit
from tests.integration.shared.test_blindness import seen_by
from tests.integration.shared.test_recusal import PUBLIC, Stopped, begin_scoring, mask, path_of

# what is final is read by the whole committee alike: the memo as it was issued, and the letters
READ_BY_ALL = {
    *(f"memo/issues/1/memo.{ending}" for ending in ("docx", "html", "pdf")),
    "letters/1", *(f"letters/1/letter.{ending}" for ending in ("docx", "html", "pdf")),
}  # fmt: skip


def decide_without(app: Flask, letter: str, found: Outcome) -> tuple[Made, Actor]:
    """A final decision, of another chair; what was said of one vendor differs."""
    made, make = begin_scoring(app, {(0, 1): "YYN", (1, 1): "YNN", (1, 0): "-YY", (0, 0): "-YY"})
    other = make.member(made.chair, made.slug, frozenset({Role.CHAIR}))
    for reviewer in range(2):
        make.mark(made, reviewer, 0, "ada", LETTERS[letter], f"The canary is {found}.")
    make.forward(made, Phase.MEETING, {})
    meetings.start_meeting(other, made.slug)
    cell = made.slug, made.vendors[0].id, made.criteria[0].id
    text = decisions.FindingText(found, reason=f"We found it {found}.")
    in_meeting.record_finding(other, *cell, text, seen_version=0)
    meetings.end_meeting(other, made.slug)
    told = {NarrativePart.STRENGTHS: f"The canary was {found}."}
    write_narratives(other, made.slug, made.vendors[0].id, told)
    decision = decisions.DecisionText(vendor_id=made.vendors[1].id, reason="It fits.")
    decisions.record_decision(other, made.slug, decision)
    change_phase(other, made.slug, Phase.DECIDED)
    issue_memo(other, made.slug, IssueText(language="en"))
    return made, other


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_after_the_decision_they_read_the_result_and_no_words(
    app: Flask, visit: Visit, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("crrubric.clock.datetime", Stopped)
    found = []
    for letter, outcome in (("Y", Outcome.MET), ("N", Outcome.NOT_MET)):
        made, _other = decide_without(app, letter, outcome)
        found.append({url: mask(one) for url, one in seen_by(visit, made.chair, made).items()})
    one, two = found

    assert one.keys() == two.keys()
    assert {path_of(url) for url in one if one[url] != two[url]} == PUBLIC | READ_BY_ALL
    told = {path_of(url) for url in one if "canary" in one[url].text} - {"search/"}
    assert told == {path for path in READ_BY_ALL if "compare" not in path} | {
        path for path in PUBLIC if path.startswith("memo/")
    }
