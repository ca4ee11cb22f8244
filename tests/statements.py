"""Every statement that a test sends to SQLite is one for PostgreSQL, too.

Services and queries are tested on SQLite; that PostgreSQL takes what they send is seen here, where
it plans each statement once, with the values of the test, and does nothing (EXPLAIN). The walks of
tests/integration/shared run on PostgreSQL itself, and `--long` runs everything on it.

A question within a statement that asks about anybody's rows is refused as well: both databases
would take it, and answer another question.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, SelectBase, UpdateBase, event
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.exc import SQLAlchemyError

from crrubric.extensions import db

# A question within a statement that joins a table anew by a mere comma: meant as the row of the
# statement around it, most likely, from which `correlate` would take it.
COMMA_WITHIN = re.compile(r"\(SELECT [^()]*\sFROM \w+(?: AS \w+)?, \w+[^()]*")

# How many values stand in a list says nothing new.
LIST = re.compile(r"\?(, \?)+")


def is_portable(wanted: Any, statement: str) -> bool:
    """Whether SQLAlchemy writes this for each database in its own words.

    What is asked in the words of one is tested there: verification asks SQLite alone of which type
    each value is, for other databases keep the types of their columns.
    """
    if isinstance(wanted, SqliteInsert) or "typeof(" in statement:
        return False
    return isinstance(wanted, SelectBase | UpdateBase)


@dataclass
class Planner:
    """Lets PostgreSQL plan each statement that an app on SQLite sends, the first time."""

    connection: Connection
    known: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(
        self,
        _connection: Connection,
        _cursor: Any,
        statement: str,
        _values: Any,
        context: Any,
        _many: bool,  # SQLAlchemy hands it over so
    ) -> None:
        """Let PostgreSQL plan the statement, unless it has planned one like it."""
        if statement in self.known:
            return
        with self.lock:
            self.known.add(statement)
            kind = LIST.sub("?", statement)
            if kind in self.known and kind != statement:
                return
            self.known.add(kind)
            self.refused += [f"joined anew: {found}" for found in COMMA_WITHIN.findall(statement)]
            if context.compiled and is_portable(context.compiled.statement, statement):
                self.plan(context.compiled.statement, list_values(context))

    def plan(self, wanted: Any, values: dict[str, Any]) -> None:
        """Write down what PostgreSQL finds wrong with a statement."""
        try:
            statement, prepared = self.write_statement(wanted, values)
            driver = self.connection.connection.driver_connection
            assert driver is not None
            driver.execute(f"EXPLAIN {statement}", prepared)
        except (SQLAlchemyError, psycopg.Error) as error:
            self.refused.append(f"{error}: {wanted}")

    def write_statement(self, wanted: Any, values: dict[str, Any]) -> tuple[str, Any]:
        """The text and the values that SQLAlchemy would send to PostgreSQL."""
        dialect = self.connection.dialect
        compiled = wanted.compile(dialect=dialect, column_keys=list(values))
        context = dialect.execution_ctx_cls._init_compiled(
            dialect,
            self.connection,
            self.connection.connection,
            {},
            compiled,
            [values],
            wanted,
            None,
        )
        return context.statement, context.parameters[0]

    def take_refused(self) -> list[str]:
        """What was refused since this was asked last."""
        refused, self.refused = self.refused, []
        return refused


def list_values(context: Any) -> dict[str, Any]:
    """The values of a statement by name; lists as they were before each got a place of its own."""
    values = dict(context.compiled_parameters[0])
    for bind, name in context.compiled.bind_names.items():
        if bind.expanding and name not in values:
            one = re.compile(rf"{re.escape(name)}_\d+")
            values[bind.key] = [value for key, value in values.items() if one.fullmatch(key)]
    return values


@contextmanager
def plan_statements(engine: Engine) -> Iterator[Planner]:
    """Let this PostgreSQL plan what the current app sends to its SQLite, until the end."""
    with engine.connect() as connection:
        planner = Planner(connection.execution_options(isolation_level="AUTOCOMMIT"))
        sqlite = db.engine
        event.listen(sqlite, "before_cursor_execute", planner.note)
        yield planner
        event.remove(sqlite, "before_cursor_execute", planner.note)
