"""What counting and computing cost as an evaluation grows; a million marks in and out.

    python3 run.py test --version   # sets .venv up, once
    .venv/bin/python benchmarks/bench_statistics.py             # about three minutes
    .venv/bin/python benchmarks/bench_statistics.py --million   # and a million marks

Each table has three sizes, so that growth shows. CPU milliseconds of this process, medians; the
command line is measured as a process of its own, start included. Compare rows of one run.
"""

import os
import random
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as crrubric does, before numpy loads

import numpy as np
from flask import Flask

from benchmarks.bench_pages import report
from benchmarks.people import Browser, median_ms
from benchmarks.processes import run_command
from benchmarks.sites import app_in, committee, email_of
from crrubric.domain.results.reviewers import profile_of
from crrubric.domain.statistics.acceptability import rank_acceptability
from crrubric.domain.statistics.intervals import bootstrap_cells
from crrubric.domain.statistics.robustness import robustness_of
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from crrubric.models import Evaluation
from crrubric.queries.results.marks import read_ballots
from crrubric.queries.results.matrices import read_matrix
from tests.factories import Factory, Made

RUNS = 7
SIZES = ((25, 50), (50, 50), (100, 50))  # vendors, reviewers; 21 criteria


def main() -> None:
    acceptability()
    for vendors, reviewers in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            app = app_in(Path(folder))
            with app.app_context():
                evaluation(app, vendors, reviewers)
                db.session.remove()
                db.engine.dispose()
    for thousands in (10, 100, 1000) if "--million" in sys.argv else (10, 30, 100):
        with tempfile.TemporaryDirectory() as folder:
            command_line(Path(folder), thousands)


def acceptability() -> None:
    """10,000 draws, ranks of all vendors in each."""
    chance = np.random.default_rng(1)
    for vendors in (10, 20, 40):
        points = chance.integers(0, 2, (vendors, 21)).astype(np.float64)
        decided = np.ones_like(points, dtype=bool)
        names = [str(number) for number in range(vendors)]
        weights = [Fraction(1)] * 21
        cost = median_ms(lambda a=(names, points, decided, weights): rank_acceptability(*a), RUNS)
        report(f"10,000 draws, {vendors} vendors, 21 criteria", cost)


def evaluation(app: Flask, vendors: int, reviewers: int) -> None:
    """Database, statistics and pages of one evaluation."""
    made = committee(app, vendors, reviewers)
    Factory(app).forward(made, Phase.MEETING, {})
    print(f"\n{vendors} vendors x {reviewers} reviewers x 21: {vendors * reviewers * 21:,} marks")
    session = db.session()
    row = session.get_one(Evaluation, made.evaluation.id)
    read = read_matrix(session, row)
    columns = list(read.vendors.values()), list(read.criteria.values())
    report("tallies from the database", median_ms(
        lambda: read_ballots(session, row.id, *columns).tallies(), RUNS))  # fmt: skip
    counts = read.basis.ballots.counts()
    profile = profile_of(counts)
    report(
        f"2,000 resamples of {len(profile)} distinct tallies",
        median_ms(lambda: bootstrap_cells(profile), RUNS),
    )
    report("everything on robustness", median_ms(lambda: robustness_of(read.basis, counts), 3))
    pages(app, made)


def pages(app: Flask, made: Made) -> None:
    """What the chair opens."""
    chair = Browser(app, email_of(made, "chair"))
    for name in ("matrix", "agreement", "what-if", "export/results.json"):
        url = made.url(name)
        cost = median_ms(lambda url=url: chair.get(url), RUNS)
        report(f"page: {name}", cost, f"{chair.get(url):,} bytes")


def command_line(folder: Path, thousands: int) -> None:
    """Import a file of marks, print its results, verify it, each as a process of its own."""
    path = folder / "marks.csv"
    chance = random.Random(1)
    with path.open("w", encoding="utf-8") as file:
        file.write("reviewer,vendor,criterion,mark\n")
        for number in range(thousands * 1000):
            cell, reviewer = divmod(number, 50)
            mark = "YES" if chance.random() < 0.8 else "NO"
            file.write(f"Reviewer {reviewer},vendor {cell // 20},c{cell % 20},{mark}\n")
    print(f"\n{thousands},000 marks: 50 reviewers, {thousands} vendors, 20 criteria")
    process(folder, "import", "import", "marks", str(path), "--create", "Bench")
    for kind in ("table", "csv", "json"):
        process(folder, f"results as {kind}", "results", "bench", "--format", kind)
    process(folder, "verify", "verify")


def process(folder: Path, name: str, *words: str) -> None:
    """Wall-clock milliseconds of a command, and the most memory it held."""
    spent = run_command(folder, *words)
    report(name, spent.clock * 1000, f"{spent.megabytes:.0f} MB at most")


if __name__ == "__main__":
    main()
