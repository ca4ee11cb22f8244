"""Signing in with a link that is sent to the address, and invitations without a password."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.events import Event
from crrubric.domain.people.throttling import LINKS_FOR_ACCOUNT
from crrubric.domain.vocabulary import LinkUse, MailKind, Role, SessionLevel, Stakeholder, Standing
from crrubric.extensions import WRITE, db
from crrubric.models import Invite, Member, OutgoingMail, UserSession
from crrubric.queries.people.people import OPERATOR, Actor, actor_of
from crrubric.services.people import accounts, administration, links
from crrubric.services.setup import committee
from crrubric.services.shared.later import find_later_queue
from tests.conftest import set_settings
from tests.factories import PASSWORD, Factory, Made
from tests.integration.conftest import Visit, Visitor
from tests.integration.people.passkeys.authenticator import Device
from tests.integration.people.passkeys.conftest import add_key, events, subjects, user_of

ASK, ASKED = "/sign-in/link", "If this address has an account"
LINK = re.compile(r"/sign-in/link/[\w-]+")


@pytest.fixture(autouse=True)
def with_links(app: Flask, mailing: None, monkeypatch: pytest.MonkeyPatch) -> None:
    set_settings(app, monkeypatch, SIGN_IN_LINKS=True, SITE_URL="http://localhost")


def sent(kind: MailKind = MailKind.SIGN_IN_LINK) -> list[OutgoingMail]:
    """The mails with links for signing in."""
    find_later_queue().settle()
    db.session.rollback()
    rows = select(OutgoingMail).where(OutgoingMail.kind == kind).order_by(OutgoingMail.id)
    return list(db.session.scalars(rows.execution_options(populate_existing=True)))


def ask(who: Visitor, email: str) -> str:
    """Have a link sent to an address. Returns: where it leads, empty if none was sent."""
    before = len(sent())
    answer = who.post(ASK, {"email": email})
    assert (answer.status_code, ASKED in answer.text) == (200, True)
    mails = sent()[before:]
    found = LINK.search(mails[0].body) if mails else None
    return found[0] if found else ""


def spent(who: Visitor, url: str) -> bool:
    """Whether a link works no more, and the page offers another one, opened and sent."""
    answers = [who.get(url), who.post(url)]
    return all(
        answer.status_code == 404 and "Have a new one sent to you." in answer.text
        for answer in answers
    )


def change(**values: object) -> None:
    """Change all links and mails in the database, as if time had passed."""
    db.session.rollback()
    with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        for table, columns in ((Invite, Invite.__table__.columns), (OutgoingMail, {"created_at"})):
            own = {name: value for name, value in values.items() if name in columns}
            if own:
                connection.execute(update(table).values(**own))


def test_a_link_signs_in_once_and_looking_does_not_spend_it(person: Actor, visit: Visit):
    email, who = user_of(person).email, visit()
    assert "Send me a link" in who.page("/sign-in").text
    url = ask(who, email.upper())
    for _ in range(3):
        assert "You sign in as Nora Novak" in visit().page(url).text  # a scanner of mails
        assert visit().send("HEAD", url).status_code == 200

    assert who.post(url).location == "/"

    assert who.get("/").status_code == 200
    assert spent(visit(), url)
    assert {Event.ACCOUNT_SIGN_IN_LINK_ASKED, Event.ACCOUNT_SIGN_IN_LINK_USED} <= set(events())
    db.session.rollback()
    levels = list(db.session.scalars(select(UserSession.level)))
    assert levels == [SessionLevel.ONE_STEP]


def test_nobody_learns_whether_an_address_has_an_account(make: Factory, visit: Visit):
    known, disabled = make.actor(), make.actor()
    admin = make.actor(standing=Standing.ADMINISTRATOR)
    administration.set_account_disabled(admin, disabled.user_id or 0, disabled=True)
    addresses = [user_of(known).email, user_of(disabled).email, "nobody@school.example"]

    pages = [
        re.sub(r'value="[^"]*"', "", visit().post(ASK, {"email": email}).text)
        for email in addresses
    ]

    assert len(set(pages)) == 1
    assert [mail.to_address for mail in sent()] == addresses[:1]


def test_a_link_works_for_fifteen_minutes(person: Actor, visit: Visit):
    url = ask(visit(), user_of(person).email)
    change(expires_at=now_utc() - timedelta(seconds=1))

    assert spent(visit(), url)
    with db.session.no_autoflush:
        link = db.session.scalars(select(Invite)).one()
        assert (link.use, limits.SIGN_IN_LINK_MINUTES) == (LinkUse.SIGN_IN, 15)


def test_a_newer_link_ends_the_earlier_one(person: Actor, visit: Visit):
    email = user_of(person).email
    old = ask(visit(), email)
    assert ask(visit(), email) == ""  # within minutes none is sent: anybody can ask
    change(created_at=now_utc() - timedelta(minutes=limits.LINK_MAIL_MINUTES, seconds=1))

    new = ask(visit(), email)

    assert spent(visit(), old)
    assert visit().post(new).status_code == 303


def test_another_address_or_password_ends_a_link(make: Factory, visit: Visit):
    moved, changed, off = make.actor(), make.actor(), make.actor()
    urls = [ask(visit(), user_of(actor).email) for actor in (moved, changed, off)]
    administration.change_address(OPERATOR, moved.user_id or 0, "moved@school.example")
    link = links.make_operator_link(OPERATOR, user_of(changed))
    links.accept_invite(link, password="another four plain words")
    admin = make.actor(standing=Standing.ADMINISTRATOR)
    administration.set_account_disabled(admin, off.user_id or 0, disabled=True)

    assert [spent(visit(), url) for url in urls] == [True, True, True]


def test_a_link_is_one_step(person: Actor, visit: Visit):
    add_key(visit(person), Device())
    who = visit()

    answer = who.post(ask(who, user_of(person).email))

    assert answer.location == "/sign-in/code"
    assert who.get("/").location.startswith("/sign-in")


def test_who_has_to_have_two_steps_sets_them_up(
    make: Factory, visit: Visit, app: Flask, monkeypatch: pytest.MonkeyPatch
):
    set_settings(app, monkeypatch, TWO_STEPS_FOR="administrators")
    admin, who = make.actor(standing=Standing.ADMINISTRATOR), visit()

    assert who.post(ask(who, user_of(admin).email)).location == "/sign-in/set-up"


def test_links_are_asked_for_so_many_times_from_one_network(person: Actor, visit: Visit):
    email = user_of(person).email
    for _ in range(LINKS_FOR_ACCOUNT):
        assert visit().post(ASK, {"email": email}).status_code == 200

    stopped = visit().post(ASK, {"email": email})

    assert (stopped.status_code, "Too many attempts" in stopped.text) == (429, True)
    assert len(sent()) == 1


def test_an_address_is_asked_for(visit: Visit):
    refused = visit().post(ASK, {"email": ""})

    assert (refused.status_code, "Enter your e-mail address." in refused.text) == (422, True)


def test_a_link_for_one_use_opens_nothing_else(person: Actor, visit: Visit):
    who = visit()
    token = ask(who, user_of(person).email).rsplit("/", 1)[1]
    password = links.make_operator_link(OPERATOR, user_of(person))

    assert who.get(f"/invitations/{token}").status_code == 404
    assert spent(who, f"{ASK}/{password}")
    assert spent(who, f"{ASK}/unknown")


def test_where_links_are_off_there_is_nothing(
    person: Actor, visit: Visit, app: Flask, monkeypatch: pytest.MonkeyPatch
):
    url = ask(visit(), user_of(person).email)
    set_settings(app, monkeypatch, SIGN_IN_LINKS=False)
    who = visit()

    answers = [who.get(ASK), who.post(ASK, {"email": "a@b.example"}), who.get(url), who.post(url)]

    assert {answer.status_code for answer in answers} == {404}
    assert "Send me a link" not in who.page("/sign-in").text


# Invitations


def invite(made: Made, email: str = "rosa@school.example") -> committee.Invitation:
    return committee.invite_member(
        made.chair,
        made.slug,
        name="Rosa Ruiz",
        email=email,
        roles=frozenset({Role.REVIEWER}),
        stakeholder=Stakeholder.PARENT,
    )


def invited_path() -> str:
    mail = sent(MailKind.INVITATION)[-1]
    return "/invitations/" + next(w for w in mail.body.split() if "/invitations/" in w)[-43:]


def test_an_invitation_is_accepted_without_a_password(make: Factory, visit: Visit):
    made = make.evaluation()
    invite(made)
    url, who = invited_path(), visit()
    assert "Go on without a password" in who.page(url).text

    answer = who.post(f"{url}/without-password")

    assert answer.location == "/"
    assert made.evaluation.title in who.page("/").text
    user = user_of(actor_of(db.session.scalars(select(Member)).all()[-1].user))
    assert (user.unused, user.password_hash, user.address_proven_at is None) == (False, None, False)
    assert Event.INVITE_ACCEPTED in events()
    assert who.get(url).status_code == 404
    assert visit().post(ask(visit(), "rosa@school.example")).status_code == 303


def test_an_invited_person_may_ask_for_a_link_instead(make: Factory, visit: Visit):
    invite(make.evaluation())
    invitation, who = invited_path(), visit()

    assert who.post(ask(who, "rosa@school.example")).location == "/"

    assert who.get("/").status_code == 200
    assert Event.INVITE_ACCEPTED in events()
    assert visit().get(invitation).status_code == 404


def test_an_account_in_use_is_not_accepted_without_a_password(person: Actor, visit: Visit):
    url = f"/invitations/{links.make_operator_link(OPERATOR, user_of(person))}"
    assert "Go on without a password" not in visit().page(url).text

    answer = visit().post(f"{url}/without-password")

    assert answer.location == url
    found = accounts.sign_in(user_of(person).email, PASSWORD)
    assert found is not None


def test_a_link_does_not_prove_an_address_whose_password_a_chair_may_know(
    make: Factory, visit: Visit
):
    made, other = make.evaluation(), make.evaluation(title="Another one")
    token = invite(made).token or ""
    db.session.rollback()
    change(proves=False)  # as where the site sends no mail: the chair copied it
    links.accept_invite(token, password="the chair knows these words")
    invite(other)

    assert visit().post(ask(visit(), "rosa@school.example")).status_code == 303

    db.session.rollback()
    rows = select(Member.awaits_address).where(Member.name == "Rosa Ruiz").order_by(Member.id)
    assert list(db.session.scalars(rows)) == [None, "rosa@school.example"]


def test_a_link_ends_the_session_of_who_accepted_with_a_link_that_a_chair_could_read(
    make: Factory, visit: Visit
):
    made = make.evaluation()
    token = invite(made).token or ""
    change(proves=False)
    chair = visit()
    assert chair.post(f"/invitations/{token}/without-password").location == "/"

    owner = visit()
    assert owner.post(ask(owner, "rosa@school.example")).location == "/"

    assert [chair.get("/").status_code, owner.get("/").status_code] == [303, 200]
    assert subjects()[-1] == "crrubric: Your link for signing in"
