"""Tables of vendors, people or criteria out of a file or a text, read as the last time."""

import csv
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.exchange.drafts import DraftKind
from crrubric.domain.exchange.field_tables import (
    NO_HEADER,
    ColumnExamples,
    FieldLine,
    FieldMapping,
    FieldTableKind,
    add_implied_fields,
    find_header_line,
    guess_fields,
    list_field_columns,
    list_header_hashes,
    list_unread_columns,
    read_field_lines,
    refuse_fields,
    respell_fields,
    restore_fields,
    settle_fields,
    write_fields,
)
from crrubric.domain.exchange.formulas import guard_formulas
from crrubric.domain.exchange.sheets import (
    Row,
    SheetHead,
    hash_headers,
    read_head,
    refuse_missing_sheet,
)
from crrubric.domain.text import clean_text, find_forbidden_character
from crrubric.domain.translation import N_
from crrubric.models import ColumnMapping
from crrubric.services.exchange.table_sources import NO_TEXT, TableSource, read_text_source
from crrubric.services.exchange.workbooks import NO_BOOK

MOST_ROWS = 10_000  # of a sheet: such tables are small
UNREADABLE_BOOK = N_(
    "This workbook can’t be read, or is too large. Copy its cells and paste them instead."
)
UNREADABLE = N_(
    "This file can’t be read as a table. Copy its cells and paste them, or save it as “CSV UTF-8”."
)


@dataclass(frozen=True, slots=True)
class FieldMemory:
    """How tables of a kind were read in a district."""

    session: Session
    district_id: int
    kind: DraftKind

    def find_mappings(self, headers: Sequence[str]) -> Mapping[str, str]:
        """Those of these hashes of headers that are known, with what the columns held."""
        rows = self.session.execute(
            select(ColumnMapping.headers, ColumnMapping.mapping).where(
                ColumnMapping.district_id == self.district_id,
                ColumnMapping.kind == self.kind,
                ColumnMapping.headers.in_(headers),
            )
        )
        return {row.headers: row.mapping for row in rows}

    def keep_mapping(self, mapping: FieldMapping) -> None:
        """Propose these columns when such a table comes again; one without headers has none."""
        if mapping.header != NO_HEADER:
            store_columns(
                self.session,
                (self.district_id, self.kind, hash_headers(mapping.labels)),
                write_fields(mapping),
            )


def store_columns(session: Session, key: tuple[int, DraftKind, str], mapping: str) -> None:
    """Keep what columns hold, in place of what was kept. Args: key: district, kind, headers."""
    kept = session.get(ColumnMapping, key)
    if kept is None:
        district_id, kind, headers = key
        kept = ColumnMapping(district_id=district_id, kind=kind, headers=headers, mapping="")
        session.add(kept)
    kept.mapping, kept.used_at = mapping, now_utc()


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldTable:
    """A table and how it is read. rows: those of its sheet; unread_sheets: the other ones."""

    kind: FieldTableKind
    mapping: FieldMapping
    rows: Sequence[Row]
    unread_sheets: Sequence[str] = ()

    def read_lines(self, *, most: int | None = limits.LINES_AT_ONCE) -> list[FieldLine]:
        """The lines below the header. Raises: Invalid (field "table"), InvalidLines."""
        lines = read_field_lines(self.rows, self.mapping, most=most)
        refuse_fields(self.mapping, self.kind)
        lines = respell_fields(lines, self.mapping, self.kind)
        lines = add_implied_fields(lines, self.mapping, self.kind)
        return settle_fields(lines, self.mapping, self.kind)

    def list_columns(self) -> list[ColumnExamples]:
        """Each column with a header or something below it."""
        return list_field_columns(self.rows, self.mapping)

    def list_unread(self) -> list[str]:
        """The labels of columns in which something stands and that are not read."""
        return list_unread_columns(self.rows, self.mapping)

    def with_fields(self, mapping: FieldMapping) -> "FieldTable":
        """The table, read otherwise."""
        return replace(self, mapping=mapping)


