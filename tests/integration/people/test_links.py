"""One-time links: nobody takes over an account that exists, and who made one is written down."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from crrubric.clock import now_utc
from crrubric.domain.errors import Invalid, NotFound
from crrubric.domain.events import Event
from crrubric.domain.people.throttling import ACCOUNTS_FROM_ADDRESS, LINKS_FOR_ACCOUNT
from crrubric.domain.vocabulary import MailKind, Role, Stakeholder, Standing
from crrubric.extensions import db
from crrubric.models import Invite, JournalEntry, OutgoingMail, User, UserSession
from crrubric.queries.people.people import OPERATOR, Actor
from crrubric.services.people import accounts, administration, hashing, links
from crrubric.services.setup import committee, invitations
from crrubric.services.shared import later
from crrubric.services.shared.later import find_later_queue
from crrubric.services.shared.unit import unit_of_work
from crrubric.web.setup.committee import LINKS
from tests.factories import PASSWORD, Factory, Made
from tests.integration.conftest import Visit
from tests.pages import Page, filled_form, parse, words

GOOD = "five plain words in a row"
NORA = "nora@school.example"


def invite(made: Made, email: str = NORA, name: str = "Nora New") -> committee.Invitation:
    return committee.invite_member(
        made.chair,
        made.slug,
        name=name,
        email=email,
        roles=frozenset({Role.REVIEWER}),
        stakeholder=Stakeholder.PARENT,
    )


def told(*events: Event) -> list[tuple[str, Event, str]]:
    """(who, what, about whom) of entries of these kinds."""
    db.session.rollback()
    find_later_queue().settle()
    rows = select(JournalEntry).where(JournalEntry.event.in_(events)).order_by(JournalEntry.id)
    return [(row.actor_name, row.event, row.subject) for row in db.session.scalars(rows)]


def mails(email: str) -> list[OutgoingMail]:
    db.session.rollback()
    find_later_queue().settle()
    rows = select(OutgoingMail).where(OutgoingMail.to_address == email).order_by(OutgoingMail.id)
    return list(db.session.scalars(rows))


def user_of(email: str) -> User:
    db.session.rollback()
    return db.session.scalars(select(User).where(User.email == email)).one()


def token_in(mail: OutgoingMail) -> str:
    return next(word for word in mail.body.split() if "/invitations/" in word).rsplit("/", 1)[1]


# Whose link it is


def test_an_account_of_the_operator_is_not_taken_over_by_inviting_it(make: Factory, visit: Visit):
    made = make.evaluation()
    user = accounts.add_user(
        OPERATOR, name="Ada", email="ada@school.example", standing=Standing.ADMINISTRATOR
    )
    link = links.make_operator_link(OPERATOR, user)

    invitation = invite(made, "ada@school.example", "Ada")

    assert invitation.token is None
    with pytest.raises(Invalid, match="is not for a chair to hand out"):
        committee.renew_invite(made.chair, made.slug, invitation.member.id)
    page = visit(made.chair).get(made.url("committee/"))
    assert "was invited elsewhere and has not signed up yet" in page.text
    assert "New link" not in page.text
    assert visit().get(f"/invitations/{link}").status_code == 200


@pytest.mark.both_databases
def test_a_second_seat_ends_what_chairs_can_do_with_links(make: Factory, visit: Visit):
    made, other = make.evaluation(), make.evaluation(title="Other")
    first = invite(made)
    chair = visit(made.chair)

    second = invite(other)

    assert (second.token, second.member.user_id) == (None, first.member.user_id)
    assert visit().get(f"/invitations/{first.token}").status_code == 404
    for chair_of, member in ((other, second.member), (made, first.member)):
        with pytest.raises(Invalid, match="is not for a chair to hand out"):
            committee.renew_invite(chair_of.chair, chair_of.slug, member.id)
    with pytest.raises(NotFound):
        invitations.show_invite_link(made.chair, made.slug, first.member.id, first.token or "")
    with pytest.raises(Invalid, match="on the committee already"):
        invite(made)
    page = chair.get(made.url("committee/")).text
    assert ("New link" in page, "crrubric user link" in page) == (False, True)
    link = links.make_operator_link(OPERATOR, user_of(NORA))
    with pytest.raises(Invalid, match="on the committee already"):  # nor does that end the link
        invite(other)
    assert visit().get(f"/invitations/{link}").status_code == 200


@pytest.mark.both_databases
def test_a_seat_that_was_taken_away_ends_it_as_well(make: Factory, visit: Visit):
    made, other = make.evaluation(), make.evaluation(title="Other")
    first = invite(made)
    committee.remove_member(made.chair, made.slug, first.member.id)

    invite(other)

    assert invite(made).token is None
    assert visit().get(f"/invitations/{first.token}").status_code == 404


@pytest.mark.both_databases
def test_with_mail_the_link_of_a_second_seat_goes_to_the_address_alone(
    make: Factory, visit: Visit, mailing: None
):
    made, other = make.evaluation(), make.evaluation(title="Other")
    first = invite(made)

    second = invite(other)

    assert second.token is None
    earlier, mail = mails(NORA)
    assert earlier.body == ""  # it is not sent any more
    assert visit().get(f"/invitations/{first.token}").status_code == 404
    links.accept_invite(token_in(mail), password=GOOD)
    assert accounts.sign_in(NORA, GOOD) is not None


def test_the_chair_reads_how_somebody_of_another_committee_comes_in(make: Factory, visit: Visit):
    made, other = make.evaluation(), make.evaluation(title="Other")
    invite(made)
    chair = visit(other.chair)
    form = {"name": "Nora", "email": NORA, "roles": "reviewer", "stakeholder": "parent"}

    chair.post(other.url("committee/"), form)

    assert "Their account was made elsewhere and is not used yet" in chair.get("/").text


def test_the_mail_of_a_third_committee_points_to_the_earlier_link(make: Factory, mailing: None):
    for title in ("One", "Two", "Three"):
        invite(make.evaluation(title=title))

    _first, second, third = mails(NORA)
    assert "/invitations/" in second.body  # it waits still
    assert "You were sent a link earlier" in third.body


def test_a_link_that_is_shown_is_written_down_once(make: Factory, visit: Visit):
    made = make.evaluation()
    chair = visit(made.chair)
    form = {"name": "Nora New", "email": NORA, "roles": "reviewer", "stakeholder": "parent"}
    shown = chair.post(made.url("committee/"), form).location

    assert chair.get(shown).status_code == 200
    assert chair.get(shown).status_code == 200

    assert told(Event.MEMBER_INVITED)[-1][2] == "Nora New"
    assert told(Event.INVITE_SHOWN) == [("Dana Chair", Event.INVITE_SHOWN, "Nora New")]
    assert "was shown the invitation link of Nora New" in chair.get(made.url("journal")).text


def count_links() -> tuple[int, int]:
    """How many links there are, and how many mails."""
    db.session.rollback()
    find_later_queue().settle()
    wanted = (func.count(Invite.id), func.count(OutgoingMail.id))
    found = [db.session.scalar(select(each)) or 0 for each in wanted]
    return found[0], found[1]


def fill_with_key(page: Page, url: str) -> dict[str, Any]:
    """What a browser would send, with the key that makes a second sending harmless."""
    forms = [node for node in page.all("form") if (node.get("action") or url) == url]
    (key,) = {
        field.get("value")
        for node in forms
        for field in node.iter("input")
        if field.get("name") == "once"
    }
    return {**filled_form(page, url), "once": key}


@pytest.mark.both_databases
def test_new_links_that_are_asked_for_twice_are_made_and_mailed_once(
    make: Factory, visit: Visit, mailing: None
):
    made = make.evaluation()
    boss = make.actor(standing=Standing.ADMINISTRATOR)
    invited = invite(made).member
    made_for = make.user("Ida")
    pages = (
        (made.chair, made.url("committee/"), made.url(f"committee/{invited.id}/link"), {}),
        (boss, f"/accounts/{made_for.id}", f"/accounts/{made_for.id}/password", {}),
        (boss, "/account/address", "/account/address",
         {"email": "other@school.example", "password": PASSWORD}),
    )  # fmt: skip
    for actor, page, url, typed in pages:
        person = visit(actor)
        sent = {**fill_with_key(person.page(page), url), **typed}
        first = person.post(url, sent)
        before = count_links()

        again = person.post(url, sent)

        assert (first.status_code, again.status_code) == (303, 303), url
        assert again.location == first.location
        assert count_links() == before, url


def test_a_chair_whose_browser_never_got_the_link_is_told_how_to_get_another(
    make: Factory, visit: Visit
):
    made = make.evaluation()
    chair = visit(made.chair)
    sent = {
        **fill_with_key(chair.page(made.url("committee/")), made.url("committee/")),
        "name": "Nora New",
        "email": NORA,
        "roles": "reviewer",
        "stakeholder": "parent",
    }
    chair.post(made.url("committee/"), sent)
    with chair.client.session_transaction() as cookie:  # the answer was lost, with what it set
        del cookie[LINKS]
    links_made = count_links()

    again = chair.post(made.url("committee/"), sent)
    shown = chair.get(again.location)
    several = chair.get(made.url("committee/links/new"))

    assert (again.status_code, shown.status_code, several.status_code) == (303, 303, 303)
    page = chair.get(shown.location).text
    assert "This browser does not have the link for Nora New" in page
    assert "This browser does not have the links" in page
    assert count_links() == links_made
    assert chair.get(made.url("committee/999/link")).status_code == 404


def test_a_link_is_shown_no_more_once_it_was_used(make: Factory, visit: Visit):
    made = make.evaluation()
    chair = visit(made.chair)
    form = {"name": "Nora New", "email": NORA, "roles": "reviewer", "stakeholder": "parent"}
    shown = chair.post(made.url("committee/"), form).location
    page = parse(200, chair.get(shown).text)
    token = (page.with_id("link").get("value") or "").rsplit("/", 1)[1]

    links.accept_invite(token, password=GOOD)

    assert chair.get(shown).status_code == 404
    assert told(Event.INVITE_ACCEPTED) == [("Nora New", Event.INVITE_ACCEPTED, "")]
    assert "accepted the invitation" in chair.get(made.url("journal")).text


def test_a_committee_is_not_shown_the_link_of_another(make: Factory):
    made, other = make.evaluation(), make.evaluation(title="Other")
    first, second = invite(made), invite(other)
    stranger = invite(other, "sam@school.example", "Sam").member.id

    with pytest.raises(NotFound):
        invitations.show_invite_link(other.chair, other.slug, second.member.id, first.token or "")
    with pytest.raises(NotFound):
        invitations.show_invite_link(other.chair, other.slug, stranger, first.token or "")


def test_only_the_operator_is_given_a_link(make: Factory):
    user = make.user()

    with pytest.raises(NotFound):
        links.make_operator_link(make.actor(standing=Standing.ADMINISTRATOR), user)


def test_the_owner_is_told_of_a_link_that_the_operator_made(make: Factory, mailing: None):
    user = make.user("Olga Owner")

    token = links.make_operator_link(OPERATOR, user)

    (mail,) = mails(user.email)
    assert "was made on the server" in mail.body
    assert token not in mail.body
    assert told(Event.ACCOUNT_LINK_MADE) == [("operator", Event.ACCOUNT_LINK_MADE, "Olga Owner")]


# A forgotten password


def test_a_forgotten_password_is_replaced_by_a_link_to_the_address(
    make: Factory, visit: Visit, mailing: None
):
    user = make.user("Olga Owner")
    person = visit()
    old = accounts.sign_in(user.email, PASSWORD)
    assert old is not None

    page = person.post("/forgotten-password", {"email": f" {user.email.upper()}"})
    (mail,) = mails(user.email)
    address = f"/invitations/{token_in(mail)}"
    form = person.get(address)
    done = person.post(address, {"password": GOOD})

    assert "an e-mail with a link is on its way" in page.text
    assert mail.kind is MailKind.PASSWORD_LINK
    assert "Choose a new password" in form.text
    assert "invited to a selection committee" not in form.text
    assert (done.status_code, person.get("/").status_code) == (303, 200)
    assert accounts.sign_in(user.email, PASSWORD) is None
    assert accounts.sign_in(user.email, GOOD) is not None
    ended = select(UserSession.ended_at).where(
        UserSession.token_hash == accounts.hash_token(old.token)
    )
    assert db.session.scalars(ended).one() is not None
    assert [row.subject for row in mails(user.email)[1:]] == ["crrubric: Your password was changed"]
    assert told(Event.ACCOUNT_LINK_ASKED, Event.ACCOUNT_PASSWORD_SET) == [
        ("crrubric", Event.ACCOUNT_LINK_ASKED, "Olga Owner"),
        ("Olga Owner", Event.ACCOUNT_PASSWORD_SET, ""),
    ]


def test_nobody_learns_whether_an_address_has_an_account(
    make: Factory, visit: Visit, mailing: None
):
    user, gone = make.user(), make.user()
    administration.set_account_disabled(OPERATOR, gone.id, disabled=True)

    answers = [
        visit().post("/forgotten-password", {"email": email})
        for email in (user.email, "nobody@school.example", gone.email)
    ]

    said = {(a.status_code, words(parse(200, a.text).with_id("main"))) for a in answers}
    assert len(said) == 1
    assert [len(mails(email)) for email in (user.email, gone.email)] == [1, 0]


@pytest.mark.both_databases
def test_the_answer_does_not_wait_for_what_the_address_leads_to(
    make: Factory, mailing: None, monkeypatch: pytest.MonkeyPatch
):
    user, go, compared = make.user(), threading.Event(), []
    email = user.email
    write = links.write_password_link
    monkeypatch.setattr(hashing, "check_password_hash", lambda *_both: compared.append(1))
    monkeypatch.setattr(
        links, "write_password_link", lambda *values: go.wait(10) and write(*values)
    )

    links.request_password_link(email)
    answered = not go.is_set()
    go.set()

    assert (answered, compared) == (True, [])
    assert [mail.kind for mail in mails(email)] == [MailKind.PASSWORD_LINK]


@pytest.mark.both_databases
def test_one_network_asks_so_many_times_for_a_link_of_one_account(visit: Visit, mailing: None):
    person = visit()
    asked = [
        person.post("/forgotten-password", {"email": NORA}).status_code
        for _time in range(LINKS_FOR_ACCOUNT + 1)
    ]
    elsewhere = {"REMOTE_ADDR": "203.0.113.7"}
    other = person.post("/forgotten-password", {"email": NORA}, environ_base=elsewhere)

    assert asked == [200] * LINKS_FOR_ACCOUNT + [429]
    assert other.status_code == 200


def test_who_finds_no_room_keeps_what_was_typed(
    app: Flask, visit: Visit, mailing: None, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(app.extensions, later.KEY, later.LaterQueue(app, waiting=0))

    away = visit().post("/forgotten-password", {"email": NORA})

    assert (away.status_code, away.headers["Retry-After"]) == (503, "3")
    assert f'value="{NORA}"' in away.text


def test_work_that_fails_keeps_nothing_from_being_done(app: Flask, caplog):
    queue, done = later.LaterQueue(app, waiting=1), []

    queue.put(lambda: 1 / 0)
    queue.settle()
    queue.put(lambda: done.append(1))
    queue.settle()

    assert (done, "after an answer failed" in caplog.text) == ([1], True)


@pytest.mark.parametrize(("exists", "status"), [(True, 429), (False, 200)])
def test_one_network_asks_for_links_of_so_many_accounts_and_may_invent_more(
    make: Factory, visit: Visit, mailing: None, exists: bool, status: int
):
    for number in range(ACCOUNTS_FROM_ADDRESS):
        email = make.user().email if exists else f"nobody{number}@school.example"
        links.request_password_link(email, address="127.0.0.1")
        find_later_queue().settle()

    answer = visit().post("/forgotten-password", {"email": NORA})

    assert (answer.status_code, "Too many attempts" in answer.text) == (status, exists)
    assert f'value="{NORA}"' in answer.text or not exists


def test_a_link_for_a_new_password_works_for_an_hour(make: Factory, visit: Visit, mailing: None):
    user = make.user()
    links.request_password_link(user.email)
    find_later_queue().settle()
    invite_row = db.session.scalars(select(Invite).where(Invite.user_id == user.id)).one()

    assert timedelta(0) < invite_row.expires_at - now_utc() <= timedelta(hours=1)


def test_asking_again_and_again_sends_one_mail_and_ends_no_invitation(
    make: Factory, visit: Visit, mailing: None
):
    invitation = invite(make.evaluation())

    for _time in range(3):
        links.request_password_link(NORA)
        find_later_queue().settle()

    assert [mail.kind for mail in mails(NORA)] == [MailKind.INVITATION, MailKind.PASSWORD_LINK]
    assert visit().get(f"/invitations/{invitation.token}").status_code == 200


def test_a_new_password_ends_every_other_link(make: Factory, visit: Visit, mailing: None):
    invitation = invite(make.evaluation())
    links.request_password_link(NORA)
    token = token_in(mails(NORA)[-1])

    links.accept_invite(token, password=GOOD)

    assert visit().get(f"/invitations/{invitation.token}").status_code == 404
    assert [mail.body for mail in mails(NORA)] == ["", ""]  # no link is kept


def test_without_mail_the_page_says_whom_to_ask(visit: Visit):
    person = visit()

    assert "Ask the people who run it" in person.get("/forgotten-password").text
    assert person.post("/forgotten-password", {"email": NORA}).status_code == 422


def test_an_administrator_has_a_link_sent_and_never_sees_it(
    make: Factory, visit: Visit, mailing: None
):
    boss = make.actor("Ada Boss", standing=Standing.ADMINISTRATOR)
    user = make.user("Olga Owner")
    person = visit(boss)

    person.post(f"/accounts/{user.id}/password")
    page = person.get("/accounts")

    (mail,) = mails(user.email)
    assert "Ada Boss, an administrator, had this link sent to you." in mail.body
    assert token_in(mail) not in page.text
    assert told(Event.ACCOUNT_LINK_SENT) == [("Ada Boss", Event.ACCOUNT_LINK_SENT, "Olga Owner")]
    assert accounts.sign_in(user.email, PASSWORD) is not None  # until the link is used


def test_without_mail_no_administrator_sends_a_link(make: Factory, visit: Visit):
    person = visit(make.actor(standing=Standing.ADMINISTRATOR))
    user = make.user()

    person.post(f"/accounts/{user.id}/password")
    assert "crrubric user link" in person.get("/").text
    assert db.session.scalar(select(Invite.id)) is None


# An account that is disabled


def test_a_disabled_account_is_out_at_once_and_looks_unknown(make: Factory, visit: Visit):
    boss = visit(make.actor("Ada Boss", standing=Standing.ADMINISTRATOR))
    actor = make.actor("Gone Person")
    user = db.session.get_one(User, actor.user_id)
    person, link = visit(actor), links.make_operator_link(OPERATOR, user)

    boss.act(f"/accounts/{actor.user_id}/disable")

    assert person.get("/").location.startswith("/sign-in")
    assert visit().get(f"/invitations/{link}").status_code == 404
    own = visit().post("/sign-in", {"email": user.email, "password": PASSWORD})
    unknown = visit().post("/sign-in", {"email": "no@school.example", "password": PASSWORD})
    said = [words(parse(422, a.text).with_id("error-summary")) for a in (own, unknown)]
    assert said[0] == said[1]
    assert told(Event.ACCOUNT_DISABLED) == [("Ada Boss", Event.ACCOUNT_DISABLED, "Gone Person")]


def test_an_account_is_enabled_again_with_new_sessions(make: Factory, visit: Visit):
    boss = visit(make.actor(standing=Standing.ADMINISTRATOR))
    actor = make.actor()
    person = visit(actor)
    link = links.make_operator_link(OPERATOR, db.session.get_one(User, actor.user_id))
    url = f"/accounts/{actor.user_id}"

    boss.act(f"{url}/disable")
    assert boss.post(f"{url}/disable").location == url  # nothing is left to do
    boss.act(f"{url}/enable")

    assert person.get("/").status_code == 303  # the old session stays ended, the old link dead
    assert visit().get(f"/invitations/{link}").status_code == 404
    assert visit().sign_in(actor).get("/").status_code == 200
    kinds = (Event.ACCOUNT_DISABLED, Event.ACCOUNT_ENABLED)
    assert [event for _who, event, _whom in told(*kinds)] == list(kinds)


def test_a_link_opens_no_account_that_was_disabled_in_whatever_way(make: Factory, visit: Visit):
    user = make.user()
    link = links.make_operator_link(OPERATOR, user)
    with unit_of_work() as session:
        session.get_one(User, user.id).disabled_at = now_utc()

    assert visit().get(f"/invitations/{link}").status_code == 404


def test_a_disabled_account_costs_the_time_of_a_hash(
    make: Factory, monkeypatch: pytest.MonkeyPatch
):
    user = make.user()
    administration.set_account_disabled(OPERATOR, user.id, disabled=True)
    compare, compared = hashing.check_password_hash, []
    monkeypatch.setattr(
        hashing,
        "check_password_hash",
        lambda expected, password: compared.append(1) or compare(expected, password),
    )

    assert accounts.sign_in(user.email, PASSWORD) is None
    assert compared == [1]


def test_nobody_disables_their_own_account(make: Factory, visit: Visit):
    boss = make.actor(standing=Standing.ADMINISTRATOR)
    person = visit(boss)

    assert person.get(f"/accounts/{boss.user_id}/disable").status_code == 303
    person.post(f"/accounts/{boss.user_id}/disable")

    assert "another administrator can" in person.get("/").text
    assert "Disable this account" not in person.get(f"/accounts/{boss.user_id}").text


def test_an_act_that_there_is_none_of_changes_nothing(make: Factory, visit: Visit):
    person = visit(make.actor(standing=Standing.ADMINISTRATOR))
    user = make.user()

    assert person.get(f"/accounts/{user.id}/delete").status_code == 404
    assert person.post(f"/accounts/{user.id}/delete").status_code == 404

    assert user_of(user.email).disabled_at is None


@pytest.mark.parametrize("standing", [Standing.ORGANIZER, Standing.MEMBER])
def test_accounts_are_for_administrators_alone(make: Factory, visit: Visit, standing: Standing):
    actor, user = make.actor(standing=standing), make.user()
    person = visit(actor)

    assert person.get("/accounts").status_code == 404
    assert person.get(f"/accounts/{user.id}").status_code == 404
    assert person.get(f"/accounts/{user.id}/disable").status_code == 404
    for path in ("disable", "password"):
        assert person.post(f"/accounts/{user.id}/{path}").status_code == 404
    with pytest.raises(NotFound):
        administration.set_account_disabled(actor, user.id, disabled=True)
    with pytest.raises(NotFound):
        administration.change_address(actor, user.id, "x@school.example")


def test_an_account_that_is_not_there_is_not_found(make: Factory, visit: Visit):
    person = visit(make.actor(standing=Standing.ADMINISTRATOR))

    assert person.get("/accounts/99999").status_code == 404
    assert person.post("/accounts/99999/disable").status_code == 404


def test_a_new_account_is_in_the_journal(make: Factory, visit: Visit):
    person = visit(make.actor(standing=Standing.ADMINISTRATOR))
    make.user("Olga Owner")

    page = person.get("/accounts")

    assert told(Event.ACCOUNT_ADDED)[-1] == ("operator", Event.ACCOUNT_ADDED, "Olga Owner")
    assert "added the account of Olga Owner" in page.text


# An invitation with a typing error


def test_a_wrong_address_is_shown_and_corrected_while_the_link_is_unused(
    make: Factory, visit: Visit, mailing: None
):
    made = make.evaluation()
    wrong = invite(made, "nroa@school.example")
    chair, member = visit(made.chair), wrong.member.id
    assert "nroa@school.example" in words(chair.page(made.url("committee/")).root)
    assert "nroa@school.example" in chair.get(made.url(f"committee/{member}/address")).text

    done = chair.edit(made.url(f"committee/{member}/address"), {"name": "Nora New", "email": NORA})

    assert done.location == made.url(f"committee/{member}/link")
    page = parse(200, chair.get(done.location).text)
    token = (page.with_id("link").get("value") or "").rsplit("/", 1)[1]
    assert visit().get(f"/invitations/{wrong.token}").status_code == 404
    assert NORA in visit().get(f"/invitations/{token}").text
    assert mails("nroa@school.example")[0].body == ""  # the old link is not sent any more
    assert token_in(mails(NORA)[0]) != token  # the chair's own copy proves no address
    (entry,) = db.session.scalars(
        select(JournalEntry).where(JournalEntry.event == Event.INVITE_READDRESSED)
    )
    assert (entry.before, entry.after) == ({"email": "nroa@school.example"}, {"email": NORA})
    links.accept_invite(token, password=GOOD)
    assert accounts.sign_in(NORA, GOOD) is not None


def test_a_correction_that_is_wrong_as_well_comes_back_with_what_was_typed(
    make: Factory, visit: Visit
):
    made = make.evaluation()
    invitation = invite(made)
    taken = make.user()
    chair, url = visit(made.chair), made.url(f"committee/{invitation.member.id}/address")

    for typed, says in (("nora at school", "Enter an e-mail address"), (taken.email, "already")):
        answer = chair.edit(url, {"name": "Nora New", "email": typed})
        assert answer.status_code == 422
        assert says in words(parse(422, answer.text).with_id("email-error"))
        assert f'value="{typed}"' in answer.text
    assert visit().get(f"/invitations/{invitation.token}").status_code == 200


def test_the_address_of_an_account_in_use_or_of_others_is_not_corrected(
    make: Factory, visit: Visit
):
    made, other = make.evaluation(), make.evaluation(title="Other")
    own = invite(made)
    seat = invite(other).member.id
    used = visit(made.chair)

    with pytest.raises(NotFound):  # made by the other committee
        invitations.correct_invited_person(
            other.chair, other.slug, seat, name="Nora", email="x@y.example"
        )
    with pytest.raises(NotFound):
        invitations.correct_invited_person(
            made.chair, made.slug, own.member.id, name="Nora", email="x@y.example"
        )
    links.accept_invite(links.make_operator_link(OPERATOR, user_of(NORA)), password=GOOD)
    with pytest.raises(NotFound):
        invitations.correct_invited_person(
            made.chair, made.slug, own.member.id, name="Nora", email="x@y.example"
        )
    assert used.get(made.url(f"committee/{own.member.id}/address")).status_code == 404
    assert user_of(NORA).email == NORA


def test_a_reviewer_reads_no_addresses(make: Factory, visit: Visit):
    made = make.evaluation()
    invite(made)
    reviewer: Actor = made.reviewers[0]

    assert NORA not in words(visit(reviewer).page(made.url("committee/")).root)


def test_an_address_breaks_at_its_signs_alone(make: Factory, visit: Visit):
    admin = make.actor(standing=Standing.ADMINISTRATOR)
    make.user("Ann")

    page = visit(admin).get("/accounts").text

    assert "person2@<wbr>school<wbr>.example" in page
