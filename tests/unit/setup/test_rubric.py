"""Rubric files: what is read from a good one, what is said about a bad one."""

from dataclasses import FrozenInstanceError
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crrubric.domain.errors import NotReady
from crrubric.domain.setup.rubric import (
    RubricCriterion,
    RubricSection,
    RubricTension,
    load_built_in_rubric,
    load_practice_vendor,
    parse_rubric,
)
from crrubric.domain.vocabulary import Stakeholder

GOOD = """
name = "Curriculum"
version = "1"
[[section]]
code = "access"
title = "Access"
[[section.criterion]]
code = "ada"
order = 12
title = "Accessible"
question = "Can everybody use it?"
look_for = "A report."
lead = "special_education"
must_have = true
weight = 2.5
[[section.criterion]]
code = "ell"
order = 13
title = "Languages"
question = "Is it translated?"
[[tension]]
between = ["ada", "ell"]
why = "Captions need every language."
"""
REPEATED = """
[[section]]
code = "access"
title = "Again"
[[section.criterion]]
code = "ada"
order = 12
title = "Again"
question = "Again?"
"""


def problems_of(text: str) -> list[str]:
    with pytest.raises(NotReady) as refusal:
        parse_rubric(text)
    problems = [str(problem) for problem in refusal.value.problems]
    assert str(refusal.value) == f"The rubric file can’t be used. Problems: {len(problems)}."
    return problems


def test_a_good_file_becomes_a_rubric_in_the_order_of_the_file():
    rubric = parse_rubric(GOOD)

    assert (rubric.name, rubric.version) == ("Curriculum", "1")
    assert rubric.sections == (
        RubricSection(
            "access",
            "Access",
            (
                RubricCriterion(
                    code="ada",
                    title="Accessible",
                    question="Can everybody use it?",
                    look_for="A report.",
                    lead=Stakeholder.SPECIAL_EDUCATION,
                    may_not_apply=False,
                    must_have=True,
                    weight=Fraction(5, 2),
                    order=12,
                ),
                RubricCriterion(
                    code="ell",
                    title="Languages",
                    question="Is it translated?",
                    look_for="",
                    lead=None,
                    may_not_apply=False,
                    must_have=False,
                    weight=Fraction(1),
                    order=13,
                ),
            ),
        ),
    )
    assert rubric.tensions == (RubricTension(("ada", "ell"), "Captions need every language."),)


def test_the_built_in_rubric_has_the_21_criteria_of_the_planning_guide_once_each():
    rubric = load_built_in_rubric()
    criteria = [criterion for section in rubric.sections for criterion in section.criteria]

    assert sorted(criterion.order for criterion in criteria) == list(range(1, 22))
    assert [section.code for section in rubric.sections] == [
        "content", "progress", "access", "operations",
    ]  # fmt: skip
    assert [c.code for c in criteria if c.may_not_apply] == ["teacher-of-record"]
    assert {c.weight for c in criteria} == {Fraction(1)}
    assert not any(c.must_have for c in criteria)
    assert all(c.lead and c.question.endswith("?") and c.look_for for c in criteria)
    assert [tension.between for tension in rubric.tensions] == [
        ("ncaa", "adaptive"), ("ncaa", "customizable"), ("ada", "media-rich"),
    ]  # fmt: skip


SPANISH = """
[section.criterion.es]
title = "Idiomas"
question = "¿Está traducido?"
[[tension]]
between = ["ada", "ell"]
why = "Captions need every language."
[tension.es]
why = "Los subtítulos necesitan cada idioma."
"""


def in_spanish(**changes: str) -> str:
    text = GOOD.split("[[tension]]")[0] + SPANISH
    for old, new in changes.items():
        text = text.replace({"title": "Idiomas", "language": ".es]"}[old], new)
    return text


def test_translations_are_kept_beside_the_original_texts():
    rubric = parse_rubric(in_spanish())

    assert [row.translations for row in rubric.sections[0].criteria] == [
        {}, {"es": {"title": "Idiomas", "question": "¿Está traducido?"}},
    ]  # fmt: skip
    assert rubric.sections[0].translations == {}
    assert rubric.tensions[0].translations == {
        "es": {"why": "Los subtítulos necesitan cada idioma."}
    }


@pytest.mark.parametrize(
    ("change", "problems"),
    [
        ({"title": ""}, ["“title” is empty in criterion “ell.es”"]),
        (
            {"language": ".fr]"},
            ["unknown key “fr” in criterion “ell”", "unknown key “fr” in tension “1”"],
        ),
        ({"title": "x" * 201},
         ["“title” in criterion “ell.es” has 201 characters; at most 200"]),
    ],
)  # fmt: skip
def test_a_translation_that_is_empty_unknown_or_too_long_is_refused(change, problems):
    assert problems_of(in_spanish(**change)) == problems


