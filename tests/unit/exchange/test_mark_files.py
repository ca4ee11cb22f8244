"""Files of marks: their layout is guessed, and their rows are read by it."""

from collections.abc import Sequence

import pytest

from crrubric.domain.errors import Invalid, InvalidPlaces
from crrubric.domain.exchange.marks.guess import NOTHING, Known, guess_mapping
from crrubric.domain.exchange.marks.latest import (
    Answered,
    LatestAnswers,
    read_time,
)
from crrubric.domain.exchange.marks.lines import MarkLine, iterate_mark_lines
from crrubric.domain.exchange.marks.mapping import (
    BLANK,
    Layout,
    MarkMapping,
    read_mapping,
    write_mapping,
)
from crrubric.domain.exchange.sheets import (
    TableSheet,
    hash_headers,
    label_columns,
    name_column,
    read_head,
)
from crrubric.domain.text import key_of
from crrubric.domain.vocabulary import Answer
from crrubric.services.exchange.csv_rows import MOST_COLUMNS
from crrubric.services.exchange.mark_lines import MarkTable, read_heads
from crrubric.services.exchange.names import MOST_UNKNOWN, REVIEWER_WORDS, NameBook
from crrubric.services.exchange.table_sources import TableSource, read_data

CRITERIA = {
    "std": "std", "aligned to standards?": "std", "standards": "std",
    "acc": "acc", "accessible?": "acc", "accessibility": "acc",
}  # fmt: skip
REVIEWERS = {"ana ruiz", "bo li", "r1@example.org"}
VENDORS = {"vendor a", "vendor b"}
KNOWN = Known(
    lambda text: CRITERIA.get(key_of(text)),
    lambda text: key_of(text) in REVIEWERS,
    lambda text: key_of(text) in VENDORS,
)
Rows = Sequence[Sequence[str]]


def read_sheets(sheets: dict[str, Rows], known: Known = KNOWN) -> tuple[MarkMapping, list[object]]:
    """How the sheets are understood, and what is read of them."""
    heads = [read_head(name, iter(enumerate(rows, 1))) for name, rows in sheets.items()]
    mapping = guess_mapping(heads, known)
    lines: list[object] = []
    for name, rows in sheets.items():
        if name in mapping.sheets:
            lines += [tell_line(each) for each in iterate_mark_lines(
                TableSheet(name, enumerate(rows, 1)), mapping)]  # fmt: skip
    return mapping, lines


def tell_line(line: object) -> object:
    """A mark in short; a refusal as its place and words."""
    if isinstance(line, MarkLine):
        return (line.reviewer, line.vendor, line.criterion, line.text.answer.value, line.text.note)
    assert isinstance(line, tuple)
    return line[0], str(line[1])


def read_text(data: bytes, known: Known = NOTHING) -> list[object]:
    """What is read of a text file."""
    source = read_data(data, "marks.csv")
    table = MarkTable(source, guess_mapping(read_heads(source), known))
    return [tell_line(line) for line in table.iterate_lines()]


LONG = (
    "reviewer,vendor,criterion,mark,note\n"
    "Ana Ruiz,Vendor A,std,Sí,“bien”\n"
    "Bo Li,Vendor A,acc,n/a,\n"
)
READ = [
    ("Ana Ruiz", "Vendor A", "std", "YES", "“bien”"),
    ("Bo Li", "Vendor A", "acc", "NOT_APPLICABLE", ""),
]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_any_encoding_and_separator_is_read(encoding: str, separator: str):
    assert read_text(LONG.replace(",", separator).encode(encoding)) == READ


@pytest.mark.parametrize(
    "text",
    [
        "Results of Adoption 2027\n\n" + LONG,
        "Results; of, Adoption\nDraft,,,,\n" + LONG,
        LONG.replace("\n", "\n,,,,\n") + "\n\n",
        LONG.replace("n/a,", "n/a"),
        "mark,criterion,note,vendor,reviewer\nSí,std,“bien”,Vendor A,Ana Ruiz\n"
        "n/a,acc,,Vendor A,Bo Li\n",
        "Respuesta,Criterio,Notas,Proveedor,Persona evaluadora\nSí,std,“bien”,Vendor A,Ana Ruiz\n"
        "n/a,acc,,Vendor A,Bo Li\n",
    ],
)
def test_titles_blank_and_short_rows_and_any_order_are_read(text: str):
    assert read_text(text.encode()) == READ


