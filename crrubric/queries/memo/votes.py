"""What the memo says of the votes on must-haves."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crrubric.domain.memo.facts import MemoVote, MemoVoteLine
from crrubric.models import Evaluation, MustHaveVote, SealedVote
from crrubric.queries.planning.votes import VoteResult, list_vote_results
from crrubric.queries.setup.wording import translate_rubric_text


def list_memo_votes(
    session: Session, evaluation: Evaluation, zone: ZoneInfo, language: str
) -> tuple[MemoVote, ...]:
    """Every closed round, the first first; the last one with its lines."""
    counted = (
        select(func.count(SealedVote.id))
        .where(SealedVote.vote_id == MustHaveVote.id, SealedVote.counted)
        .correlate(MustHaveVote)
        .scalar_subquery()
    )
    rounds = session.execute(
        select(MustHaveVote, MustHaveVote.closed_at, counted)
        .where(MustHaveVote.evaluation_id == evaluation.id, MustHaveVote.closed_at.is_not(None))
        .order_by(MustHaveVote.number)
    ).all()

    found = [
        MemoVote(
            opened_at=row.opened_at.astimezone(zone),
            closed_at=closed_at.astimezone(zone),
            voters=voters,
        )
        for row, closed_at, voters in rounds
    ]
    if found:
        results = list_vote_results(session, rounds[-1][0])
        lines = tuple(make_vote_line(row, language) for row in results)
        found[-1] = replace(found[-1], lines=lines)
    return tuple(found)


def make_vote_line(row: VoteResult, language: str) -> MemoVoteLine:
    """One criterion, in the words in which it was asked where they have changed."""
    asked = row.count.title
    title = asked if row.reworded_since else translate_rubric_text(row.criterion, "title", language)
    return MemoVoteLine(
        title=title,
        yes=row.tally.yes,
        no=row.tally.no,
        reworded=row.tally.reworded,
        proposal=row.tally.proposal,
        adopted=row.count.adopted,
        reason=row.count.reason,
        must_have=row.criterion.must_have,
        reworded_since=row.reworded_since,
        left_out=row.criterion.left_out,
    )
