"""Writing a reviewer's open ballots as an Excel workbook that is filled in and comes back."""

from collections.abc import Iterable, Sequence
from datetime import date
from tempfile import TemporaryDirectory
from typing import IO, Any

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name

from crrubric.domain import limits
from crrubric.domain.ballots.offline import readme
from crrubric.domain.ballots.offline.books import (
    FILLED_IN,
    STAMP_SHEET,
    OfflineBallot,
    OfflineBook,
    OfflineColumn,
    OfflineCriterion,
)
from crrubric.domain.ballots.offline.readme import Say
from crrubric.domain.ballots.offline.stamps import write_offline_stamp
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Answer, EvidenceKind
from crrubric.reports.exchange.books import AS_TYPED
from crrubric.reports.exchange.sheets import (
    RowSheet,
    count_cell_lines,
    write_sheet_cell,
)

WIDTHS = {
    OfflineColumn.NUMBER: 5,
    OfflineColumn.TITLE: 20,
    OfflineColumn.QUESTION: 26,
    OfflineColumn.LOOK_FOR: 30,
    OfflineColumn.MUST_HAVE: 14,
    OfflineColumn.ANSWER: 15,
    OfflineColumn.NOTE: 32,
    OfflineColumn.EVIDENCE: 14,
    OfflineColumn.PLACE: 18,
    OfflineColumn.SEEN_ON: 12,
    OfflineColumn.UNTIL: 12,
}
DAYS = (OfflineColumn.SEEN_ON, OfflineColumn.UNTIL)
FIRST_COLUMNS = 2  # that stay in view
MUST = N_("must-have")
LETTER, MARGIN = 1, 0.4  # the paper, and inches around
README_WIDTHS = (34, 28, 66)
LINE = "#B9C2CC"
GRAY, HEADER, BAND = "#F1F3F5", "#DCE4EC", "#E8EDF3"
TOO_LONG = N_("Too long"), N_("This cell takes at most %(limit)s characters.")
NOT_LISTED = N_("Not on the list"), N_("Choose from the list in the cell, or leave it empty.")
NO_DATE = N_("No date"), N_("Write a date like 2027-03-12, or leave the cell empty.")

Cell = str | int | date | None


def write_offline_book(file: IO[bytes], book: OfflineBook, say: Say) -> None:
    """Write the workbook into the file. Args: say: gives texts in the language of its reader."""
    with TemporaryDirectory() as folder:
        made = Workbook(file, {**AS_TYPED, "tmpdir": folder})
        made.set_properties({"title": book.title, "author": "", "created": book.made_at})
        made.set_custom_property("Language", book.language)
        try:
            OfflineWriter(made, book, say).write_all()
            made.close()
        finally:
            for sheet in made.worksheets():
                sheet._opt_close()  # where it broke off


