"""Reading one's own open ballots for the workbook that is filled in without the portal."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.domain.ballots.offline.books import (
    ClosedReason,
    ClosedVendor,
    OfflineBallot,
    OfflineBook,
    OfflineCriterion,
    OfflineSection,
    OfflineSource,
    OwnBallots,
    name_sheets,
)
from crrubric.domain.record.chain import SITE
from crrubric.domain.vocabulary import BallotState
from crrubric.models import Criterion, JournalEntry, Mark, Member
from crrubric.queries.ballots.ballots import BallotLine, list_own_ballots, mark_text
from crrubric.queries.ballots.declarations import load_own_declarations
from crrubric.queries.ballots.on_behalf import list_begun_ballots, load_seen_ballots
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.setup.assignments import assignment_of, keep_assigned_parts
from crrubric.queries.setup.rubrics import (
    list_rubric_parts,
    load_wordings,
    number_criteria_on_paper,
)
from crrubric.queries.setup.wording import translate_rubric_text

FIRST = 1  # the number of the first entry of a chain


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineWords:
    """What a workbook says that depends on its reader: see `OfflineBook`. readme: the name of its
    first sheet."""

    language: str
    readme: str
    made_at: datetime
    closing: str
    address: str


def load_offline_book(session: Session, seat: Seat, words: OfflineWords) -> OfflineBook:
    """The seat's own open ballots with their marks; the number of queries is always the same.

    Raises: NotFound for whoever has no seat.
    """
    member = require_own_member(seat)
    own = load_own_ballots(session, member, words.language, [words.readme])
    return make_offline_book(session, member, words, own)


def make_offline_book(
    session: Session, member: Member, words: OfflineWords, own: OwnBallots
) -> OfflineBook:
    """The workbook of these ballots."""
    evaluation = member.evaluation
    return OfflineBook(
        title=evaluation.title,
        district=evaluation.district.name,
        reviewer=member.name,
        language=words.language,
        made_at=words.made_at,
        zone=evaluation.district.time_zone,
        closing=words.closing,
        address=words.address,
        source=find_offline_source(session, member),
        ballots=own,
    )


def load_own_ballots(
    session: Session, member: Member, language: str, taken: Iterable[str] = ()
) -> OwnBallots:
    """A member's own ballots with their marks; those that are closed with the reason.

    Args: taken: names that no sheet may have.
    """
    lines = list_own_ballots(session, member)
    reasons = explain_closed_ballots(session, member, lines)
    opened = [line.ballot.id for line in lines if line.ballot.id not in reasons]
    marks = load_own_marks(session, opened)
    return arrange_ballots(OwnRubric(session, member, language), lines, reasons, marks, taken)


def arrange_ballots(
    rubric: "OwnRubric",
    lines: Sequence[BallotLine],
    reasons: Mapping[int, ClosedReason],
    marks: Mapping[int, dict[int, Mark]],
    taken: Iterable[str],
) -> OwnBallots:
    """A sheet for each ballot that has no reason to be closed."""
    opened = [line for line in lines if line.ballot.id not in reasons]
    sheets = name_sheets((line.vendor.name for line in opened), taken)
    return OwnBallots(
        tuple(
            OfflineBallot(
                ballot_id=line.ballot.id,
                vendor_id=line.vendor.id,
                vendor=line.vendor.name,
                sheet=sheet,
                sections=rubric.fill(marks.get(line.ballot.id, {})),
            )
            for line, sheet in zip(opened, sheets, strict=True)
        ),
        tuple(
            ClosedVendor(
                ballot_id=line.ballot.id,
                vendor_id=line.vendor.id,
                vendor=line.vendor.name,
                reason=reasons[line.ballot.id],
            )
            for line in lines
            if line.ballot.id in reasons
        ),
    )


def load_entry_book(
    session: Session, seat: Seat, member: Member, words: OfflineWords
) -> OfflineBook:
    """The ballots of a reviewer that this chair can enter, for the reviewer to fill in.

    It says nothing of the other ones: why the chair can't enter them is not the reviewer's matter.
    """
    own = load_enterable_ballots(session, seat, member, words.language, [words.readme])
    book = make_offline_book(session, member, words, replace(own, closed=()))
    return replace(book, chair=seat.actor.name)


def load_enterable_ballots(
    session: Session, seat: Seat, member: Member, language: str, taken: Iterable[str] = ()
) -> OwnBallots:
    """The ballots of a reviewer that this chair can enter, all empty; the others with the reason.

    Args: taken: names that no sheet may have.
    """
    lines = list_own_ballots(session, member)
    scorer = seat.member if seat.member is not None and seat.member.is_reviewer else None
    own = list_own_ballots(session, scorer) if scorer is not None else []
    unscored = {
        line.vendor.id
        for line in own
        if line.ballot.state is BallotState.OPEN and not line.ballot.recused
    }
    begun = list_begun_ballots(session, (line.ballot for line in lines))
    reasons = {
        line.ballot.id: reason
        for line in lines
        if (reason := explain_refused_entry(seat, line, begun, unscored))
    }
    return arrange_ballots(OwnRubric(session, member, language), lines, reasons, {}, taken)


def explain_refused_entry(
    seat: Seat, line: BallotLine, begun: Collection[int], unscored: Collection[int]
) -> ClosedReason | None:
    """Why a chair can't enter this ballot; None if they can.

    Args: begun: ballots that are submitted or answered in; unscored: vendors whose ballot the chair
    has not submitted.
    """
    ballot = line.ballot
    if line.vendor.id in seat.shut_out:
        return ClosedReason.AWAY
    if line.vendor.withdrawn_at is not None:
        return ClosedReason.WITHDRAWN
    if ballot.recused:
        return ClosedReason.THEIR_CONFLICT
    if ballot.id in begun:
        return ClosedReason.BEGUN
    return ClosedReason.OWN_FIRST if line.vendor.id in unscored else None


def find_reviewer_of_another(session: Session, seat: Seat, member_id: int) -> Member:
    """A present reviewer beside the seat's own. Raises: NotFound."""
    member = session.get(Member, member_id)
    if (
        member is None
        or member.evaluation_id != seat.evaluation.id
        or member.removed_at is not None
        or not member.is_reviewer
        or (seat.member is not None and member.id == seat.member.id)
    ):
        raise make_not_found()
    return member


