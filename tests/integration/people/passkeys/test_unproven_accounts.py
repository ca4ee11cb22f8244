"""Who came in by a link that a chair could read keeps no seat of it once its owner comes."""

import pytest
from flask import Flask
from sqlalchemy import select

from crrubric.domain.vocabulary import Phase, Role, SessionLevel, Stakeholder, Standing
from crrubric.extensions import db
from crrubric.models import Member
from crrubric.queries.people.people import OPERATOR, actor_of
from crrubric.services.people import links, own_account
from crrubric.services.people.confirming import Proof
from crrubric.services.people.mailed.sign_in_links import request_sign_in_link, sign_in_by_link
from crrubric.services.people.second_step import reset_two_steps
from crrubric.services.setup import committee
from tests.conftest import set_settings
from tests.factories import PASSWORD, Factory, Made
from tests.integration.conftest import Visit, Visitor
from tests.integration.people.passkeys.authenticator import Device
from tests.integration.people.passkeys.conftest import add_key, ask, use_alone
from tests.integration.people.test_links import NORA, invite, mails, token_in, user_of
from tests.pages import words

OTHER = "six other words that nobody said"


@pytest.fixture(autouse=True)
def with_mail(app: Flask, mailing: None, monkeypatch: pytest.MonkeyPatch) -> None:
    set_settings(app, monkeypatch, SITE_URL="http://localhost")


def take_over(made: Made, visit: Visit) -> Visitor:
    """A chair uses the link that only they have read, and is signed in as whom they invited."""
    token = invite(made).token
    assert token is not None
    return visit(actor_of(links.accept_invite(token, password=PASSWORD).user))


def invite_chair(made: Made) -> str | None:
    return committee.invite_member(
        made.chair,
        made.slug,
        name="Nora New",
        email=NORA,
        roles=frozenset({Role.CHAIR}),
        stakeholder=Stakeholder.TEACHER,
    ).token


def awaited(seat: Member) -> str | None:
    db.session.rollback()
    return db.session.scalar(select(Member.awaits_address).where(Member.id == seat.id))


def send_forgotten_link() -> str:
    links.request_password_link(NORA)
    return token_in(mails(NORA)[-1])


@pytest.mark.both_databases
def test_a_new_password_gives_no_seat_to_who_holds_a_passkey(
    make: Factory, visit: Visit, device: Device
):
    made, other = make.evaluation(), make.evaluation(title="Other", phase=Phase.SCORING)
    add_key(take_over(made, visit), device)
    seat = invite(other).member

    links.accept_invite(send_forgotten_link(), password=OTHER)

    thief = visit()
    use_alone(thief, device)
    assert (thief.get(other.url("")).status_code, awaited(seat)) == (404, NORA)
    assert user_of(NORA).address_proven_at is None
    home = words(thief.page("/").root)
    assert "A second step was set up for your account before that was certain" in home
    assert "Forgot your password?" not in home


def test_once_the_second_step_is_taken_off_a_link_proves_the_address(
    make: Factory, visit: Visit, device: Device
):
    made, other = make.evaluation(), make.evaluation(title="Other", phase=Phase.SCORING)
    add_key(take_over(made, visit), device)
    seat = invite(other).member
    links.accept_invite(links.make_operator_link(OPERATOR, user_of(NORA)), password=OTHER)
    assert awaited(seat) == NORA

    reset_two_steps(OPERATOR, user_of(NORA).id)
    owner = links.accept_invite(send_forgotten_link(), password=OTHER)

    assert (owner.is_complete, awaited(seat)) == (True, None)
    assert use_alone(visit(), device).status_code == 422


def test_nobody_is_promised_a_seat_by_a_link_that_proves_nothing(
    make: Factory, visit: Visit, device: Device
):
    made, other = make.evaluation(), make.evaluation(title="Other")
    add_key(take_over(made, visit), device)
    invite(other)
    mail = mails(NORA)[-1]

    token = send_forgotten_link()
    page = words(visit().page(f"/invitations/{token}").root)
    boss = visit(make.actor(standing=Standing.ADMINISTRATOR))
    account = words(boss.page(f"/accounts/{user_of(NORA).id}").root)

    assert ("Sign in as you did before" in mail.body, "/invitations/" in mail.body) == (True, False)
    assert ("Other" in page, "With a new password the seat is yours" in page) == (True, False)
    assert "makes it certain only once you have turned that step off" in account


def test_who_has_both_steps_and_reads_the_mail_proves_the_address(
    make: Factory, visit: Visit, device: Device
):
    made, other = make.evaluation(), make.evaluation(title="Other", phase=Phase.SCORING)
    owner = take_over(made, visit)  # they copied the link themselves
    add_key(owner, device)
    seat = invite(other).member
    actor = actor_of(user_of(NORA))

    own_account.request_own_address(actor, Proof(password=PASSWORD), email=NORA)
    mail = mails(NORA)[-1]
    token = next(word for word in mail.body.split() if "/account/address/" in word)
    own_account.change_own_address(actor, token.rsplit("/", 1)[1])

    assert awaited(seat) is None


def test_a_link_for_signing_in_gives_no_seat_to_who_holds_a_passkey(
    app: Flask,
    make: Factory,
    visit: Visit,
    device: Device,
    monkeypatch: pytest.MonkeyPatch,
):
    values = {"SIGN_IN_LINKS": True, "SITE_URL": "http://localhost", "TWO_STEPS_FOR": "chairs"}
    set_settings(app, monkeypatch, **values)
    made, other = make.evaluation(), make.evaluation(title="Other", phase=Phase.SCORING)
    token, thief = invite_chair(made), visit()
    begun = thief.post(f"/invitations/{token}/without-password")
    options = ask(thief, f"{begun.location}/passkey", name="Key")
    sent = {"name": "Key", "credential": device.make(options)}
    assert thief.post(f"{begun.location}/passkey", sent).status_code == 303
    seat = invite(other).member

    request_sign_in_link(NORA)
    word = next(word for word in mails(NORA)[-1].body.split() if "/sign-in/link/" in word)
    found = sign_in_by_link(word.rsplit("/", 1)[1])

    assert found is not None
    assert found.level is SessionLevel.AWAITS_CODE
    assert (thief.get(other.url("")).status_code, awaited(seat)) == (404, NORA)
