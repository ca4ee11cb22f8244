"""PostgreSQL is asked whether it would take what a test sends to SQLite."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import bindparam, create_engine, exists, func, insert, select, text, update
from sqlalchemy.sql import Executable

from crrubric.extensions import db
from crrubric.models import District, User, UserSession
from tests.statements import Planner, plan_statements

WRONG = {
    "a function that there is not": (select(func.group_concat(User.name)), "group_concat"),
    "a column beside a count": (select(User.id, func.count()), "GROUP BY"),
    "a number where a text is compared": (
        select(User.id).where(func.lower(User.id) == "1"),
        "lower",
    ),
}
RIGHT = {
    "rows that are read": select(User).where(User.name == "Ana").order_by(User.id),
    "a list of values": select(User.id).where(User.id.in_([1, 2, 3])),
    "a row that is changed": update(User).where(User.id == 1).values(name="Ben"),
    "a type that only SQLite tells": select(func.typeof(User.id)),
    "words for one database": text("SELECT name FROM sqlite_master"),
}


@pytest.fixture
def own(sqlite_app: Flask, postgresql_app: Flask, planner: Planner | None) -> Iterator[Planner]:
    """A planner that has planned nothing yet."""
    with postgresql_app.app_context():
        engine = create_engine(db.engine.url)
    with sqlite_app.app_context(), plan_statements(engine) as own_planner:
        yield own_planner
        db.session.rollback()
    engine.dispose()
    if planner:  # it has seen the same statements
        planner.take_refused()


def test_a_question_within_a_statement_that_joins_a_table_of_it_anew_is_named(own: Planner):
    mine = exists().where(UserSession.user_id == User.id)
    lost = select(District.id).where(District.name == User.name, ~mine).exists()
    db.session.execute(select(User.id).where(lost))

    (refused,) = own.take_refused()
    assert "joined anew: (SELECT * \nFROM user_session, user_account" in refused

    found = select(District.id).where(District.name == User.name, ~mine.correlate(User))
    db.session.execute(select(User.id).where(found.correlate(User).exists()))
    assert own.take_refused() == []


@pytest.mark.parametrize(("statement", "told"), WRONG.values(), ids=list(WRONG))
def test_a_statement_that_postgresql_would_refuse_is_named(
    own: Planner, statement: Executable, told: str
):
    db.session.execute(statement)

    (refused,) = own.take_refused()
    assert told in refused
    assert own.take_refused() == []


@pytest.mark.parametrize("statement", RIGHT.values(), ids=list(RIGHT))
def test_a_statement_for_both_or_in_words_of_one_is_not(own: Planner, statement: Executable):
    db.session.execute(statement)

    assert own.take_refused() == []


def test_a_statement_is_planned_once_however_long_its_lists(
    own: Planner, monkeypatch: pytest.MonkeyPatch
):
    planned: list[object] = []
    monkeypatch.setattr(own, "plan", lambda statement, _values: planned.append(statement))
    wanted = select(User.id).where(User.id.in_(bindparam("ids", expanding=True)))

    for ids in ([1], [1, 2], [1, 2, 3], [1]):
        db.session.execute(wanted, {"ids": ids})

    assert len(planned) == 1


def test_a_list_that_is_handed_over_with_a_statement_is_planned_too(own: Planner):
    wanted = select(User.id).where(User.id.in_(bindparam("ids", expanding=True)))

    db.session.execute(wanted, {"ids": [1, 2]})

    assert own.take_refused() == []


def test_what_is_planned_is_not_done(own: Planner, postgresql_app: Flask):
    name = "Cedar Bend, planned"
    db.session.execute(insert(District).values(name=name, time_zone="UTC", version=0))

    assert own.take_refused() == []
    with postgresql_app.app_context():
        there = db.session.scalars(select(District.name)).all()
        assert name not in there
        db.session.rollback()
