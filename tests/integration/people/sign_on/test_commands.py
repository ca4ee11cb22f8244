"""The operator's commands, and what starting the app does not load."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from crrubric.cli.doctor.diagnosis import Verdict
from crrubric.cli.doctor.neighbors import examine_providers
from crrubric.config import current_settings
from crrubric.services.people.sign_on import facts
from tests.integration.cli.conftest import Run, run
from tests.integration.people.sign_on.conftest import Configure
from tests.integration.people.sign_on.provider import FakeProvider, make_settings
from tests.integration.people.sign_on.test_sign_in import NORA

__all__ = ["run"]  # a fixture


@pytest.fixture
def named(provider: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> FakeProvider:
    """The provider stands in the environment."""
    values = make_settings(provider.url).model_dump(mode="json", exclude_defaults=True)
    values["client_secret"] = "a secret of the provider"
    monkeypatch.setenv("CRRUBRIC_SITE_URL", "https://score.cedar.example")
    monkeypatch.setenv("CRRUBRIC_SSO_PROVIDERS", dump_json({"cedar": values}))
    return provider


def dump_json(value: object) -> str:
    import json

    return json.dumps(value)


def test_the_operator_checks_how_providers_are_reached(run: Run, named: FakeProvider):
    good = run("settings", "providers")

    assert good.exit_code == 0, good.output
    for words in (
        "cedar (Cedar ID)",
        "https://score.cedar.example/sign-in/with/cedar/back",
        f"issuer: {named.url}",
        "keys: 1, signs by RS256",
        "cedar.example",
    ):
        assert words in good.output
    assert "a secret" not in good.output


def test_a_provider_that_can_not_be_used_is_told_of(run: Run, named: FakeProvider):
    named.metadata["issuer"] = "https://other.example"

    bad = run("settings", "providers")

    assert bad.exit_code == 1
    assert "gives no answer" in bad.output
    assert "Not every provider can be used." in bad.output


def test_the_doctor_looks_at_providers(app: Flask, provider: FakeProvider, configure: Configure):
    configure({"domains": []})

    found = [one.words for one in examine_providers(current_settings())]
    assert found[0] == "The provider cedar (Cedar ID) answers."
    assert "has no domains" in found[1]
    app.extensions[facts.KEPT].clear()
    provider.answers["/jwks"] = lambda: (500, {})
    bad = next(iter(examine_providers(current_settings())))
    assert bad.verdict is Verdict.WRONG


def test_without_providers_there_is_nothing_to_check(run: Run):
    none = run("settings", "providers")

    assert (none.exit_code, "no provider in SSO_PROVIDERS" in none.output) == (1, True)


def test_the_operator_undoes_a_connection(run: Run):
    added = run("user", "add", "--name", "Nora", "--email", NORA)
    assert added.exit_code == 0, added.output
    none = run("user", "unlink", "--email", NORA)
    assert (none.exit_code, "signs in with no account of a provider" in none.output) == (1, True)


def test_starting_and_showing_pages_loads_no_package_of_single_sign_on(tmp_path: Path):
    code = """
import sys
from crrubric.app import create_app
app = create_app({"INSTANCE": sys.argv[1], "TESTING": True})
print(sorted({name.split(".")[0] for name in sys.modules} & {"authlib", "joserfc", "requests"}))
"""
    values = make_settings("https://id.cedar.example").model_dump(
        mode="json", exclude_defaults=True
    )
    variables = {
        "CRRUBRIC_SITE_URL": "https://score.cedar.example",
        "CRRUBRIC_SSO_PROVIDERS": dump_json({"cedar": {**values, "client_secret": "s"}}),
    }

    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **variables},
    )

    assert done.stdout.strip() == "[]"
