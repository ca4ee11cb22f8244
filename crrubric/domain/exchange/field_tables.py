"""Tables with a thing in each row and one of its fields in each column: which column is which.

What a cell means is not judged here: whoever takes the lines reads each cell as if it had been
typed into the field.
"""

import dataclasses
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from crrubric.domain import limits
from crrubric.domain.errors import Invalid, InvalidLines, refuse_together
from crrubric.domain.exchange.sheets import (
    HEADER_WITHIN,
    Row,
    SheetHead,
    find_header_cells,
    hash_headers,
    label_columns,
)
from crrubric.domain.text import to_plain_word
from crrubric.domain.translation import N_
from crrubric.domain.versions import fingerprint_values

Columns = Mapping[str, Sequence[str]]  # field -> what its column may be called
# what a column is called -> (another field, what the header says of it): “Price per seat”
Implied = Mapping[str, tuple[str, str]]
# field -> how its cells are written as it takes them: (what the column is called, the cell) -> text
Respelled = Mapping[str, Callable[[str, str], str]]
Settled = Callable[[Mapping[str, str], Collection[str]], Mapping[str, str]]
COLUMNS = "columns"  # where it is said what they hold
NO_HEADER = 0
_VALUE = re.compile(r"^[$€]?\s*-?\d[\d.,\s]*%?$|@|://")  # what no column is called
_MONEY = re.compile(r"\((?:US)?\s?\$\)|\(USD\)|\bUSD\b|\$", re.IGNORECASE)
_NUMBER_OF = re.compile(r"(?:#|\bno\.)\s*(?:of\b)?\s*", re.IGNORECASE)
KNOWN = 2  # headers that are known make a row the header, where the needed one is not among them


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldTableKind:
    """What a kind of table can have.

    needed: the field without which there is no line; needed_label: what people read for it.
    Columns are in the order in which a table without headers has them, if `ordered`. implied: what
    headers say of a field that may have no column; respelled: fields whose cells people write in
    other ways than the form takes them; settled: what else the cells of a line mean, given which
    fields have a column.
    """

    columns: Columns
    needed: str
    needed_label: str
    ordered: bool = True
    implied: Implied = dataclasses.field(default_factory=dict)
    respelled: Respelled = dataclasses.field(default_factory=dict)
    settled: Settled | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldMapping:
    """How a table is read.

    labels: what its columns are called; fields: what each of them holds, or nothing where it is
    not read; header: the number of the row with the headers, or NO_HEADER; sheet: its name.
    """

    labels: Sequence[str]
    fields: Sequence[str]
    header: int
    sheet: str = ""

    def fingerprint(self) -> str:
        """What tells these columns from others, whatever they hold."""
        return fingerprint_values({"labels": list(self.labels), "header": self.header})

    def name_field(self, field: str) -> str:
        """How the table calls the column of a field; nothing where no column holds it."""
        return next(
            (label for label, held in zip(self.labels, self.fields, strict=True) if held == field),
            "",
        )


class FieldLine(NamedTuple):
    """A line of a table: its number in the file, and field -> text."""

    number: int
    cells: Mapping[str, str]


def guess_fields(
    heads: Sequence[SheetHead],
    kind: FieldTableKind,
    *,
    sheet: str | None = None,
    header: int | None = None,
) -> FieldMapping:
    """The mapping that fits best: the row in which the most headers are known.

    Args: sheet, header: what somebody has said already.
    """
    heads = [head for head in heads if sheet in (None, head.name) and head.rows]
    if not heads:
        return FieldMapping(labels=(), fields=(), header=NO_HEADER, sheet=sheet or "")
    if header is not None:
        return max((_map_row(head, header, kind) for head in heads), key=_count_fields)
    guesses = [
        guess
        for head in heads
        for number, _cells in head.rows[:HEADER_WITHIN]
        if _is_header(guess := _map_row(head, number, kind), kind)
    ]
    if guesses:
        return max(guesses, key=_count_fields)
    first = heads[0]
    number = _find_unknown_header(first)
    if number is None:
        number = NO_HEADER if kind.ordered else first.rows[0][0]
    return _map_row(first, number, kind)


def _find_unknown_header(head: SheetHead) -> int | None:
    """The number of the first row that looks like headers: words above numbers or addresses."""
    for place, (number, cells) in enumerate(head.rows[:HEADER_WITHIN]):
        below = [row for _number, row in head.rows[place + 1 :]]
        words = [cell.strip() for cell in cells]
        if sum(map(bool, words)) < KNOWN or any(map(_VALUE.search, words)):
            continue
        for column, word in enumerate(words):
            values = [row[column].strip() for row in below if column < len(row)]
            filled = [value for value in values if value]
            if word and filled and all(map(_VALUE.search, filled)):
                return number
    return None


def _is_header(guess: FieldMapping, kind: FieldTableKind) -> bool:
    return kind.needed in guess.fields or _count_fields(guess) >= KNOWN


