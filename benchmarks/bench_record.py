"""What the record costs: storing marks of a file with their journal, and verifying all of it.

    python3 run.py test --version   # sets .venv up, once
    .venv/bin/python benchmarks/bench_record.py [MARKS] [--new]

Imports a file of so many marks (200,000 by default) on ballots of a hundred marks into an
evaluation in a temporary SQLite database, where each ballot is sealed and each mark is told in the
journal, then verifies the record. With `--new` the file makes an evaluation of its own: no ballot
is sealed, and the journal holds a fingerprint over all marks. Prints CPU seconds, the memory that
it took on top, and the size of the database. The machine's speed differs: compare two versions on
one machine.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import select

from benchmarks.sites import app_in, long_rubric
from crrubric.app import create_app
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from crrubric.models import Criterion
from crrubric.queries.people.people import OPERATOR
from crrubric.queries.record.verification import begin_snapshot, verify_record
from crrubric.services.exchange.import_plans import ImportWishes
from crrubric.services.exchange.imports import (
    import_marks,
    import_new_evaluation,
)
from crrubric.services.exchange.table_sources import read_path
from crrubric.services.setup.rules import RuleSettings
from tests.factories import Factory

CRITERIA, VENDORS = 100, 20
NOTE = "Seen in the second demo on our own Chromebook."


def held_megabytes() -> float:
    """The most memory that this process has held so far; what its parent held does not count."""
    status = Path("/proc/self/status")
    if status.exists():
        told = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(told.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


@contextmanager
def measured(what: str) -> Iterator[None]:
    """Print what is done inside took."""
    before, begun = held_megabytes(), time.process_time()
    yield
    seconds, megabytes = time.process_time() - begun, held_megabytes() - before
    print(
        f"{what:8} {seconds:7.1f} s CPU {megabytes:7.0f} MB on top, {held_megabytes():.0f} in all"
    )


def write_file(path: Path, criteria: list[str], marks: int) -> None:
    """A file of marks: every tenth has a note."""
    with path.open("w", encoding="utf-8") as file:
        file.write("reviewer,vendor,criterion,mark,note\n")
        for ballot in range(marks // CRITERIA):
            reviewer, vendor = divmod(ballot, VENDORS)
            file.writelines(
                f"Reviewer {reviewer},Vendor {vendor},{code},{'NO' if n % 7 == 0 else 'YES'},"
                f"{NOTE if n % 10 == 0 else ''}\n"
                for n, code in enumerate(criteria)
            )


def fill(folder: Path, marks: int, *, new: bool) -> None:
    """A database with so many marks, in an evaluation that was there or in a new one."""
    app = app_in(folder)
    with app.app_context():
        made = Factory(app).evaluation(
            phase=Phase.SCORING, rubric=long_rubric(CRITERIA), reviewers=1, vendors=1
        )
        codes = db.session.scalars(select(Criterion.code).order_by(Criterion.position)).all()
        write_file(folder / "marks.csv", list(codes), marks)
        path = folder / "marks.csv"
        with measured("import"):
            if new:
                import_new_evaluation(OPERATOR, read_path(path), title="New", rule=RuleSettings())
            else:
                wishes = ImportWishes(add_new=True)
                import_marks(OPERATOR, read_path(path), slug=made.slug, wishes=wishes)
        db.session.remove()
        db.engine.dispose()
    size = sum(file.stat().st_size for file in folder.glob("*.db"))
    print(f"{marks} marks: {size / 2**20:.0f} MB of database", flush=True)


def verify(folder: Path) -> None:
    """Verify that database, in a process of its own: what the import took is not counted."""
    with create_app({"INSTANCE": str(folder)}).app_context():
        begin_snapshot(db.session())
        with measured("verify"):
            found = verify_record(db.session())
        print(f"{found.entries} entries, {found.seals} seals, {len(found.problems)} problems")


def main(words: list[str]) -> None:
    """Fill a database, and verify it."""
    if words[:1] == ["--verify"]:
        return verify(Path(words[1]))
    marks = next((int(word) for word in words if word.isdecimal()), 200_000)
    with tempfile.TemporaryDirectory() as name:
        fill(Path(name), marks, new="--new" in words)
        subprocess.run([sys.executable, __file__, "--verify", name], check=True)
    return None


if __name__ == "__main__":
    main(sys.argv[1:])
