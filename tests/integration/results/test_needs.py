"""The curriculum in place: an evaluation with one vendor, whose result is a list of needs."""

import pytest

from crrubric.domain.documents.tree import Heading
from crrubric.domain.errors import Invalid, NotReady
from crrubric.domain.memo.sections import compose_memo
from crrubric.domain.vocabulary import Answer, Outcome, Phase, Role, Standing
from crrubric.extensions import db
from crrubric.models import Evaluation, User
from crrubric.queries.people.access import find_evaluation
from crrubric.queries.record.verification import verify_record
from crrubric.services.meeting import decisions
from crrubric.services.meeting.decisions import FindingText
from crrubric.services.planning import votes
from crrubric.services.setup import evaluations, phases, rubrics, vendors
from crrubric.services.setup.earlier import start_from_earlier
from tests import in_meeting
from tests.factories import Factory, Made, small_rubric
from tests.integration.conftest import Visit
from tests.integration.results.test_memo_sentences import facts_of, memo_of, table_of
from tests.pages import filled_form, words

REASON = "Two learners could not log in."
SECRET = "The keyboard can't reach the player."


def in_place(make: Factory, phase: Phase = Phase.SETUP, *, vendors: int = 1) -> Made:
    """An evaluation of the curriculum in place: not accessible, tied on the system, the third met;
    in the meeting the committee says why."""
    made = make.evaluation(vendors=vendors)
    say_in_place(made, True)
    if phase is Phase.SETUP:
        return made
    make.forward(made, Phase.SCORING, {(0, 0): "-YY", (1, 0): "NNY"})
    make.mark(made, 0, 0, "ada", Answer.NO, note=SECRET)
    if phase is Phase.SCORING:
        return made
    make.forward(made, Phase.MEETING, {})
    in_meeting.record_finding(
        made.chair,
        made.slug,
        made.vendors[0].id,
        made.criterion("ada").id,
        FindingText(value=Outcome.NOT_MET, reason=REASON),
        seen_version=0,
    )
    make.forward(made, phase, {})
    return made


def say_in_place(made: Made, value: bool) -> None:
    evaluations.change_evaluation(
        made.chair,
        made.slug,
        title=made.evaluation.title,
        purpose="",
        closes_on=None,
        in_place=value,
    )


def test_the_curriculum_in_place_is_evaluated_alone(make: Factory):
    made = in_place(make, vendors=2)

    with pytest.raises(NotReady) as refused:
        phases.change_phase(made.chair, made.slug, Phase.SCORING)
    assert "more than one vendor" in str(refused.value.problems[0])

    vendors.remove_vendor(made.chair, made.slug, made.vendors[1].id)
    phases.change_phase(made.chair, made.slug, Phase.SCORING)


def test_the_record_tells_what_kind_of_evaluation_it_is(make: Factory):
    made = in_place(make)
    say_in_place(made, False)
    say_in_place(made, True)
    begun = evaluations.create_evaluation(
        made.chair, title="Another", rubric=small_rubric(), in_place=True
    )
    assert begun.in_place
    db.session.rollback()
    assert verify_record(db.session()).problems == ()

    db.session.get_one(Evaluation, made.evaluation.id).in_place = False
    db.session.commit()
    assert verify_record(db.session()).problems != ()


def test_the_list_says_what_is_not_met_with_reasons_and_notes(make: Factory, visit: Visit):
    made = in_place(make, Phase.MEETING)

    page = visit(made.chair).page(made.url("needs/"))

    text = words(page.root)
    assert text.index("Accessible") < text.index(REASON) < text.index(SECRET)
    assert text.index(SECRET) < text.index("To be found out") < text.index("Works with our system")
    assert "It meets one criterion. One is not met. One is not settled." in text
    assert "Reviewer" not in text  # no name: whom they speak for
    assert "Teacher provided" not in text


def test_the_menu_leads_to_the_list_and_to_no_comparison(make: Factory, visit: Visit):
    made = in_place(make, Phase.MEETING)
    links = [made.url("needs/"), made.url("compare")]

    def linked() -> list[bool]:
        html = visit(made.chair).get(made.url("scores")).text
        return [f'href="{url}"' in html for url in links]

    assert linked() == [True, False]
    set_kind(made, False)
    assert linked() == [False, True]


