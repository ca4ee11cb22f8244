"""Hundreds of reviewers who think between two saves, then all save at once.

On SQLite, on PostgreSQL with one and two web servers, and on PostgreSQL whose commits wait for a
standby. Every mark is read back. The load, the web servers and PostgreSQL share one machine.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from sqlalchemy import create_engine, text

from benchmarks.page_steps import Row
from benchmarks.people import Browser, Person
from benchmarks.processes import read_memory, read_work, serving, tell_progress
from benchmarks.sites import app_in, email_of, filling
from crrubric.domain.vocabulary import Phase
from tests.factories import full_rubric
from tests.scale.pair import Pair, list_children, running_pair

THOUGHT = 10  # seconds between two saves of a person, on average
BURST = 3  # marks that each saves at the end, one after the other
DATABASE = "crrubric"
STORED = """
    SELECT ballot.member_id, mark.criterion_id, mark.version
    FROM mark JOIN ballot ON ballot.id = mark.ballot_id
"""
MEMBERS = """
    SELECT user_account.email, member.id FROM member
    JOIN user_account ON user_account.id = member.user_id
"""


@dataclass(frozen=True, kw_only=True)
class Setup:
    """Where the marks are stored, and how many web servers there are."""

    name: str
    servers: int = 1
    postgresql: bool = True
    standby: bool = False


SETUPS = (
    Setup(name="SQLite, one web server", postgresql=False),
    Setup(name="PostgreSQL, one web server"),
    Setup(name="PostgreSQL, two web servers", servers=2),
    Setup(name="PostgreSQL with a synchronous standby, two web servers", servers=2, standby=True),
)


@dataclass
class Heard:
    """What all were told: seconds until each answer, and what failed."""

    calm: list[float] = field(default_factory=list)
    burst: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Scoring:
    """An evaluation in scoring: who scores, on which page, which criteria."""

    address: str  # of the database; empty: SQLite in the folder
    cookies: dict[str, str]  # of those who score, by their e-mail addresses
    ballot: str
    criteria: Sequence[int]


def make_scoring(folder: Path, address: str, people: int) -> Scoring:
    """An evaluation of one vendor with so many reviewers, who are signed in."""
    app = app_in(folder, DATABASE_URL=address)
    with filling(app) as factory:
        made = factory.evaluation(
            phase=Phase.SCORING, reviewers=people, vendors=1, rubric=full_rubric()
        )
        emails = [email_of(made, "reviewer", number) for number in range(people)]
        return Scoring(
            address=app.config["SQLALCHEMY_DATABASE_URI"],
            cookies={email: Browser(app, email).session_cookie() for email in emails},
            ballot=made.url(f"ballots/{made.vendors[0].id}"),
            criteria=[row.id for row in made.criteria],
        )


def save_with_thought(
    person: Person, scoring: Scoring, heard: Heard, until: float, all_at_once: threading.Barrier
) -> None:
    """Save a mark, think, save; then, together with all others, some without thinking."""
    time.sleep(random.random() * min(THOUGHT, until - time.monotonic()))
    while time.monotonic() < until:
        save_timed(person, scoring, heard, heard.calm)
        time.sleep(min(random.random() * 2 * THOUGHT, max(0, until - time.monotonic())))
    all_at_once.wait()
    for _ in range(BURST):
        save_timed(person, scoring, heard, heard.burst)


def save_timed(person: Person, scoring: Scoring, heard: Heard, times: list[float]) -> None:
    """Save one mark, and note how long it took."""
    begun = time.monotonic()
    try:
        status, said = person.save(scoring.ballot, random.choice(scoring.criteria))
    except OSError as error:
        status, said = 0, repr(error)
    times.append(time.monotonic() - begun)
    if status != 200:
        heard.failed.append(f"{status}: {said[:200]}")


def measure_reviewers(folder: Path, counts: Sequence[int], seconds: float) -> Iterator[Row]:
    """Every setup, with so many people at once each time; rows as soon as they are there."""
    for people in counts:
        for number, setup in enumerate(SETUPS):
            own = folder / f"reviewers-{people}-{number}"
            yield from measure_setup(own, setup, people, seconds)


def measure_setup(folder: Path, setup: Setup, people: int, seconds: float) -> list[Row]:
    """So many people on one setup."""
    folder.mkdir()
    with ExitStack() as stack:
        pair = stack.enter_context(running_pair(folder, [DATABASE])) if setup.postgresql else None
        scoring = make_scoring(folder, pair.address(DATABASE) if pair else "", people)
        if pair and setup.standby:
            pair.follow()
        told = {"DATABASE_URL": pair.address(DATABASE)} if pair else {}
        servers = [
            stack.enter_context(serving(folder, log=f"server-{number}.log", **told))
            for number in range(setup.servers)
        ]
        persons = []
        for number, (email, cookie) in enumerate(scoring.cookies.items()):
            person = Person(servers[number % len(servers)][0], email)
            person.cookie = cookie
            person.open(scoring.ballot)
            persons.append(person)
        tell_progress(f"{people} reviewers have their ballots, {setup.name}")
        processes = [process.pid for _port, process in servers]
        with counting_work(processes, pair) as used:
            heard, calm, burst = run_people(persons, scoring, seconds)
        lost = count_lost_marks(persons, scoring)
        memory = max(read_memory(process) for process in processes)
    saves = len(heard.calm) + len(heard.burst)
    told_work = f"CPU of a save: web {used['web'] / saves * 1000:.1f} ms"
    if pair:
        told_work += f", PostgreSQL {used['database'] / saves * 1000:.1f} ms"
    step = f"{people} reviewers, {setup.name}"
    return [
        Row(
            step=f"{step}: median of a save, by a clock",
            group="reviewers",
            value=median(heard.calm) * 1000,
            note=f"p95 {find_p95(heard.calm):,.0f} ms, {len(heard.calm) / calm:.0f} a second;"
            f" {told_work}; {memory:.0f} MB at most",
            runs=len(heard.calm),
        ),
        Row(
            step=f"{step}: all at once, saves a second",
            group="reviewers",
            unit="a second",
            value=len(heard.burst) / burst,
            note=f"median {median(heard.burst) * 1000:,.0f} ms,"
            f" p95 {find_p95(heard.burst):,.0f} ms; {describe_failures(heard)},"
            f" {lost} of {saves} acknowledged lost",
            runs=len(heard.burst),
        ),
    ]


def describe_failures(heard: Heard) -> str:
    """How many saves failed, and with which status; 0 is no answer at all."""
    statuses = Counter(line.split(":")[0] for line in heard.failed)
    told = ", ".join(f"{count} × {status}" for status, count in statuses.items())
    return f"{len(heard.failed)} failed" + (f" ({told})" if told else "")


def find_p95(times: Sequence[float]) -> float:
    """Milliseconds below which 95 of 100 lie."""
    return sorted(times)[int(len(times) * 0.95)] * 1000


def run_people(
    persons: Sequence[Person], scoring: Scoring, seconds: float
) -> tuple[Heard, float, float]:
    """Let all of them save. Returns: what they heard; seconds of thought, of the burst."""
    heard, begun = Heard(), time.monotonic()
    met: list[float] = []
    meet = threading.Barrier(len(persons), action=lambda: met.append(time.monotonic()))
    until = begun + seconds
    threads = [
        threading.Thread(target=save_with_thought, args=(one, scoring, heard, until, meet))
        for one in persons
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return heard, met[0] - begun, time.monotonic() - met[0]


@contextmanager
def counting_work(web: Sequence[int], pair: Pair | None) -> Iterator[dict[str, float]]:
    """Seconds of the processor that web servers and PostgreSQL use meanwhile."""

    def read_all() -> dict[str, float]:
        nodes = [node for node in (pair.primary, pair.standby) if node.process] if pair else []
        roots = [node.process.pid for node in nodes if node.process]
        below = [child for root in roots for child in list_children(root)]
        return {
            "web": sum(map(read_work, web)),
            "database": sum(map(read_work, roots + below)),
        }

    before, used = read_all(), {}
    yield used
    after = read_all()
    used.update({name: after[name] - before[name] for name in before})


def count_lost_marks(persons: Sequence[Person], scoring: Scoring) -> int:
    """How many saves were acknowledged and can't be read back from the database."""
    engine = create_engine(scoring.address)
    with engine.connect() as connection:
        members: dict[str, int] = dict(connection.execute(text(MEMBERS)).all())
        stored = {(row[0], row[1]): row[2] for row in connection.execute(text(STORED))}
    engine.dispose()
    return sum(
        max(0, version - stored.get((members[person.email], criterion), 0))
        for person in persons
        for criterion, version in person.versions.items()
    )
