"""The tools that read the code: layers, style, types and templates."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def assert_clean(*words: str) -> None:
    """Run a tool on the checkout; what it says is the message of the failure."""
    done = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        text=True,
        encoding="utf-8",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode:
        pytest.fail(f"{' '.join(words)}\n\n{done.stdout}", pytrace=False)


def test_every_import_keeps_the_contracts():
    assert_clean(
        "-c",
        "from importlinter.cli import lint_imports_command as check; check(['--no-logo'])",
    )


def test_ruff_reports_no_problem():
    assert_clean("-m", "ruff", "check", "--no-fix")


def test_the_code_is_formatted():
    assert_clean("-m", "ruff", "format", "--check", "--diff")


def test_mypy_reports_no_problem():
    assert_clean("-m", "mypy")


def test_djlint_reports_no_problem():
    assert_clean("-m", "djlint", "--lint", "--quiet", "templates")