def _count_fields(mapping: FieldMapping) -> int:
    return len({field for field in mapping.fields if field})


def _map_row(head: SheetHead, header: int, kind: FieldTableKind) -> FieldMapping:
    """The columns as the row with this number calls them; as the usual order has them without."""
    if header == NO_HEADER:
        width = max(len(kind.columns), *(len(_trim_cells(cells)) for _number, cells in head.rows))
        usual = [*kind.columns, *[""] * width][:width]
        labels = label_columns([""] * width)
        return FieldMapping(labels=labels, fields=usual, header=header, sheet=head.name)
    cells = find_header_cells(head, header)
    fields = _find_fields([_fold_header(cell) for cell in cells], kind)
    return FieldMapping(labels=label_columns(cells), fields=fields, header=header, sheet=head.name)


def _find_fields(headers: Sequence[str], kind: FieldTableKind) -> list[str]:
    """The field of each header by its words; of two headers for one field, that of the clearer one.

    The clearer words of a field come first; two that are as clear are both of the field.
    """
    known = {
        _fold_header(word): (field, rank)
        for field, words in reversed([*kind.columns.items()])
        for rank, word in reversed([*enumerate((field, *words))])
    }
    found = [known.get(header, ("", 0)) for header in headers]
    clearest: dict[str, int] = {}
    for field, rank in found:
        clearest[field] = min(rank, clearest.get(field, rank))
    return [field if clearest[field] == rank else "" for field, rank in found]


def _fold_header(text: str) -> str:
    """How headers are compared: “# Seats”, “Price ($)” and “price/seat” as they are said."""
    said = _NUMBER_OF.sub("number of ", _MONEY.sub(" ", text.replace("_", " ")))
    return to_plain_word(said.replace("/", " per ") if "price" in said.lower() else said)


def _trim_cells(cells: Sequence[str]) -> list[str]:
    """The cells up to the last one that is not blank."""
    width = max((place for place, cell in enumerate(cells, 1) if cell.strip()), default=0)
    return list(cells[:width])


def list_header_hashes(head: SheetHead) -> dict[str, int]:
    """By what a table is known again, for each row that could be its header -> its number."""
    return {
        hash_headers(label_columns(cells)): number
        for number, cells in reversed(head.rows[:HEADER_WITHIN])
    }


def find_header_line(
    heads: Sequence[SheetHead], labels: Collection[str], sheet: str | None = None
) -> tuple[str, int] | None:
    """The sheet and number of the first line that has all of these headers; None for no line."""
    for head in heads:
        for number, cells in head.rows[:HEADER_WITHIN]:
            if sheet in (None, head.name) and {*labels} <= {*label_columns(cells)}:
                return head.name, number
    return None


def hold_fields(
    mapping: FieldMapping, kind: FieldTableKind, said: Mapping[str, str]
) -> FieldMapping:
    """The mapping with what somebody says of some columns. Args: said: label -> field, or nothing.

    Raises: Invalid for a column or field that there is not.
    """
    for label, field in said.items():
        if label not in mapping.labels:
            there = ", ".join(f"“{each}”" for each in mapping.labels)
            raise Invalid(
                N_("There is no column “%(name)s”. There are: %(all)s."), name=label, all=there
            )
        if field and field not in kind.columns:
            raise Invalid(
                N_("There is no field “%(name)s”. There are: %(all)s."),
                name=field,
                all=", ".join(kind.columns),
            )
    pairs = zip(mapping.labels, mapping.fields, strict=True)
    return replace(mapping, fields=[said.get(label, field) for label, field in pairs])


def write_fields(mapping: FieldMapping) -> str:
    """What the columns hold, as JSON."""
    held = dict(zip(mapping.labels, mapping.fields, strict=True))
    return json.dumps({"fields": held}, ensure_ascii=False, sort_keys=True)


def restore_fields(mapping: FieldMapping, kind: FieldTableKind, text: str) -> FieldMapping:
    """The mapping with what `write_fields` wrote of columns that are called the same."""
    kept = json.loads(text)["fields"]
    pairs = zip(mapping.labels, mapping.fields, strict=True)
    held = [kept.get(label, field) for label, field in pairs]
    return replace(mapping, fields=[field if field in kind.columns else "" for field in held])


def refuse_fields(mapping: FieldMapping, kind: FieldTableKind) -> None:
    """Raise Invalid (field COLUMNS) for fields in two columns, and if the needed one is in none."""
    refuse_together(
        *(partial(_refuse_twice, mapping, field) for field in kind.columns),
        partial(_refuse_missing, mapping, kind),
    )


def _refuse_twice(mapping: FieldMapping, field: str) -> None:
    pairs = zip(mapping.labels, mapping.fields, strict=True)
    found = [label for label, held in pairs if held == field]
    if len(found) > 1:
        raise Invalid(
            N_("“%(first)s” and “%(second)s” hold the same: say which of them is not read."),
            first=found[0],
            second=found[1],
            field=COLUMNS,
        )


