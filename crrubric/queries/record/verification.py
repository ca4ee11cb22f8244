"""Is the record what was written? Chains, sealed ballots, invariants and keys of a database."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crrubric.domain.ballots.receipts import has_same_marks, receipt_of
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
from crrubric.queries.ballots.seals import serialize_ballot_gaps, serialize_ballot_marks
from crrubric.queries.record.ballot_checks import (
    list_assignment_checks,
    list_ballot_checks,
    list_decision_checks,
)
from crrubric.queries.record.journal import list_chain_breaks
from crrubric.queries.record.question_checks import list_question_checks


@dataclass(frozen=True, slots=True)
class VerificationReport:
    """What was looked at, and every problem found, a sentence each."""

    entries: int
    seals: int
    problems: tuple[CrrubricError, ...]


def verify_record(session: Session) -> VerificationReport:
    """Look at everything: the journal's chains, every seal and file, the invariants, all keys."""
    found = (
        *_check_chains(session),
        *_check_seals(session),
        *_check_files(session),
        *_check_invariants(session),
        *_check_foreign_keys(session),
    )
    return VerificationReport(
        _count_rows(session, JournalEntry), _count_rows(session, SealedBallot), found
    )


def find_sealed_ballot(session: Session, receipt: str) -> SealedBallot | None:
    """The sealed ballot that a receipt stands for, if there is one and its text is unchanged."""
    tidy = "".join(receipt.split()).lower()
    found = session.scalar(select(SealedBallot).where(SealedBallot.receipt == tidy))
    return found if found is not None and receipt_of(found.content) == tidy else None


def _count_rows(session: Session, model: type[Base]) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def _check_chains(session: Session) -> Iterator[CrrubricError]:
    for place in list_chain_breaks(session):
        message = (
            N_("Journal, chain %(chain)s: entry %(number)s is missing.")
            if place.missing
            else N_("Journal, chain %(chain)s: entry %(number)s was changed after it was written.")
        )
        yield Invalid(message, chain=place.chain, number=place.number)


def _check_seals(session: Session) -> Iterator[CrrubricError]:
    rows = session.execute(
        select(SealedBallot, Ballot)
        .join(Ballot, Ballot.id == SealedBallot.ballot_id)
        .order_by(SealedBallot.id)
    ).all()
    for sealed, ballot in rows:
        values: dict[str, Any] = {"ballot": ballot.id, "number": sealed.number}
        if receipt_of(sealed.content) != sealed.receipt:
            yield Invalid(
                N_("Ballot %(ballot)s, version %(number)s: the receipt does not match."), **values
            )
        elif ballot.state is BallotState.SUBMITTED and sealed.number == ballot.seals:
            marks, gaps = (
                serialize_ballot_marks(session, ballot.id),
                serialize_ballot_gaps(session, ballot.id),
            )
            if not has_same_marks(sealed.content, marks, gaps):
                yield Invalid(
                    N_("Ballot %(ballot)s: its marks differ from those that were sealed."), **values
                )


def _check_files(session: Session) -> Iterator[CrrubricError]:
    """Attached files whose bytes are not those that were attached; one is read at a time."""
    for table in (VendorFile, MarkFile):
        rows = session.execute(select(table.name, table.sha256, table.content_id)).all()
        for name, digest, content in rows:
            body = session.scalar(select(FileContent.body).where(FileContent.id == content))
            if body is None or sha256(body).hexdigest() != digest:
                yield Invalid(N_("File “%(name)s”: it differs from what was attached."), name=name)


def _check_invariants(session: Session) -> Iterator[CrrubricError]:
    checks = (
        *list_ballot_checks(),
        *list_assignment_checks(),
        *list_decision_checks(),
        *list_question_checks(),
    )
    for message, model, wrong in checks:
        count = session.scalar(select(func.count()).select_from(model).where(wrong)) or 0
        if count:
            yield Invalid(message, count=count)


def _check_foreign_keys(session: Session) -> Iterator[CrrubricError]:
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
                    N_("Rows of “%(table)s” whose %(column)s refers to nothing: %(count)s."),
                    table=table.name,
                    column=key.parent.name,
                    count=lost,
                )
