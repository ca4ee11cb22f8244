"""Everybody signs in within a minute while others save: a real server, real hashes, real sockets.

    python3 run.py test --version   # sets .venv up, once
    .venv/bin/python benchmarks/bench_load.py             # about a minute and a half
    .venv/bin/python benchmarks/bench_load.py --files     # and eight files of 20 MB at once

Starts `crrubric serve` on a temporary SQLite database, with the limits that it has by default. 200
people sign in at random moments of one minute and try again whenever they are asked to, as the
page does; 50 others, signed in already, save a mark every two seconds. The load comes from this
process, on the same machine. Exits with 1 if somebody is not in at the end, a save fails, or the
95th percentile of saving is 0.4 s or more.
"""

import http.client
import io
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from socket import socket
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import update
from werkzeug.datastructures import FileStorage
from werkzeug.security import generate_password_hash
from werkzeug.test import encode_multipart

from benchmarks.bench_pages import app_in, email_of
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import WRITE, db
from crrubric.models import User
from crrubric.settings.model import Settings
from tests.factories import PASSWORD, Factory, full_rubric

ROOT = Path(__file__).resolve().parents[1]
COMING, SAVING, FILES = 200, 50, 8
MINUTE, EVERY = 60, 2  # seconds: in which all sign in; from one save of a person to the next
LONGEST = 180  # seconds, then it has failed
GOAL = 0.4  # seconds, of 95 saves in 100


@dataclass
class Notes:
    """What was seen, by all threads."""

    saves: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)  # from the first try until one is in
    sent_away: int = 0
    failures: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


@dataclass
class Place:
    """Where people go."""

    chair: str  # addresses
    reviewers: list[str]
    base: str
    vendor: int
    criteria: list[int]


class Person:
    """A browser with one connection that it keeps."""

    def __init__(self, port: int, email: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.email = email
        self.cookie = self.token = ""
        self.cookies: dict[str, str] = {}
        self.versions: dict[int, int] = {}  # of the marks, by criterion

    def ask(self, method: str, path: str, body: str | bytes = "", **headers: str):
        headers = {"Accept": "application/json", "Cookie": self.cookie, **headers}
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        for made in answer.headers.get_all("Set-Cookie") or ():
            name, value = made.split(";")[0].split("=", 1)
            self.cookies[name] = value
        self.cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if 'name="csrf_token" value="' in text:
            self.token = text.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
        return answer, text

    def send(self, path: str, **form: str):
        kind = "application/x-www-form-urlencoded"
        body = urlencode({"csrf_token": self.token, **form})
        return self.ask("POST", path, body, **{"Content-Type": kind})

    def sign_in(self, notes: Notes) -> None:
        self.ask("GET", "/sign-in", Accept="text/html")
        begin, longest = time.monotonic(), 15  # seconds between two tries, as static/js/turns.js
        for tried in count():
            answer, text = self.send("/sign-in", email=self.email, password=PASSWORD)
            if answer.status not in {429, 503}:  # 429: one account signs in many times at once
                break
            notes.sent_away += 1
            longer = min(longest, int(answer.headers.get("Retry-After", 1)) * 1.5**tried)
            time.sleep(longer * (0.5 + random.random()))
        if answer.status != 200:
            notes.failures.append(f"sign-in {answer.status}: {text[:200]}")
        notes.waits.append(time.monotonic() - begin)
        self.ask("GET", "/", Accept="text/html")


def make_site(folder: Path) -> Place:
    """An evaluation in scoring; whoever comes has a password as it is hashed in earnest."""
    app = app_in(folder)
    with app.app_context():
        made = Factory(app).evaluation(
            phase=Phase.SCORING, reviewers=COMING + SAVING, vendors=1, rubric=full_rubric()
        )
        hashed = generate_password_hash(
            PASSWORD, method=Settings.model_fields["PASSWORD_METHOD"].default
        )
        coming = [actor.user_id for actor in made.reviewers[:COMING]]
        place = Place(
            chair=email_of(made, "chair"),
            reviewers=[db.session.get_one(User, one.user_id).email for one in made.reviewers],
            base=made.url(""),
            vendor=made.vendors[0].id,
            criteria=[row.id for row in made.criteria],
        )
        db.session.rollback()
        with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
            connection.execute(update(User).where(User.id.in_(coming)).values(password_hash=hashed))
        db.session.remove()
        db.engine.dispose()
    return place


@contextmanager
def serving(folder: Path):
    """(port, process) of the server."""
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    told = {**os.environ, "CRRUBRIC_INSTANCE": str(folder), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "crrubric", "serve", "--port", str(port)]
    with subprocess.Popen(command, env=told, stdin=subprocess.DEVNULL) as process:
        for _ in range(200):
            try:
                Person(port, "").ask("GET", "/health")
                break
            except OSError:
                time.sleep(0.1)
        try:
            yield port, process
        finally:
            process.terminate()


def come_and_sign_in(port: int, email: str, notes: Notes) -> None:
    time.sleep(random.random() * MINUTE)
    try:
        Person(port, email).sign_in(notes)
    except Exception as error:
        notes.failures.append(f"sign-in: {error!r}")


def keep_saving(person: Person, place: Place, notes: Notes) -> None:
    """One mark after the other, each saved again and again."""
    notes.over.wait(random.random() * EVERY)
    while not notes.over.is_set():
        criterion = random.choice(place.criteria)
        version = person.versions.get(criterion, 0)
        begin = time.monotonic()
        try:
            answer, text = person.send(
                f"{place.base}ballots/{place.vendor}/marks/{criterion}",
                answer="NO" if version % 2 else "YES",
                version=str(version),
            )
            if answer.status == 200:
                person.versions[criterion] = version + 1
            else:
                notes.failures.append(f"save {answer.status}: {text[:200]}")
        except Exception as error:
            notes.failures.append(f"save: {error!r}")
        notes.saves.append(time.monotonic() - begin)
        notes.over.wait(random.expovariate(1 / EVERY))


def send_file(port: int, place: Place, number: int, notes: Notes) -> None:
    """The chair attaches a file of 20 MB to the vendor."""
    chair = Person(port, place.chair)
    chair.sign_in(Notes())
    page = f"{place.base}vendors/{place.vendor}/files"
    chair.ask("GET", page, Accept="text/html")
    begin = b"%PDF-1.7\n" + str(number).encode()
    body = begin + os.urandom(20 * 1024 * 1024 - 100) + b"\n%%EOF\n"
    file = FileStorage(io.BytesIO(body), f"{number}.pdf")
    boundary, sent = encode_multipart({"csrf_token": chair.token, "file": file})
    kind = f"multipart/form-data; boundary={boundary}"
    answer, text = chair.ask("POST", page, sent, **{"Content-Type": kind})
    if answer.status != 303:
        notes.failures.append(f"file {answer.status}: {text[:200]}")


def run_all(threads: list[threading.Thread]) -> None:
    deadline = time.monotonic() + LONGEST
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0, deadline - time.monotonic()))


