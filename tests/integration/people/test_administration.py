"""What administrators do: add accounts, give roles, look at the site; never at a mark."""

import pytest
from sqlalchemy import select

from crrubric.domain.errors import Invalid, NotFound
from crrubric.domain.events import Event
from crrubric.domain.vocabulary import Answer, MailKind, Phase, Standing
from crrubric.extensions import db
from crrubric.models import JournalEntry, OutgoingMail, User
from crrubric.queries.people.people import OPERATOR
from crrubric.services.people import administration
from tests.conftest import set_settings
from tests.factories import Factory
from tests.integration.conftest import Visit, Visitor
from tests.integration.people.test_links import fill_with_key
from tests.mail_server import serving
from tests.pages import words

SECRET = "a note that nobody but its author may read"


@pytest.fixture
def ada(make: Factory, visit: Visit) -> Visitor:
    return visit(make.actor("Ada Admin", standing=Standing.ADMINISTRATOR))


def test_an_administrator_adds_an_account_and_makes_a_link(ada: Visitor):
    form = fill_with_key(ada.page("/accounts/new"), "/accounts/new")
    person = {"name": "Olga Organizer", "email": "olga@school.example", "standing": "ORGANIZER"}

    answer = ada.post("/accounts/new", {**form, **person})

    user = db.session.scalars(select(User).where(User.email == person["email"])).one()
    assert answer.location == f"/accounts/{user.id}"
    assert (user.name, user.standing) == ("Olga Organizer", Standing.ORGANIZER)
    again = ada.post("/accounts/new", {**form, **person})
    assert again.location == answer.location  # the same form has one effect
    other = fill_with_key(ada.page("/accounts/new"), "/accounts/new")
    taken = ada.post("/accounts/new", {**other, **person})
    assert (taken.status_code, "has an account already" in taken.text) == (422, True)


def test_accounts_are_found_by_name_and_address_however_they_are_typed(ada: Visitor, make: Factory):
    make.user("Zoë Ångström")
    make.user("Bo Berg")

    def found(asked: str) -> list[str]:
        page = ada.page(f"/accounts?q={asked}")
        return [words(row) for row in page.all("th") if row.get("scope") == "row"]

    assert found("ångström") == ["Zoë Ångström"]
    assert found("ADA") == ["Ada Admin"]
    assert found("nobody-like-this") == []
    assert len(found("")) == 3


def test_a_role_is_changed_by_another_administrator_alone(ada: Visitor, make: Factory):
    actor = make.actor("Olga Owner")
    url = f"/accounts/{actor.user_id}"

    assert ada.act(f"{url}/administrator").location == url

    assert db.session.get_one(User, actor.user_id, populate_existing=True).standing is (
        Standing.ADMINISTRATOR
    )
    entry = db.session.scalars(
        select(JournalEntry).where(JournalEntry.event == Event.ACCOUNT_STANDING_CHANGED)
    ).one()
    assert (entry.before, entry.after) == ({"standing": "MEMBER"}, {"standing": "ADMINISTRATOR"})
    assert ada.post(f"{url}/emperor").status_code == 404
    chief = make.actor(standing=Standing.ADMINISTRATOR)
    with pytest.raises(Invalid):
        administration.change_standing(chief, chief.user_id or 0, Standing.MEMBER)
    for who in (make.actor(), make.actor(standing=Standing.ORGANIZER)):
        with pytest.raises(NotFound):
            administration.change_standing(who, chief.user_id or 0, Standing.MEMBER)
    administration.change_standing(OPERATOR, chief.user_id or 0, Standing.ORGANIZER)


def test_the_site_shows_evaluations_from_outside_and_no_mark(ada: Visitor, make: Factory):
    made = make.evaluation(title="Courseware 2029", phase=Phase.SCORING, reviewers=2)
    make.mark(made, 0, 0, made.criteria[0].code, Answer.NO, note=SECRET)

    page = ada.page("/site")

    row = next(words(row) for row in page.all("tr") if "Courseware 2029" in words(row))
    assert row.endswith("3")  # chair and reviewers
    assert SECRET not in page.text
    assert ada.get(made.url("")).status_code == 404


def test_the_settings_are_shown_with_their_origin_and_no_secret(
    ada: Visitor, app, monkeypatch: pytest.MonkeyPatch
):
    set_settings(app, monkeypatch, MAIL_PASSWORD="very secret indeed", HASHES_WAITING=6)

    text = ada.page("/site/settings").text

    assert "HASHES_WAITING" in text
    assert "very secret indeed" not in text
    assert app.config["SECRET_KEY"] not in text


def test_the_outbox_is_shown_without_what_mails_say(ada: Visitor, make: Factory, mailing: None):
    user = make.user()
    ada.post(f"/accounts/{user.id}/password")

    page = ada.page("/site/mail")

    mail = db.session.scalars(
        select(OutgoingMail).where(OutgoingMail.kind == MailKind.PASSWORD_LINK)
    ).one()
    assert user.email in [words(cell) for cell in page.all("th")]
    assert "link for a new password" in page.text
    assert "/invitations/" in mail.body
    assert "/invitations/" not in page.text


def test_the_outbox_does_not_tell_who_still_has_open_ballots(
    ada: Visitor, make: Factory, visit: Visit, mailing: None
):
    made = make.evaluation(phase=Phase.SCORING)
    visit(made.chair).post(made.url("progress/remind"), {"words": "Thank you!"})
    reminded = db.session.scalars(
        select(OutgoingMail.to_address).where(OutgoingMail.kind == MailKind.CHAIR_REMINDER)
    ).all()

    page = ada.page("/site/mail")

    assert len(reminded) == 2
    for address in reminded:
        rows = [words(row) for row in page.all("tr") if address in words(row)]
        assert not any("by the chair" in row for row in rows)


def test_a_test_mail_is_sent_or_the_reason_is_said(
    ada: Visitor, app, monkeypatch: pytest.MonkeyPatch
):
    off = ada.post("/site/mail/test", {"email": "ada@school.example"})
    assert (off.status_code, "Mail is off" in off.text) == (422, True)
    with serving() as post:
        set_settings(
            app,
            monkeypatch,
            MAIL_HOST="127.0.0.1",
            MAIL_PORT=post.port,
            MAIL_SECURITY="none",
            MAIL_SENDER="score@district.example",
            SITE_URL="http://localhost",
        )
        done = ada.post("/site/mail/test", {"email": "ada@school.example"})
        assert done.status_code == 303
        assert post.addresses == ["ada@school.example"]
    refused = ada.post("/site/mail/test", {"email": "ada@school.example"})
    assert (refused.status_code, "The mail was not taken" in refused.text) == (422, True)


@pytest.mark.parametrize("standing", [Standing.MEMBER, Standing.ORGANIZER])
@pytest.mark.parametrize("url", ["/site", "/site/settings", "/site/mail", "/accounts/new"])
def test_the_pages_are_not_there_for_others(
    make: Factory, visit: Visit, standing: Standing, url: str
):
    assert visit(make.actor(standing=standing)).get(url).status_code == 404


def test_a_search_for_an_account_that_finds_none_shows_no_empty_table(make: Factory, visit: Visit):
    page = visit(make.actor(standing=Standing.ADMINISTRATOR)).page("/accounts?q=nobody")

    assert "No account has these letters" in words(page.with_id("main"))
    assert list(page.all("table")) == []
