"""Reading ballots. Before the meeting a person's own, and nothing that depends on another's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from crrubric.clock import now_utc
from crrubric.domain.actions import Action
from crrubric.domain.ballots.blindness import LateChange
from crrubric.domain.ballots.marks import MarkText
from crrubric.domain.events import Event
from crrubric.domain.policy import FROM_MEETING
from crrubric.domain.setup.closing import has_ended
from crrubric.domain.setup.turns import order_for_seat
from crrubric.domain.text import sort_key
from crrubric.domain.vocabulary import BallotState, Phase, Stakeholder
from crrubric.models import (
    Abstention,
    Ballot,
    Criterion,
    EntryOnBehalf,
    Evaluation,
    JournalEntry,
    Mark,
    Member,
    Vendor,
)
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.people.people import is_present_reviewer
from crrubric.queries.setup.assignments import assignment_of

# Made once: every page of a ballot asks for both, and every mark that is saved for the last.
OWN_BALLOT = (
    select(Ballot)
    .options(joinedload(Ballot.vendor))
    .where(Ballot.member_id == bindparam("member"), Ballot.vendor_id == bindparam("vendor"))
)
MARKS = select(Mark).where(Mark.ballot_id == bindparam("ballot"))
ANSWERED = (
    select(Criterion.id, Mark.id)
    .outerjoin(Mark, and_(Mark.criterion_id == Criterion.id, Mark.ballot_id == bindparam("ballot")))
    .where(Criterion.evaluation_id == bindparam("evaluation"), Criterion.left_out.is_(False))
)


def can_mark_ballot(seat: Seat, ballot: Ballot) -> bool:
    """Whether the ballot can still be marked."""
    return (
        seat.evaluation.phase is Phase.SCORING
        and ballot.state is BallotState.OPEN
        and not has_ended(now_utc(), seat.evaluation.ends_at)
        and not ballot.recused
        and ballot.vendor.withdrawn_at is None
    )


@dataclass(frozen=True, slots=True)
class BallotLine:
    """One of a reviewer's own ballots in the list: how much of it is done."""

    ballot: Ballot
    vendor: Vendor
    marks: int
    waits: bool  # it was entered on one's behalf and waits to be confirmed


def list_own_ballots(session: Session, member: Member) -> list[BallotLine]:
    """A reviewer's ballots in their own order, with the number of marks on each, in one query."""
    earlier = (
        select(func.count())
        .where(Member.evaluation_id == member.evaluation_id, Member.id < member.id)
        .scalar_subquery()
    )
    waits = (
        select(EntryOnBehalf.id)
        .where(
            EntryOnBehalf.ballot_id == Ballot.id,
            EntryOnBehalf.number == Ballot.seals,
            EntryOnBehalf.confirmed_at.is_(None),
            Ballot.state == BallotState.SUBMITTED,
        )
        .correlate(Ballot)
        .exists()
    )
    rows = session.execute(
        select(Ballot, Vendor, func.count(Mark.id), waits, earlier)
        .join(Vendor, Vendor.id == Ballot.vendor_id)
        .outerjoin(Mark, (Mark.ballot_id == Ballot.id) & Mark.asked)
        .where(Ballot.member_id == member.id)
        .group_by(Ballot.id, Vendor.id)
        .order_by(Vendor.position)
    ).all()
    # Seats are never deleted, so the number of those before one's own stays what it is.
    seat = rows[0][4] if rows else 0
    return order_for_seat([BallotLine(*row[:4]) for row in rows], seat)


def is_ballot_waiting(seat: Seat, line: BallotLine) -> bool:
    """Whether the reviewer still has something to do with a ballot of theirs: mark or confirm."""
    confirms = line.waits and seat.may(Action.CONFIRM_BALLOT)
    return confirms or can_mark_ballot(seat, line.ballot)


def find_next_ballot(seat: Seat, lines: Sequence[BallotLine], vendor_id: int) -> BallotLine | None:
    """The ballot that waits after this vendor's, in the reviewer's order, the first after the last.

    None if no other ballot waits.
    """
    here = next((n for n, line in enumerate(lines) if line.vendor.id == vendor_id), 0)
    others = [*lines[here + 1 :], *lines[:here]]
    return next((line for line in others if is_ballot_waiting(seat, line)), None)


def has_ballot(session: Session, member: Member, vendor_id: int) -> bool:
    """Whether the member is to score the vendor."""
    own = select(Ballot.id).where(Ballot.member_id == member.id, Ballot.vendor_id == vendor_id)
    return session.scalar(own) is not None


def find_own_ballot(session: Session, seat: Seat, vendor_id: int) -> tuple[Ballot, dict[int, Mark]]:
    """The seat's own ballot for a vendor and its marks by criterion id. Raises: NotFound."""
    if seat.member is None:
        raise make_not_found()
    ballot = session.scalar(OWN_BALLOT, {"member": seat.member.id, "vendor": vendor_id})
    if ballot is None:
        raise make_not_found()
    marks = session.scalars(MARKS, {"ballot": ballot.id})
    return ballot, {mark.criterion_id: mark for mark in marks}


