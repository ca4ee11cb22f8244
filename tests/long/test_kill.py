"""Processes that write are killed at a random moment: what was confirmed is there afterwards."""

import os
import random
import re
import subprocess
import sys
from pathlib import Path
from time import sleep

import pytest
from sqlalchemy import select

from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from crrubric.models import Ballot, Mark
from tests.conftest import fresh_app, served
from tests.factories import Factory

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
ROUNDS = 12
REVIEWERS = 2
CONFIRMED = re.compile(r"(\d+) (\d+) (\d+)\n")


def run_crrubric(instance: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command line on the database in this folder."""
    return subprocess.run(
        [sys.executable, "-m", "crrubric", *words],
        cwd=ROOT,
        env={**os.environ, "CRRUBRIC_INSTANCE": str(instance)},
        capture_output=True,
        text=True,
        check=False,
    )


def kill_writers(instance: Path, users: list[int], after: float) -> dict[tuple[int, int], int]:
    """Let each user write, kill them all, and give the newest version that each cell was told."""
    command = [sys.executable, "-m", "tests.long.writer", str(instance)]
    writers = [
        subprocess.Popen([*command, str(user)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for user in users
    ]
    said = [writer.stdout.readline() for writer in writers]  # each has saved one at least
    sleep(after)
    for writer in writers:
        writer.kill()
    newest: dict[tuple[int, int], int] = {}
    for writer, first in zip(writers, said, strict=True):
        rest, _errors = writer.communicate()
        for ballot, criterion, version in CONFIRMED.findall(first + rest):
            newest[int(ballot), int(criterion)] = int(version)
    return newest


def test_a_killed_server_loses_no_mark_that_it_confirmed(tmp_path: Path):
    (app,) = served(fresh_app("", tmp_path))
    with app.app_context():
        made = Factory(app, changed=lambda: True).evaluation(
            phase=Phase.SCORING, reviewers=REVIEWERS
        )
        users = [reviewer.user_id for reviewer in made.reviewers]
        ballots = db.session.scalars(select(Ballot.id)).all()
        db.session.remove()
        db.engine.dispose()
    chance, confirmed = random.Random(), 0
    for _round in range(ROUNDS):
        told = kill_writers(tmp_path, users, after=chance.uniform(0, 0.4))
        verified = run_crrubric(tmp_path, "verify")
        with app.app_context():
            stored = {
                (ballot, criterion): version
                for ballot, criterion, version in db.session.execute(
                    select(Mark.ballot_id, Mark.criterion_id, Mark.version)
                )
            }
            whole = db.session.connection().exec_driver_sql("PRAGMA integrity_check").scalar()
            db.session.remove()
            db.engine.dispose()

        assert (verified.returncode, verified.stderr, whole) == (0, "", "ok")
        assert {cell: stored.get(cell) for cell in told if stored.get(cell, 0) < told[cell]} == {}
        # of what was under way when they were killed, at most one save each can be there as well
        more = sum(stored[cell] - told[cell] for cell in told)
        assert more <= REVIEWERS
        confirmed += sum(told.values())
    assert len(ballots) == 2 * REVIEWERS
    assert confirmed > ROUNDS
