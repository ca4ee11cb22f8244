"""Putting an SQLite database in the place of another one, which is kept."""

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from crrubric.clock import now_utc
from crrubric.domain.errors import Invalid
from crrubric.domain.translation import N_
from crrubric.services.record.sqlite_backups import open_file
from crrubric.services.record.whole_files import (
    BESIDE,
    find_free_name,
    name_dated_file,
    sync_folder,
)

WAIT = 5  # seconds for whoever uses the database to end
IN_USE = N_("Somebody uses %(file)s: stop the server, and wait until no command of crrubric runs.")


def keep_aside(database: Path) -> Path | None:
    """Give the present database a second, dated name; None if there is none.

    Its journal, if it has one still, gets the name that goes with it, and no longer lies beside the
    place of the database: SQLite would take it for a journal of whatever comes there.

    Raises: Invalid if somebody uses it.
    """
    if not database.exists():
        return None
    settle_database(database)
    stem = f"{database.stem}-before-restore"
    name = name_dated_file(stem, now_utc(), database.suffix)
    kept = find_free_name(database.with_name(name))
    beside = [database.with_name(database.name + end) for end in BESIDE]
    asides = [kept.with_name(kept.name + end) for end in BESIDE]
    pairs = [(database, kept), *zip(beside, asides, strict=True)]
    for file, aside in pairs:
        if file.exists() and (file is database or file.stat().st_size):
            link_or_copy(file, aside)
    sync_folder(database.parent)
    for file in beside:
        file.unlink(missing_ok=True)
    return kept


def settle_database(database: Path) -> None:
    """Let everything be in the one file, if it can be read. Raises: Invalid if somebody uses it."""
    try:
        with closing(open_file(database, timeout=WAIT)) as connection:
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorname.startswith("SQLITE_BUSY"):
            raise Invalid(IN_USE, file=database) from None
        # damaged: that may be why another one is to take its place


def link_or_copy(file: Path, other: Path) -> None:
    """Give a file a second name; a copy where the file system has one name only for each."""
    try:
        os.link(file, other)
    except FileExistsError:
        raise
    except OSError:
        shutil.copy2(file, other)


def give_to_owner(path: Path, like: Path) -> None:
    """Let a file be of the one to whom `like` is, where that can be done: root brings back what
    the server's own account must read."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        told = like.stat()
        with suppress(OSError):
            os.chown(path, told.st_uid, told.st_gid)


def read_file_pairs(file: Path, wanted: str) -> dict[str, str] | None:
    """The rows of two columns that a statement gives; None where the file can't be asked that: it
    is damaged, or of before there was such a thing."""
    try:
        with closing(open_file(file)) as connection:
            return dict(connection.execute(wanted).fetchall())
    except sqlite3.DatabaseError:
        return None
