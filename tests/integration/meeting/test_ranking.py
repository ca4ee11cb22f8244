"""Reinstating a vendor, and adopting an order with the recommendation: the whole way."""

import io
import json

import pytest
from docx import Document
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from crrubric.domain.errors import DoneAlready, NotFound, NotReady
from crrubric.domain.events import Event
from crrubric.domain.meeting.ranking import RankingInput, encode_order
from crrubric.domain.record.entries import ROW
from crrubric.domain.vocabulary import DeclarationKind, Gate, Outcome, Phase
from crrubric.extensions import db
from crrubric.models import Decision, Evaluation, JournalEntry, RankedVendor, Reinstatement
from crrubric.queries.meeting.decisions import find_adopted_ranking, recommendation_of
from crrubric.queries.record.verification import verify_record
from crrubric.queries.results.matrices import read_matrix
from crrubric.services.ballots import declarations
from crrubric.services.demo.district import make_demo
from crrubric.services.meeting import decisions
from crrubric.services.meeting.decisions import DecisionText, FindingText
from crrubric.services.meeting.reinstatements import reinstate_vendor, withdraw_reinstatement
from crrubric.services.setup import phases
from crrubric.services.setup.withdrawals import withdraw_vendor
from tests import in_meeting
from tests.factories import Factory, Made
from tests.integration.conftest import Visit, error_of
from tests.pages import filled_form, parse, words

WHY = "It ships the missing screens before the term begins"
ALTHOUGH = "reinstated by the committee although it does not meet: Accessible"
# the first meets all, the second misses the must-have, the third has it unresolved
MARKS = {(r, v): marks for r in (0, 1) for v, marks in enumerate(("YNN", "NYY", "-YY"))}


def meeting(make: Factory) -> Made:
    return make.evaluation(phase=Phase.MEETING, vendors=3, marks=MARKS)


def gate(made: Made, vendor: int) -> Gate:
    db.session.rollback()
    return read_matrix(db.session(), made.evaluation).results.scores[made.vendors[vendor].code].gate


def shown(made: Made) -> str:
    db.session.rollback()
    return encode_order(read_matrix(db.session(), made.evaluation).results)


def reinstate(made: Made, vendor: int = 1, reason: str = WHY) -> None:
    reinstate_vendor(made.chair, made.slug, made.vendors[vendor].id, reason=reason)


def decide(made: Made, vendor: int, ranks: dict[int, int] | None = None, reason: str = "") -> None:
    """Recommend a vendor with the computed order, or with these ranks."""
    by_code = None if ranks is None else {made.vendors[v].code: r for v, r in ranks.items()}
    text = DecisionText(vendor_id=made.vendors[vendor].id, reason="It fits our learners best.")
    ranking = RankingInput(by_code, reason, shown(made))
    decisions.record_decision(made.chair, made.slug, text, ranking)


def find(made: Made, vendor: int, value: Outcome, seen_version: int = 0) -> None:
    """The committee settles the must-have of a vendor."""
    in_meeting.record_finding(
        made.chair,
        made.slug,
        made.vendors[vendor].id,
        made.criterion("ada").id,
        FindingText(value, "Seen by all."),
        seen_version=seen_version,
    )


def stored_ranks(made: Made) -> dict[int, int]:
    """Rank by the number of the vendor."""
    db.session.rollback()
    ids = [vendor.id for vendor in made.vendors]
    return {ids.index(row.vendor_id): row.rank for row in db.session.scalars(select(RankedVendor))}


def form(made: Made, vendor: int, **values: str) -> dict[str, str]:
    """The recommendation's form as the page would send it."""
    typed = {
        "vendor": str(made.vendors[vendor].id),
        "reason": "It fits.",
        "ranking": "COMPUTED",
        "shown": shown(made),
    }
    return {**typed, **values}


def place(made: Made, vendor: int) -> str:
    return f"place-{made.vendors[vendor].id}-rank"


# Reinstating


