"""Whatever value somebody changes behind the database's back, verification names it.

Every table and every column, one value at a time, seals off and on again. What the record does
not tell of stands in UNTOLD, with the reason.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from copy import copy
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations, groupby
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Executable,
    Table,
    and_,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError
from sqlalchemy.orm import Session

from crrubric.domain.record.state import State
from crrubric.extensions import WRITE, db
from crrubric.models import Base, Evaluation
from crrubric.queries.record import replays
from crrubric.queries.record.chains import iterate_entries
from crrubric.queries.record.replays import JournalFindings, check_journals
from crrubric.queries.record.verification import verify_record
from tests.factories import Factory
from tests.integration.record.whole import make_whole_record

PEOPLE = "accounts are no part of an evaluation"
TELLS = "tells people something, once; it proves nothing"
COMPARED = "made of the name, to compare it with others"
SCREEN = "where the meeting screen is, while the meeting lasts"
SAVED = "how often and when an answer was saved before it was sealed with all others"
KEY = "an address, drawn at random"
JOURNAL = "journal_entry"
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
def unchecked() -> Iterator[Connection]:
    """A connection that writes past keys and checks; on PostgreSQL past all seals as well."""
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
            yield connection
    finally:
        raw.execute("PRAGMA foreign_keys=ON")
        raw.execute("PRAGMA ignore_check_constraints=OFF")


def take_seals_off(connection: Connection, table: Table | None = None) -> list[str]:
    """Drop SQLite's triggers, of this table or of all: the statements that make them again."""
    if connection.dialect.name == "postgresql":
        return []
    wanted = "SELECT name, sql, tbl_name FROM sqlite_master WHERE type = 'trigger'"
    rows = connection.exec_driver_sql(wanted).all()
    seals = [row for row in rows if table is None or row.tbl_name == table.name]
    for row in seals:
        connection.exec_driver_sql(f"DROP TRIGGER {row.name}")
    return [row.sql for row in seals]


@contextmanager
def seals_off() -> Iterator[Connection]:
    """A connection for which nothing is sealed, checked or referred to, as for a forger."""
    with unchecked() as connection:
        seals = take_seals_off(connection)
        yield connection
        for seal in seals:
            connection.exec_driver_sql(seal)


def other_values(column: Column[Any], value: Any, connection: Connection) -> list[Any]:
    """What a forger could write instead; for a key first of all another row."""
    others: list[Any] = []
    for key in column.foreign_keys:
        there = select(key.column).order_by(key.column).limit(4)
        others += [row for row in connection.scalars(there) if row != value]
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


class KnownJournal:
    """What the journal tells of each evaluation while nobody touches it.

    To follow it takes as long as to compare it, and a forger of another table leaves it as it is:
    a difference from it is one that verification finds. Where there is none, verification is asked.
    """

    def __init__(self, session: Session) -> None:
        self.told: dict[int, State] = {}
        for chain, entries in groupby(iterate_entries(session), key=lambda one: one.chain):
            found = JournalFindings()
            self.told[chain] = replays._follow_chain(chain, entries, found)
            assert found.problems == []

    def differs(self, connection: Connection) -> bool:
        """Whether the tables of an evaluation tell something else."""
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            there = set(session.scalars(select(Evaluation.id)))
            for chain, told in reversed(self.told.items()):  # the last has most rows to forge
                found = replays._compare_evaluation(session, chain, "", copy_state(told))
                with closing(found):  # at its first difference
                    if chain in there and next(found, None) is not None:
                        return True
        return False


def copy_state(state: State) -> State:
    """The state again: to compare it takes out of it what was found."""
    return replace(state, **{each.name: copy(getattr(state, each.name)) for each in fields(state)})


class Forger:
    """Somebody who writes into one table what nobody may; each time it is taken back."""

    def __init__(
        self, table: Table, connection: Connection, seals: Sequence[str], journal: KnownJournal
    ) -> None:
        self.table, self.connection, self.seals = table, connection, seals
        self.journal = journal

    def notices(self, change: Executable) -> bool | None:
        """Whether verification names what this changes; None if the database does not take it."""
        savepoint = self.connection.begin_nested()
        try:
            self.connection.execute(change)
        except (IntegrityError, OperationalError, StatementError):
            savepoint.rollback()
            return None
        if self.table.name == JOURNAL or not self.journal.differs(self.connection):
            with Session(self.connection, join_transaction_mode="create_savepoint") as session:
                found = check_journals(session).problems
                noticed = bool(found) or self.is_named_elsewhere(session)
        else:
            noticed = True
        savepoint.rollback()
        return noticed

    def is_named_elsewhere(self, session: Session) -> bool:
        """Whether all of verification names it, where the journal does not: with seals on again."""
        for seal in self.seals:
            self.connection.exec_driver_sql(seal)
        return bool(verify_record(session).problems)

    def find_row(self, row: Any) -> ColumnElement[bool]:
        """What is true of this row alone."""
        return and_(*(self.table.c[key.name] == row[key.name] for key in self.table.primary_key))

    def read_rows(self) -> list[Any]:
        """Every row of the table, in order."""
        wanted = select(self.table).order_by(*self.table.primary_key)
        return list(self.connection.execute(wanted).mappings())