def test_an_export_of_a_form_is_read_by_titles_and_questions():
    mapping, lines = read_sheets(
        {
            "": [
                ["Timestamp", "Email Address", "Vendor", "1. Aligned to standards?", "Comments",
                 "Rate [Accessibility]", "Anything else?"],
                ["3/1/2027 10:02:11", "r1@example.org", "Vendor A", "Yes", "good", "No", "hi"],
                ["3/1/2027 10:05:40", "Bo Li", "Vendor A", "", "", "Yes, with comments", ""],
            ]
        }
    )  # fmt: skip

    assert mapping.layout is Layout.RESPONSES
    assert list(mapping.columns.values()) == [
        "time", "reviewer", "vendor", "mark:std", "note:std", "mark:acc", "",
    ]  # fmt: skip
    assert lines == [
        ("r1@example.org", "Vendor A", "std", "YES", "good"),
        ("r1@example.org", "Vendor A", "acc", "NO", ""),
        (
            "F3",
            "unknown value “Yes, with comments”: use YES, NO, NOT_APPLICABLE or CANNOT_TELL",
        ),
    ]


def test_columns_are_known_by_what_is_named_in_them():
    mapping, lines = read_sheets(
        {
            "": [
                ["Who are you?", "This is about", "Standards", "Also"],
                ["Ana Ruiz", "Vendor A", "yes", "Vendor A"],
                ["Somebody", "Vendor B", "no", ""],
                ["Bo Li", "Vendor B", "no", ""],
            ]
        }
    )

    assert list(mapping.columns.values()) == ["reviewer", "vendor", "mark:std", ""]
    assert len(lines) == 3


def test_a_layout_is_understood_though_a_column_is_missing():
    mapping, lines = read_heads_alone(
        [["Adoption 2027"], ["Who?", "About", "Standards", "Accessibility"],
         ["A. R.", "Vendor A", "yes", "no"]]
    )  # fmt: skip

    assert (mapping.layout, mapping.header) == (Layout.RESPONSES, 2)
    assert mapping.columns == {
        "Who?": "", "About": "vendor", "Standards": "mark:std", "Accessibility": "mark:acc",
    }  # fmt: skip
    assert lines == ["missing column “reviewer”"]


def read_heads_alone(rows: Rows) -> tuple[MarkMapping, list[str]]:
    """How a table is understood whose columns are not all known, and what is missing."""
    mapping = guess_mapping([read_head("", iter(enumerate(rows, 1)))], KNOWN)
    with pytest.raises(InvalidPlaces) as refused:
        list(iterate_mark_lines(TableSheet("", enumerate(rows, 1)), mapping))
    return mapping, [str(problem) for _place, problem in refused.value.places]


def test_a_workbook_with_a_sheet_for_each_vendor_is_read_by_their_names():
    table = [
        ["Adoption 2027"],
        ["#", "Criterion", "Ana Ruiz", "Comments", "Bo Li"],
        ["", "Section one"],
        ["1", "Standards", "Y", "good", "-"],
        ["2", "Accessibility", "no", "", "✓"],
    ]
    mapping, lines = read_sheets(
        {"Read me": [["Fill it in"]], "Vendor A": table, "vendor b": table[:4], "Total": [["7"]]}
    )

    assert mapping.layout is Layout.MATRIX
    assert mapping.sheets == {"Vendor A": "Vendor A", "vendor b": "vendor b"}
    assert lines == [
        ("Ana Ruiz", "Vendor A", "Standards", "YES", "good"),
        ("Ana Ruiz", "Vendor A", "Accessibility", "NO", ""),
        ("Bo Li", "Vendor A", "Accessibility", "YES", ""),
        ("Ana Ruiz", "vendor b", "Standards", "YES", "good"),
    ]


