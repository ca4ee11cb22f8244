"""Issues of the memo: which there are, and what issuing another one would do.

Lists never read the bytes of a file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from crrubric.domain.foreseen import Foreseen
from crrubric.domain.memo.issuing.issues import (
    IssuePlan,
    IssueStamp,
    IssueState,
    MemoFormat,
    find_issue_states,
    foresee_issue,
)
from crrubric.domain.people.zones import UNNAMED
from crrubric.models import Evaluation, FileContent, MemoFile, MemoIssue
from crrubric.queries.meeting.decisions import count_stated_positions, recommendation_of
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.record.journal import find_journal_head
from crrubric.queries.setup.evaluations import list_ballot_progress
from crrubric.queries.setup.phase_facts import find_decision_doubts, list_unconfirmed_reviewers


@dataclass(frozen=True, slots=True)
class ListedIssue:
    """An issue, and whether it is the memo now."""

    issue: MemoIssue
    state: IssueState

    @property
    def stands(self) -> bool:
        """Whether it is the memo now."""
        return self.state is IssueState.STANDS

    @property
    def taken_back(self) -> bool:
        """Whether the decision was taken back of which it tells, and no issue followed."""
        return self.state is IssueState.TAKEN_BACK


def list_memo_issues(session: Session, evaluation: Evaluation) -> Sequence[ListedIssue]:
    """Every issue with what is known of its files, the newest first."""
    rows = session.scalars(
        select(MemoIssue)
        .where(MemoIssue.evaluation_id == evaluation.id)
        .options(selectinload(MemoIssue.files))
        .order_by(MemoIssue.number)
    ).all()
    states = find_issue_states([row.decided_at for row in rows], evaluation.decided_at)
    return [ListedIssue(*pair) for pair in zip(rows, states, strict=True)][::-1]


def count_memo_issues(session: Session, evaluation_id: int) -> int:
    """How many there are; the newest has this number."""
    wanted = select(func.count(MemoIssue.id)).where(MemoIssue.evaluation_id == evaluation_id)
    return session.scalar(wanted) or 0


def find_standing_issue(session: Session, evaluation: Evaluation) -> IssueStamp | None:
    """The stamp of the issue that is the memo now; its moment in the district's zone."""
    row = session.execute(
        select(MemoIssue, MemoFile.sha256)
        .join(MemoFile, MemoFile.issue_id == MemoIssue.id)
        .where(MemoIssue.evaluation_id == evaluation.id, MemoFile.form == MemoFormat.HTML)
        .order_by(MemoIssue.number.desc())
        .limit(1)
    ).one_or_none()
    if row is None or row.MemoIssue.decided_at != evaluation.decided_at:
        return None
    issue = row.MemoIssue
    return IssueStamp(
        number=issue.number,
        at=issue.issued_at.astimezone(ZoneInfo(evaluation.district.time_zone)),
        by=issue.issued_by,
        language=issue.language,
        reason=issue.reason,
        head=issue.journal_head,
        digest=row.sha256,
        basis=issue.basis_hash,
        nonce=issue.nonce,
        logo=issue.logo_hash,
    )


def find_memo_file(
    session: Session, evaluation: Evaluation, number: int, form: MemoFormat
) -> MemoFile:
    """What is known of a file of an issue, without its bytes. Raises: NotFound."""
    file = session.scalar(
        select(MemoFile)
        .join(MemoIssue, MemoIssue.id == MemoFile.issue_id)
        .where(
            MemoIssue.evaluation_id == evaluation.id,
            MemoIssue.number == number,
            MemoFile.form == form,
        )
    )
    if file is None:
        raise make_not_found()
    return file


def find_memo_files_by_hash(session: Session, start: str) -> Sequence[MemoFile]:
    """Files of issued memos whose SHA-256 begins so."""
    wanted = select(MemoFile).where(MemoFile.sha256.startswith(start)).order_by(MemoFile.id)
    return session.scalars(wanted).all()


def read_memo_bytes(session: Session, file: MemoFile) -> bytes:
    """The bytes as they were issued. Raises: NotFound."""
    body = session.scalar(select(FileContent.body).where(FileContent.id == file.content_id))
    if body is None:
        raise make_not_found()
    return body


def foresee_issue_for_seat(session: Session, seat: Seat, language: str = "") -> Foreseen:
    """What issuing the memo now does, and what speaks against it.

    Args: language: in which criteria are named; "" as the rubric was written.
    """
    evaluation = seat.evaluation
    decision = recommendation_of(session, evaluation.id)
    stated, everybody = count_stated_positions(session, evaluation.id)
    standing = find_standing_issue(session, evaluation)
    plan = IssuePlan(
        number=count_memo_issues(session, evaluation.id) + 1,
        stands=standing is not None,
        recommended=decision.vendor.name if decision and decision.vendor else "",
        names_people=evaluation.names_people,
        head=find_journal_head(session, evaluation),
        reviewers=everybody,
        without_position=everybody - stated,
        doubts=find_decision_doubts(session, evaluation, language),
        unconfirmed=list_unconfirmed_reviewers(list_ballot_progress(session, seat)),
        kept=evaluation.retain_until is not None,
        district_named=evaluation.district.name != UNNAMED,
    )
    return foresee_issue(plan)
