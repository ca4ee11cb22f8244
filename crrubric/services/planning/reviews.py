"""Review meetings of the evaluation plan: told afterwards, by whoever may fill in the plan."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, clean_together
from crrubric.domain.events import Event
from crrubric.domain.planning.followup.reviews import make_review_origin
from crrubric.domain.planning.items import ItemSource, ItemState
from crrubric.domain.text import clean_line, require_text
from crrubric.domain.translation import N_
from crrubric.domain.typed import require_plausible_day
from crrubric.models import ActionItem, Evaluation, HeldReview, ReviewPresence
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.people.people import Actor
from crrubric.queries.planning.reviews import (
    find_held_review,
    group_by_review,
    list_review_items,
    load_review_calendar,
)
from crrubric.queries.setup.members import list_present_members
from crrubric.services.planning.items import ItemText, clean_item, record_item
from crrubric.services.planning.measures import open_measures
from crrubric.services.shared.days import require_named_day
from crrubric.services.shared.journal import ROW, note_event
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unseen_change


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewText:
    """A review meeting as it is told. decisions: action items, one a line; `others`: who was there
    without a seat."""

    held_on: date | None
    minutes: str
    about: str = ""
    present: Collection[int] = ()
    others: str = ""
    next_on: date | None = None
    decisions: str = ""


def record_review(actor: Actor, slug: str, text: ReviewText, *, origin: str = "") -> HeldReview:
    """Tell of a review meeting that was held. Args: origin: the row of the plan that it was.

    Raises: Invalid naming everything that is wrong; NotFound for a member or a row that is not
    there.
    """
    with unit_of_work() as session:
        seat = open_measures(session, actor, slug)
        tidy = clean_review(text, seat.evaluation)
        _refuse_strangers(session, seat, tidy, known=())
        if origin and origin not in _list_open_origins(session, seat):
            raise Invalid(N_("This review is recorded already, or is not planned any more."))
        review = HeldReview(evaluation_id=seat.evaluation.id, origin=origin or None)
        review.recorded_by = actor.name
        _set_review(review, tidy)
        session.add(review)
        session.flush()
        note_review(session, actor, review, Event.REVIEW_RECORDED)
        _add_decisions(session, seat, review, tidy)
    return review


def change_review(
    actor: Actor, slug: str, review_id: int, text: ReviewText, *, seen: str | None = None
) -> HeldReview:
    """Other minutes, another day; further decisions become action items.

    Args: seen: the version that the form showed. Raises: Invalid naming everything that is wrong;
    NotFound; Stale.
    """
    with unit_of_work() as session:
        seat = open_measures(session, actor, slug)
        review = find_held_review(session, seat.evaluation.id, review_id)
        tidy = clean_review(text, seat.evaluation)
        _refuse_strangers(session, seat, tidy, known=review.present)
        stored, wanted = read_review_values(review), read_review_values(tidy)
        refuse_unseen_change(stored, wanted, seen)
        if wanted != stored:
            before = _tell_review(review)
            _set_review(review, tidy)
            review.version += 1
            session.flush()
            note_review(session, actor, review, Event.REVIEW_CHANGED, before=before)
        _add_decisions(session, seat, review, tidy)
    return review


def clean_review(text: ReviewText, evaluation: Evaluation) -> ReviewText:
    """The text, tidied. Raises: Invalid naming everything that is wrong."""
    missing = N_("Say on which day it was held.")

    def clean_next_day() -> date | None:
        if text.next_on is None:
            return None
        if text.held_on is not None and text.next_on <= text.held_on:
            raise Invalid(N_("The next review comes after this one."), field="next_on")
        return require_plausible_day(text.next_on, field="next_on")

    tidy = clean_together(
        held_on=lambda: require_named_day(evaluation, text.held_on, missing, field="held_on"),
        about=lambda: clean_line(text.about, limit=limits.SHORT_TEXT, field="about"),
        others=lambda: clean_line(text.others, limit=limits.SHORT_TEXT, field="others"),
        minutes=lambda: require_text(
            text.minutes, N_("Write down what was said."), limit=limits.NOTE, field="minutes"
        ),
        next_on=clean_next_day,
    )
    lines = filter(None, map(str.strip, text.decisions.splitlines()))
    decisions = "\n".join(clean_item(ItemText(words=line)).words for line in lines)
    return ReviewText(**tidy, present=sorted(set(text.present)), decisions=decisions)


def read_review_values(review: HeldReview | ReviewText) -> dict[str, object]:
    """What is changed of a review, as one version of it."""
    return {
        "held_on": review.held_on.isoformat() if review.held_on else None,
        "about": review.about,
        "present": sorted(review.present),
        "others": review.others,
        "minutes": review.minutes,
        "next_on": review.next_on.isoformat() if review.next_on else None,
    }


def _list_open_origins(session: Session, seat: Seat) -> set[str]:
    return {one.origin for one in load_review_calendar(session, seat.evaluation.id).planned}


def _refuse_strangers(
    session: Session, seat: Seat, text: ReviewText, *, known: Collection[int]
) -> None:
    """Raise NotFound for somebody without a seat; who has left stays where they were."""
    members = {row.id for row in list_present_members(session, seat.evaluation.id)}
    if not set(text.present) <= members | set(known):
        raise make_not_found()


def _set_review(review: HeldReview, text: ReviewText) -> None:
    review.held_on = text.held_on or review.held_on
    review.about, review.others = text.about, text.others
    review.minutes, review.next_on = text.minutes, text.next_on
    kept = [row for row in review.presences if row.member_id in text.present]
    new = set(text.present) - {row.member_id for row in kept}
    review.presences = [
        *kept,
        *(
            ReviewPresence(evaluation_id=review.evaluation_id, member_id=member)
            for member in sorted(new)
        ),
    ]


def _add_decisions(session: Session, seat: Seat, review: HeldReview, text: ReviewText) -> None:
    """An action item for each line that is none of this review yet. Raises: NotFound for others
    than chairs."""
    there = group_by_review(list_review_items(session, seat.evaluation.id)).get(review.id, [])
    known = {item.words for item in there}
    lines = [line for line in text.decisions.split("\n") if line and line not in known]
    if lines and not seat.may(Action.MANAGE_ITEMS):
        raise make_not_found()
    for number, line in enumerate(dict.fromkeys(lines), start=len(there) + 1):
        item = ActionItem(
            source=ItemSource.REVIEW,
            state=ItemState.OPEN,
            origin=make_review_origin(review.id, number),
        )
        record_item(session, seat, item, ItemText(words=line))


def _tell_review(review: HeldReview) -> dict[str, object]:
    """A review as the journal keeps it."""
    told = read_review_values(review)
    told["held on"], told["next on"] = told.pop("held_on"), told.pop("next_on")
    told["members there"] = len(told.pop("present"))  # type: ignore[arg-type]  # ids are in the row
    return told


def note_review(
    session: Session,
    actor: Actor,
    review: HeldReview,
    event: Event,
    *,
    before: dict[str, object] | None = None,
    at: datetime | None = None,
) -> None:
    """The journal entry of a review."""
    row = {"id": review.id, "present": sorted(review.present), "origin": review.origin}
    note_event(
        session,
        actor,
        event,
        evaluation_id=review.evaluation_id,
        subject=review.about,
        before=before,
        after={**_tell_review(review), ROW: row},
        at=at,
    )