def test_bad_cells_of_a_sheet_are_named_as_spreadsheets_name_them():
    _mapping, lines = read_sheets(
        {"Vendor A": [["Criterion", "Ana Ruiz", "Notes"], ["Standards", "maybe", ""],
                      ["Accessibility", "-", "why?"], ["Standards", "yes", "fine"]]}
    )  # fmt: skip

    assert lines[0] == (
        "Vendor A!B2",
        "unknown value “maybe”: use YES, NO, NOT_APPLICABLE or CANNOT_TELL",
    )
    assert lines[1] == ("Ana Ruiz", "Vendor A", "Standards", "YES", "fine")


def test_a_line_with_more_columns_than_headers_is_named_by_its_place():
    rows = [["reviewer", "vendor", "criterion", "mark"], ["A", "V", "c", "yes"],
            ["A", "V", "d", "yes", "why"]]  # fmt: skip

    _mapping, lines = read_sheets({"": rows})
    assert lines[-1] == (3, "5 columns instead of 4")

    _mapping, lines = read_sheets({"Marks": rows})
    assert lines[-1] == ("Marks!3", "5 columns instead of 4")


def test_a_word_can_be_said_to_mean_an_answer_or_nothing():
    mapping = MarkMapping(
        layout=Layout.LONG,
        columns={name: name for name in ("reviewer", "vendor", "criterion", "mark")},
        sheets={"": ""},
        words={"yes, with comments": "YES", "x": BLANK},
    )
    rows = [["reviewer", "vendor", "criterion", "mark"], ["A", "V", "c", "Yes, with comments"],
            ["A", "V", "d", "x"]]  # fmt: skip

    lines = [tell_line(each) for each in iterate_mark_lines(
        TableSheet("", enumerate(rows, 1)), mapping)]  # fmt: skip

    assert lines == [("A", "V", "c", "YES", "")]


def test_a_mapping_is_the_same_after_it_was_written():
    mapping, _lines = read_sheets({"": [line.split(",") for line in LONG.splitlines()]})

    assert read_mapping(write_mapping(mapping)) == mapping


def test_columns_are_told_apart_and_known_again_in_any_order():
    assert label_columns(["a", "", " a  b ", "a"]) == ["a", "(2)", "a b", "a (2)"]
    assert hash_headers(["Ab", "ç"]) == hash_headers(["C", "ab"])
    assert hash_headers(["a"]) != hash_headers(["a", "b"])


@pytest.mark.parametrize(
    ("place", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"),
                           (702, "AAA")]
)  # fmt: skip
def test_columns_have_the_letters_of_spreadsheets(place: int, letters: str):
    assert name_column(place) == letters


@pytest.mark.parametrize(
    ("text", "day_first", "told"),
    [
        ("3/1/2027 10:02:11", False, "2027-03-01 10:02:11"),
        ("3/1/2027 10:02:11", True, "2027-01-03 10:02:11"),
        ("31/1/2027", False, "2027-01-31 00:00:00"),
        ("3/1/2027, 1:05 PM", False, "2027-03-01 13:05:00"),
        ("3/1/2027 12:05 am", False, "2027-03-01 00:05:00"),
        ("2027-03-01T10:02:11Z", False, "2027-03-01 10:02:11"),
        ("soon", False, "0001-01-01 00:00:00"),
        ("13/13/2027", False, "0001-01-01 00:00:00"),
    ],
)
def test_times_are_read_as_forms_write_them(text: str, day_first: bool, told: str):
    assert str(read_time(text, day_first=day_first)) == told


def test_the_latest_answer_is_found_by_time_and_else_by_row():
    assert find_latest_row("3/2/2027 9:00", "3/1/2027 10:00") == 0
    assert find_latest_row("", "") == 1
    assert find_latest_row("2/3/2027", "1/4/2027") == 0
    assert find_latest_row("2/3/2027", "1/4/2027", "31/1/2027") == 1
    assert find_latest_row("3/1/2027", "1/31/2027") == 0


