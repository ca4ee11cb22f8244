"""Before something is done with somebody's account, a page says what, and to whom."""

import pytest
from sqlalchemy import select, update

from crrubric.clock import now_utc
from crrubric.domain.events import Event
from crrubric.domain.people.account_effects import AccountAct
from crrubric.domain.vocabulary import Phase, Standing
from crrubric.extensions import db
from crrubric.models import JournalEntry, User
from crrubric.queries.people.people import OPERATOR, Actor
from crrubric.services.people.administration import set_account_disabled
from crrubric.services.shared.unit import unit_of_work
from tests.conftest import set_settings
from tests.factories import Factory
from tests.integration.conftest import Visit, Visitor
from tests.integration.people.test_accounts import rewrite
from tests.integration.people.test_links import user_of
from tests.pages import Page, filled_form, words


@pytest.fixture
def boss(make: Factory) -> Actor:
    return make.actor("Ada Boss", standing=Standing.ADMINISTRATOR)


@pytest.fixture
def ada(boss: Actor, visit: Visit) -> Visitor:
    return visit(boss)


def account_events() -> list[Event]:
    """What the journal tells of accounts, but for their making."""
    rows = db.session.scalars(select(JournalEntry.event).order_by(JournalEntry.number))
    return [one for one in rows if one.name.startswith("ACCOUNT_") and one != Event.ACCOUNT_ADDED]


def list_effects(page: Page) -> list[str]:
    """The sentences of a page before an act: what will happen, and what to know before."""
    main = next(iter(page.all("main")))
    return [words(item) for item in main.iter("li")]


@pytest.mark.parametrize("act", list(AccountAct))
def test_no_act_is_done_by_opening_its_page(ada: Visitor, make: Factory, act: AccountAct):
    user = make.user("Olga Owner")
    shown = user.disabled_at, user.standing

    ada.get(f"/accounts/{user.id}/{act}")

    stored = user_of(user.email)
    assert (stored.disabled_at, stored.standing, account_events()) == (*shown, [])


def test_the_page_of_an_account_has_no_button_that_acts_at_once(ada: Visitor, make: Factory):
    user = make.user("Olga Owner")

    page = ada.page(f"/accounts/{user.id}")

    main = next(iter(page.all("main")))
    posts = [form.get("action") for form in main.iter("form")]
    assert posts == [f"/accounts/{user.id}/link"]
    links = [link.get("href") for link in main.iter("a")]
    offered = ("organizer", "administrator", "sessions", "disable")
    assert [link for link in links if link.startswith(f"/accounts/{user.id}/")] == [
        f"/accounts/{user.id}/{word}" for word in offered
    ]


def test_the_page_names_whom_and_what_the_role_may_do(ada: Visitor, make: Factory):
    user = make.user("Olga Owner")

    page = ada.page(f"/accounts/{user.id}/administrator")

    text = words(next(iter(page.all("main"))))
    assert f"Olga Owner ({user.email})" in text
    assert "Make Olga Owner an administrator" in [words(one) for one in page.all("button")]
    assert "Olga Owner can then change your role as well, and disable your account." in text
    assert "second step" not in text


def test_whom_the_settings_ask_for_two_steps_is_said(
    ada: Visitor, make: Factory, app, monkeypatch: pytest.MonkeyPatch
):
    user = make.user("Olga Owner")
    set_settings(app, monkeypatch, TWO_STEPS_FOR="administrators")

    page = ada.get(f"/accounts/{user.id}/administrator")

    assert "Olga Owner has to set up a second step at the next sign-in." in page.text


def test_who_alone_chairs_is_not_disabled_without_a_word(ada: Visitor, make: Factory):
    made = make.evaluation(title="Courseware 2029", phase=Phase.SCORING)
    url = f"/accounts/{made.chair.user_id}/disable"

    effects = list_effects(ada.page(url))

    assert "Nobody else chairs these evaluations, 1: Courseware 2029" in effects
    assert "Seats on committees that stay: 1." in effects
    with unit_of_work() as session:
        session.get_one(type(made.evaluation), made.evaluation.id).phase = Phase.ARCHIVED
    assert "Nobody else chairs" not in ada.page(url).text


def test_the_last_other_administrator_is_told_of(ada: Visitor, make: Factory):
    second = make.actor("Bo Second", standing=Standing.ADMINISTRATOR)
    alone = "Then you are the only administrator"

    pages = [ada.page(f"/accounts/{second.user_id}/{act}") for act in ("disable", "member")]
    assert [alone in page.text for page in pages] == [True, True]

    make.actor("Cy Third", standing=Standing.ADMINISTRATOR)
    page = ada.page(f"/accounts/{second.user_id}/disable")
    assert alone not in page.text


def test_what_has_changed_since_the_page_is_said_before_anything_is_done(
    ada: Visitor, make: Factory
):
    second = make.actor("Bo Second", standing=Standing.ADMINISTRATOR)
    third = make.actor("Cy Third", standing=Standing.ADMINISTRATOR)
    url = f"/accounts/{second.user_id}"
    form = filled_form(ada.page(f"{url}/disable"), f"{url}/disable")
    set_account_disabled(OPERATOR, third.user_id or 0, disabled=True)

    late = ada.post(f"{url}/disable", form)

    assert late.status_code == 409
    assert "Nothing was done: something has changed." in late.text
    assert "Then you are the only administrator" in late.text
    assert db.session.get_one(User, second.user_id, populate_existing=True).disabled_at is None
    assert ada.act(f"{url}/disable").location == url
    assert account_events() == [Event.ACCOUNT_DISABLED] * 2


def test_what_is_done_already_leads_back_to_the_account(ada: Visitor, make: Factory):
    user = make.user("Olga Owner")
    rewrite(update(User).where(User.id == user.id).values(disabled_at=now_utc()))
    url = f"/accounts/{user.id}"

    assert ada.get(f"{url}/disable").location == url
    assert "Nothing of that is left to do" in ada.page(url).text
    assert ada.get(f"{url}/enable").status_code == 200


@pytest.mark.parametrize("act", list(AccountAct))
def test_nobody_does_it_to_themselves(ada: Visitor, boss: Actor, act: AccountAct):
    url = f"/accounts/{boss.user_id}"

    assert ada.get(f"{url}/{act}").location == url
    assert ada.post(f"{url}/{act}").location == url
    assert account_events() == []
