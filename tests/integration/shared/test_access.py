"""Every route, every kind of person, every phase: the answer is what the policy says."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from crrubric.domain.actions import Action
from crrubric.domain.policy import PREPARING, is_allowed, phases_of
from crrubric.domain.vocabulary import Phase, PlanAccess, Role, Standing
from crrubric.extensions import db
from crrubric.models import ActionItem, Actual, Ballot, HeldReview, Measure, Member
from crrubric.queries.people.people import Actor
from crrubric.services.planning.actuals import ActualText, record_actual
from crrubric.services.planning.items import ItemText, add_action_item
from crrubric.services.planning.measures import MeasureText, add_measure
from crrubric.services.planning.people import assign_plan_section
from crrubric.services.planning.reviews import ReviewText, record_review
from crrubric.services.planning.votes import close_vote, open_vote
from crrubric.services.setup import committee
from tests.databases import let_session_age, patient_writers
from tests.factories import Factory, Made
from tests.integration.conftest import TOKEN, Visit

# the policy is the same on both databases: every phase on one, one on the other, the rest with
# those that take long
EVERY_PHASE = [
    pytest.param(
        database,
        phase,
        marks=[pytest.mark.long] if database == "postgresql" and phase is not Phase.MEETING else [],
    )
    for database in ("sqlite", "postgresql")
    for phase in Phase
]


def evaluation_routes(app: Flask) -> list[tuple[str, str, Action]]:
    """(method, endpoint, action) of every route inside an evaluation."""
    routes = []
    for rule in app.url_map.iter_rules():
        access = getattr(app.view_functions[rule.endpoint], "access", "")
        if access in set(Action):
            method = "POST" if "POST" in (rule.methods or ()) else "GET"
            routes.append((method, rule.endpoint, Action(access)))
    return sorted(set(routes))


def addresses(app: Flask, made: Made, people: dict[str, Actor]) -> list[tuple[str, str, Action]]:
    """The routes with the ids of a real evaluation in them."""
    ids = {
        "slug": made.slug,
        "vendor_id": made.vendors[0].id,
        "criterion_id": made.criteria[0].id,
        "section_id": made.criteria[0].section_id,
        "ballot_id": (db.session.scalar(select(Ballot.id).order_by(Ballot.id)) or 1),
        "declaration_id": 1,
        "notice_id": 1,
        "motion_id": 1,
        "commitment_id": 1,
        "question_id": 1,
        "asking_id": 1,
        "entry": 1,
        "at": "reason",  # of a journal entry
        "review_id": db.session.scalar(select(HeldReview.id)) or 1,
        "measure_id": db.session.scalar(select(Measure.id)) or 1,
        "actual_id": db.session.scalar(select(Actual.id)) or 1,
        "item_id": db.session.scalar(select(ActionItem.id)) or 1,
        "number": 1,
        "ending": "pdf",
        "code": "learners",
        "line": "allowable",
        "prompt": "barriers",
        "key": "0" * 32,
        "section": "learners",  # of a hint
        "criterion": "ada",
        "kind": "must_have",
        "member_id": member_id(made, people["reviewer"]),
    }
    found = []
    with app.test_request_context():
        for method, endpoint, action in evaluation_routes(app):
            rules = app.url_map.iter_rules(endpoint)
            wanted = next(rule.arguments for rule in rules)
            url = app.url_for(endpoint, **{key: ids[key] for key in wanted})
            found.append((method, url.replace("http://localhost", ""), action))
    return found


def member_id(made: Made, actor: Actor) -> int:
    return db.session.scalars(
        select(Member.id).where(
            Member.evaluation_id == made.evaluation.id, Member.user_id == actor.user_id
        )
    ).one()


def follow_one_measure(made: Made) -> None:
    """A measure with a value, and a review."""
    review = ReviewText(held_on=date(2023, 7, 1), minutes="Who finished.")
    record_review(made.chair, made.slug, review)
    size = add_measure(made.chair, made.slug, MeasureText(words="Learners"))
    record_actual(made.chair, made.slug, size.id, ActualText(period="2022-23", value="412"))


@pytest.fixture
def cast(make: Factory, request: pytest.FixtureRequest) -> tuple[Made, dict[str, Actor]]:
    """An evaluation in the phase of the test, with one person of each kind."""
    made = make.evaluation(reviewers=1)
    observer = make.member(made.chair, made.slug, frozenset({Role.OBSERVER}))
    former = make.member(made.chair, made.slug, frozenset({Role.REVIEWER}))
    committee.remove_member(made.chair, made.slug, member_id(made, former))
    other = make.evaluation(title="Another", reviewers=1)
    open_vote(made.chair, made.slug)
    if request.param not in PREPARING:
        close_vote(made.chair, made.slug)
    asked = {member_id(made, each): PlanAccess.FILL for each in (observer, made.reviewers[0])}
    for section in ("learners", "success"):
        assign_plan_section(made.chair, made.slug, section, asked)
    text = ItemText(words="Order headsets", member_id=member_id(made, observer))
    add_action_item(made.chair, made.slug, text)
    follow_one_measure(made)
    make.forward(made, request.param, {})
    people = {
        "chair": made.chair,
        "reviewer": made.reviewers[0],
        "observer": observer,
        "former": former,
        "elsewhere": other.chair,
        "administrator": make.actor(standing=Standing.ADMINISTRATOR),
    }
    return made, people


ROLES = {
    "chair": {Role.CHAIR},
    "reviewer": {Role.REVIEWER},
    "observer": {Role.OBSERVER},
    "former": set(),
    "elsewhere": set(),
    "administrator": set(),
}


READERS = {"chair", "reviewer"}
# Answers that say the same to everybody need not be drawn as a page each time.
SHORTLY = {"headers": {"Accept": "application/json"}}


@pytest.mark.parametrize(("app", "cast"), EVERY_PHASE, indirect=True)
def test_every_page_opens_as_the_policy_says_and_is_404_for_others(
    app: Flask, cast: tuple[Made, dict[str, Actor]], visit: Visit
):
    made, people = cast
    pages = [row for row in addresses(app, made, people) if row[0] == "GET"]
    wrong, waiting = [], []
    for who, actor in people.items():
        person = visit(actor)
        for _method, url, action in pages:
            may = is_allowed(ROLES[who], made.evaluation.phase, action)
            if may and who in READERS:
                let_session_age()  # or it would not be written down that they are still there
            with patient_writers() as found:
                shown = person.get(url, **({} if may else SHORTLY))
            waiting += [url] if found else []
            # a page about a thing that isn't there (no ballot) is 404 as well; a link that this
            # browser does not have leads back to the committee, which says so
            led_back = (303, made.url("committee/"))
            if (shown.status_code, shown.location) == led_back and may:
                continue
            if shown.status_code not in ({200, 404} if may else {404}):
                wrong.append((who, url, shown.status_code))

    assert len(pages) > 25
    assert wrong == []
    assert waiting == []  # for a turn to write: a page is shown at once while somebody writes


@pytest.mark.parametrize(("app", "cast"), EVERY_PHASE, indirect=True)
def test_every_form_is_accepted_or_refused_as_the_policy_says(
    app: Flask, cast: tuple[Made, dict[str, Actor]], visit: Visit
):
    made, people = cast
    forms = [row for row in addresses(app, made, people) if row[0] == "POST"]
    phase, wrong = made.evaluation.phase, []
    for who, actor in people.items():
        person = visit(actor)
        refused = {
            url: 409 if phases_of(ROLES[who], action) else 404
            for _method, url, action in forms
            if not is_allowed(ROLES[who], phase, action)
        }
        found = {
            url: person.post(url, **(SHORTLY if expected == 404 else {})).status_code
            for url, expected in refused.items()
        }
        wrong += [(who, url, found[url], refused[url]) for url in refused if found != refused]

    assert len(forms) > 18
    assert wrong == []


@pytest.mark.parametrize("cast", [Phase.MEETING], indirect=True)
def test_a_stranger_is_sent_to_sign_in(
    app: Flask, cast: tuple[Made, dict[str, Actor]], visit: Visit
):
    made, people = cast
    stranger = visit()

    for method, url, _action in addresses(app, made, people):
        answer = stranger.get(url) if method == "GET" else stranger.post(url)
        assert (answer.status_code, answer.location.startswith("/sign-in")) == (303, True), url


@pytest.mark.parametrize("cast", [Phase.MEETING], indirect=True)
def test_a_forbidden_page_looks_like_a_page_that_does_not_exist(
    cast: tuple[Made, dict[str, Actor]], visit: Visit
):
    made, people = cast
    person = visit(people["elsewhere"])

    hidden, missing = person.get(made.url("matrix")), person.get("/evaluations/no-such/matrix")

    # a token holds the second in which it was made
    texts = [TOKEN.sub("", answer.text) for answer in (hidden, missing)]
    assert (hidden.status_code, texts[0]) == (missing.status_code, texts[1])


@pytest.mark.parametrize("cast", [Phase.MEETING], indirect=True)
def test_ids_of_another_evaluation_are_404(
    make: Factory, cast: tuple[Made, dict[str, Actor]], visit: Visit
):
    made, _people = cast
    other = make.evaluation(title="A third", phase=Phase.MEETING)
    chair = visit(made.chair)

    foreign, own = other.vendors[0].id, made.criteria[0].id
    huge = 10**30

    assert chair.get(made.url(f"cells/{foreign}/{own}")).status_code == 404
    assert chair.get(made.url(f"cells/{huge}/{own}")).status_code == 404
    assert chair.post(made.url(f"cells/{foreign}/{own}"), FINDING).status_code == 404
    # no address at all: the router answers before any view
    assert chair.post(made.url(f"cells/{huge}/{own}"), FINDING).status_code == 405


FINDING = {"value": "MET", "reason": "seen by all"}


@pytest.mark.parametrize("cast", [Phase.MEETING], indirect=True)
@pytest.mark.parametrize(
    "path",
    [
        "matrix?show=%00",
        "journal?page=-1",
        "journal?vendor=99999999999",
        "journal?kind=odd",
        "journal?who=%00",
        "%00",
        "cells/0/0",
    ],
)
def test_an_odd_address_is_not_found(cast: tuple[Made, dict[str, Actor]], visit: Visit, path: str):
    made, _people = cast

    assert visit(made.chair).get(made.url(path)).status_code == 404


@pytest.mark.parametrize("cast", [Phase.MEETING], indirect=True)
def test_an_odd_evaluation_is_not_found(cast: tuple[Made, dict[str, Actor]], visit: Visit):
    made, _people = cast

    assert visit(made.chair).get("/evaluations/a%00b/").status_code == 404


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("method", ["DELETE", "PROPFIND"])
def test_a_method_that_no_page_has_is_refused_with_or_without_the_slash(
    app: Flask, make: Factory, visit: Visit, method: str
):
    made = make.evaluation(phase=Phase.MEETING)
    pages = addresses(app, made, {"reviewer": made.reviewers[0]})
    asked = {url for way, url, _action in pages if way == "GET"}
    asked |= {url.removesuffix("/") or "/" for url in asked}

    client = visit(made.chair).client
    found = {url: client.open(url, method=method).status_code for url in sorted(asked)}

    assert {url: status for url, status in found.items() if status not in (405, 308, 404)} == {}
    assert found[made.url().removesuffix("/")] == 404
