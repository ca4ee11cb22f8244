"""crrubric journal: a copy of an evaluation's journal, to be handed out."""

from collections.abc import Iterator
from pathlib import Path

import click

from crrubric.cli.results import find_permitted_evaluation
from crrubric.cli.running import run_in_app
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, WrongPhase
from crrubric.domain.event_fields import Kinds, TextKind
from crrubric.domain.policy import FROM_DECIDED
from crrubric.domain.record.chain import ChainLink
from crrubric.domain.record.copies import (
    tells_price,
    withhold_entry,
    withhold_texts,
    write_copy,
)
from crrubric.domain.translation import N_
from crrubric.extensions import db
from crrubric.models import Evaluation
from crrubric.queries.record.chains import iterate_entries
from crrubric.queries.record.journal import UNTOLD
from crrubric.queries.record.verification import begin_snapshot

PRIVATE = N_(
    "The journal tells what is private until the decision: write a copy once it is recorded."
)


@click.command("journal")
@click.argument("slug")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--withhold",
    type=click.Choice([kind.value for kind in TextKind]),
    multiple=True,
    help="Leave out the names of people, what they wrote, the vendors, or the rubric. Repeat it for"
    " several.",
)
@run_in_app
def write_journal_copy(slug: str, target: Path, withhold: tuple[str, ...]) -> None:
    """Write a copy of the journal of the evaluation SLUG to TARGET, a line of JSON for each entry.

    Whoever has the copy verifies it without the database, with “crrubric verify --file” or with
    their own program (docs/journal.md), whatever is withheld. Entries of the first version are left
    out as a whole where one of their texts is withheld, and so is who asked a vendor something, and
    what tells a price while prices are sealed; their fingerprints stay.
    """
    begin_snapshot(db.session())
    evaluation = find_permitted_evaluation(slug, Action.EXPORT_MARKS)
    if evaluation.phase not in FROM_DECIDED:
        raise WrongPhase(PRIVATE)
    kinds = frozenset(map(TextKind, withhold))
    links = iterate_copied_links(evaluation, kinds)
    with target.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{line}\n" for line in write_copy(evaluation.id, links))
    click.echo(f"wrote {target}")


def iterate_copied_links(evaluation: Evaluation, kinds: Kinds) -> Iterator[ChainLink]:
    """The entries of an evaluation without texts of these kinds, without who asked a vendor what,
    and without prices while they are sealed. Raises: Invalid."""
    for entry in iterate_entries(db.session(), evaluation.id):
        if entry.told is None:
            message = N_("Entry %(number)s can’t be read: “crrubric verify” says what is wrong.")
            raise Invalid(message, number=entry.number)
        asks = entry.link.content is not None and entry.link.content["event"] in UNTOLD
        if asks or (evaluation.hides_prices and tells_price(entry.link)):
            yield withhold_entry(entry.link)
        else:
            yield withhold_texts(entry.link, kinds)
