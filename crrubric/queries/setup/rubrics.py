"""Reading an evaluation's copy of the rubric."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, aliased, joinedload

from crrubric import models
from crrubric.domain.events import Event
from crrubric.domain.setup.rubric import Rubric, RubricCriterion, RubricSection, RubricTension
from crrubric.domain.setup.rubric_files.case import CaseSource
from crrubric.domain.setup.rubric_files.differences import number_criteria, plain_texts
from crrubric.domain.vocabulary import CorrectionEffect
from crrubric.models import Criterion, Evaluation, JournalEntry, RubricRevision, Section
from crrubric.queries.people.access import make_not_found
from crrubric.queries.setup.wording import translate_rubric_text

OF_RUBRIC = ("RUBRIC_", "SECTION_", "CRITERION_")  # how the events begin that change it

ANEW = {"populate_existing": True}
# Made once: every ballot asks for these, and every mark that is saved for the wordings.
CRITERIA = (
    select(Criterion)
    .where(Criterion.evaluation_id == bindparam("evaluation"))
    .order_by(Criterion.position, Criterion.id)
)
ASKED_CRITERIA = CRITERIA.where(Criterion.left_out.is_(False))
SECTIONS = (
    select(Section)
    .where(Section.evaluation_id == bindparam("evaluation"))
    .order_by(Section.position)
)
TENSIONS = select(models.Tension).where(models.Tension.evaluation_id == bindparam("evaluation"))
FIRST, SECOND = aliased(Criterion), aliased(Criterion)
CODED_TENSIONS = (
    select(FIRST.code, SECOND.code, models.Tension)
    .join_from(models.Tension, FIRST, FIRST.id == models.Tension.first_id)
    .join(SECOND, SECOND.id == models.Tension.second_id)
    .where(models.Tension.evaluation_id == bindparam("evaluation"))
    .order_by(models.Tension.id)
)
# Where ballots opened anew after a step back to set-up, what was corrected before that is a part of
# the rubric that froze then.
SINCE_OPENING = RubricRevision.made_at >= (
    select(Evaluation.opened_at)
    .where(Evaluation.id == RubricRevision.evaluation_id)
    .correlate(RubricRevision)
    .scalar_subquery()
)
REVISIONS = (
    select(RubricRevision)
    .options(joinedload(RubricRevision.criterion))
    .where(RubricRevision.evaluation_id == bindparam("evaluation"), SINCE_OPENING)
    .order_by(RubricRevision.number)
)
WORDINGS = (
    select(RubricRevision.criterion_id, func.max(RubricRevision.number))
    .where(
        RubricRevision.evaluation_id == bindparam("evaluation"),
        RubricRevision.effect == CorrectionEffect.AGAIN,
    )
    .group_by(RubricRevision.criterion_id)
)


@dataclass(frozen=True, slots=True)
class RubricPart:
    """A section with those of its criteria that are asked for, in order."""

    section: Section
    criteria: tuple[Criterion, ...]


def list_rubric_parts(
    session: Session, evaluation_id: int, *, with_left_out: bool = False, anew: bool = False
) -> list[RubricPart]:
    """The rubric by section, in order, in two queries.

    Args: anew: what was read earlier is read once more, rather than be given as it was.
    """
    own, options = {"evaluation": evaluation_id}, ANEW if anew else {}
    by_section: dict[int, list[Criterion]] = {}
    wanted = CRITERIA if with_left_out else ASKED_CRITERIA
    for criterion in session.scalars(wanted, own, execution_options=options):
        by_section.setdefault(criterion.section_id, []).append(criterion)
    sections = session.scalars(SECTIONS, own, execution_options=options)
    rows = [RubricPart(section, tuple(by_section.get(section.id, ()))) for section in sections]
    return rows if with_left_out else [part for part in rows if part.criteria]


def number_criteria_on_paper(parts: Iterable[RubricPart]) -> dict[int, int]:
    """Criterion id -> the number that it has on a paper ballot: 1, 2, … through all sections."""
    asked = (row.id for part in parts for row in part.criteria)
    return {key: number for number, key in enumerate(asked, 1)}


def list_sections(session: Session, evaluation_id: int) -> list[Section]:
    """Every section, in order."""
    return list(session.scalars(SECTIONS, {"evaluation": evaluation_id}))


def find_section(session: Session, evaluation: Evaluation, section_id: int) -> Section:
    """The section, if it belongs to the evaluation. Raises: NotFound."""
    section = session.get(Section, section_id)
    if section is None or section.evaluation_id != evaluation.id:
        raise make_not_found()
    return section


def load_tensions(
    session: Session, evaluation_id: int, language: str = ""
) -> dict[int, list[tuple[int, str]]]:
    """Criterion id -> the criteria that pull against it, with the reason; both ways."""
    found: dict[int, list[tuple[int, str]]] = {}
    for row in session.scalars(TENSIONS, {"evaluation": evaluation_id}):
        why = translate_rubric_text(row, "why", language)
        found.setdefault(row.first_id, []).append((row.second_id, why))
        found.setdefault(row.second_id, []).append((row.first_id, why))
    return found


def list_tension_values(
    session: Session, evaluation_id: int, language: str = ""
) -> tuple[RubricTension, ...]:
    """The same as values, by criterion code, in their order."""
    rows = session.execute(CODED_TENSIONS, {"evaluation": evaluation_id})
    return tuple(
        RubricTension((one, two), translate_rubric_text(row, "why", language))
        for one, two, row in rows
    )


def read_rubric(session: Session, evaluation: Evaluation) -> Rubric:
    """An evaluation's whole copy as one value, with what is left out, in every language."""
    criteria = {
        row.id: row.code
        for row in session.scalars(
            select(Criterion).where(Criterion.evaluation_id == evaluation.id)
        )
    }
    tensions = session.scalars(TENSIONS.order_by(models.Tension.id), {"evaluation": evaluation.id})
    parts = list_rubric_parts(session, evaluation.id, with_left_out=True)
    return number_criteria(
        Rubric(
            evaluation.rubric_name,
            evaluation.rubric_version,
            tuple(
                RubricSection(
                    part.section.code,
                    part.section.title,
                    tuple(map(_read_criterion, part.criteria)),
                    plain_texts(part.section.translations),
                )
                for part in parts
            ),
            tuple(
                RubricTension(
                    (criteria[row.first_id], criteria[row.second_id]),
                    row.why,
                    plain_texts(row.translations),
                )
                for row in tensions
            ),
        )
    )


