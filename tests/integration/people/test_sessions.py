"""Home, and the session that keeps one signed in there."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.vocabulary import Answer, Phase, Role, Stakeholder
from crrubric.extensions import WRITE, db
from crrubric.models import User, UserSession
from crrubric.queries.people.people import Actor
from crrubric.services.setup.committee import invite_member
from tests.factories import PASSWORD, Factory, Made, stored_marks
from tests.integration.conftest import Visit, Visitor
from tests.pages import Page, filled_form, parse, words


def test_a_page_after_a_pause_extends_the_session(make: Factory, visit: Visit):
    person = visit(make.actor())
    earlier = now_utc() - timedelta(minutes=30)
    with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        connection.execute(update(UserSession).values(seen_at=earlier))

    answer = person.get("/")

    seen = db.session.scalars(select(UserSession.seen_at)).one()
    assert answer.status_code == 200
    assert now_utc() - seen < timedelta(minutes=1)


def test_the_browser_that_asks_is_used_now_and_others_as_far_as_it_is_written_down(
    make: Factory, visit: Visit
):
    actor = make.actor()
    person, _other = visit(actor), visit(actor)
    earlier = now_utc() - timedelta(minutes=limits.TOUCH_MINUTES - 1)  # nothing is written yet
    with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        connection.execute(update(UserSession).values(seen_at=earlier))

    page = person.page("/account/sign-in")

    rows = [words(cell) for cell in page.all("td") if cell.get("data-label") == "Used last"]
    assert sorted(row == "just now" for row in rows) == [False, True]
    assert "is written down every 5 minutes: it may have been used since." in words(page.root)


def test_home_shows_open_tasks_first(make: Factory, visit: Visit):
    decided = make.evaluation(title="Decided one", phase=Phase.DECIDED)
    scoring = make.evaluation(title="Scoring one", phase=Phase.SCORING)
    make.evaluation(title="Not mine", phase=Phase.SCORING)
    person = decided.reviewers[0]
    user = db.session.get_one(User, person.user_id)
    invite_member(
        scoring.chair,
        scoring.slug,
        name=user.name,
        email=user.email,
        roles=frozenset({Role.REVIEWER}),
        stakeholder=Stakeholder.TEACHER,
    )

    page = visit(person).page("/")

    assert [words(node) for node in page.all("h2")] == ["Scoring one", "Decided one"]
    assert "You are asked to score 2 vendors on your own" in page.text


# A form that comes after its session has ended

NOTE = "Forty minutes of thoughts about captions & contrast."


def outlived(make: Factory, visit: Visit) -> tuple[Made, Visitor, str]:
    """A reviewer whose session has slept too long, and the address of a mark."""
    made = make.evaluation(phase=Phase.SCORING)
    reviewer = visit(made.reviewers[0])
    with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        connection.execute(update(UserSession).values(seen_at=now_utc() - timedelta(hours=2)))
    url = made.url(f"ballots/{made.vendors[0].id}/marks/{made.criteria[0].id}")
    return made, reviewer, url


def fields(page: Page) -> dict[str, str]:
    """The hidden fields of the page's last form."""
    return {
        node.get("name") or "": node.get("value") or ""
        for node in page.all("input")
        if node.get("type") == "hidden"
    }


def email(actor: Actor) -> str:
    return db.session.get_one(User, actor.user_id).email


def test_a_form_sent_after_the_session_ended_is_kept_for_the_same_person(
    make: Factory, visit: Visit
):
    made, reviewer, url = outlived(make, visit)

    late = reviewer.post(url, {"answer": "NO", "note": NOTE, "version": "0"})
    kept = parse(late.status_code, late.text)
    wrong = reviewer.post("/sign-in", {**fields(kept), "email": "x@y.example", "password": "no"})
    again = parse(wrong.status_code, wrong.text)
    entered = reviewer.post(
        "/sign-in",
        {**fields(again), "email": email(made.reviewers[0]), "password": PASSWORD},
    )
    page = parse(entered.status_code, entered.text)
    sent = reviewer.post(url, fields(page))

    assert (late.status_code, wrong.status_code, entered.status_code) == (401, 422, 200)
    assert NOTE in [words(node) for node in kept.all("p")]
    assert url in [form.get("action") for form in page.all("form")]
    assert sent.status_code == 303
    assert stored_marks() == [(Answer.NO, NOTE)]


