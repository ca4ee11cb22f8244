"""Attached files: which of them somebody may see is decided here, and nowhere else.

A vendor's files are for everybody who may see the vendor. A mark's files are their reviewer's
alone until the meeting, their number and existence included; then they are open as the mark is.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, bindparam, false, func, or_, select, true
from sqlalchemy.orm import Session

from crrubric.domain.actions import Action
from crrubric.domain.policy import FROM_MEETING
from crrubric.models import (
    AttachedFile,
    Ballot,
    Criterion,
    FileContent,
    MarkFile,
    Member,
    Vendor,
    VendorFile,
)
from crrubric.queries.ballots.ballots import list_counting_conditions
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.setup.prices import keeps_from_prices

T = TypeVar("T")
# Made once: every ballot asks how many files hang on each of its marks.
COUNTED = (
    select(MarkFile.criterion_id, func.count())
    .where(MarkFile.ballot_id == bindparam("ballot"), MarkFile.removed_at.is_(None))
    .group_by(MarkFile.criterion_id)
)


def may_read_ballot(seat: Seat) -> ColumnElement[bool]:
    """Which ballots, joined with member and vendor, the seat may read marks and files of.

    Before the meeting its own; never those for a vendor that it stays away from.
    """
    own = Ballot.member_id == seat.member.id if seat.member else false()
    from_meeting = true() if seat.evaluation.phase in FROM_MEETING else false()
    return Ballot.vendor_id.not_in(seat.shut_out) & or_(own, from_meeting)


def load_mark_files(
    session: Session, seat: Seat, cells: Iterable[tuple[int, int]]
) -> Mapping[tuple[int, int], Sequence[MarkFile]]:
    """The files on marks that the seat may see, by (ballot, criterion), of these in one query."""
    wanted = set(cells)
    rows = _select_readable_files(seat).where(
        MarkFile.ballot_id.in_({ballot for ballot, _ in wanted}),
        MarkFile.criterion_id.in_({criterion for _, criterion in wanted}),
    )
    return {at: files for at, files in _group_files_by_cell(session, rows).items() if at in wanted}


def _group_files_by_cell(
    session: Session, rows: Select[MarkFile]
) -> dict[tuple[int, int], list[MarkFile]]:
    found: dict[tuple[int, int], list[MarkFile]] = defaultdict(list)
    for row in session.scalars(rows.order_by(MarkFile.id)):
        found[row.ballot_id, row.criterion_id].append(row)
    return found


def find_mark_file(session: Session, seat: Seat, key: str) -> MarkFile:
    """A file on a mark that the seat may see. Raises: NotFound."""
    return _require_row(
        session.scalar(_select_readable_files(seat).where(MarkFile.key == _check_file_key(key)))
    )


def _select_readable_files(seat: Seat) -> Select[MarkFile]:
    return (
        select(MarkFile)
        .join(Ballot, Ballot.id == MarkFile.ballot_id)
        .join(Member, Member.id == Ballot.member_id)
        .join(Vendor, Vendor.id == Ballot.vendor_id)
        .join(Criterion, Criterion.id == MarkFile.criterion_id)
        .where(
            *list_counting_conditions(seat.evaluation.id),
            may_read_ballot(seat),
            MarkFile.removed_at.is_(None),
        )
    )


def load_own_files(session: Session, ballot: Ballot) -> Mapping[int, Sequence[MarkFile]]:
    """The files on one's own ballot by criterion id, those taken off after a seal included."""
    rows = session.scalars(
        select(MarkFile).where(MarkFile.ballot_id == ballot.id).order_by(MarkFile.id)
    )
    found: dict[int, list[MarkFile]] = defaultdict(list)
    for row in rows:
        found[row.criterion_id].append(row)
    return found


def count_own_ballot_files(session: Session, ballot: Ballot) -> Mapping[int, int]:
    """How many files hang on each mark of one's own ballot, by criterion id."""
    rows = session.execute(COUNTED, {"ballot": ballot.id})
    return {row[0]: row[1] for row in rows}


def count_own_criterion_files(
    session: Session, member: Member, criterion_id: int
) -> Mapping[int, int]:
    """How many files hang on one's own marks on a criterion, by ballot id."""
    rows = session.execute(
        select(MarkFile.ballot_id, func.count())
        .join(Ballot, Ballot.id == MarkFile.ballot_id)
        .where(
            Ballot.member_id == member.id,
            MarkFile.criterion_id == criterion_id,
            MarkFile.removed_at.is_(None),
        )
        .group_by(MarkFile.ballot_id)
    )
    return {row[0]: row[1] for row in rows}


def find_own_file(session: Session, ballot: Ballot, criterion_id: int, key: str) -> MarkFile:
    """One of them. Raises: NotFound."""
    return _require_row(
        session.scalar(
            select(MarkFile).where(
                MarkFile.ballot_id == ballot.id,
                MarkFile.criterion_id == criterion_id,
                MarkFile.key == _check_file_key(key),
            )
        )
    )


def may_read_vendor_file(seat: Seat) -> ColumnElement[bool]:
    """Which files of vendors the seat may read, or learn that they are there.

    Not those of a vendor that it stays away from; those that tell prices, while prices are sealed,
    only who attaches them and is not kept from prices.
    """
    near = VendorFile.vendor_id.not_in(seat.shut_out)
    if not seat.evaluation.hides_prices:
        return near
    if not seat.may(Action.ATTACH_TO_VENDOR):
        return near & VendorFile.tells_prices.is_(False)
    return near & (VendorFile.tells_prices.is_(False) | ~keeps_from_prices(seat))


def list_vendor_files(
    session: Session, seat: Seat, *, vendor_id: int | None = None
) -> list[VendorFile]:
    """Files of vendors, of one or of all that the seat may see, in order."""
    wanted = (
        select(VendorFile)
        .join(Vendor, Vendor.id == VendorFile.vendor_id)
        .where(
            Vendor.evaluation_id == seat.evaluation.id,
            may_read_vendor_file(seat),
        )
        .order_by(Vendor.position, VendorFile.id)
    )
    if vendor_id is not None:
        wanted = wanted.where(VendorFile.vendor_id == vendor_id)
    return list(session.scalars(wanted))


def find_vendor_file(session: Session, seat: Seat, vendor_id: int, key: str) -> VendorFile:
    """A file of a vendor, if the seat may see it. Raises: NotFound."""
    rows = list_vendor_files(session, seat, vendor_id=vendor_id)
    return _require_row(next((row for row in rows if row.key == key), None))


def count_vendor_files(session: Session, seat: Seat) -> Mapping[int, int]:
    """How many files each vendor has, by its id; those withdrawn are not counted."""
    rows = session.execute(
        select(VendorFile.vendor_id, func.count())
        .join(Vendor, Vendor.id == VendorFile.vendor_id)
        .where(
            Vendor.evaluation_id == seat.evaluation.id,
            may_read_vendor_file(seat),
            VendorFile.withdrawn_at.is_(None),
        )
        .group_by(VendorFile.vendor_id)
    )
    return {row[0]: row[1] for row in rows}


def bytes_of(session: Session, file: AttachedFile) -> bytes:
    """The bytes as they were attached."""
    body = session.scalar(select(FileContent.body).where(FileContent.id == file.content_id))
    return _require_row(body)


def _check_file_key(key: str) -> str:
    """The key, if it can be one: PostgreSQL takes no NUL. Raises: NotFound."""
    if not key.isprintable():
        raise make_not_found()
    return key


def _require_row(row: T | None) -> T:
    if row is None:
        raise make_not_found()
    return row