def test_a_reinstated_vendor_is_ranked_and_every_page_says_what_it_does_not_meet(
    make: Factory, visit: Visit
):
    made = meeting(make)
    chair, reviewer = visit(made.chair), visit(made.reviewers[0])
    address = made.url(f"decision/vendors/{made.vendors[1].id}/reinstate")

    answer = chair.post(address, {"reason": WHY, "must_haves": "ada"})

    assert answer.status_code == 303
    assert gate(made, 1) is Gate.REINSTATED
    for path in ("matrix", "scores", "compare", "decision/", "memo/"):
        assert ALTHOUGH in reviewer.get(made.url(path)).text, path
    page = reviewer.get(made.url("decision/")).text
    assert WHY in page
    assert "Dana Chair</bdi>, " in page
    assert "Withdraw the reinstatement" not in page
    assert "Withdraw the reinstatement" in chair.get(made.url("decision/")).text
    assert "leads so far; the committee reinstated it." in reviewer.get(made.url("scores")).text
    entry = db.session.scalars(
        select(JournalEntry).where(JournalEntry.event == Event.REINSTATEMENT_RECORDED)
    ).one()
    assert (entry.reason, entry.vendor_id) == (WHY, made.vendors[1].id)
    assert entry.after == {
        "does_not_meet": "Accessible", ROW: {"criteria": [made.criterion("ada").id]},
    }  # fmt: skip
    assert (
        "reinstated " + made.vendors[1].company in chair.get(made.url("journal?kind=findings")).text
    )


def test_reinstating_without_a_reason_is_refused_beside_its_vendor(make: Factory, visit: Visit):
    made = meeting(make)
    vendor = made.vendors[1].id

    answer = visit(made.chair).post(
        made.url(f"decision/vendors/{vendor}/reinstate"), {"reason": ""}
    )

    page = parse(answer.status_code, answer.text)
    assert page.status == 422
    assert error_of(page, f"reinstate-{vendor}") == "Error: Say why."
    assert gate(made, 1) is Gate.FAIL


def test_a_vendor_that_fails_no_must_have_can_not_be_reinstated_and_the_reason_is_kept(
    make: Factory, visit: Visit
):
    made = meeting(make)
    vendor = made.vendors[2].id

    answer = visit(made.chair).post(
        made.url(f"decision/vendors/{vendor}/reinstate"), {"reason": WHY}
    )

    page = parse(answer.status_code, answer.text)
    assert page.status == 422
    assert "so it does not need to be reinstated" in error_of(page, f"reinstate-{vendor}")
    assert words(page.with_id(f"reinstate-{vendor}")) == WHY
    assert db.session.scalars(select(Reinstatement)).all() == []


def test_a_repeated_reinstatement_is_stored_once_and_another_reason_is_refused(make: Factory):
    made = meeting(make)

    reinstate(made)
    reinstate(made)
    with pytest.raises(DoneAlready, match=f"Dana Chair did this already.*wrote: “{WHY}”"):
        reinstate(made, reason="Another reason")

    assert [row.reason for row in db.session.scalars(select(Reinstatement))] == [WHY]


def test_a_reinstatement_is_withdrawn_with_a_reason_that_the_journal_keeps(
    make: Factory, visit: Visit
):
    made = meeting(make)
    reinstate(made)
    chair, address = visit(made.chair), made.url(f"decision/vendors/{made.vendors[1].id}/withdraw")

    shown = filled_form(chair.page(made.url("decision/")), address)
    refused = chair.post(address, {**shown, "reason": " "})
    done = chair.post(address, {**shown, "reason": "The screens came late."})

    assert (refused.status_code, done.status_code) == (422, 303)
    assert gate(made, 1) is Gate.FAIL
    entry = db.session.scalars(
        select(JournalEntry).where(JournalEntry.event == Event.REINSTATEMENT_WITHDRAWN)
    ).one()
    assert (entry.before, entry.reason) == ({"reason": WHY}, "The screens came late.")
    with pytest.raises(DoneAlready, match=r"“The screens came late\.”"):
        withdraw_reinstatement(made.chair, made.slug, made.vendors[1].id, reason="again")


def test_a_reinstatement_is_not_withdrawn_for_what_the_page_did_not_show(
    make: Factory, visit: Visit
):
    """Another chair lifted something else meanwhile: the reason is not about that."""
    made = meeting(make)
    chair, address = visit(made.chair), made.url(f"decision/vendors/{made.vendors[1].id}/withdraw")
    reinstate(made)
    late = filled_form(chair.page(made.url("decision/")), address) | {"must_haves": "other"}

    answer = chair.post(address, {**late, "reason": "The screens came late."})

    assert answer.status_code == 422
    assert "has changed since you opened the page: now it is Accessible." in answer.text
    assert "The screens came late." in answer.text
    assert gate(made, 1) is Gate.REINSTATED
    shown = filled_form(parse(422, answer.text), address)
    assert chair.post(address, {**shown, "reason": "All of it."}).status_code == 303


