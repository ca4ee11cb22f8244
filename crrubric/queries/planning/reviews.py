"""Review meetings of the evaluation plan: held and planned, with what they decided on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from crrubric.domain.planning.answers import PlanRow
from crrubric.domain.planning.followup.measures import SUCCESS
from crrubric.domain.planning.followup.reviews import (
    CHAMPIONS,
    OF_REVIEW,
    REVIEWS,
    PlannedReview,
    list_planned_reviews,
    read_review_origin,
)
from crrubric.models import ActionItem, HeldReview, ReviewPresence
from crrubric.queries.people.access import make_not_found
from crrubric.queries.planning.proposals import read_plan_rows
from crrubric.queries.planning.workbook import load_workbook


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewCalendar:
    """The reviews of an evaluation plan. items: by the id of a review, what it decided on."""

    held: Sequence[HeldReview]
    planned: Sequence[PlannedReview]
    champions: Sequence[PlanRow]
    items: Mapping[int, Sequence[ActionItem]]


def load_review_calendar(session: Session, evaluation_id: int) -> ReviewCalendar:
    """What was held, the newest first, and what is planned; champions as the plan names them."""
    held = list_held_reviews(session, evaluation_id)
    workbook = load_workbook(session, evaluation_id)
    return ReviewCalendar(
        held=held,
        planned=list_planned_reviews(
            read_plan_rows(workbook, SUCCESS, REVIEWS),
            {row.origin for row in held},
            [row.next_on for row in held if row.next_on],
            held[0].held_on if held else None,
        ),
        champions=read_plan_rows(workbook, SUCCESS, CHAMPIONS),
        items=group_by_review(list_review_items(session, evaluation_id)),
    )


def list_held_reviews(session: Session, evaluation_id: int) -> Sequence[HeldReview]:
    """The reviews that were held with who was there, the newest first."""
    wanted = (
        select(HeldReview)
        .where(HeldReview.evaluation_id == evaluation_id)
        .options(selectinload(HeldReview.presences).joinedload(ReviewPresence.member))
        .order_by(HeldReview.held_on.desc(), HeldReview.id.desc())
    )
    return session.scalars(wanted).all()


def list_review_items(session: Session, evaluation_id: int) -> Sequence[ActionItem]:
    """The action items on which reviews decided, as they were recorded."""
    wanted = (
        select(ActionItem)
        .where(
            ActionItem.evaluation_id == evaluation_id,
            ActionItem.origin.startswith(f"{OF_REVIEW}:"),
        )
        .options(joinedload(ActionItem.member))
        .order_by(ActionItem.id)
    )
    return session.scalars(wanted).all()


def group_by_review(items: Iterable[ActionItem]) -> dict[int, list[ActionItem]]:
    """Action items by the review that decided on them."""
    found: dict[int, list[ActionItem]] = {}
    for item in items:
        if (review := read_review_origin(item.origin)) is not None:
            found.setdefault(review, []).append(item)
    return found


def find_held_review(session: Session, evaluation_id: int, review_id: int) -> HeldReview:
    """The review of this evaluation, read anew. Raises: NotFound."""
    found = session.scalar(
        select(HeldReview)
        .where(HeldReview.evaluation_id == evaluation_id, HeldReview.id == review_id)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise make_not_found()
    return found
