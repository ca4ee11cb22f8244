"""The rubric of an evaluation as its papers need it."""

from datetime import date

from sqlalchemy.orm import Session

from crrubric.domain.setup.rubric_papers import PaperCriterion, PaperSection, RubricPaperFacts
from crrubric.models import Criterion, Evaluation
from crrubric.queries.setup.rubrics import list_rubric_parts
from crrubric.queries.setup.wording import translate_rubric_text


def load_rubric_paper(
    session: Session, evaluation: Evaluation, language: str, *, on: date
) -> RubricPaperFacts:
    """The criteria that count, in a language. Args: on: the day that is printed."""
    return RubricPaperFacts(
        title=evaluation.title,
        district=evaluation.district.name,
        language=language,
        on=on,
        name=evaluation.rubric_name,
        version=evaluation.rubric_version,
        fixed=evaluation.opened_at is not None,
        sections=tuple(
            PaperSection(
                translate_rubric_text(part.section, "title", language),
                tuple(_describe_criterion(row, language) for row in part.criteria),
            )
            for part in list_rubric_parts(session, evaluation.id)
        ),
    )


def _describe_criterion(row: Criterion, language: str) -> PaperCriterion:
    title, question, look_for = (
        translate_rubric_text(row, text, language) for text in ("title", "question", "look_for")
    )
    return PaperCriterion(
        title=title,
        question=question,
        look_for=look_for,
        weight=f"{float(row.weight):g}",
        must_have=row.must_have,
        may_not_apply=row.may_not_apply,
        lead=row.lead,
    )