def mark_text(mark: Mark) -> MarkText:
    """What a stored mark says."""
    return MarkText(
        answer=mark.answer,
        note=mark.note,
        evidence_kind=mark.evidence_kind,
        evidence_place=mark.evidence_place,
        evidence_on=mark.evidence_on,
        evidence_until=mark.evidence_until,
    )


def count_answered_criteria(session: Session, seat: Seat, ballot_id: int) -> tuple[int, int]:
    """Of one's own ballot: how many criteria have a mark, of how many that it asks for."""
    if seat.member is None:
        raise make_not_found()
    own = assignment_of(session, seat.member)
    rows = session.execute(ANSWERED, {"ballot": ballot_id, "evaluation": seat.evaluation.id})
    marked = [mark is not None for criterion, mark in rows if own.covers(criterion)]
    return sum(marked), len(marked)


def load_own_criterion_marks(
    session: Session, member: Member, criterion_id: int
) -> dict[int, Mark]:
    """A reviewer's own marks of one criterion, by ballot id."""
    rows = session.scalars(
        select(Mark)
        .join(Ballot, Ballot.id == Mark.ballot_id)
        .where(Ballot.member_id == member.id, Mark.criterion_id == criterion_id)
    )
    return {mark.ballot_id: mark for mark in rows}


def load_own_marks_on(
    session: Session, member: Member, cells: Iterable[tuple[int, int]]
) -> dict[tuple[int, int], Mark]:
    """A reviewer's own marks, by (vendor, criterion), as far as these cells have one."""
    wanted = set(cells)
    rows = session.execute(
        select(Ballot.vendor_id, Mark)
        .join(Mark, Mark.ballot_id == Ballot.id)
        .where(
            Ballot.member_id == member.id,
            Ballot.vendor_id.in_({vendor for vendor, _criterion in wanted}),
            Mark.criterion_id.in_({criterion for _vendor, criterion in wanted}),
        )
    )
    found = {(vendor, mark.criterion_id): mark for vendor, mark in rows}
    return {cell: mark for cell, mark in found.items() if cell in wanted}


def has_ballots(session: Session, member_id: int) -> bool:
    """Whether the member has ballots, also of a time before they left or ceased to score."""
    own = select(Ballot.id).where(Ballot.member_id == member_id)
    return session.scalar(own.limit(1)) is not None


def load_own_gaps(session: Session, ballot: Ballot) -> dict[int, str]:
    """Why criteria of one's own ballot were left without a mark, by criterion id."""
    rows = session.scalars(select(Abstention).where(Abstention.ballot_id == ballot.id))
    return {row.criterion_id: row.reason for row in rows}


def is_vendor_in_selection() -> ColumnElement[bool]:
    """Whether the vendor of a ballot has not left the selection."""
    stays = exists().where(Vendor.id == Ballot.vendor_id, Vendor.withdrawn_at.is_(None))
    return stays.correlate(Ballot)  # an own look at the vendor, whatever else the query joins


def list_former_reviewers(
    session: Session, evaluation: Evaluation, vendor_id: int, criterion_id: int
) -> list[str]:
    """Who marked a cell and no longer scores: their marks stay and don't count.

    Nobody before the meeting.
    """
    if evaluation.phase not in FROM_MEETING:
        return []
    return sorted(
        session.scalars(
            select(Member.name)
            .join(Ballot, Ballot.member_id == Member.id)
            .join(Mark, Mark.ballot_id == Ballot.id)
            .where(
                Member.evaluation_id == evaluation.id,
                Ballot.vendor_id == vendor_id,
                Mark.criterion_id == criterion_id,
                ~is_present_reviewer(evaluation.id),
            )
        ),
        key=sort_key,
    )


def list_late_changes(
    session: Session, evaluation: Evaluation, away: frozenset[int] = frozenset()
) -> list[LateChange]:
    """Ballots that were no longer blind when they were changed, by reviewer and vendor.

    Args: away: vendors that whoever reads stays away from.
    """
    return list_ballot_moments(
        session, evaluation, Ballot.changed_after_shown_at, Ballot.vendor_id.not_in(away)
    )


def list_ballot_moments(
    session: Session,
    evaluation: Evaluation,
    moment: InstrumentedAttribute[datetime | None],
    *conditions: ColumnElement[bool],
) -> list[LateChange]:
    """Ballots to which something happened, with when and if they count, by reviewer and vendor.

    Those that count no longer are among them: what happened has happened.
    Args: moment: the column that says when; conditions: which of these ballots.
    """
    counts = and_(
        is_present_reviewer(evaluation.id), Vendor.withdrawn_at.is_(None), ~Ballot.recused
    )
    rows = session.execute(
        select(Member.name, Vendor.name, moment, case((counts, 1), else_=0))
        .join(Member, Member.id == Ballot.member_id)
        .join(Vendor, Vendor.id == Ballot.vendor_id)
        .where(Member.evaluation_id == evaluation.id, moment.is_not(None), *conditions)
        .order_by(Member.name, Member.id, Vendor.position)
    )
    return [LateChange(name, vendor, at, bool(in_)) for name, vendor, at, in_ in rows if at]