def load_case_source(session: Session, evaluation: Evaluation, site: str) -> CaseSource:
    """Whose rubric it is, for the identifiers of CASE, and when it was last changed."""
    events = [event for event in Event if event.value.startswith(OF_RUBRIC)]
    changed = session.scalar(
        select(func.max(JournalEntry.at)).where(
            JournalEntry.evaluation_id == evaluation.id, JournalEntry.event.in_(events)
        )
    )
    return CaseSource(site=site, slug=evaluation.slug, changed_at=changed or evaluation.created_at)


def _read_criterion(row: Criterion) -> RubricCriterion:
    return RubricCriterion(
        code=row.code,
        title=row.title,
        question=row.question,
        look_for=row.look_for,
        lead=row.lead,
        may_not_apply=row.may_not_apply,
        must_have=row.must_have,
        weight=Fraction(row.weight),
        order=0,
        translations=plain_texts(row.translations),
        evidence_months=row.evidence_months,
        practice=row.practice,
        left_out=row.left_out,
    )


def list_revisions(session: Session, evaluation_id: int) -> list[RubricRevision]:
    """Every correction since ballots opened, the oldest first, with its criterion."""
    return list(session.scalars(REVISIONS, {"evaluation": evaluation_id}))


def load_newest_corrections(session: Session, evaluation_id: int) -> dict[int, RubricRevision]:
    """Criterion id -> its newest correction."""
    return {row.criterion_id: row for row in list_revisions(session, evaluation_id)}


def load_wordings(session: Session, evaluation_id: int) -> dict[int, int]:
    """Criterion id -> the number of its last correction after which it was to be marked again.

    A page that shows a criterion shows it in that wording; 0, as it was frozen, is left out.
    """
    rows = session.execute(WORDINGS, {"evaluation": evaluation_id})
    return {row[0]: row[1] for row in rows}
