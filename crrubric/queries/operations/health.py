"""How the site is doing, for monitoring: database, schema, room on the disk, mails that wait."""

import shutil
import sqlite3
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.config import PACKAGE
from crrubric.domain import limits
from crrubric.extensions import choose_journal_mode
from crrubric.models import OutgoingMail
from crrubric.queries.mail.outgoing import is_waiting
from crrubric.queries.record.backups import read_revision

LEAST_FREE = 500 * limits.MEGABYTE  # bytes: below, saves may soon fail
LATE = timedelta(hours=1)  # that a mail may wait beyond the moment when it is due


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What monitoring asks. `schema` is the revision of the database, None if it has none."""

    database: dict[str, str]
    schema: str | None
    newest_schema: str
    free_bytes: int
    late_mails: int

    @property
    def is_ready(self) -> bool:
        """Whether requests can be answered: the schema is the one that the program knows."""
        return self.schema == self.newest_schema

    @property
    def has_room(self) -> bool:
        """Whether the disk is not about to be full."""
        return self.free_bytes >= LEAST_FREE

    @property
    def status(self) -> str:
        """In a word: “not ready” needs a person now, “warning” today."""
        if not self.is_ready:
            return "not ready"
        return "ok" if self.has_room and not self.late_mails else "warning"


@cache
def find_newest_revision() -> str:
    """The revision that the code knows, read from the file names: 0001_first_light.py."""
    return max(file.name[:4] for file in (PACKAGE / "migrations" / "versions").glob("0*.py"))


def read_health(session: Session, folder: Path) -> Health:
    """How the site is doing now. Args: folder: where its files lie.

    Raises: whatever the driver raises where the database does not answer.
    """
    schema = read_revision(session.connection())
    newest = find_newest_revision()
    return Health(
        database=load_database_state(session),
        schema=schema,
        newest_schema=newest,
        free_bytes=shutil.disk_usage(folder).free,
        late_mails=count_late_mails(session) if schema == newest else 0,
    )


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


def count_late_mails(session: Session) -> int:
    """How many mails wait to be sent although they were due long ago."""
    due_long_ago = OutgoingMail.due_at < now_utc() - LATE
    late = select(func.count(OutgoingMail.id)).where(is_waiting(), due_long_ago)
    return session.scalar(late) or 0
