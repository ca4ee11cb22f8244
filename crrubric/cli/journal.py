"""crrubric journal: a copy of an evaluation's journal, to be handed out."""

from pathlib import Path

import click

from crrubric.cli.results import find_permitted_evaluation
from crrubric.cli.running import print_line, run_in_app
from crrubric.domain.actions import Action
from crrubric.domain.errors import WrongPhase
from crrubric.domain.event_fields import TextKind
from crrubric.domain.policy import FROM_DECIDED
from crrubric.domain.record.copies import write_copy
from crrubric.domain.translation import N_
from crrubric.extensions import db
from crrubric.queries.record.copied import iterate_copied_links
from crrubric.queries.record.verification import begin_snapshot
from crrubric.services.record.whole_files import write_whole_file

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
    links = iterate_copied_links(db.session(), evaluation, kinds)
    with (
        write_whole_file(target, replace=True) as draft,
        draft.open("w", encoding="utf-8", newline="\n") as file,
    ):
        file.writelines(f"{line}\n" for line in write_copy(evaluation.id, links))
    print_line(f"wrote {target}")
