"""Guessing passwords is slow, and keeps nobody out: not the owner, not a school."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from limits.errors import StorageError
from werkzeug.test import TestResponse

from crrubric.domain.errors import Busy, TooSoon
from crrubric.domain.people.throttling import ACCOUNTS_FROM_ADDRESS
from crrubric.extensions import db, limiter
from crrubric.models import User
from crrubric.services.people import accounts, hashing
from crrubric.services.people.attempts import (
    Attempt,
    begin_attempt,
    is_counted_as_account,
    note_failed_account,
    withdraw_attempt,
)
from crrubric.services.people.own_account import change_own_password
from crrubric.web.shared.known_browsers import MOST
from tests.factories import PASSWORD, Factory
from tests.integration.conftest import Visit, Visitor
from tests.integration.people.test_links import invite
from tests.pages import parse, words

NEW = "seven green bottles on it"


def guess(who: Visitor, email: str, password: str = "wrong", address: str = "") -> TestResponse:
    """Fill in the form, from a network address."""
    form = {"email": email, "password": password}
    base = {"REMOTE_ADDR": address} if address else {}
    return who.post("/sign-in", form, environ_base=base)


def email_of(actor) -> str:
    return db.session.get_one(User, actor.user_id).email


def test_the_fifth_failure_delays_an_account_wherever_the_next_try_comes_from(
    make: Factory, visit: Visit
):
    email, other = email_of(make.actor()), email_of(make.actor())
    found = [guess(visit(), email, address=f"203.0.113.{n}").status_code for n in range(5)]

    late = guess(visit(), email.upper(), PASSWORD, address="203.0.113.99")

    assert found == [422] * 5
    assert late.status_code == 429
    problem = words(parse(429, late.text).with_id("error-summary"))
    assert "Too many attempts. Seconds to wait: 1." in problem
    assert f'value="{email.upper()}"' in late.text  # what was typed is kept
    assert guess(visit(), other, PASSWORD).status_code == 303


def test_of_guesses_that_come_in_the_same_moment_one_is_compared(
    app: Flask, monkeypatch: pytest.MonkeyPatch
):
    attempt, count, store = Attempt("rosa@school.example"), 4, limiter.storage
    for _failure in range(count):
        begin_attempt(attempt)
    get, together = store.get, Barrier(3)

    def look_together(key: str) -> int:
        found = get(key)
        if key.endswith("/wait"):
            together.wait(10)  # nobody has to wait yet, and all three know that
        return found

    def begin(_number: int) -> bool:
        with app.app_context():
            try:
                return begin_attempt(attempt)
            except TooSoon:
                return False

    monkeypatch.setattr(store, "get", look_together)
    with ThreadPoolExecutor(3) as pool:
        begun = [*pool.map(begin, range(3))]

    assert sorted(begun) == [False, False, True]
    assert get(attempt.lane) == count + 1


def test_whoever_is_sent_away_by_a_full_queue_ends_nobody_else_s_wait(app: Flask):
    attempt = Attempt("rosa@school.example")
    sent_away = [begin_attempt(attempt) for _ in range(4)]
    assert begin_attempt(attempt)  # it is being compared, and the next one waits

    withdraw_attempt(attempt, delays=sent_away[0])

    with pytest.raises(TooSoon):
        begin_attempt(attempt)


def test_a_delay_ends_and_a_sign_in_forgets_the_failures(
    make: Factory, visit: Visit, monkeypatch: pytest.MonkeyPatch
):
    email = email_of(make.actor())
    person = visit()
    for _attempt in range(5):
        guess(person, email)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 1.5)

    assert guess(person, email, PASSWORD).status_code == 303
    assert [guess(visit(), email).status_code for _ in range(5)] == [422] * 5


def test_a_script_learns_that_it_has_to_wait(make: Factory, visit: Visit):
    email, person = email_of(make.actor()), visit()
    for _attempt in range(5):
        guess(person, email)

    asks = {"Accept": "application/json"}
    late = person.post("/sign-in", {"email": email, "password": PASSWORD}, headers=asks)

    assert (late.status_code, "Too many attempts" in late.json["message"]) == (429, True)


def test_an_unknown_address_is_delayed_like_one_with_an_account(make: Factory, visit: Visit):
    known, unknown = email_of(make.actor()), "nobody@school.example"

    def says(email: str) -> list[tuple[int, str]]:
        person = visit()
        answers = [guess(person, email) for _attempt in range(6)]
        return [
            (a.status_code, words(parse(a.status_code, a.text).with_id("error-summary")))
            for a in answers
        ]

    assert says(known) == says(unknown)


def test_nobody_can_keep_out_a_browser_that_has_signed_in_before(make: Factory, visit: Visit):
    email = email_of(make.actor())
    own = visit()
    assert guess(own, email, PASSWORD).status_code == 303
    own.post("/sign-out")

    for number in range(8):
        guess(visit(), email, address=f"203.0.113.{number}")

    assert guess(visit(), email, PASSWORD).status_code == 429
    assert guess(own, email, PASSWORD).status_code == 303


def test_a_known_browser_is_known_for_its_own_account_and_password_only(
    make: Factory, visit: Visit
):
    actor, other = make.actor(), email_of(make.actor())
    own = visit()
    guess(own, email_of(actor), PASSWORD)
    own.post("/sign-out")
    cookie = own.client.get_cookie(f"crrubric-known-{actor.user_id}")
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site) == (True, "Lax")
    assert cookie.max_age == 365 * 24 * 3600

    for _attempt in range(5):
        guess(visit(), other)
    assert guess(own, other, PASSWORD).status_code == 429

    change_own_password(actor, present=PASSWORD, password=NEW)
    for _attempt in range(5):
        guess(visit(), email_of(actor))
    assert guess(own, email_of(actor), NEW).status_code == 429


def test_a_computer_that_many_use_keeps_the_latest_accounts_only(make: Factory, visit: Visit):
    shared, people = visit(), [make.actor() for _ in range(MOST + 3)]
    for actor in people:
        assert guess(shared, email_of(actor), PASSWORD).status_code == 303
        shared.post("/sign-out")

    kept = [
        actor
        for actor in people
        if shared.client.get_cookie(f"crrubric-known-{actor.user_id}") is not None
    ]

    assert len(kept) == MOST
    assert people[-1] in kept


def test_a_forged_cookie_makes_no_known_browser(make: Factory, visit: Visit):
    actor = make.actor()
    thief = visit()
    thief.client.set_cookie(f"crrubric-known-{actor.user_id}", f"[{actor.user_id}, 0]")
    for _attempt in range(5):
        guess(visit(), email_of(actor))

    assert guess(thief, email_of(actor), PASSWORD).status_code == 429


def test_a_school_behind_one_address_is_not_shut_out(make: Factory, visit: Visit):
    """Forty people mistype five times each; the next one gets in at once."""
    person = visit()
    for number in range(40):
        for _attempt in range(5):
            assert guess(person, f"teacher{number}@school.example").status_code == 422

    assert guess(visit(), email_of(make.actor()), PASSWORD).status_code == 303


def test_a_link_is_not_refused_because_weak_passwords_were_tried(make: Factory, visit: Visit):
    link = f"/invitations/{invite(make.evaluation()).token}"
    person = visit()

    assert {person.post(link, {"password": "x"}).status_code for _attempt in range(25)} == {422}
    assert person.post(link, {"password": NEW}).status_code == 303


def test_one_network_that_tries_many_accounts_is_stopped(make: Factory, visit: Visit):
    actor = make.actor()
    own = visit()
    guess(own, email_of(actor), PASSWORD, address="198.51.100.7")
    own.post("/sign-out")
    for other in [make.actor() for _ in range(ACCOUNTS_FROM_ADDRESS)]:
        accounts.sign_in(email_of(other), "wrong", address="198.51.100.7")

    stopped = guess(visit(), email_of(actor), PASSWORD, address="198.51.100.7")
    elsewhere = guess(visit(), email_of(actor), PASSWORD, address="198.51.100.8")
    known = guess(own, email_of(actor), PASSWORD, address="198.51.100.7")

    assert (stopped.status_code, elsewhere.status_code, known.status_code) == (429, 303, 303)
    assert "from your network. Minutes to wait: 15." in stopped.text


def test_invented_addresses_shut_no_school_out(make: Factory):
    """One browser at its address thinks up three times as many as accounts may fail there."""
    for number in range(3 * ACCOUNTS_FROM_ADDRESS):
        accounts.sign_in(f"nobody{number}@school.example", "wrong", address="198.51.100.7")

    assert accounts.sign_in(email_of(make.actor()), PASSWORD, address="198.51.100.7") is not None


def test_of_invented_addresses_one_in_twenty_counts_and_always_the_same(app: Flask):
    """So there is a limit to them, too, and being stopped tells little of the last address."""
    invented = [f"nobody{number}@school.example" for number in range(4000)]
    counted = [each for each in invented if is_counted_as_account(each)]

    assert 150 < len(counted) < 250
    for each in counted[:ACCOUNTS_FROM_ADDRESS]:
        accounts.sign_in(each, "wrong", address="198.51.100.7")
    with pytest.raises(TooSoon, match="from your network"):
        accounts.sign_in("somebody@school.example", "wrong", address="198.51.100.7")


def test_many_failures_of_one_account_are_one_account(make: Factory):
    for _attempt in range(ACCOUNTS_FROM_ADDRESS + 5):
        attempt = Attempt("a@school.example", "198.51.100.7")
        note_failed_account(attempt, exists=True)

    assert accounts.sign_in(email_of(make.actor()), PASSWORD, address="198.51.100.7") is not None


def test_a_sign_in_under_way_does_not_survive_a_new_password(
    make: Factory, visit: Visit, monkeypatch: pytest.MonkeyPatch
):
    """The old password is still being compared while the owner chooses another one."""
    actor = make.actor()
    compare = accounts.matches_password

    def compare_slowly(expected: str | None, password: str, **named: Any) -> bool:
        fits = compare(expected, password, **named)
        monkeypatch.setattr(accounts, "matches_password", compare)
        change_own_password(actor, present=PASSWORD, password=NEW)
        return fits

    thief = visit()
    thief.csrf()
    monkeypatch.setattr(accounts, "matches_password", compare_slowly)

    answer = guess(thief, email_of(actor), PASSWORD)

    assert answer.status_code == 422
    assert "The e-mail address or the password is not right." in answer.text
    assert thief.get("/").status_code == 303


def test_no_transaction_is_open_while_a_password_is_compared(
    make: Factory, monkeypatch: pytest.MonkeyPatch
):
    actor = make.actor()
    run, seen = hashing.HashQueue.run, []

    def look(queue: hashing.HashQueue, work: Callable[[], bool], **named: Any) -> bool:
        seen.append(db.session().in_transaction())
        return run(queue, work, **named)

    monkeypatch.setattr(hashing.HashQueue, "run", look)
    accounts.sign_in(email_of(actor), PASSWORD)

    assert seen == [False]


@pytest.mark.parametrize("path", ["/sign-in", "/forgotten-password"])
def test_nobody_signs_in_or_asks_for_a_link_uncounted(
    visit: Visit, mailing: None, monkeypatch: pytest.MonkeyPatch, path: str
):
    """Where failures are counted in Redis and it does not answer: what was typed stays."""

    def fail(_key: str) -> int:
        raise StorageError(TimeoutError("timed out"))

    monkeypatch.setattr(limiter.storage, "get", fail)

    answer = visit().post(path, {"email": "ann@school.example", "password": PASSWORD})

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "This does not work right now. Wait a few seconds" in answer.text
    assert 'value="ann@school.example"' in answer.text


def test_a_full_queue_of_hashes_counts_as_no_failure(
    make: Factory, monkeypatch: pytest.MonkeyPatch
):
    """Nothing was compared: whoever is asked to come again is not slowed down for it."""
    actor = make.actor()

    def refuse(_expected: str | None, _password: str, **_more: bool) -> bool:
        raise hashing.FULL.anew()

    with monkeypatch.context() as patched:
        patched.setattr(accounts, "matches_password", refuse)
        for _attempt in range(12):
            with pytest.raises(Busy):
                accounts.sign_in(email_of(actor), PASSWORD)

    assert accounts.sign_in(email_of(actor), PASSWORD) is not None
