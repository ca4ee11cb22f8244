"""What the page behind a one-time link tells: who invites, to what, as what; and to nobody else."""

from datetime import date, timedelta

import pytest
from sqlalchemy import update

from crrubric.clock import now_utc
from crrubric.domain.vocabulary import Role, Stakeholder, Standing
from crrubric.extensions import db
from crrubric.models import Evaluation, Invite, OutgoingMail
from crrubric.queries.people.people import OPERATOR
from crrubric.services.people import accounts, links
from crrubric.services.setup import committee
from crrubric.services.shared.unit import unit_of_work
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
from tests.pages import words

NORA = "nora@school.example"
TITLE = "Algebra recovery"
CLOSES = date(2030, 3, 12)


def invite(made: Made, *roles: Role, chair: str = "chair") -> committee.Invitation:
    return committee.invite_member(
        OPERATOR if chair == "operator" else made.chair,
        made.slug,
        name="Nora New",
        email=NORA,
        roles=frozenset(roles),
        stakeholder=Stakeholder.PARENT,
    )


def close_on(made: Made, day: date) -> None:
    with unit_of_work() as session:
        wanted = update(Evaluation).where(Evaluation.slug == made.slug)
        session.execute(wanted.values(closes_on=day))


def text_behind(visit: Visit, token: str | None) -> str:
    return words(visit().page(f"/invitations/{token}").root)


@pytest.mark.both_databases
def test_an_invitation_says_who_invites_to_what_as_what_and_until_when(make: Factory, visit: Visit):
    made = make.evaluation(title=TITLE)
    close_on(made, CLOSES)

    text = text_behind(visit, invite(made, Role.REVIEWER).token)

    district = made.evaluation.district.name
    chair = f"{made.chair.name}, who chairs it, invites you to the committee for “{TITLE}”"
    assert f"{chair} ({district})." in text
    assert "You are invited as a reviewer: you answer the questions" in text
    assert "closes March 12, 2030" in text


@pytest.mark.parametrize(
    ("roles", "sentence"),
    [
        ((Role.CHAIR, Role.REVIEWER), "as a chair and as a reviewer"),
        ((Role.CHAIR,), "as a chair: you lead the evaluation, and score no vendor"),
        ((), "as an observer: you read along"),
    ],
)
def test_an_invitation_names_the_role(
    make: Factory, visit: Visit, roles: tuple[Role, ...], sentence: str
):
    assert sentence in text_behind(visit, invite(make.evaluation(), *roles).token)


@pytest.mark.parametrize(
    ("roles", "day", "told"),
    [
        ((Role.REVIEWER,), CLOSES, True),
        ((Role.CHAIR,), CLOSES, True),
        ((Role.REVIEWER,), None, False),
        ((), CLOSES, False),
        ((), None, False),
    ],
)
def test_the_day_on_which_scoring_closes_is_told_to_those_whom_it_helps(
    make: Factory, visit: Visit, roles: tuple[Role, ...], day: date | None, told: bool
):
    made = make.evaluation()
    if day:
        close_on(made, day)

    page = visit().page(f"/invitations/{invite(made, *roles).token}")

    assert [words(node) for node in page.all("dt")] == (["Scoring"] if told else [])
    assert "No closing date" not in page.text


def test_an_invitation_by_the_operator_names_nobody(make: Factory, visit: Visit):
    text = text_behind(visit, invite(make.evaluation(), chair="operator").token)

    assert "The people who run this site invite you to the committee for" in text


def test_a_link_that_is_spent_or_too_old_says_nothing_of_the_evaluation(
    make: Factory, visit: Visit
):
    made = make.evaluation(title=TITLE)
    first, second = (invite(made, Role.REVIEWER).token for _time in range(2))
    with unit_of_work() as session:
        past = now_utc() - timedelta(minutes=1)
        session.execute(update(Invite).where(Invite.used_at.is_(None)).values(expires_at=past))

    for token in (first, second, "nothing"):
        page = visit().get(f"/invitations/{token}")
        assert page.status_code == 404
        for word in (TITLE, made.chair.name, made.evaluation.district.name, "Nora"):
            assert word not in page.text


def test_a_seat_that_was_taken_away_is_offered_no_more(make: Factory, visit: Visit):
    made = make.evaluation(title=TITLE)
    invitation = invite(made)
    committee.remove_member(made.chair, made.slug, invitation.member.id)

    text = text_behind(visit, invitation.token)

    assert TITLE not in text
    assert "There is an account for you on crrubric" in text


def test_a_link_that_went_to_the_address_names_both_committees(
    make: Factory, visit: Visit, mailing: None
):
    made, other = make.evaluation(title=TITLE), make.evaluation(title="Other")
    invite(made)
    invite(other)

    mail = db.session.query(OutgoingMail).order_by(OutgoingMail.id.desc()).first()
    assert mail is not None
    token = next(word for word in mail.body.split() if "/invitations/" in word).rsplit("/", 1)[1]
    text = text_behind(visit, token)

    assert (f"“{TITLE}”" in text, "“Other”" in text) == (True, True)


def test_a_link_for_another_password_names_the_account_and_no_committee(
    make: Factory, visit: Visit
):
    made = make.evaluation(title=TITLE)
    user = accounts.add_user(OPERATOR, name="Ada", email=NORA, standing=Standing.MEMBER)
    links.accept_invite(links.make_operator_link(OPERATOR, user), password="five plain words here")
    committee.invite_member(
        made.chair,
        made.slug,
        name="Ada",
        email=NORA,
        roles=frozenset(),
        stakeholder=Stakeholder.PARENT,
    )

    text = text_behind(visit, links.make_operator_link(OPERATOR, user))

    assert "This link is for the account of Ada" in text
    assert "If you want no new password, close this page" in text
    assert TITLE not in text


def test_the_mail_of_an_invitation_says_the_same(make: Factory, mailing: None):
    made = make.evaluation(title=TITLE)
    close_on(made, CLOSES)

    invite(made, Role.REVIEWER)

    body = db.session.query(OutgoingMail).order_by(OutgoingMail.id.desc()).first().body
    assert "who chairs it, invites you to the committee for" in body
    assert "as a reviewer" in body
    assert "Scoring closes on Tuesday, March 12, 2030." in body
