"""The evaluation's own copy of the rubric: copying, adding, rewording, reordering, leaving out."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, clean_together
from crrubric.domain.events import Event
from crrubric.domain.people.languages import NAMES, SOURCE
from crrubric.domain.setup import rubric
from crrubric.domain.setup.rubric import Rubric, Translated, load_practice_vendor
from crrubric.domain.text import clean_line, clean_text, key_of, require_line, slug_of
from crrubric.domain.translation import N_
from crrubric.domain.typed import require_in_bounds
from crrubric.domain.vocabulary import Stakeholder
from crrubric.models import Criterion, Evaluation, Section, Tension
from crrubric.queries.people.access import make_not_found, require_locked_evaluation
from crrubric.queries.people.people import Actor
from crrubric.services.setup.translations import (
    TEXTS,
    clean_translations,
    flatten_texts,
    update_translations,
)
from crrubric.services.shared.journal import ROW, EntryReferences, find_changes, note_event
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unseen_change


@dataclass(frozen=True, slots=True, kw_only=True)
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
    shows = load_practice_vendor().shows
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
                left_out=row.left_out,
                practice=shows.get(row.code, "") if row.practice is None else row.practice,
                evidence_months=row.evidence_months,
                translations=merge_practice_translations(row),
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


def merge_practice_translations(source: rubric.RubricCriterion) -> dict[str, dict[str, str]]:
    """The translations of a criterion, with what the made-up vendor shows for it."""
    found = {language: dict(texts) for language, texts in source.translations.items()}
    if source.practice is not None:  # it says so itself
        return found
    for language, shows in load_practice_vendor().translations.items():
        if source.code in shows:
            found.setdefault(language, {})["practice"] = shows[source.code]
    return found


def clean_criterion(text: CriterionText) -> CriterionText:
    """The text, cleaned. Raises: Invalid naming the field."""
    months = text.evidence_months
    tidy = clean_together(
        title=lambda: require_line(
            text.title, N_("Enter a title for the criterion."), limit=limits.TITLE, field="title"
        ),
        question=lambda: clean_text(text.question, limit=limits.NOTE, field="question"),
        look_for=lambda: clean_text(text.look_for, limit=limits.NOTE, field="look_for"),
        practice=lambda: clean_text(text.practice, limit=limits.NOTE, field="practice"),
        weight=lambda: require_in_bounds(text.weight, limits.WEIGHT, field="weight"),
        evidence_months=lambda: (
            None
            if months is None
            else require_in_bounds(months, limits.EVIDENCE_MONTHS, field="evidence_months")
        ),
    )
    return replace(text, **tidy)


def clean_section_title(title: str) -> str:
    """A usable title on one line. Raises: Invalid (field "title")."""
    tidy = clean_line(title, limit=limits.TITLE, field="title")
    if not tidy:
        raise Invalid(N_("Enter a title for the section."), field="title")
    return tidy


def add_section(actor: Actor, slug: str, *, title: str) -> Section:
    """A new section at the end of the rubric."""
    tidy = clean_section_title(title)
    with unit_of_work() as session:
        evaluation = require_locked_evaluation(session, actor, Action.EDIT_SETUP, slug)
        codes = select(Section.code).where(Section.evaluation_id == evaluation.id)
        last = session.scalar(
            select(func.max(Section.position)).where(Section.evaluation_id == evaluation.id)
        )
        section = Section(
            evaluation_id=evaluation.id,
            code=find_free_code(tidy, set(session.scalars(codes))),
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
            after={ROW: serialize_section(section)},
        )
    return section


def refuse_large_rubric(count: int, *, field: str) -> None:
    """Raise Invalid for a rubric with more criteria than one can have. Args: count: of them all,
    those included that are left out."""
    if count > limits.CRITERIA:
        raise Invalid(
            N_(
                "A rubric has at most %(most)s criteria, those included that are left out; this"
                " one would have %(count)s."
            ),
            most=limits.CRITERIA,
            count=count,
            field=field,
        )


def add_criterion(actor: Actor, slug: str, section_id: int, text: CriterionText) -> Criterion:
    """A new criterion at the end of its section. Raises: Invalid naming the field."""
    tidy = clean_criterion(text)
    with unit_of_work() as session:
        evaluation = require_locked_evaluation(session, actor, Action.EDIT_SETUP, slug)
        section = session.get(Section, section_id)
        if section is None or section.evaluation_id != evaluation.id:
            raise make_not_found()
        wanted = select(Criterion.code).where(Criterion.evaluation_id == evaluation.id)
        codes = set(session.scalars(wanted))
        refuse_large_rubric(len(codes) + 1, field="title")
        last = session.scalar(
            select(func.max(Criterion.position)).where(Criterion.section_id == section.id)
        )
        criterion = Criterion(
            evaluation_id=evaluation.id,
            section_id=section.id,
            code=find_free_code(tidy.title, codes),
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
            about=EntryReferences(criterion_id=criterion.id),
            after={**stringify_decimals(asdict(tidy)), ROW: serialize_criterion(criterion)},
        )
    return criterion


def change_criterion(
    actor: Actor,
    slug: str,
    criterion_id: int,
    text: CriterionText,
    *,
    translations: Translated | None = None,
    seen: str | None = None,
) -> Criterion:
    """Reword, weight, mark as must-have, leave out or bring back a criterion.

    A text that changed keeps its translation only if that changed with it.
    Args: seen: the version that the form showed. Raises: Invalid naming the field; Stale.
    """
    tidy, given = clean_criterion(text), clean_translations(translations)
    with unit_of_work() as session:
        evaluation = require_locked_evaluation(session, actor, Action.EDIT_SETUP, slug)
        criterion = find_criterion(session, evaluation, criterion_id)
        new = asdict(tidy)
        stored = read_criterion_values(criterion)
        refuse_unseen_change(stored, {**stored, **new, **flatten_texts(given)}, seen)
        after = write_criterion_values(session, actor, criterion, new)
        update_translations(session, actor, criterion, changed=after, given=given)
    return criterion


def write_criterion_values(
    session: Session, actor: Actor, criterion: Criterion, new: Mapping[str, object]
) -> dict[str, object]:
    """Set what differs, and note it; what that was."""
    before, after = find_changes({key: getattr(criterion, key) for key in new}, new)
    for key, value in after.items():
        setattr(criterion, key, value)
    if after:
        note_event(
            session,
            actor,
            Event.CRITERION_CHANGED,
            evaluation_id=criterion.evaluation_id,
            subject=criterion.title,
            about=EntryReferences(criterion_id=criterion.id),
            before=stringify_decimals(before),
            after=stringify_decimals(after),
        )
    return after


def read_criterion_values(criterion: Criterion) -> dict[str, object]:
    """What a chair can say of a criterion, with its translations, as it is stored."""
    texts = {field.name: getattr(criterion, field.name) for field in fields(CriterionText)}
    given = {language: dict.fromkeys(TEXTS, "") for language in NAMES if language != SOURCE}
    old = criterion.translations
    return {
        **texts,
        **flatten_texts({key: {**own, **old.get(key, {})} for key, own in given.items()}),
    }


def append_criterion(
    session: Session, actor: Actor, criterion: Criterion, to: Section, sections: list[Section]
) -> None:
    """Move a criterion to the end of another section, in the caller's transaction.

    Args: sections: all of the rubric, in order.
    """
    left = criterion.section
    criterion.position = 1 + max((row.position for row in to.criteria), default=-1)
    criterion.section_id = to.id
    session.flush()
    for section in (left, to):
        session.expire(section, ["criteria"])
    note_event(
        session,
        actor,
        Event.CRITERION_MOVED,
        evaluation_id=criterion.evaluation_id,
        subject=criterion.title,
        about=EntryReferences(criterion_id=criterion.id),
        before={"section": left.title},
        after={"section": to.title, ROW: {"order": list_criterion_ids(sections)}},
    )


def list_criterion_ids(sections: list[Section]) -> list[tuple[int, list[int]]]:
    """Which criteria stand in each section, in order, by id."""
    return [(section.id, [row.id for row in section.criteria]) for section in sections]


def find_criterion(session: Session, evaluation: Evaluation, criterion_id: int) -> Criterion:
    """The criterion, if it belongs to the evaluation. Raises: NotFound."""
    criterion = session.get(Criterion, criterion_id)
    if criterion is None or criterion.evaluation_id != evaluation.id:
        raise make_not_found()
    return criterion


def find_free_code(title: str, taken: set[str]) -> str:
    """A code made of the title that isn't taken yet."""
    stem = slug_of(title)[: limits.CODE - 5]
    code, number = stem, 2
    keys = {key_of(each) for each in taken}  # an imported code may be any text
    while code in keys:
        code = f"{stem}-{number}"
        number += 1
    return code


