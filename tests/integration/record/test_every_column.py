"""Whatever value somebody changes behind the database's back, verification names it.

Every table and every column, one value at a time, seals off and on again. What the record does
not tell of stands in UNTOLD, with the reason.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Table, and_, delete, insert, select, update
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

from crrubric.extensions import WRITE, db
from crrubric.models import Base
from crrubric.queries.record.replays import check_journals
from crrubric.queries.record.verification import verify_record
from tests.factories import Factory
from tests.integration.record.whole import make_whole_record

PEOPLE = "accounts are no part of an evaluation"
TELLS = "tells people something, once; it proves nothing"
COMPARED = "made of the name, to compare it with others"
SCREEN = "where the meeting screen is, while the meeting lasts"
SAVED = "how often and when an answer was saved before it was sealed with all others"
KEY = "an address, drawn at random"
# table, or (table, column) -> why the record does not tell of it
UNTOLD: dict[str | tuple[str, str], str] = {
    "user_account": PEOPLE,
    "user_session": PEOPLE,
    "invite": PEOPLE,
    "authenticator_app": PEOPLE,
    "calendar_feed": PEOPLE,
    "recovery_code": PEOPLE,
    "external_identity": PEOPLE,
    "passkey": PEOPLE,
    "passkey_challenge": PEOPLE,
    "notice": TELLS,
    "item_reminder": TELLS,
    "attempt_count": "slows guessing down, for minutes or a day; it proves nothing",
    "sent_form": "kept for two days, so that a form sent twice has one effect",
    "import_draft": "a file that is not taken yet; nothing of it counts",
    "column_mapping": "proposes which column is which; whoever imports sees and may change it",
    ("evaluation", "title_key"): COMPARED,
    ("vendor", "name_key"): COMPARED,
    ("library_rubric", "name_key"): COMPARED,
    "outgoing_mail": TELLS,
    "practice_mark": "practice never counts",
    ("district", "version"): "how often it was named",
    ("cast_vote", "version"): SAVED,
    ("cast_vote", "marked_at"): SAVED,
    ("meeting", "vendor_id"): SCREEN,
    ("meeting", "criterion_id"): SCREEN,
    ("meeting", "step"): SCREEN,
    ("vendor_file", "key"): KEY,
    ("mark_file", "key"): KEY,
}


def list_columns() -> Iterator[tuple[Table, Column[Any]]]:
    """Every column but those of UNTOLD, and the numbers of rows to which nothing refers."""
    tables = Base.metadata.sorted_tables
    referred = {key.column for table in tables for key in table.foreign_keys}
    for table in tables:
        for column in table.columns:
            number = column.name == "id" and column not in referred
            if not (number or table.name in UNTOLD or (table.name, column.name) in UNTOLD):
                yield table, column


@contextmanager
def seals_off(table: Table | None = None) -> Iterator[Any]:
    """A connection for which nothing is sealed, checked or referred to, as for a forger.

    Args: table: the only one whose seals are taken off: there are hundreds of all tables.
    """
    db.session.rollback()
    connection = db.engine.connect().execution_options(**WRITE)
    if connection.dialect.name == "postgresql":
        with connection, connection.begin():
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            yield connection
        return
    raw: Any = connection.connection.driver_connection
    raw.execute("PRAGMA foreign_keys=OFF")
    raw.execute("PRAGMA ignore_check_constraints=ON")
    try:
        with connection, connection.begin():
            wanted = "SELECT name, sql, tbl_name FROM sqlite_master WHERE type = 'trigger'"
            rows = connection.exec_driver_sql(wanted).all()
            seals = [row[:2] for row in rows if table is None or row[2] == table.name]
            for name, _sql in seals:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
            yield connection
            for _name, sql in seals:
                connection.exec_driver_sql(sql)
    finally:
        raw.execute("PRAGMA foreign_keys=ON")
        raw.execute("PRAGMA ignore_check_constraints=OFF")


def other_values(column: Column[Any], value: Any) -> list[Any]:
    """What a forger could write instead; for a key first of all another row."""
    others: list[Any] = []
    for key in column.foreign_keys:
        there = select(key.column).order_by(key.column).limit(4)
        others += [row for row in db.session.scalars(there) if row != value]
    if hasattr(column.type, "enums"):
        return [member for member in column.type.enum_class if member != value]
    return [*others, *(made_up(column) if value is None else next_to(value))]


def next_to(value: Any) -> list[Any]:
    """Values of the same kind that are near."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, datetime):
        return [value + timedelta(minutes=1)]
    if isinstance(value, date):
        return [value + timedelta(days=1)]
    if isinstance(value, dict):
        return [{**value, "forged": "yes"}]
    if isinstance(value, list):
        return [[*value, {"forged": "yes"}]]
    if isinstance(value, str):
        return [
            ("0" if value[:1] != "0" else "1") + value[1:]
            if len(value) in {32, 64}
            else f"{value}x"
        ]
    return [value + b"x"] if isinstance(value, bytes) else [value + 1, value + 100_000]


