"""Alembic's entry: one migration history for SQLite and PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app
from sqlalchemy import Connection
from sqlalchemy.types import TypeDecorator

from crrubric.models import Base


def plain_type(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our own column types as what they are stored as: migrations must not import models."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


@contextmanager
def keys_unchecked(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by copying it, which its foreign keys must not notice meanwhile."""
    if connection.dialect.name != "sqlite":
        yield
        return
    raw: Any = connection.connection.driver_connection
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        connection.rollback()  # inside a transaction the next line would do nothing
        raw.execute("PRAGMA foreign_keys=ON")


def check_keys(connection: Connection) -> None:
    """Undo everything if a row now points nowhere. Raises: RuntimeError."""
    if connection.dialect.name == "sqlite":
        lost = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if lost:
            raise RuntimeError(f"the migration left rows that point nowhere: {lost[:5]}")


def run() -> None:
    """Upgrade inside one transaction: a migration that fails half way leaves no trace."""
    engine = current_app.extensions["migrate"].db.engine
    arguments = current_app.extensions["migrate"].configure_args
    with engine.connect() as connection, keys_unchecked(connection):
        connection.execution_options(crrubric_write=True)
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_item=plain_type,
            transaction_per_migration=False,
            # Alembic takes SQLite for a database that changes its tables at once; it isn't one.
            transactional_ddl=True,
            **arguments,
        )
        with context.begin_transaction():
            context.run_migrations()
            check_keys(connection)


run()