def load_field_table(
    source: TableSource,
    kind: FieldTableKind,
    memory: FieldMemory | None = None,
    *,
    sheet: str | None = None,
    header: int | None = None,
    labels: Collection[str] = (),
) -> FieldTable:
    """The table of a file: its columns as they were the last time, else as they are guessed.

    Args: sheet, header: what somebody has said already; labels: of columns, by which the line with
    the headers is found. Raises: Invalid for a file that can't be read, or without such a sheet.
    """
    small = replace(source, part_bytes=limits.SHEET_BYTES, book_bytes=limits.BOOK_BYTES)
    sheets = {each.name: _read_rows(each.rows) for each in small.iterate_sheets()}
    if sheet is not None:
        refuse_missing_sheet(sheets, sheet)
    heads = [read_head(name, _square_rows(name, rows)) for name, rows in sheets.items()]
    if header is None and labels:
        sheet, header = find_header_line(heads, labels, sheet) or (sheet, None)
    mapping = guess_fields(heads, kind, sheet=sheet, header=header)
    if memory is not None:
        mapping = _recall_fields(heads, kind, memory, sheet, header) or mapping
    return FieldTable(
        kind=kind,
        mapping=mapping,
        rows=list(_square_rows(mapping.sheet, sheets.get(mapping.sheet, ()))),
        unread_sheets=[head.name for head in heads if head.name != mapping.sheet and head.rows],
    )


def _read_rows(rows: Iterable[Row]) -> list[Row]:
    """The rows of a sheet. Raises: Invalid for more than such a table has."""
    found: list[Row] = list(islice(rows, MOST_ROWS + 1))
    if len(found) > MOST_ROWS:
        raise Invalid(N_("This table has more than %(most)s rows."), most=MOST_ROWS)
    return found


def _square_rows(name: str, rows: Sequence[Row]) -> Iterator[Row]:
    """The rows; those of a workbook, which leave out empty cells at the end, as wide as the widest.

    One by one: forty sheets at once would take a gigabyte.
    """
    width = max((len(cells) for _number, cells in rows), default=0) if name else 0
    for number, cells in rows:
        yield number, [*cells, *[""] * (width - len(cells))]


def _recall_fields(
    heads: Sequence[SheetHead],
    kind: FieldTableKind,
    memory: FieldMemory,
    sheet: str | None,
    header: int | None,
) -> FieldMapping | None:
    """The mapping of a row whose headers were read before; None if there is none."""
    rows = [
        (hashed, head.name, number)
        for head in heads
        if sheet in (None, head.name)
        for hashed, number in list_header_hashes(head).items()
        if header in (None, number)
    ]
    kept = memory.find_mappings([hashed for hashed, _name, _number in rows])
    for hashed, name, number in rows:
        if hashed in kept:
            guessed = guess_fields(heads, kind, sheet=name, header=number)
            return restore_fields(guessed, kind, kept[hashed])
    return None


def read_text_table(
    text: str,
    kind: FieldTableKind,
    memory: FieldMemory | None = None,
    *,
    header: int | None = None,
) -> FieldTable:
    """The table of a text that was pasted. Raises: Invalid (field "table")."""
    try:
        return load_field_table(read_text_source(text), kind, memory, header=header)
    except Invalid as error:
        raise Invalid(error.message, field="table", **error.values) from None


@dataclass(frozen=True, slots=True)
class FileText:
    """What a file says as a text that can be looked through, and the names of other sheets."""

    text: str
    unread_sheets: Sequence[str] = ()


def read_file_text(
    source: TableSource, kind: FieldTableKind, memory: FieldMemory | None = None
) -> FileText:
    """The text of a file; of a workbook the sheet that fits best, its cells set apart by tabs.

    Raises: Invalid (field "file") saying what to do.
    """
    try:
        if source.is_workbook():
            table = load_field_table(source, kind, memory)
            found = FileText(write_rows(table.rows), table.unread_sheets)
        else:
            found = FileText(source.read_text())
    except Invalid as error:  # said so that it helps whoever can paste a table as well
        said = {NO_BOOK: UNREADABLE_BOOK, NO_TEXT: UNREADABLE}.get(error.message, error.message)
        raise Invalid(said, field="file", **error.values) from None
    if not found.text.strip() or find_forbidden_character(found.text):
        raise Invalid(UNREADABLE, field="file")
    clean_text(found.text, limit=limits.TABLE_TEXT, field="file")
    return found


def write_rows(rows: Sequence[Row]) -> str:
    """The rows as a text that is read as they are: one of blanks stays, so that numbers do."""
    lines = StringIO()
    writer = csv.writer(lines, delimiter="\t", lineterminator="\n")
    writer.writerows([guard_formulas(cell) for cell in cells] for _number, cells in rows)
    return lines.getvalue()
