"""The evaluation's own copy of the rubric: copying, adding, rewording, reordering, leaving out."""

from dataclasses import asdict, dataclass, fields
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.ballots.evidence import MONTHS_MAX
from crrubric.domain.errors import Invalid
from crrubric.domain.events import Event
from crrubric.domain.setup import rubric
from crrubric.domain.setup.rubric import Rubric, Translated, practice_vendor
from crrubric.domain.text import clean, one_line, slug_of
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Stakeholder
from crrubric.models import Criterion, Evaluation, Section, Tension
from crrubric.queries.people.access import locked_for, not_found
from crrubric.queries.people.people import Actor
from crrubric.services.setup.translations import translate
from crrubric.services.shared.journal import ROW, About, changes, note_event
from crrubric.services.shared.unit import unit_of_work


@dataclass(frozen=True, slots=True)
class CriterionText:
    """What a chair can say of a criterion."""

    title: str
    question: str = ""
    look_for: str = ""
    lead: Stakeholder | None = None
    weight: Decimal = Decimal(1)
    must_have: bool = False
    may_not_apply: bool = False
    left_out: bool = False
    practice: str = ""  # what the made-up vendor of the practice round shows
    evidence_months: int | None = None  # after how many evidence is old; None: it does not age


def copy_rubric(session: Session, evaluation: Evaluation, source: Rubric) -> None:
    """Give the evaluation its own copy, to be changed until ballots open."""
    evaluation.rubric_name = source.name
    evaluation.rubric_version = source.version
    ids: dict[str, Criterion] = {}
    shows = practice_vendor().shows
    for place, part in enumerate(source.sections):
        section = Section(
            evaluation_id=evaluation.id,
            code=part.code,
            title=part.title,
            position=place,
            translations=part.translations,
        )
        session.add(section)
        session.flush()
        for number, row in enumerate(part.criteria):
            ids[row.code] = Criterion(
                evaluation_id=evaluation.id,
                section_id=section.id,
                code=row.code,
                position=number,
                title=row.title,
                question=row.question,
                look_for=row.look_for,
                lead=row.lead,
                weight=Decimal(row.weight.numerator) / row.weight.denominator,
                must_have=row.must_have,
                may_not_apply=row.may_not_apply,
                practice=shows.get(row.code, ""),
                evidence_months=row.evidence_months,
                translations=with_practice(row),
            )
    session.add_all(ids.values())
    session.flush()
    for tension in source.tensions:
        first, second = tension.between
        session.add(
            Tension(
                evaluation_id=evaluation.id,
                first_id=ids[first].id,
                second_id=ids[second].id,
                why=tension.why,
                translations=tension.translations,
            )
        )


def with_practice(source: rubric.Criterion) -> dict[str, dict[str, str]]:
    """The translations of a criterion, with what the made-up vendor shows for it."""
    found = {language: dict(texts) for language, texts in source.translations.items()}
    for language, shows in practice_vendor().translations.items():
        if source.code in shows:
            found.setdefault(language, {})["practice"] = shows[source.code]
    return found


def checked(text: CriterionText) -> CriterionText:
    """The text, cleaned. Raises: Invalid naming the field."""
    title = one_line(text.title, limit=limits.TITLE, field="title")
    if not title:
        raise Invalid(N_("Enter a title for the criterion."), field="title")
    if not Decimal(0) <= text.weight <= limits.WEIGHT_MAX:
        raise Invalid(
            N_("Enter a weight from 0 to %(most)s."), most=limits.WEIGHT_MAX, field="weight"
        )
    if text.weight * 1000 != (text.weight * 1000).to_integral_value():
        raise Invalid(N_("Use at most three decimal places for a weight."), field="weight")
    if text.evidence_months is not None and not 1 <= text.evidence_months <= MONTHS_MAX:
        raise Invalid(
            N_("Enter a number from %(least)s to %(most)s."),
            least=1,
            most=MONTHS_MAX,
            field="evidence_months",
        )
    return CriterionText(
        title,
        clean(text.question, limit=limits.NOTE, field="question"),
        clean(text.look_for, limit=limits.NOTE, field="look_for"),
        text.lead,
        text.weight,
        text.must_have,
        text.may_not_apply,
        text.left_out,
        clean(text.practice, limit=limits.NOTE, field="practice"),
        text.evidence_months,
    )


def add_section(actor: Actor, slug: str, *, title: str) -> Section:
    """A new section at the end of the rubric."""
    tidy = one_line(title, limit=limits.TITLE, field="title")
    if not tidy:
        raise Invalid(N_("Enter a title for the section."), field="title")
    with unit_of_work() as session:
        evaluation = locked_for(session, actor, Action.EDIT_SETUP, slug)
        codes = select(Section.code).where(Section.evaluation_id == evaluation.id)
        last = session.scalar(
            select(func.max(Section.position)).where(Section.evaluation_id == evaluation.id)
        )
        section = Section(
            evaluation_id=evaluation.id,
            code=free_code(tidy, set(session.scalars(codes))),
            title=tidy,
            position=-1 if last is None else last,
        )
        section.position += 1
        session.add(section)
        session.flush()
        note_event(
            session,
            actor,
            Event.SECTION_ADDED,
            evaluation_id=evaluation.id,
            subject=tidy,
            after={ROW: plain_section(section)},
        )
    return section