def made_up(column: Column[Any]) -> list[Any]:
    """A value where there was none."""
    kind: type = getattr(column.type, "impl", column.type).python_type
    known = {datetime: datetime(2026, 3, 2, tzinfo=UTC), date: date(2026, 3, 2), int: 1, bool: True}
    return [{**known, str: "forged"}.get(kind, {"forged": 1})]


def forge(table: Table, column: Column[Any], row: Any) -> tuple[Any] | None:
    """Change the value of one row: the new value, or None if the database takes none."""
    keys = {key.name: row[key.name] for key in table.primary_key}
    for value in list(other_values(column, row[column.name])):
        try:
            with seals_off(table) as connection:
                connection.execute(
                    update(table)
                    .where(and_(*(table.c[name] == key for name, key in keys.items())))
                    .values({column.name: value})
                )
        except (IntegrityError, OperationalError):
            continue
        return (value,)
    return None


def mend(table: Table, column: Column[Any], row: Any, forged: Any) -> None:
    keys = {key.name: row[key.name] for key in table.primary_key}
    if column.primary_key:
        keys[column.name] = forged
    with seals_off(table) as connection:
        connection.execute(
            update(table)
            .where(and_(*(table.c[name] == key for name, key in keys.items())))
            .values({column.name: row[column.name]})
        )


def problems() -> list[str]:
    db.session.rollback()
    db.session.expire_all()
    return [str(problem) for problem in verify_record(db.session()).problems]


def is_noticed() -> bool:
    """Whether verification names anything; the rest of it is left out once the journal does."""
    db.session.rollback()
    db.session.expire_all()
    return bool(check_journals(db.session()).problems or problems())


def sample_rows(table: Table, column: Column[Any]) -> list[Any]:
    """A row with a value and one without, if there are such."""
    rows = list(db.session.execute(select(table).order_by(*table.primary_key)).mappings())
    filled = [row for row in rows if row[column.name] not in (None, "", 0, False)]
    empty = [row for row in rows if row[column.name] in (None, "", 0, False)]
    return [*filled[-1:], *empty[:1]]


# Rows without a value, and PostgreSQL, take long: what is noticed is computed alike, and the short
# walks are on both.
@pytest.mark.parametrize(
    ("app", "rows_each"),
    [
        ("sqlite", 1),
        pytest.param("sqlite", 2, marks=[pytest.mark.long]),
        pytest.param("postgresql", 2, marks=[pytest.mark.long]),
    ],
    indirect=["app"],
)
def test_every_value_that_is_changed_behind_the_seals_is_named(
    make: Factory, tmp_path: Path, rows_each: int
):
    make_whole_record(make, tmp_path)
    assert problems() == []
    unnoticed, tried, without_rows = [], 0, []
    for table, column in list_columns():
        rows = sample_rows(table, column)[:rows_each]
        if not rows:
            without_rows.append(table.name)
        for row in rows:
            done = forge(table, column, row)
            if done is None:
                continue
            tried += 1
            if not is_noticed():
                unnoticed.append(f"{table.name}.{column.name}: {row[column.name]!r} -> {done[0]!r}")
            mend(table, column, row, done[0])
    assert problems() == []

    assert without_rows == []
    assert tried > 100 + 50 * rows_each
    assert not unnoticed, "\n".join(unnoticed)


