"""How fast it is: every step beside the floor of this machine, in one run.

    python3 run.py test --version   # sets .venv up, once
    .venv/bin/python benchmarks/measure_speed.py                     # everything, some minutes
    .venv/bin/python benchmarks/measure_speed.py --only pages csv    # these groups
    .venv/bin/python benchmarks/measure_speed.py --json FILE --write # and docs/performance.md
    .venv/bin/python benchmarks/measure_speed.py --only reviewers millions-sqlite # take long

Makes the data in a temporary folder, measures each step in turn with its
floor, so that whatever else runs on the machine disturbs both, and prints the table. Numbers are
medians of CPU time of the process that answers; times of a clock, memory and rates say so. The
groups are measured one after the other. Ratios hold from machine to machine, times do not.
"""

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as crrubric does, before numpy loads
os.environ.pop("CRRUBRIC_DATABASE_URL", None)

from benchmarks.million_steps import measure_millions
from benchmarks.page_steps import (
    Place,
    Row,
    add_evaluations,
    copy_place,
    list_crowd_steps,
    list_page_steps,
    make_place,
    measure_steps,
)
from benchmarks.people import Browser
from benchmarks.processes import tell_progress
from benchmarks.profiles import draw_shares, find_shares
from benchmarks.reviewer_steps import measure_reviewers
from benchmarks.server_steps import (
    measure_csv,
    measure_import,
    measure_meeting,
    measure_memory,
    measure_savers,
    measure_sign_ins,
    profile_import,
)
from benchmarks.speed_table import (
    PAGE,
    PROFILE,
    describe_machine,
    draw_tables,
    put_into_page,
    tell_machine,
    write_json,
    write_number,
)

