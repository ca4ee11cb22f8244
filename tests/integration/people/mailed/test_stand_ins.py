"""Whether an address has an account can't be told by how long anything takes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event, update

from crrubric.clock import now_utc
from crrubric.domain.people.throttling import FAILURES_KEPT, FAILURES_TOLD
from crrubric.extensions import WRITE, db, limiter
from crrubric.models import User
from crrubric.services.people.accounts import NOBODY_KNOWN
from crrubric.services.people.alarms import warn_of_wrong_passwords
from crrubric.services.people.attempts import Attempt
from crrubric.services.people.links import request_password_link
from crrubric.services.people.mailed.sign_in_links import request_sign_in_link
from crrubric.services.shared.later import find_later_queue
from tests.conftest import set_settings
from tests.factories import Factory
from tests.machine.frame import everything

NOBODY = "nobody@school.example"
Ask = Callable[[str], None]


def fail_often(email: str) -> None:
    """So many wrong passwords that the owner is told."""
    limiter.storage.incr(Attempt(email).lane, FAILURES_KEPT, amount=FAILURES_TOLD)
    warn_of_wrong_passwords(email, address="", known=NOBODY_KNOWN)


ASKED: dict[str, Ask] = {
    "password": request_password_link,
    "sign-in": request_sign_in_link,
    "failures": fail_often,
}


@pytest.fixture(autouse=True)
def with_links(app: Flask, mailing: None, monkeypatch: pytest.MonkeyPatch) -> None:
    set_settings(app, monkeypatch, SIGN_IN_LINKS=True)


@contextmanager
def writing() -> Iterator[list[str]]:
    """What is written meanwhile, to which tables."""
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        words = statement.split()
        if words[0] in ("INSERT", "UPDATE", "DELETE"):
            seen.append(" ".join(words[:3]))

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


def written_for(ask: Ask, email: str) -> list[str]:
    """What asking for this address makes the site write."""
    find_later_queue().settle()
    db.session.rollback()
    with writing() as seen:
        ask(email)
        find_later_queue().settle()
    return seen


def disable(email: str) -> None:
    db.session.rollback()
    with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        now = now_utc()
        connection.execute(update(User).where(User.email == email).values(disabled_at=now))


@pytest.mark.both_databases
@pytest.mark.parametrize("asked", ASKED)
def test_the_same_is_written_for_an_address_without_an_account_and_taken_back(
    make: Factory, asked: str
):
    ask = ASKED[asked]
    first, gone = make.user().email, make.user().email
    disable(gone)
    expected = written_for(ask, first)
    stored = everything()

    found = {email: written_for(ask, email) for email in (NOBODY, gone)}

    assert expected
    assert found == {NOBODY: expected, gone: expected}
    assert everything() == stored


@pytest.mark.parametrize("asked", ["password", "sign-in"])
def test_the_same_is_written_for_who_had_a_link_just_now(make: Factory, asked: str):
    ask, email = ASKED[asked], make.user().email
    expected = written_for(ask, email)
    stored = everything()

    assert written_for(ask, email) == expected
    assert everything() == stored


def test_nothing_is_written_where_nobody_has_an_account_yet():
    assert written_for(request_password_link, NOBODY) == []
