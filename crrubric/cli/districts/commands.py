"""crrubric district …"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError

from crrubric.cli.district import parse_zone
from crrubric.cli.districts.walls import list_open_walls
from crrubric.cli.running import (
    FIRST_DISTRICT,
    check_schema,
    find_factory,
    print_line,
    read_database_revision,
    read_site_revision,
    refuse_other_schema,
)
from crrubric.config import instance_folder, refuse_foreign_files
from crrubric.domain.errors import CrrubricError, Invalid
from crrubric.extensions import db
from crrubric.hosts import SitePlace, list_served_sites
from crrubric.queries.operations.site import DistrictFigures, read_district_figures
from crrubric.queries.people.people import OPERATOR
from crrubric.services.people.district import set_district
from crrubric.settings.districts import DISTRICTS, FOLDER_NAME
from crrubric.settings.file import settings_file

PLACEHOLDER = "{district}"
HEAD = "# Settings of this district; what it leaves out, settings.toml two folders above says.\n"


@click.group("district")
def district_group() -> None:
    """Serve several districts with one server, each with a site of its own."""


@district_group.command("add")
@click.argument("folder", metavar="FOLDER")
@click.option("--site-url", required=True, metavar="URL", help="Its address; the host is its own.")
@click.option("--name", required=True, help="Name of the district.")
@click.option("--timezone", required=True, metavar="ZONE", help="Such as America/Chicago.")
@click.option(
    "--database-url",
    metavar="URL",
    help="Its own empty database; SQLite in its folder if left out.",
)
def add_district(
    folder: str, site_url: str, name: str, timezone: str, database_url: str | None
) -> None:
    """Begin the site of a further district in the folder districts/FOLDER.

    It has people, evaluations, administrators, database, secret and settings of its own. What its
    settings.toml does not say, that of the first site says.
    """
    zone = parse_zone(timezone)
    first = find_first_place()
    refuse_foreign_files(first.folder)
    if database_url is None and first.settings.DATABASE_URL.startswith("postgresql"):
        raise Invalid(
            "The first site is on PostgreSQL: make a database and an account for this district, and"
            f" name them in --database-url. For instance: CREATE ROLE {folder} LOGIN PASSWORD '…';"
            f" CREATE DATABASE {folder} OWNER {folder} ENCODING 'UTF8' TEMPLATE template0;"
            f" REVOKE CONNECT ON DATABASE {folder} FROM PUBLIC;"
        )
    if not FOLDER_NAME.fullmatch(folder) or folder == FIRST_DISTRICT:
        raise Invalid(
            f"“{folder}” can’t name a folder: use up to 40 of a to z, 0 to 9 and hyphens between"
            f" them, and not “{FIRST_DISTRICT}”."
        )
    values = {"SITE_URL": site_url, **({"DATABASE_URL": database_url} if database_url else {})}
    with begin_folder(first.folder, folder, values) as place:
        places = list(list_served_sites(first.folder))  # refuses what two of them share
        with working_in(place):
            if read_database_revision() is not None:
                raise Invalid("This database holds a site already: name an empty one.")
            check_schema()
            set_district(OPERATOR, name=name, time_zone=zone, seen_version=0)
    print_line(f"{name} has a site of its own in {place}.")
    for wall in list_open_walls(places):
        print_line(
            f"{wall.account} may open the database {wall.database}: {wall.repair}.", err=True
        )
    print_line(f"Its first administrator: crrubric --district {folder} user add --administrator …")
    print_line("Restart the server, and let its host name lead there.")


def find_first_place() -> SitePlace:
    """The first site of this server. Raises: Invalid unless its address is set."""
    folder = instance_folder()
    place = next(iter(list_served_sites(folder)))
    if not place.host:
        raise Invalid(
            f"Set SITE_URL in {settings_file(folder)} to the address of the first site: the host"
            " name that is asked for says which district is meant."
        )
    return place


@contextmanager
def begin_folder(first: Path, name: str, values: dict[str, str]) -> Iterator[Path]:
    """The folder of a district with its settings; gone again if what follows fails.

    Raises: Invalid if there is one of this name.
    """
    place = first / DISTRICTS / name
    place.parent.mkdir(mode=0o700, exist_ok=True)
    if not settings_file(first).exists():  # by which a folder of districts is known
        settings_file(first).touch(mode=0o600)
    try:
        place.mkdir(mode=0o700)
    except FileExistsError:
        raise Invalid(f"{place} is there already: choose another name.") from None
    try:
        lines = [f"{key} = {json.dumps(value)}\n" for key, value in values.items()]
        file = settings_file(place)
        file.touch(mode=0o600)  # it may hold a password
        file.write_text(HEAD + "".join(lines), encoding="utf-8")
        yield place
    except BaseException:
        shutil.rmtree(place)
        with suppress(OSError):  # others are in it
            place.parent.rmdir()
        raise


@district_group.command("list")
def list_districts() -> None:
    """List the districts of this server, with what each has."""
    for place in list_served_sites(instance_folder()):
        print_line(
            f"{name_place(place)}\t{place.settings.SITE_URL or '-'}\t{describe_site(place.folder)}"
        )


def name_place(place: SitePlace) -> str:
    """What a command calls it."""
    return FIRST_DISTRICT if place.folder == instance_folder() else place.folder.name


def describe_site(folder: Path) -> str:
    """What a site has, or why it can't be read, in a line."""
    with working_in(folder):
        try:
            refuse_other_schema(read_site_revision())
            return describe_figures(read_district_figures(db.session()))
        except (CrrubricError, SQLAlchemyError) as error:
            return f"can’t be read: {getattr(error, 'orig', error)}"


@contextmanager
def working_in(folder: Path) -> Iterator[None]:
    """The app of the site in a folder runs; no connection to its database is left at the end."""
    with find_factory()({"INSTANCE": str(folder)}).app_context():
        try:
            yield
        finally:
            db.session.remove()
            db.engine.dispose()


def describe_figures(figures: DistrictFigures) -> str:
    """Name and figures of a district."""
    return f"{figures.name}\tevaluations: {figures.evaluations}\taccounts: {figures.accounts}"


@district_group.command("each", context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, required=True, type=click.UNPROCESSED, metavar="COMMAND…")
def run_for_each(words: tuple[str, ...]) -> None:
    """Give a command to each district in turn, the first one as well.

    {district} in it stands for the name of each. For instance, each night:
    crrubric district each backup /srv/backups/{district}/

    One that fails keeps no other from its turn; then the end is 1.
    """
    failed = []
    for place in list_served_sites(instance_folder()):
        name = name_place(place)
        print_line(f"== {name}")
        sys.stdout.flush()
        given = [word.replace(PLACEHOLDER, name) for word in words]
        done = subprocess.run(  # noqa: S603  # our own program, words of the operator
            [sys.executable, "-m", "crrubric", "--district", name, *given], check=False
        )
        if done.returncode:
            failed.append(name)
    if failed:
        raise Invalid(f"It failed for {', '.join(failed)}.")
