"""Is the record what was written? Chains, sealed ballots, invariants and keys of a database."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crrubric.domain.ballots.receipts import receipt_of, says_the_same
from crrubric.domain.errors import CrrubricError, Invalid
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import BallotState
from crrubric.models import (
    Ballot,
    Base,
    FileContent,
    JournalEntry,
    MarkFile,
    SealedBallot,
    VendorFile,
)
from crrubric.queries.ballots.seals import gaps_on, marks_on
from crrubric.queries.record.ballot_checks import assignment_checks, ballot_checks, decision_checks
from crrubric.queries.record.journal import chain_breaks
from crrubric.queries.record.question_checks import question_checks


@dataclass(frozen=True, slots=True)
class Verified:
    """What was looked at, and every problem found, a sentence each."""

    entries: int
    seals: int
    problems: tuple[CrrubricError, ...]


def verify(session: Session) -> Verified:
    """Look at everything: the journal's chains, every seal and file, the invariants, all keys."""
    found = (
        *_chains(session),
        *_seals(session),
        *_files(session),
        *_invariants(session),
        *_keys(session),
    )
    return Verified(_count(session, JournalEntry), _count(session, SealedBallot), found)


def sealed_under(session: Session, receipt: str) -> SealedBallot | None:
    """The sealed ballot that a receipt stands for, if there is one and its text is unchanged."""
    tidy = "".join(receipt.split()).lower()
    found = session.scalar(select(SealedBallot).where(SealedBallot.receipt == tidy))
    return found if found is not None and receipt_of(found.content) == tidy else None


def _count(session: Session, model: type[Base]) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def _chains(session: Session) -> Iterator[CrrubricError]:
    for place in chain_breaks(session):
        message = (
            N_("Journal, chain %(chain)s: entry %(number)s is missing.")
            if place.missing
            else N_("Journal, chain %(chain)s: entry %(number)s is not what was written.")
        )
        yield Invalid(message, chain=place.chain, number=place.number)


def _seals(session: Session) -> Iterator[CrrubricError]:
    rows = session.execute(
        select(SealedBallot, Ballot)
        .join(Ballot, Ballot.id == SealedBallot.ballot_id)
        .order_by(SealedBallot.id)
    ).all()
    for sealed, ballot in rows:
        values: dict[str, Any] = {"ballot": ballot.id, "number": sealed.number}
        if receipt_of(sealed.content) != sealed.receipt:
            yield Invalid(
                N_("Ballot %(ballot)s, version %(number)s: the receipt does not fit."), **values
            )
        elif ballot.state is BallotState.SUBMITTED and sealed.number == ballot.seals:
            marks, gaps = marks_on(session, ballot.id), gaps_on(session, ballot.id)
            if not says_the_same(sealed.content, marks, gaps):
                yield Invalid(
                    N_("Ballot %(ballot)s: its marks are not those that were sealed."), **values
                )


def _files(session: Session) -> Iterator[CrrubricError]:
    """Attached files whose bytes are not those that were attached; one is read at a time."""
    for table in (VendorFile, MarkFile):
        rows = session.execute(select(table.name, table.sha256, table.content_id)).all()
        for name, digest, content in rows:
            body = session.scalar(select(FileContent.body).where(FileContent.id == content))
            if body is None or sha256(body).hexdigest() != digest:
                yield Invalid(N_("File “%(name)s”: it is not what was attached."), name=name)


def _invariants(session: Session) -> Iterator[CrrubricError]:
    checks = (*ballot_checks(), *assignment_checks(), *decision_checks(), *question_checks())
    for message, model, wrong in checks:
        count = session.scalar(select(func.count()).select_from(model).where(wrong)) or 0
        if count:
            yield Invalid(message, count=count)


def _keys(session: Session) -> Iterator[CrrubricError]:
    """Rows that point at a row which isn't there, of every foreign key of every table."""
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            there = key.column.table.alias()
            lost = session.scalar(
                select(func.count())
                .select_from(table)
                .outerjoin(there, key.parent == there.c[key.column.name])
                .where(key.parent.is_not(None), there.c[key.column.name].is_(None))
            )
            if lost:
                yield Invalid(
                    N_("Rows of “%(table)s” whose %(column)s points nowhere: %(count)s."),
                    table=table.name,
                    column=key.parent.name,
                    count=lost,
                )
