"""What pages, saves, imports and the memo cost: server CPU on a committee of a real size.

    python3 run.py test --version   # sets .venv up, once
    .venv/bin/python benchmarks/bench_pages.py [--large] [--pages]

Makes 10 vendors x 21 criteria x 25 reviewers in a temporary SQLite database and asks the app for
each page in this process. Prints medians of CPU milliseconds, so that another program on the
machine disturbs little. The machine's speed differs: compare rows of one run with each other; the
last column is the cost in ballot pages. `--large` adds 30 vendors x 120 criteria x 40 reviewers,
`--pages` leaves the imports out.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from flask import Flask

from benchmarks.people import RUNS, Browser, median_ms, saving
from benchmarks.sites import app_in, committee, email_of, long_rubric
from crrubric.app import create_app
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from tests.factories import Factory, Made

MANY = 60
LARGE = (30, 120, 40)  # vendors, criteria, reviewers
MATRICES = ("matrix", "matrix?show=split", "compare")
PAGES = (
    "matrix", "scores", "agreement", "what-if", "compare", "memo/", "memo/memo.docx",
    "memo/memo.pdf", "memo/memo.html",
)  # fmt: skip


def report(name: str, cost: float, note: str = "", unit: float | None = None) -> None:
    times = f"x {cost / unit:5.2f}" if unit else ""
    print(f"{name:44} {cost:9.1f}  {note:16} {times}")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = app_in(Path(folder))
        with app.app_context():
            factory = measure(app, Path(folder))
            if "--large" in sys.argv:
                measure_large(app, factory)
            db.session.remove()
            db.engine.dispose()


def measure(app: Flask, folder: Path) -> Factory:
    factory = Factory(app)
    made = committee(app, factory=factory)
    people = {name: email_of(made, name) for name in ("chair", "reviewer")}
    chair, reviewer = (Browser(app, people[name]) for name in ("chair", "reviewer"))
    vendor = made.vendors[0].id
    print(f"{'10 vendors, 21 criteria, 25 reviewers':44} {'CPU ms':>9}  page size")
    page = made.url(f"ballots/{vendor}")
    unit = median_ms(lambda: reviewer.get(page))
    report("ballot page", unit, f"{reviewer.get(page):,} bytes", unit)
    report("save one mark", median_ms(saving(made, reviewer, vendor)))
    report("progress page", median_ms(lambda: chair.get(made.url("progress"))))
    section = made.url("plan/sections/technology")
    report("section of the workbook", median_ms(lambda: chair.get(section), MANY))
    report("save one answer of the workbook", median_ms(answering(made, chair), MANY))
    report("what any request needs: ask for the session", median_ms(asking(chair), MANY))
    factory.forward(made, Phase.MEETING, {})
    for name in PAGES:
        url = made.url(name)
        runs = 5 if "memo" in name else RUNS
        cost = median_ms(lambda url=url: chair.get(url), runs)
        report(name, cost, f"{chair.get(url):,} bytes", unit)
    report("create the app", median_ms(lambda: create_app({"INSTANCE": str(folder / "other")})))
    if "--pages" not in sys.argv:
        importing(folder)
    return factory


def measure_large(app: Flask, factory: Factory) -> None:
    """The matrix of an evaluation far larger than most."""
    vendors, criteria, reviewers = LARGE
    made = committee(app, vendors, reviewers, long_rubric(criteria), factory)
    factory.forward(made, Phase.MEETING, {})
    chair = Browser(app, email_of(made, "chair"))
    print(f"{f'{vendors} vendors, {criteria} criteria, {reviewers} reviewers':44} {'CPU ms':>9}")
    for name in MATRICES:
        url = made.url(name)
        cost = median_ms(lambda url=url: chair.get(url), 5)
        report(name, cost, f"{chair.get(url):,} bytes")


def answering(made: Made, chair: Browser) -> Callable[[], None]:
    """Saves the same answer again and again, each time on top of the last."""
    from crrubric.domain.planning.answers import digest_answer

    url = made.url("plan/sections/technology/answers/sis")
    typed, number = "", 0

    def save() -> None:
        nonlocal typed, number
        form = {
            "plan-sis": f"Aeries {number}",
            "version": digest_answer(typed or None),
            "csrf_token": chair.token,
        }
        answer = chair.open(url, method="POST", data=form, headers={"Accept": "application/json"})
        assert answer.status_code == 200, answer.text
        typed, number = f"Aeries {number}", number + 1

    return save


def asking(person: Browser) -> Callable[[], None]:
    """Asks whether the person is signed in: no page is made of the answer."""

    def ask() -> None:
        answer = person.open("/session", headers={"Accept": "application/json"})
        assert answer.status_code == 200, answer.text

    return ask


def importing(folder: Path) -> None:
    from crrubric.queries.people.people import OPERATOR
    from crrubric.services.exchange.imports import import_new_evaluation
    from crrubric.services.exchange.table_sources import read_path
    from crrubric.services.setup.rules import RuleSettings

    for thousands in (10, 30, 100):
        path = folder / "marks.csv"
        with path.open("w", encoding="utf-8") as file:
            file.write("reviewer,vendor,criterion,mark\n")
            for number in range(thousands * 1000):
                cell, reviewer = divmod(number, 50)
                file.write(f"r{reviewer},v{cell // 20},c{cell % 20},YES\n")
        begin = time.process_time()
        import_new_evaluation(
            OPERATOR, read_path(path), title=f"Import {thousands}", rule=RuleSettings(quorum=1)
        )
        report(f"import {thousands},000 lines", (time.process_time() - begin) * 1000)


if __name__ == "__main__":
    main()
