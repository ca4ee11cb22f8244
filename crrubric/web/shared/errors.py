"""Refusals and faults become pages here, in one place; what was typed is never dropped."""

import logging
from collections.abc import Iterable, Mapping
from http import HTTPStatus

from flask import (
    Flask,
    Response,
    current_app,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext
from flask_wtf import FlaskForm
from werkzeug.exceptions import BadHost, HTTPException, SecurityError

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import (
    Busy,
    CrrubricError,
    Invalid,
    NotFound,
    NotLetIn,
    NotReady,
    PageClosed,
    Stale,
    TooSoon,
    WrongPhase,
)
from crrubric.domain.text import replace_control_characters
from crrubric.domain.translation import N_
from crrubric.extensions import DatabaseUnavailable, db, is_disk_full
from crrubric.logs import describe_request, find_request_id, log_security_event
from crrubric.queries.people.access import find_evaluation, require
from crrubric.queries.setup.rubrics import list_rubric_parts
from crrubric.queries.setup.vendors import list_visible_vendors
from crrubric.queries.setup.wording import translate_rubric_text
from crrubric.web.shared.forms import Offer, attach_error, list_offers, list_typed_names
from crrubric.web.shared.page import READING, current_address, shorten_address
from crrubric.web.shared.session import current_actor, current_person, forget_unknown_person
from crrubric.web.shared.words import translate_error

log = logging.getLogger("crrubric")

STATUS: dict[type[CrrubricError], HTTPStatus] = {
    NotFound: HTTPStatus.NOT_FOUND,
    WrongPhase: HTTPStatus.CONFLICT,
    Stale: HTTPStatus.CONFLICT,
    TooSoon: HTTPStatus.TOO_MANY_REQUESTS,
    Busy: HTTPStatus.SERVICE_UNAVAILABLE,
    NotReady: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotLetIn: HTTPStatus.FORBIDDEN,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
}
SHORT = 20  # characters; what is longer or has blanks was typed, in whatever control
# what nobody reads again, and no page carries along
PASSWORDS = frozenset({"password", "present_password", "step_code", "credential"})
NOT_TEXT = PASSWORDS | {"csrf_token", "version", "next", "once", "shown", "seen", "at", "to"}
CARRIED_PREFIX = "carried-"  # of what a form sends along for another one of its page
THINGS = {"vendor": N_("Vendor"), "criterion": N_("Criterion")}
IN_PAGES = frozenset({"gap"})  # “gap-7”: a control that takes text and stands in no form class
PASSING = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.SERVICE_UNAVAILABLE,
    }
)  # what may go well a moment later, with nothing changed


def init_app(app: Flask) -> None:
    """Register one handler for each kind of error."""
    app.register_error_handler(CrrubricError, handle_refusal)
    app.register_error_handler(DatabaseUnavailable, handle_busy_database)
    app.register_error_handler(HTTPException, handle_http_error)
    app.register_error_handler(Exception, handle_unexpected_error)


def status_of(error: CrrubricError) -> HTTPStatus:
    """The HTTP status of a refusal."""
    return next(
        (STATUS[kind] for kind in type(error).__mro__ if kind in STATUS),
        HTTPStatus.UNPROCESSABLE_ENTITY,
    )


def attach_refusal(form: FlaskForm, error: CrrubricError) -> int:
    """Put a refusal beside the fields it names, or above the form; the status that goes with it."""
    if isinstance(error, Invalid):
        attach_error(form, error)
    else:
        form.form_errors.append(translate_error(error))
    return status_of(error)


def handle_refusal(error: CrrubricError) -> ResponseReturnValue:
    """A refusal in words; the log is told who was told that a thing is not there, or not theirs."""
    if type(error) is NotFound and (person := current_person()):
        log_security_event("not there, or not theirs", person.user.id)
    problems = [translate_error(one) for one in getattr(error, "problems", ())]
    closed = str(error.values["slug"]) if isinstance(error, PageClosed) else ""
    page = render_error_page(status_of(error), translate_error(error), problems, closed=closed)
    return (*page, {"Retry-After": str(error.seconds)}) if isinstance(error, Busy) else page


