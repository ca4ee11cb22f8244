"""crrubric import vendors, committee, rubric."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click

from crrubric.cli.evaluations import FILE
from crrubric.cli.importing import parse_column_roles
from crrubric.cli.running import print_line, run_in_app
from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import CrrubricError, Invalid, InvalidLines
from crrubric.domain.exchange.field_tables import NO_HEADER, FieldTableKind, hold_fields
from crrubric.domain.setup.rubric_files.differences import RubricDifference
from crrubric.domain.setup.rubric_files.rows import RUBRIC_TABLE
from crrubric.domain.setup.table_words import VENDOR_TABLE
from crrubric.domain.text import cut_visibly
from crrubric.domain.translation import N_
from crrubric.extensions import db
from crrubric.queries.people.access import Seat, find_evaluation, require
from crrubric.queries.people.people import OPERATOR
from crrubric.queries.setup.rubrics import load_case_source, read_rubric
from crrubric.services.exchange.field_tables import FieldMemory, FieldTable, load_field_table
from crrubric.services.exchange.table_sources import TableSource, read_path
from crrubric.services.mail.outbox import is_mail_on, site_url
from crrubric.services.setup.committee import Invitation
from crrubric.services.setup.invitations import show_invite_links
from crrubric.services.setup.rubric import files as rubrics
from crrubric.services.setup.tables import several
from crrubric.services.setup.tables.choice_words import PEOPLE_TABLE
from crrubric.services.setup.tables.table_lines import (
    ReadLines,
    read_invitee_cells,
    read_table_lines,
    read_vendor_cells,
    tell_bad_columns,
)

P = ParamSpec("P")
T = TypeVar("T")
Said = Mapping[str, Any]
NOTHING_TAKEN = N_("Nothing was taken: correct these lines.")


def add_table_options(command: Callable[P, T]) -> Callable[P, T]:
    """What every table can be told: where its columns are, and what they hold."""
    for option in (
        click.option("--preview", is_flag=True, help="Show what would be done, and do nothing."),
        click.option(
            "--column",
            "columns",
            multiple=True,
            metavar="HEADER=FIELD",
            callback=parse_column_roles,
            help="What a column holds, where its name does not tell; nothing behind the sign: it"
            " is not read. As often as needed.",
        ),
        click.option(
            "--header",
            type=click.IntRange(NO_HEADER, limits.ID.most),
            help="The number of the line with the headers; 0: there is none.",
        ),
        click.option("--sheet", help="The sheet of a workbook; without it the one that fits best."),
        click.option(
            "--evaluation",
            "slug",
            required=True,
            metavar="SLUG",
            help="The evaluation that gets them.",
        ),
        click.argument("file", type=FILE),
    ):
        command = option(command)
    return command


@click.command("vendors")
@add_table_options
@run_in_app
def import_vendor_table(file: Path, slug: str, preview: bool, **said: Any) -> None:
    """Add the vendors in FILE, a CSV file or an Excel workbook with a line for each.

    All or nothing: if a line can't be used, every bad line is listed with its reason and nothing is
    added. What is not read is named before anything is stored.
    """
    seat = find_operator_seat(Action.EDIT_SETUP, slug)
    memory = several.remember_vendor_columns(db.session(), seat.evaluation)
    table = open_table(read_path(file), VENDOR_TABLE, memory, said)
    found = read_table_lines(table.read_lines(), read_vendor_cells)
    problems = several.find_vendor_problems(db.session(), seat, found.good)
    if preview:
        print_columns(table)
        print_names({n: vendor.facts.company for n, vendor in found.good.items()})
    refuse_bad_lines(table, found, problems)
    if preview:
        return
    added = several.add_several_vendors(OPERATOR, slug, found.good, columns=table.mapping)
    print_line(f"{slug}: vendors added: {len(added)}")


@click.command("committee")
@add_table_options
@run_in_app
def import_committee_table(file: Path, slug: str, preview: bool, **said: Any) -> None:
    """Invite the people in FILE, a CSV file or an Excel workbook with a line for each.

    Name, e-mail address, role (reviewer, chair, chair and reviewer, observer) and whom they
    represent. The one-time links are printed, to be handed out; where the site sends mail,
    everybody is sent one as well. All or nothing: if a line can't be used, every bad line is listed
    with its reason and nobody is invited.
    """
    seat = find_operator_seat(Action.MANAGE_COMMITTEE, slug)
    memory = several.remember_member_columns(db.session(), seat.evaluation)
    table = open_table(read_path(file), PEOPLE_TABLE, memory, said)
    found = read_table_lines(table.read_lines(), read_invitee_cells)
    problems = several.find_invitee_problems(db.session(), seat.evaluation, found.good)
    if preview:
        print_columns(table)
        print_names({n: f"{row.name} <{row.email}>" for n, row in found.good.items()})
    refuse_bad_lines(table, found, problems)
    if preview:
        return
    secret, invited = several.invite_several(OPERATOR, slug, found.good, columns=table.mapping)
    print_invitations(slug, secret, invited)


@click.command("rubric")
@add_table_options
@run_in_app
def import_rubric_file(file: Path, slug: str, preview: bool, **said: Any) -> None:
    """Let the rubric of an evaluation say what FILE says: TOML, CSV, Excel, or JSON of CASE 1.1.

    A table has a line for each criterion. Criteria are the same if their codes are; one that the
    file does not have is left out, not deleted. All or nothing: if a line can't be used, every bad
    line is listed with its reason and nothing changes.
    """
    seat = find_operator_seat(Action.EDIT_SETUP, slug)
    found = read_operator_rubric(read_path(file), seat, said)
    stored = read_rubric(db.session(), seat.evaluation)
    if preview:
        if found.table:
            print_columns(found.table)
        print_rubric_change(rubrics.foresee_rubric(stored, found.rubric))
        return
    changed = rubrics.import_rubric(
        OPERATOR,
        slug,
        found.rubric,
        name=cut_visibly(file.name, limits.TITLE),
        columns=found.table.mapping if found.table else None,
    )
    print_rubric_change(changed)


def find_operator_seat(action: Action, slug: str) -> Seat:
    """The operator's seat in an evaluation. Raises: NotFound; WrongPhase."""
    return require(OPERATOR, action, find_evaluation(db.session(), slug), db.session())


