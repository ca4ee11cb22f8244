"""A database of every earlier version is upgraded with rows in all its tables, and keeps them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy.exc import DBAPIError

from crrubric.app import create_app
from crrubric.extensions import WRITE, db, prepare_migrations
from crrubric.migrations import versions
from crrubric.models import Base
from tests.conftest import SETTINGS

pytestmark = pytest.mark.long

REVISIONS = sorted(file.name[:4] for file in Path(versions.__file__).parent.glob("0*.py"))
ROWS = 2  # in each table
SEALED_BY = {"cast_vote": "sealed_vote"}  # whose rows are refused once the other has its own
AT = datetime(2027, 3, 2, 10, 42, tzinfo=UTC)


@contextmanager
def app_before_any_table(url: str, folder: Path) -> Iterator[Flask]:
    """The app on a database without a table."""
    app = create_app({**SETTINGS, "INSTANCE": str(folder), "DATABASE_URL": url})
    prepare_migrations(app)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The app on a new database of its own."""
    if request.param == "sqlite":
        with app_before_any_table("", tmp_path) as app:
            yield app
        return
    server: str = request.getfixturevalue("postgresql")
    place = sa.make_url(server).set(drivername="postgresql+psycopg")
    name = f"upgrade_{tmp_path.name[-20:].lower().replace('-', '_')}"
    engine = sa.create_engine(place, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    engine.dispose()
    url = sa.make_url(server).set(database=name).render_as_string(hide_password=False)
    with app_before_any_table(url, tmp_path) as app:
        yield app


def read_tables() -> dict[str, sa.Table]:
    """The tables that the database has now, in the order in which they can be filled."""
    found = sa.MetaData()
    found.reflect(db.engine)
    for name, seal in SEALED_BY.items():
        if name in found.tables:
            found.tables[seal].add_is_dependent_on(found.tables[name])
    return {t.name: t for t in found.sorted_tables if t.name != "alembic_version"}


def list_allowed(table: sa.Table) -> dict[str, tuple[str, ...]]:
    """The words that a column may hold, by column: what a check says, else what the model does."""
    now = Base.metadata.tables.get(table.name)
    kinds = {column.name: column.type for column in now.columns} if now is not None else {}
    allowed = {
        name: tuple(kind.enums[:1]) for name, kind in kinds.items() if isinstance(kind, sa.Enum)
    }
    for check in sa.inspect(db.engine).get_check_constraints(table.name):
        words = tuple(re.findall(r"'(\w+)'", check["sqltext"]))
        column = re.match(r"\W*(\w+)\W.*?\b(IN|ANY)\b", check["sqltext"], re.DOTALL)
        if column and words:
            allowed[column[1]] = words
    return allowed


def list_least(table: sa.Table) -> dict[str, int]:
    """The least number that a check lets a column hold, by column."""
    return {
        column: int(least)
        for check in sa.inspect(db.engine).get_check_constraints(table.name)
        for column, least in re.findall(r"(\w+)\W* >= \(?(\d+)", check["sqltext"])
    }


def list_choices(
    column: sa.Column[Any], number: int, allowed: dict[str, tuple[str, ...]], least: int
) -> tuple[Any, ...]:
    """What to try in a column of the row with this number, the likeliest first."""
    if column.name in allowed:
        words = allowed[column.name]
        of_its_own = column.nullable or column.primary_key
        return (words[(number - 1) % len(words)],) if of_its_own else words
    if column.foreign_keys:  # another row for what refers to something else than itself
        return number, ROWS + 1 - number, *([None] if column.nullable else [])
    if column.primary_key:
        return (number,)
    if column.nullable:
        return (None,)
    by_type: tuple[tuple[type, Any], ...] = (
        (sa.JSON, ({},)),
        (sa.Boolean, (False,)),
        (sa.LargeBinary, (b"%PDF",)),
        (sa.DateTime, (AT,)),
        (sa.Date, (date(2027, 3, 2),)),
        # the second where one must be above another
        (sa.Numeric, (max(number, least), max(number, least) + 1)),
        (sa.Integer, (max(number, least), max(number, least) + 1)),
    )
    for kind, values in by_type:
        if isinstance(column.type, kind):
            return values
    return f"x{number}", ""


def insert_row(connection: sa.Connection, table: sa.Table, number: int) -> None:
    """Insert a row that the table's constraints and triggers accept, found by trying."""
    allowed, least = list_allowed(table), list_least(table)
    columns = list(table.columns)
    tried = product(
        *(list_choices(one, number, allowed, least.get(one.name, 0)) for one in columns)
    )
    error: Exception | None = None
    for values in tried:
        row = dict(zip((column.name for column in columns), values, strict=True))
        try:
            with connection.begin_nested():
                connection.execute(table.insert().values(row))
        except DBAPIError as refusal:
            error = refusal
        else:
            return
    raise AssertionError(f"no row fits {table.name}: {error}")


def fill_tables() -> None:
    """Put rows into every table."""
    tables = read_tables()
    with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        for table, number in product(tables.values(), range(1, ROWS + 1)):
            insert_row(connection, table, number)
        if connection.dialect.name == "postgresql":  # which has not counted these numbers
            for name in (name for name, table in tables.items() if "id" in table.c):
                counter = f"pg_get_serial_sequence('{name}', 'id')"
                connection.exec_driver_sql(f"SELECT setval({counter}, {ROWS})")


def read_rows() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, by table, in the order of their keys."""
    with db.engine.connect() as connection:
        return {
            name: [
                dict(row)
                for row in connection.execute(
                    sa.select(table).order_by(*table.primary_key.columns)
                ).mappings()
            ]
            for name, table in read_tables().items()
        }


ON_PURPOSE = (
    "invite.used_at: None became",  # 0013: somebody else than the owner may have had the link
    "column_mapping.mapping: ",  # 0054: what is remembered of a file holds no names any more
    "vendor.name_key: ",  # 0024, 0026: keys are made anew, and those of these rows are invented
)


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """The cells that are not what they were, of columns that both versions have."""
    return [
        f"{name}.{column}: {old[column]!r} became {new[column]!r}"
        for name, rows in before.items()
        for old, new in zip(rows, after[name][:ROWS], strict=True)
        for column in old.keys() & new.keys()
        if old[column] != new[column]
        and not f"{name}.{column}: {old[column]!r} became".startswith(ON_PURPOSE)
    ]


@pytest.mark.parametrize("revision", REVISIONS)
def test_an_upgrade_keeps_every_row(bare_app: Flask, revision: str):
    upgrade(revision=revision)
    fill_tables()
    before = read_rows()
    db.session.remove()

    upgrade()

    after = read_rows()
    assert {name: len(rows) for name, rows in before.items()} == dict.fromkeys(before, ROWS)
    assert before.keys() <= after.keys()
    assert differences(before, after) == []
    added = {name: rows[ROWS:] for name, rows in after.items() if rows[ROWS:]}
    assert added.keys() <= {"journal_entry"}  # 0027: the site is told what there is
    for mapper in Base.registry.mappers:  # the services can read them all
        rows = len(db.session.scalars(sa.select(mapper.class_)).all())
        assert rows in {0, ROWS + len(added.get(str(mapper.local_table), []))}
    assert find_lost_keys() == []


def insert_people(standing: str, seats: tuple[int, ...], *, key: int) -> None:
    """An account that nobody has used, with a link, and a seat in each of these evaluations."""
    tables = read_tables()
    account = {"id": key, "name": f"Person {key}", "email": f"{key}@x.example",
               "email_key": f"{key}@x.example", "standing": standing, "created_at": AT}  # fmt: skip
    link = {"id": key, "token_hash": f"{key}", "user_id": key, "created_at": AT, "expires_at": AT}
    with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        connection.execute(tables["user_account"].insert().values(account))
        connection.execute(tables["invite"].insert().values(link))
        for place, evaluation in enumerate(seats):
            row = {"id": 10 * key + place, "evaluation_id": evaluation, "user_id": key,
                   "name": f"Person {key}", "stakeholder": "teacher", "is_chair": False,
                   "is_reviewer": True, "every_vendor": True, "every_criterion": True}  # fmt: skip
            connection.execute(tables["member"].insert().values(row))


def test_an_upgrade_says_whose_links_are_whose(bare_app: Flask):
    upgrade(revision="0012")
    fill_tables()
    insert_people("MEMBER", (2, 1), key=11)
    insert_people("MEMBER", (1,), key=12)
    insert_people("ORGANIZER", (1,), key=13)
    db.session.remove()

    upgrade()

    rows = read_rows()
    made = [row["id"] for row in rows["member"] if row["made_account"] and row["user_id"] > 10]
    works = [row["id"] for row in rows["invite"] if row["used_at"] is None and row["id"] > 10]
    assert made == [110, 120]  # the first seat of an account that no operator made
    assert works == [12]  # two committees, or the operator, may have had the others


def test_an_upgrade_says_whose_addresses_are_proven(bare_app: Flask):
    upgrade(revision="0021")
    fill_tables()
    for key, standing in ((11, "MEMBER"), (12, "MEMBER"), (13, "ORGANIZER")):
        insert_people(standing, (1,), key=key)
    entry = {"id": 50, "chain": 0, "number": 50, "at": AT, "actor_id": 12, "actor_name": "x",
             "event": "ACCOUNT_PASSWORD_SET", "subject": "", "reason": "", "hash": "x",
             "version": 3}  # fmt: skip
    with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        connection.execute(read_tables()["journal_entry"].insert().values(entry))
    db.session.remove()

    upgrade()

    rows = read_rows()
    accounts = [row for row in rows["user_account"] if row["id"] > 10]
    assert [row["id"] for row in accounts if row["address_proven_at"]] == [12, 13]
    assert {row["awaits_address"] for row in rows["member"]} == {None}  # nobody loses a seat


def test_an_upgrade_says_which_items_reviews_decided_on(bare_app: Flask):
    upgrade(revision="0037")
    fill_tables()
    kept = {"evaluation_id": 1, "words": "Order seats", "owner": "", "state": "OPEN",
            "dropped_reason": "", "recorded_by": "x", "recorded_at": AT, "version": 1}  # fmt: skip
    made = (("OWN", "review:1:1"), ("OWN", None), ("GOAL", "goal:0123456789ab"))
    with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        for key, (source, origin) in enumerate(made, start=50):
            row = {**kept, "id": key, "source": source, "origin": origin}
            connection.execute(read_tables()["action_item"].insert().values(row))
    db.session.remove()

    upgrade()

    rows = read_rows()["action_item"]
    assert [row["source"] for row in rows if row["id"] >= 50] == ["REVIEW", "OWN", "GOAL"]


def find_lost_keys() -> list[Any]:
    """Rows that point nowhere; PostgreSQL has none, for it checks keys whatever is done."""
    if db.engine.dialect.name != "sqlite":
        return []
    with db.engine.connect() as connection:
        return list(connection.exec_driver_sql("PRAGMA foreign_key_check").all())