def test_a_translation_contains_only_texts():
    text = in_spanish().replace('title = "Idiomas"', "weight = 2")

    assert problems_of(text) == ["unknown key “weight” in criterion “ell.es”"]
    assert problems_of(GOOD.replace('title = "Languages"', 'title = "Languages"\nes = 1')) == [
        "“es” in criterion “ell” must be a table"
    ]


def test_the_built_in_rubric_is_completely_translated_into_spanish():
    rubric = load_built_in_rubric()
    criteria = [row for section in rubric.sections for row in section.criteria]

    texts = {"title", "question", "look_for"}
    assert all(set(row.translations["es"]) == texts for row in criteria)
    assert all(set(row.translations["es"]) == {"title"} for row in rubric.sections)
    assert all(set(row.translations["es"]) == {"why"} for row in rubric.tensions)
    assert set(load_practice_vendor().translations["es"]) == set(load_practice_vendor().shows)


def test_the_built_in_rubric_is_read_once_and_can_not_be_changed():
    assert load_built_in_rubric() is load_built_in_rubric()
    with pytest.raises(FrozenInstanceError):
        load_built_in_rubric().name = "Mine"


def test_a_byte_order_mark_and_other_line_ends_are_no_problem():
    assert parse_rubric("\ufeff" + GOOD.replace("\n", "\r\n")) == parse_rubric(GOOD)


def test_a_title_is_one_line():
    text = GOOD.replace('title = "Access"', 'title = """ Access \\n for  all """')

    assert parse_rubric(text).sections[0].title == "Access for all"


def test_a_decimal_comma_is_named_with_its_line():
    (problem,) = problems_of(GOOD + "\n[[section.criterion]]\nweight = 1,5  # heavy\n")

    line = GOOD.count("\n") + 3
    assert problem == f"Line {line}: “1,5” is no number here: a point stands before decimals."


@pytest.mark.parametrize("text", ["name =", "name = 1" + "0" * 5000, "a = " + "[" * 5000, "\x00"])
def test_what_is_not_toml_is_one_problem(text):
    (problem,) = problems_of(text)

    assert problem.startswith("This is not a TOML file that can be read: ")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            'title = "Accessible"',
            'tilte = "x"\ntitle = "y"',
            "unknown key “tilte” in criterion “ada”",
        ),
        (
            'version = "1"',
            'version = "1"\nauthor = "x"',
            "unknown key “author” in rubric “Curriculum”",
        ),
        ('title = "Access"', 'title = "A"\nfoo = 1', "unknown key “foo” in section “access”"),
        ("why =", "because = 1\nwhy =", "unknown key “because” in tension “1”"),
        ("order = 12\n", "", "“order” is missing in criterion “ada”"),
        ('title = "Accessible"\n', "", "“title” is missing in criterion “ada”"),
        ('question = "Is it translated?"\n', "", "“question” is missing in criterion “ell”"),
        ('code = "access"\n', "", "“code” is missing in section “Access”"),
        ('name = "Curriculum"\n', "", "“name” is missing in rubric “?”"),
        ('version = "1"\n', "", "“version” is missing in rubric “Curriculum”"),
        ("why = ", "# why = ", "“why” is missing in tension “1”"),
        ("order = 12", "order = 13", "the order 13 of criterion “ell” is used twice"),
        ("order = 12", "order = true", "“order” in criterion “ada” must be a whole number"),
        ("order = 12", "order = 1.5", "“order” in criterion “ada” must be a whole number"),
        ('title = "Accessible"', "title = 1", "“title” in criterion “ada” must be text in quotes"),
        ('version = "1"', "version = 1", "“version” in rubric “Curriculum” must be text in quotes"),
        (
            "must_have = true",
            "must_have = 1",
            "“must_have” in criterion “ada” must be true or false",
        ),
        ("weight = 2.5", "weight = true", "“weight” in criterion “ada” must be a number"),
        ("weight = 2.5", 'weight = "2"', "“weight” in criterion “ada” must be a number"),
        ('title = "Accessible"', 'title = "  "', "“title” is empty in criterion “ada”"),
        ('title = "Access"', 'title = ""', "“title” is empty in section “access”"),
        ('name = "Curriculum"', 'name = ""', "“name” is empty in rubric “”"),
        (
            '"A report."',
            '"A \\u0007 report."',
            "“look_for” in criterion “ada” holds a control character",
        ),
        ('"Access"', '"A\\u0000"', "“title” in section “access” holds a control character"),
        (
            'lead = "special_education"',
            'lead = "vendor"',
            "“lead” in criterion “ada”: there is no stakeholder “vendor”; choose from teacher, "
            "counselor, special_education, english_learners, it, principal, parent, student, "
            "community, other",
        ),
        (
            '["ada", "ell"]',
            '["ada", "sso"]',
            "“between” in tension “1”: there is no criterion “sso”",
        ),
        ('["ada", "ell"]', '["ada"]', "“between” in tension “1” must name two criteria"),
        ('["ada", "ell"]', '["ada", "ada"]', "“between” in tension “1” must name two criteria"),
        ('["ada", "ell"]', '["ada", 7]', "“between” in tension “1” must name two criteria"),
        ('["ada", "ell"]', '"ada"', "“between” in tension “1” must name two criteria"),
    ],
)
def test_each_mistake_is_named_with_its_key_and_table(old, new, problem):
    assert GOOD.count(old) == 1

    assert problems_of(GOOD.replace(old, new)) == [problem]


