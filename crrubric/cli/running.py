"""Every command runs inside the app, on a database with the schema that the code knows, and says
what it says line by line."""

import os
import re
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click
from flask import Flask, current_app
from sqlalchemy import text

from crrubric.config import instance_folder
from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.text import drop_steering, replace_control_characters
from crrubric.domain.translation import N_
from crrubric.extensions import db, prepare_migrations
from crrubric.queries.operations.health import find_newest_revision
from crrubric.queries.record.backups import read_revision
from crrubric.services.record.backups import find_engine_file
from crrubric.settings.districts import list_district_folders

# as large as a database can hold it
ROW_NUMBER = click.IntRange(limits.ID.least, limits.ID.most)
BREAKS = re.compile("[\r\n\u2028\u2029]+")
UTF8 = "UTF8"  # as PostgreSQL calls it
NO_SITE = N_(
    "There is no site at %(place)s. Name its folder in CRRUBRIC_INSTANCE, or begin one there:"
    " crrubric user add --administrator --name NAME --email ADDRESS"
)
FIRST_DISTRICT = "first"  # what it is called where a command names one
AppFactory = Callable[[Mapping[str, Any] | None], Flask]
P = ParamSpec("P")
T = TypeVar("T")


def print_line(text: str, *, err: bool = False) -> None:
    """Print one line, on stdout or stderr.

    A header, a file's name or a line of an archive can hold what a terminal obeys, or a break
    behind which a line of ours seems to stand.
    """
    click.echo(keep_to_one_line(text), err=err)


def keep_to_one_line(text: str) -> str:
    """The text with a blank for each break, and a mark for whatever steers a terminal."""
    return replace_control_characters(drop_steering(BREAKS.sub(" ", text)))


def find_factory() -> AppFactory:
    """What makes an app: the entry point handed it in, as that floor is above this one."""
    factory: AppFactory = click.get_current_context().find_root().obj
    return factory


def make_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """The app of the site that the command is about."""
    folder = find_folder()
    named = {} if folder == instance_folder() else {"INSTANCE": str(folder)}
    return find_factory()({**named, **(settings or {})})


def find_folder() -> Path:
    """The folder of the site that the command is about. Raises: Invalid if there is none."""
    first = instance_folder()
    name = find_named_folder()
    if name is None or name == FIRST_DISTRICT:
        return first
    return find_further_folder(first, name)


def find_named_folder() -> str | None:
    """What was given as --district; None if nothing was."""
    name: str | None = click.get_current_context().find_root().params.get("district")
    return name


def remind_of_districts(command: str) -> None:
    """Where there are several districts and none was named, say how a command is given to all."""
    if find_named_folder() is None and any(list_district_folders(instance_folder())):
        print_line(
            f"This was about the first district alone. For all: crrubric district each {command}",
            err=True,
        )


def find_further_folder(first: Path, name: str) -> Path:
    """The folder of a further district. Raises: Invalid if there is none of this name."""
    folders = {folder.name: folder for folder in list_district_folders(first)}
    if name not in folders:
        raise Invalid(
            f"This server has no further district “{name}”. It has: {', '.join(folders) or 'none'}"
        )
    return folders[name]


def read_database_revision() -> str | None:
    """The revision of the database; None if it has no schema at all."""
    with db.engine.connect() as connection:
        return read_revision(connection)


def upgrade_schema() -> None:
    """Bring the database of the current app to the newest schema."""
    from flask_migrate import upgrade  # Alembic: no other command needs it

    prepare_migrations(current_app)
    upgrade()


def refuse_missing_folder() -> None:
    """A name that was mistyped is no new site. Raises: Invalid if there is no instance folder.

    A database that the environment names may be there without one.
    """
    folder = find_folder()
    if not folder.exists() and "CRRUBRIC_DATABASE_URL" not in os.environ:
        raise Invalid(NO_SITE, place=folder)


def refuse_missing_file() -> None:
    """Leave nothing where no site is. Raises: Invalid if the file of the database is not there."""
    file = find_engine_file(db.engine)
    if file is not None and not file.exists():
        raise Invalid(NO_SITE, place=file)


def read_site_revision() -> str:
    """The revision of the site's database. Raises: Invalid where there is no site yet."""
    refuse_missing_file()
    found = read_database_revision()
    if found is None:
        place = find_engine_file(db.engine) or db.engine.url.render_as_string()
        raise Invalid(NO_SITE, place=place)
    return found


def check_schema() -> None:
    """Make the schema of an empty database; raise Invalid, saying what to do, for another one."""
    found = read_database_revision()
    if found is None:
        refuse_encoding()
        upgrade_schema()
        return
    refuse_other_schema(found)


def refuse_other_schema(found: str) -> None:
    """Raise Invalid, saying what to do, if a database is not of the version that the code knows."""
    refuse_newer_schema(found)
    if found < find_newest_revision():
        raise Invalid(
            N_("The database is older than crrubric. Run: crrubric db upgrade (it backs up first)")
        )


def read_encoding() -> str:
    """In which encoding the database keeps texts."""
    if db.engine.dialect.name != "postgresql":
        return UTF8
    with db.engine.connect() as connection:
        return str(connection.execute(text("SHOW server_encoding")).scalar())


def refuse_encoding() -> None:
    """Raise Invalid where a new database could not keep every name and every note."""
    if (encoding := read_encoding()) != UTF8:
        raise Invalid(
            N_(
                "The database keeps texts as %(encoding)s, which has not every letter. Make it"
                " anew: createdb --encoding UTF8 --locale C.UTF-8 --template template0 --owner"
                " ACCOUNT NAME"
            ),
            encoding=encoding,
        )


def refuse_newer_schema(found: str) -> None:
    """Raise Invalid if a database is of a version that this program does not know."""
    if found > find_newest_revision():
        raise Invalid(
            N_("The database is of a newer crrubric (%(found)s): install that version."),
            found=found,
        )


def run_in_app(command: Callable[P, T]) -> Callable[P, T]:
    """Run the command inside the app, on the database of a site that is there."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        refuse_missing_folder()
        app = make_app()
        with app.app_context():
            refuse_other_schema(read_site_revision())
            return command(*args, **kwargs)

    return run


def begin_in_app(command: Callable[P, T]) -> Callable[P, T]:
    """Run the command inside the app; where there is no site yet, it begins one."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        app = make_app()
        with app.app_context():
            check_schema()
            return command(*args, **kwargs)

    return run
