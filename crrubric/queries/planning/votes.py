"""Reading the votes on must-haves: one's own answers; everybody's in counts, once it is closed.

What leaves here before a round is closed depends on nobody's answers, but on how many are given.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from crrubric.domain.errors import CrrubricError
from crrubric.domain.foreseen import Foreseen
from crrubric.domain.planning.vote_effects import (
    Turnout,
    foresee_vote_closing,
    foresee_vote_opening,
)
from crrubric.domain.planning.votes import (
    CountedAnswer,
    VoteState,
    VoteTally,
    number_wording,
    tally_answers,
)
from crrubric.domain.setup.lifecycle import HAS_CRITERIA, HAS_REVIEWERS
from crrubric.domain.setup.seats import find_told_groups
from crrubric.domain.text import sort_key
from crrubric.domain.vocabulary import Answer, Stakeholder
from crrubric.models import (
    CastVote,
    Criterion,
    Evaluation,
    Member,
    MustHaveVote,
    SealedVote,
    VoteCount,
)
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.people.past_seats import read_past_seats
from crrubric.queries.people.people import is_present_reviewer
from crrubric.queries.setup.evaluations import load_readiness
from crrubric.queries.setup.members import list_present_members
from crrubric.queries.setup.phase_facts import is_own_seat
from crrubric.queries.setup.rubrics import list_rubric_parts


def list_votes(session: Session, evaluation_id: int) -> list[MustHaveVote]:
    """Every round, the newest first."""
    rows = select(MustHaveVote).where(MustHaveVote.evaluation_id == evaluation_id)
    return list(session.scalars(rows.order_by(MustHaveVote.number.desc())))


def find_newest_vote(session: Session, evaluation_id: int) -> MustHaveVote | None:
    """The round that was opened last, open or closed."""
    return next(iter(list_votes(session, evaluation_id)), None)


def find_open_vote(session: Session, evaluation_id: int) -> MustHaveVote | None:
    """The round that is open now."""
    found = find_newest_vote(session, evaluation_id)
    return found if found is not None and found.closed_at is None else None


def find_vote_state(session: Session, evaluation_id: int) -> VoteState:
    """How far the last round is."""
    vote = find_newest_vote(session, evaluation_id)
    if vote is None:
        return VoteState.NONE
    if vote.closed_at is None:
        return VoteState.OPEN
    unsettled = (
        select(VoteCount)
        .join(Criterion, Criterion.id == VoteCount.criterion_id)
        .where(VoteCount.vote_id == vote.id, VoteCount.adopted.is_(None), ~Criterion.left_out)
    )
    left = session.scalar(select(unsettled.exists()))
    return VoteState.UNSETTLED if left else VoteState.SETTLED


def find_newest_closed_vote(session: Session, evaluation_id: int) -> MustHaveVote | None:
    """The last round with counts."""
    rows = list_votes(session, evaluation_id)
    return next((row for row in rows if row.closed_at is not None), None)


def find_closed_vote(session: Session, evaluation: Evaluation, number: int) -> MustHaveVote:
    """A closed round by its number. Raises: NotFound, also while it is open."""
    found = session.scalar(
        select(MustHaveVote).where(
            MustHaveVote.evaluation_id == evaluation.id,
            MustHaveVote.number == number,
            MustHaveVote.closed_at.is_not(None),
        )
    )
    if found is None:
        raise make_not_found()
    return found


def wording_of(criterion: Criterion) -> int:
    """The number of the words in which the criterion asks now."""
    return number_wording(criterion.title, criterion.question)


def load_own_votes(session: Session, vote: MustHaveVote, member: Member) -> dict[int, CastVote]:
    """A member's answers by criterion id."""
    rows = session.scalars(
        select(CastVote).where(CastVote.vote_id == vote.id, CastVote.member_id == member.id)
    )
    return {row.criterion_id: row for row in rows}


def list_own_sealed_votes(session: Session, vote: MustHaveVote, member: Member) -> list[SealedVote]:
    """Every sealed version of a member's answers, the oldest first."""
    rows = select(SealedVote).where(
        SealedVote.vote_id == vote.id, SealedVote.member_id == member.id
    )
    return list(session.scalars(rows.order_by(SealedVote.number)))


def find_valid_seal(session: Session, vote: MustHaveVote, member_id: int) -> SealedVote | None:
    """The version under which a member's answers are sealed now, read anew."""
    rows = select(SealedVote).where(
        SealedVote.vote_id == vote.id,
        SealedVote.member_id == member_id,
        SealedVote.reopened_at.is_(None),
    )
    return session.scalar(rows.execution_options(populate_existing=True))