def test_a_reinstatement_without_effect_is_kept_and_shown_as_such(make: Factory, visit: Visit):
    made = meeting(make)
    reinstate(made)

    find(made, 1, Outcome.MET)

    assert gate(made, 1) is Gate.PASS
    page = visit(made.chair).get(made.url("decision/")).text
    assert WHY in page
    assert "The reinstatement has no effect" in page
    assert ", for Accessible (no effect: the vendor no longer fails it)" in (
        visit(made.chair).get(made.url("memo/")).text
    )


def test_a_member_with_a_conflict_can_not_reinstate_the_vendor(make: Factory, visit: Visit):
    made = meeting(make)
    vendor = made.vendors[1].id
    declarations.declare_interest(
        made.chair, made.slug, vendor, kind=DeclarationKind.CONFLICT, words="My brother works there"
    )
    chair = visit(made.chair)

    reinstated = chair.post(made.url(f"decision/vendors/{vendor}/reinstate"), {"reason": WHY})
    withdrawn = chair.post(made.url(f"decision/vendors/{vendor}/withdraw"), {"reason": WHY})
    page = chair.get(made.url("decision/"))
    recorded = chair.post(made.url("decision/"), form(made, 0))

    assert (reinstated.status_code, withdrawn.status_code) == (404, 404)
    assert f"vendors/{vendor}/reinstate" not in page.text
    assert recorded.status_code == 422
    with pytest.raises(NotFound):
        reinstate(made)


def test_the_reason_of_a_reinstatement_is_hidden_from_members_with_a_conflict(
    make: Factory, visit: Visit
):
    made = meeting(make)
    reinstate(made)
    declarations.declare_interest(
        made.chair,
        made.slug,
        made.vendors[1].id,
        kind=DeclarationKind.CONFLICT,
        words="I worked there",
    )
    people = made.chair, made.reviewers[0]

    away, there = (visit(actor).get(made.url("decision/")).text for actor in people)

    assert (WHY in away, WHY in there) == (False, True)
    assert ALTHOUGH in away


def test_vendors_of_another_evaluation_are_not_found(make: Factory, visit: Visit):
    made, other = (
        meeting(make),
        make.evaluation(title="Another", phase=Phase.MEETING, marks=MARKS_2),
    )
    foreign = other.vendors[1]
    chair = visit(made.chair)

    answers = [
        chair.post(made.url(f"decision/vendors/{foreign.id}/{act}"), {"reason": reason}).status_code
        for act in ("reinstate", "withdraw")
        for reason in ("", WHY)
    ]

    assert answers == [404] * 4
    text = DecisionText(vendor_id=made.vendors[0].id, reason="It fits.")
    ranking = RankingInput({made.vendors[0].code: 1, f"{foreign.code}-x": 2}, "x", shown(made))
    with pytest.raises(NotFound):
        decisions.record_decision(made.chair, made.slug, text, ranking)
    assert stored_ranks(made) == {}


MARKS_2 = {(r, v): marks for r in (0, 1) for v, marks in enumerate(("YYY", "NYY"))}


def test_the_database_itself_refuses_a_reinstatement_without_a_reason(make: Factory):
    made = meeting(make)
    row = {"vendor_id": made.vendors[1].id, "criterion_id": made.criterion("ada").id}
    db.session.add(Reinstatement(**row, reason="", recorded_by="x"))

    with pytest.raises(IntegrityError):
        db.session.flush()


# Recommending


def test_an_ineligible_vendor_can_not_be_recommended_and_the_input_is_kept(
    make: Factory, visit: Visit
):
    made = meeting(make)

    answer = visit(made.chair).edit(made.url("decision/"), form(made, 1, term="Three years"))

    page = parse(answer.status_code, answer.text)
    assert page.status == 422
    assert error_of(page, "vendor") == (
        f"Error: {made.vendors[1].company} is not eligible: it does not meet Accessible."
        " Reinstate it first, with a reason."
    )
    assert page.with_id("term").get("value") == "Three years"
    assert db.session.scalars(select(Decision)).all() == []