def handle_busy_database(error: DatabaseUnavailable) -> ResponseReturnValue:
    """The database is locked, full or away: nothing was saved."""
    db.session.rollback()
    forget_unknown_person()
    if is_disk_full(error):
        log.error("the disk is full: %s", error.orig)
        message = gettext("Not saved: the disk of the server is full. Tell your IT.")
        body = render_error_page(HTTPStatus.SERVICE_UNAVAILABLE, message)
        return (*body, {"Retry-After": "60"})
    log.warning("database unavailable: %s", error.orig)
    message = gettext("Not saved: the server is busy. Try again in a moment.")
    body = render_error_page(HTTPStatus.SERVICE_UNAVAILABLE, message)
    return (*body, {"Retry-After": "5"})


def handle_http_error(error: HTTPException) -> ResponseReturnValue:
    """Werkzeug's own refusals, in our words."""
    if isinstance(error, SecurityError | BadHost):  # so no page of ours has an address
        return Response("This site is not reached by that name.", 400, mimetype="text/plain")
    status = HTTPStatus(error.code or 500)
    if status is HTTPStatus.NOT_FOUND and (address := find_address_without_slash()):
        return redirect(address, code=HTTPStatus.PERMANENT_REDIRECT)
    words = {
        HTTPStatus.NOT_FOUND: gettext("This page does not exist, or you may not see it."),
        HTTPStatus.METHOD_NOT_ALLOWED: gettext("This action is not possible here."),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: describe_size_limit(),
        HTTPStatus.BAD_REQUEST: gettext("The server could not read this request."),
    }
    other = gettext("The server can’t take this request (number %(number)s).", number=status.value)
    return render_error_page(status, words.get(status, other))


def find_address_without_slash() -> str | None:
    """The address of the page that was meant where a slash stands behind it; None if none is."""
    if request.routing_exception is None or request.method not in {"GET", "HEAD"}:
        return None
    adapter, path = current_app.create_url_adapter(request), request.path
    if adapter is None or not path.endswith("/"):
        return None
    try:
        endpoint, values = adapter.match(path.rstrip("/"), method="GET")
    except HTTPException:
        return None
    asked = request.query_string.decode("ascii", "ignore")
    return shorten_address(url_for(endpoint, **values) + (f"?{asked}" if asked else ""))


def describe_size_limit() -> str:
    """What to do where more was sent than the address takes: text, or a file."""
    if request.max_content_length == limits.FILE_REQUEST_BYTES:
        most = limits.FILE_BYTES // limits.MEGABYTE
        return str(gettext("This file is too large: at most %(most)s MB.", most=most))
    if request.max_content_length == limits.ROSTER_BYTES:
        most = limits.ROSTER_BYTES // 1024
        return str(
            gettext(
                "This file is too large: at most %(most)s kB. Divide it, or have it worked out on"
                " the server with the command crrubric triage.",
                most=most,
            )
        )
    words = gettext("That is too much text at once: at most 2 MB. Shorten it and send it again.")
    return str(words)


def handle_unexpected_error(_error: Exception) -> ResponseReturnValue:
    """A fault of ours: an id for the log, no detail for the reader."""
    db.session.rollback()
    number = find_request_id()
    log.exception("error %s at %s", number, describe_request())
    return render_error_page(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        gettext("Something went wrong on our side. Tell your IT this number: %(id)s", id=number),
    )


def render_error_page(
    status: HTTPStatus, message: str, problems: list[str] | None = None, *, closed: str = ""
) -> tuple[str | Response, int]:
    """The error page, or JSON for the script; the text that was sent comes back with it.

    Args: closed: the evaluation of which the page is one in another phase.
    """
    if request.accept_mimetypes.best == "application/json":
        return jsonify(message=message), status.value
    return (
        render_template(
            "shared/error.html",
            title=choose_error_title(status, closed=bool(closed)),
            message=message,
            closed=closed,
            problems=problems or [],
            kept=list_typed_texts(),
            chosen=list_choices_made(status),
            here=make_empty_address,
            again=find_retry_address(status),
            # asked for only where the database answers
            signed_in=status is not HTTPStatus.NOT_FOUND or current_person() is not None,
            resend=collect_sent_fields() if status in PASSING else [],
        ),
        status.value,
    )


def choose_error_title(status: HTTPStatus, *, closed: bool) -> str:
    """What heads the page: nothing was tried where a page is only read."""
    if closed:
        return str(gettext("This page is not open now"))
    if status is HTTPStatus.NOT_FOUND and request.method in READING:
        return str(gettext("Page not found"))
    return str(gettext("This did not work"))


