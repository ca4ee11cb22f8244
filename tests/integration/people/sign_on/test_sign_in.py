"""Signing in by a provider: whose account it is, what has to be shown, and what is told."""

import logging
from typing import Any

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from crrubric.clock import now_utc
from crrubric.domain.errors import Invalid, NotFound
from crrubric.domain.events import Event
from crrubric.domain.vocabulary import Phase, Role, SessionLevel, Stakeholder, Standing
from crrubric.extensions import WRITE, db
from crrubric.models import ExternalIdentity, JournalEntry, Member, OutgoingMail, User, UserSession
from crrubric.queries.people.people import OPERATOR, Actor
from crrubric.queries.record.verification import verify_record
from crrubric.queries.setup.members import find_own_invitations
from crrubric.services.people import accounts, links
from crrubric.services.people.accounts import lock_user
from crrubric.services.people.administration import set_account_disabled
from crrubric.services.people.sign_on import identities as identities_service
from crrubric.services.people.sign_on.identities import unlink_all_identities
from crrubric.services.setup import committee
from crrubric.services.shared.unit import unit_of_work
from crrubric.settings.reading import read_settings
from tests.factories import PASSWORD, Factory, Made
from tests.integration.conftest import Visit, Visitor
from tests.integration.people.sign_on.conftest import Arrive, Configure
from tests.integration.people.sign_on.provider import FakeProvider, make_settings, serve_provider
from tests.integration.people.test_second_step import code_of, set_up, wrong_code
from tests.pages import filled_form, parse, words

NORA = "nora@cedar.example"


def invite(make: Factory, email: str = NORA, name: str = "Nora Novak") -> User:
    """Somebody who has a link and has not used it."""
    return accounts.add_user(
        make.actor("Ada", standing=Standing.ADMINISTRATOR),
        name=name,
        email=email,
        standing=Standing.MEMBER,
    )


def has_password(make: Factory, email: str = NORA, name: str = "Nora Novak") -> User:
    """Somebody who signs in with a password."""
    return accounts.add_user(
        make.actor("Ada", standing=Standing.ADMINISTRATOR),
        name=name,
        email=email,
        standing=Standing.MEMBER,
        password=PASSWORD,
    )


def actor(user: User) -> Actor:
    return Actor(user.id, user.name, user.standing)


def stored(user: User) -> User:
    db.session.rollback()
    return db.session.get_one(User, user.id, populate_existing=True)


def identities() -> list[tuple[int, str]]:
    db.session.rollback()
    rows = select(ExternalIdentity.user_id, ExternalIdentity.subject)
    return [tuple(row) for row in db.session.execute(rows.order_by(ExternalIdentity.id))]


def levels() -> list[SessionLevel]:
    db.session.rollback()
    open_ones = select(UserSession.level).where(UserSession.ended_at.is_(None))
    return list(db.session.scalars(open_ones.order_by(UserSession.id)))


def events() -> list[Event]:
    db.session.rollback()
    return list(db.session.scalars(select(JournalEntry.event).order_by(JournalEntry.id)))


def mails() -> list[tuple[str, str]]:
    db.session.rollback()
    rows = select(OutgoingMail.to_address, OutgoingMail.subject).order_by(OutgoingMail.id)
    return [tuple(row) for row in db.session.execute(rows)]


def is_in(who: Visitor) -> bool:
    return who.get("/").status_code == 200


def refusal(answer: TestResponse, status: int) -> str:
    """What the page says; nobody is signed in."""
    assert answer.status_code == status, answer.text
    page = parse(answer.status_code, answer.text)
    assert "You are not signed in" in page.text
    assert "state=" not in page.text
    assert levels() == []
    return page.text


def test_somebody_invited_signs_in_and_is_the_owner_from_then_on(
    make: Factory, arrive: Arrive, provider: FakeProvider, visit: Visit
):
    user = invite(make)
    token = links.make_operator_link(OPERATOR, user)
    who = visit()

    provider.person("n-1", "Nora@Cedar.example")
    answer = arrive(who, next="/terms")

    assert (answer.status_code, answer.location) == (303, "/terms")
    assert is_in(who)
    assert identities() == [(user.id, "n-1")]
    kept = stored(user)
    assert (kept.unused, kept.password_hash) == (False, None)
    assert kept.address_proven_at is not None
    assert {Event.INVITE_ACCEPTED, Event.ACCOUNT_IDENTITY_LINKED} <= set(events())
    assert mails()[-1] == (NORA, "crrubric: You can sign in with Cedar ID")
    assert visit().get(f"/invitations/{token}").status_code == 404  # nobody else comes in by it


