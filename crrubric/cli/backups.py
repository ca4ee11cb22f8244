"""crrubric backup and crrubric restore."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from flask import Flask

from crrubric.cli.running import (
    make_app,
    print_line,
    refuse_encoding,
    refuse_missing_file,
    refuse_missing_folder,
    refuse_newer_schema,
    remind_of_districts,
    upgrade_schema,
)
from crrubric.cli.serving import RUNNING, find_database_file, find_lock_file, hold_server_lock
from crrubric.clock import now_utc
from crrubric.config import current_settings
from crrubric.domain import limits
from crrubric.domain.errors import CrrubricError, Invalid
from crrubric.domain.translation import N_
from crrubric.extensions import db
from crrubric.queries.operations.health import find_newest_revision
from crrubric.queries.record.backups import BackupFacts
from crrubric.services.record import postgresql_backups as postgresql
from crrubric.services.record.backups import BackupFile, hash_file, write_backup_file
from crrubric.services.record.restores import (
    EndedThings,
    finish_restoration,
    list_returning_things,
)
from crrubric.services.record.sqlite_backups import (
    copy_database,
    inspect_database,
    make_single_file,
    read_file_facts,
    require_sqlite_file,
)
from crrubric.services.record.sqlite_restores import (
    give_to_owner,
    keep_aside,
    read_file_pairs,
)
from crrubric.services.record.whole_files import find_free_name, name_dated_file, write_whole_file

TIME = "%Y-%m-%d %H:%M:%S UTC"
NO_BACKUP = N_(
    "Nothing was upgraded, because no backup could be made: %(why)s To upgrade without one, say"
    " --no-backup."
)
THE_DATABASE = N_("%(file)s is the database itself: name a backup of it.")
OTHER_KIND = N_(
    "%(file)s is a backup of %(kind)s, and DATABASE_URL names another kind of database."
)


@click.command("backup")
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Overwrite TARGET if it is there.")
def write_backup(target: Path, replace: bool) -> None:
    """Back the whole database up into the file TARGET, while people work.

    If TARGET is a folder, the backup gets a name with date and time there. All that was saved
    before is in it, attached files as well. It is looked at before it gets its name.

    settings.toml and secret-key are not in it: settings hold passwords of other systems, and a new
    secret is made where there is none.
    """
    refuse_missing_folder()
    with make_app().app_context():
        refuse_missing_file()
        done = write_backup_file(target, replace=replace)
    for line in describe_backup(done):
        print_line(line)
    warn_of_lost_rows(done.facts)
    remind_of_districts("backup FOLDER/{district}/")


def describe_backup(done: BackupFile) -> Iterator[str]:
    """What was written, for people and for a log."""
    yield f"wrote {done.path}"
    yield f"{describe_facts(done.facts)}, {done.size / limits.MEGABYTE:.1f} MB"
    yield f"SHA-256 {done.sha256}"


def describe_facts(facts: BackupFacts) -> str:
    """What is in a database, in one line."""
    newest = f"newest of {facts.newest:{TIME}}" if facts.newest else "none"
    return (
        f"evaluations: {facts.evaluations}, journal entries: {facts.entries} ({newest}),"
        f" schema {facts.revision}"
    )


def warn_of_lost_rows(facts: BackupFacts) -> None:
    """Say on stderr that something was wrong with the database before it was copied."""
    if facts.lost_rows:
        print_line(
            f"crrubric: {facts.lost_rows} rows point at rows that are not there, in the database"
            " already: “crrubric verify” names them.",
            err=True,
        )


def back_up_before_upgrade(revision: str) -> None:
    """Back up the database of the current app, which is of this revision; say where.

    Raises: Invalid if that fails. Where PostgreSQL's tools are missing it says so, and goes on: the
    upgrade is one transaction, and who runs PostgreSQL has backups of their own.
    """
    url = db.engine.url
    if url.get_backend_name() != "sqlite" and not postgresql.has_tools():
        print_line(
            "crrubric: No backup was made: pg_dump is not there. The upgrade is one transaction; to"
            " go back after it you need a backup of your own.",
            err=True,
        )
        return
    place = Path(url.database or "crrubric")
    folder = place.parent if url.get_backend_name() == "sqlite" else current_settings().INSTANCE
    ending = place.suffix if url.get_backend_name() == "sqlite" else ".dump"
    stem = f"{place.stem}-before-upgrade-from-{revision}"
    try:
        done = write_backup_file(find_free_name(folder / name_dated_file(stem, now_utc(), ending)))
    except (CrrubricError, OSError) as error:
        raise Invalid(NO_BACKUP, why=error) from None
    print_line(f"Backed up to {done.path}: delete it once all is well.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Restoration:
    """What became of a restoration, to be told. `lost`: what the present database had more than
    the backup; `back`: a line for each thing that had been removed or taken away since, None where
    there is no former database to compare with."""

    place: str
    facts: BackupFacts
    ended: EndedThings
    kept: Path | None = None
    lost: tuple[int, datetime | None] = (0, None)
    back: tuple[str, ...] | None = None


@click.command("restore")
@click.argument("source", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--former", metavar="URL",
              help="PostgreSQL: the database that was in use before. Lists what had been"
              " removed from it and comes back. The password may stand in PGPASSWORD.")  # fmt: skip
def restore_backup(source: Path, former: str | None) -> None:
    """Bring the backup SOURCE back, in the place of the database.

    Stop the server first. The present database is kept beside it under a dated name; PostgreSQL
    takes a backup into an empty database only. A backup of an older version is upgraded.

    Everybody has to sign in again. One-time links and links of calendars stop working, and mails
    that waited are not sent: all of that may have been used, ended or sent since.
    """
    app = make_app()
    database = find_database_file(app)
    if database is None:
        done = restore_dump(app, source, former)
    elif former is not None:
        raise click.UsageError("--former is for PostgreSQL: the file that was there is compared.")
    else:
        done = restore_file(app, source, database.resolve())
    for line in describe_restoration(done):
        print_line(line)
    warn_of_lost_rows(done.facts)


def restore_file(app: Flask, source: Path, database: Path) -> Restoration:
    """Bring an SQLite database back. Raises: Invalid; the present one is where it was then."""
    if database.exists() and source.samefile(database):
        raise Invalid(THE_DATABASE, file=source)
    refuse_other_kind(source, postgresql.HEADER, "PostgreSQL")
    require_sqlite_file(source)
    digest = hash_file(source)
    with hold_server_lock(app, RUNNING), write_whole_file(database, replace=True) as draft:
        copy_database(source, draft)
        facts = inspect_database(draft, name=source)
        refuse_newer_schema(facts.revision)
        ended = finish_inside(
            make_app({"DATABASE_URL": f"sqlite:///{draft.as_posix()}"}), facts, digest
        )
        make_single_file(draft)
        back = None
        if database.exists():
            ask = (partial(read_file_pairs, file) for file in (database, draft))
            back = list_returning_things(*ask)
        lost = compare_entries(database, facts)
        kept = keep_aside(database)
        if kept:
            draft.chmod(kept.stat().st_mode & 0o777)
        for file in filter(None, (draft, find_lock_file(app))):
            give_to_owner(file, like=kept or database.parent)
    return Restoration(
        place=str(database), facts=facts, ended=ended, kept=kept, lost=lost, back=back,
    )  # fmt: skip


def restore_dump(app: Flask, source: Path, former: str | None = None) -> Restoration:
    """Bring a dump back into an empty PostgreSQL database.

    Args: former: the address of the database that was in use before. Raises: Invalid, NotReady.
    """
    refuse_other_kind(source, b"SQLite format 3", "SQLite")
    refuse_newer_schema(postgresql.read_dump_revision(source))
    with ExitStack() as stack:
        before = stack.enter_context(postgresql.open_former_database(former)) if former else None
        with app.app_context(), TemporaryDirectory() as folder:
            refuse_encoding()
            facts = postgresql.load_dump(db.engine, source, Path(folder) / "contents")
            place = f"the database “{db.engine.url.database}”"
        ended, back = finish_inside(app, facts, hash_file(source)), None
        if before is not None:
            with app.app_context():
                ask = (partial(postgresql.read_server_pairs, each) for each in (before, db.engine))
                back = list_returning_things(*ask)
                db.engine.dispose()
    return Restoration(place=place, facts=facts, ended=ended, back=back)


def refuse_other_kind(source: Path, header: bytes, kind: str) -> None:
    """Raise Invalid if a file is the backup of another kind of database."""
    with source.open("rb") as file:
        if file.read(len(header)) == header:
            raise Invalid(OTHER_KIND, file=source, kind=kind)


def finish_inside(app: Flask, facts: BackupFacts, sha256: str) -> EndedThings:
    """Upgrade the database of an app if it is older, and end what must not live again."""
    with app.app_context():
        try:
            if facts.revision < find_newest_revision():
                upgrade_schema()
            return finish_restoration(facts, sha256)
        finally:
            db.session.remove()
            db.engine.dispose()


def compare_entries(database: Path, facts: BackupFacts) -> tuple[int, datetime | None]:
    """How many more journal entries the present database has than a backup, and when the newest
    was written; nothing if it can't be read."""
    try:
        present = read_file_facts(database, database) if database.exists() else facts
    except CrrubricError:
        return 0, None
    return max(0, present.entries - facts.entries), present.newest


def describe_restoration(done: Restoration) -> Iterator[str]:
    """What was brought back, what is lost by that, and what is to be done."""
    ended, (entries, newest) = done.ended, done.lost
    yield f"restored {done.place}"
    yield describe_facts(done.facts)
    if done.facts.revision < find_newest_revision():
        yield f"It was upgraded to schema {find_newest_revision()}."
    if done.kept:
        yield f"What was there before is kept as {done.kept}"
    if entries and newest:
        yield (
            f"It had {entries} journal entries more, the newest of {newest:{TIME}}: what they tell"
            " is not in the backup."
        )
    yield (
        f"Ended: {ended.sessions} sessions, {ended.links} one-time links, {ended.calendars} links"
        f" of calendars. Not to be sent any more: {ended.mails} mails."
    )
    if done.back is None:
        yield (
            "What was removed or taken from somebody since the backup can’t be told, as there was"
            " no former database to compare with. Look at who administers the site."
        )
    yield from done.back or ()
    yield "Passwords are those of the backup. Run “crrubric verify”, then start the server."
