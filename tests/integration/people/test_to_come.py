"""Reviewers who have not signed up: the chair sees them before scoring is opened, and after."""

from datetime import timedelta

from sqlalchemy import update

from crrubric.clock import now_utc
from crrubric.domain.vocabulary import BallotState, Phase, Role, Stakeholder
from crrubric.extensions import db
from crrubric.models import Ballot, Invite, Member
from crrubric.queries.people.waiting import load_tasks
from crrubric.services.people.links import accept_invite
from crrubric.services.setup import committee
from tests.factories import PASSWORD, Factory, Made
from tests.integration.conftest import Visit
from tests.pages import words

NEW_LINKS = "New links for all who have not signed up yet"


def invite(made: Made, name: str, roles: Role = Role.REVIEWER) -> committee.Invitation:
    return committee.invite_member(
        made.chair,
        made.slug,
        name=name,
        email=f"{name.lower()}@school.example",
        roles=frozenset({roles}),
        stakeholder=Stakeholder.TEACHER,
    )


def member_of(invitation: committee.Invitation) -> Member:
    return db.session.get_one(Member, invitation.member.id)


def test_the_chair_sees_before_scoring_who_has_not_signed_up(make: Factory, visit: Visit):
    made = make.evaluation()
    chair = visit(made.chair)
    said = "Reviewers who have not signed up yet, 1 of 3: Lena Committee"
    assert "not signed up" not in chair.get(made.url()).text
    invitation = invite(made, "Lena")
    invite(made, "Olga", Role.OBSERVER)

    overview, phase = chair.page(made.url()), chair.page(made.url("phase"))
    assert "3 reviewers invited. One of them has not signed up yet." in words(overview.root)
    (warning,) = [row for row in phase.all("li") if "Reviewers who have not" in words(row)]
    assert words(warning) == said
    assert [link.get("href") for link in warning.iter("a")] == [made.url("committee/")]
    people = words(chair.page(made.url("committee/")).root)
    assert "One reviewer has not signed up yet and can’t score before that: Lena." in people

    accept_invite(invitation.token or "", password=PASSWORD)
    assert "not signed up" not in chair.get(made.url()).text
    assert "Reviewers who have not" not in chair.get(made.url("phase")).text
    assert "can’t score before that" not in chair.get(made.url("committee/")).text


def test_the_chair_sees_while_scoring_who_has_not_signed_up(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    chair, reviewer = visit(made.chair), visit(made.reviewers[0])
    invitation = invite(made, "Lena")
    renewal = made.url(f"committee/{member_of(invitation).id}/link")

    overview, progress = chair.page(made.url()), chair.page(made.url("progress"))
    assert "One reviewer with open ballots has not signed up yet. See who" in words(overview.root)
    assert "One reviewer has not signed up yet and can’t score before that: Lena." in words(
        progress.root
    )
    assert NEW_LINKS in progress.text
    assert renewal in [form.get("action") for form in progress.all("form")]
    assert "not signed up" not in reviewer.get(made.url()).text

    accept_invite(invitation.token or "", password=PASSWORD)
    assert "not signed up" not in chair.get(made.url()).text
    assert "not signed up" not in chair.get(made.url("progress")).text


def test_a_link_that_has_run_out_is_told_from_one_that_waits(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    invite(made, "Lena")
    chair = visit(made.chair)
    pages = [made.url("committee/"), made.url("progress")]
    assert [
        ("link not used yet" in text, "the link has run out" in text)
        for text in (chair.get(url).text for url in pages)
    ] == [(True, False)] * 2

    db.session.execute(update(Invite).values(expires_at=now_utc() - timedelta(minutes=1)))
    db.session.commit()

    assert [
        ("link not used yet" in text, "the link has run out" in text)
        for text in (chair.get(url).text for url in pages)
    ] == [(False, True)] * 2


def test_nobody_waits_for_a_reviewer_whose_ballots_are_all_submitted(make: Factory):
    """As of a ballot that was entered for somebody who never comes to the site."""
    made = make.evaluation(phase=Phase.SCORING)
    invitation = invite(made, "Lena")
    member_id = member_of(invitation).id
    assert "INVITE_AGAIN" in list_task_names(made)

    own = update(Ballot).where(Ballot.member_id == member_id)
    db.session.execute(own.values(state=BallotState.SUBMITTED, submitted_at=now_utc()))

    assert "INVITE_AGAIN" not in list_task_names(made)


def list_task_names(made: Made) -> list[str]:
    tasks = load_tasks(db.session(), made.chair)[made.evaluation.id]
    return [task.kind.name for task in tasks]
