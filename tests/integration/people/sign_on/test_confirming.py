"""People without a password confirm that it is still them: by their provider, or by their mail."""

import re
import time

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from crrubric.domain import limits
from crrubric.domain.events import Event
from crrubric.extensions import db
from crrubric.models import AuthenticatorApp, OutgoingMail, User
from crrubric.queries.people.people import actor_of
from crrubric.services.people.accounts import lock_user
from crrubric.services.shared.unit import unit_of_work
from tests.factories import PASSWORD, Factory
from tests.integration.conftest import Visit, Visitor
from tests.integration.people.passkeys.authenticator import Device
from tests.integration.people.passkeys.conftest import ask, keys
from tests.integration.people.sign_on.conftest import Arrive, Configure, come_back
from tests.integration.people.sign_on.provider import FakeProvider
from tests.integration.people.sign_on.test_forgeries import put
from tests.integration.people.sign_on.test_sign_in import NORA, events, has_password, invite
from tests.integration.people.test_second_step import code_of

CONFIRM, PAGE = "/account/sign-in/confirm", "/account/sign-in"
APP, ADDRESS, NEW = f"{PAGE}/app", "/account/address", f"{PAGE}/passkeys/new"
LINK = re.compile(r"/account/sign-in/confirm/link/[\w-]+")
MAIL = {"MAIL_HOST": "localhost", "MAIL_SENDER": "score@cedar.example"}


@pytest.fixture
def nora(make: Factory, arrive: Arrive, provider: FakeProvider, visit: Visit) -> Visitor:
    """Somebody who has come in by the provider, and has no password."""
    invite(make)
    provider.person("nora", NORA)
    who = visit()
    assert arrive(who).location == "/"
    return who


def confirm_there(who: Visitor, provider: FakeProvider, *, next: str = PAGE) -> TestResponse:
    """Sign in at the provider once more."""
    begun = who.get(f"{CONFIRM}/with/cedar?next={next}")
    assert "prompt=login" in begun.location
    return come_back(who, provider.authorize(begun.location))


def find_links() -> list[str]:
    """Where the mails lead with which one confirms."""
    db.session.rollback()
    bodies = db.session.scalars(select(OutgoingMail.body).order_by(OutgoingMail.id))
    return [found[0] for found in map(LINK.search, bodies) if found]


def send_link(who: Visitor) -> str:
    assert who.post(f"{CONFIRM}/link", {"next": NEW}).status_code == 303
    return find_links()[-1]


def nora_herself() -> User:
    db.session.rollback()
    return db.session.scalars(select(User).where(User.email == NORA)).one()


def test_an_app_is_set_up_after_signing_in_there_once_more(nora: Visitor, provider: FakeProvider):
    assert "one step is enough" in nora.page(PAGE).text
    assert nora.get(APP).location == f"{CONFIRM}?next={APP}"
    refused = nora.post(APP)
    assert (refused.status_code, "Confirm first" in refused.text) == (409, True)
    assert "Confirm with Cedar ID" in nora.page(f"{CONFIRM}?next={APP}").text

    assert confirm_there(nora, provider, next=APP).location == APP

    assert "Your password" not in nora.page(APP).text
    assert nora.post(APP).status_code == 303
    assert "The six digits that the app shows" in nora.page(APP).text
    code = code_of(actor_of(nora_herself()))
    assert nora.post(f"{APP}/code", {"step_code": code}).status_code == 303
    db.session.rollback()
    assert db.session.scalars(select(AuthenticatorApp)).one().confirmed_at is not None
    assert nora.post(APP).status_code == 409  # one confirmation is for one act


def test_a_passkey_is_added_and_removed_with_two_steps(nora: Visitor, provider: FakeProvider):
    device = Device()
    confirm_there(nora, provider)
    options = ask(nora, "/account/sign-in/passkeys", name="Phone")
    made = nora.post(NEW, {"name": "Phone", "credential": device.make(options)})
    assert made.status_code == 303
    sent = device.use(ask(nora, f"{CONFIRM}/passkey"))
    nora.post(f"{CONFIRM}/passkey", {"credential": sent, "next": f"{PAGE}/off"})

    assert nora.post(f"{PAGE}/off").location == PAGE

    assert keys() == []


def test_somebody_else_confirms_nothing(
    nora: Visitor, make: Factory, arrive: Arrive, provider: FakeProvider, visit: Visit
):
    invite(make, "omar@cedar.example", "Omar Ortiz")
    provider.person("omar", "omar@cedar.example")
    arrive(visit())

    answer = confirm_there(nora, provider)

    assert (answer.status_code, "somebody else than who" in answer.text) == (403, True)
    assert nora.get(NEW).location == f"{CONFIRM}?next={NEW}"
    provider.person("nora", NORA)
    begun = nora.get(f"{CONFIRM}/with/cedar")
    nora.post("/sign-out")
    late = come_back(nora, provider.authorize(begun.location))
    assert (late.status_code, "signed out meanwhile" in late.text) == (409, True)


