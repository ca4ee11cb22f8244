"""Ten million marks in five thousand evaluations, on SQLite and on PostgreSQL.

The other evaluations come in by the product's own import; every mark is counted afterwards, and the
pages of one of them are measured beside a database that has nothing else.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select, text

from benchmarks.page_steps import (
    Place,
    Row,
    add_evaluations,
    copy_place,
    list_crowd_steps,
    make_place,
    measure_steps,
)
from benchmarks.sites import filling
from crrubric.extensions import db
from crrubric.models import Evaluation, Mark
from tests.scale.pair import running_pair

SIZE = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
    "postgresql": "SELECT pg_database_size(current_database())",
}
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@contextmanager
def making_places(
    folder: Path, kind: str, size: tuple[int, int, int]
) -> Iterator[tuple[Place, Place]]:
    """Two databases of this kind with the same evaluation, one of which is to hold many."""
    folder.mkdir()
    if kind == "sqlite":
        alone = make_place(folder / "alone", *size)
        yield alone, copy_place(alone, folder / "many")
        return
    names = ("alone", "many")
    with running_pair(folder, names) as pair:
        alone, many = (
            make_place(folder / name, *size, DATABASE_URL=pair.address(name)) for name in names
        )
        yield alone, many
        for place in (alone, many):
            with filling(place.app):  # closes its connections, so that the server can end
                pass


def measure_millions(
    folder: Path, kind: str, size: tuple[int, int, int], evaluations: int, rounds: int
) -> list[Row]:
    """What so many evaluations cost to bring in, and then their pages.

    Args: kind: sqlite or postgresql; size: vendors, reviewers and scorers of the one that is shown.
    """
    group = f"millions-{kind}"
    with making_places(folder, kind, size) as (alone, many):
        begun, worked = time.perf_counter(), time.process_time()
        add_evaluations(many, evaluations - 1, alone.marks)
        clock, work = time.perf_counter() - begun, time.process_time() - worked
        marks, found, megabytes = count_everything(many.app, kind)
        expected = count_everything(alone.app, kind)[0] + (evaluations - 1) * alone.marks
        assert marks == expected, (marks, expected)
        rows = [
            Row(
                step=f"{marks:,} marks in {found:,} evaluations on {DATABASES[kind]}",
                group=group,
                unit="s",
                value=work,
                note=f"CPU of the imports, {clock:,.0f} s by a clock; every mark is there;"
                f" {megabytes:,.0f} MB of database",
                runs=1,
            )
        ]
        steps = list(list_crowd_steps(alone, many, evaluations))
        for step in steps:
            step.row = replace(step.row, group=group, step=f"{step.row.step}, {DATABASES[kind]}")
        return rows + measure_steps(steps, rounds)


def count_everything(app: Flask, kind: str) -> tuple[int, int, float]:
    """Marks, evaluations, and the MB of the database."""
    with filling(app):
        return (
            db.session.scalars(select(func.count()).select_from(Mark)).one(),
            db.session.scalars(select(func.count()).select_from(Evaluation)).one(),
            db.session.scalar(text(SIZE[kind])) / 1e6,
        )
