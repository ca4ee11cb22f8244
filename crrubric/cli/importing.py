"""crrubric import …"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from crrubric.cli.evaluations import FILE
from crrubric.cli.running import run_in_app
from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.exchange.answer_words import recognize_answer
from crrubric.domain.exchange.marks.guess import NOTHING, guess_mapping
from crrubric.domain.exchange.marks.mapping import BLANK, Layout, MarkMapping
from crrubric.domain.text import to_plain_word
from crrubric.domain.typed import parse_share, parse_whole_number
from crrubric.domain.vocabulary import RuleKind
from crrubric.extensions import db
from crrubric.queries.people.access import find_evaluation, require
from crrubric.queries.people.people import OPERATOR
from crrubric.services.exchange.import_plans import (
    ImportWishes,
    UnreadParts,
    list_unread_parts,
    propose_mapping,
)
from crrubric.services.exchange.imports import (
    ImportResult,
    import_marks,
    import_new_evaluation,
)
from crrubric.services.exchange.mark_lines import read_heads
from crrubric.services.exchange.rosters import load_roster
from crrubric.services.exchange.table_sources import TableSource, read_path
from crrubric.services.setup.rules import RuleSettings

RULES = "majority, unanimity, or a supermajority like 2/3"


@click.group("import")
def import_group() -> None:
    """Import marks from a file."""


def parse_rule_option(_context: click.Context, _option: click.Parameter, text: str) -> RuleSettings:
    """The rule as typed: majority, unanimity, 2/3."""
    word = text.strip().lower()
    if word in {"majority", "unanimity"}:
        return RuleSettings(kind=RuleKind(word.upper()))
    word = word.removeprefix("supermajority").lstrip(" :=") or "2/3"
    try:
        share = parse_share(word)
    except Invalid:
        raise click.BadParameter(f"“{text[:40]}” is no rule: use {RULES}") from None
    return RuleSettings(kind=RuleKind.SUPERMAJORITY, over=share.numerator, under=share.denominator)


def parse_quorum_option(_context: click.Context, _option: click.Parameter, text: str) -> int:
    """The quorum as typed."""
    try:
        return parse_whole_number(text, limits.QUORUM)
    except Invalid as error:
        raise click.BadParameter(str(error)) from None


@import_group.command("marks")
@click.argument("file", type=FILE)
@click.option(
    "--create", "title", metavar="TITLE", help="Make a new evaluation in the meeting phase."
)
@click.option("--evaluation", "slug", metavar="SLUG", help="Add to an existing evaluation.")
@click.option("--add-new", is_flag=True,
              help="Add reviewers and vendors that the evaluation does not have.")  # fmt: skip
@click.option("--leave-open", is_flag=True, help="Do not seal the ballots that the file fills.")
@click.option("--rule", default="majority", show_default=True, callback=parse_rule_option,
              metavar="RULE", help=f"Decision rule of a new evaluation: {RULES}.")  # fmt: skip
@click.option(
    "--quorum",
    default="1",
    show_default=True,
    callback=parse_quorum_option,
    help="Quorum of a new evaluation: YES and NO marks needed for each criterion of a vendor.",
)
@run_in_app
def import_marks_file(
    file: Path,
    title: str | None,
    slug: str | None,
    rule: RuleSettings,
    quorum: int,
    add_new: bool,
    leave_open: bool,
) -> None:
    """Import marks from a long CSV FILE: reviewer,vendor,criterion,mark[,note].

    mark is YES, NO, NOT_APPLICABLE or CANNOT_TELL. All or nothing: if a line can't be used,
    every bad line is listed with its reason and nothing is imported. Each ballot that the file
    fills in an existing evaluation is sealed, with a reason for every criterion without a mark.
    """
    if (title is None) == (slug is None):
        raise click.UsageError("Say either --create TITLE or --evaluation SLUG.")
    if title is not None and (add_new or leave_open):
        raise click.UsageError("--add-new and --leave-open belong to --evaluation SLUG.")
    steps = range(2 * count_lines(file))  # the file is read twice: checked, then stored
    with click.progressbar(
        steps, label="Importing", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:
        seen = 0

        def report(line: int) -> None:
            nonlocal seen
            bar.update(line - seen if line > seen else line)
            seen = line

        if title is not None:
            settings = RuleSettings(kind=rule.kind, over=rule.over, under=rule.under, quorum=quorum)
            done = import_new_evaluation(OPERATOR, file, title=title, rule=settings, report=report)
        else:
            wishes = ImportWishes(add_new=add_new, leave_open=leave_open)
            done = import_marks(OPERATOR, file, slug=slug or "", wishes=wishes, report=report)
    click.echo(summarize_import(done))


def count_lines(path: Path) -> int:
    """About how many lines the file has, for the progress bar."""
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b"")) or 1


def summarize_import(done: ImportResult) -> str:
    """What was imported, in a line."""
    return (
        f"{done.slug}: {done.marks} marks on {done.criteria} criteria; "
        f"new: {done.reviewers} reviewers, {done.vendors} vendors; "
        f"submitted: {done.submitted} ballots"
    )
