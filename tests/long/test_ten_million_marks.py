"""Ten million marks: the results are counted exactly, in bounded memory."""

import resource
import sys
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from crrubric.domain.results.tally import Tally
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from crrubric.models import Ballot, Base, Criterion, Evaluation, Mark, Member, Vendor
from crrubric.queries.results.matrices import read_matrix
from crrubric.services.shared.unit import unit_of_work
from tests.conftest import fresh_app, served
from tests.databases import driver_connection
from tests.factories import Factory

pytestmark = pytest.mark.long

REVIEWERS, VENDORS, CRITERIA = 500, 200, 100
MARKS = REVIEWERS * VENDORS * CRITERIA
MEGABYTES = 500  # at most, to read them all and to compute the results
# four answers in turn, so that the counts of every cell are known beforehand
EVERY_MARK = """
INSERT INTO mark (evaluation_id, ballot_id, criterion_id, answer, note, evidence_place, version,
    marked_at)
SELECT ballot.evaluation_id, ballot.id, criterion.id,
       CASE (ballot.member_id + ballot.vendor_id + criterion.id) % 4
       WHEN 0 THEN 'NO' WHEN 1 THEN 'CANNOT_TELL' ELSE 'YES' END,
       '', '', 1, '2027-03-02 10:42:00.000000'
FROM ballot CROSS JOIN criterion
"""
COUNTED = Tally(
    yes=REVIEWERS // 2,
    no=REVIEWERS // 4,
    not_applicable=0,
    cannot_tell=REVIEWERS // 4,
    missing=0,
)


def used_megabytes() -> float:
    """The most memory that this process has held so far."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


def copy_row(row: Base, number: int, **changed: Any) -> dict[str, Any]:
    """The columns of a row for another one that differs in these."""
    columns = {column.key: getattr(row, column.key) for column in row.__table__.columns}
    return {key: value for key, value in columns.items() if key != "id"} | {
        key: value.format(number) if isinstance(value, str) else value
        for key, value in changed.items()
    }


def fill(first: Evaluation) -> None:
    """Give the evaluation its vendors, criteria, reviewers and ballots, then all marks at once."""
    with unit_of_work() as session:
        vendor = session.scalars(select(Vendor)).one()
        criterion = session.scalars(select(Criterion).order_by(Criterion.id)).first()
        member = session.scalars(select(Member).where(Member.is_reviewer)).one()
        missing = CRITERIA - len(session.scalars(select(Criterion.id)).all())
        session.execute(
            insert(Vendor),
            [
                copy_row(vendor, n, code="v{}", company="Vendor no. {}", name_key="{}", position=n)
                for n in range(2, VENDORS + 1)
            ],
        )
        session.execute(
            insert(Criterion),
            [copy_row(criterion, n, code="c{}", position=100 + n) for n in range(missing)],
        )
        session.execute(
            insert(Member),
            [
                copy_row(member, n, name="Reviewer {}", user_id=None)
                for n in range(2, REVIEWERS + 1)
            ],
        )
        there = {
            (row[0], row[1]) for row in session.execute(select(Ballot.member_id, Ballot.vendor_id))
        }
        vendors = session.scalars(select(Vendor.id)).all()
        members = session.scalars(select(Member.id).where(Member.is_reviewer)).all()
        pairs = {(one, of) for one in members for of in vendors} - there
        session.execute(
            insert(Ballot),
            [
                {"evaluation_id": first.id, "member_id": one, "vendor_id": of}
                for one, of in sorted(pairs)
            ],
        )
    with driver_connection() as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute(EVERY_MARK)


def test_ten_million_marks_are_counted_in_bounded_memory(tmp_path: Path):
    for app in served(fresh_app("", tmp_path)):
        with app.app_context():
            make = Factory(app, changed=lambda: True)
            made = make.evaluation(phase=Phase.SCORING, reviewers=1, vendors=1)
            fill(made.evaluation)
            make.forward(made, Phase.MEETING, {})
            count = db.session.scalar(select(func.count()).select_from(Mark))
            evaluation = db.session.get_one(Evaluation, made.evaluation.id)
            before, begun = used_megabytes(), monotonic()

            matrix = read_matrix(db.session(), evaluation)

            seconds, megabytes = monotonic() - begun, used_megabytes() - before
            tallies = {cell.tally for cell in matrix.results.cells.values()}
            print(f"{count} marks: {seconds:.1f} s, {megabytes:.0f} MB")  # noqa: T201
            db.session.remove()

    assert (count, len(matrix.results.cells)) == (MARKS, VENDORS * CRITERIA)
    assert tallies == {COUNTED}
    assert megabytes < MEGABYTES