PROFILED = 50_000  # marks of the import that is looked into


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much of everything."""

    small: tuple[int, int] = (20, 50)  # vendors, reviewers; 21 criteria
    large: tuple[int, int] = (100, 50)
    crowd: tuple[int, int] = (10, 10)  # of each of the many evaluations
    evaluations: int = 1_000
    scorers: int = 8
    rounds: int = 15
    turns: int = 3  # of what takes longer
    seconds: float = 10  # that people save at once
    browsers: int = 40
    imported: int = 1_000_000
    reviewers: tuple[int, ...] = (200, 400)  # who think between two saves
    thinking: float = 60  # seconds
    many: int = 5_000  # evaluations of ten million marks


TINY = Sizes(
    small=(2, 2),
    large=(2, 2),
    crowd=(2, 2),
    evaluations=2,
    scorers=2,
    rounds=1,
    turns=1,
    seconds=0.2,
    browsers=2,
    imported=100,
    reviewers=(4,),
    thinking=2,
    many=3,
)


class Run:
    """A run: its sizes, and the places that were made for it so far."""

    def __init__(self, folder: Path, sizes: Sizes, *, profile: bool = False) -> None:
        self.folder, self.sizes, self.profile = folder, sizes, profile
        self.places: dict[str, Place] = {}
        self.fresh: dict[tuple[int, int], Place] = {}

    def place(self, name: str) -> Place:
        """A database with an evaluation of this size, made where it is first asked for."""
        if name not in self.places:
            self.places[name] = self.make_place(name)
        return self.places[name]

    def make_place(self, name: str) -> Place:
        """One that has just been made is copied where another is to be as large."""
        size, folder = getattr(self.sizes, name.split("-")[0]), self.folder / name
        if size in self.fresh:
            return copy_place(self.fresh[size], folder)
        tell_progress(f"making {size[0]} vendors, {size[1]} reviewers")
        made = make_place(self.folder / f"fresh-{name}", *size, self.sizes.scorers)
        self.fresh[size] = made
        return copy_place(made, folder)


def measure_pages(run: Run) -> list[Row]:
    """Ballot, save, and the pages of results at two sizes."""
    names = ("small", "large") if run.sizes.small != run.sizes.large else ("small",)
    steps = list_page_steps([run.place(name) for name in names])
    return measure_steps(list(steps), run.sizes.rounds, profile=run.profile)


def measure_marks_file(run: Run) -> list[Row]:
    """The marks of the large evaluation as CSV; looked into in this process."""
    place = run.place("large")
    rows = measure_csv(place, run.sizes.turns)
    if run.profile:
        chair = Browser(place.app, place.chair)
        rows[0].shares = find_shares(lambda: chair.get(place.url("export/marks.csv")))
    return rows


def measure_crowd(run: Run) -> list[Row]:
    """The same pages beside many other evaluations."""
    alone, crowded = run.place("crowd-alone"), run.place("crowd-many")
    tell_progress(f"importing {run.sizes.evaluations - 1} more evaluations")
    add_evaluations(crowded, run.sizes.evaluations - 1, alone.marks)
    steps = list_crowd_steps(alone, crowded, run.sizes.evaluations)
    return measure_steps(list(steps), run.sizes.rounds)


def measure_import_of(run: Run) -> list[Row]:
    """A file of marks, in a database of its own."""
    folder = run.folder / "import"
    rows = measure_import(folder, run.sizes.imported)
    if run.profile:
        rows[0].shares = profile_import(folder, min(run.sizes.imported, PROFILED))
    return rows


def measure_millions_on(run: Run, kind: str) -> list[Row]:
    """Ten million marks, in a database of their own."""
    sizes = run.sizes
    size = (*sizes.crowd, sizes.scorers)
    return measure_millions(run.folder / kind, kind, size, sizes.many, sizes.rounds)


# what is measured, in this order; each group alone where it is asked for
GROUPS: dict[str, Callable[[Run], Iterable[Row]]] = {
    "pages": measure_pages,
    "csv": measure_marks_file,
    "savers": lambda run: measure_savers(run.place("small"), run.sizes.seconds, run.sizes.turns),
    "memory": lambda run: measure_memory(run.place("large")),
    "crowd": measure_crowd,
    "meeting": lambda run: measure_meeting(run.place("large"), run.sizes.browsers, run.sizes.turns),
    "import": measure_import_of,
    "sign-in": lambda run: measure_sign_ins(run.place("small"), run.sizes.turns, 8),
}
# what takes longer, only where it is asked for
LONG_GROUPS: dict[str, Callable[[Run], Iterable[Row]]] = {
    "reviewers": lambda run: measure_reviewers(run.folder, run.sizes.reviewers, run.sizes.thinking),
    "millions-sqlite": lambda run: measure_millions_on(run, "sqlite"),
    "millions-postgresql": lambda run: measure_millions_on(run, "postgresql"),
}
EVERY_GROUP = {**GROUPS, **LONG_GROUPS}


def measure_groups(run: Run, groups: list[str]) -> Iterator[Row]:
    """The rows of these groups, as soon as they are measured."""
    for name in groups:
        tell_progress(f"measuring {name}")
        yield from EVERY_GROUP[name](run)


def read_words(words: list[str] | None) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description="How fast crrubric is, beside floors.")
    parser.add_argument(
        "--only", nargs="+", choices=EVERY_GROUP, default=list(GROUPS), metavar="GROUP"
    )
    parser.add_argument("--rounds", type=int, help="how often each step is done (15)")
    parser.add_argument("--many", type=int, help="evaluations of the groups millions-… (5,000)")
    parser.add_argument("--thinking", type=float, help="seconds that reviewers save for (60)")
    parser.add_argument(
        "--profile", action="store_true", help="and where the time of pages, CSV and import goes"
    )
    parser.add_argument("--tiny", action="store_true", help="as little as can be: that it runs")
    parser.add_argument("--json", type=Path, help="write all numbers to this file")
    parser.add_argument(
        "--write", action="store_true", help="put the table into docs/performance.md"
    )
    return parser.parse_args(words)


def choose_sizes(asked: argparse.Namespace) -> Sizes:
    """How much of everything is wanted."""
    named = {name: getattr(asked, name) for name in ("thinking", "many", "rounds")}
    wanted = {name: number for name, number in named.items() if number}
    return replace(TINY if asked.tiny else Sizes(), **wanted)


def main(words: list[str] | None = None) -> None:
    """Measure, print, write."""
    signal.signal(signal.SIGTERM, lambda *_told: sys.exit(1))  # so that all ends that was begun
    asked = read_words(words)
    sizes = choose_sizes(asked)
    machine, rows = describe_machine(), []
    with tempfile.TemporaryDirectory() as folder:
        for row in measure_groups(Run(Path(folder), sizes, profile=asked.profile), asked.only):
            rows.append(row)
            tell_progress(f"{row.step}: {write_number(row.value, row.unit)} {row.note}")
            if asked.json:  # so that what was measured is there, whatever comes
                write_json(asked.json, machine, rows)
    tables = draw_tables(machine, rows)
    if asked.profile:
        profiled = [(row.step, row.shares) for row in rows if row.shares]
        tables[PROFILE] = tell_machine(machine) + draw_shares(profiled)
    for marks, table in tables.items():
        print(table)
        if asked.write:
            PAGE.write_text(put_into_page(PAGE.read_text("utf-8"), table, marks), "utf-8")


if __name__ == "__main__":
    main()