def list_counting_conditions(evaluation_id: int) -> tuple[ColumnElement[bool], ...]:
    """Which marks count, joined with ballot, member, vendor and criterion."""
    return (
        is_present_reviewer(evaluation_id),
        Vendor.withdrawn_at.is_(None),
        ~Ballot.recused,
        Criterion.left_out.is_(False),
    )


def is_imported(evaluation_id: int) -> ColumnElement[bool]:
    """Which marks came out of a file; joined with ballot.

    The ballot knows the moment of its latest import, the journal those of all: a row and its entry
    have the very same one, except in a record from before that was so.
    """
    moments = select(JournalEntry.at).where(
        JournalEntry.evaluation_id == evaluation_id, JournalEntry.event == Event.MARKS_IMPORTED
    )
    return or_(Ballot.imported_at == Mark.marked_at, Mark.marked_at.in_(moments))


# what is told of a mark, wherever somebody else's is
OF_MARK: tuple[Any, ...] = (
    Mark.ballot_id, Mark.criterion_id, Mark.answer, Mark.note, Mark.evidence_kind,
    Mark.evidence_place, Mark.evidence_on, Mark.evidence_until,
)  # fmt: skip


@dataclass(slots=True, kw_only=True)  # not frozen: files have 100,000 of them, made thrice as fast
class DisclosedMark:
    """One mark as the meeting sees it: by whom, for whom they speak, what and why."""

    mark: Mark  # of which the columns are read that somebody else may see
    reviewer: str
    stakeholder: Stakeholder
    vendor: str  # code
    criterion: str  # code
    entered: bool = False  # by somebody else, on the reviewer's behalf
    confirmed: bool = False  # and they confirmed it
    imported: bool = False  # it came out of a file
    informed: bool = False  # given after the committee had seen the ballots


def is_informed(evaluation: Evaluation) -> ColumnElement[bool]:
    """Which marks were given after the committee had seen the ballots.

    The journal proves when ballots were shown and when a mark was given; when a ballot was first
    changed afterwards, only that it was.
    """
    if evaluation.shown_at is None:
        return false()
    late = Ballot.changed_after_shown_at.is_not(None)
    return late & (Mark.marked_at >= evaluation.shown_at)


def iterate_disclosed_marks(
    session: Session,
    evaluation: Evaluation,
    *,
    vendor_id: int | None = None,
    criterion_id: int | None = None,
    noted: bool = False,
    away: frozenset[int] = frozenset(),
) -> Iterable[DisclosedMark]:
    """Marks that count: of all cells, of one, or those with a note; none before the meeting.

    Args: away: vendors that whoever reads stays away from.
    From here another person's marks leave the database; from the register of evidence, where
    they point to something, under the same conditions.
    """
    if evaluation.phase not in FROM_MEETING:
        return []
    wanted = select_disclosed_marks(evaluation)
    if vendor_id is not None:
        wanted = wanted.where(Ballot.vendor_id == vendor_id)
    if criterion_id is not None:
        wanted = wanted.where(Mark.criterion_id == criterion_id)
    if away:
        wanted = wanted.where(Ballot.vendor_id.not_in(away))
    if noted:
        wanted = wanted.where(Mark.note != "")
    rows = session.execute(wanted.execution_options(yield_per=1000))
    return (
        make_disclosed_mark(row)
        for _cell, own in groupby(rows, key=attrgetter("vendor", "criterion"))
        for row in sorted(own, key=lambda row: sort_key(row.reviewer))
    )


def select_disclosed_marks(evaluation: Evaluation) -> Select[Any]:
    """Marks that count, by cell: columns of them, as whole marks take twice the time."""
    return (
        select(
            *OF_MARK,
            Member.name.label("reviewer"),
            Member.stakeholder,
            Vendor.code.label("vendor"),
            Criterion.code.label("criterion"),
            EntryOnBehalf.id.is_not(None).label("entered"),
            EntryOnBehalf.confirmed_at.is_not(None).label("confirmed"),
            is_imported(evaluation.id).label("imported"),
            is_informed(evaluation).label("informed"),
        )
        .join(Ballot, Ballot.id == Mark.ballot_id)
        .join(Member, Member.id == Ballot.member_id)
        .join(Vendor, Vendor.id == Ballot.vendor_id)
        .join(Criterion, Criterion.id == Mark.criterion_id)
        .outerjoin(
            EntryOnBehalf,
            (EntryOnBehalf.ballot_id == Ballot.id) & (EntryOnBehalf.number == Ballot.seals),
        )
        .where(*list_counting_conditions(evaluation.id))
        .order_by(Vendor.position, Criterion.position, Vendor.id, Criterion.id, Member.id)
    )


def make_disclosed_mark(row: Row[Any]) -> DisclosedMark:
    """A row of `select_disclosed_marks`."""
    return DisclosedMark(
        mark=cast(Mark, row),
        reviewer=row.reviewer,
        stakeholder=row.stakeholder,
        vendor=row.vendor,
        criterion=row.criterion,
        entered=row.entered,
        confirmed=row.confirmed,
        imported=bool(row.imported),
        informed=bool(row.informed),
    )
