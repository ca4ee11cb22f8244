"""What tests of the command line share."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from crrubric.app import create_app
from crrubric.cli import root_group
from tests.conftest import SETTINGS
from tests.databases import write_empty_database

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, sqlite_app: Flask) -> Run:
    """Runs crrubric with an empty database of its own."""
    instance = tmp_path / "instance"

    def factory(settings=None) -> Flask:
        own = {**SETTINGS, "INSTANCE": str(instance), "PROPAGATE_EXCEPTIONS": None}
        app = create_app({**own, **(settings or {})})
        if not (instance / "crrubric.db").exists():
            write_empty_database(sqlite_app, instance / "crrubric.db")
        return app

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(root_group, arguments, obj=factory, prog_name="crrubric")

    return run
