"""Every byte of what is sealed is flipped, one after another: verification names each."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select, text

from crrubric.domain.vocabulary import Phase
from crrubric.extensions import WRITE, db
from crrubric.models import FileContent, JournalEntry, SealedBallot
from crrubric.queries.record.verification import verify_record
from crrubric.services.ballots import attachments
from tests.factories import Factory, Made
from tests.uploads import pdf

pytestmark = pytest.mark.long

MARKS = {(0, 0): "YNA", (1, 0): "NY?"}
SEPARATOR = len("2026-11-28")
TEXTS = ("at", "actor_name", "subject", "event", "before", "after", "reason", "hash")


@pytest.fixture
def app(sqlite_app: Flask) -> Iterator[Flask]:
    """SQLite alone: PostgreSQL refuses some of these bytes before verification can."""
    from tests.databases import wipe

    with sqlite_app.app_context():
        wipe()
        yield sqlite_app
        db.session.remove()


@pytest.fixture
def made(make: Factory) -> Made:
    """A sealed ballot, a file, and the entries of the journal that tell of them."""
    found = make.evaluation(phase=Phase.SCORING, marks=MARKS)
    attachments.attach_vendor_file(
        found.chair, found.slug, found.vendors[0].id, name="plan.pdf", data=pdf()
    )
    make.submit(found, 0, 0)
    return found


def flip(value: bytes, place: int) -> bytes:
    """The same bytes with one bit of one of them the other way around; text stays text."""
    return value[:place] + bytes([value[place] ^ 1]) + value[place + 1 :]


def take_seals_off() -> None:
    """Drop the triggers that refuse changes, as somebody with the file in their hands could."""
    run_sql(
        lambda connection: [
            connection.execute(text(f"DROP TRIGGER {name}"))
            for (name,) in connection.execute(
                text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            ).all()
        ]
    )


def run_sql(act: Callable) -> None:
    """Do something with a connection of its own, and commit."""
    db.session.rollback()  # a reader would keep SQLite's writers waiting
    with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        act(connection)


def store(table: str, column: str, row: int, value: bytes, *, binary: bool) -> None:
    """Write a value into one row, whatever the models would say."""
    cast = ":value" if binary else "CAST(:value AS TEXT)"
    statement = text(f"UPDATE {table} SET {column} = {cast} WHERE id = :row")
    run_sql(lambda connection: connection.execute(statement, {"value": value, "row": row}))


def find_unnoticed(table: str, column: str, row: int, *, binary: bool = False) -> list[int]:
    """The places of a stored value whose change verification does not notice."""
    asked = text(f"SELECT CAST({column} AS BLOB) FROM {table} WHERE id = :row")
    original = db.session.execute(asked, {"row": row}).scalar_one()
    assert verify_record(db.session()).problems == ()
    unnoticed = []
    for place in range(len(original)):
        store(table, column, row, flip(original, place), binary=binary)
        db.session.rollback()
        if not verify_record(db.session()).problems:
            unnoticed.append(place)
    store(table, column, row, original, binary=binary)
    return unnoticed


def test_no_byte_of_a_sealed_ballot_changes_unnoticed(made: Made):
    take_seals_off()
    sealed = db.session.scalars(select(SealedBallot.id)).one()

    assert find_unnoticed("sealed_ballot", "content", sealed) == []
    assert find_unnoticed("sealed_ballot", "receipt", sealed) == []


def test_no_byte_of_a_journal_entry_changes_unnoticed(made: Made):
    take_seals_off()
    entry = db.session.scalars(
        select(JournalEntry).where(JournalEntry.after.is_not(None)).order_by(JournalEntry.id.desc())
    ).first()
    assert entry is not None
    filled = [name for name in TEXTS if getattr(entry, name)]
    number = entry.id

    assert {"at", "actor_name", "subject", "event", "after", "hash"} <= set(filled)
    unnoticed = {name: find_unnoticed("journal_entry", name, number) for name in filled}
    # what stands between day and time in SQLite's text of a moment says nothing
    assert unnoticed == {**{name: [] for name in filled}, "at": [SEPARATOR]}


def test_no_byte_of_a_file_changes_unnoticed(made: Made):
    take_seals_off()
    content = db.session.scalars(select(FileContent.id)).one()

    assert find_unnoticed("file_content", "body", content, binary=True) == []
