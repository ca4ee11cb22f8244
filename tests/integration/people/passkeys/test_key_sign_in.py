"""Signing in with a passkey: alone and as the second step, and all that is no passkey."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.people import throttling
from crrubric.domain.vocabulary import Phase, SessionLevel, Standing
from crrubric.extensions import WRITE, db, limiter
from crrubric.models import Passkey, PasskeyChallenge, UserSession
from crrubric.queries.people.people import Actor
from crrubric.services.people.administration import set_account_disabled
from crrubric.services.people.passkeys import using
from tests.conftest import set_settings
from tests.factories import PASSWORD, Factory
from tests.integration.conftest import Visit, Visitor
from tests.integration.people.passkeys.authenticator import Device, write_text
from tests.integration.people.passkeys.conftest import (
    ALONE,
    CODE,
    CONFIRM,
    JSON,
    NEW,
    add_key,
    ask,
    begin,
    confirm,
    keys,
    use_alone,
    user_of,
)
from tests.pages import filled_form, parse


def refused(who: Visitor, sent: str, url: str = ALONE) -> bool:
    """Whether what was sent for a passkey lets nobody in, in the usual words."""
    answer = who.post(url, {"credential": sent})
    return answer.status_code == 422 and "This passkey was not taken" in answer.text


def levels() -> set[SessionLevel]:
    db.session.rollback()
    return {row.level for row in db.session.scalars(select(UserSession)) if row.ended_at is None}


def test_a_passkey_alone_signs_in(person: Actor, visit: Visit, device: Device):
    add_key(visit(person), device)
    who = visit()
    assert "Sign in with a passkey" in who.page("/sign-in").text
    assert ask(who, ALONE)["userVerification"] == "required"
    assert ask(who, ALONE)["allowCredentials"] == []

    answer = use_alone(who, device, next="/terms")

    assert answer.location == "/terms"
    assert who.get("/").status_code == 200
    assert levels() == {SessionLevel.TWO_STEPS}
    assert keys()[0].uses == 1
    assert keys()[0].used_at is not None


def test_a_passkey_is_the_second_step(person: Actor, visit: Visit, device: Device):
    add_key(visit(person), device)
    device.verifies = False  # the password was the first step
    who = begin(visit, person)
    assert "Use a passkey" in who.page("/sign-in/code").text

    answer = who.post(CODE, {"credential": device.use(ask(who, CODE)), "next": "/terms"})

    assert answer.location == "/terms"
    assert who.get("/").status_code == 200
    assert levels() == {SessionLevel.TWO_STEPS}


def test_alone_it_has_to_know_who_uses_it(person: Actor, visit: Visit, device: Device):
    add_key(visit(person), device)
    device.verifies = False

    assert refused(visit(), device.use(ask(visit(), ALONE)))


def test_what_was_signed_once_signs_nobody_in_again(person: Actor, visit: Visit, device: Device):
    add_key(visit(person), device)
    device.counts = False  # as most passkeys that are kept in a cloud
    who = visit()
    sent = device.use(ask(who, ALONE))
    assert who.post(ALONE, {"credential": sent}).status_code == 303

    assert refused(visit(), sent)


def test_an_answer_that_comes_too_late_is_refused(person: Actor, visit: Visit, device: Device):
    add_key(visit(person), device)
    who = visit()
    sent = device.use(ask(who, ALONE))
    db.session.rollback()
    old = now_utc() - timedelta(minutes=limits.PASSKEY_MINUTES, seconds=1)
    with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        connection.execute(update(PasskeyChallenge).values(made_at=old))

    assert refused(who, sent)
    ask(who, ALONE)
    db.session.rollback()
    rows = db.session.scalars(select(PasskeyChallenge)).all()
    assert len(rows) == 1  # what nobody answered in time is forgotten


def test_what_this_server_never_asked_is_refused(person: Actor, visit: Visit, device: Device):
    add_key(visit(person), device)
    options = ask(visit(), ALONE)

    assert refused(visit(), device.use({**options, "challenge": "A" * 43}))


def test_an_answer_that_was_caught_counts_in_no_other_browser(
    person: Actor, visit: Visit, device: Device
):
    add_key(visit(person), device)
    asked, stranger = visit(), visit()
    answer = device.use(ask(asked, ALONE))
    step, another_step = begin(visit, person), begin(visit, person)
    code = device.use(ask(step, CODE))
    sure, unsure = visit(person), visit(person)
    confirmed = device.use(ask(sure, f"{CONFIRM}/passkey"))

    ask(stranger, ALONE)  # it has been asked itself, and all the same
    assert refused(stranger, answer)
    assert refused(another_step, code, CODE)
    assert refused(unsure, confirmed, f"{CONFIRM}/passkey")
    assert asked.post(ALONE, {"credential": answer}).status_code == 303
    assert step.post(CODE, {"credential": code}).status_code == 303
    assert sure.post(f"{CONFIRM}/passkey", {"credential": confirmed}).status_code == 303


def test_a_passkey_that_another_browser_was_asked_for_is_not_kept(
    person: Actor, visit: Visit, device: Device
):
    asked, other = visit(person), visit(person)
    confirm(asked)
    confirm(other)
    made = device.make(ask(asked, "/account/sign-in/passkeys", name="Mine"))

    answer = other.post(NEW, {"name": "Mine", "credential": made})

    assert (answer.status_code, keys()) == (422, [])
    assert asked.post(NEW, {"name": "Mine", "credential": made}).status_code == 303


def test_what_was_asked_for_one_use_is_no_answer_to_another(
    person: Actor, visit: Visit, device: Device
):
    who = visit(person)
    add_key(who, device)
    waiting = begin(visit, person)

    assert refused(visit(), device.use(ask(waiting, CODE)))
    assert refused(waiting, device.use(ask(visit(), ALONE)), CODE)
    confirmation = f"{CONFIRM}/passkey"
    assert refused(who, device.use(ask(waiting, CODE)), confirmation)
    assert refused(waiting, device.use(ask(who, confirmation)), CODE)


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "https://localhost", "http://localhost:8000", "null"]
)
def test_an_answer_from_another_site_is_refused(
    person: Actor, visit: Visit, device: Device, origin: str
):
    add_key(visit(person), device)
    device.origin = origin

    assert refused(visit(), device.use(ask(visit(), ALONE)))
    waiting = begin(visit, person)
    assert refused(waiting, device.use(ask(waiting, CODE)), CODE)


def test_a_key_for_another_host_is_refused(person: Actor, visit: Visit, device: Device):
    add_key(visit(person), device)
    device.keys[0].host = "evil.example"

    assert refused(visit(), device.use(ask(visit(), ALONE), key=device.keys[0]))


def test_the_passkey_of_somebody_else_is_no_second_step(
    make: Factory, person: Actor, visit: Visit, device: Device
):
    add_key(visit(person), device)
    other, theirs = make.actor(), Device()
    add_key(visit(other), theirs)
    waiting = begin(visit, person)
    options = ask(waiting, CODE)

    assert refused(waiting, theirs.use(options, key=theirs.keys[0]), CODE)
    forged = theirs.use(ask(waiting, CODE), key=theirs.keys[0])
    mine, yours = keys()
    for old, new in ((yours.credential_id, mine.credential_id), (yours.handle, mine.handle)):
        forged = forged.replace(old, new)  # signed by another key than it says
    assert refused(waiting, forged, CODE)


def test_a_handle_of_somebody_else_is_refused(
    make: Factory, person: Actor, visit: Visit, device: Device
):
    add_key(visit(person), device)
    add_key(visit(make.actor()), Device())
    device.keys[0].handle = keys()[1].handle

    assert refused(visit(), device.use(ask(visit(), ALONE)))


def test_a_passkey_that_says_nothing_of_whose_it_is_does_not_sign_in_alone(
    person: Actor, visit: Visit, device: Device
):
    add_key(visit(person), device)
    device.keys[0].handle = ""

    assert refused(visit(), device.use(ask(visit(), ALONE)))
    waiting = begin(visit, person)
    assert waiting.post(CODE, {"credential": device.use(ask(waiting, CODE))}).location == "/"


@pytest.mark.parametrize("uses", [0, 4, 5])
def test_a_count_that_goes_back_is_a_copy(person: Actor, visit: Visit, device: Device, uses: int):
    add_key(visit(person), device)
    device.keys[0].uses = 4
    assert use_alone(visit(), device).status_code == 303  # it has counted to five
    device.keys[0].uses = uses - 1 if uses else 0
    device.counts = uses != 0

    assert refused(visit(), device.use(ask(visit(), ALONE)))
    assert keys()[0].uses == 5


def test_two_answers_with_one_count_sign_in_once(
    person: Actor, visit: Visit, device: Device, monkeypatch: pytest.MonkeyPatch
):
    """Both were verified before either was written down."""
    add_key(visit(person), device)
    who, twin = visit(), visit()
    first = device.use(ask(who, ALONE))
    device.keys[0].uses -= 1
    second = device.use(ask(twin, ALONE))
    verify = using.verify_used_key

    def verify_after_twin(*args: object, **values: object) -> object:
        found = verify(*args, **values)  # type: ignore[arg-type]
        monkeypatch.setattr(using, "verify_used_key", verify)
        assert twin.post(ALONE, {"credential": second}).status_code == 303
        return found

    monkeypatch.setattr(using, "verify_used_key", verify_after_twin)

    assert refused(who, first)


def test_a_disabled_account_has_no_way_in(
    make: Factory, person: Actor, visit: Visit, device: Device
):
    add_key(visit(person), device)
    waiting = begin(visit, person)
    options = ask(waiting, CODE)
    admin = make.actor(standing=Standing.ADMINISTRATOR)
    set_account_disabled(admin, person.user_id or 0, disabled=True)

    assert refused(visit(), device.use(ask(visit(), ALONE)))
    late = waiting.post(CODE, {"credential": device.use(options)})
    assert late.location == "/sign-in"
    set_account_disabled(admin, person.user_id or 0, disabled=False)
    assert use_alone(visit(), device).status_code == 303


def test_a_removed_key_signs_nobody_in(person: Actor, visit: Visit, device: Device):
    add_key(visit(person), device)
    who = visit()
    sent = device.use(ask(who, ALONE))
    db.session.rollback()
    db.session.delete(db.session.scalars(select(Passkey)).one())
    db.session.commit()

    assert refused(who, sent)


@pytest.mark.parametrize("sent", ["", "{", "{}", "[]", "\x00", '{"id": "x", "response": 3}'])
def test_what_is_no_answer_is_refused(visit: Visit, sent: str):
    assert refused(visit(), sent)


@pytest.mark.both_databases
@pytest.mark.parametrize("odd", ["\ud800", "\x00", "A" * 5000, "ж"])
@pytest.mark.parametrize("part", ["id", "challenge", "userHandle"])
def test_what_no_browser_writes_is_refused(visit: Visit, odd: str, part: str):
    who = visit()
    told = {"challenge": ask(who, ALONE)["challenge"]}
    sent = {"id": "AAAA", "response": {"userHandle": ""}}
    target = told if part == "challenge" else sent if part == "id" else sent["response"]
    target[part] = odd
    sent["response"]["clientDataJSON"] = write_text(json.dumps(told).encode())

    assert refused(who, json.dumps(sent))


def test_after_a_few_wrong_ones_the_password_is_asked_for_again(
    person: Actor, visit: Visit, device: Device
):
    add_key(visit(person), device)
    waiting = begin(visit, person)
    for _ in range(limits.SECOND_STEP_TRIES):
        assert refused(waiting, "{}", CODE)

    answer = waiting.post(CODE, {"credential": "{}"})

    assert answer.location == "/sign-in"
    again = waiting.post(f"{CODE}/challenge", headers=JSON)
    assert again.status_code == 404


def test_wrong_signatures_slow_down_passkeys_and_not_passwords(
    person: Actor, visit: Visit, device: Device
):
    add_key(visit(person), device)
    device.origin = "http://evil.example"
    who, answers = visit(), []
    for _ in range(throttling.FREE_FAILURES + 2):
        answers.append(who.post(ALONE, {"credential": device.use(ask(who, ALONE))}).status_code)

    assert answers == [422] * (throttling.FREE_FAILURES + 1) + [429]
    begin(visit, person)


def test_a_network_that_only_asks_is_stopped(
    person: Actor, visit: Visit, device: Device, monkeypatch: pytest.MonkeyPatch
):
    from crrubric.services.people import attempts

    add_key(visit(person), device)
    limiter.reset()
    monkeypatch.setattr(attempts, "LOST_KEYS", 2)
    for _ in range(4):
        assert use_alone(visit(), device).status_code == 303  # whoever gets in counts no more
    for _ in range(2):
        ask(visit(), ALONE)

    stopped = visit().post(f"{ALONE}/challenge", headers=JSON)

    assert (stopped.status_code, "Too many attempts" in stopped.json["message"]) == (429, True)


def test_where_providers_alone_let_in_a_passkey_is_the_second_step_only(
    person: Actor, visit: Visit, app, device: Device, monkeypatch: pytest.MonkeyPatch
):
    add_key(visit(person), device)
    sent = device.use(ask(visit(), ALONE))
    waiting = begin(visit, person)
    set_settings(app, monkeypatch, PASSWORD_SIGN_IN=False)

    assert visit().post(f"{ALONE}/challenge", headers=JSON).status_code == 404
    assert visit().post(ALONE, {"credential": sent}).status_code == 404
    assert "Sign in with a passkey" not in visit().page("/sign-in").text
    assert waiting.post(CODE, {"credential": device.use(ask(waiting, CODE))}).location == "/"


def test_a_form_that_was_interrupted_waits_for_the_passkey(
    make: Factory, visit: Visit, device: Device
):
    made = make.evaluation(phase=Phase.SCORING)
    reviewer = made.reviewers[0]
    who = visit(reviewer)
    add_key(who, device)
    url = made.url(f"ballots/{made.vendors[0].id}/marks/{made.criteria[0].id}")
    db.session.rollback()
    with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        connection.execute(update(UserSession).values(seen_at=now_utc() - timedelta(hours=2)))
    asked = who.post(url, {"answer": "YES", "note": "Forty minutes of thoughts."})
    form = filled_form(parse(401, asked.text), "/sign-in")
    wrong = who.post(ALONE, {**form, "credential": "{}"})
    assert (wrong.status_code, "Forty minutes" in wrong.text) == (422, True)

    done = who.post(ALONE, {**form, "credential": device.use(ask(who, ALONE))})

    assert filled_form(parse(200, done.text), url)["note"] == ["Forty minutes of thoughts."]


def test_an_interrupted_form_waits_for_both_steps(make: Factory, visit: Visit, device: Device):
    made = make.evaluation(phase=Phase.SCORING)
    reviewer = made.reviewers[0]
    who = visit(reviewer)
    add_key(who, device)
    url = made.url(f"ballots/{made.vendors[0].id}/marks/{made.criteria[0].id}")
    db.session.rollback()
    with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        connection.execute(update(UserSession).values(seen_at=now_utc() - timedelta(hours=2)))
    asked = who.post(url, {"answer": "YES", "note": "Forty minutes of thoughts."})
    form = filled_form(parse(401, asked.text), "/sign-in")
    asked = who.post("/sign-in", {**form, "email": user_of(reviewer).email, "password": PASSWORD})
    form = filled_form(parse(200, asked.text), "/sign-in/code")
    again = who.post(CODE, {**form, "credential": "{}"})
    form = filled_form(parse(422, again.text), "/sign-in/code")

    done = who.post(CODE, {**form, "credential": device.use(ask(who, CODE))})

    assert filled_form(parse(200, done.text), url)["note"] == ["Forty minutes of thoughts."]