def set_kind(made: Made, value: bool) -> None:
    """As no page can any more: the evaluation is another one."""
    db.session.get_one(Evaluation, made.evaluation.id).in_place = value
    db.session.commit()


def test_who_may_read_the_list(make: Factory, visit: Visit):
    made = in_place(make, Phase.SCORING)
    stranger = make.actor("Stranger")
    observer = make.member(made.chair, made.slug, frozenset({Role.OBSERVER}))

    def statuses() -> list[int]:
        people = (made.chair, made.reviewers[1], observer, stranger)
        return [visit(person).get(made.url("needs/")).status_code for person in people]

    assert statuses() == [404, 404, 404, 404]
    make.forward(made, Phase.MEETING, {})
    assert statuses() == [200, 200, 200, 404]
    set_kind(made, False)
    assert statuses() == [404, 404, 404, 404]


def test_who_stays_away_from_the_vendor_reads_no_note(make: Factory, visit: Visit):
    made = in_place(make, Phase.MEETING)
    make.conflict(made, 1, 0, "My brother sells it.")

    page = visit(made.reviewers[1]).get(made.url("needs/"))

    assert REASON in page.text
    assert SECRET not in page.text.replace("&#39;", "'")
    assert f"cell/{made.vendors[0].id}" not in page.text


def test_the_memo_prints_the_list(make: Factory):
    made = in_place(make, Phase.MEETING)

    memo = compose_memo(facts_of(made), str)

    heads = [block.text for block in memo.blocks if isinstance(block, Heading)]
    assert "7. List of needs" in heads
    assert memo.title == "Memo on the curriculum in place: Credit recovery"
    ((title, votes, why),) = table_of(made, "List of needs")
    assert (title, votes) == ("Accessible ◆", "0–2")
    assert why.startswith(f"{REASON} “{SECRET}” (")
    assert "Works with our system: Unresolved (tie)" in memo_of(made)
    name = made.vendors[0].name
    said = f"{name} meets 1 of 3 criteria that apply; 1 it does not meet, and on 1 nothing"
    assert said in memo_of(made)


def test_the_memo_on_a_choice_has_no_such_list(make: Factory):
    made = make.evaluation(phase=Phase.MEETING)

    memo = compose_memo(facts_of(made), str)

    heads = [block.text for block in memo.blocks if isinstance(block, Heading)]
    assert [text for text in heads if "needs" in text] == []
    assert memo.title == "Selection memo: Credit recovery"


@pytest.mark.parametrize("keep", [True, False])
def test_the_committee_keeps_what_it_has_or_looks_for_something_else(
    make: Factory, visit: Visit, keep: bool
):
    made = in_place(make)
    if keep:  # a product that misses a must-have is only kept once it is reinstated
        text = rubrics.CriterionText(title="Accessible", must_have=False)
        rubrics.change_criterion(made.chair, made.slug, made.criterion("ada").id, text)
    make.forward(made, Phase.MEETING, {(0, 0): "NYY", (1, 0): "NNY"})
    name = made.vendors[0].name
    assert f"Keeping {name}" in visit(made.chair).get(made.url("decision/")).text
    text = decisions.DecisionText(vendor_id=made.vendors[0].id if keep else None, reason="So.")
    decisions.record_decision(made.chair, made.slug, text)

    told = words(visit(made.chair).page(made.url("decision/")).root)
    final = words(visit(made.chair).page(made.url("phase?to=DECIDED")).root)
    memo = memo_of(made)

    what = f"keeping {name}" if keep else "looking for another curriculum"
    assert f"The committee recommends {what}" in told
    assert keep or f"The decision becomes final: the committee recommends {what}." in final
    assert "recommends no vendor" not in memo
    asked = "list of needs below" if keep else "the committee’s finding"
    assert f"That the board take note of {asked}." in memo.replace("the list", "list")


