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

import io
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import update
from werkzeug.datastructures import FileStorage
from werkzeug.security import generate_password_hash
from werkzeug.test import encode_multipart

from benchmarks.people import Notes, Person
from benchmarks.processes import read_memory, serving
from benchmarks.sites import app_in, email_of
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
class Place:
    """Where people go."""

    chair: str  # addresses
    reviewers: list[str]
    base: str
    vendor: int
    criteria: list[int]


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
        begin = time.monotonic()
        try:
            status, text = person.save(f"{place.base}ballots/{place.vendor}", criterion)
            if status != 200:
                notes.failures.append(f"save {status}: {text[:200]}")
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
    print(
        f"{name}: {len(saves)} saves, median {statistics.median(saves):.3f} s,"
        f" p95 {late:.3f} s, longest {saves[-1]:.3f} s; failures: {len(notes.failures)};"
        f" most memory of the server {read_memory(process.pid):.0f} MB"
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