@contextmanager
def forging(table: Table, journal: KnownJournal) -> Iterator[Forger]:
    """Let somebody forge a table; nothing of it stays."""
    with unchecked() as connection, connection.begin_nested() as everything:
        yield Forger(table, connection, take_seals_off(connection, table), journal)
        everything.rollback()


def problems() -> list[str]:
    db.session.rollback()
    db.session.expire_all()
    return [str(problem) for problem in verify_record(db.session()).problems]


def sample_rows(column: Column[Any], rows: list[Any]) -> list[Any]:
    """A row with a value and one without, if there are such."""
    filled = [row for row in rows if row[column.name] not in (None, "", 0, False)]
    empty = [row for row in rows if row[column.name] in (None, "", 0, False)]
    return [*filled[-1:], *empty[:1]]


def change_value(forger: Forger, column: Column[Any], row: Any) -> tuple[bool, str] | None:
    """Change a value of one row: whether it is noticed, and what it was; None if none fits."""
    for value in other_values(column, row[column.name], forger.connection):
        change = update(forger.table).where(forger.find_row(row)).values({column.name: value})
        noticed = forger.notices(change)
        if noticed is not None:
            return noticed, f"{column}: {row[column.name]!r} -> {value!r}"
    return None


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
    journal = KnownJournal(db.session())
    without_rows, tried = [], []
    for table, columns in groupby(list_columns(), key=lambda pair: pair[0]):
        with forging(table, journal) as forger:
            rows = forger.read_rows()
            if not rows:
                without_rows.append(table.name)
            for _table, column in columns:
                sample = sample_rows(column, rows)[:rows_each]
                tried += [done for row in sample if (done := change_value(forger, column, row))]

    assert problems() == []
    assert without_rows == []
    assert len(tried) > 100 + 50 * rows_each
    unnoticed = [what for noticed, what in tried if not noticed]
    assert not unnoticed, "\n".join(unnoticed)


@pytest.mark.parametrize(
    "app", ["sqlite", pytest.param("postgresql", marks=[pytest.mark.long])], indirect=True
)
def test_every_row_that_is_deleted_behind_the_seals_is_named(make: Factory, tmp_path: Path):
    make_whole_record(make, tmp_path)
    journal = KnownJournal(db.session())
    unnoticed = []
    for table in Base.metadata.sorted_tables:
        if table.name in UNTOLD:
            continue
        with forging(table, journal) as forger:
            rows = forger.read_rows()
            unnoticed += [
                f"{table.name}: {dict(row)}"
                for row in [*rows[:2], *rows[2:][-2:]]
                if not forger.notices(delete(table).where(forger.find_row(row)))
            ]

    assert problems() == []
    assert not unnoticed, "\n".join(unnoticed)


# Of these every row is another's copy in more than two columns; what is deleted or changed of them
# is named above. Bytes to which no row refers are read by nobody.
NOT_COPIED = {"vendor_file", "mark_file", "file_content"}
ROWS_EACH = 4


def iterate_copies(forger: Forger) -> Iterator[dict[str, Any]]:
    """The newest row once more, with one or two other values, so that both can stand there."""
    rows = forger.read_rows()
    copy = dict(rows[-1])
    if "id" in copy:
        copy["id"] = max(each["id"] for each in rows) + 1
        yield copy
    others = [
        (column.name, value)
        for column in forger.table.columns
        if column.name != "id"
        for value in other_values(column, rows[-1][column.name], forger.connection)[:2]
    ]
    yield from ({**copy, name: value} for name, value in others)
    for (name, value), (second, another) in combinations(others, 2):
        if name != second:
            yield {**copy, name: value, second: another}


def slip_rows_in(table: Table, journal: KnownJournal) -> list[tuple[dict[str, Any], bool]]:
    """A few rows beside the newest, one at a time, and whether each is noticed."""
    found: list[tuple[dict[str, Any], bool]] = []
    with forging(table, journal) as forger:
        for copy in iterate_copies(forger):
            noticed = forger.notices(insert(table).values(**copy))
            if noticed is not None:
                found.append((copy, noticed))
            if len(found) == ROWS_EACH:
                break
    return found


@pytest.mark.parametrize(
    "app", ["sqlite", pytest.param("postgresql", marks=[pytest.mark.long])], indirect=True
)
def test_every_row_that_is_slipped_in_behind_the_seals_is_named(make: Factory, tmp_path: Path):
    make_whole_record(make, tmp_path)
    told = [table for table in Base.metadata.sorted_tables if table.name not in UNTOLD]
    journal = KnownJournal(db.session())
    found = {table.name: slip_rows_in(table, journal) for table in told}

    assert problems() == []
    assert {name for name, rows in found.items() if not rows} <= NOT_COPIED
    unnoticed = [f"{name}: {row}" for name, rows in found.items() if name not in NOT_COPIED
                 for row, noticed in rows if not noticed]  # fmt: skip
    assert not unnoticed, "\n".join(unnoticed)
