"""Alembic's entry: one migration history for SQLite and PostgreSQL."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app
from sqlalchemy.types import TypeDecorator

from crrubric.models import Base


def plain_type(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our own column types as what they are stored as: migrations must not import models."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


def run() -> None:
    """Upgrade inside one transaction: a migration that fails half way leaves no trace."""
    engine = current_app.extensions["migrate"].db.engine
    arguments = current_app.extensions["migrate"].configure_args
    with engine.connect().execution_options(crrubric_write=True) as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_item=plain_type,
            transaction_per_migration=False,
            **arguments,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
