"""crrubric import …"""

import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from crrubric.cli.evaluations import FILE
from crrubric.cli.running import ROW_NUMBER, begin_in_app, print_line
from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid
from crrubric.domain.exchange.answer_words import recognize_answer
from crrubric.domain.exchange.marks.guess import NOTHING, guess_mapping
from crrubric.domain.exchange.marks.mapping import BLANK, Layout, MarkMapping
from crrubric.domain.exchange.sheets import SheetHead, refuse_missing_sheet
from crrubric.domain.text import to_plain_word
from crrubric.domain.typed import parse_share, parse_whole_number
from crrubric.domain.vocabulary import LabelledEnum, RuleKind
from crrubric.extensions import db
from crrubric.queries.people.access import find_evaluation, require
from crrubric.queries.people.people import OPERATOR
from crrubric.services.exchange.import_plans import (
    ImportWishes,
    list_unread_parts,
    make_import_plan,
    propose_mapping,
)
from crrubric.services.exchange.imports import ImportResult, import_marks, import_new_evaluation
from crrubric.services.exchange.mark_lines import read_heads
from crrubric.services.exchange.rosters import load_roster
from crrubric.services.exchange.table_sources import TableSource, read_path
from crrubric.services.setup.rules import RuleSettings
from crrubric.services.shared.progress import StepWatch

RULES = "majority, unanimity, or a supermajority like 2/3"


@click.group("import")
def import_group() -> None:
    """Import marks, vendors, people or a rubric from a file."""


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


def parse_words(
    _context: click.Context, _option: click.Option, pairs: tuple[str, ...]
) -> dict[str, str]:
    """What words mean, as typed: WORD=YES."""
    found = {}
    for pair in pairs:
        word, _sign, meaning = pair.rpartition("=")
        answer = recognize_answer(meaning)
        if not word.strip() or (answer is None and meaning.strip().upper() != BLANK):
            raise click.BadParameter(
                f"“{pair[:80]}” is no WORD=ANSWER; an answer is YES, NO, NOT_APPLICABLE,"
                f" CANNOT_TELL or {BLANK}"
            )
        found[to_plain_word(word)] = answer.value if answer else BLANK
    return found


def parse_column_roles(
    _context: click.Context, _option: click.Option, pairs: tuple[str, ...]
) -> dict[str, str]:
    """What columns are, as typed: HEADER=ROLE."""
    found = {}
    for pair in pairs:
        label, _sign, role = pair.rpartition("=")
        if not label.strip():
            raise click.BadParameter(f"“{pair[:80]}” is no HEADER=ROLE")
        found[" ".join(label.split())] = role.strip()
    return found


@import_group.command("marks")
@click.argument("file", type=FILE)
@click.option(
    "--create", "title", metavar="TITLE", help="Make a new evaluation in the meeting phase."
)
@click.option("--evaluation", "slug", metavar="SLUG", help="Add to an existing evaluation.")
@click.option("--add-new", is_flag=True,
              help="Add reviewers and vendors that the evaluation does not have.")  # fmt: skip
@click.option("--leave-open", is_flag=True, help="Do not seal the ballots that the file fills.")
@click.option("--layout", type=click.Choice([each.value.lower() for each in Layout]),
              help="How the table is laid out; without it that is guessed.")  # fmt: skip
@click.option("--sheet", "sheets", multiple=True, metavar="NAME",
              help="A sheet of a workbook that is read; without it those that fit best. As often as"
              " needed.")  # fmt: skip
@click.option("--header", type=ROW_NUMBER, help="The number of the line with the headers.")
@click.option("--column", "columns", multiple=True, metavar="HEADER=ROLE",
              callback=parse_column_roles,
              help="What a column is: reviewer, vendor, criterion, mark, note, time, mark:CODE,"
              " note:CODE; nothing behind the sign: not read. As often as needed.")  # fmt: skip
@click.option("--vendor", default="", help="The vendor, where nothing in the file says it.")
@click.option("--word", "words", multiple=True, metavar="WORD=ANSWER", callback=parse_words,
              help="What a word means, such as “Yes, with comments=YES”.")  # fmt: skip
@click.option("--keep-latest", is_flag=True, help="Of several answers of one person keep the last.")
@click.option("--preview", is_flag=True, help="Show what would be done, and do nothing.")
@click.option("--rule", default="majority", show_default=True, callback=parse_rule_option,
              metavar="RULE", help=f"Decision rule of a new evaluation: {RULES}.")  # fmt: skip
