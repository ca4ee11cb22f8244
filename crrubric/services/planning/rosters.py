"""Reading the file of a roster; nothing of it is stored."""

from collections.abc import Iterator
from pathlib import Path

from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.translation import N_
from crrubric.services.exchange.csv_rows import Report, iterate_csv_rows
from crrubric.services.exchange.workbooks import ZIP, iterate_sheet_rows


def iterate_roster_rows(path: Path, report: Report) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each row of a CSV or Excel file, the header first.

    Raises: Invalid for a file that can't be read.
    """
    try:
        with path.open("rb") as file:
            is_workbook = file.read(len(ZIP)) == ZIP
            data = ZIP + file.read(limits.FILE_BYTES) if is_workbook else b""
    except OSError as error:
        raise Invalid(
            N_("%(file)s can’t be opened: %(why)s."), file=path.name, why=error.strerror
        ) from None
    if not is_workbook:
        yield from iterate_csv_rows(path, report)
        return
    width = 0
    for number, row in iterate_sheet_rows(data, part_bytes=limits.ROSTER_SHEET_BYTES):
        if not row:
            continue
        width = width or len(row)
        yield number, row + [""] * (width - len(row))  # empty cells at the end are not in the file
        report(number)
