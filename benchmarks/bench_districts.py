"""What each further district of one server costs: memory, the start, and what a page takes.

    .venv/bin/python benchmarks/bench_districts.py             # 1, 10 and 50 districts, two minutes

Starts `crrubric serve` on folders with SQLite databases, each with an evaluation that is in the
meeting, 5 vendors, 9 reviewers, 945 marks. In each district the chair signs in and opens her home
page, the matrix, *What if* and the memo. Floor: the same server with one district.
"""

import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.people import Notes, Person
from benchmarks.processes import read_memory, serving
from benchmarks.sites import app_in, committee, email_of, filling
from crrubric.domain.vocabulary import Phase

COUNTS = (1, 10, 50)
ROUNDS = 5


@dataclass(frozen=True)
class Model:
    """A site that all districts are copies of."""

    folder: Path
    email: str
    slug: str


def make_model(folder: Path) -> Model:
    """The site of one district."""
    app = app_in(folder, RATELIMIT_ENABLED=False)
    with filling(app) as make:
        made = committee(app, vendors=5, reviewers=9, factory=make)
        make.forward(made, Phase.MEETING, {})
        return Model(folder, email_of(made, "chair"), made.slug)


def place_districts(model: Model, folder: Path, count: int) -> list[str]:
    """Folders of so many districts. Returns: their host names."""
    hosts = []
    for number in range(count):
        host = f"d{number}.example"
        place = folder / "districts" / f"d{number}" if number else folder
        place.mkdir(parents=True, exist_ok=True)
        shutil.copy(model.folder / "crrubric.db", place / "crrubric.db")
        (place / "settings.toml").write_text(f'SITE_URL = "http://{host}"\n', encoding="utf-8")
        hosts.append(host)
    return hosts


def measure(model: Model, count: int) -> None:
    """One server with so many districts, and a line of the table."""
    with tempfile.TemporaryDirectory() as folder:
        hosts = place_districts(model, Path(folder), count)
        begun = time.perf_counter()
        with serving(Path(folder)) as (port, process):
            start = time.perf_counter() - begun
            idle = read_memory(process.pid, "VmRSS")
            paths = ["/", *(f"/evaluations/{model.slug}/{name}" for name in
                            ("matrix", "what-if", "memo/"))]  # fmt: skip
            took = []
            for host in hosts:
                chair, notes = Person(port, model.email, host), Notes()
                chair.sign_in(notes)
                assert not notes.failures, notes.failures
                for path in paths:
                    chair.open(path)
            for _round in range(ROUNDS):
                asked = time.perf_counter()
                chair.open(paths[1])
                took.append(time.perf_counter() - asked)
            used = read_memory(process.pid, "VmRSS")
            page = statistics.median(took) * 1000
        print(f"| {count} | {start:.1f} s | {idle:.0f} MB | {used:.0f} MB | {page:.1f} ms |")


def main() -> None:
    """Measure each count on copies of one site."""
    with tempfile.TemporaryDirectory() as folder:
        model = make_model(Path(folder))
        print("| districts | start | memory idle | after four pages in each | matrix again |")
        print("|---|---|---|---|---|")
        for count in COUNTS:
            measure(model, count)


if __name__ == "__main__":
    main()
