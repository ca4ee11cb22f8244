"""crrubric results and crrubric memo."""

from pathlib import Path

import click

from crrubric.catalogue import translations
from crrubric.cli.running import in_app
from crrubric.config import folder
from crrubric.domain.actions import Action
from crrubric.domain.memo.sections import compose
from crrubric.domain.memo.words import Words
from crrubric.domain.results.computed import compute
from crrubric.domain.results.robustness_words import robustness_words
from crrubric.domain.statistics.robustness import robustness_of
from crrubric.extensions import db
from crrubric.models import Evaluation
from crrubric.queries.exchange.exports import identity
from crrubric.queries.meeting.decisions import adopted_ranking, recommendation_of
from crrubric.queries.memo.memos import memo_facts
from crrubric.queries.people.access import evaluation_by_slug, require
from crrubric.queries.people.people import OPERATOR
from crrubric.queries.results.matrices import matrix
from crrubric.reports.memo.memos import RENDERERS


def opened(slug: str, action: Action) -> Evaluation:
    """The evaluation, if the operator may do this with it now. Raises: NotFound, WrongPhase."""
    evaluation = evaluation_by_slug(db.session(), slug)
    require(OPERATOR, action, evaluation, db.session())
    return evaluation


@click.command()
@click.argument("slug")
@click.option("--format", "kind", type=click.Choice(["table", "json", "csv"]), default="table",
              show_default=True, help="For people, programs or spreadsheets.")  # fmt: skip
@in_app
def results(slug: str, kind: str) -> None:
    """Print the results of the evaluation SLUG: outcomes, scores, ranks, agreement.

    The JSON object is documented in docs/results-json.md; undefined numbers are null.
    """
    from crrubric.reports.exchange import results_json, tables

    evaluation = opened(slug, Action.EXPORT_RESULTS)
    read = matrix(db.session(), evaluation)
    if kind == "json":
        computed = compute(read.basis, read.results, with_names=True)
        adopted = adopted_ranking(db.session(), recommendation_of(db.session(), evaluation.id))
        body = results_json.results_object(computed, identity(evaluation), adopted)
        for line in results_json.as_lines(body):
            click.echo(line, nl=False)
    elif kind == "csv":
        click.echo(tables.results_csv(read.results), nl=False)
    else:
        found = robustness_of(read.basis, read.basis.ballots.counts())
        said = robustness_words(Words(str), found, read.results, names=True)
        click.echo(tables.results_text(read.results, evaluation.title, said.sentences()))


@click.command()
@click.argument("slug")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False), required=False)
@in_app
def memo(slug: str, target: Path | None) -> None:
    """Write the selection memo of the evaluation SLUG to TARGET (.docx or .html)."""
    evaluation = opened(slug, Action.VIEW_MEMO)
    path = target or Path(f"{slug}-memo.docx")
    if path.suffix not in RENDERERS:
        raise click.UsageError("TARGET must end in " + " or ".join(RENDERERS) + ".")
    value = compose(
        memo_facts(db.session(), evaluation, evaluation.language),
        translations(evaluation.language).gettext,
    )
    path.write_bytes(
        RENDERERS[path.suffix](value, Path(folder("templates")), Path(folder("static")))
    )
    click.echo(f"wrote {path}")
