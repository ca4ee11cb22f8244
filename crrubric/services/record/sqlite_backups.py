"""Copies of an SQLite database that people go on writing to."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from time import monotonic

from sqlalchemy import create_engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from crrubric.domain.errors import Busy, Invalid
from crrubric.domain.translation import N_
from crrubric.queries.record.backups import NOT_OURS, BackupFacts, read_backup_facts

HEADER = b"SQLite format 3\0"
STEP = 4096  # pages that are copied while writers wait: 16 MB
RESTARTS = 3  # of a copy that others write into, before it is made in one go
PATIENCE = 30  # seconds to wait for a moment in which nobody writes
UNUSABLE = N_("%(file)s can’t be copied: %(why)s. Nothing was written.")
NO_ROOM = N_("There is not enough room, or no right to write, for %(file)s (%(why)s). Nothing was "
             "left behind.")  # fmt: skip
DAMAGED = N_("%(file)s is damaged: %(why)s.")


class CopyRestarted(Exception):
    """Somebody wrote too often meanwhile: a copy in steps would not come to its end."""


class CopyWatch:
    """Looks on while a database is copied, and gives up where that leads nowhere."""

    def __init__(self, *, in_steps: bool) -> None:
        self.in_steps, self.restarts = in_steps, 0
        self.left: int | None = None
        self.moved_at = monotonic()

    def look(self, status: int, left: int, _pages: int) -> None:
        """Raises: Busy if others wrote all the time; CopyRestarted."""
        if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            if monotonic() - self.moved_at > PATIENCE:
                message = N_("The database is written to all the time: try again.")
                raise Busy(message, seconds=PATIENCE)
            return
        self.moved_at = monotonic()
        # each step leaves less than the one before it, unless SQLite had to begin anew
        if self.left is not None and left >= self.left:
            self.restarts += 1
            if self.in_steps and self.restarts >= RESTARTS:
                raise CopyRestarted
        self.left = left


def copy_database(source: Path, target: Path) -> None:
    """Copy a database to an empty file, as it is at one moment after the call began.

    Everything that was committed before is in the copy. Where the journal is a write-ahead log
    nobody waits meanwhile. Else whoever saves waits for 16 MB at a time; where people save all the
    time they wait once until everything is copied, since SQLite begins a copy anew that somebody
    else wrote into.

    Raises: Invalid, Busy.
    """
    try:
        with (
            closing(open_file(source)) as here,
            closing(sqlite3.connect(target, isolation_level=None)) as there,
        ):
            there.execute("PRAGMA journal_mode=OFF")  # of a draft nothing has to be undone
            there.execute("PRAGMA synchronous=OFF")  # all of it is synced at the end
            mode = here.execute("PRAGMA journal_mode").fetchone()[0]
            try:
                copy_pages(here, there, in_steps=mode != "wal")
            except CopyRestarted:
                copy_pages(here, there, in_steps=False)
    except sqlite3.DatabaseError as error:
        raise explain_failed_copy(error, source, target) from None
    make_single_file(target)


def explain_failed_copy(error: sqlite3.DatabaseError, source: Path, target: Path) -> Invalid:
    """Why a copy could not be made, in words."""
    if error.sqlite_errorname.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return Invalid(DAMAGED, file=source, why=error)
    if error.sqlite_errorname.startswith(("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY")):
        return Invalid(NO_ROOM, file=target.parent, why=error)
    return Invalid(UNUSABLE, file=source, why=error)


def copy_pages(here: sqlite3.Connection, there: sqlite3.Connection, *, in_steps: bool) -> None:
    """Copy every page. Raises: CopyRestarted, Busy."""
    watch = CopyWatch(in_steps=in_steps)
    here.backup(there, pages=STEP if in_steps else -1, progress=watch.look, sleep=0.005)


def open_file(path: Path, timeout: float = PATIENCE) -> sqlite3.Connection:
    """A connection to a database that is there: none is made."""
    address = f"{path.resolve().as_uri()}?mode=rw"
    return sqlite3.connect(address, uri=True, isolation_level=None, timeout=timeout)


def make_single_file(path: Path) -> None:
    """Take off the mark of a write-ahead log: the file is all there is of the database."""
    with closing(open_file(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def require_sqlite_file(path: Path) -> None:
    """Raise Invalid if a file does not begin as an SQLite database does."""
    with path.open("rb") as file:
        if file.read(len(HEADER)) != HEADER:
            raise Invalid(NOT_OURS, file=path)


def inspect_database(path: Path, *, name: object = None) -> BackupFacts:
    """Look whether a database is whole, and what it holds.

    Args: name: what it is called in a refusal, if not by its path.
    Raises: Invalid if it is none of crrubric's, or damaged.
    """
    called = name or path
    with telling_of_damage(called), closing(open_file(path)) as connection:
        (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        lost = connection.execute("SELECT count(*) FROM pragma_foreign_key_check").fetchone()[0]
    if found != "ok":
        raise Invalid(DAMAGED, file=called, why=" ".join(found.split()))
    return replace(read_file_facts(path, called), lost_rows=lost)


def read_file_facts(path: Path, name: object) -> BackupFacts:
    """What a database file holds. Raises: Invalid."""
    engine = create_engine(URL.create("sqlite", database=str(path)), poolclass=NullPool)
    with telling_of_damage(name), engine.connect() as connection:
        return read_backup_facts(connection, name=name)


@contextmanager
def telling_of_damage(name: object) -> Iterator[None]:
    """What SQLite can't read is damaged. Raises: Invalid."""
    try:
        yield
    except (sqlite3.DatabaseError, DatabaseError, ValueError) as error:
        why = getattr(error, "orig", None) or error
        raise Invalid(DAMAGED, file=name, why=why) from None