class OfflineWriter:
    """Writes the sheets of one workbook."""

    def __init__(self, made: Workbook, book: OfflineBook, say: Say) -> None:
        self.made, self.book, self.say = made, book, say
        self.headers = [say(column.label) for column in OfflineColumn]
        edge = {"border": 1, "border_color": LINE, "text_wrap": True}
        self.title = self._add_format(bold=True, font_size=14)
        self.plain = self._add_format()
        self.wrapped = self._add_format(text_wrap=True)
        self.heading = self._add_format(bold=True, font_size=12)
        self.header = self._add_format(bold=True, bg_color=HEADER, **edge)
        self.band = self._add_format(bold=True, bg_color=BAND)
        self.fixed = self._add_format(bg_color=GRAY, **edge)
        self.number = self._add_format(bg_color=GRAY, align="center", **edge)
        # typed text stays text, also when somebody edits a note that begins with =
        self.typed = self._add_format(locked=False, num_format="@", **edge)
        self.day = self._add_format(locked=False, num_format="yyyy-mm-dd", align="left", **edge)

    def write_all(self) -> None:
        """The first sheet, one for each vendor, and the hidden one."""
        self.write_readme()
        for ballot in self.book.ballots.opened:
            self.write_ballot(ballot)
        self.write_stamp_sheet()
        self.made.worksheets()[0].activate()

    def write_readme(self) -> None:
        """How to fill the workbook in; every vendor with its sheet, or why it has none."""
        sheet, book, say = self._add_sheet(self.say(readme.README)), self.book, self.say
        for place, width in enumerate(README_WIDTHS):
            sheet.set_column(place, place, width)
        state = say(readme.STATE) % {"when": f"{book.made_at:%Y-%m-%d %H:%M}", "zone": book.zone}
        above = [
            (say(readme.TITLE) % {"name": book.reviewer}, self.title),
            (f"{book.title} · {book.district}", self.plain),
            (state, self.plain),
        ]
        row = 0
        for text, style in above:
            self._write_row(sheet, row, [(text, style)])
            row += 1
        for is_heading, text in readme.list_instructions(book, say):
            row += is_heading  # an empty line before it
            if is_heading:
                self._write_row(sheet, row, [(text, self.heading)])
            else:
                self._write_paragraph(sheet, row, text)
            row += 1
        self._write_vendors(sheet, row + 1)

    def _write_paragraph(self, sheet: RowSheet, row: int, text: str) -> None:
        """A text across all columns; every program wraps it there."""
        last = len(README_WIDTHS) - 1
        sheet.merge.append([row, 0, row, last])
        lines = count_cell_lines(text, sum(README_WIDTHS) - 6)
        cells: list[tuple[Cell, int]] = [(text, self.wrapped), *[(None, self.wrapped)] * last]
        self._write_row(sheet, row, cells, lines=lines)

    def _write_vendors(self, sheet: RowSheet, row: int) -> None:
        say = self.say
        self._write_row(sheet, row, [(say(readme.VENDORS), self.heading)])
        heads = (N_("Vendor"), N_("Sheet"), N_("What to do"))
        self._write_row(sheet, row + 1, [(say(text), self.header) for text in heads])
        fill = say(N_("Fill in the white cells of this sheet."))
        lines = [(each.vendor, each.sheet, fill) for each in self.book.ballots.opened]
        lines += [(each.vendor, "–", say(each.reason.label)) for each in self.book.ballots.closed]
        for place, line in enumerate(lines, row + 2):
            tall = max(map(count_cell_lines, line, (width - 2 for width in README_WIDTHS)))
            self._write_row(sheet, place, [(text, self.fixed) for text in line], lines=tall)

    def write_ballot(self, ballot: OfflineBallot) -> None:
        """A vendor's sheet: lines above, the header, a row for each criterion by section."""
        sheet, say, book = self._add_sheet(ballot.sheet), self.say, self.book
        for column, width in WIDTHS.items():
            sheet.set_column(column.place, column.place, width)
        state = say(readme.STATE) % {"when": f"{book.made_at:%Y-%m-%d %H:%M}", "zone": book.zone}
        self._write_row(sheet, 0, [(ballot.vendor, self.title)])
        self._write_row(sheet, 1, [(f"{book.reviewer} · {book.title} · {state}", self.plain)])
        top = 2
        self._write_row(sheet, top, [(text, self.header) for text in self.headers], lines=2)
        sheet.freeze_panes(top + 1, FIRST_COLUMNS)
        sheet.repeat_rows(top)
        row = top
        for section in ballot.sections:
            row += 1
            cells: list[tuple[Cell, int]] = [(section.title, self.band)]
            self._write_row(sheet, row, cells + [(None, self.band)] * (len(WIDTHS) - 1))
            for criterion in section.criteria:
                row += 1
                self._write_criterion(sheet, row, criterion)
        self._check_cells(sheet, top + 1, row)

    def _write_criterion(self, sheet: RowSheet, row: int, criterion: OfflineCriterion) -> None:
        values = self._list_values(criterion)
        styles = [self._choose_style(column) for column in OfflineColumn]
        lines = max(
            count_cell_lines(value, WIDTHS[column] - 2)
            for column, value in zip(OfflineColumn, values, strict=True)
            if isinstance(value, str)
        )
        self._write_row(sheet, row, list(zip(values, styles, strict=True)), lines=max(lines, 3))
        offered = [a for a in Answer if a is not Answer.NOT_APPLICABLE or criterion.may_not_apply]
        self._offer(sheet, row, row, OfflineColumn.ANSWER, [a.label for a in offered])

    def _choose_style(self, column: OfflineColumn) -> int:
        """How the cells of a column look, and whether they are locked."""
        if column is OfflineColumn.NUMBER:
            return self.number
        if column not in FILLED_IN:
            return self.fixed
        return self.day if column in DAYS else self.typed

    def _list_values(self, criterion: OfflineCriterion) -> list[Cell]:
        """What stands in the row of a criterion."""
        mark, say = criterion.mark, self.say
        asked: list[Cell] = [
            criterion.number, criterion.title, criterion.question, criterion.look_for,
            f"◆ {say(MUST)}" if criterion.must_have else None,
        ]  # fmt: skip
        if mark is None:
            return asked + [None] * len(FILLED_IN)
        kind = say(mark.evidence_kind.label) if mark.evidence_kind else None
        return [
            *asked, say(mark.answer.label), mark.note, kind, mark.evidence_place,
            mark.evidence_on, mark.evidence_until,
        ]  # fmt: skip

    def _check_cells(self, sheet: RowSheet, first: int, last: int) -> None:
        """Let the program that fills it in refuse what would be refused on upload."""
        kinds = [kind.label for kind in EvidenceKind]
        self._offer(sheet, first, last, OfflineColumn.EVIDENCE, kinds)
        for column, limit in (
            (OfflineColumn.NOTE, limits.NOTE),
            (OfflineColumn.PLACE, limits.SHORT_TEXT),
        ):
            rule = {"validate": "length", "criteria": "<=", "value": limit}
            self._check(sheet, (first, last, column), rule, TOO_LONG, limit=f"{limit:,}")
        for column in DAYS:
            rule = {
                "validate": "date", "criteria": "between",
                "minimum": limits.FIRST_DAY, "maximum": limits.LAST_DAY,
            }  # fmt: skip
            self._check(sheet, (first, last, column), rule, NO_DATE)

    def _offer(
        self, sheet: RowSheet, first: int, last: int, column: OfflineColumn, labels: Iterable[str]
    ) -> None:
        """A list to choose from in the cells of a column."""
        rule = {"validate": "list", "source": [self.say(label) for label in labels]}
        self._check(sheet, (first, last, column), rule, NOT_LISTED)

    def _check(
        self,
        sheet: RowSheet,
        where: tuple[int, int, OfflineColumn],
        rule: dict[str, Any],
        refusal: tuple[str, str],
        **values: str,
    ) -> None:
        """Refuse in words what the rule does not let through. Args: where: (first row, last row,
        column); refusal: its title and its sentence."""
        first, last, column = where
        title, message = (self.say(text) % values for text in refusal)
        told = {**rule, "error_title": title, "error_message": message}
        sheet.data_validation(first, column.place, last, column.place, told)

    def write_stamp_sheet(self) -> None:
        """Which file it is: for the portal, and shown by no program."""
        sheet = self.made.add_worksheet(STAMP_SHEET, RowSheet)
        for row, line in enumerate(write_offline_stamp(self.book, self.headers)):
            self._write_row(sheet, row, [(line, self.plain)])
        sheet.protect()
        sheet.very_hidden()

    def _add_sheet(self, name: str) -> RowSheet:
        """A sheet that is locked but for its white cells, and printed on wide paper."""
        sheet: RowSheet = self.made.add_worksheet(name, RowSheet)
        sheet.set_landscape()
        sheet.set_paper(LETTER)
        sheet.set_margins(MARGIN, MARGIN, MARGIN, 2 * MARGIN)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&A&R&P / &N")
        sheet.hide_gridlines(2)
        sheet.protect("", {"format_columns": True, "format_rows": True})
        return sheet

    def _write_row(
        self, sheet: RowSheet, row: int, cells: Sequence[tuple[Cell, int]], *, lines: int = 1
    ) -> None:
        """Write cells with their styles, also where there is nothing in them yet."""
        written = [
            _write_styled_cell(f"{xl_col_to_name(place)}{row + 1}", value, style)
            for place, (value, style) in enumerate(cells)
        ]
        sheet.write_line(row, written, columns=len(written), lines=lines)

    def _add_format(self, **shown: Any) -> int:
        return int(self.made.add_format({"valign": "top", **shown})._get_xf_index())


def _write_styled_cell(place: str, value: Cell, style: int) -> str:
    """As `write_sheet_cell`; an empty one, too, for it may be unlocked."""
    return write_sheet_cell(place, value, style) or f'<c r="{place}" s="{style}"/>'
