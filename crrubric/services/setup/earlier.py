"""Starting an evaluation from an earlier one: its rubric and rule, never its marks."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.text import clean_text
from crrubric.domain.vocabulary import Stakeholder, Standing
from crrubric.models import Criterion, Evaluation, Section, Tension
from crrubric.queries.people.access import Seat, find_evaluation, make_not_found, require
from crrubric.queries.people.people import Actor
from crrubric.services.setup.evaluations import (
    SAME_SLUG,
    SAME_TITLE,
    SAME_TITLE_KEY,
    clean_title,
    insert_evaluation,
    note_creation,
    seat_chair,
)
from crrubric.services.setup.rules import apply_rule, rule_settings
from crrubric.services.shared.constraints import run_again_if_broken
from crrubric.services.shared.unit import unit_of_work

SECTION = ("code", "title", "position", "translations")
CRITERION = (
    "code", "position", "title", "question", "look_for", "lead", "weight", "must_have",
    "may_not_apply", "left_out", "practice", "translations", "evidence_months",
)  # fmt: skip


def start_from_earlier(actor: Actor, earlier: str, *, title: str, purpose: str = "") -> Evaluation:
    """A new evaluation in set-up with rubric, rule and language of an earlier one.

    The actor becomes its chair, for the stakeholders for whom they sat in the earlier one.
    Args: earlier: the slug of the earlier one. Raises: NotFound unless the actor may organize
    evaluations and has a seat in the earlier one; Invalid for a bad or taken title.
    """
    if actor.standing is Standing.MEMBER:
        raise make_not_found()
    tidy = clean_title(title)
    about = clean_text(purpose, limit=limits.LONG_TEXT, field="purpose")

    def start_once() -> Evaluation:
        with unit_of_work() as session:
            source = find_evaluation(session, earlier)
            seat = require(actor, Action.VIEW_EVALUATION, source, session)
            evaluation = insert_evaluation(session, tidy, about)
            evaluation.language = source.language
            apply_rule(evaluation, rule_settings(source))
            copy_rubric_rows(session, source, evaluation)
            if actor.user_id is not None:
                seat_chair(session, evaluation, actor, stakeholder_of(seat))
            note_creation(session, actor, evaluation, earlier=source.title)
        return evaluation

    return run_again_if_broken(start_once, SAME_TITLE, SAME_TITLE_KEY, SAME_SLUG)


def stakeholder_of(seat: Seat) -> Stakeholder:
    """For whom somebody sat on the earlier committee."""
    return seat.member.stakeholder if seat.member is not None else Stakeholder.OTHER


def copy_rubric_rows(session: Session, source: Evaluation, evaluation: Evaluation) -> None:
    """Give the evaluation a copy of another one's rubric, as that was worded in the end."""
    evaluation.rubric_name, evaluation.rubric_version = source.rubric_name, source.rubric_version
    of_source = {"evaluation_id": source.id}
    sections = session.scalars(select(Section).filter_by(**of_source).order_by(Section.id)).all()
    criteria = session.scalars(
        select(Criterion).filter_by(**of_source).order_by(Criterion.id)
    ).all()
    tensions = session.scalars(select(Tension).filter_by(**of_source).order_by(Tension.id)).all()
    own = {"evaluation_id": evaluation.id}
    parts = {row.id: Section(**own, **copy_columns(row, SECTION)) for row in sections}
    session.add_all(parts.values())
    session.flush()
    items = {
        row.id: Criterion(
            **own, section_id=parts[row.section_id].id, **copy_columns(row, CRITERION)
        )
        for row in criteria
    }
    session.add_all(items.values())
    session.flush()
    session.add_all(
        Tension(
            **own,
            first_id=items[row.first_id].id,
            second_id=items[row.second_id].id,
            why=row.why,
            translations=row.translations,
        )
        for row in tensions
    )


def copy_columns(row: Section | Criterion, names: tuple[str, ...]) -> dict[str, object]:
    """Some values of a row, for another one."""
    return {name: getattr(row, name) for name in names}
