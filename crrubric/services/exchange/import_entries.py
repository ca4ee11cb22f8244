"""What the journal keeps of an evaluation out of a file: it does not tell its marks one by one."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.domain.record.fingerprints import MarksFingerprint
from crrubric.domain.record.state import Pair, group_ballots
from crrubric.models import Evaluation, Member, Vendor
from crrubric.queries.record.stored import iterate_stored_marks


def serialize_new_evaluation(session: Session, evaluation: Evaluation) -> dict[str, Any]:
    """Vendors and reviewers, which ballots were filled, and the fingerprint over their marks."""
    session.flush()
    of = {"evaluation_id": evaluation.id}
    vendors = session.scalars(select(Vendor).filter_by(**of).order_by(Vendor.id))
    members = session.scalars(select(Member).filter_by(**of).order_by(Member.id))
    fingerprint, ballots = MarksFingerprint(), set[Pair]()
    for cell, mark in iterate_stored_marks(session, evaluation.id):
        fingerprint.add_mark(cell, mark)
        ballots.add(cell[:2])
    return {
        "vendors": [
            {"id": row.id, "code": row.code, "position": row.position, "company": row.company}
            for row in vendors
        ],
        "members": [{"id": row.id, "name": row.name} for row in members],
        "ballots": group_ballots(ballots),
        "fingerprint": fingerprint.hexdigest(),
    }
