"""People with passkeys."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from crrubric.domain.events import Event
from crrubric.extensions import db
from crrubric.models import JournalEntry, OutgoingMail, Passkey, User
from crrubric.queries.people.people import Actor
from tests.factories import PASSWORD, Factory
from tests.integration.conftest import Visit, Visitor
from tests.integration.people.passkeys.authenticator import Device

JSON = {"Accept": "application/json"}
ALONE, CODE = "/sign-in/passkey", "/sign-in/code/passkey"
NEW, CONFIRM = "/account/sign-in/passkeys/new", "/account/sign-in/confirm"
Add = Callable[..., TestResponse]


@pytest.fixture
def person(make: Factory) -> Actor:
    return make.actor("Nora Novak")


@pytest.fixture
def device() -> Device:
    return Device()


def user_of(actor: Actor) -> User:
    db.session.rollback()
    return db.session.get_one(User, actor.user_id, populate_existing=True)


def keys() -> list[Passkey]:
    db.session.rollback()
    rows = select(Passkey).order_by(Passkey.id).execution_options(populate_existing=True)
    return list(db.session.scalars(rows))


def events() -> list[Event]:
    db.session.rollback()
    return list(db.session.scalars(select(JournalEntry.event).order_by(JournalEntry.id)))


def subjects() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(OutgoingMail.subject).order_by(OutgoingMail.id)))


def ask(who: Visitor, url: str, **form: str) -> Any:
    """What the page's script is given for a passkey."""
    answer = who.post(f"{url}/challenge", form, headers=JSON)
    assert answer.status_code == 200, answer.text
    return answer.json["options"]


def confirm(who: Visitor) -> None:
    """Type the password before something of importance."""
    assert who.post(CONFIRM, {"password": PASSWORD, "next": NEW}).location == NEW


def add_key(who: Visitor, device: Device, name: str = "My phone") -> TestResponse:
    """Add a passkey on the pages."""
    confirm(who)
    options = ask(who, "/account/sign-in/passkeys", name=name)
    answer = who.post(NEW, {"name": name, "credential": device.make(options)})
    assert answer.status_code == 303, answer.text
    return answer


def use_alone(who: Visitor, device: Device, **form: str) -> TestResponse:
    """Sign in with a passkey and nothing else."""
    return who.post(ALONE, {"credential": device.use(ask(who, ALONE)), **form})


def begin(visit: Visit, actor: Actor) -> Visitor:
    """The password is given, and the second step is asked for."""
    who = visit()
    answer = who.post("/sign-in", {"email": user_of(actor).email, "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/sign-in/code")
    return who
