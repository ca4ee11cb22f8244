"""crrubric doctor: what is wrong with an installation, in words, and how to mend it."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError

from crrubric import __version__
from crrubric.cli.districts.walls import list_open_walls
from crrubric.cli.doctor.addresses import examine_addresses, examine_site
from crrubric.cli.doctor.databases import (
    describe_counting_store,
    examine_content,
    examine_database,
    examine_rights,
)
from crrubric.cli.doctor.diagnosis import Diagnosis, Verdict, tell_fault, tell_fine
from crrubric.cli.doctor.folders import examine_folder
from crrubric.cli.doctor.neighbors import examine_mail, examine_providers, examine_scanner
from crrubric.cli.running import make_app, print_line, refuse_missing_folder
from crrubric.cli.serving import find_database_file
from crrubric.config import current_settings
from crrubric.domain.errors import Invalid
from crrubric.hosts import list_served_sites
from crrubric.settings.model import Settings


@click.command("doctor")
def diagnose() -> None:
    """Look at the installation, and say what is wrong with it and how to mend it.

    What is there stays as it is, and no mail is sent. The site is asked at SITE_URL, the mail
    server is greeted. Ends with 1 if something is wrong.
    """
    refuse_missing_folder()
    app = make_app()
    print_line(f"crrubric {__version__}, Python {sys.version.split()[0]}")
    with app.app_context():
        findings = [
            *examine_installation(current_settings(), find_database_file(app)),
            *examine_districts(current_settings().INSTANCE),
        ]
    for finding in findings:
        print_line(f"{finding.verdict.value}  {finding.words}")
    count = sum(finding.verdict is Verdict.WRONG for finding in findings)
    if count:
        print_line(f"To mend: {count}", err=True)
        sys.exit(1)
    odd = sum(finding.verdict is Verdict.LOOK for finding in findings)
    print_line(f"Nothing is wrong. To look at: {odd}" if odd else "Nothing is wrong.")


def examine_installation(settings: Settings, file: Path | None) -> Iterator[Diagnosis]:
    """Everything that is looked at, in the order in which one would mend it."""
    yield from examine_folder(settings.INSTANCE, file)
    if (yield from examine_database(file)):
        yield from examine_content(settings)
        yield from examine_rights()
    yield from describe_counting_store(settings.RATELIMIT_STORAGE_URI)
    yield from examine_addresses(settings)
    yield from examine_site(settings)
    yield from examine_mail(settings)
    yield from examine_providers(settings)
    yield from examine_scanner(settings.VIRUS_SCANNER)


def examine_districts(folder: Path) -> Iterator[Diagnosis]:
    """Whether the districts of a server are kept apart; nothing where there is one."""
    try:
        places = list(list_served_sites(folder))
        if len(places) == 1:
            return
        walls = list(list_open_walls(places))
    except Invalid as error:
        yield tell_fault(str(error))
        return
    except SQLAlchemyError as error:
        yield tell_fault(f"A database of a district does not answer ({error.__cause__ or error}).")
        return
    for wall in walls:
        yield tell_fault(
            f"{wall.account} may open {wall.database}, the database of another district:"
            f" {wall.repair}."
        )
    yield tell_fine(
        f"This server has {len(places)} districts; “crrubric district each doctor” looks at each."
    )
