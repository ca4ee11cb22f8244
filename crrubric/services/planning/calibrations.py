"""How triage of an evaluation reads the chance from the pace: its own line, a past cohort."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import delete
from sqlalchemy.orm import Session

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, InvalidLines
from crrubric.domain.events import Event
from crrubric.domain.planning.adoption import foresee_adoption, require_adoptable
from crrubric.domain.planning.calibration import (
    Calibration,
    CalibrationPoint,
    find_point_problems,
    format_number,
    write_pace,
    write_points,
)
from crrubric.domain.planning.cohort import (
    CohortGroup,
    check_cohort,
    find_group_problems,
    hide_small_groups,
)
from crrubric.domain.translation import N_
from crrubric.models import Evaluation, StoredGroup, StoredPoint
from crrubric.queries.people.access import require_locked_evaluation
from crrubric.queries.people.people import Actor
from crrubric.queries.planning.triage import find_own_calibration, list_cohort_groups
from crrubric.services.shared.journal import note_event
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unforeseen, refuse_unseen_change

TOO_MANY_GROUPS = N_("At most %(most)s groups can be kept.")
NOT_SAVED = N_("Nothing was saved: correct what is marked.")
Version = dict[str, object]


def make_points_version(calibration: Calibration | None) -> Version:
    """What the form of the points lets people change."""
    return {"points": write_points(calibration)}


def make_cohort_version(groups: Sequence[CohortGroup]) -> Version:
    """What the form of the past cohort lets people change."""
    return {"groups": serialize_groups(groups)}


def serialize_groups(groups: Sequence[CohortGroup]) -> list[list[str | int | None]]:
    """Groups as the journal keeps them."""
    return [
        [
            format_number(group.pace_from, 3),
            format_number(group.pace_to, 3),
            group.learners,
            group.graduated,
        ]
        for group in groups
    ]


def set_calibration(
    actor: Actor, slug: str, points: Sequence[CalibrationPoint], *, seen: str | None = None
) -> Calibration | None:
    """The evaluation's own line through these points; without any the guide's counts again.

    Args: seen: the version that the form showed. Raises: InvalidLines with everything that is
    wrong, by the place of the point; Stale.
    """
    problems = list(find_point_problems(points)) if points else []
    if len(points) > limits.CALIBRATION_POINTS:
        message = N_("At most %(most)s points can be kept.")
        problems.append((0, Invalid(message, most=limits.CALIBRATION_POINTS)))
    if problems:
        raise InvalidLines(NOT_SAVED, problems)
    wanted = Calibration(tuple(points)) if points else None
    with unit_of_work() as session:
        evaluation = require_locked_evaluation(session, actor, Action.SET_TRIAGE, slug)
        stored = find_own_calibration(session, evaluation.id)
        refuse_unseen_change(make_points_version(stored), make_points_version(wanted), seen)
        _write_calibration(session, actor, evaluation, Event.CALIBRATION_CHANGED, (stored, wanted))
    return wanted


def set_cohort(
    actor: Actor, slug: str, groups: Sequence[CohortGroup], *, seen: str | None = None
) -> int:
    """The past cohort; of groups that are too small nothing but their paces is kept.

    Args: seen: the version that the form showed. Returns: how many groups are hidden.
    Raises: InvalidLines with everything that is wrong, by the place of the group; Stale.
    """
    problems = list(find_group_problems(groups))
    if len(groups) > limits.COHORT_GROUPS:
        problems.append((0, Invalid(TOO_MANY_GROUPS, most=limits.COHORT_GROUPS)))
    if problems:
        raise InvalidLines(NOT_SAVED, problems)
    kept = hide_small_groups(check_cohort(groups))
    with unit_of_work() as session:
        evaluation = require_locked_evaluation(session, actor, Action.SET_TRIAGE, slug)
        before = make_cohort_version(list_cohort_groups(session, evaluation.id))
        after = make_cohort_version(kept)
        refuse_unseen_change(before, after, seen)
        if before != after:
            session.execute(delete(StoredGroup).where(StoredGroup.evaluation_id == evaluation.id))
            session.add_all(
                StoredGroup(
                    evaluation_id=evaluation.id,
                    position=position,
                    pace_from=_to_decimal(group.pace_from),
                    pace_to=_to_decimal(group.pace_to),
                    learners=group.learners,
                    graduated=group.graduated,
                )
                for position, group in enumerate(kept)
            )
            note_event(
                session,
                actor,
                Event.COHORT_CHANGED,
                evaluation_id=evaluation.id,
                before=before,
                after=after,
            )
    return sum(group.learners is None for group in kept)


def adopt_cohort(actor: Actor, slug: str, *, seen: str | None = None) -> Calibration:
    """Take the line of the past cohort for triage.

    Args: seen: the fingerprint of what the page before it said. Raises: Invalid below two groups
    that are large enough; Stale.
    """
    with unit_of_work() as session:
        evaluation = require_locked_evaluation(session, actor, Action.SET_TRIAGE, slug)
        stored = find_own_calibration(session, evaluation.id)
        groups = list_cohort_groups(session, evaluation.id)
        wanted = require_adoptable(groups)
        refuse_unforeseen(foresee_adoption(groups, stored), seen)
        _write_calibration(session, actor, evaluation, Event.COHORT_ADOPTED, (stored, wanted))
    return wanted


def _write_calibration(
    session: Session,
    actor: Actor,
    evaluation: Evaluation,
    event: Event,
    change: tuple[Calibration | None, Calibration | None],
) -> None:
    """Other points in place of those that are stored, with the entry that tells of it."""
    before, after = map(make_points_version, change)
    if before == after:
        return
    session.execute(delete(StoredPoint).where(StoredPoint.evaluation_id == evaluation.id))
    points = change[1].points if change[1] else ()
    session.add_all(
        StoredPoint(
            evaluation_id=evaluation.id,
            position=position,
            pace=write_pace(point.pace),
            chance=_to_decimal(point.chance),
        )
        for position, point in enumerate(points)
    )
    note_event(session, actor, event, evaluation_id=evaluation.id, before=before, after=after)


def _to_decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / value.denominator
