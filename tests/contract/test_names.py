"""Names say what they do, values are handed over by name, and a folder is seen at a glance.

The measurements of a well-kept house, so that they stay true. Each is shown to find a fault.
"""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.contract.test_use_cases import PACKAGE, read_modules

ROOT = PACKAGE.parent
ONE_WORD = 0.02  # the share of functions that may be named with one word
POSITIONAL = 5  # values that may be handed over by position
FIELDS = 4  # fields that a record may have without naming them when it is made
FILES = 20  # in one folder
MANY_FILES = {"crrubric/migrations/versions", "tests/data"}  # grow with time, seldom read
# Name -> why it is defined in more than one module.
SHARED_NAMES = {
    "init_app": "how a part binds itself to the app, called by the part above it",
}

Trees = Mapping[str, ast.Module]
Function = ast.FunctionDef | ast.AsyncFunctionDef


def parse_package() -> dict[str, ast.Module]:
    """Module name -> its tree; migrations tell the past and are left out."""
    return {
        name: ast.parse(text)
        for name, text in read_modules(PACKAGE).items()
        if not name.startswith("crrubric.migrations.")
    }


def list_functions(trees: Trees) -> list[str]:
    """The names of all module-level functions."""
    return [n.name for tree in trees.values() for n in tree.body if isinstance(n, Function)]


def find_one_word_functions(trees: Trees) -> list[str]:
    """Names of functions that are one word: `show`, not `show_results`."""
    return [name for name in list_functions(trees) if "_" not in name.strip("_")]


def find_doubled_names(trees: Trees) -> dict[str, list[str]]:
    """Function or class -> the modules that define it, if there is more than one."""
    places: dict[str, list[str]] = {}
    for module, tree in trees.items():
        for node in tree.body:
            if isinstance(node, Function | ast.ClassDef):
                places.setdefault(node.name, []).append(module)
    return {name: modules for name, modules in places.items() if len(modules) > 1}


def list_defined_names(trees: Trees) -> set[str]:
    """Every class, function and method."""
    return {
        node.name
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, Function | ast.ClassDef)
    }


def find_positional_calls(trees: Trees) -> Iterator[str]:
    """Calls of what these modules define, or of a class, with many values by position."""
    defined = list_defined_names(trees)
    for module, tree in trees.items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or len(node.args) <= POSITIONAL:
                continue
            name = ast.unparse(node.func).split(".")[-1]
            if name in defined or name[:1].isupper() or name == "cls":
                yield f"{module}: {name} with {len(node.args)} values by position"


