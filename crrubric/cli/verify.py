"""crrubric verify."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import click

from crrubric.cli.running import print_line, run_in_app
from crrubric.domain.archive.checks import verify_archive
from crrubric.domain.archive.manifest import CopyKind
from crrubric.domain.ballots.receipts import group_receipt
from crrubric.domain.errors import CrrubricError, Invalid, NotReady
from crrubric.domain.limits import COPIED_ENTRY
from crrubric.domain.record.chain import clean_hash
from crrubric.domain.record.copies import find_numbers_by_hash, verify_copy
from crrubric.domain.translation import N_
from crrubric.extensions import db
from crrubric.models import JournalEntry, MemoFile, SealedBallot
from crrubric.queries.memo.issues import find_memo_files_by_hash
from crrubric.queries.record.backups import list_restorations
from crrubric.queries.record.doubles import list_doubles
from crrubric.queries.record.journal import EntryPlace, find_entries_by_hash
from crrubric.queries.record.verification import (
    begin_snapshot,
    find_sealed_ballot,
    find_sealed_ballots_by_hash,
)
from crrubric.queries.record.verification import verify_record as look_at_everything

NOWHERE = N_(
    "This fingerprint stands nowhere in the record: what it was printed from is no longer there, or"
    " it is another record’s."
)
TIME = "%Y-%m-%d %H:%M UTC"


@click.command()
@click.argument(
    "archive", type=click.Path(path_type=Path, dir_okay=False, exists=True), required=False
)
@click.option("--receipt", help="Look for the sealed ballot with this receipt as well.")
@click.option(
    "--hash",
    "fingerprint",
    help="Say where the fingerprint stands that memo, minutes or a receipt print, or which issued"
    " memo has this SHA-256: all of it, or its first 12 digits and more.",
)
@click.option(
    "--file",
    "copy",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Verify this copy of a journal, as “crrubric journal” writes it, and no database.",
)
def verify(
    archive: Path | None, receipt: str | None, fingerprint: str | None, copy: Path | None
) -> None:
    """Check that the record is what was written: that of the database, or the file ARCHIVE, as
    “crrubric archive” writes it.

    Without ARCHIVE it makes each evaluation again from its journal and compares it with the tables.
    It looks at the hash chains, every sealed ballot with its receipt, every attached file, the
    database's own seals, the invariants and all foreign keys. Of an ARCHIVE it looks at every file,
    journal, seals and marks, and computes the result again. Exits with 1 and names every problem if
    there is one.

    A journal from which the last entries were cut off is a sound one: only somebody who kept a
    later fingerprint can tell. --hash finds it, or exits with 1.
    """
    start = None if fingerprint is None else clean_hash(fingerprint)
    if archive is not None:
        if receipt is not None or copy is not None:
            raise click.UsageError("ARCHIVE goes with --hash only, which finds a receipt as well.")
        verify_archive_file(archive, start)
    elif copy is None:
        verify_database(receipt, start)
    elif receipt is not None:
        raise click.UsageError("--receipt needs the database; --hash finds a receipt in a copy.")
    else:
        verify_copy_file(copy, start)


@run_in_app
def verify_database(receipt: str | None, start: str | None) -> None:
    """Verify the database; say where a fingerprint that begins so, and a receipt, stand."""
    begin_snapshot(db.session())
    found = look_at_everything(db.session())
    for double in list_doubles(db.session()):
        print_line(f"note: {double}")
    for entry in list_restorations(db.session()):
        print_line(f"note: {describe_restored_backup(entry)}")
    refuse_problems([*found.problems, *look_for_hash(start)])
    print_line(f"{found.entries} journal entries and {found.seals} sealed ballots are as written.")
    if found.untold:
        print_line(
            f"{found.untold} entries are of an older version and tell too little to be compared"
            " with the tables."
        )
    if receipt is None:
        return
    sealed = find_sealed_ballot(db.session(), receipt)
    if sealed is None:
        raise Invalid(N_("No sealed ballot has this receipt."))
    print_line(f"The receipt is that of {describe_receipt(sealed)}.")


def verify_copy_file(copy: Path, start: str | None) -> None:
    """Verify a copy of a journal; say where a fingerprint that begins so stands in it."""
    with copy.open("rb") as file:
        found = verify_copy(read_copy_lines(file))
    places = [] if start is None else find_numbers_by_hash(found, start)
    for number in places:
        print_line(f"The fingerprint is that of entry {number}.")
    lost = [] if places or start is None else [Invalid(NOWHERE)]
    refuse_problems([*found.problems, *lost])
    print_line(
        f"{found.entries} journal entries of one evaluation are as written. Their newest"
        f" fingerprint is {group_receipt(found.head)}: compare it with one that memo, minutes or"
        " receipts print, or look for that one with --hash."
    )
    if found.withheld or found.omitted:
        print_line(f"{found.withheld} texts and {found.omitted} whole entries are withheld.")


def verify_archive_file(archive: Path, start: str | None) -> None:
    """Verify an archive; say where a fingerprint that begins so stands in it."""
    with archive.open("rb") as file:
        found = verify_archive(file)
    places = [] if start is None else find_numbers_by_hash(found.journal, start)
    for number in places:
        print_line(f"The fingerprint is that of entry {number} of its journal.")
    lost = [] if places or start is None else [Invalid(NOWHERE)]
    refuse_problems([*found.problems, *lost])
    print_line(
        f"{found.files} files, {found.journal.entries} journal entries, {found.seals} sealed texts"
        f" and {found.marks} marks fit together, and the result is what they give. The newest"
        f" fingerprint of the journal is {group_receipt(found.journal.head)}: compare it with one"
        " that memo, minutes or receipts print, or look for that one with --hash."
    )
    manifest = found.manifest
    if manifest is not None and manifest.copy is CopyKind.REDACTED:
        print_line(
            f"It is a redacted copy: {len(manifest.left_out)} files and {found.journal.withheld}"
            f" texts and {found.journal.omitted} whole entries of the journal are left out."
        )


def read_copy_lines(file: BinaryIO) -> Iterator[str]:
    """The lines of a copy. Raises: Invalid for one that is too long, or no UTF-8."""
    number = 0
    while line := file.readline(COPIED_ENTRY + 1):
        number += 1
        try:
            text = line.decode() if len(line) <= COPIED_ENTRY else None
        except UnicodeDecodeError:
            text = None
        if text is None:
            raise Invalid(N_("Line %(line)s is not a line of a copy of a journal."), line=number)
        yield text


def look_for_hash(start: str | None) -> list[CrrubricError]:
    """Say where a fingerprint stands; a problem if it stands nowhere."""
    if start is None:
        return []
    places = list_places_of_hash(start)
    for place in places:
        print_line(f"The fingerprint is that of {place}.")
    return [] if places else [Invalid(NOWHERE)]


def refuse_problems(problems: Sequence[CrrubricError]) -> None:
    """Raise NotReady with every problem, if there is one."""
    if problems:
        raise NotReady(
            N_("The record does not match what was written. Problems: %(count)s."),
            problems,
            count=len(problems),
        )


def list_places_of_hash(start: str) -> list[str]:
    """Where a fingerprint stands, in words: entries of the journal, receipts, issued memos."""
    session = db.session()
    return [
        *(describe_place(place) for place in find_entries_by_hash(session, start)),
        *(describe_receipt(sealed) for sealed in find_sealed_ballots_by_hash(session, start)),
        *(describe_memo_file(file) for file in find_memo_files_by_hash(session, start)),
    ]


def describe_place(place: EntryPlace) -> str:
    """Which entry it is."""
    where = f"the evaluation “{place.title}”" if place.title else "the site"
    return f"entry {place.number} of {where}, {place.at:{TIME}}, by {place.by}"


def describe_restored_backup(entry: JournalEntry) -> str:
    """When the site was brought back, and after which moment what was printed stands nowhere."""
    told = (entry.after or {}).get("newest")
    until = f"{datetime.fromisoformat(told):{TIME}}" if told else "the beginning"
    return (
        f"the site was restored from a backup on {entry.at:{TIME}}: fingerprints that were printed"
        f" between {until} and then may stand nowhere."
    )


def describe_memo_file(file: MemoFile) -> str:
    """Which file of which issue of a memo it is."""
    issue = file.issue
    return (
        f"the memo of “{issue.evaluation.title}”, issue {issue.number}, {file.form.label},"
        f" issued {issue.issued_at:{TIME}} by {issue.issued_by}"
    )


def describe_receipt(sealed: SealedBallot) -> str:
    """Which sealed version it is of."""
    ballot = sealed.ballot
    return (
        f"{ballot.member.name} for {ballot.vendor.name},"
        f" version {sealed.number}, sealed {sealed.sealed_at:{TIME}}"
    )
