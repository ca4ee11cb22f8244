"""What a result rests on, as an archive holds it and an issued memo names it by its hash."""

from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.domain.archive.basis import BasisIds, hash_basis, make_basis_object
from crrubric.domain.vocabulary import BallotState
from crrubric.models import Ballot, Evaluation, MemoIssue, SealedBallot
from crrubric.queries.results.matrices import Matrix


def load_basis_object(session: Session, evaluation: Evaluation, read: Matrix) -> dict[str, Any]:
    """Criteria, rule, marks and findings, as docs/archive-format.md describes them.

    Reviewers stand in the order of their numbers: that of their names would tell in a copy without
    names who is who, and change with a name. Older versions had that; of an issued memo that rests
    on such an object, it stays.
    """
    ids = load_basis_ids(session, evaluation, read)
    by_name = make_basis_object(read.basis, ids)
    reviewers = read.basis.ballots.reviewers
    places = sorted(range(len(reviewers)), key=lambda place: reviewers[place].id)
    if places == sorted(places):
        return by_name
    issued = select(MemoIssue.basis_hash).where(MemoIssue.evaluation_id == evaluation.id)
    last = session.scalar(issued.order_by(MemoIssue.number.desc()).limit(1))
    if last == hash_basis(by_name):
        return by_name
    return make_basis_object(replace(read.basis, ballots=read.basis.ballots.only(places)), ids)


def load_basis_hash(session: Session, evaluation: Evaluation, read: Matrix) -> str:
    """The hash over these."""
    return hash_basis(load_basis_object(session, evaluation, read))


def load_basis_ids(session: Session, evaluation: Evaluation, read: Matrix) -> BasisIds:
    """The ids of what a result rests on, and which sealed ballots count in it."""
    vendors = [read.vendors[row.code].id for row in read.basis.vendors]
    members = {row.id for row in read.basis.ballots.reviewers}
    rows = session.execute(
        select(Ballot.member_id, Ballot.vendor_id, SealedBallot.number)
        .join(Ballot, Ballot.id == SealedBallot.ballot_id)
        .where(
            SealedBallot.evaluation_id == evaluation.id,
            SealedBallot.number == Ballot.seals,
            SealedBallot.reopened_at.is_(None),
            Ballot.state == BallotState.SUBMITTED,
            Ballot.vendor_id.in_(vendors),
        )
    )
    return BasisIds(
        vendors=vendors,
        criteria=[read.criteria[row.code].id for row in read.basis.criteria],
        current={(member, vendor): number for member, vendor, number in rows if member in members},
    )
