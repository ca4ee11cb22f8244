"""What files of a large evaluation cost: first byte, whole, most memory of the server.

    python3 run.py test --version   # sets .venv up, once
    .venv/bin/python benchmarks/bench_exports.py

Makes 50 reviewers x 21 criteria x 100 vendors (105,000 marks, each with a note), then 40 reviewers
x 120 criteria x 30 vendors (144,000 marks), each in a temporary SQLite database, and asks a server
of its own for the files of the chair over HTTP. In the same run and on the same rows stands the
floor: the rows read by hand with one SELECT and written by `csv`, with nothing checked, named or
guarded. Seconds of a clock are of this machine at this time; beside them stand those of its
processor, which other programs disturb less.
"""

import csv
import io
import sqlite3
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import text

from benchmarks.people import enter
from benchmarks.processes import read_memory, read_work, serving
from benchmarks.sites import app_in, committee, email_of, long_rubric
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from tests.factories import Factory, full_rubric

NOTE = "Seen in the second demo: the report opened at once, but a filter was lost; ask for the rest"
FLOOR = """
    SELECT member.name, vendor.code, criterion.code, mark.answer, mark.note
    FROM mark JOIN ballot ON ballot.id = mark.ballot_id JOIN member ON member.id = ballot.member_id
    JOIN vendor ON vendor.id = ballot.vendor_id JOIN criterion ON criterion.id = mark.criterion_id
    ORDER BY vendor.position, criterion.position, member.id
"""
FILES = ("tallies.csv", "marks.csv", "journal.csv", "evidence.csv", "results.json", "workbook.xlsx")


@dataclass
class Site:
    """A database with one evaluation, and who may have its files."""

    folder: Path
    chair: str
    base: str


def make_site(folder: Path, vendors: int, reviewers: int, criteria: int | None) -> Site:
    """An evaluation in its meeting, each of whose marks has a note of its own."""
    app = app_in(folder)
    with app.app_context():
        factory = Factory(app)
        rubric = full_rubric() if criteria is None else long_rubric(criteria)
        made = committee(app, vendors, reviewers, rubric, factory)
        db.session.execute(text("UPDATE mark SET note = :note || ' ' || id"), {"note": NOTE})
        db.session.commit()
        factory.forward(made, Phase.MEETING, {})
        site = Site(folder, email_of(made, "chair"), made.url(""))
        db.session.remove()
        db.engine.dispose()
    return site


def measure_floor(site: Site) -> tuple[float, float]:
    """Seconds of the processor and of a clock to read the rows and write them as CSV, by hand."""
    begin, worked = time.perf_counter(), time.process_time()
    with sqlite3.connect(site.folder / "crrubric.db") as connection:
        out = io.StringIO()
        csv.writer(out).writerows(connection.execute(FLOOR))
    return time.process_time() - worked, time.perf_counter() - begin


def measure(folder: Path, vendors: int, reviewers: int, criteria: int | None) -> None:
    site = make_site(folder, vendors, reviewers, criteria)
    work, whole = min(measure_floor(site) for _ in range(3))
    count = vendors * reviewers * (criteria or 21)
    print(f"\n{count:,} marks: {vendors} vendors, {reviewers} reviewers")
    print(
        f"{'':16} {'first byte':>10} {'whole':>8} {'CPU':>8} {'MB':>7}  most memory of the server"
    )
    print(f"{'floor, by hand':16} {'':10} {whole:7.2f}s {work:7.2f}s")
    for name in FILES:
        with serving(folder) as (port, process):
            person = enter(port, site.chair)
            person.download(f"{site.base}export/vendors.csv")
            before, worked = read_memory(process.pid), read_work(process.pid)
            first, whole, size = person.download(f"{site.base}export/{name}")
            after, work = read_memory(process.pid), read_work(process.pid) - worked
        print(
            f"{name:16} {first * 1000:8.0f}ms {whole:7.2f}s {work:7.2f}s {size / 1e6:7.1f}"
            f"  {after:.0f} MB, {after - before:.0f} more than before",
            flush=True,
        )


def main() -> None:
    for place, size in enumerate(((100, 50, None), (30, 40, 120))):
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder) / str(place), *size)


if __name__ == "__main__":
    main()