def find_retry_address(status: HTTPStatus) -> str:
    """The page whose form sent too much: to go back to it with a smaller file; else nothing."""
    return current_address() if status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE else ""


def collect_sent_fields() -> list[tuple[str, str]]:
    """The fields of the form that was refused, to be sent once more as they are.

    Only of a form of ours, whose token was good; and no page carries a password or a file along.
    """
    if request.method != "POST" or not g.get("csrf_valid") or request.files:
        return []
    fields = list(request.form.items(multi=True))
    if any(name in PASSWORDS for name, _value in fields):
        return []
    return [(name, value) for name, value in fields if name != "csrf_token"]


def make_empty_address() -> str:
    """Where the language switch leads back to: home, as a refusal says nothing of its address."""
    return ""


def list_typed_texts() -> list[str]:
    """What the person typed into the form that was refused, longest field first."""
    if request.method != "POST":
        return []
    try:
        typed = list_long_texts(request.form.items())
    except HTTPException:  # the request was too large to be read at all
        return []
    return sorted(typed, key=len, reverse=True)


def list_long_texts(fields: Iterable[tuple[str, str]]) -> list[str]:
    """The values of a form that are worth showing again: what was typed, no choice and no token."""
    return [
        replace_control_characters(value)
        for name, value in fields
        if name.removeprefix(CARRIED_PREFIX) not in NOT_TEXT
        and value.strip()
        and was_typed(name, value)
    ]


def was_typed(name: str, value: str) -> bool:
    """Whether a person wrote this: the control takes text, or it is too long for a choice."""
    typed = list_typed_names() | IN_PAGES
    return not typed.isdisjoint(name.split("-")) or len(value) > SHORT or " " in value.strip()


def list_choices_made(status: HTTPStatus) -> list[tuple[str, str]]:
    """(control, words) of what the person chose in a form that was refused."""
    if request.method != "POST":
        return []
    try:
        fields = list(request.form.items(multi=True))
    except HTTPException:  # as above
        return []
    things = name_things() if status is HTTPStatus.CONFLICT else {}
    sent = frozenset(read_control_name(name)[0] for name, _value in fields)
    told = (tell_choice(*one, things, sent) for one in fields if one[0] not in NOT_TEXT)
    return [choice for choice in told if choice is not None]


def tell_choice(
    control: str, value: str, things: Mapping[str, str], sent: frozenset[str]
) -> tuple[str, str] | None:
    """(label, words) of one choice; None for what is none, or has no words of its own.

    Args: things: names of what has an id in the evaluation; sent: all that came with it.
    """
    name, about = read_control_name(control)
    if name in THINGS and f"{name}-{value}" in things:
        return gettext(THINGS[name]), things[f"{name}-{value}"]
    offers = [offer for offer in list_offers().get(name, ()) if offer.has(value)]
    if not offers:
        return None
    offer: Offer = max(offers, key=lambda one: (len(one.beside & sent), -len(one.beside)))
    label, words = str(offer.label), str(offer.words.get(value, ""))
    thing = things.get(about, "")
    return (thing or label, words) if words else (thing, label)


def read_control_name(control: str) -> tuple[str, str]:
    """(name, what it is about): “answer-7” and “vendor-3-kind” ask the same of several things."""
    about, _dash, last = control.rpartition("-")
    return (about, control) if last.isdecimal() else (last, about)


def name_things() -> dict[str, str]:
    """Titles and vendors of the evaluation that this person may see, by the names of controls."""
    slug = (request.view_args or {}).get("slug")
    if slug is None or current_person() is None:
        return {}
    session = db.session()
    try:
        evaluation = find_evaluation(session, slug)
        seat = require(current_actor(), Action.VIEW_EVALUATION, evaluation, session)
    except CrrubricError:
        return {}
    locale = get_locale()
    names = {f"vendor-{row.id}": row.name for row in list_visible_vendors(session, seat)}
    for part in list_rubric_parts(session, evaluation.id, with_left_out=True):
        for row in part.criteria:
            title = translate_rubric_text(row, "title", locale.language if locale else "")
            names.update(dict.fromkeys((f"criterion-{row.id}", f"answer-{row.id}"), title))
            names[f"c{row.id}"] = title
    return names