def test_reinstating_as_the_refusal_says_keeps_the_recommendation_that_was_typed(
    make: Factory, visit: Visit
):
    made = meeting(make)
    chair = visit(made.chair)
    refused = chair.edit(made.url("decision/"), form(made, 1, term="Three years"))
    url = made.url(f"decision/vendors/{made.vendors[1].id}/reinstate")
    small = filled_form(parse(422, refused.text), url)

    empty = chair.post(url, small)
    again = filled_form(parse(422, empty.text), url)
    done = chair.post(url, {**again, "reason": WHY})

    page = parse(done.status_code, done.text)
    assert (page.status, gate(made, 1)) == (200, Gate.REINSTATED)
    typed = filled_form(page, made.url("decision/"))
    assert (typed["term"], typed["reason"]) == (["Three years"], ["It fits."])
    assert typed["vendor"] == [str(made.vendors[1].id)]
    assert chair.post(made.url("decision/"), typed).status_code == 303


def test_a_pending_vendor_may_be_recommended_and_the_page_warns(make: Factory, visit: Visit):
    made = meeting(make)

    decide(made, 2, {2: 1, 0: 2}, "The must-have is promised in writing.")

    page = visit(made.chair).get(made.url("decision/")).text
    assert "is recommended while must-haves are not settled: Accessible." in page


def test_the_meeting_can_not_close_if_the_recommended_vendor_became_ineligible(
    make: Factory, visit: Visit
):
    made = meeting(make)
    decide(made, 0)
    find(made, 0, Outcome.NOT_MET)
    page = visit(made.chair).get(made.url("decision/")).text

    with pytest.raises(NotReady) as refused:
        phases.change_phase(made.chair, made.slug, Phase.DECIDED)

    assert "is recommended, but not eligible" in page
    assert [str(problem)[:40] for problem in refused.value.problems] == [
        f"{made.vendors[0].company} is recommended, but not eligible"[:40]
    ]
    reinstate(made, 0)
    assert phases.change_phase(made.chair, made.slug, Phase.DECIDED).phase is Phase.DECIDED


def test_withdrawing_the_reinstatement_of_the_recommended_vendor_stops_the_decision(make: Factory):
    made = meeting(make)
    reinstate(made)
    decide(made, 1)
    withdraw_reinstatement(made.chair, made.slug, made.vendors[1].id, reason="It was too early.")

    with pytest.raises(NotReady):
        phases.change_phase(made.chair, made.slug, Phase.DECIDED)


# Adopting an order


def test_the_computed_order_is_adopted_with_the_recommendation(make: Factory, visit: Visit):
    made = meeting(make)
    reinstate(made)
    chair = visit(made.chair)

    answer = chair.edit(made.url("decision/"), form(made, 1, **{place(made, 0): "not read"}))

    assert answer.status_code == 303
    assert stored_ranks(made) == {1: 1, 0: 2}
    ranking = find_adopted_ranking(
        db.session(), recommendation_of(db.session(), made.evaluation.id)
    )
    assert ranking is not None
    assert (ranking.as_computed, ranking.reason) == (True, "")
    assert "The committee adopted the computed order." in chair.get(made.url("decision/")).text
    entry = db.session.scalars(
        select(JournalEntry).where(JournalEntry.event == Event.DECISION_RECORDED)
    ).one()
    first, second = made.vendors[1].company, made.vendors[0].company
    assert entry.after is not None
    assert entry.after["adopted_order"] == f"1. {first}; 2. {second}"


def test_another_order_is_adopted_with_its_reason_and_shown_on_every_page(
    make: Factory, visit: Visit
):
    made = meeting(make)
    reinstate(made)
    chair = visit(made.chair)
    typed = {
        "ranking": "OTHER", "ranking_reason": "The other one trains our staff.",
        place(made, 0): "1", place(made, 1): "2",
    }  # fmt: skip

    answer = chair.edit(made.url("decision/"), form(made, 1, **typed))

    assert answer.status_code == 303
    assert stored_ranks(made) == {0: 1, 1: 2}
    page = chair.get(made.url("decision/")).text
    assert "The committee adopted another order than the computed one." in page
    assert "The other one trains our staff." in page
    assert "is recommended although it is not first in the adopted ranking." in page
    found = json.loads(chair.get(made.url("export/results.json")).text)
    codes = [vendor.code for vendor in made.vendors]
    assert (found["reinstated"], found["lifted"]) == ([codes[1]], {codes[1]: ["ada"]})
    assert found["adopted_ranking"]["ranks"] == {codes[0]: 1, codes[1]: 2, codes[2]: None}
    assert found["adopted_ranking"]["computed_ranks"] == {codes[0]: 2, codes[1]: 1, codes[2]: None}
    assert found["adopted_ranking"]["as_computed"] is False
    assert [(row["vendor"], row["gate"], row["failed"]) for row in found["vendors"]] == [
        (codes[1], "REINSTATED", ["ada"]), (codes[0], "PASS", []), (codes[2], "PENDING", []),
    ]  # fmt: skip


