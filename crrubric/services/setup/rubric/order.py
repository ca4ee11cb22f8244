"""The order of criteria: up and down, within a section and over its edge."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.domain.actions import Action
from crrubric.domain.errors import Stale
from crrubric.domain.events import Event
from crrubric.domain.translation import N_
from crrubric.models import Criterion, Section
from crrubric.queries.people.access import require_locked_evaluation
from crrubric.queries.people.people import Actor
from crrubric.queries.setup.wording import name_in_refusal
from crrubric.services.setup.rubrics import find_criterion, list_criterion_ids
from crrubric.services.shared.journal import ROW, EntryReferences, note_event
from crrubric.services.shared.unit import unit_of_work

Place = tuple[int, int]  # the id of a section, and how many criteria stand before this one there


def move_criterion(
    actor: Actor, slug: str, criterion_id: int, *, by: int, at: Place | None = None
) -> Criterion:
    """Move a criterion up (-1) or down (+1); over the edge of its section into the next one.

    Args: at: where the page showed it; asked for twice from there, it moves once. Raises: Stale if
    it stands elsewhere by now.
    """
    with unit_of_work() as session:
        evaluation = require_locked_evaluation(session, actor, Action.EDIT_SETUP, slug)
        criterion = find_criterion(session, evaluation, criterion_id)
        sections = list(
            session.scalars(
                select(Section)
                .where(Section.evaluation_id == evaluation.id)
                .order_by(Section.position)
            )
        )
        here = _find_place(sections, criterion)
        if at is not None and here != at:
            if here in _list_places_beside(sections, at, by):
                return criterion
            raise Stale(
                N_(
                    "“%(title)s” stands elsewhere by now: look at the order, and move it from"
                    " there."
                ),
                title=name_in_refusal(criterion),
            )
        if not _shift_criterion(session, sections, criterion, 1 if by > 0 else -1):
            return criterion
        note_event(
            session,
            actor,
            Event.CRITERION_MOVED,
            evaluation_id=evaluation.id,
            subject=criterion.title,
            about=EntryReferences(criterion_id=criterion.id),
            after={"by": by, ROW: {"order": list_criterion_ids(sections)}},
        )
    return criterion


def _shift_criterion(
    session: Session, sections: list[Section], criterion: Criterion, by: int
) -> bool:
    """Whether it moved: nothing stands before the first one, or behind the last."""
    here = next(n for n, section in enumerate(sections) if section.id == criterion.section_id)
    row = list(sections[here].criteria)
    place = row.index(criterion)
    row.pop(place)
    target = place + by
    if 0 <= target <= len(row):
        row.insert(target, criterion)
    elif 0 <= here + by < len(sections):
        _number_criteria(row)
        row = list(sections[here + by].criteria)
        row.insert(0 if by > 0 else len(row), criterion)
        criterion.section_id = sections[here + by].id
    else:
        return False
    _number_criteria(row)
    session.flush()
    for section in sections:
        session.expire(section, ["criteria"])
    return True


def _find_place(sections: list[Section], criterion: Criterion) -> Place:
    own = next(section for section in sections if section.id == criterion.section_id)
    return own.id, list(own.criteria).index(criterion)


def _list_places_beside(sections: list[Section], at: Place, by: int) -> list[Place]:
    """Where a criterion that stood there can be after one move: further on, or over the edge."""
    ids = [section.id for section in sections]
    if at[0] not in ids:
        return []
    beside = [(at[0], at[1] + by)]
    over = ids.index(at[0]) + by
    if 0 <= over < len(ids):
        last = len(sections[over].criteria) - 1
        beside.append((ids[over], 0 if by > 0 else last))
    return beside


def _number_criteria(row: list[Criterion]) -> None:
    for position, criterion in enumerate(row):
        criterion.position = position