@click.option(
    "--quorum",
    default="1",
    show_default=True,
    callback=parse_quorum_option,
    help="Quorum of a new evaluation: YES and NO marks needed for each criterion of a vendor.",
)
@begin_in_app
def import_marks_file(
    file: Path,
    title: str | None,
    slug: str | None,
    rule: RuleSettings,
    quorum: int,
    add_new: bool,
    leave_open: bool,
    layout: str | None,
    header: int | None,
    preview: bool,
    **said: Any,
) -> None:
    """Import marks from FILE, a CSV file or an Excel workbook.

    One mark in each row (reviewer, vendor, criterion, mark and perhaps a note), one ballot in each
    row as forms are exported, or one criterion in each row and a column for each reviewer, perhaps
    a sheet for each vendor. All or nothing: if a line can't be used, every bad line is listed with
    its reason and nothing is imported. What is not read is named before anything is stored. Each
    ballot that the file fills in an existing evaluation is sealed, with a reason for every
    criterion without a mark.
    """
    if (title is None) == (slug is None):
        raise click.UsageError("Say either --create TITLE or --evaluation SLUG.")
    if title is not None and (add_new or leave_open or preview):
        raise click.UsageError("--add-new, --leave-open and --preview belong to --evaluation SLUG.")
    source = read_path(file)
    chosen = Layout(layout.upper()) if layout else None
    mapping = choose_mapping(source, slug, chosen, header, said)
    wishes = ImportWishes(add_new=add_new, leave_open=leave_open)
    if preview:
        print_plan(source, slug or "", mapping, wishes)
        return
    with ExitStack() as bars:
        watch = BarWatch(bars)
        if title is not None:
            settings = RuleSettings(kind=rule.kind, over=rule.over, under=rule.under, quorum=quorum)
            done = import_new_evaluation(OPERATOR, source, title=title, rule=settings,
                                         mapping=mapping, watch=watch)  # fmt: skip
        else:
            done = import_marks(OPERATOR, source, slug=slug or "", mapping=mapping, wishes=wishes,
                                watch=watch)  # fmt: skip
    print_line(summarize_import(done))


def choose_mapping(
    source: TableSource,
    slug: str | None,
    layout: Layout | None,
    header: int | None,
    said: Mapping[str, Any],
) -> MarkMapping:
    """Which column is which: as it was guessed, and changed by what was said on the command line.

    What is not read is named on stderr. Raises: Invalid for a sheet that there is not.
    """
    all_heads = read_heads(source)
    heads = choose_heads(all_heads, said["sheets"])
    if slug is None:
        found = guess_mapping(heads, NOTHING, layout=layout, header=header)
    else:
        evaluation = find_evaluation(db.session(), slug)
        seat = require(OPERATOR, Action.VIEW_EVALUATION, evaluation, db.session())
        roster = load_roster(db.session(), seat, add_new=False)
        found = propose_mapping(db.session(), evaluation, heads, roster, layout=layout,
                                header=header)  # fmt: skip
    mapping = replace(
        found,
        sheets={name: found.sheets.get(name, "") for name in said["sheets"] or found.sheets},
        columns={**found.columns, **said["columns"]},
        vendor=said["vendor"],
        words={**found.words, **said["words"]},
        keep_latest=said["keep_latest"],
    )
    unread = list_unread_parts(all_heads, mapping)
    for kind, names in (("Sheets", unread.sheets), ("Columns", unread.columns)):
        if names:
            print_line(f"{kind} that are not read: {', '.join(names)}", err=True)
    return mapping


def choose_heads(heads: Sequence[SheetHead], names: Sequence[str]) -> Sequence[SheetHead]:
    """Those of these sheets; all of them without a name. Raises: Invalid."""
    for name in names:
        refuse_missing_sheet([head.name for head in heads], name)
    return [head for head in heads if head.name in names] if names else heads


def print_plan(source: TableSource, slug: str, mapping: MarkMapping, wishes: ImportWishes) -> None:
    """What an import would do, in plain lines; the bad lines as it would refuse them."""
    evaluation = find_evaluation(db.session(), slug)
    seat = require(OPERATOR, Action.IMPORT_MARKS, evaluation, db.session())
    plan = make_import_plan(db.session(), seat, source, mapping=mapping, wishes=wishes)
    found = plan.found
    print_line(f"{mapping.layout.label}; headers in line {mapping.header}")
    for label, role in mapping.columns.items():
        print_line(f"  {label}: {role or '(not read)'}")
    for (word, answer), count in sorted(found.words.items()):
        print_line(f"  “{word}” is {answer.value}, {count} times")
    print_line(f"{found.marks} marks on {len(found.marked.rows)} ballots")
    if found.superseded:
        print_line(f"{found.superseded} answers were given again later: they are left out")
    found.refuse_bad_lines()


class BarWatch(StepWatch):
    """A bar for each step on a terminal."""

    def __init__(self, bars: ExitStack) -> None:
        self.bars = bars

    def begin_step(self, step: LabelledEnum, total: int) -> None:
        """The bar of the step before stays as it is."""
        self.bars.close()
        hidden = not sys.stderr.isatty()
        bar = click.progressbar(length=total, label=step.label, file=sys.stderr, hidden=hidden)
        self.bar = self.bars.enter_context(bar)

    def advance(self, more: int = 1) -> None:
        """Draw it."""
        self.bar.update(more)


def summarize_import(done: ImportResult) -> str:
    """What was imported, in a line."""
    return (
        f"{done.slug}: {done.marks} marks on {done.criteria} criteria; "
        f"new: {done.reviewers} reviewers, {done.vendors} vendors; "
        f"submitted: {done.submitted} ballots"
    )
