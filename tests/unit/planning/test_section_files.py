"""The workbook's section files: all are read in every language, and what is wrong has its place."""

import pytest

from crrubric.domain.people.languages import NAMES
from crrubric.domain.planning.answers import check_answer_kind
from crrubric.domain.planning.prompts import HintKind, PromptKind
from crrubric.domain.planning.section_files import (
    SectionFileError,
    load_workbook_sections,
    parse_section_file,
)
from crrubric.domain.setup.rubric import load_built_in_rubric

SECTION = """
code = "schedule"
number = 10
check = "whole"
title = "Schedule"
about = "Minutes"
lede = "When?"
good = "In the schedule."
feeds = "The memo."
[es]
title = "Horario"
about = "Minutos"
lede = "¿Cuándo?"
good = "En el horario."
feeds = "El memorando."
[[prompt]]
code = "minutes"
kind = "number"
label = "Minutes"
es = { label = "Minutos" }
"""
ROOM = """
[[prompt]]
code = "room"
kind = "text"
label = "Room"
es = { label = "Aula" }
"""


@pytest.mark.parametrize("language", sorted(NAMES))
def test_every_section_is_read_in_every_language(language: str):
    sections = load_workbook_sections(language)

    assert [section.number for section in sections] == list(range(1, 13))
    assert len({section.code for section in sections}) == 12
    assert [one.code for one in sections if one.tool] == ["triage", "must_haves"]
    assert all(one.check for one in sections if not one.tool and one.code != "goal")
    kinds = {prompt.kind for section in sections for prompt in section.prompts}
    assert kinds == set(PromptKind)


@pytest.mark.parametrize("language", sorted(NAMES))
def test_the_default_plan_is_an_answer_of_three_years_by_three_phases(language: str):
    rollout = next(one for one in load_workbook_sections(language) if one.code == "rollout")
    (prompt,) = rollout.prompts

    rows = [dict(row) for row in prompt.default]

    assert check_answer_kind(prompt, rows) == rows
    assert {(row["down"], row["across"]) for row in rows} == {
        (down, across)
        for down in ("year1", "year2", "year3")
        for across in ("early", "mid", "late")
    }


def test_a_section_is_read_in_the_language_that_is_asked_for():
    english, spanish = (parse_section_file(SECTION, "a.toml", each) for each in ("en", "es"))

    assert (english.title, spanish.title) == ("Schedule", "Horario")
    assert (english.prompts[0].label, spanish.prompts[0].label) == ("Minutes", "Minutos")


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ('kind = "number"', 'kind = "sum"', "a.toml, prompt “minutes”: unknown kind “sum”"),
        (
            'es = { label = "Minutos" }',
            "",
            "a.toml, prompt “minutes”: “label” is missing in Español",
        ),
        ('lede = "¿Cuándo?"', "", "a.toml: “lede” is missing in Español"),
        (
            'kind = "number"',
            'kind = "text"\nmost = "5"',
            "prompt “minutes”: only numbers have bounds",
        ),
        ('kind = "number"', 'kind = "choice"', "choices, and nothing else, have options"),
        ('kind = "number"', 'kind = "table"', "tables and grids, and no others, have columns"),
        ('code = "minutes"', 'code = "Minutes!"', "“Minutes!” is no code"),
        ('check = "whole"', 'check = "whatever"', "“whatever” is no letter of the goal"),
        ('label = "Minutes"', 'label = "Minutes"\nhint = "x"', "unknown key “hint”"),
        ("number = 10", "", "“number” must be a whole number"),
        ('about = "Minutes"', 'about = "Minutes"\ntool = "x.y"', "has prompts or is a tool"),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(before: str, after: str, problem: str):
    with pytest.raises(SectionFileError) as refused:
        parse_section_file(SECTION.replace(before, after, 1), "a.toml")

    assert any(problem in each for each in refused.value.problems), refused.value.problems


def test_a_prompt_that_is_there_twice_is_refused():
    with pytest.raises(SectionFileError) as refused:
        parse_section_file(SECTION + ROOM + ROOM, "a.toml")

    assert refused.value.problems == ("a.toml: prompt “room” is there twice",)


@pytest.mark.parametrize(
    ("when", "problem"),
    [
        ('{ prompt = "hours", is = "below", value = "1" }', "there is no prompt “hours”"),
        ('{ prompt = "minutes", is = "like", value = "1" }', "“like” is no test"),
        ('{ prompt = "minutes", is = "empty", value = "1" }', "don’t go together"),
        ('{ prompt = "room", is = "above", value = "1" }', "“room” is no number"),
        ("", "“when” is missing"),
    ],
)
def test_a_warning_that_can_not_be_asked_is_refused(when: str, problem: str):
    warning = f'[[warning]]\ntext = "A"\nes = {{ text = "B" }}\nwhen = [{when}]\n'

    with pytest.raises(SectionFileError) as refused:
        parse_section_file(SECTION + ROOM + warning, "a.toml")

    assert any(problem in each for each in refused.value.problems), refused.value.problems


def test_hints_are_for_criteria_of_the_built_in_rubric():
    rubric = load_built_in_rubric()
    known = {criterion.code for section in rubric.sections for criterion in section.criteria}
    hints = [hint for section in load_workbook_sections() for hint in section.hints]

    assert len(hints) == 10
    assert {hint.criterion for hint in hints} <= known
    assert {hint.kind for hint in hints} == set(HintKind)


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ('kind = "weight"', 'kind = "wish"', "hint for “pace”: unknown kind “wish”"),
        ('criterion = "pace"\n', "", "“criterion” is missing"),
        ('is = "given"', 'is = "given", value = "1"', "don’t go together"),
        ("when =", "whenever =", "“when” is missing"),
    ],
)
def test_a_hint_that_can_not_be_given_is_refused(before: str, after: str, problem: str):
    hint = (
        '[[hint]]\ncriterion = "pace"\nkind = "weight"\ntext = "A"\nes = { text = "B" }\n'
        'when = [{ prompt = "minutes", is = "given" }]\n'
    )
    parse_section_file(SECTION + hint, "a.toml")

    with pytest.raises(SectionFileError) as refused:
        parse_section_file(SECTION + hint.replace(before, after, 1), "a.toml")

    assert any(problem in each for each in refused.value.problems), refused.value.problems


def test_a_file_that_is_no_toml_is_refused_by_its_name():
    with pytest.raises(SectionFileError, match=r"a\.toml: "):
        parse_section_file("code = ", "a.toml")
