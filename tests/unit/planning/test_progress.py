"""How far a section is, what it warns of, whether the goal was held against it, what differs."""

from decimal import Decimal
from typing import Any

import pytest

from crrubric.domain.planning.differences import (
    AnswerFormatter,
    TextPart,
    compare_words,
    find_answer_changes,
    write_as_text,
)
from crrubric.domain.planning.progress import (
    AMEND,
    CHECK,
    HOLDS,
    SectionState,
    digest_goal,
    find_goal_lines,
    find_section_state,
    is_wording_checked,
    list_missing_prompts,
    list_shown_hints,
    list_shown_warnings,
    make_goal_check,
)
from crrubric.domain.planning.prompts import WorkbookSection
from crrubric.domain.planning.rights import PlanRights
from crrubric.domain.planning.section_files import find_workbook_section

WORDS = AnswerFormatter(
    translate=str, day=lambda day: f"{day:%d.%m.%y}", number=str, money=lambda sum_: f"${sum_}"
)
GOAL = {"specific": "Nine of ten finish."}


def section(code: str) -> WorkbookSection:
    found = find_workbook_section(code)
    assert found is not None
    return found


SCHEDULE = {"minutes": "50", "place": "alongside"}


@pytest.mark.parametrize(
    ("answers", "wording", "state"),
    [
        ({}, "", SectionState.EMPTY),
        ({CHECK: make_goal_check(HOLDS, "w")}, "w", SectionState.EMPTY),
        ({"minutes": "50"}, "", SectionState.STARTED),
        (SCHEDULE, "", SectionState.COMPLETE),
        (SCHEDULE, "w", SectionState.STARTED),
        ({**SCHEDULE, CHECK: make_goal_check(HOLDS, "w")}, "w", SectionState.COMPLETE),
        ({**SCHEDULE, CHECK: make_goal_check(HOLDS, "old")}, "w", SectionState.STARTED),
        ({**SCHEDULE, CHECK: make_goal_check(AMEND, "w")}, "w", SectionState.STARTED),
    ],
)
def test_a_section_is_empty_started_or_complete(
    answers: dict[str, Any], wording: str, state: SectionState
):
    assert find_section_state(section("schedule"), answers, wording) is state


@pytest.mark.parametrize(
    ("language", "code", "prompt", "number", "words"),
    [
        ("en", "policy", "credits_failed", "1", "1 credit"),
        ("en", "policy", "credits_failed", "1.0", "1.0 credit"),
        ("en", "policy", "credits_failed", "1.5", "1.5 credits"),
        ("en", "schedule", "days", "5", "5 days"),
        ("en", "schedule", "days", "1", "1 day"),
        ("es", "policy", "credits_failed", "1", "1 crédito"),
        ("es", "schedule", "days", "1", "1 día"),
        ("es", "technology", "learners", "2", "2 estudiantes"),
    ],
)
def test_one_is_written_with_a_unit_of_one(
    language: str, code: str, prompt: str, number: str, words: str
):
    found = find_workbook_section(code, language)
    assert found is not None
    asked = found.find_prompt(prompt)
    assert asked is not None

    assert write_as_text(asked, number, WORDS) == words


@pytest.mark.parametrize(
    ("code", "prompt", "rows", "missing"),
    [
        ("rollout", "plan", [{"down": "year1", "across": "early", "owner": "Lee"}], True),
        ("rollout", "plan", [{"down": "year1", "across": "early", "step": "Seniors"}], False),
        ("causes", "causes", [{"course": "Algebra 1"}, {"share": "31"}], True),
        ("causes", "causes", [{"course": "Algebra 1"}], False),
        ("support", "teachers", [{"count": "2"}], True),
        ("success", "measures", [{"target": "90 %"}], True),
        ("success", "champions", [{"level": "school"}], True),
        ("success", "reviews", [{"about": "The year"}], True),
    ],
)
def test_a_row_that_does_not_say_what_it_is_about_is_not_finished(
    code: str, prompt: str, rows: list[dict[str, str]], missing: bool
):
    found = list_missing_prompts(section(code), {prompt: rows})

    assert (prompt in [one.code for one in found]) is missing


@pytest.mark.parametrize(
    ("code", "answers", "warned"),
    [
        ("schedule", {"minutes": "44"}, 1),
        ("schedule", {"minutes": "45"}, 0),
        ("schedule", {}, 0),
        ("support", {"ratio": "35"}, 0),
        ("support", {"ratio": "35.1"}, 1),
        ("support", {"mentors_paid": "yes"}, 1),
        ("support", {"mentors_paid": "yes", "mentor_rate": "0"}, 0),
        ("support", {"ratio": "36", "mentors_paid": "yes"}, 2),
        ("technology", {"own_devices": "yes"}, 1),
        ("technology", {"own_devices": "yes", "bandwidth": "no"}, 1),
        ("technology", {"own_devices": "yes", "bandwidth": "yes"}, 0),
        ("technology", {"own_devices": "no"}, 0),
    ],
)
def test_warnings_are_rules_of_the_file(code: str, answers: dict[str, Any], warned: int):
    assert len(list_shown_warnings(section(code), answers)) == warned


