"""The rubric of an evaluation as its papers need it."""

from datetime import date

from sqlalchemy.orm import Session

from crrubric.domain.setup.rubric_papers import PaperCriterion, PaperSection, RubricPaperFacts
from crrubric.models import Criterion, Evaluation, Member
from crrubric.queries.setup.assignments import assignment_of, keep_assigned_parts
from crrubric.queries.setup.rubrics import list_rubric_parts, number_criteria_on_paper
from crrubric.queries.setup.wording import translate_rubric_text


def load_rubric_paper(
    session: Session,
    evaluation: Evaluation,
    language: str,
    *,
    on: date,
    member: Member | None = None,
) -> RubricPaperFacts:
    """The criteria that count, in a language.

    Args: on: the day that is printed; member: of whose criteria, if not of all.
    """
    parts = list_rubric_parts(session, evaluation.id)
    numbers = number_criteria_on_paper(parts)
    if member is not None:
        parts = keep_assigned_parts(parts, assignment_of(session, member))
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
                tuple(_describe_criterion(row, numbers[row.id], language) for row in part.criteria),
            )
            for part in parts
        ),
    )


def _describe_criterion(row: Criterion, number: int, language: str) -> PaperCriterion:
    title, question, look_for = (
        translate_rubric_text(row, text, language) for text in ("title", "question", "look_for")
    )
    return PaperCriterion(
        number=number,
        title=title,
        question=question,
        look_for=look_for,
        weight=f"{float(row.weight):g}",
        must_have=row.must_have,
        may_not_apply=row.may_not_apply,
        lead=row.lead,
    )
