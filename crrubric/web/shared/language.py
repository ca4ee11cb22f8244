"""Which language a page speaks, and the switch in its footer."""

from typing import Any

from flask import Blueprint, Flask, g, redirect, request, session
from flask.typing import ResponseReturnValue

from crrubric.config import current_settings, settings_of
from crrubric.domain.people.languages import NAMES, formats_of
from crrubric.services.people.accounts import choose_language
from crrubric.web.people.account import local
from crrubric.web.shared.access import public
from crrubric.web.shared.page import here
from crrubric.web.shared.session import LANGUAGE, actor, person

bp = Blueprint("language", __name__)


def init_app(app: Flask) -> None:
    """Give every page what its switch needs."""

    @app.context_processor
    def switch() -> dict[str, Any]:
        offered = {code: NAMES[code] for code in settings_of(app).LANGUAGES}
        return {"locale": locale(), "languages": offered, "here": here}


def locale() -> str:
    """The language of the answer: chosen by the person, else in this browser, else asked for."""
    if "locale" not in g:
        g.locale = wanted()
    found: str = g.locale
    return found


def wanted() -> str:
    """The first of what is wanted that we speak; else the first that we speak."""
    languages = current_settings().LANGUAGES
    if not request:
        return languages[0]
    known = person()
    for choice in (known.user.language if known else None, session.get(LANGUAGE)):
        if choice in languages:
            return str(choice)
    return request.accept_languages.best_match(languages) or languages[0]


def formats() -> str:
    """The locale by whose rules Flask-Babel writes numbers and dates."""
    return formats_of(locale())


@bp.post("/language")
@public
def choose() -> ResponseReturnValue:
    """Speak this language from now on: kept with the account, before sign-in with the browser."""
    language = request.form.get("language", "")
    if language in current_settings().LANGUAGES:
        session[LANGUAGE] = language
        if person():
            choose_language(actor(), language)
    return redirect(local(request.form.get("next")), code=303)