@pytest.mark.parametrize(
    ("code", "answers", "criteria"),
    [
        ("learners", {"english_learners": "10"}, []),
        ("learners", {"english_learners": "18", "athletes": "0.5"}, ["ell", "ncaa"]),
        ("learners", {"iep_504": "0"}, []),
        ("technology", {}, []),
        ("technology", {"sign_in": "ClassLink"}, ["sso"]),
        ("technology", {"off_campus": "yes", "own_devices": "no"}, []),
        ("technology", {"off_campus": "yes", "own_devices": "yes"}, ["any-device"]),
        ("support", {"employer": "own"}, ["teacher-of-record"]),
        ("support", {"employer": "both"}, []),
        ("policy", {"distance": "yes", "due_dates": "no"}, ["independent"]),
    ],
)
def test_hints_are_rules_of_the_file(code: str, answers: dict[str, Any], criteria: list[str]):
    assert [hint.criterion for hint in list_shown_hints(section(code), answers)] == criteria


def test_a_warning_stands_beside_the_last_answer_that_it_is_about():
    (warning,) = list_shown_warnings(section("technology"), {"own_devices": "yes"})

    assert warning.beside == "bandwidth"


def test_a_wording_of_the_goal_is_told_from_every_other():
    other = {**GOAL, "measurable": "61 % today"}

    assert digest_goal({}) == digest_goal({"today": "Call"}) == ""
    assert digest_goal(GOAL) == digest_goal({**GOAL, "today": "Call"}) != digest_goal(other)


def test_each_wording_is_a_line_of_history():
    reworded = {"specific": "Eight of ten finish."}
    versions = [{"today": "Call"}, GOAL, {**GOAL, "today": "Call"}, reworded, GOAL]

    assert find_goal_lines(versions) == [1, 3, 4]


def test_a_wording_that_a_section_was_held_against_is_known():
    wording = digest_goal(GOAL)

    assert is_wording_checked(wording, [{}, {CHECK: make_goal_check(AMEND, wording)}])
    assert not is_wording_checked(wording, [{CHECK: make_goal_check(HOLDS, "old")}])
    assert not is_wording_checked("", [{CHECK: make_goal_check(HOLDS, "")}])


def test_whoever_works_on_a_section_reads_the_goal_as_well():
    asked = PlanRights(writable=True, fills=frozenset({"learners"}), reads=frozenset({"policy"}))

    assert [asked.may_read(code) for code in ("learners", "policy", "goal", "support")] == [
        True, True, True, False,
    ]  # fmt: skip
    assert [asked.may_fill(code) for code in ("learners", "policy", "goal")] == [True, False, False]
    assert not PlanRights(writable=True).may_read("goal")
    assert not PlanRights(writable=False, every=True, whole=True).may_fill("goal")


@pytest.mark.parametrize(
    ("code", "prompt", "answer", "text"),
    [
        ("schedule", "minutes", "50", "50 minutes"),
        ("support", "mentor_rate", "17.5", "$17.5"),
        ("learners", "athletes", "2.5", "2.5 %"),
        ("goal", "today_on", "2026-12-01", "01.12.26"),
        ("policy", "distance", "no", "No"),
        ("policy", "grades", "capped", "Full grades up to a limit"),
        (
            "reasons",
            "reasons",
            [{"option": "failed", "count": "214"}, {"option": "other", "words": "Court"}],
            "Failed a course in the original credit setting: 214\nAnother reason: Court",
        ),
        (
            "rollout",
            "plan",
            [{"down": "year1", "across": "mid", "step": "Look", "state": "done"}],
            "Year 1 · Mid · Step: Look · Status: done",
        ),
        ("goal", "specific", None, ""),
    ],
)
def test_answers_are_written_as_text(code: str, prompt: str, answer: Any, text: str):
    asked = section(code).find_prompt(prompt)
    assert asked is not None

    assert write_as_text(asked, answer, WORDS) == text


def test_differences_are_told_word_by_word():
    old, new = "nine of ten juniors finish", "eight of ten juniors and seniors finish"

    assert list(compare_words(old, new)) == [
        TextPart("nine ", "old"),
        TextPart("eight ", "new"),
        TextPart("of ten juniors "),
        TextPart("and seniors ", "new"),
        TextPart("finish"),
    ]


def test_long_texts_are_compared_by_lines_so_that_it_takes_no_time():
    lines = [f"{n} word " * 3 for n in range(800)]
    old, new = "\n".join(lines), "\n".join([*lines[:400], "new line", *lines[400:]])

    parts = list(compare_words(old, new))

    assert [part.text for part in parts if part.side] == ["new line\n"]


def test_only_answers_that_changed_are_told():
    old, new = {"minutes": "40", "days": "5"}, {"minutes": "50", "days": "5", "place": "mixed"}

    changes = find_answer_changes(section("schedule"), old, new, WORDS)

    assert [(change.prompt.code, change.old, change.new) for change in changes] == [
        ("minutes", "40 minutes", "50 minutes"),
        ("place", "", "Both, by learner"),
    ]
    assert Decimal(new["minutes"]) == 50


def test_two_texts_of_few_words_again_and_again_are_two_texts():
    old = "Same. " + "\n".join("ab"[place % 2] for place in range(4_990))
    new = "Same. " + "\n".join("abc"[place % 3] for place in range(4_990))  # else for an hour

    parts = list(compare_words(old, new))

    assert [part.side for part in parts] == ["", "old", "new"]
    assert "".join(part.text for part in parts if part.side != "new") == old
    assert "".join(part.text for part in parts if part.side != "old") == new