@pytest.mark.parametrize("auth_time", [-3_600, 3_600, True])
def test_a_sign_in_there_that_was_long_ago_confirms_nothing(
    nora: Visitor, provider: FakeProvider, auth_time: int
):
    at = int(time.time()) + auth_time if type(auth_time) is int else auth_time
    provider.sign = lambda claims: put(auth_time=at)(provider, claims)

    answer = confirm_there(nora, provider)

    assert answer.status_code == 403
    assert "did not ask you to sign in once more" in answer.text
    assert nora.get(NEW).location == f"{CONFIRM}?next={NEW}"
    provider.sign = lambda claims: put(auth_time=int(time.time()) - 60)(provider, claims)
    assert confirm_there(nora, provider).location == PAGE


def test_a_mailed_link_confirms_where_one_is_signed_in(
    nora: Visitor, configure: Configure, visit: Visit, make: Factory
):
    configure(**MAIL)
    assert "and opened in this browser" in nora.page(CONFIRM).text
    url = send_link(nora)
    other = visit(make.actor())
    assert [other.get(url).status_code, other.post(url).status_code] == [404, 404]
    assert visit().get(url).location.startswith("/sign-in")
    assert nora.get(url).status_code == 200  # looking spends nothing
    assert nora.get(NEW).location == f"{CONFIRM}?next={NEW}"

    assert nora.post(url).location == PAGE

    assert "Name of the passkey" in nora.page(NEW).text
    assert nora.post(url).status_code == 404
    assert Event.ACCOUNT_CONFIRM_LINK_SENT in events()


def test_the_newest_link_works_and_there_is_an_end_to_them(nora: Visitor, configure: Configure):
    configure(**MAIL)
    first = send_link(nora)
    for _ in range(limits.CONFIRM_LINKS):
        nora.post(f"{CONFIRM}/link")

    assert len(find_links()) == limits.CONFIRM_LINKS
    assert nora.get(first).status_code == 404
    assert nora.get(find_links()[-1]).status_code == 200


def test_another_address_needs_a_confirmation(
    nora: Visitor, configure: Configure, provider: FakeProvider
):
    configure(**MAIL)
    new = {"email": "nora.novak@cedar.example"}
    assert nora.get(ADDRESS).location == f"{CONFIRM}?next={ADDRESS}"
    assert nora.post(ADDRESS, new).status_code == 409
    confirm_there(nora, provider)
    assert "Your password" not in nora.page(ADDRESS).text

    assert nora.post(ADDRESS, new).location == "/account"

    assert Event.ACCOUNT_ADDRESS_ASKED in events()
    assert nora.post(ADDRESS, new).status_code == 409


def test_who_has_a_password_types_it(make: Factory, configure: Configure, visit: Visit):
    configure(**MAIL)
    who = visit(make.actor())
    page = who.page(CONFIRM).text
    assert "Your password" in page
    assert "Send me a link" not in page

    who.post(f"{CONFIRM}/link")

    assert "Confirm with your password." in who.page(CONFIRM).text
    assert find_links() == []


def test_who_has_a_password_confirms_by_no_provider(
    make: Factory, provider: FakeProvider, arrive: Arrive, visit: Visit
):
    """Whoever sits down at a browser that was left open is often signed in there as well."""
    has_password(make)
    provider.person("n-1", NORA)
    who = visit()
    arrive(who, next=PAGE)
    who.post("/sign-in/connect", {"password": PASSWORD})
    assert who.get(PAGE).status_code == 200

    begun = who.get(f"{CONFIRM}/with/cedar?next={NEW}")

    assert begun.location == f"{CONFIRM}?next={NEW}"
    assert "Confirm with your password." in who.page(CONFIRM).text
    assert who.get(NEW).location == f"{CONFIRM}?next={NEW}"


def test_a_password_that_was_chosen_meanwhile_is_asked_for(nora: Visitor, provider: FakeProvider):
    begun = nora.get(f"{CONFIRM}/with/cedar?next={NEW}")
    with unit_of_work() as session:
        lock_user(session, nora_herself().id).password_hash = "of a password"

    late = come_back(nora, provider.authorize(begun.location))

    assert (late.status_code, "Confirm with your password." in late.text) == (422, True)
    assert nora.get(NEW).location == f"{CONFIRM}?next={NEW}"


def test_where_to_go_on_is_on_this_site(nora: Visitor, configure: Configure):
    configure(**MAIL)

    page = nora.page(f"{CONFIRM}?next=https://evil.example/")

    links = [link.get("href") for link in page.all("a")]
    assert not [link for link in links if "evil" in (link or "") and not link.startswith("/")]
