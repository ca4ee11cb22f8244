"""A rubric as a CFRubric of CASE 1.1: the field names of the standard, stable, and back again."""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from crrubric.domain.errors import Invalid, NotReady
from crrubric.domain.setup.rubric import Rubric, load_built_in_rubric
from crrubric.domain.setup.rubric_files.case import (
    CaseSource,
    make_case_rubric,
    read_case_rubric,
    write_case_rubric,
)
from crrubric.domain.setup.rubric_files.differences import (
    compare_rubrics,
    index_criteria,
    number_criteria,
    settle_rubric,
)
from tests.factories import small_rubric

SOURCE = CaseSource(
    site="https://score.district.example",
    slug="credit-recovery",
    changed_at=datetime(2027, 3, 2, 9, 30, tzinfo=UTC),
)
NOTHING = Rubric("", "", (), ())
# the fields of the standard: (those that must be there, the others)
FIELDS = {
    "rubric": ({"identifier", "uri", "title", "lastChangeDateTime"},
               {"description", "CFRubricCriteria", "extensions"}),
    "criterion": ({"identifier", "uri", "lastChangeDateTime"},
                  {"category", "description", "CFItemURI", "weight", "position", "rubricId",
                   "CFRubricCriterionLevels", "extensions"}),
    "level": ({"identifier", "uri", "lastChangeDateTime"},
              {"description", "quality", "score", "feedback", "position", "rubricCriterionId",
               "extensions"}),
}  # fmt: skip


def check_fields(kind: str, found: dict[str, Any]) -> None:
    """Fail for a field that must be there and isn't, and for one of our own."""
    needed, others = FIELDS[kind]
    assert needed <= found.keys() <= needed | others
    assert found["uri"] == f"urn:uuid:{UUID(found['identifier'])}"
    assert found["lastChangeDateTime"] == "2027-03-02T09:30:00Z"


def test_it_has_the_fields_of_the_standard_and_no_others():
    found = make_case_rubric(number_criteria(load_built_in_rubric()), SOURCE)

    check_fields("rubric", found)
    assert [row["position"] for row in found["CFRubricCriteria"]] == [*range(1, 22)]
    for row in found["CFRubricCriteria"]:
        check_fields("criterion", row)
        assert row["rubricId"] == found["identifier"]
        for level in row["CFRubricCriterionLevels"]:
            check_fields("level", level)
            assert level["rubricCriterionId"] == row["identifier"]


def test_levels_are_yes_and_no_and_the_third_has_no_score():
    rows = make_case_rubric(number_criteria(small_rubric()), SOURCE)["CFRubricCriteria"]

    told = [
        [(level["quality"], level.get("score")) for level in row["CFRubricCriterionLevels"]]
        for row in rows
    ]
    assert told == [
        [("YES", 1), ("NO", 0)], [("YES", 1), ("NO", 0)],
        [("YES", 1), ("NO", 0), ("NOT APPLICABLE", None)],
    ]  # fmt: skip
    assert rows[0]["description"] == "Accessible\nCan everybody use it?"
    assert rows[0]["CFRubricCriterionLevels"][0]["description"] == "Use the keyboard only."
    assert (rows[1]["category"], rows[1]["weight"]) == ("Everything", 2.0)


def test_identifiers_stay_when_words_change_and_differ_between_evaluations():
    rubric = number_criteria(small_rubric())
    reworded = replace(rubric, name="Another name")
    other = replace(SOURCE, slug="other")

    def identify(rubric: Rubric, source: CaseSource) -> list[str]:
        found = make_case_rubric(rubric, source)
        return [found["identifier"], *(row["identifier"] for row in found["CFRubricCriteria"])]

    assert identify(rubric, SOURCE) == identify(reworded, SOURCE)
    assert set(identify(rubric, SOURCE)).isdisjoint(identify(rubric, other))
    assert len(set(identify(rubric, SOURCE))) == 4


def test_what_is_left_out_is_not_in_it():
    rubric = number_criteria(small_rubric())
    (part,) = rubric.sections
    first, *rest = part.criteria
    rubric = replace(
        rubric, sections=(replace(part, criteria=(replace(first, left_out=True), *rest)),)
    )

    assert len(make_case_rubric(rubric, SOURCE)["CFRubricCriteria"]) == 2


def test_an_own_rubric_comes_back_as_it_was():
    stored = number_criteria(load_built_in_rubric())

    found = read_case_rubric(write_case_rubric(stored, SOURCE), stored, SOURCE)

    assert found.levels == ()
    assert compare_rubrics(stored, settle_rubric(stored, found.rubric)).is_empty()


def test_elsewhere_it_is_a_rubric_of_its_own():
    stored = number_criteria(load_built_in_rubric())
    text = write_case_rubric(stored, SOURCE)

    found = read_case_rubric(text, NOTHING, replace(SOURCE, slug="elsewhere")).rubric

    before, after = index_criteria(stored).values(), index_criteria(found).values()
    for old, new in zip(before, after, strict=True):
        assert (new.title, new.question, new.look_for, new.weight, new.may_not_apply) == (
            old.title, old.question, old.look_for, old.weight, old.may_not_apply,
        )  # fmt: skip
    assert [part.title for part in found.sections] == [part.title for part in stored.sections]


def case(*criteria: dict[str, Any], title: str = "Adoption") -> str:
    return json.dumps({"CFRubric": {"title": title, "CFRubricCriteria": list(criteria)}})


def levels(**scores: float) -> list[dict[str, Any]]:
    return [{"quality": name, "score": score} for name, score in scores.items()]


