"""A page that is only read waits for nobody who writes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic

import pytest
from sqlalchemy import select, text

from crrubric.clock import now_utc
from crrubric.domain.errors import Busy
from crrubric.domain.vocabulary import Phase, Standing
from crrubric.extensions import db
from crrubric.models import UserSession
from crrubric.queries.people.people import Actor
from crrubric.services.people import sessions
from crrubric.services.shared.later import find_later_queue
from tests.databases import let_session_age, patient_writers
from tests.factories import Factory
from tests.integration.conftest import Visit

MARKS = {(0, 0): "YNY", (1, 0): "YYY"}
OF_THE_SITE = (
    "/", "/health", "/session", "/account", "/account/password", "/account/address", "/accounts",
    "/district", "/evaluations/new", "/help", "/words", "/accessibility", "/chairs",
)  # fmt: skip
SLOW = 2.0  # seconds; whoever waits for a lock waits for five

pytestmark = pytest.mark.both_databases


def was_touched() -> bool:
    return list_recent_uses() == [True]


def list_recent_uses() -> list[bool]:
    """Of each session, whether its use is written down."""
    db.session.rollback()
    seen = db.session.scalars(select(UserSession.seen_at).order_by(UserSession.id)).all()
    db.session.rollback()  # what this test reads would keep SQLite's writers waiting
    return [now_utc() - at < timedelta(minutes=1) for at in seen]


@contextmanager
def busy_database(actor: Actor) -> Iterator[None]:
    """Another process writes meanwhile: on SQLite anything, on PostgreSQL the person's session."""
    db.session.rollback()
    with db.engine.connect() as connection:
        if db.engine.dialect.name == "sqlite":
            connection.execute(text("ROLLBACK"))
            connection.execute(text("BEGIN IMMEDIATE"))  # past the turns that threads take
        held = text("UPDATE user_session SET user_id = user_id WHERE user_id = :own")
        connection.execute(held, {"own": actor.user_id})
        yield
        connection.rollback()


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_no_page_of_the_site_waits_for_its_turn_to_write(make: Factory, visit: Visit):
    """Those of an evaluation: tests/integration/shared/test_access.py."""
    made = make.evaluation(phase=Phase.SCORING)
    boss = make.actor(standing=Standing.ADMINISTRATOR)
    waiting = []
    for actor in (made.chair, made.reviewers[0], boss):
        person = visit(actor)
        for place in OF_THE_SITE:
            let_session_age()
            with patient_writers() as found:
                person.get(place)
            waiting += [place] if found else []

    assert waiting == []


def test_a_page_is_shown_at_once_while_somebody_writes(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    person = visit(made.reviewers[0])
    let_session_age()
    begun = monotonic()

    with busy_database(made.reviewers[0]):
        codes = {person.get(place).status_code for place in ("/", made.url(), made.url("ballots/"))}
        took = monotonic() - begun
        assert not was_touched()
    find_later_queue().settle()

    assert codes == {200}
    assert took < SLOW
    assert was_touched()  # after the answer, so that the session does not end while it is used


def test_sessions_that_meet_a_writer_wait_as_one_piece_of_work(
    make: Factory, visit: Visit, monkeypatch: pytest.MonkeyPatch
):
    made = make.evaluation(phase=Phase.SCORING)
    people = [visit(actor) for actor in (made.chair, *made.reviewers)]
    let_session_age()
    put = []
    monkeypatch.setattr(find_later_queue(), "put", put.append)

    with busy_database(made.chair):
        held = [person.get("/").status_code for person in people for _twice in range(2)]
    (work,) = put if db.engine.dialect.name == "sqlite" else put[:1]
    work()

    assert held == [200] * 6
    assert list_recent_uses() == [True] * 3


def test_a_full_queue_leaves_a_session_to_the_next_page(
    make: Factory, visit: Visit, monkeypatch: pytest.MonkeyPatch
):
    made = make.evaluation(phase=Phase.SCORING)
    person = visit(made.chair)
    let_session_age()

    def refuse(_work: object) -> None:
        raise Busy("full", seconds=3)

    with monkeypatch.context() as patch, busy_database(made.chair):
        patch.setattr(find_later_queue(), "put", refuse)
        assert person.get("/").status_code == 200
    assert sessions.find_session_uses().waiting == {}
    person.get("/")

    assert was_touched()


def test_links_that_were_shown_before_are_shown_again_without_a_writer(make: Factory, visit: Visit):
    made = make.evaluation()
    chair = visit(made.chair)
    for name in ("Nora", "Omar"):
        sent = {"name": name, "email": f"{name}@school.example", "roles": "reviewer"}
        link = chair.post(made.url("committee/"), {**sent, "stakeholder": "parent"}).location
    first = chair.get(link).text
    with patient_writers() as found:
        assert chair.get(link).text.count("/invitations/") == first.count("/invitations/") > 0
    assert found == []
    several = chair.act(made.url("committee/links/")).location
    shown = chair.get(several).text.count("/invitations/")

    with patient_writers() as found:
        again = chair.get(several).text.count("/invitations/")

    assert found == []
    assert again == shown > 1
