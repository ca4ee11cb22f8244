"""Tables as an Excel workbook, written row by row: memory stays flat however many there are.

XlsxWriter makes the workbook. For a cell it takes 15 microseconds, and it takes a text that looks
like its own markup for letters in several styles as such, whoever typed it. So rows are written
here, into the file in which it keeps the rows of a sheet.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache, lru_cache
from tempfile import TemporaryDirectory
from typing import IO, Any
from xml.sax.saxutils import escape

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from crrubric.domain.ballots.offline.books import cut_sheet_name
from crrubric.domain.documents.tree import Tone
from crrubric.domain.text import replace_control_characters
from crrubric.reports.exchange.books import (
    AS_TYPED,
    BookWords,
    Kind,
    SheetColumn,
    SheetTable,
    TonedCell,
    Value,
    fit_text,
)

ROWS = 1_048_576  # that it takes in a sheet
SHORT = 40  # characters: such texts come again and again
LINE, HIGHEST = 15, 409  # points: the height of a line, and the most that a row can have
_DAY_ZERO = date(1899, 12, 30).toordinal()  # of its calendar, from March 1900 on
_DAY = 86_400  # seconds
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # Excel reads _x0041_ as the letter A
NUMBER_FORMATS = {
    Kind.NUMBER: "General",  # a pattern of optional decimals is "12." in Excel
    Kind.PERCENT: "0.0 %",
    Kind.COEFFICIENT: "0.000",
    Kind.DAY: "yyyy-mm-dd",
    Kind.MOMENT: "yyyy-mm-dd hh:mm:ss",
}
# background and letters: contrast above 7 : 1
TONES = {
    Tone.GOOD: ("#DDF0E3", "#12402A"),
    Tone.BAD: ("#F9E0DE", "#6B1512"),
    Tone.OPEN: ("#FBEFCF", "#513A00"),
    Tone.NEUTRAL: ("#ECECEC", "#333333"),
}


class RowSheet(Worksheet):  # type: ignore[misc]  # XlsxWriter ships no types
    """A sheet of a workbook in constant memory that takes whole rows, of whatever was typed."""

    def write_line(self, row: int, cells: Iterable[str], *, columns: int, lines: int = 1) -> None:
        """Write a row, below all that was written.

        Args: row: counted from 0; cells: as `write_sheet_cell` has them; columns: how many of them;
        lines: how many the longest text takes. Not every program finds that out by itself.
        """
        self.previous_row = row
        self._check_dimensions(row, 0)
        self._check_dimensions(row, max(0, columns - 1))
        height = f' ht="{min(HIGHEST, LINE * lines)}" customHeight="1"' if lines > 1 else ""
        self.fh.write(f'<row r="{row + 1}"{height}>{"".join(cells)}</row>')


def write_sheet_cell(place: str, value: Value, style: int) -> str:
    """A cell as a workbook holds it; nothing for no value.

    Args: place: such as B7; style: the number of its format. Text stays text, whatever it looks
    like, and is at most as long as a cell takes.
    """
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        text = write_short_text(value) if len(value) < SHORT else write_text(value)
        return f'<c r="{place}" s="{style}" t="inlineStr">{text}</c>'
    if isinstance(value, datetime):
        seconds = value.hour * 3600 + value.minute * 60 + value.second
        value = value.toordinal() - _DAY_ZERO + seconds / _DAY
    elif isinstance(value, date):
        value = value.toordinal() - _DAY_ZERO
    return f'<c r="{place}" s="{style}"><v>{value!r}</v></c>'


def write_text(value: str) -> str:
    """A text as it stands in a cell."""
    text = escape(_LOOKS_ESCAPED.sub("_x005F_", replace_control_characters(value)))
    keep = ' xml:space="preserve"' if text[0].isspace() or text[-1].isspace() else ""
    return f"<is><t{keep}>{text}</t></is>"


write_short_text = lru_cache(4096)(write_text)  # names and codes come again and again


def align_kind(kind: Kind) -> dict[str, Any]:
    """Text stands a little off the number on its left; headers stand over their values."""
    return {"align": "left", "indent": 1} if kind is Kind.TEXT else {"align": "right"}


def count_cell_lines(text: str, width: int) -> int:
    """How many lines a text takes in a column that is so many characters wide, at most."""
    parts = text.split("\n", HIGHEST // LINE)
    return sum(1 if len(part) <= width else _count_wrapped(part, width) for part in parts)


def _count_wrapped(part: str, width: int) -> int:
    """A word that does not fit leaves the rest of a line empty; a longer one than a line is cut."""
    lines, room = 1, width
    for word in part.split(" "):
        size = len(word)
        if size > room:
            more = max(1, -(-size // width))
            lines += more - (room == width)  # at the beginning of a line it needs no other
            size -= width * (more - 1)
            room = width
        room -= size + 1
    return lines


class RowShape:
    """What the rows of a table have in common: where, how wide and of which style its cells are."""

    def __init__(self, columns: Sequence[SheetColumn], styles: Sequence[int]) -> None:
        self.letters = [xl_col_to_name(place) for place in range(len(columns))]
        self.widths = [column.width - 1 for column in columns]
        self.kinds = [column.kind for column in columns]
        self.styles = styles


class BookWriter:
    """Writes tables into a workbook, a sheet for each."""

    def __init__(self, book: Workbook, words: BookWords) -> None:
        self.book, self.words = book, words
        self.style_of = cache(self._make_style)
        self.headers = {
            kind: self._add_format(
                bold=True, text_wrap=True, bottom=1, bg_color="#E8EDF3", **align_kind(kind)
            )
            for kind in Kind
        }
        self.strong = self._add_format(bold=True, font_size=14)
        self.plain = self._add_format()

    def write_table(self, table: SheetTable) -> None:
        """Add a sheet with this table."""
        sheet = self.book.add_worksheet(cut_sheet_name(table.name), RowSheet)
        columns, top = table.columns, len(table.intro)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(top)
        sheet.freeze_panes(top + 1, table.fixed)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
        for line, text in enumerate(table.intro):
            style = self.strong if line == 0 else self.plain
            self._write_alone(sheet, line, text, style, len(columns))
        shape = RowShape(columns, [self.headers[column.kind] for column in columns])
        self._write_row(sheet, top, shape, [column.header for column in columns])
        shape = RowShape(columns, [self.style_of(column.kind, None) for column in columns])
        last = top
        for last, row in enumerate(table.rows, top + 1):
            if last == ROWS - 1:
                self._write_alone(sheet, last, self.words.more, self.plain, len(columns))
                break
            self._write_row(sheet, last, shape, row)
        sheet.autofilter(top, 0, last, len(columns) - 1)

    def _write_alone(self, sheet: RowSheet, row: int, text: str, style: int, columns: int) -> None:
        sheet.write_line(row, [write_sheet_cell(f"A{row + 1}", text, style)], columns=columns)

    def _write_row(
        self, sheet: RowSheet, row: int, shape: "RowShape", values: Sequence[Value | TonedCell]
    ) -> None:
        cells, number, lines = [], str(row + 1), 1
        for letter, width, kind, style, value in zip(
            shape.letters, shape.widths, shape.kinds, shape.styles, values, strict=True
        ):
            if isinstance(value, TonedCell):
                style, value = self.style_of(kind, value.tone), value.value  # noqa: PLW2901
            if isinstance(value, str) and (len(value) > width or "\n" in value):
                value = fit_text(value, self.words.cut)  # noqa: PLW2901
                lines = max(lines, count_cell_lines(value, width))
            cells.append(write_sheet_cell(letter + number, value, style))
        sheet.write_line(row, cells, columns=len(cells), lines=lines)

    def _make_style(self, kind: Kind, tone: Tone | None) -> int:
        shown = align_kind(kind)
        if kind in NUMBER_FORMATS:
            shown["num_format"] = NUMBER_FORMATS[kind]
        if kind is Kind.TEXT:
            shown["text_wrap"] = True
        if tone is not None:
            shown["bg_color"], shown["font_color"] = TONES[tone]
        return self._add_format(**shown)

    def _add_format(self, **shown: Any) -> int:
        return int(self.book.add_format({"valign": "top", **shown})._get_xf_index())


@contextmanager
def open_book(file: IO[bytes], words: BookWords) -> Iterator[BookWriter]:
    """A workbook that takes tables; it is in the file once the block is left without an error.

    It has a title and no author: names are in its sheets, where the reader may see them.
    """
    with TemporaryDirectory() as folder:  # of its parts, whether it comes to an end or not
        book = Workbook(file, {**AS_TYPED, "tmpdir": folder})
        about = {"title": words.title, "subject": words.subject, "author": ""}
        book.set_properties({**about, "created": words.made_at})
        book.set_custom_property("Language", words.language)
        try:
            yield BookWriter(book, words)
            book.close()
        finally:
            for sheet in book.worksheets():
                sheet._opt_close()  # where the book broke off
