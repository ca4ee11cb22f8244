"""The operator's door: the same services from a shell."""

import os
import re
import sys
from collections.abc import Iterator, Sequence

import click
from sqlalchemy.exc import DatabaseError, OperationalError

from crrubric import __version__
from crrubric.cli import (
    archive,
    backups,
    database,
    evaluations,
    exporting,
    importing,
    journal,
    mail,
    people,
    planning,
    results,
    serving,
    settings,
    table_imports,
    verify,
)
from crrubric.cli.districts import commands
from crrubric.cli.doctor.command import diagnose
from crrubric.cli.running import print_line
from crrubric.domain.errors import CrrubricError, InvalidLines, InvalidPlaces, NotFound
from crrubric.queries.people.access import NO_PAGE
from crrubric.services.record.server_rights import NOT_OWNER

FOREIGN_BYTE = re.compile("[\udc80-\udcff]")  # as Python reads a byte that is no UTF-8


class CommandGroup(click.Group):
    """A group that turns refusals into one line on stderr and exit code 1; nothing else."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; a refusal, by us or by the system, is words and not a traceback."""
        try:
            return super().invoke(ctx)
        except (CrrubricError, OSError, DatabaseError, UnicodeEncodeError) as error:
            lines = list(describe_failure(error))
            if not lines:
                raise
            if isinstance(error, BrokenPipeError):
                discard_output()
        for line in lines:
            print_line(line, err=True)
        sys.exit(1)


def describe_failure(error: Exception) -> Iterator[str]:
    """What a person reads of it; nothing about a mistake of ours."""
    if isinstance(error, NotFound) and error.message == NO_PAGE:
        yield (
            "crrubric: There is no such evaluation. “crrubric evaluation list” shows those there"
            " are."
        )
    elif isinstance(error, CrrubricError):
        yield f"crrubric: {error}"
        yield from describe_problems(error)
    elif isinstance(error, UnicodeEncodeError) and FOREIGN_BYTE.search(error.object):
        yield "crrubric: What was typed is not written as UTF-8: set the terminal to UTF-8."
    elif isinstance(error, BrokenPipeError):
        yield "crrubric: Whoever read the output stopped before its end."
    elif isinstance(error, OSError):
        about = f"{error.filename}: " if error.filename else ""
        yield f"crrubric: {about}{error.strerror or error}."
    elif is_right_missing(error):
        yield f"crrubric: {NOT_OWNER}"
    elif isinstance(error, OperationalError) or type(error) is DatabaseError:
        yield (
            f"crrubric: The database can’t be used ({str(error.orig).strip()}): is it there, is its"
            " address right, may crrubric write to it and its folder, is there room on the disk?"
        )


def is_right_missing(error: Exception) -> bool:
    """Whether PostgreSQL refuses what only the owner of the tables may do."""
    return isinstance(error, DatabaseError) and getattr(error.orig, "sqlstate", "") == "42501"


def describe_problems(error: CrrubricError) -> Iterator[str]:
    """Everything that is wrong, where an error lists more than one thing."""
    places: Sequence[tuple[int | str, CrrubricError]] = ()
    if isinstance(error, InvalidLines):
        places = error.lines
    elif isinstance(error, InvalidPlaces):
        places = error.places
    for place, reason in places:
        where = f"line {place}" if isinstance(place, int) else place
        yield f"  {where}: {reason}"
    yield from (f"  - {problem}" for problem in getattr(error, "problems", ()))


def discard_output() -> None:
    """Let Python's own last flush of stdout succeed: nobody reads it any more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group("crrubric", cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="crrubric")
@click.option(
    "--district",
    metavar="NAME",
    help="The further district that the command is about, where this server has several.",
)
def root_group(district: str | None) -> None:  # read by find_folder
    """Score credit-recovery courseware with a committee.

    Reviewers score vendors alone and blind against a rubric of YES/NO criteria; the chair reads
    where the committee agrees, settles the rest in a meeting, and writes the selection memo.

    \b
    Try it:            crrubric demo
    For a district:    crrubric user add --administrator --name NAME --email ADDRESS
                       crrubric serve
    """


for command in (
    table_imports.import_vendor_table,
    table_imports.import_committee_table,
    table_imports.import_rubric_file,
):
    importing.import_group.add_command(command)
for command in (
    serving.serve_demo,
    serving.serve,
    commands.district_group,
    database.db_group,
    backups.write_backup,
    backups.restore_backup,
    people.user_group,
    evaluations.evaluation_group,
    importing.import_group,
    results.print_results,
    results.write_memo_file,
    exporting.write_export_file,
    planning.place_learners,
    mail.mail_group,
    settings.settings_group,
    diagnose,
    journal.write_journal_copy,
    archive.write_archive_file,
    archive.retention_group,
    verify.verify,
):
    root_group.add_command(command)
