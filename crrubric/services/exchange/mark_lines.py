"""A file of marks together with how it is read."""

from collections.abc import Iterator
from dataclasses import dataclass

from crrubric.domain.exchange.marks.lines import BadMark, MarkLine, iterate_mark_lines
from crrubric.domain.exchange.marks.mapping import MarkMapping
from crrubric.domain.exchange.sheets import SheetHead, read_head
from crrubric.services.exchange.csv_rows import Report
from crrubric.services.exchange.table_sources import TableSource


@dataclass(frozen=True, slots=True)
class MarkTable:
    """A file of marks, and which of its columns is which."""

    source: TableSource
    mapping: MarkMapping

    def count_lines(self) -> int:
        """How many lines are read of it each time."""
        return self.source.count_lines(self.mapping.sheets)

    def iterate_lines(self, report: Report = lambda _lines: None) -> Iterator[MarkLine | BadMark]:
        """Every mark of the sheets that are read, and the refusals of bad ones, in order.

        Raises: InvalidPlaces for a header that can't be used; Invalid for a broken file.
        """
        for number, sheet in enumerate(self.source.iterate_sheets(report)):
            if sheet.name in self.mapping.sheets:
                yield from iterate_mark_lines(sheet, self.mapping, number)


def read_heads(source: TableSource) -> list[SheetHead]:
    """How each sheet of a file begins. Raises: Invalid for a file that can't be read."""
    return [read_head(sheet.name, iter(sheet.rows)) for sheet in source.iterate_sheets()]
