"""The documents say what is there: links lead somewhere, commands and settings exist."""

import re
from pathlib import Path

import click
import pytest
from babel.dates import format_date

from crrubric.cli import root_group
from crrubric.domain import limits, vocabulary
from crrubric.settings.document import write_document
from crrubric.settings.model import Settings

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
# variables that the libraries read which speak with other servers
OF_OTHERS = {"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "HTTPS_PROXY", "NO_PROXY"}


def command_names(group: click.Group, before: str = "") -> set[str]:
    """Every command with the words that lead to it: "db upgrade"."""
    names = set()
    for name, command in group.commands.items():
        inner = isinstance(command, click.Group)
        names |= command_names(command, f"{before}{name} ") if inner else {before + name}
    return names


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_has_a_target(page: Path):
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text("utf-8"))
    local = [link for link in links if "://" not in link]

    assert [link for link in local if not (page.parent / link).exists()] == []


def test_every_command_that_is_named_exists():
    text = "\n".join(page.read_text("utf-8") for page in PAGES)
    known = command_names(root_group)
    named = set(
        re.findall(
            r"(?:crrubric|run\.py) ((?:db|user|evaluation|import|mail|settings) [a-z-]+)", text
        )
    )
    named |= set(re.findall(r"crrubric (demo|serve|results|memo|export)\b", text))

    assert named - known == set()
    assert {"db upgrade", "user add", "import marks", "demo", "results", "memo"} <= named


def test_the_page_of_settings_is_made_from_them():
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")

    assert page == write_document(), "python3 run.py settings document > docs/settings.md"


def write_limit(value: object, cell: str) -> str:
    """A limit as the page tells it: characters, days, bytes in the unit that the page uses."""
    if isinstance(value, limits.NumberLimits):
        return " | ".join(f"{number:,}" for number in value)
    assert isinstance(value, int)
    if value == limits.FILE_REQUEST_BYTES:
        around = (value - limits.FILE_BYTES) // 1024
        return f"{limits.FILE_BYTES // limits.MEGABYTE} MB and {around} kB"
    for unit, size in (("MB", limits.MEGABYTE), ("kB", 1024)):
        if cell.endswith(f" {unit}"):
            assert value % size == 0
            return f"{value // size} {unit}"
    return f"{value:,}"


def test_the_page_of_input_tells_every_limit():
    page = (ROOT / "docs" / "input.md").read_text("utf-8")
    rows = re.findall(r"^\| [^|\n]+ \| ([^`\n]+) \| (`.+`) \|$", page, re.M)
    told = [(name, cell) for cell, names in rows for name in re.findall(r"`(\w+)`", names)]
    days = {"FIRST_DAY": "January 1, 1970", "LAST_DAY": "December 31, 2199"}
    known = {name for name in vars(limits) if name.isupper()} - {"MEGABYTE"}

    wrong = [
        (name, cell)
        for name, cell in told
        if not re.fullmatch(
            rf"{re.escape(write_limit(getattr(limits, name), cell))}( [a-z]+)?", cell
        )
    ]
    assert wrong == []
    assert known - {name for name, _cell in told} == set(days)
    for name, text in days.items():
        assert f"{text} (`{name}`)" in page
        assert format_date(getattr(limits, name), "long", locale="en_US") == text


def test_every_setting_that_is_named_exists():
    text = (ROOT / "docs" / "running.md").read_text("utf-8")
    named = re.findall(r"`([A-Z]+_[A-Z_]+)`|^ {4}([A-Z_]+) = ", text, re.M)

    names = {name.removeprefix("CRRUBRIC_") for match in named for name in match if name}
    assert {"SITE_URL", "MAIL_HOST", "TRUSTED_HOSTS"} <= names
    assert names - {*Settings.model_fields, *OF_OTHERS} == set()


@pytest.mark.parametrize(
    "kind", [vocabulary.Role, vocabulary.Standing, vocabulary.Gate, vocabulary.Outcome]
)
def test_the_glossary_names_every_enumerated_value(kind: type[vocabulary.LabelledEnum]):
    text = (ROOT / "docs" / "glossary.md").read_text("utf-8").lower()

    words = {member.value.replace("_", " ").lower() for member in kind}
    assert {word for word in words if word not in text} == set()


def test_the_gate_runs_the_tests_and_nothing_else():
    lines = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    code = [line for line in lines if line and not line.startswith("#")]

    assert code[-1] == "exec python3 run.py test"
    assert [line for line in code if "install" in line] == []
