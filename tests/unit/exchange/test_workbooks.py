"""Files with a table: text in the encodings of spreadsheets, and the first sheet of a workbook."""

import time
from datetime import date
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from xlsxwriter import Workbook as WrittenWorkbook

from crrubric.domain.errors import Invalid
from crrubric.domain.limits import SHEET_BYTES
from crrubric.services.exchange.workbooks import iterate_sheet_rows
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


def test_a_hostile_workbook_is_refused_before_it_costs_time():
    hostile = change_sheet(b"<sheetData>", b"<row" * 1_000_000)
    begun = time.process_time()

    with pytest.raises(Invalid):
        list(iterate_sheet_rows(hostile))

    assert time.process_time() - begun < 5  # it was an hour


def test_cells_with_a_format_alone_make_no_row_wider():
    far = b"".join(b'<row r="%d"><c r="XFD%d" s="1"/></row>' % (n, n) for n in range(3, 8_003))
    begun = time.process_time()

    rows = list(iterate_sheet_rows(change_sheet(b"</sheetData>", far + b"</sheetData>")))

    assert rows[:2] == [(1, ["x"]), (2, ["x"])]
    assert rows[2:] == [(number, []) for number in range(3, 8_003)]
    assert time.process_time() - begun < 5  # it was half a minute


def test_only_the_first_sheet_is_looked_at():
    made = make_workbook([["x"]], [["y"] * 150])

    assert list(iterate_sheet_rows(made)) == [(1, ["x"])]
