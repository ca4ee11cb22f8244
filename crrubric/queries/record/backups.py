"""What a database holds, for whoever backs it up or brings a backup back.

It may be of any version of crrubric: what is read here is in all of them.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, inspect, select, text
from sqlalchemy.orm import Session

from crrubric.domain.errors import Invalid
from crrubric.domain.events import Event
from crrubric.domain.record.chain import SITE
from crrubric.domain.translation import N_
from crrubric.models import Evaluation, JournalEntry

TABLES = {"alembic_version", "evaluation", "journal_entry", "user_account"}
NOT_OURS = N_("%(file)s is no database of crrubric.")


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupFacts:
    """What a database holds, at the moment of its backup.

    `revision`: of its schema; `newest`: when the newest entry of its journal was written, None if
    there is none; `lost_rows`: how many rows point at one that is not there.
    """

    revision: str
    evaluations: int
    entries: int
    newest: datetime | None
    lost_rows: int = 0


def read_revision(connection: Connection) -> str | None:
    """The revision of a database's schema; None if it has no schema at all."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def read_backup_facts(connection: Connection, *, name: object) -> BackupFacts:
    """What a database holds. Raises: Invalid if it is none of crrubric; it is called `name`."""
    there = inspect(connection)
    revision = read_revision(connection)
    if revision is None or not set(there.get_table_names()) >= TABLES:
        raise Invalid(NOT_OURS, file=name)
    wanted = select(func.count()).select_from(Evaluation)
    if "deleted_at" in {column["name"] for column in there.get_columns("evaluation")}:
        wanted = wanted.where(Evaluation.deleted_at.is_(None))
    entries = connection.execute(select(func.count(JournalEntry.id), func.max(JournalEntry.at)))
    count, newest = entries.one()
    return BackupFacts(
        revision=revision,
        evaluations=connection.execute(wanted).scalar_one(),
        entries=count,
        newest=newest,
    )


def list_restorations(session: Session) -> list[JournalEntry]:
    """When the site was brought back from a backup, as its journal tells, the first one first."""
    wanted = select(JournalEntry).where(
        JournalEntry.chain == SITE, JournalEntry.event == Event.SITE_RESTORED
    )
    return list(session.scalars(wanted.order_by(JournalEntry.number)))
