"""A database that lost a key, an index or a rule, and rows or values that it then took.

Pages may read another row of two than verification does, and another thing by way of an index.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import JSON, Boolean, Date, Enum, Integer, LargeBinary, String, text
from sqlalchemy.orm import Session

from crrubric.extensions import WRITE, db
from crrubric.models import Base
from crrubric.models.base import Thousandths, UtcDateTime
from crrubric.queries.record import schema
from crrubric.queries.record.doubles import list_doubles
from crrubric.queries.record.rows import check_rows
from crrubric.queries.record.schema import check_indexes, check_table_parts, read_table_rules
from tests.databases import driver_connection
from tests.factories import Factory, Made
from tests.integration.record.test_every_column import problems, seals_off
from tests.integration.record.whole import make_whole_record

AMCHECK = """
CREATE FUNCTION bt_index_check(tree regclass, boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN IF tree::text = 'ix_mark_tally' THEN
    RAISE EXCEPTION 'heap tuple lacks matching index tuple'; END IF; END $$
"""


@pytest.fixture
def whole(make: Factory, tmp_path: Path) -> Made:
    return make_whole_record(make, tmp_path)


def run(*statements: str) -> None:
    with seals_off() as connection:
        for statement in statements:
            connection.execute(text(statement))


@contextmanager
def unique_key_lost(table: str, name: str, columns: str) -> Iterator[None]:
    """The database without one of its keys; PostgreSQL gets it back once the rows are deleted
    that have a number below zero. SQLite is put back with every page before the next test."""
    if db.engine.dialect.name == "postgresql":
        run(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        yield
        run(f"DELETE FROM {table} WHERE id < 0")
        run(f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE ({columns})")
        return
    with driver_connection() as connection:
        wanted = "SELECT type, sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL"
        parts = connection.execute(wanted, (table,)).fetchall()
        made_by = next(sql for kind, sql in parts if kind == "table")
        without = re.sub(rf",\s*CONSTRAINT {name} UNIQUE \([^)]*\)", "", made_by)
        assert without != made_by
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("PRAGMA legacy_alter_table=ON")
        connection.execute(f"ALTER TABLE {table} RENAME TO old")
        connection.execute(without)
        connection.execute(f"INSERT INTO {table} SELECT * FROM old")
        connection.execute("DROP TABLE old")
        for kind, sql in parts:
            if kind != "table":
                connection.execute(sql)
        connection.execute("PRAGMA legacy_alter_table=OFF")
        connection.execute("PRAGMA foreign_keys=ON")
    yield


def add_again(table: str, **other: str) -> None:
    """Insert the newest row of a table once more, with the number -1 and some other values."""
    columns = [column.name for column in Base.metadata.tables[table].columns]
    values = {**{name: name for name in columns}, "id": "-1", **other}
    run(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT"
        f" {', '.join(values[name] for name in columns)} FROM {table} ORDER BY id DESC LIMIT 1"
    )


@pytest.mark.parametrize(
    ("table", "columns", "forged"),
    [
        ("declaration", "member_id, vendor_id", {"kind": "'CONFLICT'", "words": "'Forged.'"}),
        ("decision", "evaluation_id", {"reason": "'Forged.'"}),
    ],
)
def test_a_second_row_under_a_key_that_was_dropped(
    whole: Made, table: str, columns: str, forged: dict[str, str]
):
    """Whichever of the two is read: the pages may read the other."""
    key = f"uq_{table}_{columns.replace(', ', '_')}"
    with unique_key_lost(table, key, columns):
        add_again(table, **forged)

        found = problems()

    assert found == [
        f"Evaluation “{whole.evaluation.title}”: two rows stand where there can be one.",
        f"The database’s table “{table}” is without its “{key}”.",
        f"Values of {columns} that several rows of “{table}” share: 1.",
    ]


def test_a_key_an_index_and_a_rule_that_are_gone(app: Flask):
    """Nothing of the rows tells of it yet: the next one may."""
    drop = ["DROP INDEX uq_vendor_evaluation_id_name_key", "DROP INDEX ix_mark_tally"]
    if db.engine.dialect.name == "postgresql":
        drop.append("ALTER TABLE finding DROP CONSTRAINT ck_finding_value_settled")
    with db.engine.connect().execution_options(**WRITE) as connection:
        for statement in drop:
            connection.exec_driver_sql(statement)
        found = [str(problem) for problem in check_table_parts(Session(connection))]
        connection.rollback()

    named = [statement.split()[-1] for statement in drop]
    assert sorted(found) == sorted(
        f"The database’s table “{table}” is without its “{name}”."
        for name in named
        for table in (name.split("_")[1],)
    )


@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_a_column_of_another_kind(app: Flask):
    with db.engine.connect() as connection:
        connection.exec_driver_sql("ALTER TABLE member ALTER is_reviewer TYPE int USING 1")
        found = [str(problem) for problem in check_table_parts(Session(connection))]
        connection.rollback()

    assert found == ["The database’s table “member” has “is_reviewer” of another kind."]


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_an_index_that_has_other_marks_than_its_table(whole: Made):
    """The matrix is counted by an index: it was hidden while the table was put back."""
    with driver_connection() as connection:
        connection.execute("DROP TRIGGER seal_mark_update_new")
        connection.execute("DROP TRIGGER seal_mark_update_old")
        connection.execute("UPDATE mark SET answer = 'NO' WHERE answer = 'YES'")
        wanted = "SELECT * FROM sqlite_master WHERE name = 'ix_mark_tally'"
        hidden = connection.execute(wanted).fetchone()
        connection.execute("PRAGMA writable_schema=ON")
        connection.execute("DELETE FROM sqlite_master WHERE name = 'ix_mark_tally'")
        connection.execute("PRAGMA writable_schema=RESET")
    db.engine.dispose()
    with driver_connection() as connection:
        connection.execute("UPDATE mark SET answer = 'YES' WHERE id % 3 = 1")
        connection.execute("PRAGMA writable_schema=ON")
        connection.execute("INSERT INTO sqlite_master VALUES (?, ?, ?, ?, ?)", hidden)
        connection.execute("PRAGMA writable_schema=RESET")
    db.engine.dispose()

    found = [str(problem) for problem in check_indexes(db.session())]

    assert found[0].startswith("The database finds its own file broken: row ")
    assert "missing from index ix_mark_tally" in found[0]


@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_an_index_is_looked_into_where_amcheck_is_installed(app: Flask):
    """A function of this name in its place, as few servers have the extension."""
    with Session(db.engine) as session:
        session.execute(text(AMCHECK))
        found = [str(problem) for problem in check_indexes(session)]
        session.rollback()

    message = "heap tuple lacks matching index tuple"
    assert found == [f"The database finds its index “ix_mark_tally” broken: {message}."]


WRONG_NUMBER = "'many'"
# what SQLite takes, and a column of this kind can't have; the first kind that fits counts
WRONG: tuple[tuple[type[Any], tuple[str, ...]], ...] = (
    (Boolean, ("2", "-1", "0.5", "''", "'x'", "x''")),
    (Enum, ("'FORGED'", "''")),
    (UtcDateTime, ("'2026-03-02T10:00:00.000000'", "'soon'", "1")),
    (Date, ("'2026-3-2'", "20260302")),
    (JSON, ("x'7b7d'",)),
    (LargeBinary, ("'text'",)),
    (String, ("x'6162'",)),
    (Integer, (WRONG_NUMBER, "2.5")),
    (Thousandths, ("0.5",)),
)


def list_wrong_values(turn: int) -> Iterator[tuple[str, str, str]]:
    """(table, column, wrong value): of every column one, another at each turn."""
    for table in Base.metadata.sorted_tables:
        keys = list(table.primary_key)
        for column in table.columns:
            wrong = next(values for kind, values in WRONG if isinstance(column.type, kind))
            if keys != [column] or WRONG_NUMBER not in wrong:  # SQLite refuses it itself
                yield table.name, column.name, wrong[turn % len(wrong)]


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("turn", range(6))
def test_a_value_that_is_none_of_its_column(whole: Made, turn: int):
    """Python reads a 2 as yes, and SQL does not: pages and verification must not differ."""
    assert list(check_rows(db.session())) == []
    expected = set()
    with seals_off() as connection:
        done = connection.begin_nested()
        for table, column, value in list_wrong_values(turn):
            changed = connection.exec_driver_sql(
                f"UPDATE {table} SET {column} = {value}"
                f" WHERE rowid = (SELECT min(rowid) FROM {table})"
            )
            if changed.rowcount:
                expected.add((table, column))
        with Session(connection) as session:
            found = {
                (problem.values["table"], problem.values["name"])
                for problem in check_rows(session)
                if "is not of its kind" in str(problem)
            }
        done.rollback()

    assert len(expected) > 200
    assert found == expected


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_seal_whose_text_is_none_ends_in_a_problem(whole: Made):
    run("UPDATE sealed_ballot SET content = CAST(content AS BLOB)")

    assert any("“sealed_ballot” whose content is not of its kind" in words for words in problems())


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_bytes_that_are_no_text_end_in_a_problem(whole: Made):
    run("UPDATE vendor SET company = CAST(x'ff41' AS TEXT) WHERE id = 1")

    assert any("differs from the journal in company" in words for words in problems())
    assert len(list_doubles(db.session())) == 1


def test_a_row_that_breaks_a_rule(whole: Made):
    """The rule is in its place again: the database looks at new rows only."""
    name = "ck_declaration_conflict_in_words"
    with db.engine.connect().execution_options(**WRITE) as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"ALTER TABLE declaration DROP CONSTRAINT {name}")
        else:
            connection.exec_driver_sql("PRAGMA ignore_check_constraints=ON")
        connection.exec_driver_sql("UPDATE declaration SET kind = 'CONFLICT', words = ''")
        found = [str(problem) for problem in check_rows(Session(connection))]
        connection.exec_driver_sql("ROLLBACK")
        if connection.dialect.name == "sqlite":  # the connection goes back to those of other tests
            connection.exec_driver_sql("PRAGMA ignore_check_constraints=OFF")

    assert [words.rpartition(":")[0] for words in found] == [
        f"Rows of “declaration” that break its rule “{name}”"
    ]


OTHERS = {
    "ck_finding_value_settled": "CHECK (1 = 1)",
    "fk_finding_vendor_id_vendor": (
        "FOREIGN KEY(vendor_id) REFERENCES vendor (id) ON DELETE CASCADE"
    ),
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_rule_that_bears_the_name_of_another(app: Flask, name: str):
    """By its name alone it would be there: it asks for nothing of its rows."""
    with db.engine.connect().execution_options(**WRITE) as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"ALTER TABLE finding DROP CONSTRAINT {name}")
            connection.exec_driver_sql(f"ALTER TABLE finding ADD CONSTRAINT {name} {OTHERS[name]}")
        else:
            wanted = "SELECT sql FROM sqlite_master WHERE name = 'finding'"
            made_by = connection.exec_driver_sql(wanted).scalar_one()
            told = dict(read_table_rules(made_by))[name]
            forged = " ".join(made_by.split()).replace(told, OTHERS[name])
            assert OTHERS[name] in forged
            connection.exec_driver_sql("PRAGMA writable_schema=ON")
            connection.exec_driver_sql(
                "UPDATE sqlite_master SET sql = ? WHERE name = 'finding'", (forged,)
            )
        found = [str(problem) for problem in check_table_parts(Session(connection))]
        connection.exec_driver_sql("ROLLBACK")
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA writable_schema=RESET")

    assert found == [f"The database’s table “finding” has another “{name}”."]


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE t (a INT /* , CONSTRAINT ck_t_a CHECK (a > 0) */)",
        "CREATE TABLE t (a INT -- , CONSTRAINT ck_t_a CHECK (a > 0)\n)",
        "CREATE TABLE t (a TEXT DEFAULT ', CONSTRAINT ck_t_a CHECK (a > 0)')",
        "CREATE TABLE t (a INT DEFAULT (', CONSTRAINT ck_t_a CHECK (a > 0)'), b TEXT)",
    ],
)
def test_the_words_of_a_rule_elsewhere_are_no_rule(sql: str):
    assert list(read_table_rules(sql)) == []


def test_a_key_that_is_of_other_rows_than_it_was_made_for(app: Flask):
    name = "uq_meeting_under_way"
    with db.engine.connect().execution_options(**WRITE) as connection:
        connection.exec_driver_sql(f"DROP INDEX {name}")
        connection.exec_driver_sql(
            f"CREATE UNIQUE INDEX {name} ON meeting (evaluation_id) WHERE id < 0"
        )
        found = [str(problem) for problem in check_table_parts(Session(connection))]
        connection.rollback()

    assert found == [f"The database’s table “meeting” is without its “{name}”."]


@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_a_database_that_lets_nobody_compare_its_rules_says_so(
    app: Flask, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(schema, "EXPECTED", {})
    with db.engine.connect() as connection:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        found = [str(problem) for problem in check_table_parts(Session(connection))]
        connection.rollback()

    assert len(found) == 1
    assert found[0].endswith("cannot execute CREATE TABLE in a read-only transaction.")


def test_a_column_that_may_be_empty_now(app: Flask):
    with db.engine.connect().execution_options(**WRITE) as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("ALTER TABLE motion ALTER words DROP NOT NULL")
        else:
            connection.exec_driver_sql("PRAGMA writable_schema=ON")
            connection.exec_driver_sql(
                "UPDATE sqlite_master SET sql = replace(sql, 'words TEXT NOT NULL', 'words TEXT')"
                " WHERE name = 'motion'"
            )
            connection.exec_driver_sql("PRAGMA schema_version = 9999")
        found = [str(problem) for problem in check_table_parts(Session(connection))]
        connection.exec_driver_sql("ROLLBACK")
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA writable_schema=RESET")

    assert found == ["The database’s table “motion” takes rows without “words”."]
