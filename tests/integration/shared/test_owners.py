"""Rows of one evaluation point at rows of the same one: both databases refuse any other."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import Table, insert, select, update
from sqlalchemy.exc import IntegrityError

from crrubric.clock import now_utc
from crrubric.domain.events import Event
from crrubric.domain.record.chain import SITE, START, find_site_chain, hash_of
from crrubric.domain.text import key_of
from crrubric.domain.vocabulary import Phase, Standing
from crrubric.extensions import WRITE, db
from crrubric.models import Ballot, Base, District, Evaluation, JournalEntry
from crrubric.queries.record.journal import link_of
from crrubric.queries.record.triggers import check_triggers
from crrubric.services.people.district import set_district
from tests.factories import Factory, Made, ballot_of
from tests.integration.record.test_every_column import problems, seals_off
from tests.integration.record.whole import make_whole_record
from tests.integration.shared.test_migrations import earlier_app as earlier_app

OWNED = ("ballot", "mark", "gap", "sealed_ballot", "mark_file", "vendor_file")


def list_owned_tables() -> list[Table]:
    return [Base.metadata.tables[name] for name in OWNED]


def refuse(change: Callable[[Any], object]) -> None:
    """The database itself refuses, triggers off and foreign keys on."""
    db.session.rollback()
    with db.engine.connect().execution_options(**WRITE) as connection:
        if connection.dialect.name == "sqlite":
            wanted = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            for name in connection.exec_driver_sql(wanted).scalars().all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            for name in OWNED:
                connection.exec_driver_sql(f"ALTER TABLE {name} DISABLE TRIGGER USER")
        with pytest.raises(IntegrityError):
            change(connection)
        connection.rollback()


def test_no_row_is_moved_to_another_evaluation(make: Factory, tmp_path: Path):
    made = make_whole_record(make, tmp_path)
    other = make.evaluation(title="Another").evaluation.id
    for table in list_owned_tables():
        rows = db.session.execute(select(table.c.evaluation_id).distinct()).scalars().all()
        assert made.evaluation.id in rows, table.name
        statement = update(table).values(evaluation_id=other)
        refuse(lambda connection, statement=statement: connection.execute(statement))


def test_no_row_is_added_under_another_evaluation(make: Factory):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "Y"})
    other = make.evaluation(title="Another", phase=Phase.SCORING, marks={(0, 0): "Y"})
    ballot, there = ballot_of(made, 0, 0), ballot_of(other, 0, 0)
    tables = Base.metadata.tables
    own, foreign = made.evaluation.id, other.evaluation.id
    wrong = [
        (tables["ballot"], {"member_id": ballot.member_id, "vendor_id": there.vendor_id,
                            "state": "OPEN", "seals": 0}),
        (tables["gap"], {"ballot_id": ballot.id, "criterion_id": other.criteria[0].id,
                         "reason": "x"}),
        (tables["gap"], {"ballot_id": there.id, "criterion_id": made.criteria[0].id,
                         "reason": "x"}),
    ]  # fmt: skip
    for table, row in wrong:
        for evaluation in (own, foreign):
            statement = insert(table).values(**row, evaluation_id=evaluation)
            refuse(lambda connection, statement=statement: connection.execute(statement))


def test_a_row_that_was_moved_all_the_same_is_named(make: Factory):
    make.evaluation(phase=Phase.SCORING, marks={(0, 0): "Y"})
    other = make.evaluation(title="Another").evaluation.id
    assert problems() == []

    with seals_off() as connection:
        mark = Base.metadata.tables["mark"]
        connection.execute(update(mark).values(evaluation_id=other))

    assert problems() == [
        f"Rows of “mark” whose evaluation_id, {column} refers to nothing: 1."
        for column in ("ballot_id", "criterion_id")
    ]


def test_every_row_knows_its_evaluation(make: Factory, tmp_path: Path):
    make_whole_record(make, tmp_path)

    for table in list_owned_tables():
        assert db.session.scalars(select(table.c.evaluation_id)).all() != []


def test_a_slug_is_one_within_a_district(app: Flask, make: Factory):
    made = make.evaluation()
    other = District(name="Another district", time_zone="UTC")
    db.session.add(other)
    db.session.commit()
    columns = {
        column.name: getattr(made.evaluation, column.name)
        for column in Evaluation.__table__.columns
        if column.name != "id"
    }
    columns |= {"title": "Else", "title_key": key_of("Else")}

    with pytest.raises(IntegrityError):
        db.session.execute(insert(Evaluation).values(columns))
    db.session.rollback()
    db.session.execute(insert(Evaluation).values({**columns, "district_id": other.id}))


def open_as_chair(made: Made, visit: Callable[..., Any]) -> str:
    text: str = visit(made.chair).get(made.url("")).text
    return text


def test_an_address_leads_to_the_evaluation_of_the_sites_own_district(
    app: Flask, make: Factory, visit: Callable[..., Any]
):
    make.evaluation(title="First")
    other = District(name="Another district", time_zone="UTC")
    db.session.add(other)
    db.session.flush()
    db.session.add(Evaluation(district_id=other.id, slug="ours", title="Theirs"))
    db.session.commit()

    made = make.evaluation(title="Ours")
    text = open_as_chair(made, visit)

    assert made.slug == "ours"
    assert ("Ours" in text, "Theirs" in text) == (True, False)


def test_each_district_has_a_site_chain_of_its_own(app: Flask, make: Factory):
    make.evaluation()
    administrator = make.actor("Site", standing=Standing.ADMINISTRATOR)
    set_district(administrator, name="Ours", time_zone="UTC", seen_version=0)
    first = db.session.scalars(select(District.id)).one()
    other = District(name="Another district", time_zone="UTC")
    db.session.add(other)
    db.session.commit()
    chain = find_site_chain(other.id, first)
    entry = JournalEntry(
        chain=chain, number=1, at=now_utc(), actor_name="x", event=Event.DISTRICT_CHANGED,
        after={"name": "Another district"}, subject="", reason="", version=1,
    )  # fmt: skip
    entry.hash = hash_of(link_of(entry), START)
    db.session.add(entry)
    db.session.commit()

    assert (find_site_chain(first, first), chain) == (SITE, -other.id)
    assert problems() == []

    with seals_off() as connection:
        connection.exec_driver_sql("UPDATE district SET name = 'x' WHERE name = 'Another district'")
    assert problems() == ["The district differs from the journal: name."]
    with seals_off() as connection:
        connection.exec_driver_sql(f"UPDATE journal_entry SET chain = -99 WHERE chain = {chain}")
    assert "Journal, chain -99: there is no such district." in problems()


def test_rows_that_were_there_are_given_their_evaluation(earlier_app: Flask):
    with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        fill_earlier_tables(connection)

    upgrade()

    with db.engine.connect() as connection:
        run = connection.exec_driver_sql
        found = {
            name: run(f"SELECT DISTINCT evaluation_id FROM {name}").scalars().all()
            for name in ("ballot", "mark", "gap", "sealed_ballot")
        }
    assert found == {name: [7] for name in found}
    assert list(check_triggers(db.session())) == []
    assert db.session.scalars(select(Ballot.evaluation_id)).all() == [7]


def fill_earlier_tables(connection: Any) -> None:
    run = connection.exec_driver_sql
    run("INSERT INTO district (id, name, time_zone) VALUES (1, 'Lakeside', 'UTC')")
    run(
        "INSERT INTO evaluation (id, district_id, slug, title, purpose, phase, rubric_name,"
        " rubric_version, rule_kind, threshold_over, threshold_under, pass_mark, scoring_mode,"
        " created_at, legal_hold) VALUES (7, 1, 's', 'T', '', 'MEETING', '', '', 'MAJORITY', 2, 3,"
        " 85, 'OUTCOME', '2027-03-02', '')"
    )
    run(
        "INSERT INTO vendor (id, evaluation_id, code, position, company, product, product_version,"
        " contact_name, contact_email, links, price_note) VALUES (3, 7, 'v', 1, 'Acme', '', '', '',"
        " '', '', '')"
    )
    run(
        "INSERT INTO member (id, evaluation_id, name, stakeholder, is_chair, is_reviewer)"
        " VALUES (4, 7, 'Ann', 'teacher', false, true)"
    )
    run("INSERT INTO section (id, evaluation_id, code, title, position) VALUES (1, 7, 's', 'S', 1)")
    for id_ in (5, 6):
        run(
            "INSERT INTO criterion (id, evaluation_id, section_id, code, position, title, question,"
            f" look_for, weight, must_have, may_not_apply, left_out) VALUES ({id_}, 7, 1, 'c{id_}',"
            f" {id_}, 'C', '', '', 1000, false, false, false)"
        )
    run("INSERT INTO ballot (id, member_id, vendor_id, state, seals) VALUES (9, 4, 3, 'OPEN', 1)")
    run(
        "INSERT INTO mark (ballot_id, criterion_id, answer, note, evidence_place, version,"
        " marked_at) VALUES (9, 5, 'YES', '', '', 1, '2027-03-02')"
    )
    run("INSERT INTO gap (ballot_id, criterion_id, reason) VALUES (9, 6, 'No time.')")
    run("UPDATE ballot SET state = 'SUBMITTED', submitted_at = '2027-03-02 00:00:00'")
    run(
        "INSERT INTO sealed_ballot (ballot_id, number, sealed_at, content, receipt, reopened_by,"
        " reopen_reason) VALUES (9, 1, '2027-03-02', '{}', 'r', '', '')"
    )
