"""What an archive costs: making it, and verifying it without a database.

    python3 run.py test --version   # sets .venv up, once
    .venv/bin/python benchmarks/bench_archive.py [MARKS]

Imports a file of so many marks (144,000 by default) on ballots of a hundred marks, as
bench_record.py does: each ballot is sealed, each mark told by the journal. Then makes the archive
and verifies it three times: with `crrubric verify`, with the verifier that lies in it, and, as the
floor, by nothing but unpacking it and computing the SHA-256 of every file. Prints seconds of a
clock and of the processor, and the most memory of each, in a process of its own. The phase is
written into the database by hand: what comes between scoring and decision is not measured.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import text

from benchmarks.bench_record import fill
from crrubric.app import create_app
from crrubric.domain.archive.checks import verify_archive
from crrubric.extensions import db
from crrubric.models import Evaluation
from crrubric.queries.people.people import OPERATOR
from crrubric.services.exchange.archives.archives import make_archive

DECIDED = "UPDATE evaluation SET phase = 'DECIDED', decided_at = :at, shown_at = :at"
AT = "2027-03-12 23:00:00.000000"
NAME = "archive.zip"


def make(folder: Path) -> None:
    """Make the archive of the evaluation in this folder."""
    with create_app({"INSTANCE": str(folder)}).app_context():
        db.session.execute(text(DECIDED), {"at": AT})
        db.session.commit()
        slug = db.session.query(Evaluation.slug).scalar()
        with (folder / NAME).open("x+b") as file:
            made = make_archive(OPERATOR, slug, file)
        print(f"{made.files} files, {(folder / NAME).stat().st_size / 2**20:.1f} MB")


def verify(folder: Path) -> None:
    """Verify it as `crrubric verify` does."""
    with (folder / NAME).open("rb") as file:
        found = verify_archive(file)
    print(
        f"{found.journal.entries} entries, {found.seals} seals, {found.marks} marks,"
        f" {len(found.problems)} problems"
    )


def verify_alone(folder: Path) -> None:
    """Verify it with the verifier that lies in it."""
    with zipfile.ZipFile(folder / NAME) as opened:
        opened.extract("verify.py", folder)
    command = [sys.executable, str(folder / "verify.py"), str(folder / NAME)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def unpack(folder: Path) -> None:
    """The floor: unpack every file, and compute its hash."""
    with zipfile.ZipFile(folder / NAME) as opened:
        for path in opened.namelist():
            digest = hashlib.sha256()
            with opened.open(path) as file:
                while chunk := file.read(1 << 16):
                    digest.update(chunk)


STEPS = {"make": make, "verify": verify, "verify.py": verify_alone, "unpack": unpack}


def main(words: list[str]) -> None:
    """Fill a database, make its archive, verify it."""
    if words[:1] == ["--step"]:
        return STEPS[words[1]](Path(words[2]))
    marks = next((int(word) for word in words if word.isdecimal()), 144_000)
    with tempfile.TemporaryDirectory() as name:
        fill(Path(name), marks, new=False)
        for step in STEPS:
            begun = time.perf_counter()
            process = subprocess.Popen([sys.executable, __file__, "--step", step, name])
            _pid, _status, used = os.wait4(process.pid, 0)
            clock, seconds = time.perf_counter() - begun, used.ru_utime + used.ru_stime
            print(
                f"{step:10} {clock:6.1f} s, {seconds:6.1f} s of the processor,"
                f" {used.ru_maxrss / 1024:.0f} MB at most",
                flush=True,
            )
    return None


if __name__ == "__main__":
    main(sys.argv[1:])
