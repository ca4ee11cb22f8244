"""All marks of an evaluation as one array. The database packs them: no mark leaves it alone."""

from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, ColumnElement, case, cast, exists, func, select
from sqlalchemy.orm import Session

from crrubric.domain.ballots.ballots import (
    ABSTAINED,
    BYTE_OF,
    MISSING,
    RECUSED,
    UNASSIGNED,
    Ballots,
    Bytes,
    Reviewer,
)
from crrubric.domain.text import key_of, sort_key
from crrubric.models import Abstention, Ballot, Criterion, Mark, Member, Vendor
from crrubric.queries.people.people import is_present_reviewer
from crrubric.queries.setup.assignments import load_assigned_criteria

BITS = 3  # for one answer, 0 being none
WORD = 21  # answers in one whole number of the database, which has 63 bits to give
DIGIT = {answer: digit for digit, answer in enumerate(BYTE_OF, start=1)}
# What each digit says in the array; 0 is a question that was not answered.
BYTES = np.array([MISSING, *BYTE_OF.values(), MISSING, MISSING, MISSING], dtype=np.uint8)


def read_ballots(
    session: Session, evaluation_id: int, vendors: Sequence[Vendor], criteria: Sequence[Criterion]
) -> Ballots:
    """Who marked what, from four queries at any size: a row a ballot, never a row a mark.

    Args: vendors and criteria: all of the evaluation or some, in the order that the array shall
    have.
    """
    members = sorted(
        session.execute(
            select(Member.id, Member.name, Member.stakeholder, Member.every_criterion)
            .where(is_present_reviewer(evaluation_id))
            .where(exists().where(Ballot.member_id == Member.id).correlate(Member))
            .order_by(Member.id)
        ),
        key=lambda row: sort_key(row.name),
    )
    ids = [criterion.id for criterion in criteria]
    words = list_window_starts(ids)
    vendor_ids = [vendor.id for vendor in vendors]
    rows = session.execute(
        select(
            Ballot.member_id,
            Ballot.vendor_id,
            case((Ballot.recused, 1), else_=0),
            Ballot.id,
            *(_pack_answers(begin) for begin in words),
        )
        .join(Member, Member.id == Ballot.member_id)
        .where(is_present_reviewer(evaluation_id))
        .where(Ballot.vendor_id.in_(vendor_ids))
    ).all()
    answers = np.full((len(members), len(vendors), len(ids)), UNASSIGNED, dtype=np.uint8)
    if rows:
        table = np.fromiter(chain.from_iterable(rows), dtype=np.int64).reshape(len(rows), -1)
        at_member = _find_id_indices([row.id for row in members], table[:, 0])
        at_vendor = _find_id_indices([row.id for row in vendors], table[:, 1])
        unpacked = _unpack_answers(table[:, 4:], words, ids)
        left = _load_abstentions(session, evaluation_id, vendor_ids, ids)
        _write_abstentions(left, unpacked, table[:, 3], ids)
        answers[at_member, at_vendor] = np.where(table[:, 2:3] == 1, RECUSED, unpacked)
    if not all(row.every_criterion for row in members):
        own = load_assigned_criteria(session, evaluation_id)
        for place, row in enumerate(members):
            if not row.every_criterion:
                away = [id_ not in own.get(row.id, ()) for id_ in ids]
                answers[place][:, away] = UNASSIGNED
    names = make_names_distinct(row.name for row in members)
    return Ballots(
        tuple(
            Reviewer(name, row.stakeholder, row.id)
            for name, row in zip(names, members, strict=True)
        ),
        tuple(vendor.code for vendor in vendors),
        tuple(row.code for row in criteria),
        answers,
    )


def make_names_distinct(names: Iterable[str]) -> list[str]:
    """The names, the second of two spelled alike with a number: Ana Ruiz, Ana Ruiz (2)."""
    taken: set[str] = set()
    found = []
    for name in names:
        shown, number = name, 1
        while key_of(shown) in taken:
            number += 1
            shown = f"{name} ({number})"
        taken.add(key_of(shown))
        found.append(shown)
    return found


def list_window_starts(ids: Iterable[int]) -> list[int]:
    """Where each run of WORD ids begins, so that every one of these ids is in one."""
    begins: list[int] = []
    for id_ in sorted(ids):
        if not begins or id_ >= begins[-1] + WORD:
            begins.append(id_)
    return begins


def _pack_answers(begin: int) -> ColumnElement[int]:
    """The answers of a ballot to the criteria from `begin`, three bits each, in one number."""
    digit = cast(case(DIGIT, value=Mark.answer), BigInteger)
    shifted = digit.bitwise_lshift(BITS * (Mark.criterion_id - begin))
    return (
        select(cast(func.coalesce(func.sum(shifted), 0), BigInteger))
        .where(
            Mark.ballot_id == Ballot.id,
            Mark.criterion_id >= begin,
            Mark.criterion_id < begin + WORD,
        )
        .correlate(Ballot)
        .scalar_subquery()
    )


def _unpack_answers(numbers: NDArray[np.int64], words: Sequence[int], ids: Sequence[int]) -> Bytes:
    """Shape (ballots, words) -> (ballots, criteria), a byte each."""
    place = np.searchsorted(words, ids, side="right") - 1
    shift = BITS * (np.array(ids, dtype=np.int64) - np.array(words, dtype=np.int64)[place])
    unpacked: Bytes = BYTES[(numbers[:, place] >> shift) & 7]
    return unpacked


def _load_abstentions(
    session: Session, evaluation_id: int, vendor_ids: Sequence[int], ids: Sequence[int]
) -> list[tuple[int, int]]:
    """(ballot, criterion) of whatever was left without a mark on purpose."""
    rows = session.execute(
        select(Abstention.ballot_id, Abstention.criterion_id)
        .join(Ballot, Ballot.id == Abstention.ballot_id)
        .join(Member, Member.id == Ballot.member_id)
        .where(is_present_reviewer(evaluation_id))
        .where(Abstention.criterion_id.in_(ids), Ballot.vendor_id.in_(vendor_ids))
    )
    return [(ballot, criterion) for ballot, criterion in rows]


def _write_abstentions(
    left: Sequence[tuple[int, int]],
    answers: Bytes,
    ballots: NDArray[np.int64],
    ids: Sequence[int],
) -> None:
    """Write ABSTAINED where a criterion was left on purpose; `ballots` are the ids of the rows."""
    if left:
        pairs = np.array(left, dtype=np.int64)
        answers[
            _find_id_indices(ballots.tolist(), pairs[:, 0]), _find_id_indices(ids, pairs[:, 1])
        ] = ABSTAINED


def _find_id_indices(ids: Sequence[int], wanted: NDArray[np.int64]) -> NDArray[np.intp]:
    """Where each wanted id stands among `ids`."""
    order = np.argsort(ids)
    return order[np.searchsorted(np.array(ids)[order], wanted)]