def report(name: str, notes: Notes, process: subprocess.Popen) -> bool:
    saves = sorted(notes.saves)
    late = saves[int(len(saves) * 0.95)]
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    memory = next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))
    print(
        f"{name}: {len(saves)} saves, median {statistics.median(saves):.3f} s,"
        f" p95 {late:.3f} s, longest {saves[-1]:.3f} s; failures: {len(notes.failures)};"
        f" most memory of the server {memory} MB"
    )
    for line in notes.failures[:5]:
        print(f"  {line}")
    return not notes.failures and late < GOAL


def main() -> None:
    random.seed(1)
    with tempfile.TemporaryDirectory() as folder:
        place = make_site(Path(folder))
        with serving(Path(folder)) as (port, process):
            savers = [Person(port, email) for email in place.reviewers[COMING:]]
            for person in savers:
                person.sign_in(Notes())
                ballot = f"{place.base}ballots/{place.vendor}"
                person.ask("GET", ballot, Accept="text/html")
            good = measure_sign_ins(port, process, place, savers)
            if "--files" in sys.argv:
                good = measure_files(port, process, place, savers) and good
    sys.exit(0 if good else 1)


def start_saving(savers: list[Person], place: Place, notes: Notes) -> list[threading.Thread]:
    threads = [threading.Thread(target=keep_saving, args=(one, place, notes)) for one in savers]
    for thread in threads:
        thread.start()
    return threads


def measure_sign_ins(port, process, place: Place, savers: list[Person]) -> bool:
    notes = Notes()
    saving = start_saving(savers, place, notes)
    coming = [
        threading.Thread(target=come_and_sign_in, args=(port, email, notes), daemon=True)
        for email in place.reviewers[:COMING]
    ]
    run_all(coming)
    notes.over.set()
    for thread in saving:
        thread.join()
    waits = sorted(notes.waits)
    print(
        f"{len(waits)} of {COMING} people are in, {notes.sent_away} times somebody was asked to"
        f" wait; from the first try until one was in: median {statistics.median(waits):.1f} s,"
        f" longest {waits[-1]:.1f} s"
    )
    return report("meanwhile", notes, process) and len(waits) == COMING


def measure_files(port, process, place: Place, savers: list[Person]) -> bool:
    notes = Notes()
    sending = [
        threading.Thread(target=send_file, args=(port, place, number, notes), daemon=True)
        for number in range(FILES)
    ]
    saving = start_saving(savers, place, notes)
    run_all(sending)
    notes.over.set()
    for thread in saving:
        thread.join()
    return report(f"{FILES} files of 20 MB", notes, process)


if __name__ == "__main__":
    main()
