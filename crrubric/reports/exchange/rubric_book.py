"""A rubric as an Excel workbook: the columns of its CSV, with numbers that are numbers."""

from collections.abc import Iterator
from io import BytesIO

from crrubric.domain.setup.rubric import Rubric
from crrubric.domain.setup.rubric_files import rows
from crrubric.reports.exchange.books import BookWords, Kind, SheetColumn, SheetTable, Value

NUMBERS = frozenset({"weight", "evidence_months"})
WIDE = frozenset({"question", "look_for", "practice"})
NARROW, NAME, SENTENCE = 14, 32, 60  # characters of a column


def write_rubric_book(rubric: Rubric, name: str, words: BookWords) -> bytes:
    """The file. Args: name: of its sheet; its columns are called as the import knows them."""
    from crrubric.reports.exchange.sheets import open_book  # heavy, and seldom needed

    columns = tuple(map(_make_column, rows.COLUMNS))
    cells = _iterate_cells(rubric)
    file = BytesIO()
    with open_book(file, words) as book:
        book.write_table(SheetTable(name=name, columns=columns, rows=cells, fixed=0))
    return file.getvalue()


def _make_column(column: str) -> SheetColumn:
    text, _bracket, _language = column.partition(" (")
    if text in WIDE:
        return SheetColumn(column, width=SENTENCE)
    if text in {"title", "section"}:
        return SheetColumn(column, width=NAME)
    return SheetColumn(column, Kind.NUMBER if text in NUMBERS else Kind.TEXT, NARROW)


def _iterate_cells(rubric: Rubric) -> Iterator[list[Value]]:
    for row in rows.list_rubric_rows(rubric):
        yield [
            _parse_cell_number(str(row[column])) if column in NUMBERS else str(row[column])
            for column in rows.COLUMNS
        ]


def _parse_cell_number(text: str) -> float | None:
    """A weight has three decimals at most: a spreadsheet holds it exactly enough."""
    return float(text) if text else None
