"""What a server of its own does: files, many people, memory, sign-ins; and what an import costs."""

import hashlib
import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from statistics import median

from werkzeug.security import generate_password_hash

from benchmarks.floors import write_marks
from benchmarks.page_steps import LINES, Place, Row, spend_ms
from benchmarks.people import Browser, Person, enter
from benchmarks.processes import find_port, read_memory, read_work, run_command, running, serving
from benchmarks.profiles import find_shares
from benchmarks.sites import app_in, filling
from crrubric.domain.errors import WrongPhase
from crrubric.extensions import db
from crrubric.models import User
from crrubric.queries.people.people import OPERATOR
from crrubric.services.exchange.imports import import_new_evaluation
from crrubric.services.exchange.table_sources import read_path
from crrubric.services.meeting.meetings import start_meeting
from crrubric.services.setup.rules import RuleSettings
from crrubric.services.shared.unit import unit_of_work
from crrubric.settings.model import Settings
from tests.factories import PASSWORD

FOLLOWED = 1  # seconds between two questions of a screen, as static/js/follow.js
LONGEST = 60  # seconds that a screen waits for the next page


def measure_csv(place: Place, rounds: int) -> list[Row]:
    """The marks of an evaluation as CSV, beside one SELECT written by the csv module."""
    said = f"CSV of {place.marks:,} marks with notes"
    rows = [
        Row(step=said, group="csv", floor_is="one SELECT written as CSV", goal="3 ×"),
        Row(step=f"{said}: first byte, by a clock", group="csv", goal="100 ms"),
        Row(step=f"{said}: memory on top", group="csv", unit="MB", goal="20 MB"),
    ]
    times, floors, firsts = [], [], []
    with serving(place.folder) as (port, process):
        chair = enter(port, place.chair)
        chair.download(place.url("export/vendors.csv"))
        before = read_memory(process.pid)
        for _ in range(rounds):
            floors.append(spend_ms(lambda: write_marks(place.folder, place.evaluation))[0])
            worked = read_work(process.pid)
            first, whole, size = chair.download(place.url("export/marks.csv"))
            times.append((read_work(process.pid) - worked) * 1000)
            firsts.append(first * 1000)
        after = read_memory(process.pid)
    rows[0].value, rows[0].floor, rows[0].runs = median(times), median(floors), rounds
    rows[0].note = f"{size / 1e6:.1f} MB, whole after {whole:.1f} s"
    rows[1].value, rows[1].runs = median(firsts), rounds
    rows[2].value, rows[2].note = after - before, f"{after:.0f} MB at most"
    return rows


def measure_savers(place: Place, seconds: float, rounds: int) -> list[Row]:
    """Several people save as fast as they can, each on a ballot of their own."""
    rates, floors, failed = [], [], 0
    floor_port, log = find_port(), place.folder / "floor.log"
    floor = ("-m", "benchmarks.floors", "serve", str(place.folder), str(floor_port))
    with serving(place.folder) as (port, _process), running(*floor, port=floor_port, log=log):
        savers = [enter(port, email) for email in place.scorers]
        for person in savers:
            person.open(place.ballot)
            person.versions = dict.fromkeys(place.scored[1:], 1)  # every mark is there
        bare = [Person(floor_port, "") for _ in savers]
        for _ in range(rounds):
            calls = [lambda one=one: one.send("/save")[0].status for one in bare]
            floors.append(repeat_for(seconds, calls)[0] / seconds)
            calls = [saving_at_random(person, place) for person in savers]
            saved, refused = repeat_for(seconds, calls)
            rates.append(saved / seconds)
            failed += refused
    return [
        Row(
            step=f"{len(savers)} people saving at once",
            group="savers",
            unit="saves a second",
            value=median(rates),
            floor=median(floors),
            floor_is="bare commits over HTTP",
            goal="at least 180 a second, 0 failed",
            note=f"{failed} failed; {min(rates):.0f} to {max(rates):.0f} a second",
            runs=rounds,
        )
    ]


def saving_at_random(person: Person, place: Place) -> Callable[[], int]:
    """Saves one of the marks of a ballot, whichever. Gives the status of the answer."""

    def save() -> int:
        return person.save(place.ballot, random.choice(place.scored[1:]))[0]

    return save


