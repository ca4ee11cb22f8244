"""Rosters: columns by many names, and every bad line with its number and the reason."""

from collections.abc import Iterable

import pytest

from crrubric.domain.errors import InvalidLines
from crrubric.domain.planning.rosters import (
    BadLine,
    PlacedLearner,
    find_roster_columns,
    place_roster,
)
from crrubric.domain.planning.triage import Setting

HEADER = ["learner", "credits_needed", "semesters_left", "online_suits", "school"]


def read(*lines: str, header: Iterable[str] = HEADER) -> list[PlacedLearner | BadLine]:
    columns = find_roster_columns(list(header))
    rows = [(number, line.split("|")) for number, line in enumerate(lines, 2)]
    return list(place_roster(rows, columns))


def read_reason(line: str) -> str:
    (found,) = read(line)
    assert isinstance(found, BadLine)
    return str(found.reason)


def test_good_lines_are_placed_and_keep_further_columns():
    found = read("jimmy|16|6|yes|North", "jose|10|2|No|South")

    assert [(row.cells[-1], row.placement.setting) for row in found] == [
        ("North", Setting.BESIDE_LOAD), ("South", Setting.HYBRID)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("|16|6|yes|", "the column “learner” is empty"),
        ("ann||6|yes|", "the column “credits_needed” is empty"),
        ("ann|16||yes|", "the column “semesters_left” is empty"),
        ("ann|16|6||", "the column “online_suits” is empty"),
        ("ann|many|6|yes|", "Enter a number, like 2 or 2.5."),
        ("ann|-2|6|yes|", "Enter a number from 0 to 1000."),
        ("ann|1e9|6|yes|", "Enter a number, like 2 or 2.5."),
        ("ann|2,5|6|yes|", "“2,5” is not clear: write 2.5 if that is what you mean."),
        ("ann|2|2.25|yes|", "“2.25” semesters: use whole or half ones, like 3 or 2.5"),
        ("ann|2|-1|yes|", "Enter a number from 0 to 40."),
        ("ann|2|1|perhaps|", "unknown value “perhaps”: use yes or no"),
        ("ann|2|1|yes", "4 columns instead of 5"),
    ],
)
def test_a_bad_line_has_its_reason(line: str, reason: str):
    assert read_reason(line).startswith(reason)


def test_good_lines_are_placed_between_bad_ones():
    found = read("ann|x|6|yes|", "bo|2|6|yes|", "cy|2|6|so|")

    assert [row.number if isinstance(row, BadLine) else row.cells[0] for row in found] == [
        2, "bo", 4
    ]  # fmt: skip


def test_a_column_is_called_as_the_roster_calls_it():
    header = ["Student_Number", "EarnedCrHrs", "Credits Required", "Semesters Left", "Online"]

    found = read("ann|ten|26|2|Y", "bo|10|26||Y", "cy|2|26|so|N", header=header)

    assert [(row.column, str(row.reason)[:23]) for row in found if isinstance(row, BadLine)] == [
        ("EarnedCrHrs", "Enter a number, like 2 "),
        ("", "the column “Semesters L"),
        ("Semesters Left", "Enter a number, like 2 "),
    ]


def test_a_learner_who_stands_twice_is_named_with_the_first_line():
    found = read("Ann|2|6|yes|", "bo|2|6|yes|", " ANN |3|6|yes|")

    assert [str(row.reason) for row in found if isinstance(row, BadLine)] == [
        "this learner stands in line 2 already"
    ]


@pytest.mark.parametrize("left", ["0", "0.5", "2.5", "6"])
def test_no_whole_and_half_semesters_are_taken(left: str):
    (found,) = read(f"ann|2|{left}|sí|")

    assert isinstance(found, PlacedLearner)


def test_credits_earned_and_required_stand_for_those_needed():
    header = ["Student_Number", "Credits Earned", "Credits Required", "Terms Left", "Online"]

    found = read("7|8|24|6|Y", "8|25|24|1|n", header=header)

    assert [row.placement.chance for row in found if isinstance(row, PlacedLearner)] == [75, 100]


@pytest.mark.parametrize(
    "header",
    [
        ["studentUniqueId", "cumulativeEarnedCredits", "totalRequiredCredits", "semestersLeft",
         "online"],  # Ed-Fi
        ["sourcedId", "credits needed", "semesters remaining", "onlineSuits"],  # OneRoster
        ["Perm ID", "Credits Completed", "Credits to Graduate", "Terms Remaining", "Online OK"],
        ["Estudiante", "Créditos faltantes", "Semestres restantes", "En línea"],
    ],
)  # fmt: skip
def test_columns_go_by_the_names_of_other_systems(header: list[str]):
    columns = find_roster_columns(header)

    assert set(range(len(header))) == set(columns.places.values())


def test_a_column_that_somebody_names_goes_before_what_names_tell():
    columns = find_roster_columns(
        ["ID", "Student", "needed", "semesters_left", "online"],
        {"learner": "Student", "credits_needed": "needed"},
    )

    assert (columns.places["learner"], columns.places["credits_needed"]) == (1, 2)


def test_all_that_is_wrong_with_a_header_is_told_at_once():
    with pytest.raises(InvalidLines) as refused:
        find_roster_columns(["id", "student", "online"])

    assert [f"{number}: {reason}" for number, reason in refused.value.lines] == [
        "1: the column “learner” is there twice",
        "1: missing column “semesters_left”",
        "1: missing column “credits_needed” (or “credits_earned” and “credits_required”)",
    ]
