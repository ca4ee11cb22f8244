"""The browser's door: thin views over services and queries."""

import hashlib
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from crrubric import __version__
from crrubric.domain import limits
from crrubric.extensions import babel, csrf, limiter
from crrubric.web.ballots import across, ballots, declarations, entries, evidence, files
from crrubric.web.exchange import exports
from crrubric.web.mail import reminders
from crrubric.web.meeting import decision, meeting, reinstatements
from crrubric.web.memo import memo
from crrubric.web.people import account, home
from crrubric.web.questions import answers, askings, questions
from crrubric.web.results import agreement, cell, cell_parts, results, what_if
from crrubric.web.setup import (
    assignment,
    closing,
    committee,
    corrections,
    evaluations,
    practice,
    rubric,
    vendors,
)
from crrubric.web.shared import (
    access,
    assets,
    errors,
    headers,
    language,
    navigation,
    reading,
    session,
    style,
    words,
)

BLUEPRINTS = (
    account.bp,
    across.bp,
    agreement.bp,
    answers.bp,
    askings.bp,
    assets.bp,
    assignment.bp,
    ballots.bp,
    cell.bp,
    closing.bp,
    committee.bp,
    corrections.bp,
    decision.bp,
    declarations.bp,
    entries.bp,
    evaluations.bp,
    evidence.bp,
    exports.bp,
    files.bp,
    home.bp,
    language.bp,
    meeting.bp,
    memo.bp,
    practice.bp,
    reinstatements.bp,
    reminders.bp,
    questions.bp,
    results.bp,
    rubric.bp,
    style.bp,
    vendors.bp,
    what_if.bp,
)


class DatabaseId(IntegerConverter):
    """A number that a database can hold as an id; a larger one is no address of ours."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=2**31 - 1)


def init_app(app: Flask) -> None:
    """Bind the web's own pieces and refuse to start with an undeclared route."""
    app.jinja_environment = reading.ReadingEnvironment
    csrf.init_app(app)
    limiter.init_app(app)
    babel.init_app(app, locale_selector=language.formats)
    for part in (
        session,
        language,
        reading,
        words,
        cell_parts,
        errors,
        headers,
        navigation,
        evidence,
        files,
    ):
        part.init_app(app)
    app.url_map.converters["int"] = DatabaseId
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    if count := app.config["PROXY_COUNT"]:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # as Flask's own docs do
            app.wsgi_app, x_for=count, x_proto=count, x_host=count
        )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    version = asset_version(Path(str(app.static_folder)))

    @app.context_processor
    def everywhere() -> dict[str, Any]:
        return {
            "person": session.person(),
            "asset_version": version,
            "version": __version__,
            "demo": app.config["DEMO"],
            # A page can't know of the last few minutes that were not written down.
            "session_minutes": limits.IDLE_MINUTES - limits.TOUCH_MINUTES - limits.WARN_MINUTES,
        }

    access.check_declarations(app)


def asset_version(folder: Path) -> str:
    """A short hash over all static files: their address changes when one of them does."""
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:12]