def test_a_seat_that_was_offered_counts_and_no_chair_holds_a_link_any_more(
    make: Factory, arrive: Arrive, provider: FakeProvider, visit: Visit
):
    made = make.evaluation(phase=Phase.SCORING)
    invitation = offer_seat(made)
    assert find_own_invitations(db.session(), made.evaluation.id) == {invitation.member.id}
    who = visit()

    provider.person("n-1", NORA)
    arrive(who)

    assert who.get(made.url()).status_code == 200
    entry = db.session.scalar(
        select(JournalEntry).where(JournalEntry.event == Event.INVITE_ACCEPTED)
    )
    assert entry is not None
    assert (entry.evaluation_id, entry.member_id) == (made.evaluation.id, invitation.member.id)
    assert find_own_invitations(db.session(), made.evaluation.id) == frozenset()
    with pytest.raises(Invalid, match="needs no link"):
        committee.renew_invite(made.chair, made.slug, invitation.member.id)
    with pytest.raises(NotFound):
        links.accept_invite(invitation.token or "", password=PASSWORD)
    assert "has signed up" in visit(made.chair).get(made.url("committee/")).text
    assert verify_record(db.session()).problems == ()


def test_a_seat_that_waits_for_the_address_waits_no_more(
    make: Factory, arrive: Arrive, provider: FakeProvider, visit: Visit
):
    first = make.evaluation(phase=Phase.SCORING)
    second = make.evaluation(phase=Phase.SCORING, title="Second")
    token = offer_seat(first).token
    links.accept_invite(token or "", password=PASSWORD)  # the chair could have done that
    waiting = offer_seat(second).member.id
    assert db.session.get_one(Member, waiting).awaits_address == NORA
    who = visit()
    provider.person("n-1", NORA)

    show_password(who, arrive(who))

    db.session.rollback()
    assert db.session.get_one(Member, waiting).awaits_address is None
    assert who.get(second.url()).status_code == 200


def test_who_came_in_by_a_link_that_a_chair_could_read_is_out_once_the_owner_comes(
    make: Factory, configure: Configure, arrive: Arrive, provider: FakeProvider, visit: Visit
):
    configure(SIGN_IN_LINKS=True)
    first = make.evaluation(phase=Phase.SCORING)
    second = make.evaluation(phase=Phase.SCORING, title="Second")
    token, chair = offer_seat(first).token, visit()
    assert chair.post(f"/invitations/{token}/without-password").location == "/"
    waiting = offer_seat(second).member.id
    who = visit()
    provider.person("n-1", NORA)

    arrive(who)

    db.session.rollback()
    assert db.session.get_one(Member, waiting).awaits_address is None
    assert [one.get(second.url()).status_code for one in (who, chair)] == [200, 303]


def test_the_number_finds_the_account_whatever_becomes_of_the_address(
    make: Factory, arrive: Arrive, provider: FakeProvider, visit: Visit
):
    user, other = invite(make), has_password(make, "new@cedar.example", "Nils New")
    provider.person("n-1", NORA)
    arrive()
    provider.person("n-1", "new@cedar.example")  # now the address of somebody else here

    who = visit()
    arrive(who)

    assert is_in(who)
    assert identities() == [(user.id, "n-1")]
    assert "Nora Novak" in who.get("/").text
    assert "new@cedar.example" in words(who.page("/account/sign-in").root)
    assert stored(user).email == NORA
    assert stored(other).identity_linked_at is None


def test_somebody_else_who_was_given_the_address_gets_nothing(
    make: Factory, arrive: Arrive, provider: FakeProvider
):
    user = invite(make)
    provider.person("n-1", NORA)
    arrive()
    end_all_sessions()

    provider.person("n-2", NORA)

    assert "is connected with another account" in refusal(arrive(), 403)
    assert identities() == [(user.id, "n-1")]


