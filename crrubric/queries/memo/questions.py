"""Questions to vendors as the memo and letters tell them."""

from sqlalchemy.orm import Session

from crrubric.domain.memo.facts import MemoQuestion
from crrubric.models import Evaluation
from crrubric.queries.questions.questions import list_standing_questions
from crrubric.queries.setup.wording import translate_rubric_text


def list_memo_questions(
    session: Session, evaluation: Evaluation, language: str, away: frozenset[int] = frozenset()
) -> tuple[MemoQuestion, ...]:
    """Questions to vendors with their answers; nothing of who asked.

    Args: away: vendors that whoever reads stays away from.
    """
    return tuple(
        MemoQuestion(
            vendor=row.vendor.code,
            criterion=row.criterion.code if row.criterion else None,
            title=translate_rubric_text(row.criterion, "title", language) if row.criterion else "",
            words=row.words,
            sent_on=row.sent_on,
            answer=row.answer,
            answered_on=row.answered_on,
        )
        for row in list_standing_questions(session, evaluation, away)
    )
