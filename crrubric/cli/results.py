"""crrubric results and crrubric memo."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click

from crrubric.catalogue import load_translations
from crrubric.cli.running import ROW_NUMBER, print_line, run_in_app
from crrubric.config import folder
from crrubric.domain.actions import Action
from crrubric.domain.errors import NotFound
from crrubric.domain.memo.issuing.issues import ENDINGS
from crrubric.domain.memo.sections import compose_memo
from crrubric.domain.memo.words import ValueFormatter
from crrubric.domain.people.languages import NAMES
from crrubric.domain.results.robustness_words import describe_robustness
from crrubric.extensions import db
from crrubric.models import Evaluation
from crrubric.queries.exchange.exports import load_results_facts
from crrubric.queries.memo.issues import find_memo_file, read_memo_bytes
from crrubric.queries.memo.memos import load_memo_facts
from crrubric.queries.people.access import Seat, find_evaluation, require
from crrubric.queries.people.district import load_present_logo
from crrubric.queries.people.people import OPERATOR
from crrubric.queries.results.matrices import analyze_results, read_matrix
from crrubric.queries.shared.reading import end_reading
from crrubric.reports.documents.formats import RENDERERS
from crrubric.services.record.whole_files import write_whole_file


def find_permitted_evaluation(slug: str, action: Action) -> Evaluation:
    """The evaluation, if the operator may do this with it now. Raises: NotFound, WrongPhase."""
    evaluation = find_evaluation(db.session(), slug)
    require(OPERATOR, action, evaluation, db.session())
    return evaluation


@click.command("results")
@click.argument("slug")
@click.option("--format", "kind", type=click.Choice(["table", "json", "csv"]), default="table",
              show_default=True, help="For people, programs or spreadsheets.")  # fmt: skip
@run_in_app
def print_results(slug: str, kind: str) -> None:
    """Print the results of the evaluation SLUG: outcomes, scores, ranks, agreement.

    The JSON object is documented in docs/results-json.md; undefined numbers are null.
    """
    from crrubric.reports.exchange import tables

    evaluation = find_permitted_evaluation(slug, Action.EXPORT_RESULTS)
    if kind == "json":
        seat = require(OPERATOR, Action.EXPORT_RESULTS, evaluation, db.session())
        for line in iterate_results_json(seat):
            click.echo(line, nl=False)
        return
    read = read_matrix(db.session(), evaluation)
    if kind == "csv":
        click.echo(tables.results_csv(read.results), nl=False)
    else:
        end_reading(db.session())
        said = describe_robustness(ValueFormatter(str), read.robustness, read.results, names=True)
        click.echo(tables.results_text(read.results, evaluation.title, said.sentences()))


def iterate_results_json(seat: Seat) -> Iterator[str]:
    """Everything computed, as the documented object, in pieces."""
    from crrubric.reports.exchange import results_json

    read = read_matrix(db.session(), seat.evaluation)
    facts, adopted, late = load_results_facts(db.session(), seat)
    end_reading(db.session())
    computed = analyze_results(read, with_names=True)
    body = results_json.results_object(computed, facts, adopted, late)
    yield from results_json.format_results_json(body)


@click.command("memo")
@click.argument("slug")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.option(
    "--language",
    type=click.Choice(sorted(NAMES)),
    help="In this language instead of that of the evaluation's documents.",
)
@click.option(
    "--issue",
    type=ROW_NUMBER,
    help="This issue, as it was issued, instead of what the memo would say now.",
)
@run_in_app
def write_memo_file(
    slug: str, target: Path | None, language: str | None, issue: int | None
) -> None:
    """Write the selection memo of the evaluation SLUG to TARGET (.pdf, .docx, .html or .md).

    Without --issue it is what the memo would say now, stamped as a draft.
    """
    evaluation = find_permitted_evaluation(slug, Action.VIEW_MEMO)
    path = target or Path(f"{slug}-memo{f'-issue-{issue}' if issue else ''}.docx")
    if path.suffix not in RENDERERS:
        raise click.UsageError("TARGET must end in " + " or ".join(RENDERERS) + ".")
    if issue is not None:
        if language is not None:
            raise click.UsageError("An issue is in the language in which it was issued.")
        write_issued_file(evaluation, issue, path)
        return
    spoken = language or evaluation.language
    value = compose_memo(
        load_memo_facts(db.session(), evaluation, spoken),
        load_translations(spoken).gettext,
    )
    value = replace(value, logo=load_present_logo(db.session()))
    made = RENDERERS[path.suffix](value, Path(folder("templates")), Path(folder("static")))
    with write_whole_file(path, replace=True) as draft:
        draft.write_bytes(made)
    print_line(f"wrote {path}")


def write_issued_file(evaluation: Evaluation, number: int, path: Path) -> None:
    """Write a file of an issue as it was issued. Raises: ClickException if there is none."""
    form = next((form for form, ending in ENDINGS.items() if ending == path.suffix), None)
    if form is None:
        raise click.UsageError("An issue is a file in " + ", ".join(ENDINGS.values()) + ".")
    try:
        file = find_memo_file(db.session(), evaluation, number, form)
    except NotFound:
        raise click.ClickException(f"There is no issue {number} of this memo.") from None
    with write_whole_file(path, replace=True) as draft:
        draft.write_bytes(read_memo_bytes(db.session(), file))
    print_line(f"wrote {path}, SHA-256 {file.sha256}")