def test_an_address_finds_an_account_once_whichever_provider_vouches_for_it(
    make: Factory, arrive: Arrive, configure: Configure, provider: FakeProvider, visit: Visit
):
    """The first provider knows people by a number; a second one knows who has the address now."""
    user = invite(make)
    provider.person("n-1", NORA)
    arrive()
    end_all_sessions()
    with serve_provider() as second:
        providers = {
            "cedar": make_settings(provider.url),
            "maple": make_settings(second.url, name="Maple ID"),
        }
        configure(SSO_PROVIDERS=providers)
        second.person("somebody-else", NORA)

        said = refusal(go_and_come_back(visit(), second, "maple"), 403)

        assert "signs in with Cedar ID" in said
        assert identities() == [(user.id, "n-1")]
        configure(SSO_PROVIDERS={"maple": providers["maple"]})  # the first one is left

        assert go_and_come_back(visit(), second, "maple").location == "/"

        assert identities() == [(user.id, "n-1"), (user.id, "somebody-else")]


def go_and_come_back(who: Visitor, provider: FakeProvider, code: str) -> TestResponse:
    """Sign in by this provider, by the name that the settings give it."""
    sent = provider.authorize(who.get(f"/sign-in/with/{code}").location)
    return who.get(f"/sign-in/with/{code}/back", query_string=sent)


@pytest.mark.parametrize(
    ("email", "claims", "says"),
    [
        (NORA, {"email_verified": False}, "does not vouch for"),
        (NORA, {"email_verified": None}, "does not vouch for"),
        (NORA, {"email_verified": "true"}, "does not vouch for"),
        ("nora@other.example", {}, "does not vouch for"),
        ("nora@sub.cedar.example", {}, "does not vouch for"),
        ("nora@cedar.example@other.example", {}, "does not vouch for"),
        ("", {}, "told this site no e-mail address"),
        ("nobody@cedar.example", {}, "was not invited"),
    ],
)
def test_who_can_not_be_found_by_an_address_is_told_whom_to_ask(
    make: Factory,
    arrive: Arrive,
    provider: FakeProvider,
    caplog: pytest.LogCaptureFixture,
    email: str,
    claims: dict,
    says: str,
):
    caplog.set_level(logging.INFO, "crrubric.security")
    for one in {NORA, email} - {"", "nobody@cedar.example"}:
        if "@cedar.example@" not in one:
            invite(make, one)
    before = len(mails())
    provider.person("n-1", email, **claims)

    text = refusal(arrive(), 403)

    assert says in text
    assert "ask" in text.lower()
    assert (identities(), len(mails())) == ([], before)
    assert "known to a provider and not let in: account -" in caplog.messages[-1]


def test_without_domains_nobody_is_found_by_an_address(
    make: Factory, arrive: Arrive, provider: FakeProvider, configure: Configure
):
    invite(make)
    configure({"domains": []})
    provider.person("n-1", NORA)

    assert "does not vouch for" in refusal(arrive(), 403)


def test_a_directory_of_ones_own_may_be_trusted_with_addresses(
    make: Factory, arrive: Arrive, provider: FakeProvider, configure: Configure, visit: Visit
):
    invite(make)
    configure({"trusts_addresses": True})
    provider.person("n-1", NORA, email_verified=None)

    who = visit()
    arrive(who)

    assert is_in(who)


def test_people_of_another_organization_are_refused_however_often_they_came(
    make: Factory, arrive: Arrive, provider: FakeProvider, configure: Configure
):
    invite(make)
    configure({"tenant": "7", "tenant_claim": "org"})
    provider.person("n-1", NORA, org=7)
    arrive()
    end_all_sessions()

    provider.person("n-1", NORA, org=8)

    assert "does not belong to the district" in refusal(arrive(), 403)


def test_an_account_that_is_disabled_stays_so(
    make: Factory, arrive: Arrive, provider: FakeProvider
):
    user, unlinked = invite(make), invite(make, "ulla@cedar.example", "Ulla Unlinked")
    provider.person("n-1", NORA)
    arrive()
    for one in (user, unlinked):
        set_account_disabled(OPERATOR, one.id, disabled=True)

    assert "is disabled" in refusal(arrive(), 403)
    provider.person("u-1", "ulla@cedar.example")
    assert "is disabled" in refusal(arrive(), 403)


