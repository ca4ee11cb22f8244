"""Every byte of what is sealed, changed one at a time behind the database's back, is noticed."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from crrubric.domain.events import Event
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from crrubric.models import FileContent, JournalEntry, SealedBallot
from crrubric.queries.record.verification import verify_record
from crrubric.services.ballots import attachments
from tests.databases import driver_connection
from tests.factories import Factory
from tests.uploads import pdf

pytestmark = [pytest.mark.long, pytest.mark.parametrize("app", ["sqlite"], indirect=True)]

ALL, SOME = 1, 11  # every byte, every eleventh
# what the hash of an entry covers, as the table keeps it
SEPARATOR = ("at", 10)  # whatever stands between day and time, the moment is the same
COVERED = ("at", "actor_name", "event", "subject", "before", "after", "reason", "salts", "hash")


@pytest.fixture
def sealed(app: Flask, make: Factory) -> None:
    """A sealed ballot with a file, its journal, and no triggers that refuse to change them."""
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YNA", (1, 0): "Y?-"})
    attachments.attach_mark_file(
        made.reviewers[0],
        made.slug,
        made.vendors[0].id,
        made.criteria[0].id,
        name="proof.pdf",
        data=pdf("what the vendor promised"),
    )
    make.submit(made, 0, 0)
    with driver_connection() as connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            connection.execute(f"DROP TRIGGER {name}")
    assert find_problems() == []


def find_problems() -> list[str]:
    """What verification says; it never ends in a traceback, whatever stands in the database.

    That the triggers are gone is known.
    """
    db.session.rollback()
    db.session.expire_all()
    found = [str(problem) for problem in verify_record(db.session()).problems]
    return [problem for problem in found if not problem.startswith("The database’s trigger")]


def flipped(value: Any, place: int) -> Any:
    """The value with the lowest bit of one byte turned round."""
    data = bytearray(value if isinstance(value, bytes) else value.encode())
    data[place] ^= 1
    return bytes(data) if isinstance(value, bytes) else data.decode(errors="replace")


def list_unnoticed(table: str, column: str, key: int, step: int) -> tuple[int, list[int]]:
    """How many bytes of one value were changed, each alone, and where nobody noticed."""
    asked = f"SELECT {column} FROM {table} WHERE id = ?"
    written = f"UPDATE {table} SET {column} = ? WHERE id = ?"
    with driver_connection() as connection:
        (value,) = connection.execute(asked, (key,)).fetchone()
    places = range(0, len(value or ""), step)
    unnoticed = []
    for place in places:
        write(written, flipped(value, place), key)
        if not find_problems():
            unnoticed.append(place)
    write(written, value, key)
    return len(places), unnoticed


def write(statement: str, *values: Any) -> None:
    """Change the database as somebody with its file in their hands could."""
    with driver_connection() as connection:
        connection.execute(statement, values)


def test_every_byte_of_a_sealed_ballot_and_of_its_receipt_counts(sealed: None):
    key = db.session.scalars(select(SealedBallot.id)).one()

    text = list_unnoticed("sealed_ballot", "content", key, ALL)
    receipt = list_unnoticed("sealed_ballot", "receipt", key, ALL)

    assert (text[0] > 500, text[1]) == (True, [])
    assert receipt == (64, [])


def test_every_byte_of_an_attached_file_counts(sealed: None):
    key = db.session.scalars(select(FileContent.id)).one()

    found = list_unnoticed("file_content", "body", key, ALL)

    assert (found[0] > 50, found[1]) == (True, [])


def test_every_byte_of_a_journal_entry_counts_and_samples_of_all_others(sealed: None):
    whole = db.session.scalars(
        select(JournalEntry.id).where(JournalEntry.event == Event.BALLOT_SUBMITTED)
    ).one()
    changed, unnoticed = 0, []
    for key in db.session.scalars(select(JournalEntry.id)).all():
        for column in COVERED:
            step = ALL if key == whole else SOME
            number, missed = list_unnoticed("journal_entry", column, key, step)
            changed += number
            unnoticed += [(key, column, place) for place in missed if (column, place) != SEPARATOR]

    assert changed > 500
    assert unnoticed == []
