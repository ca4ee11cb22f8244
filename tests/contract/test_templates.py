"""Templates: each compiles, is shown by something, and every word in it can be translated."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from crrubric.app import create_app

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "templates"
NAMES = sorted(file.relative_to(FOLDER).as_posix() for file in FOLDER.rglob("*.html"))
# What other templates take in: macros, the frame, parts whose name begins with _.
PARTS = [
    n for n in NAMES if n.startswith("shared/macros/") or "/_" in n or n == "shared/layout.html"
]
# A call of gettext or ngettext, up to its first argument's first character.
CALL = re.compile(r"(?<![\w.])(?:_|n?gettext)\(\s*(.)")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The app without a database: nothing here is shown to anybody."""
    return create_app({"TESTING": True, "INSTANCE": str(tmp_path_factory.mktemp("templates"))})


def source(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_a_template_compiles(app: Flask, name: str):
    assert app.jinja_env.get_template(name).name == name


def test_every_page_is_shown_by_a_view_and_every_part_by_a_page():
    views = "".join(file.read_text("utf-8") for file in (ROOT / "crrubric").rglob("*.py"))
    others = "".join(map(source, NAMES))

    forgotten = [name for name in NAMES if f'"{name}"' not in views + others]

    assert forgotten == []


def test_every_template_that_a_view_names_is_there():
    named = {
        name
        for file in (ROOT / "crrubric" / "web").rglob("*.py")
        for name in re.findall(r'"(\w[\w/]*\.html)"', file.read_text("utf-8"))
    }

    assert named - set(NAMES) == set()
    assert set(PARTS) & named == set()


@pytest.mark.parametrize("name", NAMES)
def test_the_texts_to_translate_are_literals_or_marked_elsewhere(name: str):
    """Translators get what stands in quotes; `agreement.undefined` holds words marked with N_."""
    firsts = {
        (match[1], source(name)[match.start() : match.start() + 40])
        for match in CALL.finditer(source(name).replace('_(a.undefined["', 'shown("'))
    }

    assert [start for quote, start in firsts if quote not in {'"', "'"}] == []


# A grid of vendors by criteria, and two columns: on a phone the one scrolls, the other fits.
KEPT_TABLES = {"matrix", "halves"}


@pytest.mark.parametrize("name", [n for n in NAMES if n != "shared/style.html"])
def test_a_table_is_cards_on_a_phone_and_every_value_names_its_column(name: str):
    text = re.sub(r"\{#.*?#\}", "", source(name), flags=re.DOTALL)

    for table in re.findall(r"<table\b.*?</table>", text, flags=re.DOTALL):
        look = re.search(r'<table class="(.*?)">', table)
        words = set(re.findall(r"[\w-]+", look[1])) if look else set()
        assert words & (KEPT_TABLES | {"card-rows"}), table[:80]
        if "card-rows" in words:
            cells = re.findall(r"<td\b[^>]*", table)
            named = re.compile(r"data-label=|colspan=")  # or it takes the whole row
            assert [cell for cell in cells if not named.search(cell)] == []


def test_the_texts_can_be_extracted_for_translators(tmp_path: Path):
    target = tmp_path / "messages.pot"
    command = ["-m", "babel.messages.frontend", "extract", "-F", "babel.cfg", "-k", "N_"]

    done = subprocess.run(
        [sys.executable, *command, "-o", str(target), "."],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert [line for line in done.stderr.splitlines() if "warning" in line.lower()] == []
    words = target.read_text(encoding="utf-8")
    assert 'msgid "Review and submit"' in words  # of a template
    assert 'msgid "Special education"' in words  # of Python
