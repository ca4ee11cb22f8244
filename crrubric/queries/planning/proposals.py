"""What the sources suggest as action items: the workbook, and what the committee has decided."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.domain.actions import Action
from crrubric.domain.planning.answers import PlanRow, is_rows
from crrubric.domain.planning.items import (
    ItemProposal,
    ItemSource,
    propose_from_causes,
    propose_from_conditions,
    propose_from_goal,
    propose_from_steps,
)
from crrubric.domain.planning.progress import GOAL
from crrubric.domain.results.needs import list_needs
from crrubric.domain.vocabulary import Outcome
from crrubric.models import ActionItem, Commitment, Criterion, Decision
from crrubric.queries.meeting.decisions import list_commitments, recommendation_of
from crrubric.queries.people.access import Seat
from crrubric.queries.planning.needs import load_needs
from crrubric.queries.planning.workbook import Workbook, load_workbook
from crrubric.queries.results.matrices import read_matrix

STEPS, CAUSES = ("rollout", "plan"), ("causes", "causes")  # section and prompt


def list_item_proposals(session: Session, seat: Seat) -> list[ItemProposal]:
    """What the sources suggest and is no item yet; nothing of a vendor that the seat stays away
    from."""
    known = select(ActionItem.origin).where(ActionItem.evaluation_id == seat.evaluation.id)
    seen = set(session.scalars(known))
    found = []
    for proposal in iterate_suggestions(session, seat):
        if proposal.origin not in seen and proposal.vendor_id not in seat.shut_out:
            seen.add(proposal.origin)
            found.append(proposal)
    return found


def iterate_suggestions(session: Session, seat: Seat) -> Iterator[ItemProposal]:
    """Everything that the sources suggest, some of it twice if it stands there twice."""
    workbook = load_workbook(session, seat.evaluation.id)
    yield from propose_from_goal(workbook.answers(GOAL))
    yield from propose_from_causes(read_plan_rows(workbook, *CAUSES))
    yield from propose_from_steps(read_plan_rows(workbook, *STEPS))
    yield from iterate_known_needs(session, seat)
    if not seat.may(Action.VIEW_RESULTS):
        return
    decision = recommendation_of(session, seat.evaluation.id)
    yield from iterate_unmet_needs(session, seat, decision)
    if decision is not None:
        yield from propose_from_conditions(decision.conditions, decision.vendor_id)
    for promise in list_commitments(session, seat.evaluation.id):
        yield propose_from_commitment(promise)


def read_plan_rows(workbook: Workbook, section: str, prompt: str) -> list[PlanRow]:
    """The rows of an answer; none where nobody has answered."""
    answer = workbook.answers(section).get(prompt)
    return list(answer) if is_rows(answer) else []


def iterate_known_needs(session: Session, seat: Seat) -> Iterator[ItemProposal]:
    """What the curriculum in place was found not to meet, in the evaluation before this one."""
    needs = load_needs(session, seat.evaluation.id)
    unmet = {key: need for key, need in needs.items() if need.finding is Outcome.NOT_MET}
    if not unmet:
        return
    titles = dict(
        session.execute(select(Criterion.id, Criterion.title).where(Criterion.id.in_(unmet))).all()
    )
    for key, need in sorted(unmet.items()):
        words = f"{titles[key]}: {need.reason}" if need.reason else titles[key]
        yield ItemProposal(origin=f"known:{key}", source=ItemSource.NEED, words=words)


def iterate_unmet_needs(
    session: Session, seat: Seat, decision: Decision | None
) -> Iterator[ItemProposal]:
    """What the chosen vendor, or the curriculum in place, was found to lack, with the reason."""
    chosen = decision.vendor_id if decision is not None else None
    if chosen is None and not seat.evaluation.in_place:
        return
    matrix = read_matrix(session, seat.evaluation, seat.evaluation.language)
    for code, vendor in matrix.vendors.items():
        if vendor.id != chosen and not seat.evaluation.in_place:
            continue
        for need in list_needs(matrix.results, code).unmet:
            reason = need.cell.adopted.reason if need.cell.adopted else ""
            words = f"{need.criterion.title}: {reason}" if reason else need.criterion.title
            yield ItemProposal(
                origin=f"need:{vendor.id}:{matrix.criteria[need.criterion.code].id}",
                source=ItemSource.NEED,
                words=words,
                vendor_id=vendor.id,
            )


def propose_from_commitment(promise: Commitment) -> ItemProposal:
    """What the vendor promised: somebody of the district sees to it by its day."""
    return ItemProposal(
        origin=f"promise:{promise.id}",
        source=ItemSource.PROMISE,
        words=promise.words,
        owner=promise.owner,
        due_on=promise.due_on,
        vendor_id=promise.vendor_id,
    )