@pytest.mark.parametrize(
    "weight",
    [
        "-1",
        "-0.001",
        "inf",
        "-inf",
        "nan",
        "1001",
        "0.0001",
        "1e-400",
        "1e400",
        "1e99999999999999999999",
        "1e-99999999999999999999",
    ],
)
def test_a_weight_is_a_finite_number_from_0_up_with_few_decimals(weight):
    assert problems_of(GOOD.replace("2.5", weight)) == [
        "“weight” in criterion “ada” must be from 0 to 1000 with at most 3 decimals"
    ]


@pytest.mark.parametrize(
    ("written", "weight"),
    [("0", 0), ("0.0", 0), ("3", 3), ("0.1", Fraction(1, 10)), ("1000", 1000), ("1e2", 100)],
)
def test_weights_are_taken_exactly(written, weight):
    rubric = parse_rubric(GOOD.replace("2.5", written))

    assert rubric.sections[0].criteria[0].weight == weight


@pytest.mark.parametrize("code", ["Access", "-a", "a b", "a_b", "zugänglich", "a/b"])
def test_codes_contain_lower_case_letters_digits_and_hyphens(code):
    assert problems_of(GOOD.replace('"access"', f'"{code}"')) == [
        f"the code of section “{code}” may hold a–z, 0–9 and hyphens only"
    ]


def test_codes_have_at_most_80_characters():
    longest = "a" * 80

    assert parse_rubric(GOOD.replace('"access"', f'"{longest}"')).sections[0].code == longest
    assert problems_of(GOOD.replace('"access"', f'"{longest}a"')) == [
        f"“code” in section “{'a' * 60}” has 81 characters; at most 80"
    ]


def test_codes_and_orders_are_used_once_in_the_whole_file():
    tension = GOOD.index("[[tension]]")

    assert problems_of(GOOD[:tension] + REPEATED + GOOD[tension:]) == [
        "the code of section “access” is used twice",
        "the code of criterion “ada” is used twice",
        "the order 12 of criterion “ada” is used twice",
    ]


def test_a_tension_is_named_once_in_either_order():
    again = '[[tension]]\nbetween = ["ell", "ada"]\nwhy = "Again."\n'

    assert problems_of(GOOD + again) == ["tension “2” repeats an earlier one"]


def test_sections_and_criteria_are_required_and_must_be_tables():
    head = 'name = "N"\nversion = "1"\n'

    assert problems_of(head) == ["“section” is missing in rubric “N”"]
    assert problems_of(head + "section = 1") == ["“section” in rubric “N” must be a list of tables"]
    assert problems_of(head + "section = [1]") == [
        "“section” in rubric “N” must be a list of tables"
    ]
    assert problems_of(head + '[[section]]\ncode = "a"\ntitle = "A"') == [
        "“criterion” is missing in section “a”"
    ]


def test_a_criterion_without_code_and_title_is_named_by_its_place():
    head = 'name = "N"\nversion = "1"\n[[section]]\ncode = "a"\ntitle = "A"\n'

    assert problems_of(head + "[[section.criterion]]") == [
        "“code” is missing in criterion “a/1”",
        "“title” is missing in criterion “a/1”",
        "“question” is missing in criterion “a/1”",
        "“order” is missing in criterion “a/1”",
    ]


def test_all_problems_are_told_at_once_in_the_order_of_the_file():
    text = GOOD.replace("order = 12", "ordre = 12").replace('"ell"]', '"sso"]').replace("2.5", "-1")

    assert problems_of(text) == [
        "unknown key “ordre” in criterion “ada”",
        "“weight” in criterion “ada” must be from 0 to 1000 with at most 3 decimals",
        "“order” is missing in criterion “ada”",
        "“between” in tension “1”: there is no criterion “sso”",
    ]


@given(st.text(), st.integers(0, len(GOOD)), st.integers(0, 30))
def test_any_file_is_either_read_or_refused_with_problems(text, start, length):
    assert outcome_of(GOOD[:start] + text + GOOD[start + length :]) in ("read", "refused")


def outcome_of(text: str) -> str:
    try:
        rubric = parse_rubric(text)
    except NotReady as refusal:
        return "refused" if refusal.problems else "refused without a problem"
    return "read" if rubric.sections else "read without a section"


@pytest.mark.parametrize(
    ("old", "key"), [('"Curriculum"', "name"), ("12", "order"), ('"access"', "code")]
)
def test_a_whole_number_too_long_to_be_written_is_refused(old: str, key: str):
    text = GOOD.replace(f"{key} = {old}", f"{key} = 0x{'f' * 9_000}")
    assert text != GOOD

    assert problems_of(text) == ["A number in it is too long to be one."]
