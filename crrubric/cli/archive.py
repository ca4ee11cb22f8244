"""crrubric archive: everything that the memo rests on, as one file."""

from pathlib import Path

import click

from crrubric.cli.running import run_in_app
from crrubric.domain.archive.manifest import CopyKind
from crrubric.domain.ballots.receipts import group_receipt
from crrubric.domain.people.languages import NAMES
from crrubric.queries.people.people import OPERATOR
from crrubric.services.record.whole_files import write_whole_file


@click.command("archive")
@click.argument("slug")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--language",
    type=click.Choice(sorted(NAMES)),
    help="In this language instead of that of the evaluation's documents.",
)
@click.option(
    "--redacted",
    is_flag=True,
    help="A copy for the public: without the texts that were chosen to be blacked out, with roles"
    " instead of names.",
)
@click.option("--replace", is_flag=True, help="Overwrite TARGET if it is there already.")
@click.option("--names", is_flag=True, help="With --redacted: people stay named.")
@run_in_app
def write_archive_file(
    slug: str, target: Path, language: str | None, redacted: bool, names: bool, replace: bool
) -> None:
    """Write the archive of the evaluation SLUG to the new file TARGET, once the decision is final.

    One ZIP file: the memo, every mark and every sealed ballot, evidence, minutes, workbook and
    journal. “crrubric verify TARGET” verifies it without a database, and so do the two verifiers
    in it without crrubric.
    """
    from crrubric.services.exchange.archives.archives import ArchiveText, make_archive

    if names and not redacted:
        raise click.UsageError("--names goes with --redacted: the whole archive names people.")
    wanted = ArchiveText(
        copy=CopyKind.REDACTED if redacted else CopyKind.WHOLE,
        names_people=names,
        language=language or "",
    )
    with write_whole_file(target, replace=replace) as draft, draft.open("r+b") as file:
        made = make_archive(OPERATOR, slug, file, wanted)
    click.echo(f"wrote {target}: {made.files} files")
    click.echo(f"Its SHA-256 before the comment is {group_receipt(made.sha256)}.")
