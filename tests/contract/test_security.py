"""docs/security.md and docs/asvs.md keep their word: each line is there, and so are its tests.

A fault has a test or is said to have none; a requirement of OWASP ASVS has a test, a place where it
is written down, or what is missing.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "security.md"
FAULTS = 55
ROW = re.compile(r"^\| (\d+) \| (.+) \| (.+) \| (.*) \|$", re.M)
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
OPEN = re.compile(r"^- \*\*(\d+)\*\*:", re.M)
HEADING = "### Not shown by a test yet"
STANDARD = ROOT / "docs" / "asvs.md"
# number and level of each requirement of the levels 1 and 2 of OWASP ASVS 5.0.0, in its order
REQUIREMENTS = ROOT / "tests" / "data" / "asvs-5.0.0.txt"
REQUIRED = re.compile(r"^\| ([\d.]+) \| (\d) \| ([^|]+) \| (.*) \|$", re.M)
REASON = re.compile(r"(?:not applicable|not met): \S.{5,}")
WRITTEN = re.compile(r"written: \[[^\]]+\]\(([\w-]+\.md)#([\w-]+)\)")
TITLE = re.compile(r"^#+ (.+)$", re.M)
COUNTS = re.compile(
    r"(\d+) are shown by tests, (\d+) are written down, (\d+) do not apply, (\d+) are"
)


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


# The requirements of the standard


def list_requirements() -> list[tuple[str, str]]:
    """(number, level) of each requirement."""
    lines = REQUIREMENTS.read_text("utf-8").splitlines()
    return [(number, level) for number, level in (line.split() for line in lines)]


def find_broken_rows(page: str) -> Iterator[str]:
    """What the page says and does not keep."""
    rows = REQUIRED.findall(page)
    wanted, found = list_requirements(), [(number, level) for number, level, *_rest in rows]
    yield from (f"{number}: missing" for number, level in wanted if (number, level) not in found)
    yield from (f"{number}: not of the levels" for number, level in {*found} - {*wanted})
    yield from (
        f"{number}: doubled" for number, level in {*found} if found.count((number, level)) > 1
    )
    for number, _level, _topic, answer in rows:
        yield from (f"{number}: {gap}" for gap in check_answer(answer))
    if COUNTS.search(page) is None or count_answers(page) != [*map(int, COUNTS.findall(page)[0])]:
        yield f"the counts are {count_answers(page)}"


def check_answer(answer: str) -> Iterator[str]:
    """What is wrong with the last cell of a row."""
    if REASON.fullmatch(answer):
        return
    if written := WRITTEN.fullmatch(answer):
        page, anchor = written.groups()
        headings = TITLE.findall((ROOT / "docs" / page).read_text("utf-8"))
        if anchor not in {heading.lower().replace(" ", "-") for heading in headings}:
            yield f"no heading {anchor} in {page}"
        return
    yield from check_tests(answer, excused=False)


def count_answers(page: str) -> list[int]:
    """How many rows are shown by tests, written down, not applicable and not met."""
    kinds = ("`tests/", "written:", "not applicable:", "not met:")
    answers = [answer for *_facts, answer in REQUIRED.findall(page)]
    return [sum(answer.startswith(kind) for answer in answers) for kind in kinds]


def test_the_list_of_requirements_is_that_of_the_standard():
    """70 of level 1 and 183 of level 2, in order, each once."""
    listed = list_requirements()
    numbers = [tuple(map(int, number.split("."))) for number, _level in listed]

    assert [sum(level == wanted for _number, level in listed) for wanted in "12"] == [70, 183]
    assert all(one < other for one, other in pairwise(numbers))
    assert {chapter for chapter, *_rest in numbers} == {*range(1, 18)}


def test_every_requirement_stands_once_with_a_test_or_what_is_missing():
    assert sorted(find_broken_rows(STANDARD.read_text("utf-8"))) == []


def test_a_planted_gap_in_the_requirements_is_found():
    page = STANDARD.read_text("utf-8")
    rows = {row[1]: row[0] for row in REQUIRED.finditer(page)}
    first, test = rows["1.2.4"], "::test_words_of_sql_are_words"
    counts = count_answers(page)
    fewer = [counts[0] - 1, *counts[1:]]
    planted = {
        "missing": page.replace(f"{first}\n", ""),
        "doubled": page.replace(first, f"{first}\n{first}"),
        "another level": page.replace(first, first.replace("| 1 |", "| 2 |")),
        "no such test": page.replace(first, first.replace(test, "::test_none")),
        "no reason": page.replace(rows["1.2.6"], "| 1.2.6 | 2 | LDAP | not applicable: |"),
        "no such heading": page.replace("security.md#keys-and-algorithms", "security.md#keys"),
    }

    found = {kind: sorted(find_broken_rows(text)) for kind, text in planted.items()}

    where = "tests/integration/operations/test_faults.py::test_none"
    assert found["missing"] == ["1.2.4: missing", f"the counts are {fewer}"]
    assert found["doubled"] == [
        "1.2.4: doubled", f"the counts are {[counts[0] + 1, *counts[1:]]}",
    ]  # fmt: skip
    assert found["another level"] == ["1.2.4: missing", "1.2.4: not of the levels"]
    assert found["no such test"] == [f"1.2.4: no test {where}"]
    assert found["no reason"][0].startswith("1.2.6: no test")
    assert "11.1.1: no heading keys in security.md" in found["no such heading"]