def find_latest_row(*times: str) -> int:
    """Which of these answers, in so many rows, is the latest."""
    found = LatestAnswers()
    for row, time in enumerate(times):
        found.add("cell", Answered(time, (0, row)))
    assert found.again == len(times) - 1
    return next(row for row in range(len(times)) if found.is_latest("cell", (0, row)))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"x", "old form (.xls): save it as .xlsx"),
        (b"%PDF-1.7", "is a PDF file"),
        (b"a,b\n\x81\x8d,\xff", "can’t be read as text"),
        (b"a,b\n1," + b"x" * 200_000, "line 2: this can’t be read as CSV"),
    ],
)
def test_files_of_another_form_say_what_to_do(data: bytes, says: str):
    source: TableSource = read_data(data, "marks.csv")

    with pytest.raises(Exception, match=r"marks\.csv") as refused:
        [list(sheet.rows) for sheet in source.iterate_sheets()]

    assert says in str(refused.value)


def test_answers_are_what_the_words_of_the_cases_mean():
    words = ["Yes", "no", " YES ", "TRUE", "0", "n/a", "Not sure", "Sí", "yes.", "✓"]
    rows = "".join(f"Ana Ruiz,Vendor A,c{place},{word},\n" for place, word in enumerate(words))

    found = read_text(("reviewer,vendor,criterion,mark,note\n" + rows).encode())

    assert [line[3] for line in found if isinstance(line, tuple)] == [
        answer.value
        for answer in (
            Answer.YES, Answer.NO, Answer.YES, Answer.YES, Answer.NO, Answer.NOT_APPLICABLE,
            Answer.CANNOT_TELL, Answer.YES, Answer.YES, Answer.YES,
        )
    ]  # fmt: skip


def test_a_header_of_very_many_columns_of_one_name_is_read_at_once():
    labels = label_columns([*["Mark"] * 20_000, "Mark (2)", "", "(20002)"])  # else for days

    assert labels[:3] == ["Mark", "Mark (2)", "Mark (3)"]
    assert len(set(labels)) == len(labels) == 20_003


@pytest.mark.parametrize("text", ["[" * 400_000, "." * 400_000 + "x", "[a] " + "]" * 400_000])
def test_a_very_long_cell_is_neither_header_nor_answer(text: str):  # found out at once, not in days
    head = read_head("", iter([(1, ["Reviewer", text, "Mark"]), (2, ["Ana Ruiz", text, text])]))

    mapping = guess_mapping([head], KNOWN)

    assert mapping.columns["Reviewer"] == "reviewer"
    assert mapping.recognize(text) is None


def test_a_column_of_names_that_nobody_has_is_told_without_looking_each_of_them_up():
    book = NameBook(words=REVIEWER_WORDS, longest=100)
    book.add(1, "Ana Ruiz")

    for number in range(MOST_UNKNOWN + 1):
        with pytest.raises(Invalid):
            book.resolve(f"Ana Ruis {number}")

    assert len(book.unknown) == MOST_UNKNOWN
    assert book.unknown[key_of("Ana Ruis 1")].nearest == "Ana Ruiz"
    with pytest.raises(Invalid) as refused:
        book.resolve(f"Ana Ruis {MOST_UNKNOWN}")
    assert "nearest" not in refused.value.values


def test_a_text_with_more_columns_than_any_table_has_is_refused():
    wide = read_data(b"," * MOST_COLUMNS, "wide.csv")

    with pytest.raises(Invalid, match="more than"):
        read_heads(wide)
    assert len(read_heads(read_data(b"a" + b",a" * (MOST_COLUMNS - 1), "fits.csv"))) == 1


def test_a_name_that_is_refused_a_thousand_times_is_kept_once():
    """Each refusal that is raised holds what was read just then."""
    book, raised = NameBook(words=REVIEWER_WORDS, longest=100), []
    for _ in range(3):
        with pytest.raises(Invalid, match="no reviewer “Nobody”") as refused:
            book.resolve("Nobody")
        raised.append(refused.value)

    assert len({id(each) for each in raised}) == 3
    assert [each.__traceback__ for each in book.found.values() if isinstance(each, Invalid)] == [
        None
    ]
