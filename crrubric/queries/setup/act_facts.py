"""What the acts of the set-up, and the opening of prices, will do: read for whoever does them."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crrubric.domain.foreseen import Foreseen
from crrubric.domain.meeting.price_effects import foresee_price_opening
from crrubric.domain.setup.act_effects import (
    MemberFacts,
    foresee_assignment_by_lead,
    foresee_evaluation_deletion,
    foresee_member_removal,
    foresee_new_links,
    foresee_practice_end,
    foresee_practice_restart,
    foresee_section_removal,
    foresee_selection_change,
    foresee_vendor_removal,
)
from crrubric.domain.setup.assignment import list_criterion_coverage
from crrubric.domain.vocabulary import BallotState
from crrubric.models import AssignedVendor, Ballot, Member, Section, Vendor, VendorFile
from crrubric.queries.people.access import Seat
from crrubric.queries.people.people import is_present_reviewer
from crrubric.queries.results.matrices import rule_of
from crrubric.queries.setup.assignments import find_assignments_by_lead, load_assignments
from crrubric.queries.setup.evaluations import list_ballot_progress
from crrubric.queries.setup.members import list_present_members, list_waiting_members
from crrubric.queries.setup.phase_facts import is_own_seat
from crrubric.queries.setup.practice import count_practiced_reviewers
from crrubric.queries.setup.rubrics import list_rubric_parts
from crrubric.queries.setup.vendors import list_vendors_in_selection
from crrubric.queries.setup.wording import translate_rubric_text


def foresee_removal_of_member(
    session: Session, seat: Seat, member: Member, language: str = ""
) -> Foreseen:
    """What ending a seat does; nothing of the ballots for vendors that the reader avoids."""
    evaluation = seat.evaluation
    rows = [
        row
        for row in list_ballot_progress(session, seat)
        if row.member.id == member.id and not row.recused
    ]
    assignments = load_assignments(session, evaluation.id)
    rule = rule_of(evaluation)
    titles = {
        row.id: translate_rubric_text(row, "title", language)
        for part in list_rubric_parts(session, evaluation.id)
        for row in part.criteria
    }
    before = {
        row.criterion for row in list_criterion_coverage(titles, assignments, rule) if row.thin
    }
    left = {key: value for key, value in assignments.items() if key != member.id}
    after = [row.criterion for row in list_criterion_coverage(titles, left, rule) if row.thin]
    user = member.user
    return foresee_member_removal(
        MemberFacts(
            is_reviewer=member.is_reviewer,
            is_chair=member.is_chair,
            invited=user is not None and user.unused,
            ballots=len(rows),
            submitted=sum(row.state is BallotState.SUBMITTED for row in rows),
            reviewers_left=len(left),
            thin=tuple(titles[key] for key in after if key not in before),
        )
    )


def foresee_deletion_of_evaluation(session: Session, seat: Seat) -> Foreseen:
    """What deleting the evaluation does."""
    members = list_present_members(session, seat.evaluation.id)
    vendors = list_vendors_in_selection(session, seat.evaluation.id)
    parts = list_rubric_parts(session, seat.evaluation.id)
    return foresee_evaluation_deletion(
        vendors=[vendor.name for vendor in vendors],
        members=[member.name for member in members if not is_own_seat(seat, member)],
        criteria=sum(len(part.criteria) for part in parts),
    )


def foresee_removal_of_vendor(session: Session, vendor: Vendor) -> Foreseen:
    """What deleting a vendor does, while there is no ballot for it."""
    files = select(func.count(VendorFile.id)).where(
        VendorFile.vendor_id == vendor.id, VendorFile.withdrawn_at.is_(None)
    )
    limited = session.scalars(
        select(AssignedVendor.member_id).where(AssignedVendor.vendor_id == vendor.id)
    ).all()
    members = list_present_members(session, vendor.evaluation_id)
    return foresee_vendor_removal(
        files=session.scalar(files) or 0,
        limited=[member.name for member in members if member.id in limited],
    )


def foresee_selection_of_vendor(session: Session, vendor: Vendor) -> Foreseen:
    """What taking a vendor out of the selection does, or back in."""
    rows = session.execute(
        select(Member.id, Ballot.state)
        .join(Ballot, Ballot.member_id == Member.id)
        .where(Ballot.vendor_id == vendor.id, is_present_reviewer(vendor.evaluation_id))
    ).all()
    told = {row.id for row in rows}
    members = list_present_members(session, vendor.evaluation_id)
    return foresee_selection_change(
        out=vendor.withdrawn_at is None,
        told=[member.name for member in members if member.id in told],
        ballots=len(rows),
        submitted=sum(row.state is BallotState.SUBMITTED for row in rows),
    )


def foresee_removal_of_section(session: Session, section: Section, language: str = "") -> Foreseen:
    """What removing a section does, wherever its criteria go."""
    return foresee_section_removal(
        translate_rubric_text(row, "title", language) for row in section.criteria
    )


def foresee_assignment_to_experts(session: Session, seat: Seat, language: str = "") -> Foreseen:
    """What limiting the experts to their sections does."""
    evaluation = seat.evaluation
    parts = list_rubric_parts(session, evaluation.id)
    titles = {
        row.id: translate_rubric_text(row, "title", language)
        for part in parts
        for row in part.criteria
    }
    now = load_assignments(session, evaluation.id)
    then = find_assignments_by_lead(session, evaluation.id)
    members = [
        row
        for row in list_present_members(session, evaluation.id)
        if row.id in then and then[row.id] != now[row.id]
    ]
    thin = {
        key: [row.criterion for row in list_criterion_coverage(titles, found, rule_of(evaluation))
              if row.thin]
        for key, found in (("now", now), ("then", then))
    }  # fmt: skip
    return foresee_assignment_by_lead(
        [row.name for row in members],
        [f"{sum(then[row.id].covers(key) for key in titles)}/{len(titles)}" for row in members],
        thin=[titles[key] for key in thin["then"] if key not in thin["now"]],
    )


def foresee_end_of_practice(session: Session, seat: Seat) -> Foreseen:
    """What showing all practice answers does; nothing that depends on what was answered."""
    finished, reviewers = count_practiced_reviewers(session, seat.evaluation.id)
    members = list_present_members(session, seat.evaluation.id)
    told = [member.name for member in members if not is_own_seat(seat, member)]
    return foresee_practice_end(finished=finished, reviewers=reviewers, told=told)


def foresee_restart_of_practice(session: Session, seat: Seat) -> Foreseen:
    """What beginning the practice round anew does."""
    _finished, reviewers = count_practiced_reviewers(session, seat.evaluation.id)
    return foresee_practice_restart(reviewers=reviewers)


def foresee_opening_of_prices(session: Session, seat: Seat) -> Foreseen:
    """What opening the prices does."""
    vendors = list_vendors_in_selection(session, seat.evaluation.id)
    return foresee_price_opening(vendor.name for vendor in vendors)


def foresee_links(session: Session, evaluation_id: int, *, mailed: bool) -> Foreseen:
    """What new links for all who have not come yet do. Args: mailed: the site sends mail."""
    names = [member.name for member in list_waiting_members(session, evaluation_id)]
    return foresee_new_links(names, mailed=mailed)
