"""docs/asvs.md keeps its word: each requirement once, with a test, or what is missing."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from tests.contract.test_security import check_tests

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "asvs.md"
# number and level of each requirement of the levels 1 and 2 of OWASP ASVS 5.0.0, in its order
REQUIREMENTS = ROOT / "tests" / "data" / "asvs-5.0.0.txt"
ROW = re.compile(r"^\| ([\d.]+) \| (\d) \| ([^|]+) \| (.*) \|$", re.M)
REASON = re.compile(r"(?:not applicable|not met): \S.{5,}")
WRITTEN = re.compile(r"written: \[[^\]]+\]\(([\w-]+\.md)#([\w-]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.M)
COUNTS = re.compile(
    r"(\d+) are shown by tests, (\d+) are written down, (\d+) do not apply, (\d+) are"
)


def list_requirements() -> list[tuple[str, str]]:
    """(number, level) of each requirement."""
    lines = REQUIREMENTS.read_text("utf-8").splitlines()
    return [(number, level) for number, level in (line.split() for line in lines)]


def find_broken_rows(page: str) -> Iterator[str]:
    """What the page says and does not keep."""
    rows = ROW.findall(page)
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
        headings = HEADING.findall((ROOT / "docs" / page).read_text("utf-8"))
        if anchor not in {heading.lower().replace(" ", "-") for heading in headings}:
            yield f"no heading {anchor} in {page}"
        return
    yield from check_tests(answer, excused=False)


def count_answers(page: str) -> list[int]:
    """How many rows are shown by tests, written down, not applicable and not met."""
    kinds = ("`tests/", "written:", "not applicable:", "not met:")
    answers = [answer for *_facts, answer in ROW.findall(page)]
    return [sum(answer.startswith(kind) for answer in answers) for kind in kinds]


def test_the_list_of_requirements_is_that_of_the_standard():
    """70 of level 1 and 183 of level 2, in order, each once."""
    listed = list_requirements()
    numbers = [tuple(map(int, number.split("."))) for number, _level in listed]

    assert [sum(level == wanted for _number, level in listed) for wanted in "12"] == [70, 183]
    assert all(one < other for one, other in pairwise(numbers))
    assert {chapter for chapter, *_rest in numbers} == {*range(1, 18)}


def test_every_requirement_stands_once_with_a_test_or_what_is_missing():
    assert sorted(find_broken_rows(PAGE.read_text("utf-8"))) == []


def test_a_planted_gap_in_the_requirements_is_found():
    page = PAGE.read_text("utf-8")
    rows = {row[1]: row[0] for row in ROW.finditer(page)}
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
