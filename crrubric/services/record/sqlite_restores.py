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

# what is told of it -> (what tells one from another, in words) of all that there are
RETURNING = {
    "Is there again, and was not": "SELECT id, '“' || title || '”' FROM evaluation",
    "Can sign in again, and could not before": """
        SELECT email_key, email_key FROM user_account WHERE disabled_at IS NULL""",
    "Administers the site again, and did not before": """
        SELECT id, email_key FROM user_account WHERE standing = 'ADMINISTRATOR'""",
    "Signs in again with a passkey that was ended": """
        SELECT credential_id, email_key || ', “' || passkey.name || '”'
        FROM passkey JOIN user_account ON user_account.id = user_id""",
    "Signs in again with an account that was disconnected": """
        SELECT issuer || ' ' || subject, email_key || ', ' || issuer
        FROM external_identity JOIN user_account ON user_account.id = user_id""",
    "Signs in with one step again, and had two": """
        SELECT id, email_key FROM user_account
        WHERE id NOT IN (SELECT user_id FROM passkey)
        AND id NOT IN (SELECT user_id FROM authenticator_app WHERE confirmed_at IS NOT NULL)""",
}


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


def list_returning_things(database: Path, backup: Path) -> tuple[str, ...]:
    """A line for each evaluation, way in and power over the site that a backup has and the present
    database has not: it was removed, or taken from somebody, since. Nothing where that can't be
    read.
    """
    told: list[str] = []
    for words, wanted in RETURNING.items():
        try:
            before, back = (read_pairs(file, wanted) for file in (database, backup))
        except sqlite3.DatabaseError:  # damaged, or of before there was such a thing
            continue
        told += [f"{words}: {back[key]}" for key in back.keys() - before.keys()]
    return tuple(sorted(told))


def read_pairs(file: Path, wanted: str) -> dict[str, str]:
    """The rows of two columns that a statement gives."""
    with closing(open_file(file)) as connection:
        return dict(connection.execute(wanted).fetchall())
