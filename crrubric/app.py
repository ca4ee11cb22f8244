"""The app factory: a table of contents."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask

from crrubric import extensions, web
from crrubric.config import folder, instance_folder, settle


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """Build the app. Later wins: defaults, instance file, CRRUBRIC_* variables, `settings`."""
    given = dict(settings or {})
    instance = Path(given.pop("INSTANCE", "") or instance_folder())
    app = Flask(
        "crrubric",
        instance_path=str(instance),
        instance_relative_config=True,
        template_folder=folder("templates"),
        static_folder=folder("static"),
    )
    app.config.from_object("crrubric.config.Defaults")
    app.config.from_file("settings.toml", load=tomllib.load, text=False, silent=True)
    app.config.from_prefixed_env("CRRUBRIC")
    app.config.from_mapping(given)
    settle(app.config, instance)
    for part in (extensions, web):  # each knows its own pieces
        part.init_app(app)
    return app
