"""Positions on the recommendation, collected privately; commitments with an owner and a day."""

from datetime import date

import pytest
from sqlalchemy import select

from crrubric.domain.errors import Invalid, NotFound, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.vocabulary import DeclarationKind, Phase, PositionKind
from crrubric.extensions import db
from crrubric.models import Commitment, JournalEntry, Position
from crrubric.services.ballots import declarations
from crrubric.services.meeting import decisions
from crrubric.services.meeting.decisions import DecisionText
from crrubric.services.meeting.positions import (
    CommitmentText,
    record_commitment,
    state_position,
    withdraw_commitment,
)
from tests.factories import Factory, Made
from tests.integration.conftest import Visit, error_of
from tests.integration.meeting.test_meeting import make_second_chair
from tests.pages import Page, parse, words

SECRET = "The captions are missing in every lesson"
PROMISE = CommitmentText("Captions in Spanish", "Priya Raman", date(2027, 9, 1))


def recommended(make: Factory) -> Made:
    made = make.evaluation(phase=Phase.MEETING, marks={(0, 0): "YYY", (1, 0): "YYY"})
    decide(made, 0)
    return made


def decide(made: Made, vendor: int) -> None:
    text = DecisionText(vendor_id=made.vendors[vendor].id, reason="It fits our learners best.")
    decisions.record_decision(made.chair, made.slug, text)


def dissent(made: Made) -> Position:
    return state_position(
        made.reviewers[0], made.slug, kind=PositionKind.CANNOT_SUPPORT, words=SECRET
    )


def test_a_position_is_private_until_the_decision_and_then_in_the_memo(make: Factory, visit: Visit):
    made = recommended(make)
    dissent(made)
    pages = ("decision/", "memo/", "journal", "meeting/minutes")

    before = [
        visit(actor).get(made.url(path)).text
        for actor in (made.chair, made.reviewers[1])
        for path in pages
    ]
    own = visit(made.reviewers[0]).get(made.url("decision/")).text
    make.forward(made, Phase.DECIDED, {})
    memo = visit(made.reviewers[1]).get(made.url("memo/")).text

    assert [SECRET in page for page in before] == [False] * 8
    assert "1 of 2 reviewers have stated their positions" in before[0]
    assert SECRET in own
    assert SECRET in memo
    assert "Support it: 0. Can live with it: 0. Cannot support it: 1." in memo


def test_each_reviewer_is_asked_for_a_position_until_they_have_stated_their_own(
    make: Factory, visit: Visit
):
    made = recommended(make)
    ask = "you have not said yet where you stand"

    def is_asked(reviewer: int) -> bool:
        return ask in words(visit(made.reviewers[reviewer]).page("/").with_id("main"))

    before = [is_asked(0), is_asked(1)]
    dissent(made)

    assert (before, [is_asked(0), is_asked(1)]) == ([True, True], [False, True])


def test_no_page_of_other_members_depends_on_a_position(make: Factory, visit: Visit):
    made = recommended(make)
    dissent(made)
    chair = visit(made.chair)
    paths = ("decision/", "meeting/", "meeting/minutes", "export/results.json", "")
    before = [chair.get(made.url(path)).text.count(SECRET[:12]) for path in paths]

    state_position(made.reviewers[0], made.slug, kind=PositionKind.SUPPORT)

    assert before == [0] * 5
    assert "I support it." not in chair.get(made.url("decision/")).text


def test_a_position_against_the_recommendation_needs_a_reason(make: Factory, visit: Visit):
    made = recommended(make)

    answer = visit(made.reviewers[0]).post(
        made.url("decision/position"), {"kind": "CANNOT_SUPPORT", "words": " "}
    )

    assert answer.status_code == 422
    assert "the memo prints it in your own words" in answer.text
    assert db.session.scalars(select(Position)).all() == []


def test_a_position_needs_a_recommendation(make: Factory):
    made = make.evaluation(phase=Phase.MEETING)

    with pytest.raises(WrongPhase, match="no recommendation yet"):
        dissent(made)


def test_a_member_with_a_conflict_states_no_position(make: Factory):
    made = recommended(make)
    declarations.declare_interest(
        made.reviewers[0],
        made.slug,
        made.vendors[0].id,
        kind=DeclarationKind.CONFLICT,
        words="My cousin.",
    )

    with pytest.raises(NotFound):
        dissent(made)


def test_a_changed_recommendation_asks_for_positions_again(make: Factory, visit: Visit):
    made = recommended(make)
    dissent(made)
    decide(made, 0)  # only reworded
    kept = len(db.session.scalars(select(Position)).all())

    decide(made, 1)

    assert (kept, db.session.scalars(select(Position)).all()) == (1, [])
    assert "state your position again" in visit(made.reviewers[0]).get("/").text


