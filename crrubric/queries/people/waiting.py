"""What waits for somebody, in all their evaluations: a fixed number of queries at any size."""

from collections.abc import Mapping

from sqlalchemy import (
    ColumnElement,
    ColumnExpressionArgument,
    ScalarSelect,
    Select,
    and_,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from crrubric.clock import now_utc
from crrubric.domain.people.tasks import Task, TaskFacts, list_tasks
from crrubric.domain.setup.closing import has_ended, is_after_closing
from crrubric.domain.vocabulary import Answer, BallotState
from crrubric.models import (
    Asking,
    Ballot,
    Criterion,
    Decision,
    Declaration,
    District,
    EntryOnBehalf,
    Evaluation,
    Finding,
    Mark,
    Meeting,
    Member,
    MemoIssue,
    MustHaveVote,
    Position,
    Question,
    SealedVote,
    User,
    Vendor,
    VoteCount,
)
from crrubric.queries.people.access import is_recusing_conflict
from crrubric.queries.people.people import Actor, has_seat, roles_of
from crrubric.queries.setup.members import is_reviewer_to_come
from crrubric.queries.setup.practice import leaves_practice_unanswered

OTHER = aliased(Member)


def load_tasks(
    session: Session, actor: Actor, *, evaluation_id: int | None = None
) -> Mapping[int, tuple[Task, ...]]:
    """What waits for the actor, by evaluation id; every seat of theirs has an entry.

    evaluation_id: of this evaluation alone.
    """
    statement = (
        select(Evaluation, Member, District.time_zone.label("zone"), *_list_task_counts())
        .join(Member, Member.evaluation_id == Evaluation.id)
        .join(District, District.id == Evaluation.district_id)
        .where(has_seat(actor.user_id), Evaluation.deleted_at.is_(None))
    )
    if evaluation_id is not None:
        statement = statement.where(Evaluation.id == evaluation_id)
    rows = session.execute(statement)
    now = now_utc()
    found = {}
    for row in rows:
        evaluation, member = row.Evaluation, row.Member
        counts = row._asdict()
        zone = counts.pop("zone")
        del counts["Evaluation"], counts["Member"]
        refused = has_ended(now, evaluation.ends_at)
        items = counts.pop("vendors") * counts.pop("criteria")
        facts = TaskFacts(
            roles=roles_of(actor, member),
            phase=evaluation.phase,
            practice_over=evaluation.practice_shown_at is not None,
            practiced=member.practiced_at is not None,
            refused=refused,
            ended=refused or is_after_closing(now, evaluation.closes_on, zone),
            prices_hidden=evaluation.hides_prices,
            retention_set=evaluation.retain_until is not None,
            without_finding=items - counts.pop("findings"),
            **counts,
        )
        found[evaluation.id] = list_tasks(facts)
    return found


def _list_task_counts() -> list[ColumnElement[object]]:
    """The counts of `TaskFacts` for the evaluation and the seat of each row, by their names."""
    own = (
        Ballot.member_id == Member.id,
        ~Ballot.recused,
        Ballot.vendor_id.in_(_select_known_vendors()),
    )
    unsubmitted = Ballot.state == BallotState.OPEN
    counts: dict[str, Select[int]] = {
        "not_come": select(func.count(OTHER.id.distinct()))
        .join(User, User.id == OTHER.user_id)
        .join(Ballot, Ballot.member_id == OTHER.id)
        .where(
            OTHER.evaluation_id == Evaluation.id,
            is_reviewer_to_come(OTHER),
            ~Ballot.recused,
            unsubmitted,
            Ballot.vendor_id.in_(_select_known_vendors()),
        ),
        "not_practiced": _count(
            OTHER.id,
            OTHER.evaluation_id == Evaluation.id,
            OTHER.is_reviewer,
            OTHER.removed_at.is_(None),
            and_(OTHER.practiced_at.is_(None), leaves_practice_unanswered(OTHER)),
        ),
        "vote_due": _count(
            MustHaveVote.id,
            _is_open_vote(),
            Member.is_reviewer,
            ~_has_submitted_vote(Member),
        ),
        "voting": _count(MustHaveVote.id, _is_open_vote()),
        "not_voted": _count(
            OTHER.id,
            OTHER.evaluation_id == Evaluation.id,
            OTHER.is_reviewer,
            OTHER.removed_at.is_(None),
            select(MustHaveVote.id)
            .where(_is_open_vote(), ~_has_submitted_vote(OTHER))
            .correlate(Evaluation, OTHER)
            .exists(),
        ),
        "unsettled": select(func.count())
        .select_from(VoteCount)
        .join(MustHaveVote, MustHaveVote.id == VoteCount.vote_id)
        .join(Criterion, Criterion.id == VoteCount.criterion_id)
        .where(
            MustHaveVote.evaluation_id == Evaluation.id,
            MustHaveVote.closed_at.is_not(None),
            MustHaveVote.number == _find_last_number(),
            VoteCount.adopted.is_(None),
            ~Criterion.left_out,
        ),
        "own_open": _count(Ballot.id, *own, unsubmitted),
        "undeclared": _count(Ballot.id, *own, unsubmitted, ~_is_declared()),
        "to_confirm": _count(Ballot.id, *own, _waits_for_confirmation()),
        "answered": _count(Question.id, _is_answer_to_doubt(*own, unsubmitted)),
        "askings": _count(
            Asking.id,
            Asking.vendor_id.in_(_select_known_vendors()),
            Asking.question_id.is_(None),
            Asking.set_aside_reason == "",
        ),
        "drafts": _count(
            Question.id,
            Question.vendor_id.in_(_select_known_vendors()),
            Question.sent_on.is_(None),
            Question.withdrawn_at.is_(None),
        ),
        "open_ballots": select(func.count(Ballot.id))
        .join(OTHER, OTHER.id == Ballot.member_id)
        .where(
            OTHER.is_reviewer,
            OTHER.removed_at.is_(None),
            ~Ballot.recused,
            unsubmitted,
            Ballot.vendor_id.in_(_select_known_vendors()),
        ),
        "meetings": _count(Meeting.id, Meeting.evaluation_id == Evaluation.id),
        "sitting": _count(
            Meeting.id, Meeting.evaluation_id == Evaluation.id, Meeting.ended_at.is_(None)
        ),
        "vendors": select(func.count()).select_from(_select_known_vendors().subquery()),
        "criteria": _count(
            Criterion.id, Criterion.evaluation_id == Evaluation.id, ~Criterion.left_out
        ),
        "findings": select(func.count(Finding.id))
        .join(Criterion, Criterion.id == Finding.criterion_id)
        .where(Finding.vendor_id.in_(_select_known_vendors()), ~Criterion.left_out),
        "decided": _count(Decision.id, Decision.evaluation_id == Evaluation.id),
        "issued": _count(
            MemoIssue.id,
            MemoIssue.evaluation_id == Evaluation.id,
            MemoIssue.decided_at == Evaluation.decided_at,
        ),
        "conflicts": select(func.count(Declaration.id))
        .join(Vendor, Vendor.id == Declaration.vendor_id)
        .where(
            Declaration.member_id == Member.id,
            is_recusing_conflict(),
            Vendor.withdrawn_at.is_(None),
        ),
        "position_due": _count(
            Decision.id,
            Decision.evaluation_id == Evaluation.id,
            or_(Decision.vendor_id.is_(None), Decision.vendor_id.not_in(_select_shut_out())),
            ~_has_taken_position(),
        ),
    }
    return [
        rows.correlate(Evaluation, Member).scalar_subquery().label(name)
        for name, rows in counts.items()
    ]


def _count(
    column: ColumnExpressionArgument[int], *conditions: ColumnExpressionArgument[bool]
) -> Select[int]:
    return select(func.count(column)).where(*conditions)


def _is_open_vote() -> ColumnElement[bool]:
    """Whether a round of the vote on must-haves is the row's evaluation's, and open."""
    return and_(MustHaveVote.evaluation_id == Evaluation.id, MustHaveVote.closed_at.is_(None))


def _has_submitted_vote(member: type[Member]) -> ColumnElement[bool]:
    """Whether the member of the row has sealed their answers in the round of the row."""
    rows = select(SealedVote.id).where(
        SealedVote.vote_id == MustHaveVote.id,
        SealedVote.member_id == member.id,
        SealedVote.reopened_at.is_(None),
    )
    return rows.correlate(MustHaveVote, member).exists()


def _has_taken_position() -> ColumnElement[bool]:
    """Whether the member of the row, and not just anybody, has said what they think of it."""
    rows = select(Position.member_id).where(Position.member_id == Member.id)
    return rows.correlate(Member).exists()


def _find_last_number() -> ScalarSelect[int]:
    """The number of the newest round of the row's evaluation."""
    newest = aliased(MustHaveVote)
    rows = select(func.max(newest.number)).where(newest.evaluation_id == Evaluation.id)
    return rows.correlate(Evaluation).scalar_subquery()


def _select_shut_out() -> Select[int]:
    """The vendors from which the seat of the row stays away."""
    away = select(Declaration.vendor_id).where(
        Declaration.member_id == Member.id, is_recusing_conflict()
    )
    return away.correlate(Member)


def _select_known_vendors() -> Select[int]:
    """The vendors in the selection of the row's evaluation that its seat may know of."""
    rows = select(Vendor.id).where(
        Vendor.evaluation_id == Evaluation.id,
        Vendor.id.not_in(_select_shut_out()),
        Vendor.withdrawn_at.is_(None),
    )
    return rows.correlate(Evaluation, Member)


def _is_declared() -> ColumnElement[bool]:
    """Whether the ballot's reviewer has said whether they have a conflict of interest."""
    rows = select(Declaration.id).where(
        Declaration.member_id == Ballot.member_id, Declaration.vendor_id == Ballot.vendor_id
    )
    return rows.correlate(Ballot).exists()


def _waits_for_confirmation() -> ColumnElement[bool]:
    """Whether the ballot was entered on its reviewer's behalf and is not confirmed."""
    rows = select(EntryOnBehalf.id).where(
        EntryOnBehalf.ballot_id == Ballot.id,
        EntryOnBehalf.number == Ballot.seals,
        EntryOnBehalf.confirmed_at.is_(None),
    )
    return and_(Ballot.state == BallotState.SUBMITTED, rows.correlate(Ballot).exists())


def _is_answer_to_doubt(*own: ColumnExpressionArgument[bool]) -> ColumnElement[bool]:
    """Whether a question was answered on which one of these ballots says CAN'T TELL."""
    rows = (
        select(Mark.id)
        .join(Ballot, Ballot.id == Mark.ballot_id)
        .where(
            *own,
            Ballot.vendor_id == Question.vendor_id,
            Mark.criterion_id == Question.criterion_id,
            Mark.answer == Answer.CANNOT_TELL,
        )
    )
    answered = and_(Question.answered_on.is_not(None), Question.withdrawn_at.is_(None))
    return and_(answered, rows.correlate(Question, Evaluation, Member).exists())
