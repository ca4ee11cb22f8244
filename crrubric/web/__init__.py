"""The browser's door: thin views over services and queries."""

import hashlib
from pathlib import Path
from typing import Any

from flask import Flask, g, request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from crrubric import __version__
from crrubric.extensions import babel, csrf, limiter
from crrubric.web import (
    access,
    account,
    agreement,
    answers,
    askings,
    assets,
    assignment,
    ballots,
    cell,
    cell_parts,
    committee,
    corrections,
    decision,
    declarations,
    entries,
    errors,
    evaluations,
    evidence,
    exports,
    files,
    headers,
    home,
    meeting,
    memo,
    navigation,
    practice,
    questions,
    reinstatements,
    results,
    rubric,
    session,
    style,
    vendors,
    what_if,
    words,
)

BLUEPRINTS = (
    account.bp,
    agreement.bp,
    answers.bp,
    askings.bp,
    assets.bp,
    assignment.bp,
    ballots.bp,
    cell.bp,
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
    meeting.bp,
    memo.bp,
    practice.bp,
    reinstatements.bp,
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
    csrf.init_app(app)
    limiter.init_app(app)
    babel.init_app(app, locale_selector=locale)
    for part in (session, words, cell_parts, errors, headers, navigation, evidence, files):
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
            "locale": locale(),
            "asset_version": version,
            "version": __version__,
            "demo": app.config["DEMO"],
        }

    access.check_declarations(app)


def locale() -> str:
    """The language of the answer: what the browser prefers of what we have."""
    if "locale" not in g:
        from flask import current_app

        languages = current_app.config["LANGUAGES"]
        g.locale = request.accept_languages.best_match(languages) if request else None
        g.locale = g.locale or languages[0]
    found: str = g.locale
    return found


def asset_version(folder: Path) -> str:
    """A short hash over all static files: their address changes when one of them does."""
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:12]
