"""The Excel workbook: real types, whatever was typed unharmed, memory flat."""

import io
import tracemalloc
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from xml.etree import ElementTree

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crrubric.domain.documents.tree import Tone
from crrubric.domain.text import replace_control_characters
from crrubric.reports.exchange import sheets
from crrubric.reports.exchange.books import (
    CELL,
    BookWords,
    Kind,
    SheetColumn,
    SheetTable,
    TonedCell,
    Value,
    fit_text,
)
from crrubric.reports.exchange.sheets import open_book

WORDS = BookWords(
    title="Credit recovery",
    subject="Results",
    language="es",
    made_at=datetime(2027, 3, 31, 12, tzinfo=UTC),
    cut="[cut of %(count)s]",
    more="more",
)
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
COLUMNS = (SheetColumn("Text", width=40), SheetColumn("Number", Kind.NUMBER),
           SheetColumn("Share", Kind.PERCENT), SheetColumn("Day", Kind.DAY),
           SheetColumn("When", Kind.MOMENT))  # fmt: skip
HARD = [
    "=1+1", "+1", "@SUM(A1)", "'=1", "{=1}", "https://a.example", "0123", "1e5", "TRUE",
    "<r>not styled</r>", "<b>&amp;</b>", "_x0041_", "\u202eשלום\u202c", "👩\u200d🏫", "two\nlines",
    " blank ", "\tTab", "]]>", '"quoted"',
]  # fmt: skip


def make_book(rows: Iterable[Sequence[Value | TonedCell]], **more: object) -> bytes:
    """A workbook with one sheet of these rows."""
    made = io.BytesIO()
    table = SheetTable(name="Sheet", columns=COLUMNS, rows=rows, **more)  # type: ignore[arg-type]
    with open_book(made, WORDS) as book:
        book.write_table(table)
    return made.getvalue()


def read_texts(data: bytes) -> list[str]:
    """The texts of the first column as the file holds them: openpyxl reads no _x005F_."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        root = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))  # our own file
    cells = [row.find(f"{MAIN}c") for row in root.iter(f"{MAIN}row")]
    return [
        "".join(cell.itertext()).replace("_x005F_", "_") for cell in cells[1:] if cell is not None
    ]


def test_values_keep_their_types_and_are_shown_as_what_they_are():
    day, moment = date(2027, 3, 31), datetime(2027, 3, 31, 16, 5, 30)  # noqa: DTZ001  # as a clock
    data = make_book([("one", 1234, 0.905, day, moment), ("two", None, None, None, None)])

    sheet = openpyxl.load_workbook(io.BytesIO(data))["Sheet"]

    *values, seen, when = (cell.value for cell in sheet[2])
    assert values == ["one", 1234, 0.905]
    assert (seen.date(), when) == (day, moment)
    assert [cell.number_format for cell in sheet[2]][2:] == [
        "0.0 %", "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss",
    ]  # fmt: skip
    assert [cell.value for cell in sheet[3]] == ["two", None, None, None, None]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", "A1:E3")
    assert all(cell.font.b for cell in sheet[1])
    assert sheet["A2"].alignment.wrap_text


def test_lines_above_the_table_stay_in_view_with_it():
    data = make_book([("one", 1, 0.5, None, None)], intro=("Title", "About", ""), fixed=2)

    sheet = openpyxl.load_workbook(io.BytesIO(data))["Sheet"]

    assert [sheet.cell(row, 1).value for row in range(1, 6)] == [
        "Title", "About", None, "Text", "one",
    ]  # fmt: skip
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("C5", "A4:E5")


def test_the_file_has_title_and_language_and_no_author():
    book = openpyxl.load_workbook(io.BytesIO(make_book([])))

    assert (book.properties.title, book.properties.creator) == ("Credit recovery", None)
    assert book.properties.lastModifiedBy is None
    assert {one.name: one.value for one in book.custom_doc_props} == {"Language": "es"}


def test_whatever_was_typed_is_text():
    data = make_book([(text, None, None, None, None) for text in HARD])

    sheet = openpyxl.load_workbook(io.BytesIO(data))["Sheet"]

    assert read_texts(data) == HARD
    assert {row[0].data_type for row in sheet.iter_rows(min_row=2)} <= {"s", "inlineStr"}
    assert [row[0].hyperlink for row in sheet.iter_rows(min_row=2)] == [None] * len(HARD)


@given(st.text(min_size=1, max_size=50))
def test_any_text_comes_back_as_it_was(text: str):
    whole = replace_control_characters(text).replace("\r", "\n")

    assert read_texts(make_book([(text, 1, None, None, None)])) == [whole]


@pytest.mark.parametrize("letter", ["x", "😀", "é"])
def test_a_text_that_does_not_fit_says_so(letter: str):
    long = letter * 40_000

    [text] = read_texts(make_book([(long, None, None, None, None)]))

    assert len(text.encode("utf-16-le")) // 2 <= CELL
    assert text.endswith("\n[cut of 40000]")
    assert set(text.removesuffix("\n[cut of 40000]")) == {letter}
    assert fit_text("x" * CELL, WORDS.cut) == "x" * CELL


def test_a_colour_never_stands_alone():
    data = make_book([(TonedCell("✓ Met", Tone.GOOD), 1, None, None, None)])

    cell = openpyxl.load_workbook(io.BytesIO(data))["Sheet"]["A2"]

    assert (cell.value, cell.fill.fgColor.rgb) == ("✓ Met", "FFDDF0E3")


def test_a_row_is_as_high_as_its_longest_text():
    data = make_book([("word " * 20, 1, None, None, None), ("short", 1, None, None, None)])

    sheet = openpyxl.load_workbook(io.BytesIO(data))["Sheet"]

    assert sheet.row_dimensions[2].height == 3 * sheets.LINE
    assert sheet.row_dimensions[3].height is None


def test_rows_beyond_what_a_sheet_takes_are_told_of(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sheets, "ROWS", 5)

    sheet = openpyxl.load_workbook(
        io.BytesIO(make_book((str(n), n, None, None, None) for n in range(9)))
    )["Sheet"]

    assert [row[0].value for row in sheet.iter_rows()] == ["Text", "0", "1", "2", "more"]


def test_the_same_rows_give_the_same_bytes():
    assert make_book([("one", 1, 0.5, None, None)]) == make_book([("one", 1, 0.5, None, None)])


def test_memory_stays_flat():
    rows = ((f"{n} {'long ' * 20}", n, 0.5, date(2027, 1, 1), None) for n in range(20_000))
    tracemalloc.start()
    try:
        make_book(rows)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert most < 8 * 1024 * 1024


def test_nothing_is_left_of_a_workbook_that_breaks_off(tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sheets, "TemporaryDirectory", lambda: _directory_in(tmp_path))

    def fail():
        yield ("one", 1, None, None, None)
        raise RuntimeError("gone")

    with pytest.raises(RuntimeError, match="gone"):
        make_book(fail())

    assert list(tmp_path.iterdir()) == []


def _directory_in(folder):
    import tempfile

    return tempfile.TemporaryDirectory(dir=folder)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("short", 21, 1),
        ("× No cumple (determinado por el comité)", 21, 3),  # no word is broken
        ("one two", 7, 1),
        ("a" * 64, 20, 4),  # a fingerprint
        ("receipt " + "a" * 64, 20, 5),
        ("first\n\nthird", 20, 3),
    ],
)
def test_a_row_is_as_high_as_its_words_need(text: str, width: int, lines: int):
    assert sheets.count_cell_lines(text, width) == lines