def require_own_member(seat: Seat) -> Member:
    """The seat's place on the committee. Raises: NotFound for whoever has none."""
    if seat.member is None:
        raise make_not_found()
    return seat.member


class OwnRubric:
    """What a member is asked, in a language, with the numbers that it has on paper."""

    def __init__(self, session: Session, member: Member, language: str) -> None:
        self.language = language
        rubric = list_rubric_parts(session, member.evaluation_id)
        self.parts = keep_assigned_parts(rubric, assignment_of(session, member))
        self.numbers = number_criteria_on_paper(rubric)
        self.wordings = load_wordings(session, member.evaluation_id)

    def fill(self, marks: dict[int, Mark]) -> tuple[OfflineSection, ...]:
        """The sections with the marks of one ballot."""
        return tuple(
            OfflineSection(
                translate_rubric_text(part.section, "title", self.language),
                tuple(self._make_row(row, marks.get(row.id)) for row in part.criteria),
            )
            for part in self.parts
        )

    def _make_row(self, row: Criterion, mark: Mark | None) -> OfflineCriterion:
        title, question, look_for = (
            translate_rubric_text(row, name, self.language)
            for name in ("title", "question", "look_for")
        )
        return OfflineCriterion(
            number=self.numbers[row.id],
            id=row.id,
            title=title,
            question=question,
            look_for=look_for,
            must_have=row.must_have,
            may_not_apply=row.may_not_apply,
            wording=self.wordings.get(row.id, 0),
            version=mark.version if mark else 0,
            mark=mark_text(mark) if mark else None,
        )


def explain_closed_ballots(
    session: Session, member: Member, lines: Sequence[BallotLine]
) -> dict[int, ClosedReason]:
    """Ballot id -> why it can't be filled in now; those that can be are left out."""
    declared = load_own_declarations(session, member)
    seen = load_seen_ballots(session, member.evaluation_id)
    found = {}
    for line in lines:
        if line.vendor.withdrawn_at is not None:
            found[line.ballot.id] = ClosedReason.WITHDRAWN
        elif line.ballot.recused:
            found[line.ballot.id] = ClosedReason.RECUSED
        elif line.ballot.state is BallotState.SUBMITTED:
            found[line.ballot.id] = ClosedReason.SEALED
        elif (member.id, line.vendor.id) in seen:
            found[line.ballot.id] = ClosedReason.SEEN
        elif line.vendor.id not in declared:
            found[line.ballot.id] = ClosedReason.UNDECLARED
    return found


def load_own_marks(session: Session, ballot_ids: Sequence[int]) -> dict[int, dict[int, Mark]]:
    """The marks on ballots of one's own: ballot id -> criterion id -> mark."""
    found: dict[int, dict[int, Mark]] = {}
    for mark in session.scalars(select(Mark).where(Mark.ballot_id.in_(ballot_ids))):
        found.setdefault(mark.ballot_id, {})[mark.criterion_id] = mark
    return found


def find_offline_source(session: Session, member: Member) -> OfflineSource:
    """With which hashes the records of this site and of the evaluation begin, and whose seat."""
    rows = session.execute(
        select(JournalEntry.chain, JournalEntry.hash).where(
            JournalEntry.chain.in_((SITE, member.evaluation_id)), JournalEntry.number == FIRST
        )
    )
    first = {row[0]: row[1] for row in rows}
    return OfflineSource(
        site=first.get(SITE, ""),
        evaluation=first.get(member.evaluation_id, ""),
        member=member.id,
    )
