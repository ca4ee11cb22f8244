"""Files with a table: text in the encodings of spreadsheets, and the first sheet of a workbook."""

from datetime import date
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from xlsxwriter import Workbook as WrittenWorkbook

from crrubric.domain.errors import Invalid
from crrubric.domain.limits import SHEET_BYTES
from crrubric.services.exchange.first_sheets import read_shared_texts
from crrubric.services.exchange.workbooks import iterate_sheet_rows, read_sheets
from tests.uploads import EXCEL, WORD, archive, make_workbook


def change_sheet(old: bytes, new: bytes, rows: int = 2) -> bytes:
    """A workbook of some rows in which something of a part is written otherwise."""
    made = make_workbook([["x"]] * rows)
    with ZipFile(BytesIO(made)) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    assert any(old in part for part in parts.values())
    return archive({name: part.replace(old, new) for name, part in parts.items()})


ROWS: list[list[Any]] = [
    ["Company", None, "Price"],
    [],
    ["Peña & Co", None, 38.499999999999996],
    ["=B", "two\nlines", 1250],
    [True, date(2026, 3, 2), None],
]


def test_cells_of_the_first_sheet_are_read():
    rows = [row for _number, row in iterate_sheet_rows(make_workbook(ROWS, [["not this"]]))]

    assert rows == [
        ["Company", "", "Price"],
        [],
        ["Peña & Co", "", "38.5"],
        ["=B", "two\nlines", "1250"],
        ["True", "2026-03-02"],
    ]


def test_rows_have_the_numbers_that_people_see():
    found = list(iterate_sheet_rows(make_workbook([["a"], [], ["b", "", "c"]])))

    assert found == [(1, ["a"]), (2, []), (3, ["b", "", "c"])]


def test_of_a_formula_what_it_gave_is_read():
    out = BytesIO()
    with WrittenWorkbook(out) as book:
        book.add_worksheet().write_formula(0, 0, "=1+1", None, 2)

    assert list(iterate_sheet_rows(out.getvalue())) == [(1, ["2"])]


@pytest.mark.parametrize(
    "data",
    [
        archive(WORD),
        archive(EXCEL),
        make_workbook([["x"] * 101]),
        make_workbook([["x"]])[:-40],
        archive({**EXCEL, "xl/worksheets/sheet1.xml": " " * (SHEET_BYTES + 1)}),
        b"PK\x03\x04rest",
        change_sheet(b'<row r="2"', b'<row r="60000000"'),
        change_sheet(b'<row r="2"', b'<row r="1000000000000000000000"'),
        change_sheet(b"</sheetData>", b"</sheetdata>"),
        change_sheet(b">x<", b">" + b"x" * 100_000 + b"<", rows=100),
        change_sheet(b"<sheetData>", b"<row" * 300_000),
        change_sheet(b"</row>", b'<c r="CW2"><v>1</v></c></row>'),
        change_sheet(b"</sheetData>", b"</sheetData>" + b"<mergeCell/>" * 100_000),
        change_sheet(b"</cellXfs>", b"<xf/>" * 200_000 + b"</cellXfs>"),
        change_sheet(b'"/xl/workbook.xml"', b'"/xl/styles.xml"'),
    ],
    ids=[
        "Word",
        "empty",
        "too wide",
        "cut off",
        "too large",
        "no archive",
        "far row",
        "number without end",
        "broken XML",
        "one long text in many cells",
        "rows that do not end",
        "far column",
        "many merged cells",
        "many formats",
        "another part as the book",
    ],
)
def test_what_cannot_be_read_is_refused_in_words(data: bytes):
    with pytest.raises(Invalid, match="first sheet of this workbook") as refused:
        list(iterate_sheet_rows(data))

    assert refused.value.field == "file"


def test_a_hostile_workbook_is_refused():
    """Its beginnings of rows that never end took an hour, so that nobody would miss it."""
    hostile = change_sheet(b"<sheetData>", b"<row" * 1_000_000)

    with pytest.raises(Invalid):
        list(iterate_sheet_rows(hostile))


def test_cells_with_a_format_alone_make_no_row_wider():
    far = b"".join(b'<row r="%d"><c r="XFD%d" s="1"/></row>' % (n, n) for n in range(3, 8_003))

    rows = list(iterate_sheet_rows(change_sheet(b"</sheetData>", far + b"</sheetData>")))

    assert rows[:2] == [(1, ["x"]), (2, ["x"])]
    assert rows[2:] == [(number, []) for number in range(3, 8_003)]


