"""Saves marks one after the other and says of each that it was saved: ballot, criterion, version.

    python -m tests.long.writer INSTANCE USER_ID

It writes until it is killed.
"""

import sys

from sqlalchemy import select

from crrubric.app import create_app
from crrubric.domain.vocabulary import Answer
from crrubric.extensions import db
from crrubric.models import Ballot, Criterion, Evaluation, Mark, Member, User
from crrubric.queries.people.people import actor_of
from crrubric.services.ballots.ballots import MarkText, record_mark
from tests.conftest import SETTINGS


def write_marks(user_id: int) -> None:
    """Save marks of this reviewer, over and over."""
    actor = actor_of(db.session.get_one(User, user_id))
    slug = db.session.scalars(select(Evaluation.slug)).one()
    cells = db.session.execute(
        select(Ballot.id, Ballot.vendor_id, Criterion.id)
        .join(Member, Member.id == Ballot.member_id)
        .join(Criterion, Criterion.evaluation_id == Member.evaluation_id)
        .where(Member.user_id == user_id)
    ).all()
    marks = db.session.scalars(select(Mark)).all()
    versions = {(mark.ballot_id, mark.criterion_id): mark.version for mark in marks}
    number = sum(versions.values())
    while True:
        number += 1
        ballot, vendor, criterion = cells[number % len(cells)]
        seen = versions.get((ballot, criterion), 0)
        text = MarkText(answer=Answer.YES, note=f"note {number}")
        saved = record_mark(actor, slug, vendor, criterion, text, seen_version=seen)
        versions[ballot, criterion] = saved.version
        sys.stdout.write(f"{ballot} {criterion} {saved.version}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    app = create_app({**SETTINGS, "INSTANCE": sys.argv[1]})
    with app.app_context():
        write_marks(int(sys.argv[2]))
