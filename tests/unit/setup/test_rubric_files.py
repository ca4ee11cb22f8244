"""A rubric goes out as a file and comes in as the same rubric; what a file can't say is told."""

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from crrubric.domain import limits
from crrubric.domain.errors import Invalid, InvalidLines, NotReady
from crrubric.domain.setup.rubric import (
    Rubric,
    RubricCriterion,
    RubricSection,
    RubricTension,
    load_built_in_rubric,
    parse_rubric,
)
from crrubric.domain.setup.rubric_files import rows
from crrubric.domain.setup.rubric_files.differences import (
    compare_rubrics,
    index_criteria,
    number_criteria,
    settle_rubric,
)
from crrubric.domain.setup.rubric_files.toml_out import write_rubric_toml
from crrubric.domain.text import clean_line, clean_text
from crrubric.domain.vocabulary import Stakeholder
from crrubric.reports.exchange.books import BookWords
from crrubric.reports.exchange.rubric_book import write_rubric_book
from crrubric.reports.exchange.tables import to_csv
from crrubric.services.exchange.field_tables import (
    load_field_table,
    read_file_text,
    read_text_table,
)
from crrubric.services.exchange.table_sources import read_data
from crrubric.services.setup.rubric.files import RubricFile, read_rubric_table
from tests.factories import small_rubric

CASES = Path(__file__).parents[2] / "data" / "rubrics"
SIGNS = st.sampled_from(["=1+1", "'=1+1", "''-x", "'", '"a"', "a\tb", "\\n", "ñ 漢 🙂", "#", "'''"])
LETTERS = st.characters(exclude_categories=["Cc", "Cs", "Cn", "Co", "Mn", "Me", "Cf", "Zl", "Zp"])


def is_usable(text: str) -> bool:
    """Whether the input gate takes a text as it is."""
    try:
        return clean_text(text, limit=limits.NOTE) == text
    except Invalid:
        return False


TEXTS = st.one_of(
    SIGNS, st.text(st.one_of(LETTERS, st.sampled_from("\n'\",;=")), max_size=30)
).filter(is_usable)
LINES = TEXTS.filter(lambda text: bool(text) and clean_line(text, limit=200) == text)
CODES = st.from_regex(r"[a-z0-9]{1,4}(-[a-z0-9]{1,3})?", fullmatch=True)


def without_empty(texts: dict[str, str]) -> dict[str, dict[str, str]]:
    kept = {key: text for key, text in texts.items() if text}
    return {"es": kept} if kept else {}


@st.composite
def rubrics(draw: st.DrawFn, *, empty_sections: bool = True) -> Rubric:
    """Any rubric that an evaluation can have."""
    codes = draw(st.lists(CODES, min_size=1, max_size=6, unique=True))
    criteria = [
        RubricCriterion(
            code=code,
            title=draw(LINES),
            question=draw(TEXTS),
            look_for=draw(TEXTS),
            lead=draw(st.one_of(st.none(), st.sampled_from(Stakeholder))),
            may_not_apply=draw(st.booleans()),
            must_have=draw(st.booleans()),
            weight=draw(st.integers(0, 1_000_000).map(lambda n: rows.Fraction(n, 1000))),
            order=0,
            translations=without_empty(
                {"title": draw(LINES), "question": draw(TEXTS), "practice": draw(TEXTS)}
            ),
            evidence_months=draw(st.one_of(st.none(), st.integers(1, 120))),
            practice=draw(TEXTS),
            left_out=draw(st.booleans()),
        )
        for code in codes
    ]
    cut = draw(st.integers(0 if empty_sections else 1, len(criteria)))
    halves = [criteria[:cut], criteria[cut:]]
    parts = [
        RubricSection(
            f"part-{n}", f"Part {n} {draw(LINES)}", tuple(half), {"es": {"title": "Parte"}}
        )
        for n, half in enumerate(halves)
        if half or empty_sections
    ]
    tensions = [RubricTension((codes[0], codes[1]), draw(LINES), {})] if len(codes) > 1 else []
    return number_criteria(Rubric(draw(LINES), "3", tuple(parts), tuple(tensions)))


def read_table(text: str, stored: Rubric) -> RubricFile:
    return read_rubric_table(read_text_table(text, rows.RUBRIC_TABLE), stored)


def write_table(rubric: Rubric) -> str:
    return to_csv(rows.COLUMNS, rows.list_rubric_rows(rubric))


NOTHING = Rubric("", "", (), ())
WORDS = BookWords(
    title="Credit recovery",
    subject="Rubric",
    language="en",
    made_at=datetime(2027, 3, 31, tzinfo=UTC),
    cut="[cut of %(count)s]",
    more="more",
)