def test_the_memo_describes_the_order_alike_in_both_formats(make: Factory, visit: Visit):
    made = meeting(make)
    reinstate(made)
    decide(made, 1, {0: 1, 1: 2}, "The other one trains our staff.")
    chair = visit(made.chair)

    document = Document(io.BytesIO(chair.get(made.url("memo/memo.docx")).data))
    page = parse(200, chair.get(made.url("memo/memo.html")).text)

    first, second, third = (vendor.company for vendor in made.vendors)
    word = " ".join(paragraph.text for paragraph in document.paragraphs)
    html = words(page.all("body")[0])
    for sentence in (
        "Adopted ranking: The committee adopted another order than the computed one.",
        "Why this order: The other one trains our staff.",
        f"{second} is recommended although it is not first in the adopted ranking.",
        f"{second}, although it does not meet Accessible: {WHY}",
        ALTHOUGH,
    ):
        assert sentence in " ".join(word.split()), sentence
        assert sentence in html, sentence
    orders = [
        [[cell.text for cell in row.cells] for row in table.rows]
        for table in document.tables
        if table.rows[0].cells[1].text == "Adopted rank"
    ]
    assert orders == [
        [
            ["Vendor", "Adopted rank", "Computed rank"],
            [first, "1", "2"],
            [second, "2", "1"],
            [third, "not ranked", "not ranked"],
        ]
    ]


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"first": "2"}, "first", "the next rank is 1, not 2."),
        ({"first": "one"}, "first", "Enter a whole number, like 250 or 1,250."),
        ({"first": "1", "second": "2"}, "second", "is not eligible: it does not meet Accessible."),
        ({"third": "1"}, "first", "is recommended: give it a rank."),
        ({"first": "1", "third": "2"}, "ranking_reason", "Say why the committee adopts another"),
        ({}, "ranking", "Give at least one vendor a rank."),
    ],
)
def test_a_refused_order_says_why_and_keeps_the_input(
    make: Factory, visit: Visit, typed: dict[str, str], field: str, says: str
):
    made = meeting(make)
    places = {name: place(made, n) for n, name in enumerate(("first", "second", "third"))}
    sent = {places[name]: text for name, text in typed.items()}
    reason = "" if field == "ranking_reason" else "Why not."

    answer = visit(made.chair).edit(
        made.url("decision/"),
        form(made, 0, ranking="OTHER", ranking_reason=reason, term="Three years", **sent),
    )

    page = parse(answer.status_code, answer.text)
    assert page.status == 422
    assert says in error_of(page, places.get(field, field))
    assert {name: page.with_id(name).get("value") for name in sent} == sent
    assert words(page.with_id("ranking_reason")) == reason
    assert page.with_id("term").get("value") == "Three years"
    assert stored_ranks(made) == {}


def test_a_recommendation_needs_a_choice_of_order(make: Factory, visit: Visit):
    made = meeting(make)

    answer = visit(made.chair).edit(made.url("decision/"), form(made, 0, ranking=""))

    assert answer.status_code == 422
    assert db.session.scalars(select(Decision)).all() == []


def test_an_order_that_changed_since_the_page_was_opened_is_not_adopted(
    make: Factory, visit: Visit
):
    made = meeting(make)
    chair, seen = visit(made.chair), form(made, 0)
    find(made, 2, Outcome.MET)

    stale = chair.edit(made.url("decision/"), seen)
    page = parse(stale.status_code, stale.text)
    hidden = next(node for node in page.all("input") if node.get("name") == "shown")
    again = chair.edit(made.url("decision/"), {**seen, "shown": hidden.get("value") or ""})

    assert stale.status_code == 422
    assert "The computed order has changed since you opened the page" in error_of(page, "ranking")
    assert again.status_code == 303
    assert stored_ranks(made) == {2: 1, 0: 2}