def add_criterion(actor: Actor, slug: str, section_id: int, text: CriterionText) -> Criterion:
    """A new criterion at the end of its section."""
    tidy = checked(text)
    with unit_of_work() as session:
        evaluation = locked_for(session, actor, Action.EDIT_SETUP, slug)
        section = session.get(Section, section_id)
        if section is None or section.evaluation_id != evaluation.id:
            raise not_found()
        codes = select(Criterion.code).where(Criterion.evaluation_id == evaluation.id)
        last = session.scalar(
            select(func.max(Criterion.position)).where(Criterion.section_id == section.id)
        )
        criterion = Criterion(
            evaluation_id=evaluation.id,
            section_id=section.id,
            code=free_code(tidy.title, set(session.scalars(codes))),
            position=0 if last is None else last + 1,
            **asdict(tidy),
        )
        session.add(criterion)
        session.flush()
        note_event(
            session,
            actor,
            Event.CRITERION_ADDED,
            evaluation_id=evaluation.id,
            subject=tidy.title,
            about=About(criterion_id=criterion.id),
            after={**_plain(asdict(tidy)), ROW: plain_criterion(criterion)},
        )
    return criterion


def change_criterion(
    actor: Actor,
    slug: str,
    criterion_id: int,
    text: CriterionText,
    *,
    translations: Translated | None = None,
) -> Criterion:
    """Reword, weight, mark as must-have, leave out or bring back a criterion.

    A text that changed keeps its translation only if that changed with it.
    """
    tidy = checked(text)
    with unit_of_work() as session:
        evaluation = locked_for(session, actor, Action.EDIT_SETUP, slug)
        criterion = criterion_in(session, evaluation, criterion_id)
        new = asdict(tidy)
        before, after = changes({key: getattr(criterion, key) for key in new}, new)
        for key, value in after.items():
            setattr(criterion, key, value)
        if after:
            note_event(
                session,
                actor,
                Event.CRITERION_CHANGED,
                evaluation_id=evaluation.id,
                subject=criterion.title,
                about=About(criterion_id=criterion.id),
                before=_plain(before),
                after=_plain(after),
            )
        translate(session, actor, criterion, changed=after, given=translations or {})
    return criterion


def move_criterion(actor: Actor, slug: str, criterion_id: int, *, by: int) -> Criterion:
    """Move a criterion up (-1) or down (+1); over the edge of its section into the next one."""
    with unit_of_work() as session:
        evaluation = locked_for(session, actor, Action.EDIT_SETUP, slug)
        criterion = criterion_in(session, evaluation, criterion_id)
        sections = list(
            session.scalars(
                select(Section)
                .where(Section.evaluation_id == evaluation.id)
                .order_by(Section.position)
            )
        )
        _shift(session, sections, criterion, 1 if by > 0 else -1)
        note_event(
            session,
            actor,
            Event.CRITERION_MOVED,
            evaluation_id=evaluation.id,
            subject=criterion.title,
            about=About(criterion_id=criterion.id),
            after={"by": by, ROW: {"order": _order(sections)}},
        )
    return criterion


def _shift(session: Session, sections: list[Section], criterion: Criterion, by: int) -> None:
    here = next(n for n, section in enumerate(sections) if section.id == criterion.section_id)
    row = list(sections[here].criteria)
    place = row.index(criterion)
    row.pop(place)
    target = place + by
    if 0 <= target <= len(row):
        row.insert(target, criterion)
    elif 0 <= here + by < len(sections):
        _number(row)
        row = list(sections[here + by].criteria)
        row.insert(0 if by > 0 else len(row), criterion)
        criterion.section_id = sections[here + by].id
    else:
        row.insert(place, criterion)
    _number(row)
    session.flush()
    for section in sections:
        session.expire(section, ["criteria"])


def _order(sections: list[Section]) -> list[tuple[int, list[int]]]:
    """Which criteria stand in each section, in order, by id."""
    return [(section.id, [row.id for row in section.criteria]) for section in sections]


def _number(row: list[Criterion]) -> None:
    for position, criterion in enumerate(row):
        criterion.position = position


def criterion_in(session: Session, evaluation: Evaluation, criterion_id: int) -> Criterion:
    """The criterion, if it belongs to the evaluation. Raises: NotFound."""
    criterion = session.get(Criterion, criterion_id)
    if criterion is None or criterion.evaluation_id != evaluation.id:
        raise not_found()
    return criterion


def free_code(title: str, taken: set[str]) -> str:
    """A code made of the title that isn't taken yet."""
    stem = slug_of(title)[: limits.CODE - 5]
    code, number = stem, 2
    while code in taken:
        code = f"{stem}-{number}"
        number += 1
    return code


def plain_rubric(session: Session, evaluation: Evaluation) -> dict[str, list[dict[str, object]]]:
    """The evaluation's copy of the rubric as the journal keeps it."""
    of = {"evaluation_id": evaluation.id}
    sections = session.scalars(select(Section).filter_by(**of).order_by(Section.id))
    criteria = session.scalars(select(Criterion).filter_by(**of).order_by(Criterion.id))
    return {
        "sections": [plain_section(row) for row in sections],
        "criteria": [plain_criterion(row) for row in criteria],
    }


def plain_section(section: Section) -> dict[str, object]:
    """A section as the journal keeps it."""
    return {key: getattr(section, key) for key in ("id", "code", "title", "position")}


def plain_criterion(row: Criterion) -> dict[str, object]:
    """A criterion as the journal keeps it."""
    texts = {field.name: getattr(row, field.name) for field in fields(CriterionText)}
    place = {key: getattr(row, key) for key in ("id", "section_id", "code", "position")}
    return {**place, **_plain(texts)}


def _plain(values: dict[str, object]) -> dict[str, object]:
    return {k: str(v) if isinstance(v, Decimal) else v for k, v in values.items()}
