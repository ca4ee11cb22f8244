"""What pages, saves, imports and the memo cost: server CPU on a committee of a real size.

    python3 run.py test --version   # sets .venv up, once
    .venv/bin/python benchmarks/bench_pages.py [--large] [--pages]

Makes 10 vendors x 21 criteria x 25 reviewers in a temporary SQLite database and asks the app for
each page in this process. Prints medians of CPU milliseconds, so that another program on the
machine disturbs little. The machine's speed differs: compare rows of one run with each other; the
last column is the cost in ballot pages. `--large` adds 30 vendors x 120 criteria x 40 reviewers,
`--pages` leaves the imports out.
"""

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextvars import Context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from flask import Flask

from crrubric.app import create_app
from crrubric.domain.setup.rubric import Rubric, parse_rubric
from crrubric.domain.vocabulary import Answer, Phase
from crrubric.extensions import db, prepare_migrations
from tests.factories import Factory, Made, full_rubric

RUNS, MANY = 15, 60
VENDORS, REVIEWERS = 10, 25
LARGE = (30, 120, 40)  # vendors, criteria, reviewers
MATRICES = ("matrix", "matrix?show=split", "compare")
PAGES = (
    "matrix", "scores", "agreement", "what-if", "compare", "memo/", "memo/memo.docx",
    "memo/memo.pdf", "memo/memo.html",
)  # fmt: skip


def app_in(folder: Path) -> Flask:
    """The app on an empty database, with cheap passwords: signing in is not measured."""
    from flask_migrate import upgrade

    app = create_app({"INSTANCE": str(folder), "PASSWORD_METHOD": "scrypt:1024:8:1"})
    prepare_migrations(app)
    with app.app_context():
        upgrade()
    return app


def median_ms(call: Callable[[], object], runs: int = RUNS) -> float:
    """Median CPU milliseconds of the call, after one that isn't counted."""
    call()
    times = []
    for _ in range(runs):
        begin = time.process_time()
        call()
        times.append((time.process_time() - begin) * 1000)
    return statistics.median(times)


def long_rubric(criteria: int) -> Rubric:
    """A rubric of so many criteria in sections of fifteen, every tenth a must-have."""
    lines = ['name = "Long"', 'version = "1"']
    for number in range(criteria):
        if number % 15 == 0:
            lines += ["[[section]]", f'code = "s{number}"', f'title = "Section {number // 15 + 1}"']
        lines += [
            "[[section.criterion]]",
            f'code = "c{number}"',
            f"order = {number + 1}",
            f'title = "Criterion {number + 1} is met in every course"',
            'question = "Is it met in every course that we looked at?"',
            'lead = "teacher"',
            f"must_have = {str(number % 10 == 0).lower()}",
        ]
    return parse_rubric("\n".join(lines))


def committee(
    app: Flask,
    vendors: int = VENDORS,
    reviewers: int = REVIEWERS,
    rubric: Rubric | None = None,
    factory: Factory | None = None,
) -> Made:
    """The evaluation with all its marks, in scoring."""
    made = (factory or Factory(app)).evaluation(
        title=f"{vendors} vendors, {reviewers} reviewers",
        phase=Phase.SCORING,
        reviewers=reviewers,
        vendors=vendors,
        rubric=rubric or full_rubric(),
    )
    insert_marks(made)
    return made


def insert_marks(made: Made) -> None:
    """Marks in bulk: making them one by one is measured apart."""
    from sqlalchemy import insert, select

    from crrubric.models import Ballot, Mark

    chance = random.Random(1)
    answers = [Answer.YES] * 7 + [Answer.NO] * 2 + [Answer.CANNOT_TELL]
    ids = [vendor.id for vendor in made.vendors]
    ballots = db.session.scalars(select(Ballot.id).where(Ballot.vendor_id.in_(ids))).all()
    rows = [
        {
            "evaluation_id": made.evaluation.id,
            "ballot_id": ballot,
            "criterion_id": criterion.id,
            "answer": chance.choice(answers),
            "note": "Seen in the second demo, with our own Chromebook."
            if chance.random() < 0.2
            else "",
            "evidence_place": "",
        }
        for ballot in ballots
        for criterion in made.criteria
        if (ballot, criterion.id) != (ballots[0], made.criteria[0].id)
    ]
    db.session.execute(insert(Mark), rows)
    db.session.commit()


class Browser:
    """A signed-in test client whose requests stand alone."""

    def __init__(self, app: Flask, email: str) -> None:
        from tests.factories import PASSWORD

        self.client = app.test_client()
        self.token = self.token_of(self.open("/sign-in").text)
        form = {"email": email, "password": PASSWORD, "csrf_token": self.token}
        assert self.open("/sign-in", method="POST", data=form).status_code == 303
        self.token = self.token_of(self.open("/").text)

    @staticmethod
    def token_of(text: str) -> str:
        return text.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]

    def open(self, url: str, **options: object):
        db.session.rollback()
        return Context().run(self.client.open, url, buffered=True, **options)

    def get(self, url: str) -> int:
        answer = self.open(url)
        assert answer.status_code == 200, (url, answer.status_code)
        return len(answer.data)


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


def email_of(made: Made, name: str) -> str:
    from crrubric.models import User

    actor = made.chair if name == "chair" else made.reviewers[0]
    return db.session.get_one(User, actor.user_id).email


def saving(made: Made, reviewer: Browser, vendor: int) -> Callable[[], None]:
    """Saves the same cell again and again, each time on top of the last."""
    criterion = made.criteria[0].id
    url = made.url(f"ballots/{vendor}/marks/{criterion}")
    version = 0

    def save() -> None:
        nonlocal version
        form = {
            "answer": "YES" if version % 2 else "NO",
            "version": str(version),
            "csrf_token": reviewer.token,
        }
        answer = reviewer.open(
            url, method="POST", data=form, headers={"Accept": "application/json"}
        )
        assert answer.status_code == 200, answer.text
        version = answer.json["version"]

    return save


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
