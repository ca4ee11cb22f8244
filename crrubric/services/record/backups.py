"""A backup of the whole database, in one file."""

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.translation import N_
from crrubric.extensions import db
from crrubric.queries.record.backups import BackupFacts
from crrubric.services.record.postgresql_backups import dump_database
from crrubric.services.record.sqlite_backups import copy_database, inspect_database
from crrubric.services.record.whole_files import find_free_name, name_dated_file, write_whole_file

OWN_FILE = N_("%(file)s belongs to the database itself: name another file.")
TOO_LARGE = N_(
    "The backup needs %(size)s MB, and %(free)s MB are free in %(folder)s. Nothing was written."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupFile:
    """A backup that was written."""

    path: Path
    facts: BackupFacts
    size: int
    sha256: str


def write_backup_file(target: Path, *, replace: bool = False) -> BackupFile:
    """Back the database of the current app up, while people go on working.

    All that was saved before is in it. It is looked at before it gets its name: whole, of crrubric,
    readable for its owner only.

    Args: target: a file, or a folder, in which it gets a name with date and time.
    Raises: Invalid, Busy, NotReady, OSError; nothing is left then.
    """
    engine = db.engine
    if target.is_dir():
        name = name_dated_file("crrubric", now_utc(), find_ending(engine))
        target = find_free_name(target / name)
    source = find_engine_file(engine)
    if source is not None:
        refuse_own_file(source, target)
        refuse_small_disk(source, target.parent)
    with write_whole_file(target, replace=replace) as draft:
        if source is None:
            facts = dump_database(engine, draft)
        else:
            copy_database(source, draft)
            facts = inspect_database(draft, name=source)
        return BackupFile(
            path=target, facts=facts, size=draft.stat().st_size, sha256=hash_file(draft)
        )


def find_engine_file(engine: Engine) -> Path | None:
    """The file of an SQLite database; None on PostgreSQL."""
    name = engine.url.database
    return Path(name) if engine.dialect.name == "sqlite" and name else None


def find_ending(engine: Engine) -> str:
    """How names of backups end."""
    return ".db" if engine.dialect.name == "sqlite" else ".dump"


def hash_file(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def refuse_own_file(source: Path, target: Path) -> None:
    """Raise Invalid if the target is the database, or one of the files that lie beside it."""
    source, target = source.resolve(), target.resolve()
    own = {source.name, *(source.name + end for end in ("-journal", "-wal", "-shm"))}
    own.add(source.with_suffix(".lock").name)
    if target.parent == source.parent and target.name in own:
        raise Invalid(OWN_FILE, file=target)


def refuse_small_disk(source: Path, folder: Path) -> None:
    """Raise Invalid if a copy has no room: a disk that it filled could be the one of the server."""
    size, free = source.stat().st_size, shutil.disk_usage(folder).free
    if size > free:
        needed, left = -(-size // limits.MEGABYTE), free // limits.MEGABYTE
        raise Invalid(TOO_LARGE, folder=folder, size=needed, free=left)
