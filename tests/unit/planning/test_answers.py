"""Answers of each kind: read from what was typed, refused with the control, written again."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.planning.answers import (
    PlanAnswer,
    add_up_cost,
    check_answer_kind,
    digest_answer,
    read_answer,
    write_answer,
)
from crrubric.domain.planning.prompts import Prompt
from crrubric.domain.planning.rows import apply_row_act, spread_pasted_rows
from crrubric.domain.planning.section_files import find_workbook_section


def prompt(section: str, code: str) -> Prompt:
    found = find_workbook_section(section)
    assert found is not None
    asked = found.find_prompt(code)
    assert asked is not None
    return asked


CAUSES, PLAN = prompt("causes", "causes"), prompt("rollout", "plan")
REASONS, MINUTES = prompt("reasons", "reasons"), prompt("schedule", "minutes")


@pytest.mark.parametrize(
    ("section", "code", "typed", "answer"),
    [
        ("goal", "today", {"": "  Call\n both  "}, "Call both"),
        ("goal", "specific", {"": "One.\r\n\r\nTwo. "}, "One.\n\nTwo."),
        ("goal", "specific", {"": "   "}, None),
        ("goal", "today_on", {"": "2026-12-01"}, "2026-12-01"),
        ("schedule", "minutes", {"": "45"}, "45"),
        ("reasons", "learners", {"": "1,250"}, "1250"),
        ("support", "ratio", {"": "17.5"}, "17.5"),
        ("support", "ratio", {"": "20.0"}, "20"),
        ("support", "mentor_rate", {"": "$17.25"}, "17.25"),
        ("learners", "iep_504", {"": "14.8 %"}, "14.8"),
        ("policy", "distance", {"": "yes"}, "yes"),
        ("policy", "grades", {"": "full"}, "full"),
        ("policy", "grades", {"": ""}, None),
        ("policy", "technical", {"math": "yes"}, [{"option": "math"}]),
        (
            "reasons",
            "reasons",
            {"other-words": "Juvenile court", "other-count": "4", "failed": "yes"},
            [{"option": "failed"}, {"option": "other", "count": "4", "words": "Juvenile court"}],
        ),
        ("reasons", "reasons", {}, None),
        (
            "causes",
            "causes",
            {"7-course": "Algebra 1", "7-share": "31%", "2-course": " ", "9-why": "Fractions"},
            [{"course": "Algebra 1", "share": "31"}, {"why": "Fractions"}],
        ),
        (
            "rollout",
            "plan",
            {"year2-mid-0-step": "Look", "year2-mid-0-state": "done", "year1-late-4-step": "Go"},
            [
                {"down": "year1", "across": "late", "step": "Go"},
                {"down": "year2", "across": "mid", "step": "Look", "state": "done"},
            ],
        ),
    ],
)
def test_an_answer_is_read_and_written_again(
    section: str, code: str, typed: dict[str, str], answer: PlanAnswer | None
):
    asked = prompt(section, code)

    found = read_answer(asked, typed)

    assert found == answer
    assert read_answer(asked, write_answer(asked, found)) == found
    assert check_answer_kind(asked, found) == found


@pytest.mark.parametrize(
    ("section", "code", "typed", "problems"),
    [
        ("goal", "today", {"": "x" * 301}, {"": "Shorten this to 300"}),
        ("goal", "specific", {"": "x" * 5_001}, {"": "Shorten this to 5000"}),
        ("goal", "specific", {"": "a\x07b"}, {"": "control character"}),
        ("goal", "today_on", {"": "soon"}, {"": "Enter a date"}),
        ("schedule", "minutes", {"": "0"}, {"": "from 1 to 600"}),
        ("schedule", "minutes", {"": "44.5"}, {"": "whole number"}),
        ("support", "mentor_rate", {"": "17.255"}, {"": "2 decimal"}),
        ("learners", "iep_504", {"": "101"}, {"": "from 0 to 100"}),
        ("policy", "grades", {"": "none"}, {"": "Choose one"}),
        ("policy", "distance", {"": "maybe"}, {"": "Choose one"}),
        ("reasons", "reasons", {"failed-count": "-1"}, {"failed-count": "from 0"}),
        (
            "causes",
            "causes",
            {"0-share": "131", "1-share": "many", "1-course": "x" * 400},
            {"0-share": "from 0", "1-share": "Enter a number", "1-course": "Shorten"},
        ),
        ("rollout", "plan", {"year1-mid-0-state": "x"}, {"year1-mid-0-state": "Choose one"}),
    ],
)
def test_everything_that_is_wrong_is_told_at_once(
    section: str, code: str, typed: dict[str, str], problems: dict[str, str]
):
    with pytest.raises(Invalid) as refused:
        read_answer(prompt(section, code), typed)

    told = {each.field: str(each) for each in (refused.value, *refused.value.more)}
    assert told.keys() == problems.keys()
    assert all(words in told[name] for name, words in problems.items())


def test_a_table_has_so_many_rows_and_no_more():
    typed = {f"{number}-course": "Algebra" for number in range(limits.PLAN_ROWS)}
    assert len(read_answer(CAUSES, typed) or "") == limits.PLAN_ROWS

    with pytest.raises(Invalid, match="at most 60 rows; there are 61"):
        read_answer(CAUSES, {**typed, "99-course": "One more"})


@pytest.mark.parametrize(
    "answer",
    [
        3,
        "text for a table",
        [{"course": 3}],
        [{"nothing": "x"}],
        [{}],
        ["x"],
        [{"course": " Algebra "}],
        {"course": "Algebra"},
    ],
)
def test_what_is_no_answer_of_the_kind_is_refused(answer: object):
    with pytest.raises(Invalid):
        check_answer_kind(CAUSES, answer)


@pytest.mark.parametrize("answer", [45, ["45"], "045", "45.0", "x"])
def test_a_number_is_kept_in_one_form(answer: object):
    with pytest.raises(Invalid):
        check_answer_kind(MINUTES, answer)


def test_two_answers_have_one_digest_only_if_they_are_the_same():
    rows = [{"course": "A"}, {"course": "B"}]

    assert digest_answer(rows) == digest_answer([dict(row) for row in rows])
    assert len({digest_answer(each) for each in (rows, rows[::-1], "A", None, [])}) == 5


# rows without a script

ROWS = {"0-course": "A", "3-course": "B", "3-share": "x", "5-course": "C"}


def courses(typed: dict[str, str]) -> list[str]:
    return [typed[name] for name in sorted(typed) if name.endswith("-course")]


@pytest.mark.parametrize(
    ("act", "order"),
    [
        ("3-up", ["B", "A", "C"]),
        ("3-down", ["A", "C", "B"]),
        ("0-up", ["A", "B", "C"]),
        ("5-down", ["A", "B", "C"]),
        ("3-remove", ["A", "C"]),
        ("4-up", ["A", "B", "C"]),
        ("3-away", ["A", "B", "C"]),
        (f"{'1' * 5_000}-up", ["A", "B", "C"]),
        ("up", ["A", "B", "C"]),
        ("year1-early-0-up", ["A", "B", "C"]),
    ],
)
def test_rows_are_moved_and_removed_whatever_stands_in_them(act: str, order: list[str]):
    moved = apply_row_act(CAUSES, {**ROWS, "other": "kept"}, act)

    assert courses(moved) == order
    assert moved["other"] == "kept"


def test_a_row_of_a_grid_moves_in_its_own_cell():
    typed = {f"year1-{phase}-{n}-step": f"{phase}{n}" for phase in ("mid", "late") for n in (0, 1)}

    moved = apply_row_act(PLAN, typed, "year1-mid-1-up")

    assert (moved["year1-mid-0-step"], moved["year1-mid-1-step"]) == ("mid1", "mid0")
    assert (moved["year1-late-0-step"], moved["year1-late-1-step"]) == ("late0", "late1")


def test_rows_are_pasted_behind_those_that_are_there():
    pasted = "Course\tGrade\nAlgebra 1\t9\t31\r\n\nEnglish 2\t10\t18\tHomework"

    typed = spread_pasted_rows(CAUSES, {"0-course": "Biology", "paste": pasted})

    assert read_answer(CAUSES, typed) == [
        {"course": "Biology"},
        {"course": "Algebra 1", "grade": "9", "share": "31"},
        {"course": "English 2", "grade": "10", "share": "18", "why": "Homework"},
    ]


def test_rows_with_a_number_and_a_price_add_up():
    equipment = prompt("technology", "equipment")
    rows = [
        {"item": "Headphones", "quantity": "30", "price": "12.5"},
        {"item": "Chromebooks", "quantity": "11", "price": "289"},
        {"item": "Hotspots", "quantity": "20"},  # no price yet
    ]

    assert add_up_cost(equipment, rows) == Decimal("3554")
    assert add_up_cost(equipment, rows[2:]) is None
    assert add_up_cost(equipment, None) is None
    assert add_up_cost(CAUSES, [{"course": "Algebra 1", "share": "31"}]) is None


def test_rows_are_pasted_in_place_of_blank_ones():
    blank = {"0-course": "Biology", "1-course": "", "1-grade": " ", "2-course": ""}

    typed = spread_pasted_rows(CAUSES, {**blank, "paste": "Algebra 1\t9"})

    assert (typed["1-course"], typed["1-grade"]) == ("Algebra 1", "9")


@pytest.mark.parametrize(
    ("pasted", "read"),
    [
        ("6/30/2029", "2029-06-30"),
        ("30/6/2029", "2029-06-30"),
        ("4/4/2029", "2029-04-04"),
        ("3/4/2029", "3/4/2029"),  # it could be two days
        ("13/14/2029", "13/14/2029"),
        ("in June", "in June"),
    ],
)
def test_days_are_pasted_as_spreadsheets_copy_them(pasted: str, read: str):
    typed = spread_pasted_rows(prompt("success", "reviews"), {"paste": f"{pasted}\tSeniors"})

    assert typed["0-on"] == read


def test_choices_are_pasted_by_their_words():
    champions = prompt("success", "champions")

    typed = spread_pasted_rows(champions, {"paste": "School\tThe principals\nprogram\tJune"})

    assert read_answer(champions, typed) == [
        {"level": "school", "who": "The principals"},
        {"level": "program", "who": "June"},
    ]


@pytest.mark.parametrize("pasted", ["a\tb\tc\td\te\tf\tg", "a\n" * 61])
def test_more_cells_or_rows_than_there_are_is_refused_beside_what_was_pasted(pasted: str):
    with pytest.raises(Invalid) as refused:
        spread_pasted_rows(CAUSES, {"paste": pasted})

    assert refused.value.field == "paste"


@given(
    some.lists(some.tuples(some.text(max_size=8), some.text(max_size=8)), max_size=5),
    some.sampled_from(["0-up", "1-down", "2-remove", "0-remove"]),
)
def test_whatever_is_typed_is_read_or_refused(cells: list[tuple[str, str]], act: str):
    typed = {
        f"{n}-{code}": text
        for n, row in enumerate(cells)
        for code, text in zip(("course", "why"), row, strict=True)
    }
    try:
        answer = read_answer(CAUSES, apply_row_act(CAUSES, typed, act))
    except Invalid:
        return

    assert check_answer_kind(CAUSES, answer) == answer
