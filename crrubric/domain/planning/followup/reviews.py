"""Review meetings of the evaluation plan: which rows of it are still to be held."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from crrubric.domain.planning.answers import PlanRow
from crrubric.domain.planning.items import make_origin

REVIEWS, CHAMPIONS = "reviews", "champions"  # prompts of the evaluation plan
OF_REVIEW = "review"  # what the origin of an action item begins with


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedReview:
    """A review meeting that is planned: in a row of the plan, or at the one before."""

    on: date | None
    about: str = ""
    origin: str = ""


def list_planned_reviews(
    rows: Iterable[PlanRow],
    held: Collection[str | None],
    named: Iterable[date],
    last: date | None,
) -> list[PlannedReview]:
    """What is still to be held, by its day; a row without a day comes last.

    Args: held: origins of reviews that were held; named: the next days that these named; last: the
    day of the last one.
    """
    found = {
        origin: PlannedReview(
            on=read_review_day(row),
            about=row.get("about", ""),
            origin=origin,
        )
        for row in rows
        if row.get("on") or row.get("about")
        for origin in (make_origin("row", row.get("on", ""), row.get("about", "")),)
        if origin not in held
    }
    planned = list(found.values())
    days = {one.on for one in planned}
    planned += [
        PlannedReview(on=day)
        for day in sorted(set(named))
        if day not in days and (last is None or day > last)
    ]
    return sorted(planned, key=lambda one: (one.on is None, one.on or date.min))


def read_review_day(row: PlanRow) -> date | None:
    """The day of a row of the plan; None if it has none yet."""
    return date.fromisoformat(row["on"]) if row.get("on") else None


def make_review_origin(review: int, number: int) -> str:
    """What tells an action item that a review decided on, from all others."""
    return f"{OF_REVIEW}:{review}:{number}"


def read_review_origin(origin: object) -> int | None:
    """The id of the review that decided on an action item; None for all others, and where a copy
    of the journal withholds it."""
    kind, _colon, rest = (origin if isinstance(origin, str) else "").partition(":")
    number = rest.partition(":")[0]
    return int(number) if kind == OF_REVIEW and number.isdecimal() else None
