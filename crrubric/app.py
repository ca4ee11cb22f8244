"""The app factory: a table of contents."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask

from crrubric import extensions, web
from crrubric.config import apply_settings, folder, instance_folder
from crrubric.settings.reading import read_settings


def create_app(given: Mapping[str, Any] | None = None) -> Flask:
    """Build the app. Later wins: defaults, settings.toml, CRRUBRIC_* variables, `given`."""
    given = dict(given or {})
    instance = Path(given.get("INSTANCE") or instance_folder())
    settings = read_settings(instance, given)
    app = Flask(
        "crrubric",
        instance_path=str(instance),
        template_folder=folder("templates"),
        static_folder=folder("static"),
    )
    apply_settings(app, settings)
    for part in (extensions, web):  # each knows its own pieces
        part.init_app(app)
    return app
