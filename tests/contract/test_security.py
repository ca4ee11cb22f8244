"""docs/security.md keeps its word: every fault stands in it, and the tests that it names exist."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "security.md"
FAULTS = 49
ROW = re.compile(r"^\| (\d+) \| (.+) \| (.+) \| (.*) \|$", re.M)
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
OPEN = re.compile(r"^- \*\*(\d+)\*\*:", re.M)
HEADING = "### Not shown by a test yet"


@cache
def list_tests(file: Path) -> frozenset[str]:
    """The names of the test functions of a module, however often each is run."""
    found = ast.parse(file.read_text("utf-8")).body
    return frozenset(
        node.name
        for node in found
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def find_gaps(page: str) -> Iterator[str]:
    """What the table promises and does not keep."""
    table, _heading, rest = page.partition(HEADING)
    rows = [(int(number), tests) for number, _fault, _happens, tests in ROW.findall(table)]
    numbers = [number for number, _tests in rows]
    open_ones = {int(number) for number in OPEN.findall(rest)}
    if numbers != [*range(1, FAULTS + 1)]:
        yield f"the lines are not numbered from 1 to {FAULTS}: {numbers}"
    for number in open_ones - {*numbers}:
        yield f"{number}: not shown yet, and not in the table"
    for number, tests in rows:
        yield from (f"{number}: {gap}" for gap in check_tests(tests, excused=number in open_ones))


def check_tests(tests: str, *, excused: bool) -> Iterator[str]:
    """What is wrong with the tests of one line."""
    named = NAMED.findall(tests)
    if not named and not excused:
        yield "no test, and not said to have none"
    if NAMED.sub("", tests).strip(" –"):
        yield "something that is not the module and function of a test"
    for module, name in named:
        file = ROOT / module
        if not file.is_file() or name not in list_tests(file):
            yield f"no test {module}::{name}"


def test_every_fault_has_a_test_or_is_said_to_have_none():
    assert list(find_gaps(PAGE.read_text("utf-8"))) == []


def test_a_planted_gap_is_found():
    page = PAGE.read_text("utf-8")
    rows = {int(row[1]): row for row in ROW.finditer(page)}
    shown = next(number for number in rows if f"- **{number}**:" not in page)
    none = rows[shown][0].replace(rows[shown][4], "–")
    numbers = [*range(1, FAULTS + 1)]

    planted = {
        "missing": page.replace(rows[shown][0] + "\n", ""),
        "doubled": page.replace(rows[shown][0], rows[shown][0] + "\n" + rows[shown][0]),
        "renamed": page.replace("::test_spellings_of_an_address_are_one", "::test_none"),
        "moved": page.replace("tests/long/test_backups.py", "tests/long/test_backup.py"),
        "without": page.replace(rows[shown][0], none),
        "more": f"{page}\n- **99**: no line of the table\n",
        "unclear": page.replace(rows[shown][4], f"{rows[shown][4]} and others"),
    }
    found = {kind: list(find_gaps(text)) for kind, text in planted.items()}

    wrong = f"the lines are not numbered from 1 to {FAULTS}:"
    one = (
        "tests/long/test_backup.py::test_what_was_saved_before_a_backup_is_in_it_whatever_is_killed"
    )
    assert found == {
        "missing": [f"{wrong} {[number for number in numbers if number != shown]}"],
        "doubled": [f"{wrong} {sorted([*numbers, shown])}"],
        "renamed": ["16: no test tests/unit/shared/test_text.py::test_none"],
        "moved": [f"41: no test {one}"],
        "without": [f"{shown}: no test, and not said to have none"],
        "more": ["99: not shown yet, and not in the table"],
        "unclear": [f"{shown}: something that is not the module and function of a test"],
    }
