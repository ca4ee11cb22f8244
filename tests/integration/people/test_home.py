"""Home lists what waits for each person, in every evaluation, as far as their seat may know."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select

from crrubric.clock import now_utc
from crrubric.domain.vocabulary import Answer, DeclarationKind, EntrySource, Outcome, Phase, Role
from crrubric.extensions import db
from crrubric.models import Asking, Declaration, Evaluation
from crrubric.queries.people.people import Actor
from crrubric.queries.people.waiting import load_tasks
from crrubric.services.ballots import entries
from crrubric.services.ballots.ballots import MarkText
from crrubric.services.ballots.declarations import declare_interest
from crrubric.services.meeting import decisions, meetings
from crrubric.services.questions.answers import record_answer, send_questions
from crrubric.services.questions.askings import ask_vendor
from crrubric.services.questions.questions import merge_askings
from crrubric.services.setup import phases
from crrubric.services.setup.practice import finish_practice, record_practice_mark
from crrubric.services.shared.unit import unit_of_work
from tests import in_meeting
from tests.factories import Factory, Made, ballot_of
from tests.integration.conftest import Visit, Visitor
from tests.pages import words

DAY = date(2026, 3, 1)


def waits(made: Made, actor: Actor) -> dict[str, int]:
    """What waits for somebody in the evaluation, with how much of it."""
    db.session.rollback()
    return {
        task.kind.name: int(task.count)
        for task in load_tasks(db.session(), actor)[made.evaluation.id]
    }


def test_ballots_declarations_entries_and_answers_wait_for_their_reviewer(make: Factory):
    made = make.evaluation(phase=Phase.SCORING, vendors=3)
    reviewer, other = made.reviewers
    first, second, _third = made.vendors
    make.conflict(made, 0, 2, "My sister works there.")
    with unit_of_work() as session:
        own = select(Declaration).where(
            Declaration.vendor_id == second.id,
            Declaration.member_id == ballot_of(made, 0, 1).member_id,
        )
        session.delete(session.scalars(own).one())
    make.mark(made, 0, 0, "ada", Answer.CANNOT_TELL)
    ask_vendor(reviewer, made.slug, first.id, made.criterion("ada").id, words="Show it.")
    before_the_answer = waits(made, reviewer), waits(made, made.chair)
    [asking] = [row.id for row in db.session.scalars(select(Asking))]
    question = merge_askings(made.chair, made.slug, first.id, [asking], words="Show it, please.")
    draft = waits(made, made.chair)
    send_questions(made.chair, made.slug, first.id, day=DAY)
    record_answer(made.chair, made.slug, question.id, answer="It does.", day=DAY, seen_version=1)

    assert before_the_answer == (
        {"DECLARE": 1, "SCORE": 2},
        {"SORT_ASKINGS": 1},
    )
    assert draft == {"SEND_QUESTIONS": 1}
    assert waits(made, reviewer) == {"DECLARE": 1, "SCORE": 2, "READ_ANSWERS": 1}
    assert waits(made, other) == {"SCORE": 3}
    assert waits(made, made.chair) == {}


def test_the_link_to_declare_leads_to_the_declarations(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    reviewer = visit(made.reviewers[0])
    with unit_of_work() as session:
        session.execute(delete(Declaration))

    home = reviewer.page("/")
    page = reviewer.page(made.url("declarations"))

    leads = {node.get("href") for node in home.all("a") if words(node).startswith("Declare")}
    assert leads == {made.url("declarations")}
    legends = [words(node) for node in page.all("legend")]
    assert legends == ["Your declaration"] * len(made.vendors)


def test_practice_waits_for_who_is_not_done_and_then_for_the_chair(make: Factory):
    made = make.evaluation(phase=Phase.PRACTICE)
    first, second = made.reviewers
    ada = made.criterion("ada").id
    for actor in made.reviewers:
        record_practice_mark(actor, made.slug, ada, answer=Answer.YES, seen_version=0)
    finish_practice(first, made.slug)
    half = [waits(made, actor) for actor in (first, second, made.chair)]
    finish_practice(second, made.slug)

    assert half == [{}, {"PRACTICE": 1}, {}]
    assert waits(made, made.chair) == {"SHOW_PRACTICE": 1}


def test_a_chair_is_led_to_the_practice_round_while_reviewers_are_in_it(
    make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.PRACTICE)

    page = visit(made.chair).page("/")

    assert "You have nothing to do here now." not in words(page.root)
    links = [a.get("href") for a in page.all("a") if words(a).startswith("See progress")]
    assert links == [made.url("practice/")]


def test_a_ballot_entered_on_behalf_waits_to_be_confirmed(make: Factory):
    made = make.evaluation(phase=Phase.SCORING, vendors=1)
    given = entries.EnteredBallot(
        source=EntrySource.PAPER,
        given_on=DAY,
        no_conflict=True,
        marks={made.criterion("ada").id: MarkText(answer=Answer.YES)},
        rest="left it empty",
    )
    entries.enter_ballot(made.chair, made.slug, ballot_of(made, 0, 0).id, given)
    before = waits(made, made.reviewers[0])
    entries.confirm_ballot(made.reviewers[0], made.slug, made.vendors[0].id)

    assert before == {"CONFIRM": 1}
    assert waits(made, made.reviewers[0]) == {}


def test_what_waits_in_the_meeting_leaves_out_vendors_with_a_conflict(make: Factory):
    made = make.evaluation(phase=Phase.SCORING)
    declare_interest(
        made.chair,
        made.slug,
        made.vendors[1].id,
        kind=DeclarationKind.CONFLICT,
        words="My sister works there.",
    )
    second = make.member(made.chair, made.slug, frozenset({Role.CHAIR}))
    make.submit(made, 0, 0, "No time.")
    make.submit(made, 1, 0, "No time.")
    closing = waits(made, made.chair), waits(made, second)
    phases.change_phase(made.chair, made.slug, Phase.MEETING)
    opening = waits(made, second), waits(made, made.reviewers[0])
    meetings.start_meeting(second, made.slug)
    under_way = [waits(made, actor) for actor in (made.chair, second, made.reviewers[0])]
    finding = decisions.FindingText(Outcome.MET, reason="We looked.")
    for vendor in made.vendors:
        for criterion in made.criteria:
            in_meeting.record_finding(
                second, made.slug, vendor.id, criterion.id, finding, seen_version=0
            )
    settled = waits(made, made.chair), waits(made, second)
    decisions.record_decision(second, made.slug, decisions.DecisionText(vendor_id=None, reason="x"))

    assert closing == ({"CLOSE_SCORING": 1}, {})
    assert opening == ({"START_MEETING": 1}, {})
    assert under_way == [{"SETTLE_ITEMS": 3}, {"SETTLE_ITEMS": 6}, {"FOLLOW_MEETING": 1}]
    assert settled == (
        {"OPEN_PRICES": 1},
        {"OPEN_PRICES": 1, "RECORD_DECISION": 1},
    )
    assert waits(made, second) == {"OPEN_PRICES": 1, "FINALIZE": 1}
    assert waits(made, made.reviewers[0]) == {"FOLLOW_MEETING": 1, "STATE_POSITION": 1}


@pytest.mark.parametrize("page", ["/", "overview"])
def test_home_and_overview_say_what_waits_and_lead_there(make: Factory, visit: Visit, page: str):
    made = make.evaluation(phase=Phase.MEETING)
    make.evaluation(title="Another", phase=Phase.MEETING)

    page = visit(made.chair).page(made.url() if page == "overview" else page)

    [task] = [node for node in page.all("p") if node.get("class") == "waits"]
    assert words(task).startswith("Scoring is closed, and the meeting has not begun.")
    assert [link.get("href") for link in task.iter("a")] == [made.url("meeting/")]


def test_what_waits_on_the_page_of_the_decision_leads_to_its_form(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.MEETING)
    finding = decisions.FindingText(Outcome.MET, reason="We looked.")
    for vendor in made.vendors:
        for criterion in made.criteria:
            in_meeting.record_finding(
                made.chair, made.slug, vendor.id, criterion.id, finding, seen_version=0
            )
    chair, reviewer = visit(made.chair), visit(made.reviewers[0])

    places = [follow_waiting(chair, "Record the recommendation")]
    decisions.record_decision(
        made.chair, made.slug, decisions.DecisionText(vendor_id=None, reason="x")
    )
    places.append(follow_waiting(reviewer, "State your position"))

    assert places == ["h2", "form"]


def follow_waiting(person: Visitor, label: str) -> str:
    """What a link of the home page leads to: the element on its page, not the whole page."""
    [link] = [a for a in person.page("/").all("a") if words(a).startswith(label)]
    address, _, place = link.get("href", "").partition("#")
    return str(person.page(address).with_id(place).tag)


@pytest.mark.parametrize("page", ["/", "overview"])
@pytest.mark.parametrize(
    ("days", "due"),
    [
        (None, "There is no closing day yet"),
        (7, "Please submit your ballots by"),
        (-2, "The closing day was"),
    ],
)
def test_who_has_not_begun_reads_what_is_asked_by_when_and_how_long_it_takes(
    make: Factory, visit: Visit, page: str, days: int | None, due: str
):
    made = make.evaluation(phase=Phase.SCORING)
    if days is not None:
        row = db.session.get_one(Evaluation, made.evaluation.id)
        row.closes_on = now_utc().date() + timedelta(days=days)  # the service takes no day gone by
        db.session.commit()
    url = made.url() if page == "overview" else page

    first = visit(made.reviewers[0]).get(url).text
    make.mark(made, 0, 0, "ada", Answer.YES)
    then = visit(made.reviewers[0]).get(url).text

    said = "You are asked to score 2 vendors on your own"
    assert (said in first, said in then) == (True, False)
    assert due in first
    assert "about 20 minutes a vendor" in first
    assert said not in visit(made.chair).get(url).text


@pytest.mark.parametrize("page", ["/", "overview"])
def test_an_observer_reads_when_there_will_be_something_to_read(
    make: Factory, visit: Visit, page: str
):
    made = make.evaluation(phase=Phase.SCORING)
    observer = make.member(made.chair, made.slug, frozenset({Role.OBSERVER}))
    url = made.url() if page == "overview" else page
    people = (observer, made.chair, made.reviewers[0])
    said = "You are an observer: you read along, and score no vendor."

    scoring = [said in visit(who).get(url).text for who in people]
    phases.change_phase(made.chair, made.slug, to=Phase.MEETING)

    assert scoring == [True, False, False]
    assert said not in visit(observer).get(url).text


def test_closing_scoring_is_offered_first_only_once_no_ballot_is_missing(
    make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.SCORING)

    def find_button() -> str | None:
        page = visit(made.chair).page(made.url())
        links = [
            node for node in page.all("a") if words(node) == "Close scoring and show the ballots"
        ]
        return links[0].get("class")

    early = find_button()
    row = db.session.get_one(Evaluation, made.evaluation.id)
    row.closes_on = now_utc().date() - timedelta(days=2)
    db.session.commit()

    assert (early, find_button()) == ("btn quiet", "btn")


def test_a_phase_that_is_over_is_no_news_any_more(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    phases.change_phase(made.chair, made.slug, to=Phase.MEETING)
    reader = visit(made.reviewers[0])

    text = words(reader.page("/").root)

    assert "The evaluation is now in the phase “Meeting”." in text
    assert "The evaluation is now in the phase “Scoring”." not in text


def test_what_was_asked_for_in_a_phase_that_is_over_is_asked_no_more(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING, reviewers=1, vendors=1)
    make.submit(made, 0, 0, "No time.")
    chair = visit(made.chair)
    asked = "All ballots are in: scoring can be closed."
    assert asked in words(chair.page(made.url()).root)

    phases.change_phase(made.chair, made.slug, to=Phase.MEETING)

    assert asked not in words(chair.page(made.url()).root)
    assert asked not in words(chair.page("/").root)
