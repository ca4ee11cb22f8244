"""Asking for the district's name and time zone at the first start."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from crrubric.cli.running import print_line
from crrubric.domain.errors import Invalid
from crrubric.domain.people.zones import find_zone, is_zone, suggest_zones
from crrubric.domain.translation import N_
from crrubric.extensions import db
from crrubric.models import District
from crrubric.queries.people.district import find_named_district
from crrubric.queries.people.people import OPERATOR
from crrubric.services.people.district import set_district

F = TypeVar("F", bound=Callable[..., object])

# where systems keep the zone of a machine: as a link to its data, or by name
LINK, FILE = Path("/etc/localtime"), Path("/etc/timezone")
EXAMPLES = "America/New_York, America/Chicago, America/Denver, America/Los_Angeles"
HOW = (
    "start the server once with “crrubric serve --district NAME --timezone ZONE”, or set them on"
    " the page District."
)


def add_district_options(command: F) -> F:
    """Give a command the options that answer what the first start asks."""
    name = click.option(
        "--district", metavar="NAME", help="Name of the district; asked for at the first start."
    )
    zone = click.option(
        "--timezone", metavar="ZONE", help="Its time zone, such as America/Chicago; likewise."
    )
    return name(zone(command))


def set_up_district(name: str | None, zone: str | None) -> None:
    """Set name and time zone where nobody has yet: as given, else as answered on a terminal.

    Without a terminal nothing is asked: a sentence says how to set them. What is set already stays:
    these options may stand in a unit file that outlives them.
    """
    given = parse_zone(zone) if zone else None  # before anything is asked
    if (stored := find_named_district(db.session())) is not None:
        if (name or stored.name, given or stored.time_zone) != (stored.name, stored.time_zone):
            report_district(stored, "is already")
        return
    db.session.rollback()  # on SQLite a reader who waits for an answer would keep writers out
    if not ((name and given) or is_on_terminal()):
        if name or given:
            raise click.UsageError("Give both --district and --timezone.")
        print_line(f"Name and time zone of the district are not set: {HOW}", err=True)
        return
    name = name or click.prompt("Name of the district", err=True)
    zone = given or ask_for_zone()
    report_district(set_district(OPERATOR, name=name, time_zone=zone, seen_version=0), "is")


def report_district(district: District, verb: str) -> None:
    """Say what is set, and where it is changed."""
    print_line(
        f"The district {verb} {district.name}, in the time zone {district.time_zone}:"
        " an administrator changes that on the page District.",
        err=True,
    )


def is_on_terminal() -> bool:
    """Whether somebody can read a question and answer it."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask_for_zone() -> str:
    """The zone that somebody types; that of the machine is proposed."""
    return str(
        click.prompt(
            f"Its time zone, such as {EXAMPLES}",
            default=find_machine_zone(),
            value_proc=parse_answer,
            err=True,
        )
    )


def parse_answer(text: str) -> str:
    """As `parse_zone`; what is no zone is asked for again."""
    try:
        return parse_zone(text)
    except Invalid as error:
        raise click.UsageError(str(error)) from None


def parse_zone(text: str) -> str:
    """The zone that a text names. Raises: Invalid, with what it may have meant."""
    found = find_zone(text)
    if found is None:
        close = ", ".join(suggest_zones(text)) or EXAMPLES
        raise Invalid(
            N_("There is no time zone “%(zone)s”: use one such as %(zones)s."),
            zone=text,
            zones=close,
        )
    return found


def find_machine_zone() -> str | None:
    """The zone of this machine; None if it is not known, or UTC as on most servers."""
    named = [os.environ.get("TZ", "").lstrip(":")]
    named.append(LINK.resolve().as_posix().partition("zoneinfo/")[2])
    named.append(FILE.read_text(encoding="utf-8").strip() if FILE.is_file() else "")
    placed = (name for name in named if "/" in name and not name.startswith("Etc/"))
    return next(filter(is_zone, placed), None)