def test_an_account_with_a_password_is_connected_by_who_knows_it(
    make: Factory, arrive: Arrive, provider: FakeProvider, visit: Visit
):
    user, who = has_password(make), visit()
    provider.person("n-1", NORA)

    answer = arrive(who, next="/terms")

    assert answer.location == "/sign-in/connect?next=/terms"
    assert (levels(), identities()) == ([], [])
    form = filled_form(who.page(answer.location), "/sign-in/connect")
    wrong = who.post("/sign-in/connect", {**form, "password": "another one, quite long"})
    assert (wrong.status_code, "not the password" in wrong.text) == (422, True)
    assert identities() == []
    done = who.post("/sign-in/connect", {**form, "password": PASSWORD})
    assert (done.status_code, done.location) == (303, "/terms")
    assert is_in(who)
    assert identities() == [(user.id, "n-1")]
    assert Event.INVITE_ACCEPTED not in events()
    other = visit()
    arrive(other)
    assert is_in(other)


def test_an_address_that_changes_hands_while_a_password_is_checked_connects_nobody(
    make: Factory,
    arrive: Arrive,
    provider: FakeProvider,
    visit: Visit,
    monkeypatch: pytest.MonkeyPatch,
):
    """The password was that of whoever had the address until then."""
    former, later = has_password(make), has_password(make, "later@cedar.example", "Lena Later")
    provider.person("n-1", NORA)
    who = visit()
    arrive(who)
    check = identities_service.try_password

    def change_hands(*words: Any) -> bool:
        known = check(*words)
        with unit_of_work() as session:
            for user, email in ((former, "former@cedar.example"), (later, NORA)):
                session.get_one(User, user.id).email = email
                session.get_one(User, user.id).email_key = email
                session.flush()
        return known

    monkeypatch.setattr(identities_service, "try_password", change_hands)

    answer = who.post("/sign-in/connect", {"password": PASSWORD})

    assert answer.status_code == 409
    assert (identities(), levels()) == ([], [])


def test_wrong_passwords_of_an_account_to_connect_are_slowed_down(
    make: Factory, arrive: Arrive, provider: FakeProvider, visit: Visit
):
    has_password(make)
    who = visit()
    provider.person("n-1", NORA)
    arrive(who)
    answers = [who.post("/sign-in/connect", {"password": f"{n} wrong"}) for n in range(6)]

    assert answers[-1].status_code == 429
    assert who.post("/sign-in/connect", {"password": PASSWORD}).status_code == 429


def test_the_page_to_connect_is_for_the_browser_that_has_come(
    make: Factory, arrive: Arrive, provider: FakeProvider, visit: Visit
):
    has_password(make)
    provider.person("n-1", NORA)
    arrive()

    assert visit().get("/sign-in/connect").location == "/sign-in"
    assert visit().post("/sign-in/connect", {"password": PASSWORD}).location == "/sign-in"


def test_two_steps_are_shown_once_more_before_anything_is_connected(
    make: Factory, arrive: Arrive, provider: FakeProvider, configure: Configure, visit: Visit
):
    configure({"two_steps": "trust"})
    person = actor(has_password(make))
    set_up(person, visit(person))
    end_all_sessions()
    provider.person("n-1", NORA)
    who = visit()
    arrive(who)

    page = who.page("/sign-in/connect")
    assert {n.get("name") for n in page.all("input")} >= {"password", "step_code"}
    without = who.post("/sign-in/connect", {"password": PASSWORD, "step_code": ""})
    assert (without.status_code, identities()) == (422, [])
    wrong = who.post("/sign-in/connect", {"password": PASSWORD, "step_code": wrong_code(person)})
    assert (wrong.status_code, identities()) == (422, [])
    assert "This code is not right" in wrong.text
    done = who.post(
        "/sign-in/connect", {"password": PASSWORD, "step_code": code_of(person, ahead=1)}
    )

    assert done.status_code == 303
    assert levels() == [SessionLevel.TWO_STEPS]
    other = visit()
    arrive(other)
    assert is_in(other)