def test_who_was_ticked_as_present_is_kept_as_any_field_is_and_a_password_is_not(
    make: Factory, visit: Visit
):
    made, reviewer, _url = outlived(make, visit)
    ticks = {"present": ["1", "2"], "present_password": PASSWORD}

    late = reviewer.post(made.url("meeting/present"), ticks)

    kept = filled_form(parse(late.status_code, late.text), "/sign-in")
    assert (late.status_code, kept["kept-present"]) == (401, ["1", "2"])
    assert PASSWORD not in late.text


def test_a_kept_form_is_not_shown_to_another_person(make: Factory, visit: Visit):
    made, reviewer, url = outlived(make, visit)

    late = reviewer.post(url, {"answer": "NO", "note": NOTE, "version": "0"})
    kept = fields(parse(late.status_code, late.text))
    entered = reviewer.post(
        "/sign-in", {**kept, "email": email(made.reviewers[1]), "password": PASSWORD}
    )
    page = parse(entered.status_code, entered.text)
    back = reviewer.post(
        "/sign-in", {**fields(page), "email": email(made.reviewers[0]), "password": PASSWORD}
    )

    said = [words(node) for node in page.all("p")]
    assert page.heading == "Sign in again"
    assert any(
        "belongs to somebody else: it was not sent and is not shown" in text for text in said
    )
    assert NOTE not in said
    assert NOTE in [words(node) for node in parse(back.status_code, back.text).all("p")]
    assert stored_marks() == []


def test_a_forged_owner_of_a_kept_form_is_ignored(make: Factory, visit: Visit):
    made, _reviewer, _url = outlived(make, visit)

    entered = visit().post(
        "/sign-in",
        {
            "email": email(made.reviewers[1]),
            "password": PASSWORD,
            "interrupted": "WzEsICIvIl0.forged",
            "kept-note": NOTE,
        },
    )

    assert (entered.status_code, entered.location) == (303, "/")


def test_a_script_gets_a_message_that_the_session_ended(make: Factory, visit: Visit):
    _made, reviewer, url = outlived(make, visit)
    asks = {"Accept": "application/json"}

    late = reviewer.post(url, {"answer": "NO", "version": "0"}, headers=asks)
    stranger = reviewer.send("GET", "/session", headers=asks)

    assert (late.status_code, late.json) == (401, {"message": "You are signed out."})
    assert (stranger.json["person"], stranger.json["left"]) == (None, 0)


def test_a_script_learns_the_time_left_of_the_absolute_session_limit(make: Factory, visit: Visit):
    person = visit(make.evaluation().chair)
    whole = timedelta(hours=limits.SESSION_HOURS)
    asks = {"Accept": "application/json"}

    fresh = person.send("GET", "/session", headers=asks).json["left"]
    since = now_utc() - whole + timedelta(minutes=3)
    db.session.execute(update(UserSession).values(created_at=since))
    db.session.commit()
    old = person.send("GET", "/session", headers=asks).json["left"]

    assert fresh == pytest.approx(whole.total_seconds(), abs=60)
    assert old == pytest.approx(180, abs=60)


def test_a_script_signs_in_again_with_the_new_token(make: Factory, visit: Visit):
    made, reviewer, url = outlived(make, visit)
    asks = {"Accept": "application/json"}
    person = made.reviewers[0]

    wrong = reviewer.post("/sign-in", {"email": email(person), "password": "no"}, headers=asks)
    entered = reviewer.post(
        "/sign-in", {"email": email(person), "password": PASSWORD}, headers=asks
    )
    mark = {"answer": "YES", "note": NOTE, "version": "0", "csrf_token": entered.json["token"]}
    saved = reviewer.send("POST", url, data=mark, headers=asks)

    assert wrong.status_code == 422
    assert wrong.json["message"] == "The e-mail address or the password is not right."
    assert entered.json["person"] == person.user_id
    assert saved.json["version"] == 1
    assert stored_marks() == [(Answer.YES, NOTE)]
