"""crrubric archive: everything that the memo rests on, as one file; crrubric retention …: what is
due to be removed, and confirming that as the second person."""

from pathlib import Path

import click

from crrubric.cli.running import ROW_NUMBER, print_line, run_in_app
from crrubric.clock import now_utc
from crrubric.domain.archive.manifest import CopyKind
from crrubric.domain.ballots.receipts import group_receipt
from crrubric.domain.errors import Invalid, NotFound, NotReady
from crrubric.domain.people.languages import NAMES
from crrubric.domain.translation import N_
from crrubric.extensions import db
from crrubric.queries.exchange.redactions import has_bare_hashes, keeps_accounts
from crrubric.queries.people.access import find_evaluation
from crrubric.queries.people.people import OPERATOR
from crrubric.queries.record.retention import (
    find_removal,
    foresee_removal,
    list_due_records,
    list_kept_records,
)
from crrubric.services.record.removing import compact_database
from crrubric.services.record.retention import confirm_removal
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
    print_line(f"wrote {target}: {made.files} files")
    print_line(f"Its SHA-256 before the comment is {group_receipt(made.sha256)}.")
    if redacted:
        warn_of_old_entries(slug, names=names)


def warn_of_old_entries(slug: str, *, names: bool) -> None:
    """Say on stderr what a copy can't hide of entries that older versions wrote.

    Args: names: people are named in the copy, so that numbers of accounts tell nothing more.
    """
    session = db.session()
    evaluation = find_evaluation(session, slug)
    if not names and keeps_accounts(session, evaluation):
        print_line(
            "crrubric: Part of this journal was written by an older version, and has numbers of"
            " accounts that no copy can hide: whoever has a copy of another evaluation of this site"
            " that names people can tell by them who is who.",
            err=True,
        )
    if has_bare_hashes(session, evaluation):
        print_line(
            "crrubric: The first entries of this journal were written by a version that made"
            " fingerprints without a random number: whoever guesses all that one of them says, and"
            " when it was written, can check the guess, though the copy leaves the entry out.",
            err=True,
        )


@click.group("retention")
def retention_group() -> None:
    """List records whose time is over, and confirm their removal."""


@retention_group.command("list")
@run_in_app
def print_due_records() -> None:
    """List what is due to be removed, and what is proposed. Nothing is removed by this."""
    now = now_utc()
    over = [row for row in list_kept_records(db.session(), now) if row.is_over]
    others = [due for due in list_due_records(db.session(), now) if due.count]
    if not (over or others):
        print_line("Nothing is due, and no removal is proposed.", err=True)
    for row in over:
        words = [f"{row.evaluation.title}", f"kept through {row.last_day:%Y-%m-%d}"]
        words += [remark.message % remark.values for remark in row.obstacles]
        if row.removal is not None:
            words.append(f"removal {row.removal.id}, proposed by {row.removal.proposed_by}")
        print_line("\t".join(words))
    for due in others:
        words = [due.kind.label, f"{due.count}, ended before {due.before:%Y-%m-%d %H:%M} UTC"]
        if due.removal is not None:
            words.append(f"removal {due.removal.id}, proposed by {due.removal.proposed_by}")
        print_line("\t".join(words))


@retention_group.command("confirm")
@click.argument("number", type=ROW_NUMBER)
@click.option("--title", default="", help="The title of the evaluation, word for word.")
@run_in_app
def confirm_as_operator(number: int, title: str) -> None:
    """Confirm the removal NUMBER as the second person, where the site has one administrator.

    Says what goes and asks; the certificate names the operator at the server's console.
    """
    try:
        foreseen = foresee_removal(db.session(), find_removal(db.session(), number))
    except NotFound:
        message = N_("Nobody proposed a removal %(number)s: “crrubric retention list” shows all.")
        raise Invalid(message, number=number) from None
    for remark in (*foreseen.effects, *foreseen.doubts):
        names = ", ".join(name for name, _detail in remark.names)
        print_line(f"- {remark.message % remark.values} {names}".rstrip(), err=True)
    db.session.rollback()  # nobody waits for an answer with a reading transaction
    click.confirm("Remove it for good?", abort=True, err=True)
    confirm_removal(OPERATOR, number, typed=title, seen=foreseen.fingerprint())
    print_line("removed; the certificate is in the journal of the site")
    try:
        compact_database()
    except NotReady as error:
        print_line(str(error), err=True)
