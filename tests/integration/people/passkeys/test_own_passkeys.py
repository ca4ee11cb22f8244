"""Adding and ending passkeys on the page of one's account, and confirming that it is still one."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.events import Event
from crrubric.domain.people.second_step import RECOVERY_CODES
from crrubric.domain.vocabulary import SessionLevel, Standing
from crrubric.extensions import WRITE, db
from crrubric.models import AuthenticatorApp, PasskeyChallenge, RecoveryCode, UserSession
from crrubric.queries.people.people import Actor
from crrubric.services.people import accounts, second_step
from crrubric.services.people.confirming import Proof
from tests.conftest import set_settings
from tests.factories import PASSWORD, Factory
from tests.integration.conftest import Visit
from tests.integration.people.passkeys.authenticator import Device
from tests.integration.people.passkeys.conftest import (
    CONFIRM,
    JSON,
    NEW,
    add_key,
    ask,
    begin,
    confirm,
    events,
    keys,
    subjects,
    use_alone,
    user_of,
)
from tests.integration.people.test_links import fill_with_key
from tests.integration.people.test_second_step import code_of
from tests.pages import words

CODE = re.compile(r"(?:[A-Z2-9]{4}-){6}[A-Z2-9]{4}")
PAGE, OFF = "/account/sign-in", "/account/sign-in/off"


def age(**values: object) -> None:
    """Change all sessions and challenges in the database."""
    db.session.rollback()
    with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        connection.execute(update(UserSession).values(**values))


def test_the_first_passkey_turns_two_steps_on(person: Actor, visit: Visit, device: Device):
    who, elsewhere = visit(person), visit(person)
    assert who.get(NEW).location == f"{CONFIRM}?next={NEW}"

    answer = add_key(who, device)

    codes = CODE.findall(who.get(answer.location).text)
    assert len(set(codes)) == RECOVERY_CODES
    assert [who.get("/").status_code, elsewhere.get("/").status_code] == [200, 303]
    page = who.page(PAGE)
    assert "a passkey is asked for as the second step" in page.text
    assert "My phone" in page.text
    assert [key.transports for key in keys()] == ["internal"]
    assert [key.host for key in keys()] == ["localhost"]
    assert {Event.ACCOUNT_PASSKEY_ADDED, Event.ACCOUNT_TWO_STEPS_ON} <= set(events())
    assert subjects()[-1] == "crrubric: Two-step sign-in is on"
    found = accounts.sign_in(user_of(person).email, PASSWORD)
    assert found is not None
    assert found.level is SessionLevel.AWAITS_CODE


def test_one_confirmation_is_for_one_passkey(person: Actor, visit: Visit, device: Device):
    who = visit(person)
    add_key(who, device)

    refused = who.post("/account/sign-in/passkeys/challenge", {"name": "Second"}, headers=JSON)

    assert (refused.status_code, "Confirm first" in refused.json["message"]) == (409, True)
    add_key(who, Device(), "Second")
    assert [key.name for key in keys()] == ["My phone", "Second"]
    assert keys()[0].handle == keys()[1].handle
    assert subjects()[-1] == "crrubric: A passkey was added to your account"
    assert events().count(Event.ACCOUNT_TWO_STEPS_ON) == 1


def test_a_confirmation_lasts_ten_minutes(person: Actor, visit: Visit, device: Device):
    who = visit(person)
    confirm(who)
    options = ask(who, "/account/sign-in/passkeys", name="My phone")
    age(confirmed_at=now_utc() - timedelta(minutes=limits.CONFIRM_MINUTES, seconds=1))

    answer = who.post(NEW, {"name": "My phone", "credential": device.make(options)})

    assert answer.location == f"{CONFIRM}?next={NEW}"
    assert keys() == []
    wrong = who.post(CONFIRM, {"password": "wrong", "next": NEW})
    assert (wrong.status_code, "This is not your password" in wrong.text) == (422, True)


def test_without_a_name_there_is_no_passkey(person: Actor, visit: Visit, device: Device):
    who = visit(person)
    confirm(who)

    asked = who.post("/account/sign-in/passkeys/challenge", {"name": " "}, headers=JSON)
    sent = who.post(NEW, {"name": "", "credential": ""})

    assert (asked.status_code, "Enter a name" in asked.json["message"]) == (422, True)
    assert (sent.status_code, "Enter a name" in sent.text) == (422, True)
    assert db.session.scalars(select(PasskeyChallenge)).all() == []


@pytest.mark.parametrize("sent", ["", "{}", "[1]", "null", '{"id": 1}', "x" * 40_000])
def test_what_is_no_passkey_is_refused(person: Actor, visit: Visit, sent: str):
    who = visit(person)
    confirm(who)

    answer = who.post(NEW, {"name": "My phone", "credential": sent})

    assert (answer.status_code, "No passkey was made" in answer.text) == (422, True)


def test_a_passkey_made_for_another_site_is_refused(person: Actor, visit: Visit):
    who = visit(person)
    confirm(who)
    options = ask(who, "/account/sign-in/passkeys", name="My phone")
    elsewhere = {**options, "rp": {**options["rp"], "id": "evil.example"}}

    for device, asked in ((Device("http://evil.example"), options), (Device(), elsewhere)):
        answer = who.post(NEW, {"name": "My phone", "credential": device.make(asked)})
        assert (answer.status_code, "No passkey was made" in answer.text) == (422, True)
        options = ask(who, "/account/sign-in/passkeys", name="My phone")

    assert keys() == []


def test_a_passkey_of_somebody_else_or_made_twice_is_refused(
    make: Factory, person: Actor, visit: Visit, device: Device
):
    who, other = visit(person), visit(make.actor())
    confirm(who)
    confirm(other)
    theirs = ask(other, "/account/sign-in/passkeys", name="Theirs")
    answer = who.post(NEW, {"name": "My phone", "credential": device.make(theirs)})
    assert answer.status_code == 422
    made = device.make(ask(who, "/account/sign-in/passkeys", name="My phone"))
    assert who.post(NEW, {"name": "My phone", "credential": made}).status_code == 303
    confirm(who)

    again = who.post(NEW, {"name": "Once more", "credential": made})

    assert again.status_code == 422
    assert [key.name for key in keys()] == ["My phone"]


def test_there_is_an_end_to_the_passkeys_of_one_person(
    person: Actor, visit: Visit, device: Device, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(limits, "PASSKEYS", 1)
    who = visit(person)
    add_key(who, device)
    confirm(who)

    refused = who.post("/account/sign-in/passkeys/challenge", {"name": "Second"}, headers=JSON)

    assert (refused.status_code, "You have 1 passkeys" in refused.json["message"]) == (422, True)


def test_a_passkey_is_removed_after_a_confirmation(person: Actor, visit: Visit, device: Device):
    who = visit(person)
    add_key(who, device)
    add_key(who, Device(), "Second")
    url = f"/account/sign-in/passkeys/{keys()[0].id}/end"
    assert who.get(url).location == f"{CONFIRM}?next={url}"
    assert who.post(url).location == f"{CONFIRM}?next={url}"
    assert len(keys()) == 2
    confirm(who)
    assert "My phone" in who.page(url).text

    assert who.post(url).location == PAGE

    assert [key.name for key in keys()] == ["Second"]
    assert Event.ACCOUNT_PASSKEY_REMOVED in events()
    assert subjects()[-1] == "crrubric: A passkey was removed from your account"
    assert use_alone(visit(), device).status_code == 422


@pytest.mark.parametrize("what", ["key", "codes", "off"])
def test_the_button_pressed_twice_does_it_once_and_leads_where_it_led(
    person: Actor, visit: Visit, device: Device, what: str
):
    who = visit(person)
    add_key(who, device)
    add_key(who, Device(), "Second")
    if what == "off":
        sent = device.use(ask(who, f"{CONFIRM}/passkey"))
        who.post(f"{CONFIRM}/passkey", {"credential": sent, "next": PAGE})
    else:
        confirm(who)
    url = {"key": f"{PAGE}/passkeys/{keys()[0].id}/end", "codes": f"{PAGE}/codes", "off": OFF}[what]
    if what == "codes":
        who.get(url)  # those of the first passkey are shown
    form = {**fill_with_key(who.page(url), url), "password": PASSWORD}

    answers = [who.post(url, form) for _press in range(2)]

    assert [one.status_code for one in answers] == [303, 303]
    assert len({one.location for one in answers}) == 1
    if what == "codes":
        assert len(CODE.findall(who.get(url).text)) == RECOVERY_CODES


def test_the_only_second_step_is_not_removed_by_itself(person: Actor, visit: Visit, device: Device):
    who = visit(person)
    add_key(who, device)
    confirm(who)
    url = f"/account/sign-in/passkeys/{keys()[0].id}/end"

    who.post(url)

    assert "This is your only second step" in who.page(PAGE).text
    assert len(keys()) == 1


def test_nobody_removes_the_passkey_of_somebody_else(
    make: Factory, person: Actor, visit: Visit, device: Device
):
    add_key(visit(person), device)
    other = visit(make.actor())
    confirm(other)
    url = f"/account/sign-in/passkeys/{keys()[0].id}/end"

    assert [other.get(url).status_code, other.post(url).status_code] == [404, 404]
    assert len(keys()) == 1


def test_an_app_comes_and_goes_beside_a_passkey(person: Actor, visit: Visit, device: Device):
    who = visit(person)
    add_key(who, device)
    before = set(db.session.scalars(select(RecoveryCode.code_hash)))
    assert who.post(f"{PAGE}/app", {"password": PASSWORD}).status_code == 303
    done = who.post(f"{PAGE}/app/code", {"step_code": code_of(person)})
    assert done.location == PAGE
    db.session.rollback()
    assert set(db.session.scalars(select(RecoveryCode.code_hash))) == before
    assert subjects()[-1] == "crrubric: An authenticator app was set up"
    assert who.get(f"{PAGE}/app/end").location == f"{CONFIRM}?next={PAGE}/app/end"
    confirm(who)

    assert who.post(f"{PAGE}/app/end").location == PAGE

    db.session.rollback()
    assert db.session.scalars(select(AuthenticatorApp)).all() == []
    assert Event.ACCOUNT_APP_REMOVED in events()
    assert len(keys()) == 1


def test_turning_two_steps_off_takes_passkeys_away(person: Actor, visit: Visit, device: Device):
    who = visit(person)
    codes = CODE.findall(who.get(add_key(who, device).location).text)

    assert who.post(OFF, {"password": PASSWORD, "step_code": codes[0]}).location == PAGE

    assert keys() == []
    assert use_alone(visit(), device).status_code == 422
    found = accounts.sign_in(user_of(person).email, PASSWORD)
    assert found is not None
    assert found.level is SessionLevel.ONE_STEP


def test_a_passkey_confirms_both_steps(person: Actor, visit: Visit, device: Device):
    who = visit(person)
    add_key(who, device)
    assert words(who.page(OFF).all("form")[1]).count("Code") == 1
    options = ask(who, f"{CONFIRM}/passkey")
    answer = who.post(f"{CONFIRM}/passkey", {"credential": device.use(options), "next": OFF})
    assert answer.location == OFF
    assert "Code" not in words(who.page(OFF).all("form")[1])

    assert who.post(OFF, {"password": PASSWORD}).location == PAGE

    assert keys() == []


def test_a_password_alone_turns_nothing_off(person: Actor, visit: Visit, device: Device):
    who = visit(person)
    add_key(who, device)
    confirm(who)  # by the password: that is one step

    assert who.post(OFF, {"password": PASSWORD}).status_code == 422

    assert len(keys()) == 1
    with who.client.session_transaction() as cookie:
        proof = Proof(password=PASSWORD, session=cookie["_user_id"])
    with pytest.raises(Stale, match="Confirm first"):
        second_step.turn_off_two_steps(person, proof, code=None)
    assert len(keys()) == 1


@pytest.mark.parametrize("verifies", [True, False])
def test_a_confirmation_needs_a_passkey_that_knows_who_uses_it(
    person: Actor, visit: Visit, device: Device, verifies: bool
):
    who = visit(person)
    add_key(who, device)
    device.verifies = verifies

    sent = device.use(ask(who, f"{CONFIRM}/passkey"))
    answer = who.post(f"{CONFIRM}/passkey", {"credential": sent, "next": NEW})

    assert answer.status_code == (303 if verifies else 422)
    again = who.post(f"{CONFIRM}/passkey", {"credential": sent, "next": NEW})
    assert again.status_code == 422


def test_who_has_to_have_two_steps_makes_a_passkey_while_signing_in(
    make: Factory, visit: Visit, app, device: Device, monkeypatch: pytest.MonkeyPatch
):
    set_settings(app, monkeypatch, TWO_STEPS_FOR="administrators")
    admin, who = make.actor(standing=Standing.ADMINISTRATOR), visit()
    answer = who.post("/sign-in", {"email": user_of(admin).email, "password": PASSWORD})
    assert answer.location == "/sign-in/set-up"
    assert "A passkey" in who.page(answer.location).text
    unnamed = who.post("/sign-in/set-up/passkey", {"name": "", "credential": ""})
    assert (unnamed.status_code, "Enter a name" in unnamed.text) == (422, True)
    options = ask(who, "/sign-in/set-up/passkey", name="Key")

    done = who.post("/sign-in/set-up/passkey", {"name": "Key", "credential": device.make(options)})

    assert len(CODE.findall(who.get(done.location).text)) == RECOVERY_CODES
    assert who.get("/").status_code == 200
    assert "This site asks you" in who.page(OFF).text
    assert use_alone(visit(), device).location == "/"
    late = visit().post("/sign-in/set-up/passkey", {"name": "Key", "credential": ""})
    assert late.location == "/sign-in"


def test_an_administrator_takes_passkeys_off_as_well(
    make: Factory, person: Actor, visit: Visit, device: Device
):
    own = visit(person)
    add_key(own, device)
    admin = make.actor(standing=Standing.ADMINISTRATOR)

    visit(admin).act(f"/accounts/{person.user_id}/second-step")

    assert (keys(), own.get("/").status_code) == ([], 303)
    assert use_alone(visit(), device).status_code == 422
    assert Event.ACCOUNT_TWO_STEPS_RESET in events()
    with pytest.raises(Invalid):
        second_step.reset_two_steps(admin, person.user_id or 0)


@pytest.mark.parametrize(
    ("site", "said"),
    [
        ("http://127.0.0.1:5000", "open it as http://localhost:5000"),
        ("http://192.0.2.7", "ask the people who run it by which name to open it"),
        ("https://192.0.2.7", "ask the people who run it by which name to open it"),
        ("http://score.cedar.example", "Passkeys need an encrypted connection"),
    ],
)
def test_the_page_says_where_passkeys_do_not_work(
    person: Actor, visit: Visit, app, monkeypatch: pytest.MonkeyPatch, site: str, said: str
):
    set_settings(app, monkeypatch, SITE_URL=site)
    who = visit(person)

    assert said in who.page(PAGE).text
    assert said in who.page(NEW).text
    assert "Sign in with a passkey" not in visit().get("/sign-in").text
    refused = visit().post("/sign-in/passkey/challenge", headers=JSON)
    assert (refused.status_code, "do not work" in refused.json["message"]) == (422, True)


def test_at_another_name_a_passkey_still_asks_for_the_second_step(
    person: Actor, visit: Visit, app, device: Device, monkeypatch: pytest.MonkeyPatch
):
    who = visit(person)
    add_key(who, device)
    set_settings(app, monkeypatch, SITE_URL="https://score.cedar.example")

    waiting = begin(visit, person)

    assert "do not work at the address" in waiting.page("/sign-in/code").text
    refused = waiting.post("/sign-in/code/passkey/challenge", headers=JSON)
    assert (refused.status_code, "no passkey that works" in refused.json["message"]) == (422, True)
    assert "works at localhost only" in who.page(PAGE).text
