"""Reading who is to mark what."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from crrubric.domain.setup.assignment import (
    EVERYTHING,
    AssignableCriterion,
    Assignment,
    Unlisted,
    divide_criteria_by_lead,
    keep_unlisted,
)
from crrubric.models import AssignedCriterion, AssignedVendor, Criterion, Member, Vendor
from crrubric.queries.people.people import is_present_reviewer
from crrubric.queries.setup.rubrics import RubricPart, list_rubric_parts


def load_assignments(session: Session, evaluation_id: int) -> dict[int, Assignment]:
    """The assignment of each present reviewer, by member id, in three queries at any size."""
    members = session.execute(
        select(Member.id, Member.every_vendor, Member.every_criterion)
        .where(is_present_reviewer(evaluation_id))
        .order_by(Member.id)
    ).all()
    vendors = _group_assigned_ids(
        session, AssignedVendor.member_id, AssignedVendor.vendor_id, evaluation_id
    )
    criteria = load_assigned_criteria(session, evaluation_id)
    return {
        row.id: Assignment(
            None if row.every_vendor else frozenset(vendors.get(row.id, ())),
            None if row.every_criterion else criteria.get(row.id, frozenset()),
        )
        for row in members
    }


def find_assignments_by_lead(session: Session, evaluation_id: int) -> dict[int, Assignment]:
    """What each present reviewer would be to mark if experts mark the sections that they lead."""
    now = load_assignments(session, evaluation_id)
    people = session.execute(select(Member.id, Member.stakeholder).where(Member.id.in_(now)))
    asked = [
        AssignableCriterion(row.id, row.section_id, row.lead)
        for part in list_rubric_parts(session, evaluation_id)
        for row in part.criteria
    ]
    some = divide_criteria_by_lead({row.id: row.stakeholder for row in people}, asked)
    unlisted = load_unlisted(session, evaluation_id)
    return {
        key: keep_unlisted(unlisted, own, Assignment(own.vendors, some[key]))
        for key, own in now.items()
    }


def load_unlisted(session: Session, evaluation_id: int) -> Unlisted:
    """What no page that assigns lists."""
    vendors = select(Vendor.id).where(
        Vendor.evaluation_id == evaluation_id, Vendor.withdrawn_at.is_not(None)
    )
    criteria = select(Criterion.id).where(
        Criterion.evaluation_id == evaluation_id, Criterion.left_out
    )
    return Unlisted(frozenset(session.scalars(vendors)), frozenset(session.scalars(criteria)))


def load_assigned_criteria(session: Session, evaluation_id: int) -> dict[int, frozenset[int]]:
    """The criteria of those members who are limited to some, by member id, in one query."""
    found = _group_assigned_ids(
        session, AssignedCriterion.member_id, AssignedCriterion.criterion_id, evaluation_id
    )
    return {member: frozenset(ids) for member, ids in found.items()}


def assignment_of(session: Session, member: Member) -> Assignment:
    """What one member is to mark."""
    if member.every_vendor and member.every_criterion:
        return EVERYTHING
    vendors = session.scalars(
        select(AssignedVendor.vendor_id).where(AssignedVendor.member_id == member.id)
    )
    criteria = session.scalars(
        select(AssignedCriterion.criterion_id).where(AssignedCriterion.member_id == member.id)
    )
    return Assignment(
        None if member.every_vendor else frozenset(vendors),
        None if member.every_criterion else frozenset(criteria),
    )


def list_assigned_parts(session: Session, member: Member) -> list[RubricPart]:
    """The part of the rubric that a member is to mark, by section."""
    return load_assigned_rubric(session, member)[0]


def load_assigned_rubric(session: Session, member: Member) -> tuple[list[RubricPart], int]:
    """The part of the rubric that a member is to mark; how many criteria the whole one has."""
    rubric = list_rubric_parts(session, member.evaluation_id)
    own = keep_assigned_parts(rubric, assignment_of(session, member))
    return own, sum(len(part.criteria) for part in rubric)


def list_assigned_criterion_ids(session: Session, member: Member) -> list[int]:
    """The criteria that a member is to mark, by id: cheaper than the rubric with its words."""
    return load_assigned_criterion_ids(session, member)[0]


def load_assigned_criterion_ids(session: Session, member: Member) -> tuple[list[int], int]:
    """The same, and how many criteria are asked of all reviewers together."""
    own = assignment_of(session, member)
    asked = _list_asked_criterion_ids(session, member.evaluation_id)
    return list(filter(own.covers, asked)), len(asked)


def count_assigned_criteria(
    session: Session, evaluation_id: int, also: Sequence[int] = ()
) -> dict[int, int]:
    """How many criteria each present reviewer is to mark, by member id.

    Args: also: criteria that are asked no longer and count all the same.
    """
    criteria = {*_list_asked_criterion_ids(session, evaluation_id), *also}
    found = load_assignments(session, evaluation_id)
    return {member: sum(map(own.covers, criteria)) for member, own in found.items()}


def _list_asked_criterion_ids(session: Session, evaluation_id: int) -> Sequence[int]:
    """The criteria of an evaluation that are not left out, by id."""
    asked = select(Criterion.id).where(Criterion.evaluation_id == evaluation_id)
    return session.scalars(
        asked.where(Criterion.left_out.is_(False)).order_by(Criterion.position, Criterion.id)
    ).all()


def keep_assigned_parts(rubric: Iterable[RubricPart], assignment: Assignment) -> list[RubricPart]:
    """The rubric without what is not assigned, and without sections that are empty then."""
    kept = (
        RubricPart(part.section, tuple(row for row in part.criteria if assignment.covers(row.id)))
        for part in rubric
    )
    return [part for part in kept if part.criteria]


def _group_assigned_ids(
    session: Session,
    member_id: InstrumentedAttribute[int],
    other_id: InstrumentedAttribute[int],
    evaluation_id: int,
) -> dict[int, set[int]]:
    """Other ids by member id, for the members of an evaluation who are limited."""
    rows = session.execute(
        select(member_id, other_id)
        .join(Member, Member.id == member_id)
        .where(Member.evaluation_id == evaluation_id)
    )
    found: dict[int, set[int]] = {}
    for member, other in rows:
        found.setdefault(member, set()).add(other)
    return found