def serialize_rubric(
    session: Session, evaluation: Evaluation
) -> dict[str, list[dict[str, object]]]:
    """The evaluation's copy of the rubric as the journal keeps it."""
    of = {"evaluation_id": evaluation.id}
    sections = session.scalars(select(Section).filter_by(**of).order_by(Section.id))
    criteria = session.scalars(select(Criterion).filter_by(**of).order_by(Criterion.id))
    tensions = session.scalars(select(Tension).filter_by(**of).order_by(Tension.id))
    return {
        "sections": [serialize_section(row) for row in sections],
        "criteria": [serialize_criterion(row) for row in criteria],
        "tensions": [serialize_tension(row) for row in tensions],
    }


def serialize_section(section: Section) -> dict[str, object]:
    """A section as the journal keeps it."""
    told = ("id", "code", "title", "position", "translations")
    return {key: getattr(section, key) for key in told}


def serialize_criterion(row: Criterion) -> dict[str, object]:
    """A criterion as the journal keeps it."""
    texts = {field.name: getattr(row, field.name) for field in fields(CriterionText)}
    told = ("id", "section_id", "code", "position", "translations")
    place = {key: getattr(row, key) for key in told}
    return {**place, **stringify_decimals(texts)}


def serialize_tension(row: Tension) -> dict[str, object]:
    """Two criteria that are hard to combine, as the journal keeps them."""
    told = ("id", "first_id", "second_id", "why", "translations")
    return {key: getattr(row, key) for key in told}


def stringify_decimals(values: dict[str, object]) -> dict[str, object]:
    return {k: str(v) if isinstance(v, Decimal) else v for k, v in values.items()}
