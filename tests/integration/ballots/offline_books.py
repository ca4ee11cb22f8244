"""Offline workbooks in tests: filled in as a person would, with openpyxl in the place of Excel."""

import re
from io import BytesIO
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from crrubric.clock import now_utc
from crrubric.domain.actions import Action
from crrubric.domain.ballots.offline.books import OfflineColumn
from crrubric.extensions import db
from crrubric.queries.ballots.offline import OfflineWords, load_entry_book
from crrubric.queries.people.access import find_evaluation, require
from crrubric.reports.exchange.offline_ballots import write_offline_book
from tests.factories import Made, ballot_of
from tests.integration.conftest import Visitor

ADDRESS = "ballots/offline"
LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def write_as_excel(text: str) -> str:
    """A typed text as Excel writes it into a file; openpyxl writes _x0041_ as it is, which is A."""
    return LOOKS_ESCAPED.sub("_x005F_", text)


class FilledIn:
    """A workbook in the hands of its reviewer."""

    def __init__(self, data: bytes) -> None:
        self.book: Workbook = load_workbook(BytesIO(data))

    def sheet(self, vendor: int = 0) -> Worksheet:
        """The sheet of a vendor, in the order of the file."""
        visible = [sheet for sheet in self.book.worksheets if sheet.sheet_state == "visible"]
        return visible[vendor + 1]

    def line(self, number: int, vendor: int = 0) -> int:
        """The row in which a criterion stands."""
        rows = self.sheet(vendor).iter_rows(max_col=1)
        return next(cell.row for (cell,) in rows if cell.value == number)

    def write(self, number: int, vendor: int = 0, **texts: Any) -> "FilledIn":
        """Fill in cells of a row, by the names of columns; texts stay texts."""
        for name, value in texts.items():
            column = OfflineColumn(name).place + 1
            cell = self.sheet(vendor).cell(self.line(number, vendor), column)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"
        return self

    def read(self, number: int, name: str, vendor: int = 0) -> Any:
        """What stands in a cell."""
        column = OfflineColumn(name).place + 1
        return self.sheet(vendor).cell(self.line(number, vendor), column).value

    def save(self) -> bytes:
        """The file."""
        out = BytesIO()
        self.book.save(out)
        return out.getvalue()


def download(visitor: Visitor, base: str) -> FilledIn:
    """The workbook of whoever visits. Args: base: the address of the evaluation."""
    return FilledIn(download_bytes(visitor, base))


def download_bytes(visitor: Visitor, base: str) -> bytes:
    """The file as it comes."""
    answer = visitor.get(f"{base}{ADDRESS}/workbook.xlsx")
    assert answer.status_code == 200, answer.text
    return answer.data


def upload(visitor: Visitor, base: str, data: bytes | FilledIn, name: str = "mine.xlsx") -> Any:
    """What is answered to a file."""
    body = data.save() if isinstance(data, FilledIn) else data
    return visitor.post(f"{base}{ADDRESS}", {"file": (BytesIO(body), name)})


def write_entry_book(made: Made, place: int) -> FilledIn:
    """The workbook of a reviewer's ballots that the chair hands out."""
    session = db.session()
    evaluation = find_evaluation(session, made.slug)
    seat = require(made.chair, Action.ENTER_ON_BEHALF, evaluation, session)
    member = ballot_of(made, place, 0).member
    words = OfflineWords(language="en", readme="Read me", made_at=now_utc(), closing="", address="")
    book, out = load_entry_book(session, seat, member, words), BytesIO()
    write_offline_book(out, book, str)
    return FilledIn(out.getvalue())
