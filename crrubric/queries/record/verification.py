"""Is the record what was written? Chains, sealed ballots, invariants and keys of a database."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from crrubric.domain.ballots.receipts import has_same_marks, receipt_of
from crrubric.domain.errors import CrrubricError, Invalid
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import BallotState
from crrubric.models import (
    Ballot,
    Base,
    Evaluation,
    FileContent,
    MarkFile,
    MemoFile,
    MemoIssue,
    SealedBallot,
    SealedVote,
    VendorFile,
)
from crrubric.queries.ballots.seals import serialize_ballot_gaps, serialize_ballot_marks
from crrubric.queries.record.ballot_checks import (
    list_assignment_checks,
    list_ballot_checks,
    list_decision_checks,
)
from crrubric.queries.record.question_checks import list_question_checks
from crrubric.queries.record.replays import check_journals
from crrubric.queries.record.rows import check_rows
from crrubric.queries.record.schema import check_indexes, check_table_parts
from crrubric.queries.record.stored import UNREADABLE, reading_any_text
from crrubric.queries.record.triggers import check_triggers
from crrubric.queries.record.vote_checks import check_votes

BATCH = 100  # sealed versions that are read at a time, each with its whole text


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationReport:
    """What was looked at, and every problem found, a sentence each.

    `untold`: entries of older versions that tell too little to be held against the tables.
    """

    entries: int
    seals: int
    untold: int
    problems: tuple[CrrubricError, ...]


def begin_snapshot(session: Session) -> None:
    """Let all that is read from here on be of one moment, whatever others write meanwhile.

    On SQLite every transaction is so.
    """
    session.rollback()
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def verify_record(session: Session) -> VerificationReport:
    """Look at everything: the journal's chains and whether the tables are what it tells, every
    seal and file, the database's triggers, rules and indexes, every value's kind, the invariants,
    all keys."""
    with reading_any_text(session):
        return _look_at_everything(session)


def _look_at_everything(session: Session) -> VerificationReport:
    journals = check_journals(session)
    checks = (
        _check_seals,
        check_votes,
        _check_files,
        _check_memo_files,
        check_triggers,
        check_table_parts,
        check_rows,
        check_indexes,
        _check_invariants,
        _check_foreign_keys,
    )
    found = [problem for check in checks for problem in _run_check(check, session)]
    return VerificationReport(
        entries=journals.entries,
        seals=_count_rows(session, SealedBallot) + _count_rows(session, SealedVote),
        untold=journals.untold_entries,
        problems=(*journals.problems, *found),
    )


def _run_check(
    check: Callable[[Session], Iterable[CrrubricError]], session: Session
) -> Iterator[CrrubricError]:
    """What a check finds; that it meets a value nobody can make out is a problem as well."""
    try:
        yield from check(session)
    except UNREADABLE as error:
        yield Invalid(N_("A table holds a value that can’t be read: %(value)s."), value=str(error))


def find_sealed_ballots_by_hash(session: Session, start: str) -> list[SealedBallot]:
    """Sealed ballots whose receipt begins so."""
    wanted = select(SealedBallot).where(SealedBallot.receipt.startswith(start))
    return list(session.scalars(wanted.order_by(SealedBallot.id)))


def find_sealed_ballot(session: Session, receipt: str) -> SealedBallot | None:
    """The sealed ballot that a receipt stands for, if there is one and its text is unchanged."""
    tidy = "".join(receipt.split()).lower()
    found = session.scalar(select(SealedBallot).where(SealedBallot.receipt == tidy))
    return found if found is not None and receipt_of(found.content) == tidy else None


def _count_rows(session: Session, model: type[Base]) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def _check_seals(session: Session) -> Iterator[CrrubricError]:
    """Sealed versions that are not what was sealed; some are read at a time."""
    wanted = (
        select(SealedBallot, Ballot)
        .join(Ballot, Ballot.id == SealedBallot.ballot_id)
        .order_by(SealedBallot.id)
        .execution_options(yield_per=BATCH)
    )
    for sealed, ballot in session.execute(wanted):
        values: dict[str, Any] = {"ballot": ballot.id, "number": sealed.number}
        if receipt_of(sealed.content) != sealed.receipt:
            yield Invalid(
                N_("Ballot %(ballot)s, version %(number)s: the receipt does not match."), **values
            )
        elif not _says_same_of_itself(sealed):
            yield Invalid(
                N_("Ballot %(ballot)s, version %(number)s: it was sealed as another one."), **values
            )
        elif _is_sealed_as(ballot, sealed):
            marks, gaps = (
                serialize_ballot_marks(session, ballot.id),
                serialize_ballot_gaps(session, ballot.id),
            )
            if not has_same_marks(sealed.content, marks, gaps):
                yield Invalid(
                    N_("Ballot %(ballot)s: its marks differ from those that were sealed."), **values
                )


def _is_sealed_as(ballot: Ballot, sealed: SealedBallot) -> bool:
    """Whether this is the version that the ballot was submitted as; one that was opened and then
    filled up out of a file was submitted without a seal."""
    last = sealed.number == ballot.seals and sealed.reopened_at is None
    return last and ballot.state is BallotState.SUBMITTED


def _says_same_of_itself(sealed: SealedBallot) -> bool:
    """Whether number and moment of a sealed version are those in its text."""
    content = json.loads(sealed.content)
    moment = datetime.fromisoformat(content["sealed_at"])
    return bool(content["number"] == sealed.number) and moment == sealed.sealed_at


def _check_files(session: Session) -> Iterator[CrrubricError]:
    """Attached files whose bytes are not those that were attached; one is read at a time."""
    for table in (VendorFile, MarkFile):
        rows = session.execute(select(table.name, table.sha256, table.content_id)).all()
        for name, digest, content in rows:
            if not _holds_bytes(session, content, digest):
                yield Invalid(N_("File “%(name)s”: it differs from what was attached."), name=name)


def _check_memo_files(session: Session) -> Iterator[CrrubricError]:
    """Issued memos whose bytes are not those that were issued; one is read at a time."""
    wanted = (
        select(Evaluation.title, MemoIssue.number, MemoFile)
        .join(MemoIssue, MemoIssue.id == MemoFile.issue_id)
        .join(Evaluation, Evaluation.id == MemoIssue.evaluation_id)
        .order_by(MemoFile.id)
    )
    message = N_(
        "Memo of “%(evaluation)s”, issue %(number)s, %(form)s: its bytes differ from what was"
        " issued."
    )
    for title, number, file in session.execute(wanted).all():
        if not _holds_bytes(session, file.content_id, file.sha256, file.size):
            yield Invalid(message, evaluation=title, number=number, form=file.form.label)


def _holds_bytes(session: Session, content: int, digest: str, size: int | None = None) -> bool:
    """Whether the bytes are kept of which this is the SHA-256, and the length."""
    body = session.scalar(select(FileContent.body).where(FileContent.id == content))
    if body is None or (size is not None and len(body) != size):
        return False
    return sha256(body).hexdigest() == digest


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
    for table, columns, count_lost in _list_foreign_keys():
        lost = session.scalar(count_lost)
        if lost:
            yield Invalid(
                N_("Rows of “%(table)s” whose %(column)s refers to nothing: %(count)s."),
                table=table,
                column=columns,
                count=lost,
            )


@cache
def _list_foreign_keys() -> tuple[tuple[str, str, Select[Any]], ...]:
    """(table, columns) that refer to another table, and how to count rows that refer to nothing."""
    found = []
    for table in Base.metadata.sorted_tables:
        for key in sorted(table.foreign_key_constraints, key=lambda key: str(key.name)):
            there = key.referred_table.alias()
            pairs = [(column.parent, there.c[column.column.name]) for column in key.elements]
            count_lost = (
                select(func.count())
                .select_from(table)
                .outerjoin(there, and_(*(own == other for own, other in pairs)))
                .where(*(own.is_not(None) for own, _other in pairs), pairs[-1][1].is_(None))
            )
            found.append((table.name, ", ".join(own.name for own, _other in pairs), count_lost))
    return tuple(found)
