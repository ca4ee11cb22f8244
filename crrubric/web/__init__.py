"""The browser's door: thin views over services and queries."""

import hashlib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from crrubric import __version__
from crrubric.config import settings_of
from crrubric.domain import limits
from crrubric.extensions import babel, limiter
from crrubric.services.shared import attempt_store  # noqa: F401  # names itself to the limiter
from crrubric.web import (
    ballots,
    exchange,
    mail,
    meeting,
    memo,
    operations,
    people,
    planning,
    procurement,
    questions,
    record,
    results,
    setup,
    shared,
)
from crrubric.web.ballots import evidence, files
from crrubric.web.memo import memo as memo_pages
from crrubric.web.operations import metrics, request_log
from crrubric.web.planning import plan_words, rosters
from crrubric.web.planning.measure_pages import measure_words
from crrubric.web.record import journal_words
from crrubric.web.results import cell_parts
from crrubric.web.setup.rubric_pages import rubric_words
from crrubric.web.shared import (
    access,
    errors,
    language,
    navigation,
    once,
    origins,
    reading,
    resuming,
    routes,
    session,
    templates,
    versions,
    words,
)
from crrubric.web.shared.delivery import compression, form_tokens, headers, signing

ROOMS = (
    people, planning, setup, ballots, questions, results, meeting, memo, procurement, record,
    exchange, mail, operations, shared,
)  # fmt: skip


def list_blueprints() -> Iterator[Blueprint]:
    """The blueprints of every room.

    A room names its modules and does not import them: pages of one room use forms and helpers of
    another, so that importing a room with all of its pages would go in a circle.
    """
    for room in ROOMS:
        for name in room.BLUEPRINTS:
            yield import_module(f"{room.__name__}.{name}").bp


def init_app(app: Flask) -> None:
    """Bind the web's own pieces and refuse to start with an undeclared route."""
    app.jinja_environment = templates.PageEnvironment  # before the first part asks for it
    signing.init_app(app)  # before whatever signs or reads
    origins.init_app(app)  # before whatever reads a form
    form_tokens.csrf.init_app(app)
    limiter.init_app(app)
    babel.init_app(app, locale_selector=language.select_locale)
    for part in (
        compression,  # what is registered first is done last to an answer
        request_log,  # before the others: whatever follows may log
        metrics,
        session,
        language,
        reading,
        words,
        journal_words,
        cell_parts,
        errors,
        resuming,
        headers,
        navigation,
        once,
        evidence,
        files,
        rosters,
        rubric_words,
        measure_words,
        memo_pages,
        plan_words,
        versions,
    ):
        part.init_app(app)
    app.url_map.converters |= routes.CONVERTERS
    app.url_rule_class = routes.LateRule
    for blueprint in list_blueprints():
        app.register_blueprint(blueprint)
    settings = settings_of(app)
    if count := settings.PROXY_COUNT:
        # Each proxy adds to the list of addresses; scheme and host are said once, or repeated, and
        # the nearest proxy has the last word: what stands before it may be the visitor's own.
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # as Flask's own docs do
            app.wsgi_app, x_for=count, x_proto=1, x_host=1
        )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    version = hash_static_files(Path(str(app.static_folder)))

    @app.context_processor
    def everywhere() -> dict[str, Any]:
        return {
            "person": session.current_person(),
            "asset_version": version,
            "site_version": __version__,
            "demo": settings.DEMO,
            # A page can't know of the last few minutes that were not written down.
            "session_minutes": limits.IDLE_MINUTES - limits.TOUCH_MINUTES - limits.WARN_MINUTES,
        }

    access.check_route_access(app)


def hash_static_files(folder: Path) -> str:
    """A short hash over all static files: their address changes when one of them does."""
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:12]