@pytest.mark.parametrize(
    "app", ["sqlite", pytest.param("postgresql", marks=[pytest.mark.long])], indirect=True
)
def test_every_row_that_is_deleted_behind_the_seals_is_named(make: Factory, tmp_path: Path):
    make_whole_record(make, tmp_path)
    unnoticed = []
    for table in Base.metadata.sorted_tables:
        if table.name in UNTOLD:
            continue
        db.session.rollback()
        rows = list(db.session.execute(select(table).order_by(*table.primary_key)).mappings())
        for row in [*rows[:2], *rows[2:][-2:]]:
            with seals_off(table) as connection:
                keys = (table.c[key.name] == row[key.name] for key in table.primary_key)
                connection.execute(delete(table).where(*keys))
            if not is_noticed():
                unnoticed.append(f"{table.name}: {dict(row)}")
            with seals_off(table) as connection:
                connection.execute(insert(table).values(**row))

    assert problems() == []
    assert not unnoticed, "\n".join(unnoticed)


# Of these every row is another's copy in more than two columns; what is deleted or changed of them
# is named above. Bytes to which no row refers are read by nobody.
NOT_COPIED = {"vendor_file", "mark_file", "file_content"}


def iterate_copies(table: Table, row: Any, rows: list[Any]) -> Iterator[dict[str, Any]]:
    """The row once more, with one or two other values, so that it can stand beside the first."""
    copy = dict(row)
    if "id" in copy:
        copy["id"] = max(each["id"] for each in rows) + 1
        yield copy
    others = [
        (column.name, value)
        for column in table.columns
        if column.name != "id"
        for value in other_values(column, row[column.name])[:2]
    ]
    yield from ({**copy, name: value} for name, value in others)
    for (name, value), (second, another) in combinations(others, 2):
        if name != second:
            yield {**copy, name: value, second: another}


def slip_in(table: Table) -> Iterator[dict[str, Any]]:
    """A few rows beside the newest, one at a time; each is taken out before the next."""
    db.session.rollback()
    rows = list(db.session.execute(select(table).order_by(*table.primary_key)).mappings())
    left = 4
    for copy in iterate_copies(table, rows[-1], rows):
        if not left:
            return
        try:
            with seals_off() as connection:
                connection.execute(insert(table).values(**copy))
        except (IntegrityError, OperationalError, StatementError):
            continue
        left -= 1
        yield copy
        with seals_off() as connection:
            keys = (table.c[key.name] == copy[key.name] for key in table.primary_key)
            connection.execute(delete(table).where(*keys))


@pytest.mark.parametrize(
    "app", ["sqlite", pytest.param("postgresql", marks=[pytest.mark.long])], indirect=True
)
def test_every_row_that_is_slipped_in_behind_the_seals_is_named(make: Factory, tmp_path: Path):
    make_whole_record(make, tmp_path)
    told = [table for table in Base.metadata.sorted_tables if table.name not in UNTOLD]
    found = {table.name: [(row, is_noticed()) for row in slip_in(table)] for table in told}

    assert problems() == []
    assert {name for name, rows in found.items() if not rows} <= NOT_COPIED
    unnoticed = [f"{name}: {row}" for name, rows in found.items() if name not in NOT_COPIED
                 for row, noticed in rows if not noticed]  # fmt: skip
    assert not unnoticed, "\n".join(unnoticed)
