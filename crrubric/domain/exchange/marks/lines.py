"""The marks in the rows of a table: every one is good, or has the reason why not."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from crrubric.domain import limits
from crrubric.domain.ballots.marks import MarkText, clean_mark
from crrubric.domain.errors import CrrubricError, Invalid, InvalidPlaces
from crrubric.domain.exchange.answer_words import is_blank_answer
from crrubric.domain.exchange.marks.mapping import (
    BLANK,
    MARK_ON,
    NOTE_ON,
    REPEATED,
    ColumnRole,
    Layout,
    MarkMapping,
)
from crrubric.domain.exchange.sheets import TableSheet, label_columns, name_column
from crrubric.domain.text import clean_line, to_plain_word
from crrubric.domain.translation import N_
from crrubric.domain.typed import parse_day
from crrubric.domain.vocabulary import Answer, EvidenceKind

Place = int | str  # the number of a line, or the cell as spreadsheets name it: Sheet!C5
BadMark = tuple[Place, CrrubricError]
NEEDED = (
    ColumnRole.REVIEWER,
    ColumnRole.VENDOR,
    ColumnRole.CRITERION,
    ColumnRole.MARK,
)  # of a line


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkLine:
    """One good mark of a file. time: when it was given, as written; row: of which sheet and row.

    word: what was written for the answer.
    """

    place: Place
    row: tuple[int, int]
    reviewer: str
    vendor: str
    criterion: str
    text: MarkText
    word: str
    time: str = ""


@dataclass(frozen=True, slots=True)
class SheetColumns:
    """Where the columns of a sheet are. repeated: places of those that are there several times."""

    labels: Sequence[str]
    places: dict[str, int]
    roles: Sequence[str]


class ColumnFault(Invalid):
    """A column that is needed and not there, or there twice; `role` is what it should hold."""

    def __init__(self, role: str, *, missing: bool) -> None:
        twice = N_("the column “%(name)s” is there twice")
        super().__init__(N_("missing column “%(name)s”") if missing else twice, name=role)
        self.role, self.missing = role, missing


def find_columns(header: Sequence[str], mapping: MarkMapping) -> SheetColumns:
    """Where each column is. Raises: InvalidPlaces if one is missing, or there twice."""
    labels = label_columns(header)
    roles = [mapping.columns.get(label, "") for label in labels]
    wrong = [ColumnFault(role, missing=True) for role in list_missing(roles, mapping)]
    wrong += [
        ColumnFault(role, missing=False)
        for role in dict.fromkeys(roles)
        if role and roles.count(role) > 1 and role not in REPEATED[mapping.layout]
    ]
    if wrong:
        raise InvalidPlaces(
            N_("Nothing was imported: the header can’t be used."),
            [(mapping.header, each) for each in wrong],
        )
    return SheetColumns(labels, {role: place for place, role in enumerate(roles) if role}, roles)


def list_missing(roles: Sequence[str], mapping: MarkMapping) -> Iterator[str]:
    """What no column holds, though it is needed."""
    if mapping.layout is Layout.LONG:
        needed: tuple[str, ...] = NEEDED
    elif mapping.layout is Layout.RESPONSES:
        needed = (ColumnRole.REVIEWER, ColumnRole.VENDOR)
        if not any(role.startswith(MARK_ON) for role in roles):
            yield ColumnRole.MARK
    else:
        needed = (ColumnRole.CRITERION, ColumnRole.MARK)
    told_otherwise = mapping.vendor or any(mapping.sheets.values())
    for role in needed:
        if role not in roles and not (role is ColumnRole.VENDOR and told_otherwise):
            yield role


def iterate_mark_lines(
    sheet: TableSheet, mapping: MarkMapping, number: int = 0
) -> Iterator[MarkLine | BadMark]:
    """The marks of a sheet and the refusals of bad ones, in order.

    Args: number: of the sheet. Raises: InvalidPlaces for a header that can't be used.
    """
    rows = (row for row in sheet.rows if row[0] >= mapping.header)
    first = next(rows, None)
    columns = find_columns(first[1] if first else (), mapping)
    read = {
        Layout.LONG: read_long_row,
        Layout.RESPONSES: read_response,
        Layout.MATRIX: read_matrix_row,
    }[mapping.layout]
    vendor = mapping.sheets.get(sheet.name, "") or mapping.vendor
    reader = MarkRowReader(sheet.name, vendor, columns, mapping, number)
    for row, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        if any(cell.strip() for cell in cells[len(columns.labels) :]):
            yield (
                reader.name_row(row),
                Invalid(
                    N_("%(found)s columns instead of %(wanted)s"),
                    found=len(cells),
                    wanted=len(columns.labels),
                ),
            )
            continue
        reader.order += 1
        yield from read(reader, row, [*cells, *[""] * (len(columns.labels) - len(cells))])


class MarkRowReader:
    """What is known while the rows of a sheet are read."""

    def __init__(
        self, sheet: str, vendor: str, columns: SheetColumns, mapping: MarkMapping, number: int
    ) -> None:
        self.sheet, self.vendor, self.columns, self.mapping = sheet, vendor, columns, mapping
        self.number, self.order = number, 0

    def name_row(self, number: int) -> Place:
        """Where a row is."""
        return f"{self.sheet}!{number}" if self.sheet else number

    def name_cell(self, number: int, place: int) -> Place:
        """Where a cell is."""
        cell = f"{name_column(place)}{number}"
        return f"{self.sheet}!{cell}" if self.sheet else cell

    def read(self, cells: Sequence[str], role: str) -> str:
        """What the column of this role says in a row."""
        place = self.columns.places.get(role)
        return cells[place].strip() if place is not None else ""

    def read_vendor(self, cells: Sequence[str]) -> str:
        """The vendor that a row is about."""
        return self.read(cells, ColumnRole.VENDOR) or self.vendor

    def make_line(
        self,
        place: Place,
        *,
        reviewer: str,
        vendor: str,
        criterion: str,
        word: str,
        text: MarkText,
        time: str = "",
    ) -> MarkLine | BadMark:
        """The mark with its names, cleaned; or why not."""
        try:
            return MarkLine(
                place=place,
                row=(self.number, self.order),
                reviewer=clean_line(reviewer, limit=limits.NAME),
                vendor=clean_line(vendor, limit=limits.VENDOR),
                criterion=clean_line(criterion, limit=limits.NOTE),
                text=clean_mark(text),
                word=word,
                time=time,
            )
        except Invalid as error:
            return place, error


def read_long_row(
    reader: MarkRowReader, number: int, cells: Sequence[str]
) -> Iterator[MarkLine | BadMark]:
    """The one mark of a row."""
    place = reader.name_row(number)
    said = {role: reader.read(cells, role) for role in NEEDED}
    said[ColumnRole.VENDOR] = reader.read_vendor(cells)
    empty = [role for role in NEEDED if not said[role]]
    if empty:
        yield place, Invalid(N_("the column “%(name)s” is empty"), name=empty[0])
        return
    answer = reader.mapping.recognize(said[ColumnRole.MARK])
    if answer is None:
        yield place, UnknownWord(said[ColumnRole.MARK])
        return
    if not isinstance(answer, Answer):
        return
    try:
        text = read_evidence(reader, cells, MarkText(answer=answer))
    except Invalid as error:
        yield place, error
        return
    yield reader.make_line(
        place,
        reviewer=said[ColumnRole.REVIEWER],
        vendor=said[ColumnRole.VENDOR],
        criterion=said[ColumnRole.CRITERION],
        word=said[ColumnRole.MARK],
        text=text,
        time=reader.read(cells, ColumnRole.TIME),
    )


def read_response(
    reader: MarkRowReader, number: int, cells: Sequence[str]
) -> Iterator[MarkLine | BadMark]:
    """The marks of one ballot in a row."""
    reviewer, vendor = reader.read(cells, ColumnRole.REVIEWER), reader.read_vendor(cells)
    for name, said in ((ColumnRole.REVIEWER, reviewer), (ColumnRole.VENDOR, vendor)):
        if not said:
            message = N_("the column “%(name)s” is empty")
            yield reader.name_row(number), Invalid(message, name=name)
            return
    for role, column in reader.columns.places.items():
        if not role.startswith(MARK_ON):
            continue
        code = role.removeprefix(MARK_ON)
        note = reader.read(cells, NOTE_ON + code)
        place = reader.name_cell(number, column)
        time = reader.read(cells, ColumnRole.TIME)
        yield from read_mark_cell(reader, place, cells[column], note, reviewer=reviewer,
                                  vendor=vendor, criterion=code, time=time)  # fmt: skip


def read_matrix_row(
    reader: MarkRowReader, number: int, cells: Sequence[str]
) -> Iterator[MarkLine | BadMark]:
    """The marks of all reviewers on one criterion; a row without a mark is a heading."""
    criterion, vendor = reader.read(cells, ColumnRole.CRITERION), reader.read_vendor(cells)
    marks = [place for place, role in enumerate(reader.columns.roles) if role == ColumnRole.MARK]
    if not any(not is_blank_answer(cells[place]) for place in marks):
        return
    for name, said in ((ColumnRole.CRITERION, criterion), (ColumnRole.VENDOR, vendor)):
        if not said:
            message = N_("the column “%(name)s” is empty")
            yield reader.name_row(number), Invalid(message, name=name)
            return
    for column in marks:
        behind = column + 1
        has_note = reader.columns.roles[behind : behind + 1] == [ColumnRole.NOTE]
        note = cells[behind].strip() if has_note else ""
        place = reader.name_cell(number, column)
        who = reader.columns.labels[column]
        yield from read_mark_cell(reader, place, cells[column], note, reviewer=who, vendor=vendor,
                             criterion=criterion)  # fmt: skip


def read_mark_cell(
    reader: MarkRowReader,
    place: Place,
    cell: str,
    note: str,
    *,
    reviewer: str,
    vendor: str,
    criterion: str,
    time: str = "",
) -> Iterator[MarkLine | BadMark]:
    """The mark of one cell, if it has any."""
    word = cell.strip()
    answer = BLANK if is_blank_answer(word) else reader.mapping.recognize(word)
    if answer is None:
        yield place, UnknownWord(word)
    elif isinstance(answer, Answer):
        text = MarkText(answer=answer, note=note)
        yield reader.make_line(place, reviewer=reviewer, vendor=vendor, criterion=criterion,
                               word=word, text=text, time=time)  # fmt: skip
    elif note:
        yield place, Invalid(N_("there is a note and no mark: “%(note)s”"), note=note[:40])


class UnknownWord(Invalid):
    """A word that is no answer; `word` is as it was written."""

    def __init__(self, word: str) -> None:
        super().__init__(
            N_("unknown value “%(value)s”: use YES, NO, NOT_APPLICABLE or CANNOT_TELL"),
            value=word[:40],
        )
        self.word = word


def read_evidence(reader: MarkRowReader, cells: Sequence[str], text: MarkText) -> MarkText:
    """The mark with its note and evidence. Raises: Invalid."""
    kind = reader.read(cells, ColumnRole.EVIDENCE_KIND)
    return replace(
        text,
        note=reader.read(cells, ColumnRole.NOTE),
        evidence_kind=read_evidence_kind(kind) if kind else None,
        evidence_place=reader.read(cells, ColumnRole.EVIDENCE_PLACE),
        evidence_on=read_evidence_day(reader.read(cells, ColumnRole.EVIDENCE_ON)),
        evidence_until=read_evidence_day(reader.read(cells, ColumnRole.EVIDENCE_UNTIL)),
    )


def read_evidence_kind(text: str) -> EvidenceKind:
    """The kind of evidence, by its code or as pages name it. Raises: Invalid."""
    found = EVIDENCE_WORDS.get(to_plain_word(text.replace("_", " ")))
    if found is None:
        kinds = ", ".join(kind.value for kind in EvidenceKind)
        raise Invalid(
            N_("unknown kind of evidence “%(value)s”: use one of %(kinds)s"),
            value=text[:40],
            kinds=kinds,
        )
    return found


def read_evidence_day(text: str) -> date | None:
    """A day as it is stored, with or without a time. Raises: Invalid."""
    return parse_day(re.split(r"[T ]", text)[0]) if text else None


EVIDENCE_WORDS = {
    **{to_plain_word(kind.value.replace("_", " ")): kind for kind in EvidenceKind},
    **{to_plain_word(kind.label): kind for kind in EvidenceKind},
    "demostracion": EvidenceKind.DEMO,
    "entorno de prueba": EvidenceKind.SANDBOX,
    "documento": EvidenceKind.DOCUMENT,
    "llamada de referencia": EvidenceKind.REFERENCE_CALL,
    "declaracion": EvidenceKind.STATEMENT,
}
