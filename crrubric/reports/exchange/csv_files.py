"""Rows as CSV: for spreadsheets, which need a mark at the start, and for programs."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from crrubric.domain.exchange.formulas import guard_formulas
from crrubric.domain.text import replace_control_characters

BOM = "\ufeff"  # tells spreadsheets that the file is UTF-8
PIECE = 64 * 1024  # characters that are handed on at once
SHORT = 40
Row = Mapping[str, object]


def iterate_csv(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """A CSV file for spreadsheets in pieces: the header at once, then the rows as they come.

    None is an empty cell, text is made safe. No more is held than a piece.
    Raises: ValueError if a row has other columns than the header; whatever `rows` raises.
    """
    columns = tuple(columns)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(map(guard_formulas, columns))
    yield (BOM + out.getvalue()).encode()
    out.seek(0)
    out.truncate()
    for row in rows:
        writer.writerow(list_safe_cells(columns, row))
        if out.tell() >= PIECE:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    if out.tell():
        yield out.getvalue().encode()


def to_csv(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """The same whole, as text, without the mark: for programs and terminals."""
    return encode_csv(columns, rows).decode("utf-8-sig")


def encode_csv(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """The same whole, with the mark."""
    return b"".join(iterate_csv(columns, rows))


def list_safe_cells(columns: Sequence[str], row: Row) -> list[object]:
    """The cells of a row in the order of the columns, text made safe for spreadsheets."""
    cells: Iterable[object] = row.values()
    if tuple(row) != columns:
        if len(row) != len(columns) or any(name not in row for name in columns):
            raise ValueError(f"a row has the columns {list(row)} instead of {list(columns)}")
        cells = map(row.__getitem__, columns)
    return [
        (make_short_safe(cell) if len(cell) < SHORT else make_safe(cell))
        if cell and isinstance(cell, str)
        else cell
        for cell in cells
    ]


def make_safe(text: str) -> str:
    """A text as it stands in the file."""
    return guard_formulas(replace_control_characters(text))


make_short_safe = lru_cache(4096)(make_safe)  # names and codes come again and again
