"""The tools that read the code: layers, style, types and templates.

They run beside the other tests (tests/runs/linters.py); these ask what was found.
"""

import pytest

from tests.runs.linters import read_finding


def assert_clean(config: pytest.Config, tool: str) -> None:
    """What the tool says is the message of the failure."""
    code, said = read_finding(config, tool)
    if code:
        pytest.fail(f"{tool} ended with {code}\n\n{said}", pytrace=False)


def test_every_import_keeps_the_contracts(pytestconfig: pytest.Config):
    assert_clean(pytestconfig, "lint-imports")


def test_ruff_reports_no_problem(pytestconfig: pytest.Config):
    assert_clean(pytestconfig, "ruff check")


def test_the_code_is_formatted(pytestconfig: pytest.Config):
    assert_clean(pytestconfig, "ruff format")


def test_mypy_reports_no_problem(pytestconfig: pytest.Config):
    assert_clean(pytestconfig, "mypy")


def test_djlint_reports_no_problem(pytestconfig: pytest.Config):
    assert_clean(pytestconfig, "djlint")