def test_another_order_that_was_adopted_meanwhile_is_taken_over_and_not_lost(
    make: Factory, visit: Visit
):
    made = meeting(make)
    decide(made, 0)
    chair, url = visit(made.chair), made.url("decision/")
    sent = {**filled_form(chair.page(url), url), "conditions": "Screens by June."}
    decide(made, 0, {0: 1, 2: 1}, "They are equally good.")

    refused = chair.post(url, sent)

    page = parse(refused.status_code, refused.text)
    assert page.status == 409
    assert "1" in words(page.with_id(f"{place(made, 2)}-newer"))
    assert f"{made.vendors[2].company}: it shows" in words(page.with_id("error-summary"))
    assert chair.post(url, filled_form(page, url)).status_code == 303
    assert stored_ranks(made) == {0: 1, 2: 1}
    decision = db.session.scalars(select(Decision)).one()
    assert (decision.conditions, decision.ranking_reason) == (
        "Screens by June.",
        "They are equally good.",
    )


def test_findings_after_the_adoption_are_reported_until_the_order_is_adopted_again(
    make: Factory, visit: Visit
):
    made = meeting(make)
    decide(made, 0)
    chair = visit(made.chair)
    said = "The computed order has changed since"

    before = chair.get(made.url("decision/")).text
    find(made, 2, Outcome.MET)
    after = chair.get(made.url("decision/")).text
    decide(made, 0)

    assert (said in before, said in after) == (False, True)
    assert "Adopt it again" in after
    assert said not in chair.get(made.url("decision/")).text
    assert stored_ranks(made) == {2: 1, 0: 2}


def test_a_recommendation_without_an_order_removes_the_earlier_order(make: Factory):
    made = meeting(make)
    decide(made, 0)

    decisions.record_decision(
        made.chair, made.slug, DecisionText(vendor_id=None, reason="None of them fits.")
    )

    assert stored_ranks(made) == {}


def test_the_database_itself_refuses_another_order_without_a_reason(make: Factory):
    made = meeting(make)
    row = {"evaluation_id": made.evaluation.id, "reason": "x", "recorded_by": "x"}
    db.session.add(Decision(**row, ranking_as_computed=False, ranking_reason=""))

    with pytest.raises(IntegrityError):
        db.session.flush()


def test_orders_and_reinstatements_are_verified_and_impossible_ones_are_named(make: Factory):
    made = meeting(make)
    reinstate(made)
    decide(made, 1)
    good = verify_record(db.session()).problems
    recommended = db.session.get_one(RankedVendor, made.vendors[1].id)

    db.session.delete(recommended)
    db.session.flush()
    unranked = [str(problem) for problem in verify_record(db.session()).problems]
    db.session.delete(db.session.scalars(select(Decision)).one())
    db.session.flush()
    orphaned = [str(problem) for problem in verify_record(db.session()).problems]
    db.session.rollback()

    assert good == ()
    assert unranked[-1] == "Recommended vendors without a rank in the adopted order: 1."
    assert orphaned[-1] == "Vendors in an adopted order of an evaluation without a decision: 1."


def test_the_demo_adopted_the_order_that_is_computed(make: Factory):
    make_demo()
    decision = db.session.scalars(select(Decision).where(Decision.vendor_id.is_not(None))).one()
    evaluation = db.session.get_one(Evaluation, decision.evaluation_id)

    ranking = find_adopted_ranking(db.session(), decision)

    assert ranking is not None
    assert ranking.outdated(read_matrix(db.session(), evaluation).results) is False


def test_a_vendor_that_left_the_selection_is_not_reinstated(make: Factory):
    made = meeting(make)
    withdraw_vendor(made.chair, made.slug, made.vendors[1].id, reason="It withdrew its offer")

    with pytest.raises(NotFound):
        reinstate(made)

    assert db.session.scalars(select(Reinstatement)).all() == []


def test_the_phase_can_not_return_to_set_up_while_a_vendor_is_reinstated(make: Factory):
    made = make.evaluation(phase=Phase.MEETING, vendors=2)
    find(made, 1, Outcome.NOT_MET)
    reinstate(made)
    in_meeting.withdraw_finding(
        made.chair, made.slug, made.vendors[1].id, made.criterion("ada").id, reason="Too early."
    )
    phases.change_phase(made.chair, made.slug, Phase.SCORING, reason="Too early.")
    with pytest.raises(NotReady):
        phases.change_phase(made.chair, made.slug, Phase.SETUP, reason="Too early.")
