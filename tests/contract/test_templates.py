"""Templates: each compiles, is shown by something, and every word in it is in our languages."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale
from jinja2 import DictLoader
from markupsafe import Markup

from crrubric.app import create_app
from crrubric.web.shared.templates import PageEnvironment

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "templates"
NAMES = sorted(file.relative_to(FOLDER).as_posix() for file in FOLDER.rglob("*.html"))
# What other templates take in: macros, the frame, parts whose name begins with _.
PARTS = [
    n for n in NAMES if n.startswith("shared/macros/") or "/_" in n or n == "shared/layout.html"
]
# A call of gettext or ngettext, up to its first argument's first character.
CALL = re.compile(r"(?<![\w.])(?:_|n?gettext)\(\s*(.)")
PLAIN = "Save"
TYPED, SHOWN = "<\u05d0>", "&lt;\u05d0&gt;"


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


def test_headings_that_sort_stand_in_a_head_that_says_so():
    """On a phone they stand without the table below them, as links that say nothing of sorting."""
    heads = re.compile(r"{% call sorted_head\(\) %}.*?{% endcall %}", re.DOTALL)
    sorting = [name for name in NAMES if "{{ sorted_heading(" in source(name)]

    bare = [name for name in sorting if "{{ sorted_heading(" in heads.sub("", source(name))]

    assert "results/scores.html" in sorting
    assert bare == []


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


@pytest.fixture
def environment(app: Flask) -> Iterator[PageEnvironment]:
    """The app's environment with templates of this test, while a page in English is made."""
    templates = {
        "frame.html": "<p>{{ _('Save') }}</p>{% block body %}{% endblock %}",
        "page.html": (
            "{% extends 'frame.html' %}{% from 'parts.html' import row %}"
            "{% block body %}{{ row(typed) }}{{ _('%(done)s of %(total)s answered',"
            " done=typed, total=3) }}{{ _(named) }}{% endblock %}"
        ),
        "parts.html": (
            "{% macro row(typed, label=_('Save')) %}<i>{{ label }}{{ typed }}</i>{% endmacro %}"
        ),
        "percent.html": "{{ _('100 %%') }}|{{ _('%(count)s %%', count=7) }}",
        "own.html": "{% macro _own(text) %}({{ text }}){% endmacro %}{{ _own('Save') }}",
    }
    with app.test_request_context(), force_locale("en"):
        yield make_environment(app, templates)


def make_environment(app: Flask, templates: dict[str, str]) -> PageEnvironment:
    """An environment as the app's, with other templates."""
    found = app.jinja_env.overlay(loader=DictLoader(templates), bytecode_cache=None)
    assert isinstance(found, PageEnvironment)
    found.by_language = {}
    return found


def test_fixed_texts_and_those_with_places_are_in_the_language_of_the_page(
    environment: PageEnvironment,
):
    page = environment.get_template("page.html").render(typed=TYPED, named=PLAIN)
    with force_locale("es"):
        spanish = environment.get_template("page.html").render(typed=TYPED, named=PLAIN)

    held = f"\u2068{SHOWN}\u2069"  # what was typed from right to left can't turn the words around
    assert page == f"<p>Save</p><i>Save{SHOWN}</i>{held} of 3 answeredSave"
    assert spanish == f"<p>Guardar</p><i>Guardar{SHOWN}</i>{held} de 3 con respuestaGuardar"


def test_nothing_is_looked_up_when_a_page_says_a_fixed_text(
    environment: PageEnvironment, monkeypatch: pytest.MonkeyPatch
):
    asked: list[str] = []
    monkeypatch.setitem(environment.globals, "_", lambda text: asked.append(text) or text)

    environment.get_template("page.html").render(typed="", named="No text of ours")

    assert asked == ["No text of ours"]


def test_doubled_signs_of_percent_are_single_on_the_page(environment: PageEnvironment):
    assert environment.get_template("percent.html").render() == "100 %|7 %"


def test_a_macro_of_a_similar_name_is_none_of_our_texts(environment: PageEnvironment):
    assert environment.get_template("own.html").render() == "(Save)"


def test_a_part_is_made_once_for_the_same_values_and_anew_for_others(app: Flask):
    made = "{% macro part(text) %}{{ note(text) }}<i>{{ text }}</i>{% endmacro %}"
    pages = {"page.html": made + "{{ keep(part, text) }}"}
    noted: list[str] = []
    with app.test_request_context(), force_locale("en"):
        environment = make_environment(app, pages)
        environment.globals = {**environment.globals, "note": lambda text: noted.append(text) or ""}
        page = environment.get_template("page.html")
        shown = [page.render(text=text) for text in ("a", "<b>", "a", "<b>", 1, True)]

    assert shown == [f"<i>{text}</i>" for text in ("a", "&lt;b&gt;", "a", "&lt;b&gt;", "1", "True")]
    assert noted == ["a", "<b>", 1, True]


@pytest.mark.parametrize("value", [Markup("<b>"), ["a"], object()])
def test_no_part_is_kept_of_what_may_change_or_is_called_safe(app: Flask, value: object):
    """Text that is called safe equals the same text that is not, and is shown otherwise."""
    made = "{% macro part(text) %}{{ text }}{% endmacro %}{{ keep(part, text) }}"
    with app.test_request_context(), force_locale("en"):
        page = make_environment(app, {"page.html": made}).get_template("page.html")
        page.render(text="<b>")

        with pytest.raises(TypeError):
            page.render(text=value)


def test_no_part_is_kept_of_a_long_text(app: Flask):
    """Else whoever sends many fills the memory."""
    made = "{% macro part(text) %}{{ text }}{% endmacro %}{{ keep(part, text) }}"
    with app.test_request_context(), force_locale("en"):
        environment = make_environment(app, {"page.html": made})
        page = environment.get_template("page.html")
        shown = [page.render(text="x" * length) for length in (200, 201, 2_000_000)]

    kept = [key[2] for key in environment.choose_language("en").parts]
    assert [len(text) for text in shown] == [200, 201, 2_000_000]
    assert kept == [("x" * 200,)]