def test_only_the_first_sheet_is_looked_at():
    made = make_workbook([["x"]], [["y"] * 150])

    assert list(iterate_sheet_rows(made)) == [(1, ["x"])]


def read_three(data: bytes) -> dict[str, list[list[str]]]:
    return read_sheets(data, most_sheets=3, most_rows=100, most_columns=20)


def test_rows_of_several_sheets_are_read_by_their_names():
    found = read_three(make_workbook([["a"], [], ["b", "", "c"]], [["d"]]))

    assert list(found.values()) == [[["a"], [], ["b", "", "c"]], [["d"]]]
    assert list(found) == ["Sheet", "Sheet1"]


@pytest.mark.parametrize(
    "data",
    [
        archive(WORD),
        archive(EXCEL),
        make_workbook([["x"] * 21]),
        make_workbook([["x"]] * 101),
        make_workbook(*[[["x"]]] * 4),
        b"Vendor;Answer",
        archive({**EXCEL, **{f"xl/part{n}.xml": " " * SHEET_BYTES for n in range(5)}}),
        change_sheet(b"<sheetData>", b"<row" * 300_000),
        change_sheet(b'<row r="2"', b'<row r="60000000"'),
        change_sheet(b">x<", b">" + b"x" * 100_000 + b"<", rows=100),
        change_sheet(b"<sheetData>", b"<!DOCTYPE x><sheetData>"),
    ],
    ids=[
        "Word",
        "empty",
        "too wide",
        "too long",
        "too many sheets",
        "no workbook",
        "too large together",
        "rows that do not end",
        "far row",
        "one long text in many cells",
        "DOCTYPE",
    ],
)
def test_several_sheets_that_cannot_be_read_are_refused(data: bytes):
    with pytest.raises(Invalid, match="no Excel workbook") as refused:
        read_three(data)

    assert refused.value.field == "file"


def test_empty_cells_before_a_full_one_are_no_more_than_letters_may_be():
    book = make_workbook([[None] * 299 + ["x"]] * 200)

    def read(part_bytes: int) -> dict[str, list[list[str]]]:
        return read_sheets(
            book, most_sheets=1, most_rows=300, most_columns=300, part_bytes=part_bytes
        )

    assert len(read(61_000)["Sheet"]) == 200
    with pytest.raises(Invalid, match="no Excel workbook"):
        read(59_000)


def write_far_cells(sheets: int, row: int, column: int) -> bytes:
    """Sheets of two cells: one in the last column, one in the last row."""
    out = BytesIO()
    with WrittenWorkbook(out) as book:
        for _ in range(sheets):
            sheet = book.add_worksheet()
            sheet.write(0, column - 1, "x")
            sheet.write(row - 1, 0, "y")
    return out.getvalue()


def test_rows_that_are_left_out_are_not_for_nothing():
    """A file of five kilobytes can have a million of them."""
    book = write_far_cells(3, row=20_000, column=300)
    most = {"most_sheets": 3, "most_rows": 150_000, "most_columns": 300}

    sheets = read_sheets(book, **most)

    assert [[len(rows), len(rows[0]), rows[1], rows[-1]] for rows in sheets.values()] == [
        [20_000, 300, [], ["y"]]
    ] * 3
    with pytest.raises(Invalid):
        read_sheets(book, **most, part_bytes=1_000_000)


def test_a_size_that_is_not_true_costs_nothing():
    book = make_workbook([["x"]])
    with ZipFile(BytesIO(book)) as parts:
        found = {name: parts.read(name) for name in parts.namelist()}
    name = "xl/worksheets/sheet1.xml"
    found[name] = found[name].replace(b'ref="A1:A1"', b'ref="A1:XFD1048576"')
    assert b"XFD1048576" in found[name]

    assert read_three(archive(dict(found))) == {"Sheet": [["x"]]}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("_x000D_\n", "\r\n"),
        ("_x005F_x0041_", "_x0041_"),
        ("_x0041_", "A"),
        ("_xD83D_", "_xD83D_"),
        ("_x41_", "_x41_"),
    ],
)
def test_characters_that_a_file_writes_by_number_are_read(written: str, read: str):
    assert read_three(make_workbook([[f"a{written}b"]])) == {"Sheet": [[f"a{read}b"]]}


def test_how_a_text_is_pronounced_is_no_part_of_it():
    east = "\u6771".encode()
    part = (
        b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b"<si><t>" + east + b"</t><rPh><t>higashi</t></rPh></si>"
        b"<si><r><t>two </t></r><r><t>runs</t></r></si><si/></sst>"
    )

    assert read_shared_texts(BytesIO(part)) == ["\u6771", "two runs", ""]
