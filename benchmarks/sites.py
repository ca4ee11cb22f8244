"""What benchmarks are run on: an app with a committee of a given size, and all of its marks."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from sqlalchemy import insert, select

from crrubric.app import create_app
from crrubric.domain.setup.rubric import Rubric, parse_rubric
from crrubric.domain.vocabulary import Answer, Phase
from crrubric.extensions import db, prepare_migrations
from crrubric.models import Ballot, Mark, User
from tests.factories import Factory, Made, full_rubric

VENDORS, REVIEWERS = 10, 25
CHEAP = "scrypt:1024:8:1"  # how passwords are hashed where signing in is not measured
ANSWERS = [Answer.YES] * 7 + [Answer.NO] * 2 + [Answer.CANNOT_TELL]
NOTE = "Seen in the second demo, with our own Chromebook."


def site_settings(folder: Path) -> dict[str, object]:
    """The settings of an app whose passwords are cheap."""
    return {"INSTANCE": str(folder), "PASSWORD_METHOD": CHEAP}


def app_in(folder: Path, **settings: object) -> Flask:
    """The app on an empty database, with cheap passwords: signing in is not measured."""
    from flask_migrate import upgrade

    app = create_app({**site_settings(folder), **settings})
    prepare_migrations(app)
    with app.app_context():
        upgrade()
    return app


@contextmanager
def filling(app: Flask) -> Iterator[Factory]:
    """A factory for the app; its connections are closed at the end."""
    with app.app_context():
        yield Factory(app)
        db.session.remove()
        db.engine.dispose()


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
    *,
    noted: float = 0.2,
    title: str = "",
) -> Made:
    """The evaluation with all its marks, in scoring; `noted`: the share of them with a note."""
    made = (factory or Factory(app)).evaluation(
        title=title or f"{vendors} vendors, {reviewers} reviewers",
        phase=Phase.SCORING,
        reviewers=reviewers,
        vendors=vendors,
        rubric=rubric or full_rubric(),
    )
    insert_marks(made, noted)
    return made


def insert_marks(made: Made, noted: float) -> None:
    """Marks in bulk, all but the first: making them one by one is measured apart."""
    chance = random.Random(1)
    ids = [vendor.id for vendor in made.vendors]
    ballots = db.session.scalars(select(Ballot.id).where(Ballot.vendor_id.in_(ids))).all()
    rows = [
        {
            "evaluation_id": made.evaluation.id,
            "ballot_id": ballot,
            "criterion_id": criterion.id,
            "answer": chance.choice(ANSWERS),
            "note": f"{NOTE} {len(made.criteria) * ballot}" if chance.random() < noted else "",
            "evidence_place": "",
        }
        for ballot in ballots
        for criterion in made.criteria
        if (ballot, criterion.id) != (ballots[0], made.criteria[0].id)
    ]
    db.session.execute(insert(Mark), rows)
    db.session.commit()


def email_of(made: Made, name: str, number: int = 0) -> str:
    """With which address somebody signs in: the chair, or one of the reviewers."""
    actor = made.chair if name == "chair" else made.reviewers[number]
    return db.session.get_one(User, actor.user_id).email
