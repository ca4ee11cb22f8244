"""What somebody with bad intent tries on the way in; what many try at once is in throttling."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from itsdangerous import Signer
from sqlalchemy import func, select

from crrubric.domain.vocabulary import Phase, Standing
from crrubric.extensions import db
from crrubric.models import Evaluation, Mark, Member, User, UserSession
from crrubric.services.people import accounts, hashing
from crrubric.services.people.ways_in import NO_SUCH_WAY
from crrubric.web.shared.delivery.form_tokens import unmask_token
from tests.factories import PASSWORD, Factory
from tests.integration.conftest import Visit, Visitor
from tests.integration.people.test_accounts import email_of

SESSION = "crrubric-session"


def cookie_of(person: Visitor) -> str:
    found = person.client.get_cookie(SESSION)
    assert found is not None
    return found.value


def with_cookie(visit: Visit, cookie: str) -> Visitor:
    """A browser into which somebody put this cookie."""
    browser = visit()
    browser.client.set_cookie(SESSION, cookie)
    return browser


def test_nothing_of_a_request_that_is_refused_stays_in_memory(visit: Visit):
    stranger = visit()
    token = {"csrf_token": "x"}

    for _ in range(3):
        assert stranger.get("/sign-in/link").status_code == 404
        assert stranger.post("/sign-in/link", {**token, "email": "x" * 100_000}).status_code >= 400

    assert NO_SUCH_WAY.__traceback__ is None


def test_signing_in_begins_a_session_that_nobody_knew_before(make: Factory, visit: Visit):
    victim, thief = make.actor("Vera"), make.actor("Theo")
    form = {"email": email_of(victim), "password": PASSWORD}
    nobody = visit()
    nobody.get("/sign-in")
    planted = {"nobody's": cookie_of(nobody), "the thief's": cookie_of(visit(thief))}

    for whose, cookie in planted.items():
        browser = with_cookie(visit, cookie)
        assert browser.post("/sign-in", form).status_code == 303
        assert "Vera" in browser.get("/account").text
        assert cookie_of(browser) != cookie
        seen = with_cookie(visit, cookie).get("/account")
        assert "Vera" not in seen.text, whose

    rows = db.session.scalars(
        select(UserSession.token_hash).where(UserSession.user_id == victim.user_id)
    ).all()
    assert len(set(rows)) == len(planted)


def sign_again(app: Flask, cookie: str, digest: Callable[..., Any], key: str = "") -> str:
    """The cookie as another version of the site, or somebody else, would have signed it."""
    content, moment, _signature = cookie.rsplit(".", 2)
    secret = key or app.config["SECRET_KEY"]
    signer = Signer(secret, "cookie-session", key_derivation="hmac", digest_method=digest)
    return signer.sign(f"{content}.{moment}").decode()


def test_cookies_and_tokens_are_signed_with_sha_256(app: Flask, make: Factory, visit: Visit):
    person = visit(make.actor("Vera"))
    cookie, token = cookie_of(person), unmask_token(person.csrf())
    by_former = sign_again(app, cookie, hashlib.sha1)

    assert cookie == sign_again(app, cookie, hashlib.sha256)
    assert [len(text.rpartition(".")[2]) for text in (cookie, token, by_former)] == [43, 43, 27]
    # nobody is signed out by the upgrade; whoever has not the secret is nobody
    assert "Vera" in with_cookie(visit, by_former).get("/account").text
    for digest in (hashlib.sha1, hashlib.sha256, hashlib.md5):
        forged = sign_again(app, cookie, digest, key="another secret of forty characters at least")
        assert "Vera" not in with_cookie(visit, forged).get("/account").text
    weak = sign_again(app, cookie, hashlib.md5)
    assert "Vera" not in with_cookie(visit, weak).get("/account").text


def test_an_unknown_address_costs_the_time_of_a_hash(
    app: Flask, make: Factory, monkeypatch: pytest.MonkeyPatch
):
    email = email_of(make.actor())
    compare = hashing.check_password_hash
    costs: list[str] = []

    def note_cost(expected: str, password: str) -> bool:
        costs.append(expected.split("$")[0])  # scrypt with its three numbers
        return compare(expected, password)

    monkeypatch.setattr(hashing, "check_password_hash", note_cost)

    assert accounts.sign_in(email, "wrong") is None
    assert accounts.sign_in("nobody@school.example", "wrong") is None
    assert len(costs) == 2
    assert costs[0] == costs[1]


def test_fields_that_no_form_has_change_nothing(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    other = make.evaluation(title="Another")
    chair, reviewer = visit(other.chair), visit(made.reviewers[0])
    member = db.session.scalars(
        select(Member.id).where(Member.user_id == made.reviewers[0].user_id)
    ).one()
    too_much = {
        "standing": Standing.ADMINISTRATOR.value,
        "id": "1",
        "is_chair": "y",
        "email": "mine@elsewhere.example",
        "member_id": str(member),
        "user_id": str(made.chair.user_id),
        "evaluation_id": str(other.evaluation.id),
        "district_id": "99",
        "phase": Phase.DECIDED.value,
        "origin": "IMPORTED",
        "marked_at": "1999-01-01",
    }
    place = made.url(f"ballots/{made.vendors[0].id}/marks/{made.criteria[0].id}")
    before = email_of(made.reviewers[0])

    answers = [
        reviewer.edit("/account", {"name": "Ana", **too_much}),
        reviewer.post(place, {**too_much, "answer": "NO", "version": "0"}),
        chair.act(other.url("facts"), {"title": "Renamed", **too_much}),
    ]

    assert [answer.status_code for answer in answers] == [303] * 3
    db.session.expire_all()
    user = db.session.get_one(User, made.reviewers[0].user_id)
    evaluation = db.session.get_one(Evaluation, other.evaluation.id)
    mark = db.session.scalars(select(Mark)).one()
    assert (user.name, user.email, user.standing) == ("Ana", before, Standing.MEMBER)
    assert (evaluation.title, evaluation.phase) == ("Renamed", Phase.SETUP)
    assert (mark.evaluation_id, mark.marked_at.year > 1999) == (made.evaluation.id, True)
    assert db.session.get_one(Member, member).is_chair is False


@pytest.mark.parametrize(
    "path",
    [
        "/static/../pyproject.toml",
        "/static/%2e%2e/pyproject.toml",
        "/static/..%2fpyproject.toml",
        "/static/....//pyproject.toml",
        "/static//etc/passwd",
        "/static/..\\pyproject.toml",
        "/static/style%00.css",
    ],
)
def test_no_address_leads_out_of_the_folder_of_static_files(visit: Visit, path: str):
    assert visit().send("GET", path, follow_redirects=True).status_code == 404


def test_bytes_that_are_no_text_are_refused_or_shown_as_they_came(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    person = visit(made.reviewers[0])
    place = made.url(f"ballots/{made.vendors[0].id}/marks/{made.criteria[0].id}")
    token = person.csrf().encode()

    answers = [
        person.looked_at(
            person.send(
                "POST",
                place,
                data=b"answer=NO&version=%d&csrf_token=%s&note=a%sb" % (number, token, odd),
                content_type="application/x-www-form-urlencoded",
            )
        )
        for number, odd in enumerate((b"%ED%A0%80", b"%FF", b"%C3%28", b"\xff"))
    ]

    stored = db.session.scalars(select(Mark.note)).all()
    assert [answer.status_code for answer in answers] == [303, 303, 303, 400]
    assert stored == ["a%C3(b"]  # as they came: no character stands for them
    assert person.get(made.url(f"ballots/{made.vendors[0].id}")).status_code == 200


def test_a_new_database_has_no_account(app: Flask):
    """Nobody signs in with a name and password that stand in a book."""
    assert db.session.scalar(select(func.count()).select_from(User)) == 0


def test_a_password_is_compared_as_it_was_typed(make: Factory, visit: Visit):
    actor = make.actor()

    answers = [
        visit().post("/sign-in", {"email": email_of(actor), "password": typed}).status_code
        for typed in (PASSWORD.upper(), f"{PASSWORD} ", f" {PASSWORD}", PASSWORD[:-1])
    ]

    assert answers == [422] * 4
    assert visit().sign_in(actor)