@settings(deadline=None, max_examples=60)
@given(rubrics())
def test_what_goes_out_as_toml_comes_in_the_same(rubric: Rubric):
    assert parse_rubric(write_rubric_toml(rubric)) == rubric


@settings(deadline=None, max_examples=60)
@given(rubrics(empty_sections=False))
def test_what_goes_out_as_a_table_comes_in_the_same(rubric: Rubric):
    found = read_table(write_table(rubric), NOTHING)

    assert found.table is not None
    assert found.table.list_unread() == []
    assert found.rubric.sections == rubric.sections


@settings(deadline=None, max_examples=60)
@given(rubrics(empty_sections=False))
def test_what_goes_out_as_a_workbook_comes_in_the_same(rubric: Rubric):
    source = read_data(write_rubric_book(rubric, "Rubric", WORDS), "rubric.xlsx")

    text = read_file_text(source, rows.RUBRIC_TABLE).text  # on the web it can be corrected
    table = load_field_table(source, rows.RUBRIC_TABLE)  # at the console it is read as it is

    assert table.list_unread() == []
    assert read_table(text, NOTHING).rubric.sections == rubric.sections
    assert read_rubric_table(table, NOTHING).rubric.sections == rubric.sections


def test_in_the_workbook_numbers_are_numbers_and_typed_text_is_text():
    (part,) = small_rubric().sections
    odd = replace(part.criteria[0], title="=1+1", question="007", look_for="_x0041_\n2027-03-31",
                  weight=rows.Fraction("2.125"), evidence_months=12)  # fmt: skip
    rubric = Rubric("", "", (replace(part, criteria=(odd,)),), ())

    book = load_workbook(BytesIO(write_rubric_book(rubric, "Rubric", WORDS)))

    sheet = book["Rubric"]
    cells = dict(zip(rows.COLUMNS, sheet[2], strict=True))
    assert [cell.value for cell in sheet[1]] == [*rows.COLUMNS]
    assert (cells["weight"].value, cells["evidence_months"].value) == (2.125, 12)
    assert (cells["title"].value, cells["title"].data_type) == ("=1+1", "s")
    assert (cells["question"].value, cells["must_have"].value) == ("007", "YES")
    assert sheet.freeze_panes == "A2"
    assert cells["look_for"].alignment.wrap_text


@settings(deadline=None, max_examples=60)
@given(rubrics(), rubrics())
def test_taking_a_rubric_twice_is_taking_it_once(stored: Rubric, wanted: Rubric):
    once = settle_rubric(stored, wanted)

    assert settle_rubric(once, wanted) == once
    assert index_criteria(once).keys() == {*index_criteria(stored), *index_criteria(wanted)}
    assert compare_rubrics(once, once).is_empty()
    assert settle_rubric(stored, stored) == stored


def test_the_built_in_rubric_goes_out_and_in():
    built_in = number_criteria(load_built_in_rubric())

    assert parse_rubric(write_rubric_toml(built_in)) == built_in


# What people have


def refused(text: str, stored: Rubric = NOTHING) -> list[tuple[int, str]]:
    with pytest.raises(InvalidLines) as error:
        read_table(text, stored)
    return [(number, str(why)) for number, why in error.value.lines]


def test_a_short_table_is_enough():
    found = read_table(
        "Code;Section;Criterion;Question;Weight;Must-have\n"
        "ada;Access;Accessible;Can all use it?;2;yes\n"
        ";Access;Keyboard only;;;\n",
        NOTHING,
    ).rubric

    (part,) = found.sections
    one, two = part.criteria
    assert (part.code, part.title) == ("access", "Access")
    assert (one.code, one.weight, one.must_have) == ("ada", 2, True)
    assert (two.code, two.title) == ("keyboard-only", "Keyboard only")
    assert (two.weight, two.must_have) == (1, False)


def test_a_table_in_spanish_is_read():
    found = read_table(
        "Sección,Título,Pregunta,Peso,Indispensable\nUso,Fácil,¿Se usa?,2,sí\n", NOTHING
    )

    (row,) = index_criteria(found.rubric).values()
    assert (row.title, row.question, row.weight, row.must_have) == ("Fácil", "¿Se usa?", 2, True)


