"""Dates as calendar files: one's own, those of an evaluation, and what a secret link reads."""

from collections.abc import Iterable, Iterator

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.clock import now_utc
from crrubric.config import current_settings
from crrubric.domain.actions import Action
from crrubric.domain.errors import Busy, TooSoon
from crrubric.domain.exchange.calendar import CalendarEntry, make_entry_uid
from crrubric.extensions import db
from crrubric.models import ActionItem, Evaluation
from crrubric.queries.exchange.calendars import (
    ReviewDay,
    find_feed_owner,
    list_meetings_for,
    list_review_days,
    load_committee_days,
)
from crrubric.queries.people.access import Seat
from crrubric.queries.people.district import find_site_language
from crrubric.queries.people.people import Actor, actor_of
from crrubric.queries.planning.items import list_own_items
from crrubric.queries.shared.reading import end_reading
from crrubric.reports.exchange.calendars import write_calendar
from crrubric.services.mail.outbox import use_language
from crrubric.services.people.accounts import hash_token
from crrubric.services.people.attempts import note_lost_link
from crrubric.web.shared.access import allow_everyone, require_permission, require_sign_in
from crrubric.web.shared.page import make_download
from crrubric.web.shared.session import current_actor

bp = Blueprint("calendars", __name__)
SITE = "crrubric"


def make_calendar_answer(entries: Iterable[CalendarEntry], name: str, file: str) -> Response:
    """The file of a calendar, to be saved or read by a program."""
    body = write_calendar(entries, name=name, at=now_utc())
    return make_download(body, "text/calendar", f"{file}.ics")


@bp.get("/account/calendar.ics")
@require_sign_in
def download_own_dates() -> ResponseReturnValue:
    """The due days of what the reader has still to do."""
    rows = list_own_items(db.session(), current_actor())
    entries = [
        make_item_entry(row, _("Action item due: %(item)s", item=row.words), row.evaluation.title)
        for row in rows
    ]
    end_reading(db.session())
    return make_calendar_answer(filter(None, entries), _("My action items"), f"{SITE}-items")


def make_item_entry(item: ActionItem, title: str, note: str = "") -> CalendarEntry | None:
    """The due day of an item; None if it has none."""
    if item.due_on is None:
        return None
    return CalendarEntry(
        uid=make_entry_uid("item", item.id, item.recorded_at),
        title=title,
        starts=item.due_on,
        note=note,
        sequence=item.version - 1,
    )


@bp.get("/evaluations/<slug>/calendar.ics")
@require_permission(Action.VIEW_EVALUATION)
def download_evaluation_dates(seat: Seat) -> ResponseReturnValue:
    """Closing day, meetings and review days, as far as the reader may see them."""
    title = seat.evaluation.title
    entries = list(iterate_evaluation_entries(seat))
    end_reading(db.session())
    return make_calendar_answer(entries, title, seat.evaluation.slug)


def iterate_evaluation_entries(seat: Seat) -> Iterator[CalendarEntry]:
    """What the evaluation has that is on a day."""
    evaluation = seat.evaluation
    if evaluation.closes_on is not None:
        yield make_closing_entry(evaluation, _("Scoring closes: %(title)s", title=evaluation.title))
    for meeting in list_meetings_for(db.session(), seat):
        yield CalendarEntry(
            uid=make_entry_uid("meeting", meeting.id, meeting.started_at),
            title=_("Committee meeting: %(title)s", title=evaluation.title),
            starts=meeting.started_at,
            ends=meeting.ended_at,
            place=meeting.place,
        )
    title = _("Review meeting: %(title)s", title=evaluation.title)
    yield from make_review_entries(
        [(day, title, day.about) for day in list_review_days(db.session(), seat)]
    )


def make_closing_entry(evaluation: Evaluation, title: str) -> CalendarEntry:
    """The closing day of an evaluation that has one."""
    if evaluation.closes_on is None:
        raise ValueError("an evaluation without a closing day")
    uid = make_entry_uid("closing", evaluation.id, evaluation.created_at)
    return CalendarEntry(uid=uid, title=title, starts=evaluation.closes_on)


def make_review_entries(days: Iterable[tuple[ReviewDay, str, str]]) -> list[CalendarEntry]:
    """Review days with a title and a note each; two of one day are told apart by their place."""
    found: dict[str, CalendarEntry] = {}
    for day, title, note in days:
        place, uid = 0, ""
        while not uid or uid in found:
            place += 1
            part = f"{day.on:%Y%m%d}-{place}"
            uid = make_entry_uid("review", day.evaluation.id, day.evaluation.created_at, part)
        found[uid] = CalendarEntry(uid=uid, title=title, starts=day.on, note=note)
    return list(found.values())


@bp.get("/calendar/<token>.ics")
@allow_everyone
def show_calendar_feed(token: str) -> ResponseReturnValue:
    """What a calendar reads by a secret link: days with titles that name nobody and nothing."""
    user = find_feed_owner(db.session(), hash_token(token))
    if user is None:
        return refuse_calendar_link()
    languages = current_settings().LANGUAGES
    actor, language = actor_of(user), user.language or ""
    if language not in languages:
        language = find_site_language(db.session(), languages)
    with use_language(language):
        entries = list(iterate_feed_entries(actor))
        end_reading(db.session())
        return make_calendar_answer(entries, SITE, SITE)


def refuse_calendar_link() -> ResponseReturnValue:
    """The same for a link that was never made, was replaced or has ended; no page, no cookie."""
    db.session.rollback()
    try:
        note_lost_link(request.remote_addr or "")
    except (Busy, TooSoon) as error:
        status = 429 if isinstance(error, TooSoon) else 503
        wait = {"Retry-After": str(error.seconds)}
        return Response("later\n", status, wait, content_type="text/plain")
    return Response("not found\n", 404, content_type="text/plain")


def iterate_feed_entries(actor: Actor) -> Iterator[CalendarEntry]:
    """Days of the person's action items and committees: no words of anybody, no vendor."""
    for item in list_own_items(db.session(), actor):
        if entry := make_item_entry(item, name_feed_entry(_("Action item due"))):
            yield entry
    days = load_committee_days(db.session(), actor)
    for evaluation in days.closing:
        yield make_closing_entry(evaluation, name_feed_entry(_("Scoring closes")))
    review = name_feed_entry(_("Review meeting"))
    yield from make_review_entries([(day, review, "") for day in days.reviews])


def name_feed_entry(words: str) -> str:
    """A title that says where it comes from."""
    return f"{words} – {SITE}"
