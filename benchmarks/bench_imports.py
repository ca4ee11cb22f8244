"""What importing marks on the web costs a chair: each step of it, as CSV and as a workbook.

    python3 run.py test --version   # sets .venv up, once
    .venv/bin/python benchmarks/bench_imports.py [VENDORS]

24 reviewers, 21 criteria and so many vendors (20 by default: 10,080 marks, each tenth with a note).
The same marks come as a form's export, as one mark in each row (CSV, and a workbook of fifteen
columns) and as a workbook with a sheet for each vendor. Measured is what the services do for the
upload, the preview and the taking, on SQLite, in seconds of a clock and of CPU; beside it, as the
floor, reading the file with nothing but the csv module or openpyxl. Every run has a database of its
own.
"""

import csv
import io
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from io import BytesIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from openpyxl import Workbook, load_workbook

from benchmarks.sites import app_in, long_rubric
from crrubric.domain.actions import Action
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from crrubric.queries.people.access import find_evaluation, require
from crrubric.services.exchange import mark_drafts
from crrubric.services.exchange.filled_ballots import GivenBallots
from crrubric.services.exchange.import_plans import ImportWishes
from tests.factories import Factory, Made

REVIEWERS, CRITERIA = 24, 21
NOTE = "Seen in the demo of March 3; page 4 of the offer says the same."
Cell = tuple[str, str, str, str, str]


def list_cells(made: Made) -> list[Cell]:
    """Reviewer, vendor, criterion, answer and note of every mark."""
    return [
        (
            who.name,
            vendor.code,
            row.code,
            "No" if n % 7 == 0 else "Yes",
            NOTE if n % 10 == 0 else "",
        )
        for vendor in made.vendors
        for who in made.reviewers
        for n, row in enumerate(made.criteria)
    ]


def write_long(made: Made) -> bytes:
    """One mark in each row."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["reviewer", "vendor", "criterion", "mark", "note"])
    writer.writerows(list_cells(made))
    return out.getvalue().encode()


def write_long_book(made: Made) -> bytes:
    """One mark in each row of a workbook, with as many columns as the workbook of results has."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Marks")
    sheet.append(
        ["Reviewer", "Vendor", "Criterion", "Mark", "Note", *(f"More {n}" for n in range(10))]
    )
    for cell in list_cells(made):
        sheet.append([*cell, *("something else" for _n in range(10))])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def write_responses(made: Made) -> bytes:
    """One ballot in each row."""
    out = io.StringIO()
    writer = csv.writer(out)
    heads = [text for row in made.criteria for text in (row.code, "Comments")]
    writer.writerow(["Your name", "Product", *heads])
    cells = list_cells(made)
    for start in range(0, len(cells), CRITERIA):
        ballot = cells[start : start + CRITERIA]
        writer.writerow([*ballot[0][:2], *(text for cell in ballot for text in cell[3:])])
    return out.getvalue().encode()


def write_matrix(made: Made) -> bytes:
    """A workbook with a sheet for each vendor."""
    book = Workbook(write_only=True)
    cells = {cell[:3]: cell[3:] for cell in list_cells(made)}
    for vendor in made.vendors:
        sheet = book.create_sheet(vendor.code)
        heads = [text for who in made.reviewers for text in (who.name, "Notes")]
        sheet.append(["Criterion", *heads])
        for row in made.criteria:
            texts = [
                text for who in made.reviewers for text in cells[who.name, vendor.code, row.code]
            ]
            sheet.append([row.code, *texts])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def read_plainly(data: bytes) -> int:
    """The floor: every cell of the file, and nothing done with it."""
    if data.startswith(b"PK"):
        book = load_workbook(BytesIO(data), read_only=True)
        return sum(len(row) for sheet in book for row in sheet.iter_rows(values_only=True))
    return sum(len(row) for row in csv.reader(io.StringIO(data.decode())))


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Print how long it took, and how much of that was work: the same on an idle machine."""
    begun, worked = time.perf_counter(), time.process_time()
    yield
    took, work = time.perf_counter() - begun, time.process_time() - worked
    print(f"  {what:24} {took:6.2f} s, {work:6.2f} s of CPU", flush=True)


def measure(name: str, write: Callable[[Made], bytes], vendors: int) -> None:
    """All steps of one file, in a database of its own."""
    with tempfile.TemporaryDirectory() as folder:
        app = app_in(Path(folder))
        with app.app_context():
            made = Factory(app).evaluation(
                phase=Phase.SCORING,
                rubric=long_rubric(CRITERIA),
                reviewers=REVIEWERS,
                vendors=vendors,
            )
            for row in (made.evaluation, *made.criteria, *made.vendors):
                db.session.refresh(row)
            data = write(made)
            print(f"{name}: {len(data) / 1024:.0f} kB")
            take_steps(made, data)
            db.session.remove()
            db.engine.dispose()


def take_steps(made: Made, data: bytes) -> None:
    """Upload, look, take."""
    chair, slug = made.chair, made.slug
    with timed("floor: reading it"):
        read_plainly(data)
    with timed("upload"):
        key = mark_drafts.upload_marks(chair, slug, name="marks", data=data)
    db.session.rollback()
    with timed("preview"):
        seat = require(
            chair, Action.IMPORT_MARKS, find_evaluation(db.session(), slug), db.session()
        )
        plan = mark_drafts.foresee_import(db.session(), seat, key)
    seen, marks, bad = plan.fingerprint(), plan.found.marks, plan.found.bad
    db.session.rollback()
    with timed("taking it"):
        given = GivenBallots(date(2026, 3, 2), no_conflict=True)
        mark_drafts.take_marks(chair, slug, key, wishes=ImportWishes(given=given), seen=seen)
    print(f"  {marks} marks, {len(bad)} bad places")


def main(words: list[str]) -> None:
    """Measure each layout."""
    vendors = next((int(word) for word in words if word.isdecimal()), 20)
    measure("one mark in each row", write_long, vendors)
    measure("one mark in each row of a workbook", write_long_book, vendors)
    measure("one ballot in each row", write_responses, vendors)
    measure("a sheet for each vendor", write_matrix, vendors)


if __name__ == "__main__":
    main(sys.argv[1:])
