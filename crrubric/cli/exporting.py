"""crrubric export."""

from collections.abc import Callable
from pathlib import Path
from typing import IO

import click

from crrubric.catalogue import load_translations
from crrubric.cli.results import iterate_results_json
from crrubric.cli.running import print_line, run_in_app
from crrubric.domain.actions import Action
from crrubric.domain.exchange.files import EVIDENCE, FILES, RESULTS, WORKBOOK, DataFile
from crrubric.domain.people.languages import NAMES, SOURCE
from crrubric.extensions import db
from crrubric.queries.people.access import Seat, find_evaluation, require
from crrubric.queries.people.people import OPERATOR
from crrubric.services.record.whole_files import write_whole_file

KNOWN = {file.name: file for file in FILES}


@click.command("export")
@click.argument("slug")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--what",
    type=click.Choice(sorted(KNOWN)),
    help="Which file, where the name of TARGET does not say it.",
)
@click.option(
    "--language",
    type=click.Choice(sorted(NAMES)),
    default=SOURCE,
    show_default=True,
    help="Of the Excel workbook; all other files are the same in every language.",
)
@run_in_app
def write_export_file(slug: str, target: Path, what: str | None, language: str) -> None:
    """Write a file of the evaluation SLUG to TARGET: the same as the page Downloads has.

    TARGET says which: findings.csv, or whatever ends in -findings.csv; .xlsx is the workbook,
    .json the results. docs/files.md says what each holds.
    """
    file = find_data_file(target, what)
    evaluation = find_evaluation(db.session(), slug)
    # what marks point to goes with the marks
    action = Action.EXPORT_MARKS if file is EVIDENCE else file.action
    seat = require(OPERATOR, action, evaluation, db.session())
    with write_whole_file(target, replace=True) as draft, draft.open("r+b") as out:
        choose_writer(file, language)(seat, out)
    print_line(f"wrote {target}")


def find_data_file(target: Path, what: str | None) -> DataFile:
    """Which file is meant. Raises: UsageError."""
    if what is not None:
        return KNOWN[what]
    for name, file in KNOWN.items():
        if target.name == name or target.name.endswith(f"-{name}"):
            return file
    only = {".xlsx": WORKBOOK, ".json": RESULTS}
    if target.suffix in only:
        return only[target.suffix]
    raise click.UsageError("Say with --what which file is meant: " + ", ".join(KNOWN) + ".")


def choose_writer(file: DataFile, language: str) -> Callable[[Seat, IO[bytes]], None]:
    """What writes the file for a seat."""
    from crrubric.reports.exchange.csv_files import iterate_csv
    from crrubric.services.exchange.data_files import READERS, ExportWords, write_workbook

    def write_book(seat: Seat, out: IO[bytes]) -> None:
        words = ExportWords(language=language, say=load_translations(language).gettext)
        write_workbook(db.session(), seat, out, words)

    def write_results(seat: Seat, out: IO[bytes]) -> None:
        out.writelines(text.encode() for text in iterate_results_json(seat))

    def write_rows(seat: Seat, out: IO[bytes]) -> None:
        out.writelines(iterate_csv(file.columns, READERS[file](db.session(), seat)))

    return {WORKBOOK: write_book, RESULTS: write_results}.get(file, write_rows)