def find_unnamed_records(trees: Trees) -> Iterator[str]:
    """Dataclasses and named tuples of many fields that can be made by position."""
    classes = {
        node.name: node
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    for node in classes.values():
        marks = [ast.unparse(mark) for mark in node.decorator_list]
        record = any(mark.split("(")[0].endswith("dataclass") for mark in marks)
        by_position = not any("kw_only=True" in mark for mark in marks)
        named_tuple = any(ast.unparse(base).endswith("NamedTuple") for base in node.bases)
        fields = count_fields(node, classes)
        if (record or named_tuple) and by_position and fields > FIELDS:
            yield f"{node.name} has {fields} fields"


def count_fields(node: ast.ClassDef, classes: Mapping[str, ast.ClassDef]) -> int:
    """The fields of a record with those of the records that it extends."""
    own = sum(
        isinstance(line, ast.AnnAssign) and "ClassVar" not in ast.unparse(line.annotation)
        for line in node.body
    )
    above = [classes[name] for base in node.bases if (name := ast.unparse(base)) in classes]
    return own + sum(count_fields(base, classes) for base in above)


def find_full_folders(files: Iterable[Path]) -> dict[str, int]:
    """Folder -> how many files are in it, if they are too many to be seen at a glance."""
    counts = Counter(file.parent.as_posix() for file in files)
    return {
        folder: count
        for folder, count in counts.items()
        if count > FILES and not any(Path(folder).is_relative_to(many) for many in MANY_FILES)
    }


def test_functions_are_named_by_verb_and_object():
    trees = parse_package()
    functions = list_functions(trees)

    assert len(functions) > 1000
    assert len(find_one_word_functions(trees)) / len(functions) < ONE_WORD


def test_one_name_means_one_thing():
    assert find_doubled_names(parse_package()).keys() == SHARED_NAMES.keys()


def test_many_values_are_handed_over_by_name():
    assert list(find_positional_calls(parse_package())) == []


def test_records_of_many_fields_are_made_by_name():
    assert list(find_unnamed_records(parse_package())) == []


def test_a_folder_is_seen_at_a_glance():
    files = [
        file.relative_to(ROOT)
        for part in ("crrubric", "templates", "tests")
        for file in (ROOT / part).rglob("*")
        if file.is_file() and not {"__pycache__", "screenshots"} & {*file.parts}
    ]

    assert len(files) > 400
    assert find_full_folders(files) == {}


def test_a_function_of_one_word_is_found():
    text = "def show(): pass\ndef _said(): pass\ndef show_it(): pass\ndef _show_it(): pass\n"

    assert find_one_word_functions({"a": ast.parse(text)}) == ["show", "_said"]


@pytest.mark.parametrize("text", ["def show_it(): pass", "class show_it: pass"])
def test_a_name_of_two_modules_is_found(text: str):
    trees = {"a": ast.parse("def show_it(): pass"), "b": ast.parse(text)}

    assert find_doubled_names(trees) == {"show_it": ["a", "b"]}


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ("Mark(1, 2, 3, 4, 5, 6)", "Mark"),
        ("models.Mark(1, 2, 3, 4, 5, 6)", "Mark"),
        ("Mark(1, 2, 3, 4, 5, note=6)", None),
        ("save_mark(1, 2, 3, 4, 5, 6)", "save_mark"),
        ("self.save_mark(1, 2, 3, 4, 5, 6)", "save_mark"),
        ("select(1, 2, 3, 4, 5, 6)", None),
    ],
)
def test_a_call_with_many_values_by_position_is_found(call: str, found: str | None):
    trees = {"a": ast.parse(f"def save_mark(*values): pass\n{call}\n")}

    faults = [f"a: {found} with 6 values by position"] if found else []
    assert list(find_positional_calls(trees)) == faults


FOUR = "    a: int\n    b: int\n    c: int\n    d: int\n"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (f"@dataclass\nclass Row:\n{FOUR}", None),
        (f"@dataclass\nclass Row:\n{FOUR}    e: int\n", "Row has 5 fields"),
        (f"@dataclass(frozen=True)\nclass Row:\n{FOUR}    e: int\n", "Row has 5 fields"),
        (f"@dataclass(kw_only=True)\nclass Row:\n{FOUR}    e: int\n", None),
        (f"@dataclass\nclass Row:\n{FOUR}    e: ClassVar[int] = 1\n", None),
        (f"class Row(NamedTuple):\n{FOUR}    e: int\n", "Row has 5 fields"),
        (
            f"@dataclass\nclass Base:\n{FOUR}@dataclass\nclass Row(Base):\n    e: int\n",
            "Row has 5 fields",
        ),
        (f"class Row(Model):\n{FOUR}    e: int\n", None),
    ],
)
def test_a_record_of_many_fields_made_by_position_is_found(text: str, fault: str | None):
    assert list(find_unnamed_records({"a": ast.parse(text)})) == ([fault] if fault else [])


def test_a_full_folder_is_found():
    files = [
        Path(folder) / f"{number}.py"
        for folder in ("crrubric/web", "crrubric/web/shared", "tests/data/mail")
        for number in range(21 if folder != "crrubric/web" else 20)
    ]

    assert find_full_folders(files) == {"crrubric/web/shared": 21}
