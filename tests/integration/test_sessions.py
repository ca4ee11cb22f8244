"""Home, and the session that keeps one signed in there."""

from datetime import timedelta

from sqlalchemy import select, update

from crrubric.clock import now_utc
from crrubric.domain.vocabulary import Phase, Role, Stakeholder
from crrubric.extensions import WRITE, db
from crrubric.models import User, UserSession
from crrubric.services.committee import invite_member
from tests.factories import Factory
from tests.integration.conftest import Visit
from tests.pages import words


def test_a_page_after_a_while_writes_down_that_the_session_is_alive(make: Factory, visit: Visit):
    person = visit(make.actor())
    earlier = now_utc() - timedelta(minutes=30)
    with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        connection.execute(update(UserSession).values(seen_at=earlier))

    answer = person.get("/")

    seen = db.session.scalars(select(UserSession.seen_at)).one()
    assert answer.status_code == 200
    assert now_utc() - seen < timedelta(minutes=1)


def test_home_shows_first_what_waits_for_me(make: Factory, visit: Visit):
    decided = make.evaluation(title="Decided one", phase=Phase.DECIDED)
    scoring = make.evaluation(title="Scoring one", phase=Phase.SCORING)
    make.evaluation(title="Not mine", phase=Phase.SCORING)
    person = decided.reviewers[0]
    user = db.session.get_one(User, person.user_id)
    invite_member(
        scoring.chair,
        scoring.slug,
        name=user.name,
        email=user.email,
        roles=frozenset({Role.REVIEWER}),
        stakeholder=Stakeholder.TEACHER,
    )

    page = visit(person).page("/")

    assert [words(node) for node in page.all("h2")] == ["Scoring one", "Decided one"]
    assert "2 ballots wait for you." in page.text