def test_the_chair_says_so_when_the_evaluation_is_made_and_can_change_it(
    make: Factory, visit: Visit
):
    chair = make.actor("Chair", standing=Standing.ORGANIZER)
    visitor = visit(chair)
    visitor.get("/evaluations/new")
    sent = {"title": "What we have", "purpose": "", "earlier": "", "in_place": "y"}
    assert visitor.post("/evaluations/new", sent).status_code == 303
    evaluation = find_evaluation(db.session(), "what-we-have")
    assert evaluation.in_place
    assert "its result is a list of needs" in visitor.get("/evaluations/what-we-have/").text

    url = "/evaluations/what-we-have/facts"
    form = filled_form(visitor.page(url), url)
    assert form.pop("in_place") == ["y"]
    assert visitor.post(url, form).status_code == 303
    db.session.expire_all()
    assert not find_evaluation(db.session(), "what-we-have").in_place


def test_the_next_evaluation_is_a_choice_unless_it_is_said(make: Factory):
    made = in_place(make)

    assert not start_from_earlier(made.chair, made.slug, title="Next").in_place
    assert start_from_earlier(made.chair, made.slug, title="Again", in_place=True).in_place


def decide_against(made: Made) -> None:
    text = decisions.DecisionText(vendor_id=None, reason="It lacks too much.")
    decisions.record_decision(made.chair, made.slug, text)
    phases.change_phase(made.chair, made.slug, Phase.DECIDED)


def test_the_list_stands_beside_the_criteria_of_the_next_evaluation(make: Factory, visit: Visit):
    made = in_place(make, Phase.MEETING)
    with pytest.raises(Invalid, match="whose decision is final"):
        start_from_earlier(made.chair, made.slug, title="Next", with_needs=True)
    decide_against(made)

    slug = start_from_earlier(made.chair, made.slug, title="Next", with_needs=True).slug
    proposals = words(visit(made.chair).page(f"/evaluations/{slug}/plan/items/proposals").root)
    assert REASON in proposals
    assert "was not settled" not in proposals
    reviewer = make.reviewer(made.chair, slug)
    votes.open_vote(made.chair, slug)
    page = f"/evaluations/{slug}"
    told = [
        words(visit(made.chair).page(f"{page}/rubric/weights/").root),
        words(visit(made.chair).page(f"{page}/rubric/").root),
        words(visit(made.chair).page(f"{page}/plan/hints").root),
        words(visit(made.chair).page(f"{page}/plan/print").root),
        words(visit(reviewer).page(f"{page}/must-haves/ballot").root),
    ]
    votes.close_vote(made.chair, slug)
    told.append(words(visit(made.chair).page(f"{page}/must-haves/settle/").root))

    for text in told:
        assert f"The curriculum in place does not meet it (Credit recovery). {REASON}" in text
        assert "Whether the curriculum in place meets it was not settled" in text
        assert SECRET not in text
    db.session.rollback()
    assert verify_record(db.session()).problems == ()


def test_the_list_leads_to_the_next_evaluation_and_goes_with_it(make: Factory, visit: Visit):
    made = in_place(make, Phase.MEETING)
    db.session.get_one(User, made.chair.user_id).standing = Standing.ORGANIZER
    db.session.commit()
    chair, start = visit(made.chair), "Start the next evaluation from this one"
    assert start not in chair.get(made.url("needs/")).text
    decide_against(made)

    page = chair.page(made.url("needs/"))
    (address,) = [link.get("href", "") for link in page.all("a") if words(link) == start]
    form = chair.page(address)
    chair.get(made.url("renew"))
    renewed = chair.post(made.url("renew"), {"title": "Again"})

    assert form.with_id("with_needs").get("checked") is not None
    assert renewed.status_code == 303
    assert REASON in words(chair.page("/evaluations/again/rubric/weights/").root)
    choice = chair.page("/evaluations/new?from=again")
    assert choice.with_id("with_needs").get("checked") is None


def test_the_list_of_a_choice_among_vendors_is_not_taken_over(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.DECIDED, marks={(0, 0): "YNY"})
    visitor = visit(made.chair)
    visitor.get("/evaluations/new")
    sent = {"title": "Next", "purpose": "", "with_needs": "y"}

    from_it = visitor.post("/evaluations/new", {**sent, "earlier": made.slug})
    from_nothing = visitor.post("/evaluations/new", {**sent, "earlier": ""})

    assert [from_it.status_code, from_nothing.status_code] == [422, 422]
    assert "whose decision is final has a list of needs" in from_it.text
    assert "Choose the evaluation whose list of needs you want" in from_nothing.text
