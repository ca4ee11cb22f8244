"""The minutes of an evaluation as a paper needs them."""

from collections.abc import Iterable, Set
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from crrubric.domain.meeting.minutes_paper import MinutedSitting, MinutesFacts, SettledItem
from crrubric.models import Evaluation
from crrubric.queries.meeting.meetings import MinutedFinding, Minutes, load_minutes
from crrubric.queries.memo.sittings import load_memo_sitting
from crrubric.queries.setup.wording import translate_rubric_text


def load_minutes_paper(
    session: Session, evaluation: Evaluation, language: str, *, on: date, shut_out: Set[int]
) -> MinutesFacts:
    """The minutes in a language, without the items of vendors whose id is in `shut_out`.

    Args: on: the day that is printed.
    """
    zone = ZoneInfo(evaluation.district.time_zone)
    book = load_minutes(session, evaluation.id)
    return MinutesFacts(
        title=evaluation.title,
        district=evaluation.district.name,
        language=language,
        on=on,
        sittings=tuple(
            MinutedSitting(
                sitting=load_memo_sitting(_leave_out(row, shut_out), zone, language),
                opened_by=row.meeting.started_by,
                settled=tuple(_make_settled_items(row.settled, zone, language, shut_out)),
            )
            for row in reversed(book.sittings)
        ),
        outside=tuple(_make_settled_items(book.outside, zone, language, shut_out)),
    )


def _leave_out(row: Minutes, shut_out: Set[int]) -> Minutes:
    """A meeting without what was adopted of these vendors."""
    kept = {
        motion: tuple(item for item in items if item.vendor.id not in shut_out)
        for motion, items in row.adopted.items()
    }
    return replace(row, adopted=kept)


def _make_settled_items(
    rows: Iterable[MinutedFinding], zone: ZoneInfo, language: str, shut_out: Set[int]
) -> Iterable[SettledItem]:
    for row in rows:
        if row.vendor.id not in shut_out:
            yield SettledItem(
                vendor=row.vendor.name,
                criterion=translate_rubric_text(row.criterion, "title", language),
                value=row.value,
                as_computed=row.as_computed,
                reason=row.reason,
                evidence=row.evidence,
                agreed=row.agreed,
                at=row.at.astimezone(zone),
            )
