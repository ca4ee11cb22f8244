"""The page of one's calendar: the file, and the secret link that a calendar program reads."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.extensions import db
from crrubric.queries.exchange.calendars import find_calendar_feed
from crrubric.services.people.calendar_feeds import end_calendar_link, make_calendar_link
from crrubric.web.people.own import HOME
from crrubric.web.shared import session
from crrubric.web.shared.access import require_sign_in
from crrubric.web.shared.page import make_full_address, render_site_page
from crrubric.web.shared.session import current_actor

bp = Blueprint("calendar_link", __name__, url_prefix="/account/calendar")
LINK = "calendar-link"
PAGE = "calendar_link.show_own_calendar"


@bp.get("")
@require_sign_in
def show_own_calendar() -> ResponseReturnValue:
    """The file to save, whether there is a link, and once the link that was just made."""
    feed = find_calendar_feed(db.session(), current_actor().user_id)
    token = session.take_for_this_page(LINK)
    link = make_full_address("calendars.show_calendar_feed", token=token) if token else ""
    return render_site_page("people/calendar.html", under=HOME, feed=feed, link=link)


@bp.post("")
@require_sign_in
def save_calendar_link() -> ResponseReturnValue:
    """Make the link, or another one in its place."""
    session.keep_for_next_page(LINK, make_calendar_link(current_actor()))
    return redirect(url_for(PAGE), code=303)


@bp.post("/end")
@require_sign_in
def save_calendar_link_end() -> ResponseReturnValue:
    """End the link."""
    end_calendar_link(current_actor())
    flash(_("The link works no more."), "done")
    return redirect(url_for(PAGE), code=303)