@pytest.mark.parametrize(
    ("setting", "amr", "level"),
    [
        ("ask", ["mfa"], SessionLevel.AWAITS_CODE),
        ("amr", ["pwd"], SessionLevel.AWAITS_CODE),
        ("amr", None, SessionLevel.AWAITS_CODE),
        ("amr", "mfa", None),
        ("amr", ["pwd", "mfa"], SessionLevel.TWO_STEPS),
        ("trust", None, SessionLevel.TWO_STEPS),
    ],
)
def test_the_settings_say_whether_the_provider_counts_for_both_steps(
    make: Factory,
    arrive: Arrive,
    provider: FakeProvider,
    configure: Configure,
    visit: Visit,
    setting: str,
    amr: object,
    level: SessionLevel | None,
):
    user = invite(make)
    provider.person("n-1", NORA)
    arrive()
    links.accept_invite(links.make_operator_link(OPERATOR, user), password=PASSWORD)
    set_up(actor(user), visit(actor(user)))
    end_all_sessions()
    configure({"two_steps": setting})
    provider.person("n-1", NORA, amr=amr)

    answer = arrive(next="/terms")

    assert levels() == ([level] if level else [])
    if level is SessionLevel.AWAITS_CODE:
        assert answer.location == "/sign-in/code?next=/terms"


def test_who_has_to_sets_the_second_step_up_after_the_provider(
    make: Factory, arrive: Arrive, provider: FakeProvider, configure: Configure
):
    configure(TWO_STEPS_FOR="administrators")
    accounts.add_user(OPERATOR, name="Nora", email=NORA, standing=Standing.ADMINISTRATOR)
    provider.person("n-1", NORA)

    assert arrive().location == "/sign-in/set-up"


def test_signing_in_elsewhere_is_ended_on_ones_own_page(
    make: Factory, arrive: Arrive, provider: FakeProvider, visit: Visit
):
    has_password(make)
    provider.person("n-1", NORA)
    who = visit()
    show_password(who, arrive(who))
    page = who.page("/account/sign-in")
    assert "Cedar ID" in page.text
    (row,) = db.session.scalars(select(ExternalIdentity)).all()
    stranger = visit(make.actor())
    assert stranger.post(f"/account/sign-in/identities/{row.id}/end").status_code == 404

    who.post(f"/account/sign-in/identities/{row.id}/end")

    assert identities() == []
    assert events()[-1] is Event.ACCOUNT_IDENTITY_UNLINKED
    assert mails()[-1] == (NORA, "crrubric: Signing in with Cedar ID is over")
    assert arrive(visit()).location == "/sign-in/connect"


@pytest.mark.parametrize("passwords", [True, False])
def test_the_only_way_in_is_not_ended(
    make: Factory,
    arrive: Arrive,
    provider: FakeProvider,
    configure: Configure,
    visit: Visit,
    passwords: bool,
):
    (invite if passwords else has_password)(make)
    provider.person("n-1", NORA)
    who = visit()
    answer = arrive(who)
    if not passwords:
        show_password(who, answer)
        configure(PASSWORD_SIGN_IN=False)
    (row,) = db.session.scalars(select(ExternalIdentity)).all()
    assert "It is your only way in" in who.page("/account/sign-in").text

    who.post(f"/account/sign-in/identities/{row.id}/end")

    assert len(identities()) == 1
    assert "You could not sign in any more" in who.page("/account/sign-in").text


def test_an_administrator_ends_it_for_somebody_and_the_account_stays_used(
    make: Factory, arrive: Arrive, provider: FakeProvider, visit: Visit
):
    made = make.evaluation(phase=Phase.SCORING)
    offer_seat(made)
    provider.person("n-1", NORA)
    who = visit()
    arrive(who)
    user = db.session.scalars(select(User).where(User.email == NORA)).one()
    ada = visit(make.actor(standing=Standing.ADMINISTRATOR))
    assert "Cedar ID" in ada.page(f"/accounts/{user.id}").text

    ada.act(f"/accounts/{user.id}/identities")

    assert not is_in(who)
    assert identities() == []
    assert find_own_invitations(db.session(), made.evaluation.id) == frozenset()
    assert mails()[-1] == (NORA, "crrubric: Signing in with Cedar ID is over")
    with pytest.raises(Invalid):
        unlink_all_identities(OPERATOR, user.id)
    provider.person("n-9", NORA)
    arrive(who)
    assert identities() == [(user.id, "n-9")]


