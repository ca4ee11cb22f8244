"""crrubric verify."""

import click

from crrubric.cli.running import run_in_app
from crrubric.domain.errors import Invalid, NotReady
from crrubric.domain.translation import N_
from crrubric.extensions import db
from crrubric.queries.record.doubles import list_doubles
from crrubric.queries.record.verification import find_sealed_ballot
from crrubric.queries.record.verification import verify_record as look_at_everything


@click.command()
@click.option("--receipt", help="Look for the sealed ballot with this receipt as well.")
@run_in_app
def verify(receipt: str | None) -> None:
    """Check that the record is what was written.

    Looks at the hash chains of the journal, every sealed ballot with its receipt, every attached
    file, the invariants and all foreign keys. Exits with 1 and names every problem if there is one.
    """
    found = look_at_everything(db.session())
    if found.problems:
        raise NotReady(
            N_("The record does not match what was written: %(count)s problems."),
            found.problems,
            count=len(found.problems),
        )
    click.echo(f"{found.entries} journal entries and {found.seals} sealed ballots are as written.")
    for double in list_doubles(db.session()):
        click.echo(f"note: {double}")
    if receipt is None:
        return
    sealed = find_sealed_ballot(db.session(), receipt)
    if sealed is None:
        raise Invalid(N_("No sealed ballot has this receipt."))
    ballot = sealed.ballot
    click.echo(
        f"The receipt is that of {ballot.member.name} for {ballot.vendor.company},"
        f" version {sealed.number}, sealed {sealed.sealed_at:%Y-%m-%d %H:%M} UTC."
    )