def open_table(
    source: TableSource, kind: FieldTableKind, memory: FieldMemory, said: Said
) -> FieldTable:
    """The table with its columns as they are guessed, remembered and said.

    What is not read is named on stderr. Raises: Invalid, also if no line names the columns and
    nobody said that none does: a title would be taken for a vendor.
    """
    columns, header = said["columns"], said["header"]
    table = load_field_table(
        source, kind, memory, sheet=said["sheet"], header=header, labels=columns
    )
    if table.mapping.header == NO_HEADER != header and table.rows:
        raise Invalid(
            N_(
                "No line was found that names the columns. Say what they hold (--column"
                " HEADER=FIELD), or --header 0 for this order: %(columns)s."
            ),
            columns=", ".join(kind.columns),
        )
    table = table.with_fields(hold_fields(table.mapping, kind, columns))
    for what, names in (("Sheets", table.unread_sheets), ("Columns", table.list_unread())):
        if names:
            print_line(f"{what} that are not read: {', '.join(names)}", err=True)
    return table


def read_operator_rubric(source: TableSource, seat: Seat, said: Said) -> rubrics.RubricFile:
    """The rubric of a file. Raises: Invalid, InvalidLines, NotReady."""
    session, evaluation = db.session(), seat.evaluation
    stored = read_rubric(session, evaluation)
    text = "" if source.is_workbook() else source.read_text()
    if text and not rubrics.looks_like_table(text):
        found = load_case_source(session, evaluation, site_url())
        read = rubrics.read_rubric_words(text, stored, found)
        for title in read.cut:
            print_line(f"Longer than a title, and whole in the question: {title}", err=True)
        return read
    memory = rubrics.remember_rubric_columns(session, evaluation)
    table = open_table(source, RUBRIC_TABLE, memory, said)
    return rubrics.read_rubric_table(table, stored)


def refuse_bad_lines(
    table: FieldTable, found: ReadLines[Any], problems: Sequence[several.Problem]
) -> None:
    """Raise InvalidLines with every line that can't be taken, if there is one."""
    bad: list[tuple[int, CrrubricError]] = [*found.bad, *problems]
    if bad:
        raise InvalidLines(NOTHING_TAKEN, tell_bad_columns(bad, table.mapping, table.kind))


def print_columns(table: FieldTable) -> None:
    """Which column is read as what."""
    header = table.mapping.header
    print_line(f"headers in line {header}" if header else "no headers: columns in the usual order")
    for column in table.list_columns():
        print_line(f"  {column.label}: {column.field or '(not read)'}")


def print_names(names: Mapping[int, str]) -> None:
    """What each good line would bring in."""
    for number, name in names.items():
        print_line(f"  line {number}: {name}")


def print_rubric_change(change: RubricDifference) -> None:
    """What taking a rubric changes, or changed, in plain lines."""
    if change.is_empty():
        print_line("nothing differs")
        return
    for what, names in (
        ("new", [row.title for row in change.added]),
        ("changed", [row.title for row in change.changed]),
        ("left out", [row.title for row in change.gone]),
    ):
        if names:
            print_line(f"{what}: {len(names)} ({', '.join(names)})")


def print_invitations(slug: str, secret: str, invited: Sequence[Invitation]) -> None:
    """The one-time links of those who need one, and how the others come in."""
    print_line(f"{slug}: people with a seat now: {len(invited)}")
    if any(invitation.token for invitation in invited):
        print_line(f"Send each of them their link; it works once, for {limits.INVITE_DAYS} days:")
        for member, token in show_invite_links(OPERATOR, slug, secret):
            address = member.user.email if member.user else ""
            print_line(f"{member.name} <{address}>\t{site_url()}/invitations/{token}")
    others = [invitation.member.name for invitation in invited if not invitation.token]
    if others:
        print_line(f"They have an account, and get no link from here: {', '.join(others)}")
    if is_mail_on():
        print_line("The site sends each of them a mail.")