def test_who_has_no_password_is_told_how_to_get_one(
    make: Factory, arrive: Arrive, provider: FakeProvider, configure: Configure, visit: Visit
):
    invite(make)
    provider.person("n-1", NORA)
    who = visit()
    arrive(who)

    told = who.post("/account/sign-in/app", {"password": "anything"})
    assert (told.status_code, "Confirm first that it is you" in told.text) == (409, True)
    confirm = "/account/sign-in/confirm"
    told = who.post(confirm, {"password": "anything"})
    assert (told.status_code, "You have no password here. Choose one" in told.text) == (422, True)
    assert "You have no password here" in who.get("/account").text
    configure(PASSWORD_SIGN_IN=False)
    told = who.post(confirm, {"password": "anything"})
    assert "ask the people who run this site" in told.text


def test_the_page_for_signing_in_has_a_button_for_each_provider(
    configure: Configure, visit: Visit, provider: FakeProvider
):
    page = visit().page("/sign-in?next=/terms")

    hrefs = [node.get("href") for node in page.all("a")]
    assert "/sign-in/with/cedar?next=/terms" in hrefs
    assert "Sign in with Cedar ID" in page.text
    assert provider.asked == []


def test_where_nobody_signs_in_with_a_password_every_way_to_one_is_shut(
    make: Factory, arrive: Arrive, provider: FakeProvider, configure: Configure, visit: Visit
):
    user, unused = has_password(make), invite(make, "ulla@cedar.example", "Ulla")
    with unit_of_work() as session:
        mailed = links.issue_mailed_link(session, lock_user(session, unused.id))
    operators = links.make_operator_link(OPERATOR, user)
    ada = visit(make.actor(standing=Standing.ADMINISTRATOR))
    configure(PASSWORD_SIGN_IN=False, MAIL_HOST="localhost", MAIL_SENDER="score@cedar.example")
    who = visit()

    assert [n for n in who.page("/sign-in").all("input") if n.get("name") == "password"] == []
    refused = who.post("/sign-in", {"email": NORA, "password": PASSWORD})
    assert (refused.status_code, is_in(who)) == (422, False)
    assert "Nobody signs in with a password here" in refused.text
    forgotten = who.post("/forgotten-password", {"email": NORA})
    assert forgotten.status_code == 422
    page = who.page(f"/invitations/{mailed}")
    assert "Sign in with Cedar ID" in page.text
    assert who.post(f"/invitations/{mailed}", {"password": PASSWORD}).status_code == 422
    assert stored(unused).password_hash is None
    ada.post(f"/accounts/{user.id}/password")
    assert Event.ACCOUNT_LINK_SENT not in events()
    assert (
        ada.post(
            "/account/password", {"present_password": PASSWORD, "password": "other words, many"}
        ).status_code
        == 422
    )
    done = who.post(f"/invitations/{operators}", {"password": "four other plain words"})
    assert (done.status_code, is_in(who)) == (303, True)


def test_passwords_alone_are_not_switched_off_without_a_provider(tmp_path):
    with pytest.raises(Invalid, match="nobody can sign in"):
        read_settings(tmp_path, {"PASSWORD_SIGN_IN": False})


def show_password(who: Visitor, answer: TestResponse) -> None:
    """Connect the account that has a password."""
    assert answer.location.split("?")[0] == "/sign-in/connect", answer.text
    assert who.post("/sign-in/connect", {"password": PASSWORD}).status_code == 303


def offer_seat(made: Made) -> committee.Invitation:
    return committee.invite_member(
        made.chair,
        made.slug,
        name="Nora Novak",
        email=NORA,
        roles=frozenset({Role.REVIEWER}),
        stakeholder=Stakeholder.PARENT,
    )


def end_all_sessions() -> None:
    db.session.rollback()
    with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        connection.execute(update(UserSession).values(ended_at=now_utc()))
