"""How the database is doing, for monitoring."""

import sqlite3

from sqlalchemy import text
from sqlalchemy.orm import Session

from crrubric.extensions import choose_journal_mode


def load_database_state(session: Session) -> dict[str, str]:
    """Ask the database something and tell what it is. Raises: whatever the driver raises."""
    session.execute(text("SELECT 1"))
    dialect = session.get_bind().dialect.name
    if dialect != "sqlite":
        return {"database": dialect}
    version = sqlite3.sqlite_version_info[:3]
    return {
        "database": dialect,
        "sqlite": sqlite3.sqlite_version,
        "journal_mode": choose_journal_mode(version),
    }
