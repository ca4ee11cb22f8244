"""Which language a page speaks, and the switch in its footer."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Flask, g, redirect, request, session
from flask.typing import ResponseReturnValue

from crrubric.config import current_settings, settings_of
from crrubric.domain.people.languages import NAMES, formats_of
from crrubric.extensions import DatabaseUnavailable, db
from crrubric.queries.people.district import choose_site_language, find_site_language
from crrubric.queries.shared.reading import end_reading
from crrubric.services.people.accounts import choose_language
from crrubric.web.shared.access import allow_everyone
from crrubric.web.shared.page import current_address, to_local_address
from crrubric.web.shared.session import LANGUAGE, current_actor, current_person

bp = Blueprint("language", __name__)


def init_app(app: Flask) -> None:
    """Give every page what its switch needs, and the logo if its view read it."""

    @app.context_processor
    def switch() -> dict[str, Any]:
        offered = {code: NAMES[code] for code in settings_of(app).LANGUAGES}
        return {
            "locale": current_language(),
            "languages": offered,
            "here": current_address,
            "site_logo": g.get("site_logo"),
        }


def current_language() -> str:
    """The language of the answer: chosen by the person, else in this browser, else asked for."""
    if "locale" not in g:
        g.locale = negotiate_language()
    found: str = g.locale
    return found


def negotiate_language() -> str:
    """The first of what is wanted that we speak; else the first that we speak."""
    languages = current_settings().LANGUAGES
    if not request:
        return languages[0]
    known = current_person()
    for choice in (known.user.language if known else None, session.get(LANGUAGE)):
        if choice in languages:
            return str(choice)
    if asked := request.accept_languages.best_match(languages):
        return asked
    if known:
        return choose_site_language(known.site_language, languages)
    return read_site_language(languages)


def read_site_language(languages: Sequence[str]) -> str:
    """The language of a stranger who states none that we have: the district’s."""
    if len(languages) == 1:
        return languages[0]
    database = db.session()
    read_before = database.in_transaction()
    try:
        found = find_site_language(database, languages)
    except DatabaseUnavailable:  # the page that says so speaks, too
        database.rollback()
        return languages[0]
    if not read_before:  # asked for while a file is written: nothing is held meanwhile
        end_reading(database)
    return found


def select_locale() -> str:
    """The locale by whose rules Flask-Babel writes numbers and dates."""
    return formats_of(current_language())


@bp.post("/language")
@allow_everyone
def save_language() -> ResponseReturnValue:
    """Speak this language from now on: kept with the account, before sign-in with the browser."""
    language = request.form.get("language", "")
    if language in current_settings().LANGUAGES:
        session[LANGUAGE] = language
        if current_person():
            choose_language(current_actor(), language)
    return redirect(to_local_address(request.form.get("next")), code=303)