def test_two_levels_of_another_system_become_yes_and_no_and_are_named():
    text = case(
        {"description": "Aligned", "position": 2, "CFRubricCriterionLevels": levels(No=0, Yes=1)},
        {"description": "Captions", "position": 1, "weight": 1.5, "category": "Access",
         "CFRubricCriterionLevels": levels(Missing=0, Present=4)},
    )  # fmt: skip

    found = read_case_rubric(text, NOTHING, SOURCE)

    assert found.levels == ("Present", "Missing", "Yes", "No")
    assert [(row.title, row.weight) for row in index_criteria(found.rubric).values()] == [
        ("Captions", 1.5), ("Aligned", 1),
    ]  # fmt: skip
    assert found.rubric.name == "Adoption"


LONG = "Every lesson can be read aloud, " * 10 + "from the first to the last."


def test_words_without_a_title_are_kept_whole_and_the_title_says_that_it_was_cut():
    text = case(
        {"description": f"{LONG}\nAnd more.", "position": 1},
        {"description": "Captions", "position": 2},
    )

    found = read_case_rubric(text, NOTHING, SOURCE)

    first, second = index_criteria(found.rubric).values()
    assert (first.title, second.title) == (f"{LONG[:199].rstrip()}…", "Captions")
    assert first.question == f"{LONG}\nAnd more."
    assert found.cut == (first.title,)


def test_a_criterion_whose_title_was_cut_is_the_same_one_when_its_file_comes_again():
    text = case({"description": LONG, "position": 1}, {"description": "Captions", "position": 2})
    stored = settle_rubric(NOTHING, read_case_rubric(text, NOTHING, SOURCE).rubric)

    again = read_case_rubric(text, stored, SOURCE)

    assert compare_rubrics(stored, settle_rubric(stored, again.rubric)).is_empty()


def refuse(text: str) -> list[str]:
    with pytest.raises((NotReady, Invalid)) as error:
        read_case_rubric(text, NOTHING, SOURCE)
    return [str(why) for why in getattr(error.value, "problems", ())] or [str(error.value)]


def test_more_levels_are_refused_by_criterion_with_everything_else_that_is_wrong():
    four = levels(Poor=1, Fair=2, Good=3, Great=4)

    assert refuse(
        case(
            {"description": "Standards", "position": 1, "CFRubricCriterionLevels": four},
            {"description": "", "position": 2},
            {"description": "Heavy", "position": 3, "weight": 1e9},
        )
    ) == [
        "Criterion 1: it has 4 levels (Great, Good, Fair, Poor), and crrubric asks YES or NO: keep"
        " the two that a YES and a NO stand for",
        "Criterion 2: the title is missing",
        "Criterion 3: weight: Enter a number from 0 to 1000.",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "Line 1: this is no JSON"),
        ("{}", "This JSON holds no CFRubric"),
        ("[1, 2]", "This JSON holds no CFRubric"),
        ('{"CFRubricCriteria": []}', "There is no criterion in this CFRubric."),
        ('{"CFRubricCriteria": 7}', "There is no criterion in this CFRubric."),
        ('{"CFRubricCriteria": [7, null]}', "There is no criterion in this CFRubric."),
        ("[" * 100_000, "This is no JSON that can be read."),
        (
            json.dumps({"CFDefinitions": {"CFRubrics": [
                {"title": "A", "CFRubricCriteria": []}, {"title": "B", "CFRubricCriteria": []},
            ]}}),
            "There are 2 rubrics in this file (A, B)",
        ),
    ],
)  # fmt: skip
def test_what_is_no_rubric_of_case_is_told(text: str, says: str):
    assert refuse(text)[0].startswith(says)


@pytest.mark.parametrize("odd", [None, 7, "x", [], {}, True, 1e400, -1])
@pytest.mark.parametrize("key", ["description", "weight", "position", "category", "identifier",
                                 "CFRubricCriterionLevels"])  # fmt: skip
def test_no_odd_value_breaks_the_reader(key: str, odd: object):
    text = case({"description": "Fine", key: odd})
    with suppress(NotReady, Invalid):  # and nothing else
        read_case_rubric(text, NOTHING, SOURCE)


@pytest.mark.parametrize("number", ["1e99999999999999999999", "1e9999999", "-1e-9999999", "NaN"])
@pytest.mark.parametrize("key", ["weight", "position", "score"])
def test_no_number_that_is_too_far_to_compute_breaks_the_reader(key: str, number: str):
    text = case({"description": "Fine", "position": 0, "CFRubricCriterionLevels": levels(YES=1)})
    with suppress(NotReady, Invalid):  # and nothing else
        read_case_rubric(text.replace("}", f', "{key}": {number}}}', 2), NOTHING, SOURCE)


@pytest.mark.parametrize("odd", ["\ud800", "a\0b", "a\x07b", "a\uffffb"])
@pytest.mark.parametrize("place", ["title", "quality", "description", "category", "x"])
def test_no_character_that_can_not_be_stored_comes_in_by_an_escape(place: str, odd: str):
    row: dict[str, Any] = {"description": "Fine", "CFRubricCriterionLevels": levels(A=0, B=1)}
    told = {"title": "Adoption", "CFRubricCriteria": [row], place: odd}
    for target in (told, row, row["CFRubricCriterionLevels"][0]):
        target.setdefault(place, odd)

    for text in (json.dumps(told), json.dumps([told, told])):
        (said,) = refuse(text)
        assert "can’t be stored" in said
        assert said.encode()
