"""Whoever is asked to fill in a section of the workbook is told so, once, with the link."""

import pytest
from sqlalchemy import select

from crrubric.domain.vocabulary import MailKind, MailState, NoticeKind, Phase, PlanAccess
from crrubric.extensions import db
from crrubric.models import Notice
from crrubric.services.people.accounts import choose_language
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
from tests.integration.mail.test_mail import clear, mails
from tests.integration.planning.test_workbook import ask
from tests.pages import words

FILL, READ = PlanAccess.FILL, PlanAccess.READ


@pytest.fixture
def made(make: Factory, mailing: None) -> Made:
    made = make.evaluation(phase=Phase.SETUP, reviewers=2)
    clear()
    return made


def shown() -> list[dict[str, str]]:
    """What those who were asked have not put away."""
    db.session.rollback()
    wanted = select(Notice.facts).where(
        Notice.kind == NoticeKind.PLAN_ASKED, Notice.seen_at.is_(None)
    )
    return list(db.session.scalars(wanted))


def test_who_is_asked_finds_it_on_the_home_page_with_the_link(made: Made, visit: Visit):
    own, other = made.reviewers

    ask(made, own, "causes", FILL)

    page = visit(own).page("/")
    said = f"{made.chair.name} asks you to fill in the section “Root causes”"
    assert said in words(page.root)
    assert "nothing to do here" not in words(page.root)
    assert "nothing to do here" in words(visit(other).page("/").root)
    assert made.url("plan/sections/causes") in [a.get("href") for a in page.all("a")]
    assert "asks you to fill in" not in visit(other).get("/").text
    assert visit(own).get(made.url("plan/sections/causes")).status_code == 200


def test_a_mail_says_who_asks_and_where_in_their_language(made: Made):
    own, other = made.reviewers
    choose_language(other, "es")

    for who in (own, other):
        ask(made, who, "causes", FILL)

    english, spanish = mails(MailKind.NOTICE)
    assert english.subject.endswith("Please fill in “Root causes”")
    assert made.chair.name in english.body
    assert f"{made.url('plan/sections/causes')}\n" in english.body
    assert "Root causes" not in spanish.subject + spanish.body
    assert "Causas" in spanish.subject


def test_who_only_reads_is_not_told(made: Made):
    ask(made, made.reviewers[0], "causes", READ)

    assert shown() == []
    assert mails(MailKind.NOTICE) == []


def test_it_is_told_once_and_taken_back_with_the_task(made: Made):
    own = made.reviewers[0]
    ask(made, own, "goal", FILL)
    for access in (FILL, FILL, READ, None):
        ask(made, own, "causes", access)
        expected = [{"goal"}, {"goal", "causes"}][access is FILL]
        assert {facts["section"] for facts in shown()} == expected

    states = [mail.state for mail in mails(MailKind.NOTICE)]
    assert states == [MailState.WAITING, MailState.SET_ASIDE]
    ask(made, own, "causes", FILL)
    assert len(mails(MailKind.NOTICE)) == 3
