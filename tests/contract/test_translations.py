"""Every catalogue is complete and well formed, and is read from its source alone."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from crrubric import catalogue
from crrubric.domain.errors import Invalid
from crrubric.domain.people.languages import NAMES, SOURCE, choose_mail_language, formats_of

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "crrubric" / "translations"
LANGUAGES = sorted(set(NAMES) - {SOURCE})
WORDS = {
    **dict.fromkeys(("_", "gettext", "lazy_gettext", "N_"), None),
    **dict.fromkeys(("ngettext", "lazy_ngettext"), (1, 2)),
    "pgettext": ((1, "c"), 2),  # where a text has another translation than elsewhere
}
PLACEHOLDER = re.compile(r"%(?:\(\w+\)[sd]|%)")


def key(text: str | tuple[str, ...] | list[str]) -> str:
    """How a catalogue files a text: one with a plural under its singular."""
    return text if isinstance(text, str) else text[0]


def extracted() -> dict[str, tuple[str, ...]]:
    """Every text that people read, as `pybabel extract` finds it: (one,) or (one, many)."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = {}
    for _file, _line, text, _comments, _context in extract_from_dir(ROOT, methods, options, WORDS):
        found[key(text)] = (text,) if isinstance(text, str) else tuple(text)
    return found


def find_literals(value: ast.expr) -> Iterator[str]:
    """The texts that an expression may have as its value, as far as they are written there."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    for field in ("body", "orelse", "left", "right"):
        part = getattr(value, field, None)
        if isinstance(part, ast.expr):
            yield from find_literals(part)


def read_python_texts(source: str) -> Iterator[str]:
    """Every text that stands in a call of gettext, wherever the call is: in an f-string as well."""
    for call in ast.walk(ast.parse(source)):
        if isinstance(call, ast.Call) and ast.unparse(call.func).split(".")[-1] in WORDS:
            context = ast.unparse(call.func).split(".")[-1] == "pgettext"
            for argument in call.args[context:]:
                yield from find_literals(argument)


def read_template_texts(source: str) -> Iterator[str]:
    """Every text that stands in a call of gettext in a template."""
    for call in Environment(autoescape=True).parse(source).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in WORDS:
            texts = call.args[: 2 if "ngettext" in call.node.name else 1]
            for part in (part for text in texts for part in [text, *text.find_all(nodes.Const)]):
                if isinstance(part, nodes.Const) and isinstance(part.value, str):
                    yield part.value


def read(language: str) -> Catalog:
    file = FOLDER / language / "LC_MESSAGES" / "messages.po"
    return read_po(BytesIO(file.read_bytes()), locale=language, abort_invalid=True)


@pytest.fixture(scope="module", params=LANGUAGES)
def catalog(request: pytest.FixtureRequest) -> Catalog:
    return read(request.param)


def edges(text: str) -> tuple[str, str]:
    """The blanks that a text begins and ends with."""
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def entries(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def translated(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def pairs(catalog: Catalog) -> list[tuple[str, str]]:
    """(source, translation) of every form of every entry."""
    found = []
    for message in entries(catalog):
        sources = [message.id] if isinstance(message.id, str) else list(message.id)
        for number, text in enumerate(translated(message)):
            found.append((sources[min(number, len(sources) - 1)], text))
    return found


def test_no_text_is_missing_and_none_is_left_over(catalog: Catalog):
    wanted = {text if len(text) > 1 else text[0] for text in extracted().values()}
    there = {message.id for message in entries(catalog)}

    assert sorted(map(key, wanted - there)) == []
    assert sorted(map(key, there - wanted)) == []
    assert list(catalog.obsolete) == []


def test_every_text_in_a_call_of_gettext_is_found_by_the_extraction():
    found = {text for forms in extracted().values() for text in forms}
    written = [
        (file.relative_to(ROOT).as_posix(), text)
        for folder, pattern, read_texts in (
            ("crrubric", "*.py", read_python_texts),
            ("templates", "*.html", read_template_texts),
        )
        for file in sorted((ROOT / folder).rglob(pattern))
        for text in read_texts(file.read_text(encoding="utf-8"))
    ]

    assert [(file, text) for file, text in written if text not in found] == []
    assert found - {text for _file, text in written} == set()


def test_no_entry_is_empty_or_unsure(catalog: Catalog):
    forms = catalog.num_plurals

    assert [m.id for m in entries(catalog) if "fuzzy" in m.flags] == []
    assert [m.id for m in entries(catalog) if not all(translated(m))] == []
    plurals = [m for m in entries(catalog) if not isinstance(m.id, str)]
    assert [m.id for m in plurals if len(translated(m)) != forms] == []
    assert len(plurals) > 20


def test_placeholders_and_outer_spaces_match_the_source(catalog: Catalog):
    for source, text in pairs(catalog):
        holders = set(PLACEHOLDER.findall(source))
        # "one cell" may do without its number where "%(num)s cells" has it
        assert set(PLACEHOLDER.findall(text)) - {"%(num)s"} == holders - {"%(num)s"}, source
        assert edges(text) == edges(source), source


def test_a_plural_contains_its_number_where_the_source_does(catalog: Catalog):
    for message in entries(catalog):
        if not isinstance(message.id, str) and "%(num)s" in message.id[1]:
            assert "%(num)s" in translated(message)[-1], message.id


def test_quotation_marks_and_question_marks_follow_the_style(catalog: Catalog):
    for source, text in pairs(catalog):
        assert not re.search(r"[\"'’«»<>]|  |\.\.\.", text), text
        assert text.count("“") == text.count("”") == source.count("“"), text
        assert ("?" in text) == ("¿" in text), text


def test_a_catalogue_is_read_without_a_compiled_file():
    assert [file for file in FOLDER.rglob("*") if file.suffix == ".mo"] == []
    assert catalogue.load_translations("es").gettext("Sign in") == "Iniciar sesión"
    assert catalogue.load_translations("en").gettext("Sign in") == "Sign in"


def test_fuzzy_entries_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = tmp_path / "translations" / "xx" / "LC_MESSAGES" / "messages.po"
    file.parent.mkdir(parents=True)
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    file.write_text(head + '#, fuzzy\nmsgid "Yes"\nmsgstr "Maybe"\n\nmsgid "No"\nmsgstr "Non"\n')
    monkeypatch.setattr(catalogue.resources, "files", lambda _package: tmp_path)

    found = catalogue._read_catalogue("xx")

    assert (found.gettext("Yes"), found.gettext("No")) == ("Yes", "Non")


def test_an_english_page_does_not_load_the_catalog_compiler(tmp_path: Path):
    script = (
        "import sys\n"
        "from crrubric.app import create_app\n"
        f"create_app({{'INSTANCE': {str(tmp_path)!r}}})"
        ".test_client().get('/accessibility')\n"
        "print('babel.messages.pofile' in sys.modules)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "False"


def test_numbers_and_dates_are_written_as_in_the_united_states():
    assert (formats_of("es"), formats_of("en")) == ("es_US", "en")


@pytest.mark.parametrize(
    ("person", "evaluation", "language"),
    [("es", "en", "es"), (None, "es", "es"), (None, "en", "en"), ("en", "es", "en")],
)
def test_a_mail_uses_the_language_of_the_person_before_that_of_the_evaluation(
    person, evaluation, language
):
    assert choose_mail_language(person, evaluation) == language


def test_the_settings_offer_only_languages_with_a_catalog(tmp_path: Path):
    from crrubric.app import create_app

    with pytest.raises(Invalid, match="LANGUAGES"):
        create_app({"INSTANCE": str(tmp_path), "LANGUAGES": ["xx"]})


COUNTED = re.compile(
    r"%\((?:count|num|n|vendors|criteria|reviewers|marks|ballots)\)s (?:[a-z]+ )?(?:"
    r"vendors|criteria|reviewers|marks|ballots|votes|items|motions|members|files|learners|seats|"
    r"problems|rows|lines|characters|changes|entries|questions|answers|notes|measures)\b"
)
NEVER_ONE = {  # texts that are shown of two or more only
    "%(slug)s has %(count)s imported reviewers called “%(name)s”.",
    "At most %(count)s lines at once. Columns are set apart by tabs, as spreadsheets copy them, or"
    " by commas, semicolons or bars.",
    "The evaluation disappears for everybody, with its rubric (%(count)s criteria). It can’t be"
    " brought back here.",
    "There are %(count)s files here already, which is the most. Remove one first.",
    "There are %(count)s files of this vendor already, which is the most.",
    "These are %(count)s lines: at most %(most)s can be taken at once.",
    "average share of YES on %(count)s criteria",
    "of %(count)s settled criteria",
}


def test_no_text_counts_one_thing_in_the_plural():
    found = {
        texts[0] for texts in extracted().values() if len(texts) == 1 and COUNTED.search(texts[0])
    }

    assert found == NEVER_ONE, "Use ngettext, or write the number behind: “Marks: 1”."


# Words that are written otherwise in the English of the United States, in which all of it is.
BRITISH = re.compile(
    r"\b(?:enrols?|enrolment|(?:un)?tick(?:s|ed|ing)?|judgements?|colour\w*|licences?|"
    r"defence|cancel(?:led|ling)|label(?:led|ling)|travell\w+|modell\w+|towards|whilst|learnt|"
    r"(?:behavi|fav|hon|lab|neighb)our\w*|centres?|programmes?|fulfil|grey|"
    r"(?:organ|recogn|real|summar|priorit|minim|maxim|custom|final|util|anonym|apolog)is(?:e|ed|es|ing|ation)|"
    r"analys(?:e|ed|ing))\b",
    re.IGNORECASE,
)


def find_british_words(texts: Iterable[str]) -> set[str]:
    return {word.lower() for text in texts for word in BRITISH.findall(text)}


def list_strings(value: object) -> Iterator[str]:
    """Every text of a data file but those in another language."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from list_strings(each) if name not in LANGUAGES else ()
    elif isinstance(value, list):
        for each in value:
            yield from list_strings(each)


def test_english_is_that_of_the_united_states_wherever_people_read_it():
    data = sorted((ROOT / "crrubric" / "data").rglob("*.toml"))
    pages = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]
    texts = {
        "texts of the product": [text for found in extracted().values() for text in found],
        **{path.name: list_strings(tomllib.loads(path.read_text("utf-8"))) for path in data},
        **{path.name: [path.read_text("utf-8")] for path in pages},
    }

    found = {name: find_british_words(each) for name, each in texts.items()}

    assert {name: words for name, words in found.items() if words} == {}
    assert find_british_words(["Tick the colour", "an enrolled learner"]) == {"tick", "colour"}