def test_every_bad_line_is_told_with_everything_that_is_wrong():
    assert refused(
        "code,title,weight,must_have,lead\n"
        "ada,Accessible,1;5,maybe,wizard\n"
        "ada,Again,1,,\n"
        "Two Words,Third,1,,\n"
        ",,1,,\n"
        'ok,Fine,"1,5",,\n'
    ) == [
        (2, "lead: there is no stakeholder “wizard”; choose from teacher, counselor, "
            "special_education, english_learners, it, principal, parent, student, community, "
            "other"),
        (2, "weight: Enter a number, like 2 or 2.5."),
        (2, "must_have: “maybe” is neither YES nor NO"),
        (3, "the code “ada” is used twice"),
        (4, "the code “Two Words” may hold a–z, 0–9 and hyphens only"),
        (5, "the title is missing"),
        (6, "weight: “1,5” is not clear: write 1.5 if that is what you mean. A point stands before "
            "decimals; a comma only sets apart groups of three digits."),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,b\n1,2\n", "No column is called “Title”: say which one holds it."),
        ("title,Title\n1,2\n", "“title” and “Title” hold the same"),
        ("", "There is no line in this table"),
    ],
)
def test_a_header_that_can_not_be_used_is_told(text: str, says: str):
    with pytest.raises(Invalid, match=says):
        read_table(text, NOTHING)


def test_a_rubric_of_a_learning_platform_is_read_without_its_levels():
    found = read_table((CASES / "rubric-lms.csv").read_text("utf-8"), NOTHING)

    (row,) = index_criteria(found.rubric).values()
    assert (row.title, row.question) == ("Standards", "Aligned to state standards")


def test_a_decimal_comma_in_a_rubric_file_is_told():
    with pytest.raises(NotReady) as error:
        parse_rubric((CASES / "decimal-comma.toml").read_text("utf-8"))

    assert [str(why) for why in error.value.problems] == [
        "Line 11: “1,5” is no number here: a point stands before decimals."
    ]


def test_what_a_table_does_not_tell_stays_and_a_translation_that_no_longer_fits_goes():
    stored = number_criteria(load_built_in_rubric())
    before = index_criteria(stored)["ready-now"]
    text = f"code,title,question\nready-now,{before.title},Is it all there?\n"

    row = index_criteria(read_table(text, stored).rubric)["ready-now"]

    assert (row.look_for, row.lead, row.weight) == (before.look_for, before.lead, before.weight)
    assert row.translations["es"]["title"] == before.translations["es"]["title"]
    assert "question" not in row.translations["es"]
    assert read_table(text, stored).rubric.sections[0].code == stored.sections[0].code


# What differs


def test_differences_are_told_by_criterion():
    old = number_criteria(small_rubric())
    text = (
        write_rubric_toml(old)
        .replace("Can everybody use it?", "Can everybody here use it?")
        .replace('code = "teacher"', 'code = "tutor"')
        .replace("weight = 2", "weight = 3")
        .replace('title = "Everything"', 'title = "All"')
        .replace('version = "1"', 'version = "2"')
    )

    found = compare_rubrics(old, parse_rubric(text))

    assert [(row.key, row.old, row.new) for row in found.facts] == [("version", "1", "2")]
    assert ([r.code for r in found.added], [r.code for r in found.gone]) == (["tutor"], ["teacher"])
    question, weight = (change.values[0] for change in found.changed)
    assert [(part.text, part.side) for part in question.parts] == [
        ("Can everybody ", ""), ("here ", "new"), ("use it?", ""),
    ]  # fmt: skip
    assert (weight.key, weight.old, weight.new, weight.parts) == ("weight", 2, 3, ())
    assert [(row.old, row.new) for row in found.sections] == [("Everything", "All")]
    assert (found.moved, found.tensions_changed) == ((), False)


def test_only_what_was_moved_is_said_to_stand_elsewhere():
    old = number_criteria(load_built_in_rubric())
    first, *rest = old.sections
    a, b, c, *more = first.criteria
    new = Rubric(
        old.name, old.version, (RubricSection(first.code, first.title, (b, c, a, *more)), *rest), ()
    )

    found = compare_rubrics(old, new)

    assert found.moved == (a.title,)
    assert found.tensions_changed


def test_sections_whose_titles_make_the_same_code_are_two():
    text = "section,title\n学校,一\n課程,二\nC,Three\nC++,Four\n学校,五\n"

    rubric = read_table(text, NOTHING).rubric

    assert [(part.title, len(part.criteria)) for part in rubric.sections] == [
        ("学校", 2), ("課程", 1), ("C", 1), ("C++", 1),
    ]  # fmt: skip
    assert len({part.code for part in rubric.sections}) == 4
    settled = settle_rubric(NOTHING, rubric)
    again = settle_rubric(settled, read_table(text, settled).rubric)
    assert compare_rubrics(settled, again).is_empty()