def test_who_stays_away_from_the_vendor_recommended_now_is_not_asked_again(
    make: Factory, visit: Visit
):
    made = recommended(make)
    for reviewer in made.reviewers[:2]:
        state_position(reviewer, made.slug, kind=PositionKind.SUPPORT)
    declarations.declare_interest(
        made.reviewers[0], made.slug, made.vendors[1].id,
        kind=DeclarationKind.CONFLICT, words="My sister.",
    )  # fmt: skip

    decide(made, 1)

    homes = [visit(reviewer).get("/").text for reviewer in made.reviewers[:2]]
    assert ["state your position again" in text for text in homes] == [False, True]
    assert db.session.scalars(select(Position)).all() == []


def test_a_recommendation_that_is_recorded_unchanged_leaves_positions_as_they_are(
    make: Factory, visit: Visit
):
    made = recommended(make)
    reviewer, page, chair = made.reviewers[0], made.url("decision/"), visit(made.chair)
    assert chair.act(page).status_code == 303  # with the computed order, too
    state_position(reviewer, made.slug, kind=PositionKind.SUPPORT)

    assert chair.act(page).status_code == 303

    anew = "The recommendation was recorded anew after you stated your position."
    assert anew not in visit(reviewer).get(page).text
    entries = select(JournalEntry).where(JournalEntry.event == Event.DECISION_RECORDED)
    assert len(db.session.scalars(entries).all()) == 2
    other = make_second_chair(make, made)
    assert visit(other).act(page).status_code == 303  # says who stands for it
    assert anew in visit(reviewer).get(page).text
    assert len(db.session.scalars(entries).all()) == 3


def test_a_commitment_has_an_owner_and_a_day_and_stands_in_the_memo(make: Factory, visit: Visit):
    made = recommended(make)
    chair = visit(made.chair)
    form = {"vendor": str(made.vendors[0].id), "words": "Captions in Spanish", "owner": "Priya"}

    refused = chair.post(made.url("decision/commitments"), form)
    accepted = chair.post(made.url("decision/commitments"), {**form, "due_on": "2027-09-01"})
    memo = chair.get(made.url("memo/")).text

    assert (refused.status_code, accepted.status_code) == (422, 303)
    assert "Enter the day by which it is due." in refused.text
    assert "Captions in Spanish" in refused.text
    assert "Captions in Spanish (due " in memo
    assert "; Priya follows up)" in memo


def test_a_commitment_names_the_vendor_that_somebody_chose(make: Factory, visit: Visit):
    made = recommended(make)
    chair = visit(made.chair)
    form = {"words": "Captions in Spanish", "owner": "Priya", "due_on": "2027-09-01"}

    shown = chair.get(made.url("decision/")).text
    refused = chair.post(made.url("decision/commitments"), {**form, "vendor": ""})

    page = parse(refused.status_code, refused.text)
    first = next(node for node in parse(200, shown).all("select") if node.get("name") == "vendor")
    assert next(first.iter("option")).get("value") == ""
    assert refused.status_code == 422
    assert error_of(page, "commitment-vendor") == "Error: Choose a vendor."
    assert "Captions in Spanish" in refused.text


def label_of(page: Page, name: str) -> str:
    return next(words(node) for node in page.all("label") if node.get("for") == name)


def test_a_commitment_tells_everything_that_is_missing_at_once(make: Factory, visit: Visit):
    made = recommended(make)

    refused = visit(made.chair).post(made.url("decision/commitments"), {"vendor": ""})

    page = parse(refused.status_code, refused.text)
    assert error_of(page, "due_on") == "Error: Enter the day by which it is due."
    assert error_of(page, "owner") == "Error: Say who follows up."
    assert "(optional)" not in label_of(page, "due_on")


def test_a_commitment_is_withdrawn_with_a_reason_and_kept(make: Factory):
    made = recommended(make)
    made_commitment = record_commitment(made.chair, made.slug, made.vendors[0].id, PROMISE)

    with pytest.raises(Invalid):
        withdraw_commitment(made.chair, made.slug, made_commitment.id, reason=" ")
    withdraw_commitment(made.chair, made.slug, made_commitment.id, reason="Done already")

    assert db.session.scalars(select(Commitment)).one().withdrawn_at is not None


def test_commitments_of_another_evaluation_are_not_found(make: Factory):
    made = recommended(make)
    other = make.evaluation(title="Another", phase=Phase.MEETING)
    foreign = record_commitment(other.chair, other.slug, other.vendors[0].id, PROMISE)

    with pytest.raises(NotFound):
        withdraw_commitment(made.chair, made.slug, foreign.id, reason="not mine")
    with pytest.raises(NotFound):
        record_commitment(made.chair, made.slug, other.vendors[0].id, PROMISE)