def repeat_for(seconds: float, calls: list[Callable[[], int]]) -> tuple[int, int]:
    """Repeat each call in a thread of its own. Returns: how many gave 200, how many did not."""
    until, good, bad = time.monotonic() + seconds, [], []

    def repeat(call: Callable[[], int]) -> None:
        while time.monotonic() < until:
            (good if call() == 200 else bad).append(1)

    threads = [threading.Thread(target=repeat, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(good), len(bad)


def list_pages(place: Place) -> Iterator[str]:
    """Every page of the evaluation that needs no more than a vendor or a criterion; no files."""
    values = {"slug": place.slug, "vendor_id": place.vendors[0], "criterion_id": place.criteria[0]}
    with place.app.test_request_context():
        for rule in place.app.url_map.iter_rules():
            if "slug" not in rule.arguments or not rule.arguments <= values.keys():
                continue
            if "GET" in rule.methods and "." not in rule.rule.rsplit("/", 1)[-1]:
                yield place.app.url_for(rule.endpoint, **values)


def measure_memory(place: Place) -> list[Row]:
    """What a server holds after its start, after ballots, after every page."""
    pages = list(list_pages(place))
    with serving(place.folder) as (port, process):
        idle = read_memory(process.pid, "VmRSS")
        for email in place.scorers:
            enter(port, email).open(place.ballot)
        ballots = read_memory(process.pid, "VmRSS")
        chair, opened = enter(port, place.chair), 0
        for url in pages:
            answer, _text = chair.ask("GET", url, Accept="text/html")
            opened += answer.status == 200
            assert answer.status < 500, (url, answer.status)
        every, most = read_memory(process.pid, "VmRSS"), read_memory(process.pid)
    said = f"every page at {place.marks:,} marks"
    return [
        Row(step="memory: idle", group="memory", unit="MB", value=idle, goal="90 MB"),
        Row(
            step="memory: after ballots",
            group="memory",
            unit="MB",
            value=ballots,
            goal="110 MB",
            note=f"{len(place.scorers)} people signed in and opened one",
        ),
        Row(
            step=f"memory: after {said}",
            group="memory",
            unit="MB",
            value=every,
            goal="200 MB",
            note=f"{opened} pages; {most:.0f} MB at most",
        ),
    ]


class Screen:
    """A browser that follows the meeting as static/js/follow.js does."""

    def __init__(self, person: Person, place: Place) -> None:
        self.person, self.place, self.step = person, place, ""
        self.loaded: list[float] = []  # when each next page was there
        self.load()

    def load(self) -> None:
        """Open the cell that is shown."""
        text = self.person.open(self.place.url("meeting/now"))
        self.step = text.split('data-step="', 1)[1].split('"', 1)[0]
        self.loaded.append(time.monotonic())

    def follow(self, over: threading.Event) -> None:
        """Ask every second, and load what is shown as soon as it is another cell."""
        pages = len(self.loaded)
        over.wait(random.random() * FOLLOWED)
        while len(self.loaded) == pages and not over.is_set():
            _answer, text = self.person.ask("GET", self.place.url("meeting/where"))
            where = json.loads(text)
            if f"{where['meeting']}.{where['step']}" != self.step:
                self.load()
                return
            over.wait(FOLLOWED)


def measure_meeting(place: Place, browsers: int, rounds: int) -> list[Row]:
    """The chair moves on: when the last of many browsers shows the next cell."""
    open_meeting(place)
    lasts, works = [], []
    with serving(place.folder) as (port, process):
        chair = enter(port, place.chair)
        chair.open(place.url("matrix"))
        move_on(chair, place, 0)
        screens = [Screen(enter(port, email), place) for email in place.reviewers[:browsers]]
        for number in range(rounds):
            over = threading.Event()
            threads = [threading.Thread(target=one.follow, args=(over,)) for one in screens]
            for thread in threads:
                thread.start()
            time.sleep(FOLLOWED)  # they ask by now
            worked, begun = read_work(process.pid), time.monotonic()
            move_on(chair, place, number + 1)
            for thread in threads:
                thread.join(LONGEST)
            over.set()
            assert {len(one.loaded) for one in screens} == {number + 2}, "a screen stood still"
            works.append((read_work(process.pid) - worked) * 1000)
            lasts.append(max(one.loaded[-1] for one in screens) - begun)
    return [
        Row(
            step=f"{len(screens)} browsers follow the meeting, {place.marks:,} marks: last page",
            group="meeting",
            unit="s",
            value=median(lasts),
            goal="1 s",
            note=f"by a clock; asked every {FOLLOWED} s; {median(works):,.0f} ms of CPU",
            runs=rounds,
        )
    ]


def open_meeting(place: Place) -> None:
    """Begin the meeting, unless it has begun."""
    with place.app.app_context():
        try:
            start_meeting(place.chair_actor, place.slug)
        except WrongPhase:
            db.session.rollback()


def move_on(chair: Person, place: Place, number: int) -> None:
    """Put another cell on everybody's screen."""
    cell = f"{place.vendors[number % len(place.vendors)]}/{place.criteria[-1]}"
    answer, _text = chair.send(place.url(f"meeting/show/{cell}"))
    assert answer.status in {200, 302, 303}, answer.status


def measure_import(folder: Path, marks: int) -> list[Row]:
    """A file of marks that makes an evaluation, beside pandas and one executemany."""
    folder.mkdir()
    file = folder / "marks.csv"
    chance = random.Random(1)
    with file.open("w", encoding="utf-8") as out:
        out.write(LINES)
        for number in range(marks):
            cell, reviewer = divmod(number, 50)
            mark = "YES" if chance.random() < 0.8 else "NO"
            out.write(f"Reviewer {reviewer},Vendor {cell // 20},c{cell % 20},{mark}\n")
    floor = run_command(folder, "import", str(file), module="benchmarks.floors")
    spent = run_command(folder, "import", "marks", str(file), "--create", "Measured")
    return [
        Row(
            step=f"import of {marks:,} marks",
            group="import",
            unit="s",
            value=spent.work,
            floor=floor.work,
            floor_is="pandas and executemany",
            goal="5 ×, 200 MB",
            note=f"{spent.megabytes:.0f} MB at most; of the floor {floor.megabytes:.0f} MB",
            runs=1,
        )
    ]


def profile_import(folder: Path, marks: int) -> dict[str, float]:
    """Of each kind of work its share in taking the first marks of the file of `measure_import`."""
    app, part = app_in(folder / "looked-into"), folder / "part.csv"
    with (folder / "marks.csv").open(encoding="utf-8") as whole:
        part.write_text("".join(islice(whole, marks + 1)), "utf-8")
    with filling(app):
        return find_shares(
            lambda: import_new_evaluation(
                OPERATOR, read_path(part), title=f"At {time.monotonic()}", rule=RuleSettings()
            )
        )


def measure_sign_ins(place: Place, rounds: int, people: int) -> list[Row]:
    """Signing in with a password that is hashed as in earnest, alone and all at once."""
    method = Settings.model_fields["PASSWORD_METHOD"].default
    hash_in_earnest(place, method)
    times, floors = [], []
    for _ in range(rounds):
        floors.append(spend_ms(lambda: hash_barely(method))[0])
        times.append(spend_ms(lambda: Browser(place.app, place.scorers[0]))[0])
    with serving(place.folder) as (port, process):
        threads = [
            threading.Thread(target=enter, args=(port, email))
            for email in [*place.scorers, *place.reviewers][:people]
        ]
        begun = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took, most = time.monotonic() - begun, read_memory(process.pid)
    return [
        Row(
            step="sign-in, with the page before and the page after",
            group="sign-in",
            value=median(times),
            floor=median(floors),
            floor_is="the hash alone",
            runs=rounds,
        ),
        Row(
            step=f"{len(threads)} people sign in at once: memory at most",
            group="sign-in",
            unit="MB",
            value=most,
            note=f"the last is in after {took:.1f} s",
        ),
    ]


def hash_in_earnest(place: Place, method: str) -> None:
    """Give everybody a password that is hashed as the default setting says."""
    hashed = generate_password_hash(PASSWORD, method=method)
    with filling(place.app), unit_of_work() as session:
        session.query(User).update({"password_hash": hashed})


def hash_barely(method: str) -> bytes:
    """The hash of the default setting, by the standard library."""
    _name, cost, block, parallel = method.split(":")
    n, r, p = int(cost), int(block), int(parallel)
    return hashlib.scrypt(
        PASSWORD.encode(), salt=b"0123456789abcdef", n=n, r=r, p=p, maxmem=256 * n * r * p
    )
