"""Reading twice as much is twice as much work, however odd the file is: steps are counted."""

import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from types import FrameType
from typing import Any

import pytest

from crrubric.domain.errors import NotReady
from crrubric.domain.exchange.field_tables import guess_fields
from crrubric.domain.exchange.marks.guess import (
    NOTHING,
    Known,
    find_criterion_code,
    guess_mapping,
)
from crrubric.domain.exchange.sheets import SheetHead, label_columns
from crrubric.domain.setup.rubric import parse_rubric
from crrubric.domain.setup.rubric_files.case import CaseSource, read_case_rubric
from crrubric.domain.setup.rubric_files.rows import RUBRIC_TABLE
from crrubric.domain.setup.table_words import MEMBER_TABLE, VENDOR_TABLE, spell_months
from crrubric.services.exchange.field_tables import load_field_table
from crrubric.services.exchange.mark_lines import read_heads
from crrubric.services.exchange.table_sources import read_data
from tests.factories import small_rubric

MOST = 2.5  # times as many steps for twice as much
SOURCE = CaseSource(site="x", slug="y", changed_at=datetime(2026, 3, 2, tzinfo=UTC))


def count_steps(work: Callable[[], object]) -> int:
    """How many steps of Python the work takes: the same each time, on any machine."""
    steps = 0

    def follow(frame: FrameType, event: str, _value: Any) -> Any:
        nonlocal steps
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        steps += event == "opcode"
        return follow

    before = sys.gettrace()
    sys.settrace(follow)
    try:
        work()
    finally:
        sys.settrace(before)
    return steps


def write_equal_headers(count: int) -> bytes:
    return (",".join(["vendor"] * count) + "\n").encode() * 3


def write_numbered_headers(count: int) -> bytes:
    numbered = [f"a ({number})" for number in range(2, count // 2 + 2)]
    return ",".join(["a"] * (count // 2) + numbered).encode() + b"\nx,y\n"


def write_long_cells(count: int) -> bytes:
    return b'Vendor,"' + b'""' * 100 * count + b'"\nA,b\n'


def write_blank_lines(count: int) -> bytes:
    return b"Vendor\n" + b"\n" * 100 * count + b"A\n"


FILES = [write_equal_headers, write_numbered_headers, write_long_cells, write_blank_lines]


KNOWN = Known(lambda text: text if text.startswith("c") else None, NOTHING.reviewer, NOTHING.vendor)


def iterate_rubric(count: int) -> Iterator[dict[str, object]]:
    for _number in range(count):
        yield {"description": "The same title", "category": "Support"}


@pytest.mark.parametrize("kind", [VENDOR_TABLE, MEMBER_TABLE, RUBRIC_TABLE])
@pytest.mark.parametrize("write", FILES)
def test_a_table_of_fields(kind: Any, write: Callable[[int], bytes]):
    sources = [read_data(write(count), "x.csv") for count in (200, 400)]

    one, two = (count_steps(partial(load_field_table, source, kind)) for source in sources)

    assert two < MOST * one


def test_marks_of_many_reviewers():
    def write(columns: int) -> bytes:
        rows = [["Criterion", *[f"R{place}" for place in range(columns)]]]
        rows += [[f"c{row}", *["YES"] * columns] for row in range(5)]
        return "\n".join(map(",".join, rows)).encode()

    heads = [read_heads(read_data(write(count), "")) for count in (200, 400)]

    one, two = (count_steps(partial(guess_mapping, each, KNOWN)) for each in heads)

    assert two < MOST * one


def test_labels_of_columns():
    one, two = (count_steps(partial(label_columns, ["a"] * count)) for count in (500, 1_000))

    assert two < MOST * one


def test_criteria_of_one_title():
    def read(count: int) -> None:
        text = json.dumps({"CFRubricCriteria": [*iterate_rubric(count)], "title": "x"})
        assert len(read_case_rubric(text, small_rubric(), SOURCE).rubric.sections[0].criteria) > 9

    one, two = (count_steps(partial(read, count)) for count in (1_500, 3_000))

    assert two < MOST * one


def test_a_key_of_many_parts_is_refused():
    """The library takes the square of the time for it: two megabytes of one took hours."""
    with pytest.raises(NotReady) as error:
        parse_rubric(f"a = 1\nb{'.b' * 1_000_000} = 1")

    assert [str(each) for each in error.value.problems] == [
        "Line 2 has more than 200 points: break it into several lines."
    ]


def spell_long_term(blanks: str) -> None:
    assert spell_months("Term", f"12{blanks}-{blanks}x").endswith("x")


def spell_endless_number(blanks: str) -> None:
    endless = "1" * len(blanks)
    assert spell_months("Term in years", endless) == endless
    assert spell_months("Term", f"{endless} years") == f"{endless} years"


def read_long_header(blanks: str) -> None:
    head = SheetHead("x", [(1, ["Company", f"Price{blanks}x"])])
    assert guess_fields([head], VENDOR_TABLE).fields[0] == "company"


def read_many_headers(blanks: str) -> None:
    for number in range(3_000):
        assert find_criterion_code(f"{blanks[:1_900]}x{number}", NOTHING) is None


@pytest.mark.parametrize(
    "read", [spell_long_term, spell_endless_number, read_long_header, read_many_headers]
)
def test_a_long_run_of_one_character_comes_to_an_end(read: Callable[[str], None]):
    """A pattern that tries to share it out takes hours, and nothing else runs meanwhile."""
    read(" " * 1_000_000)


def test_each_text_of_a_workbook_is_looked_up_once():
    """Forty sheets of three hundred columns took most of a minute, looked up from each row."""
    asked: list[str] = []

    def look_up(text: str) -> None:
        asked.append(text)

    known = Known(look_up, NOTHING.reviewer, NOTHING.vendor)
    rows = [(number, [f"words {number}"] * 50) for number in range(1, 26)]

    guess_mapping([SheetHead(f"Sheet {number}", rows) for number in range(10)], known)

    wordings = 3  # of each text: as it is, without its number, without “note on”
    texts = {*asked}
    assert {f"words {number}" for number in range(1, 26)} <= texts
    assert len(asked) <= wordings * 2 * len(texts)


def test_a_title_that_is_too_long_is_refused_and_not_cut():
    text = json.dumps({"CFRubricCriteria": [*iterate_rubric(2)], "title": "x" * 201})

    with pytest.raises(NotReady) as error:
        read_case_rubric(text, small_rubric(), SOURCE)

    assert [str(each) for each in error.value.problems] == [
        "The title of the rubric: Shorten this to 200 characters; it has 201."
    ]
