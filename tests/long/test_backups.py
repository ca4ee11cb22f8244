"""Backups while processes save marks, some of them killed: each that is there is whole."""

import random
import subprocess
import sys
from pathlib import Path
from threading import Thread
from time import sleep

import pytest
from sqlalchemy import select

from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from crrubric.models import Mark
from tests.conftest import fresh_app, served
from tests.factories import Factory
from tests.long.test_kill import CONFIRMED, ROOT, run_crrubric

pytestmark = pytest.mark.long

ROUNDS = 5
Versions = dict[tuple[int, int], int]


class Writers:
    """Processes that save marks, and what they were told of them."""

    def __init__(self, instance: Path, users: list[int]) -> None:
        command = [sys.executable, "-m", "tests.long.writer", str(instance)]
        self.saved: Versions = {}
        self.processes = [
            subprocess.Popen([*command, str(user)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
            for user in users
        ]
        self.readers = [Thread(target=self.read, args=(each,)) for each in self.processes]
        for reader in self.readers:
            reader.start()

    def read(self, process: subprocess.Popen[str]) -> None:
        """Note every mark that a process was told of."""
        for line in process.stdout or ():
            if told := CONFIRMED.fullmatch(line):
                self.saved[int(told[1]), int(told[2])] = int(told[3])

    def stop(self) -> None:
        for process in self.processes:
            process.kill()
        for reader in self.readers:
            reader.join()
        for process in self.processes:
            process.communicate()


def read_versions(instance: Path) -> Versions:
    """The version of each mark of a site."""
    (app,) = served(fresh_app("", instance))
    with app.app_context():
        rows = db.session.execute(select(Mark.ballot_id, Mark.criterion_id, Mark.version)).all()
        db.session.remove()
        db.engine.dispose()
    return {(ballot, criterion): version for ballot, criterion, version in rows}


def kill_backup(instance: Path, target: Path, after: float) -> None:
    """Begin a backup and kill it."""
    command = [sys.executable, "-m", "crrubric", "backup", str(target), "--replace"]
    with subprocess.Popen(command, cwd=ROOT, env={"CRRUBRIC_INSTANCE": str(instance)}) as process:
        sleep(after)
        process.kill()


def test_what_was_saved_before_a_backup_is_in_it_whatever_is_killed(tmp_path: Path):
    live, backups = tmp_path / "live", tmp_path / "backups"
    backups.mkdir()
    (app,) = served(fresh_app("", live))
    with app.app_context():
        made = Factory(app, changed=lambda: True).evaluation(phase=Phase.SCORING, reviewers=3)
        users = [reviewer.user_id or 0 for reviewer in made.reviewers]
        db.session.remove()
        db.engine.dispose()
    chance, target = random.Random(), backups / "site.db"
    writers = Writers(live, users)
    try:
        while len(writers.saved) < 6:
            sleep(0.01)
        for number in range(ROUNDS):
            kill_backup(live, target, after=chance.uniform(0.5, 4))
            before = dict(writers.saved)
            done = run_crrubric(live, "backup", str(target), "--replace")
            assert (done.returncode, done.stderr) == (0, "")
            assert [file.name for file in backups.iterdir()] == ["site.db"]

            other = tmp_path / f"other{number}"
            restored = run_crrubric(other, "restore", str(target))
            verified = run_crrubric(other, "verify")
            there = read_versions(other)

            assert (restored.returncode, restored.stderr) == (0, "")
            assert (verified.returncode, verified.stderr) == (0, "")
            lost = {cell for cell in before if there.get(cell, 0) < before[cell]}
            assert lost == set()
    finally:
        writers.stop()
    assert sum(writers.saved.values()) > ROUNDS