def _refuse_missing(mapping: FieldMapping, kind: FieldTableKind) -> None:
    if kind.needed not in mapping.fields:
        raise Invalid(
            N_("No column is called “%(name)s”: say which one holds it."),
            name=kind.needed_label,
            field=COLUMNS,
        )


def read_field_lines(
    rows: Sequence[Row], mapping: FieldMapping, *, most: int | None = limits.LINES_AT_ONCE
) -> list[FieldLine]:
    """The lines below the header; a row of blanks is none.

    Args: rows: those of the sheet; most: lines that can be taken at once. Raises: Invalid (field
    "table") for too many, or none; InvalidLines for every row with more values than columns.
    """
    below = [row for row in _iterate_filled_rows(rows) if row[0] > mapping.header]
    if not below:
        raise Invalid(N_("There is no line in this table."), field="table")
    if most is not None and len(below) > most:
        raise Invalid(
            N_("These are %(count)s lines: at most %(most)s can be taken at once."),
            count=len(below),
            most=most,
            field="table",
        )
    width = len(mapping.labels)
    wide = [(number, len(row)) for number, row in below if len(row) > width]
    if wide:
        raise InvalidLines(
            N_("Some lines have more values than there are columns."),
            [(number, _make_too_wide(count, width)) for number, count in wide],
        )
    return [
        FieldLine(number, {f: cell for f, cell in zip(mapping.fields, row, strict=False) if f})
        for number, row in below
    ]


def respell_fields(
    lines: Sequence[FieldLine], mapping: FieldMapping, kind: FieldTableKind
) -> list[FieldLine]:
    """The lines with their cells as the fields take them."""
    labels = {name: mapping.name_field(name) for name in kind.respelled}
    return [
        line._replace(
            cells={
                name: kind.respelled[name](labels[name], cell) if name in labels else cell
                for name, cell in line.cells.items()
            }
        )
        for line in lines
    ]


def add_implied_fields(
    lines: Sequence[FieldLine], mapping: FieldMapping, kind: FieldTableKind
) -> list[FieldLine]:
    """The lines with what headers say besides: below “Price per seat”, that it is per seat.

    Only of fields without a column of their own, and where something stands below the header. Of
    two headers that say it, the one whose field comes first in the kind is taken.
    """
    known = {_fold_header(word): said for word, said in kind.implied.items()}
    found: dict[str, tuple[str, str]] = {}  # field -> the field of the column that says it, word
    for held in kind.columns:
        other, word = known.get(_fold_header(mapping.name_field(held)), ("", ""))
        if other and other not in mapping.fields:
            found.setdefault(other, (held, word))
    return [
        line._replace(
            cells={
                **line.cells,
                **{name: word for name, (held, word) in found.items() if line.cells.get(held)},
            }
        )
        for line in lines
    ]


def settle_fields(
    lines: Sequence[FieldLine], mapping: FieldMapping, kind: FieldTableKind
) -> list[FieldLine]:
    """The lines with what else their cells mean."""
    settle = kind.settled
    if settle is None:
        return list(lines)
    return [line._replace(cells=settle(line.cells, mapping.fields)) for line in lines]


def _make_too_wide(count: int, most: int) -> Invalid:
    return Invalid(
        N_("These are more values than there are columns: %(count)s instead of %(most)s."),
        count=count,
        most=most,
    )


def _iterate_filled_rows(rows: Sequence[Row]) -> Iterator[tuple[int, list[str]]]:
    """Number and trimmed cells of each row that is not blank."""
    for number, cells in rows:
        row = _trim_cells([cell.strip() for cell in cells])
        if row:
            yield number, row


class ColumnExamples(NamedTuple):
    """A column as people see it: its place, its label, what it holds, and some of its cells."""

    place: int
    label: str
    field: str
    cells: Sequence[str]


def list_field_columns(
    rows: Sequence[Row], mapping: FieldMapping, *, most: int = 2
) -> list[ColumnExamples]:
    """Each column that has a header or something below it, with at most so many of its cells."""
    below = [row for number, row in _iterate_filled_rows(rows) if number > mapping.header]
    found = []
    for place, (label, field) in enumerate(zip(mapping.labels, mapping.fields, strict=True)):
        cells = [row[place] for row in below if place < len(row) and row[place]]
        if cells or label != f"({place + 1})":
            found.append(ColumnExamples(place, label, field, list(dict.fromkeys(cells))[:most]))
    return found


def list_unread_columns(rows: Sequence[Row], mapping: FieldMapping) -> list[str]:
    """The labels of columns in which something stands and that are not read."""
    return [
        column.label
        for column in list_field_columns(rows, mapping)
        if column.cells and not column.field
    ]