def serialize_votes(session: Session, vote_id: int, member_id: int) -> dict[str, dict[str, Any]]:
    """A member's answers by criterion code, as a seal keeps them."""
    rows = session.execute(
        select(Criterion.code, CastVote)
        .join(CastVote, CastVote.criterion_id == Criterion.id)
        .where(CastVote.vote_id == vote_id, CastVote.member_id == member_id)
    )
    return {
        code: {"answer": row.answer.value, "note": row.note, "wording": row.wording}
        for code, row in rows
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class VoterProgress:
    """How far a present reviewer is in the open round: never what they answered.

    answered: of the criteria in use.
    """

    member: Member
    answered: int
    submitted: bool


def list_voter_progress(session: Session, vote: MustHaveVote) -> list[VoterProgress]:
    """All present reviewers, in the order of their names."""
    rows = session.execute(
        select(Member, _count_answered(vote.id), _is_submitted(vote.id)).where(
            is_present_reviewer(vote.evaluation_id)
        )
    )
    found = [
        VoterProgress(member=member, answered=answered, submitted=submitted)
        for member, answered, submitted in rows
    ]
    return sorted(found, key=lambda row: sort_key(row.member.name))


def _count_answered(vote_id: int) -> ColumnElement[int]:
    rows = (
        select(func.count())
        .select_from(CastVote)
        .join(Criterion, Criterion.id == CastVote.criterion_id)
        .where(CastVote.vote_id == vote_id, ~Criterion.left_out)
        .where(CastVote.member_id == Member.id)
    )
    return rows.correlate(Member).scalar_subquery()


def _is_submitted(vote_id: int) -> ColumnElement[bool]:
    rows = select(SealedVote.id).where(
        SealedVote.vote_id == vote_id,
        SealedVote.member_id == Member.id,
        SealedVote.reopened_at.is_(None),
    )
    return rows.correlate(Member).exists()


def select_counted_answers(vote: MustHaveVote) -> Select[CastVote, Member]:
    """The answers that a closing counts, with who gave them: those of present reviewers, for
    criteria in use. Those of who left the committee stay, and are not counted."""
    return (
        select(CastVote, Member)
        .join(Member, Member.id == CastVote.member_id)
        .join(Criterion, Criterion.id == CastVote.criterion_id)
        .where(CastVote.vote_id == vote.id, ~Criterion.left_out)
        .where(is_present_reviewer(vote.evaluation_id))
    )


def count_votes(session: Session, vote: MustHaveVote) -> dict[int, VoteTally]:
    """The counts by criterion in use, for the closing of the round and nothing else."""
    criteria = [
        row for part in list_rubric_parts(session, vote.evaluation_id) for row in part.criteria
    ]
    answers: dict[int, list[CountedAnswer]] = {row.id: [] for row in criteria}
    for cast, _member in session.execute(select_counted_answers(vote)):
        said = CountedAnswer(yes=cast.answer is Answer.YES, wording=cast.wording)
        answers[cast.criterion_id].append(said)
    return {row.id: tally_answers(answers[row.id], wording_of(row)) for row in criteria}


@dataclass(frozen=True, slots=True)
class VoteReason:
    """What somebody wrote, with whom they speak for instead of their name.

    stakeholder: as the round was closed; None where it would be a name.
    """

    answer: Answer
    stakeholder: Stakeholder | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteResult:
    """One criterion of a closed round: its counts, the reasons, and what it is now.

    reworded_since: it asks in other words than when the round was closed.
    """

    count: VoteCount
    criterion: Criterion
    reasons: tuple[VoteReason, ...]

    @property
    def tally(self) -> VoteTally:
        """How the answers were counted."""
        return tally_of(self.count)

    @property
    def reworded_since(self) -> bool:
        """Whether the criterion asks in other words now than were counted."""
        asked = number_wording(self.count.title, self.count.question)
        return wording_of(self.criterion) != asked

    @property
    def changed_since(self) -> bool:
        """Whether the must-have is not as it was adopted."""
        return self.count.adopted is not None and self.criterion.must_have != self.count.adopted


def tally_of(count: VoteCount) -> VoteTally:
    """The stored counts as a value."""
    return VoteTally(yes=count.yes, no=count.no, reworded=count.reworded)


def list_vote_results(session: Session, vote: MustHaveVote) -> list[VoteResult]:
    """The criteria of a round as they were counted, in the order of the rubric now.

    Empty until the round is closed: before, nothing that depends on an answer leaves here.
    """
    if vote.closed_at is None:
        return []
    counts = {
        row.criterion_id: row
        for row in session.scalars(select(VoteCount).where(VoteCount.vote_id == vote.id))
    }
    reasons = _load_reasons(session, vote, vote.closed_at)
    parts = list_rubric_parts(session, vote.evaluation_id, with_left_out=True)
    return [
        VoteResult(
            count=counts[row.id],
            criterion=row,
            reasons=tuple(reasons.get(row.id, ())),
        )
        for part in parts
        for row in part.criteria
        if row.id in counts
    ]


def _load_reasons(
    session: Session, vote: MustHaveVote, closed_at: datetime
) -> dict[int, list[VoteReason]]:
    """The reasons of those who were counted, by criterion id, in an order that tells nobody's."""
    is_theirs = and_(
        CastVote.vote_id == SealedVote.vote_id,
        CastVote.member_id == SealedVote.member_id,
        CastVote.note != "",
    )
    counted = session.execute(
        select(SealedVote.member_id, CastVote)
        .outerjoin(CastVote, is_theirs)
        .where(SealedVote.vote_id == vote.id, SealedVote.counted)
    ).all()
    voters = {member for member, _cast in counted}
    seats = read_past_seats(session, vote.evaluation_id, closed_at)
    groups = {key: seat.stakeholder for key, seat in seats.items() if key in voters}
    named = find_told_groups(groups.values())
    rows = [cast for _member, cast in counted if cast is not None]
    found: dict[int, list[VoteReason]] = {}
    for row in sorted(rows, key=lambda row: (row.answer, sort_key(row.note))):
        group = groups.get(row.member_id)
        reason = VoteReason(row.answer, group if group in named else None, row.note)
        found.setdefault(row.criterion_id, []).append(reason)
    return found


def load_newest_counts(session: Session, evaluation_id: int) -> dict[int, VoteCount]:
    """The counts of the last closed round by criterion id; empty if there is none."""
    vote = find_newest_closed_vote(session, evaluation_id)
    if vote is None:
        return {}
    rows = session.scalars(select(VoteCount).where(VoteCount.vote_id == vote.id))
    return {row.criterion_id: row for row in rows}


def count_counted_voters(session: Session, vote: MustHaveVote) -> int:
    """How many reviewers were counted; 0 while the round is open."""
    rows = select(func.count(SealedVote.id)).where(
        SealedVote.vote_id == vote.id, SealedVote.counted
    )
    return session.scalar(rows) or 0


def list_names_told(session: Session, seat: Seat, *, reviewers: bool) -> list[str]:
    """The names of those who get a notice of what the seat does. Args: reviewers: only those."""
    return [
        member.name
        for member in list_present_members(session, seat.evaluation.id)
        if (member.is_reviewer or not reviewers) and not is_own_seat(seat, member)
    ]


def list_vote_obstacles(session: Session, evaluation_id: int) -> list[CrrubricError]:
    """What stands in the way of a round: nothing to ask, or nobody."""
    facts = load_readiness(session, evaluation_id)
    found = [condition(facts) for condition in (HAS_CRITERIA, HAS_REVIEWERS)]
    return [problem for problem in found if problem is not None]


def foresee_opening_of_vote(session: Session, seat: Seat) -> Foreseen:
    """What opening a round does."""
    evaluation_id = seat.evaluation.id
    members = list_present_members(session, evaluation_id)
    parts = list_rubric_parts(session, evaluation_id)
    return foresee_vote_opening(
        criteria=sum(len(part.criteria) for part in parts),
        reviewers=sum(member.is_reviewer for member in members),
        told=list_names_told(session, seat, reviewers=True),
        earlier=find_newest_vote(session, evaluation_id) is not None,
    )


def foresee_closing_of_vote(session: Session, seat: Seat, vote: MustHaveVote) -> Foreseen:
    """What closing a round does; nothing that depends on an answer."""
    turnout = [
        Turnout(name=row.member.name, answered=row.answered, submitted=row.submitted)
        for row in list_voter_progress(session, vote)
    ]
    told = list_names_told(session, seat, reviewers=False)
    return foresee_vote_closing(turnout, told=told)


def read_settled_values(results: Iterable[VoteResult]) -> Mapping[str, object]:
    """What the chair can settle, by name, as it is stored, with the counts of which it is settled:
    for the version of a form. A newer round has others."""
    found: dict[str, object] = {}
    for row in results:
        key = row.criterion.id
        found |= {
            f"{key}-counts": [row.count.vote_id, row.count.yes, row.count.no],
            f"{key}-adopted": row.count.adopted,
            f"{key}-reason": row.count.reason,
            f"{key}-must_have": row.criterion.must_have,
        }
    return found
