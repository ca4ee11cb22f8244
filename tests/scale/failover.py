"""The primary of a state's database is killed while people save marks, and the standby takes over.

    python3 run.py test --version                # sets .venv up, once
    .venv/bin/python -m tests.scale.failover     # half a minute; ends by itself, leaves nothing

Starts PostgreSQL with a synchronous standby and two web servers on loopback. Eight people save
marks over HTTP; a mark is acknowledged when the answer is 200. The primary and all its processes
are killed with -9, the standby is promoted, and people go on saving. Then everything acknowledged
is looked for, in the marks and in the journal, whose numbers are counted.

Ends with 1 if an acknowledged mark is lost, a number of the journal is doubled or missing, somebody
had to wait for more than one refusal once the standby was promoted, or `crrubric verify` finds a
problem.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import psycopg

from crrubric.app import create_app
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db, prepare_migrations
from crrubric.models import User
from tests.factories import PASSWORD, Factory, full_rubric
from tests.scale.pair import Pair, find_sender, running_pair
from tests.web_server import Client, find_free_port, wait_for_port

ROOT = Path(__file__).parents[2]
DATABASE = "crrubric"
WRITERS, SERVERS = 8, 2
BEFORE, AFTER = 4.0, 4.0  # seconds of saving before the primary is killed and after the promotion
AGAIN = 0.1  # seconds until a refused save is tried again; the page waits longer
Cell = tuple[int, int]  # ids of member and criterion


@dataclass
class Writer:
    """Somebody who saves marks on a ballot of their own, and what they were told."""

    client: Client
    ballot: str
    criteria: Sequence[int]
    member: int
    acknowledged: dict[Cell, list[str]] = field(default_factory=dict)  # notes, in their order
    refusals: list[float] = field(default_factory=list)  # when the saves that were refused began
    faults: list[str] = field(default_factory=list)
    longest: float = 0
    first_again: float = 0  # when the first save was acknowledged that began after the promotion

    def save_until(self, over: threading.Event, promoted: threading.Event) -> None:
        """Save one mark after the other; a save that is refused is sent again as it was."""
        number = 0
        while not over.is_set():
            number += 1
            criterion = random.choice(self.criteria)
            self.save(criterion, f"note {self.member}.{number}", over, promoted)

    def save(
        self, criterion: int, note: str, over: threading.Event, promoted: threading.Event
    ) -> None:
        """Save one mark, until it is acknowledged or all is over."""
        told = self.acknowledged.setdefault((self.member, criterion), [])
        form = {"answer": "YES", "note": note, "version": str(len(told))}
        while not over.is_set():
            begun, late = monotonic(), promoted.is_set()
            try:
                answer = self.client.ask("POST", f"{self.ballot}/marks/{criterion}", form)
            except (OSError, HTTPException) as error:
                self.faults.append(repr(error))
                return
            self.longest = max(self.longest, monotonic() - begun)
            if answer.status == 200:
                assert json.loads(answer.text)["version"] == len(told) + 1
                told.append(note)
                if late and not self.first_again:
                    self.first_again = monotonic()
                return
            if answer.status != 503:
                self.faults.append(f"{answer.status}: {answer.text[:300]}")
                return
            self.refusals.append(begun)
            sleep(AGAIN)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What was seen."""

    acknowledged: int
    after_promotion: int  # of those
    lost: Sequence[str]  # acknowledged, and not there
    unheard: int  # stored, but the answer did not come through
    numbers: Sequence[str]  # what is wrong with the numbers of the journal
    faults: Sequence[str]  # answers that were neither 200 nor 503
    refused: int
    refused_late: int  # of one person at most, with a save that began after the promotion
    longest: float  # seconds until an answer
    away: float  # seconds from the end of the primary until everybody saved again
    verified: str  # what `crrubric verify` said, if it found a problem

    def problems(self) -> list[str]:
        """What must not be."""
        found = [*self.lost, *self.numbers, *self.faults]
        if self.refused_late > 1:
            found.append(f"{self.refused_late} saves of one person were refused afterwards")
        if not self.after_promotion:
            found.append("nobody saved after the promotion")
        return found + ([self.verified] if self.verified else [])


def make_site(folder: Path, address: str) -> list[Writer]:
    """An evaluation in scoring; a writer for each reviewer, who isn't signed in yet."""
    from flask_migrate import upgrade

    app = create_app({"INSTANCE": str(folder), "DATABASE_URL": address})
    prepare_migrations(app)
    with app.app_context():
        upgrade()
        made = Factory(app, changed=lambda: True).evaluation(
            phase=Phase.SCORING, reviewers=WRITERS, vendors=1, rubric=full_rubric()
        )
        emails = [db.session.get_one(User, one.user_id).email for one in made.reviewers]
        members = dict(
            db.session.execute(
                db.text("SELECT user_account.email, member.id FROM member JOIN user_account"
                        " ON user_account.id = member.user_id")
            ).all()
        )  # fmt: skip
        writers = [
            Writer(
                client=Client(0, sends={"Accept": "application/json", "X-Email": email}),
                ballot=made.url(f"ballots/{made.vendors[0].id}"),
                criteria=[row.id for row in made.criteria],
                member=members[email],
            )
            for email in emails
        ]
        db.session.remove()
        db.engine.dispose()
    return writers


@contextmanager
def serving_site(folder: Path, address: str) -> Iterator[int]:
    """The port of a web server, a process of its own."""
    port = find_free_port()
    command = [sys.executable, "-m", "crrubric", "serve", "--port", str(port)]
    told = {**os.environ, "CRRUBRIC_INSTANCE": str(folder), "CRRUBRIC_DATABASE_URL": address}
    with (
        (folder / f"server-{port}.log").open("wb") as log,
        subprocess.Popen(
            command, cwd=ROOT, env=told, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        ) as server,
    ):
        try:
            wait_for_port(port)
            yield port
        finally:
            server.terminate()


def enter(writer: Writer, port: int) -> None:
    """Sign the writer in at this server."""
    writer.client.port = port
    email = writer.client.sends.pop("X-Email")
    accept = writer.client.sends.pop("Accept")  # the page has the token
    assert writer.client.sign_in(email, PASSWORD).status == 303
    token = writer.client.ask("GET", writer.ballot).token()
    writer.client.sends.update({"Accept": accept, "X-CSRFToken": token})


def run_failover(folder: Path, *, synchronous: bool = True) -> Outcome:
    """Save, kill, promote, save, look. Without a synchronous standby marks are lost."""
    with running_pair(folder, [DATABASE]) as pair, ExitStack() as stack:
        address = pair.address(DATABASE)
        writers = make_site(folder, address)
        pair.follow()
        ports = [stack.enter_context(serving_site(folder, address)) for _ in range(SERVERS)]
        for number, writer in enumerate(writers):
            enter(writer, ports[number % SERVERS])
        if not synchronous:
            pair.set_synchronous("")
        killed, promoted = save_through_failover(pair, writers, delayed=not synchronous)
        stack.close()
        return look_for_marks(pair, folder, writers, killed, promoted)


def save_through_failover(
    pair: Pair, writers: Sequence[Writer], *, delayed: bool
) -> tuple[float, float]:
    """Returns: when the primary was killed, when the standby was the primary."""
    over, promoted = threading.Event(), threading.Event()
    threads = [threading.Thread(target=one.save_until, args=(over, promoted)) for one in writers]
    for thread in threads:
        thread.start()
    try:
        sleep(BEFORE / 2)
        if delayed:  # the standby hears nothing more
            os.kill(find_sender(pair.primary), signal.SIGSTOP)
        sleep(BEFORE / 2)
        pair.primary.kill()
        killed = monotonic()
        sleep(1)  # somebody notices
        pair.promote()
        promoted.set()
        since = monotonic()
        sleep(AFTER)
    finally:
        over.set()
        for thread in threads:
            thread.join()
    return killed, since


def look_for_marks(
    pair: Pair, folder: Path, writers: Sequence[Writer], killed: float, promoted: float
) -> Outcome:
    """Hold what people were told against what is there."""
    where = f"host=127.0.0.1 port={pair.standby.port} user=postgres dbname={DATABASE}"
    with psycopg.connect(where) as connection:
        stored = read_marks(connection)
        told = read_journal(connection)
        numbers = list(find_wrong_numbers(connection))
    lost = [line for one in writers for line in find_lost_marks(one, stored, told)]
    acknowledged = sum(len(notes) for one in writers for notes in one.acknowledged.values())
    again = [one.first_again for one in writers]
    environment = {
        **os.environ,
        "CRRUBRIC_INSTANCE": str(folder),
        "CRRUBRIC_DATABASE_URL": pair.address(DATABASE),
    }
    done = subprocess.run(
        [sys.executable, "-m", "crrubric", "verify"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return Outcome(
        acknowledged=acknowledged,
        after_promotion=sum(bool(one) for one in again),
        lost=lost,
        unheard=sum(version for version, _note in stored.values()) - acknowledged,
        numbers=numbers,
        faults=[fault for one in writers for fault in one.faults] + list(find_tracebacks(folder)),
        refused=sum(len(one.refusals) for one in writers),
        refused_late=max(sum(at > promoted for at in one.refusals) for one in writers),
        longest=max(one.longest for one in writers),
        away=max(again) - killed,
        verified=done.stdout + done.stderr if done.returncode else "",
    )


def find_tracebacks(folder: Path) -> Iterator[str]:
    """What the web servers wrote down as mistakes of ours."""
    for log in folder.glob("server-*.log"):
        said = log.read_text("utf-8", "replace").split("Traceback (most recent call last):")
        yield from (f"{log.name}: {part[:6_000]}" for part in said[1:])


def read_marks(connection: psycopg.Connection[Any]) -> dict[Cell, tuple[int, str]]:
    """Version and note of every mark."""
    rows = connection.execute(
        "SELECT ballot.member_id, mark.criterion_id, mark.version, mark.note"
        " FROM mark JOIN ballot ON ballot.id = mark.ballot_id"
    )
    return {(member, criterion): (version, note) for member, criterion, version, note in rows}


def read_journal(connection: psycopg.Connection[Any]) -> dict[Cell, list[str]]:
    """The notes that the journal tells of each mark, in their order."""
    told: dict[Cell, list[str]] = {}
    for member, criterion, after in connection.execute(
        "SELECT member_id, criterion_id, after FROM journal_entry"
        " WHERE event = 'MARK_RECORDED' ORDER BY chain, number"
    ):
        told.setdefault((member, criterion), []).append(after["note"])
    return told


def find_lost_marks(
    writer: Writer, stored: dict[Cell, tuple[int, str]], told: dict[Cell, list[str]]
) -> Iterator[str]:
    """Every mark that was acknowledged and is not stored, or not told by the journal."""
    for cell, notes in writer.acknowledged.items():
        version, note = stored.get(cell, (0, ""))
        if version < len(notes):
            yield f"mark {cell} is of version {version}, and {len(notes)} was acknowledged"
        elif version == len(notes) and notes and note != notes[-1]:
            yield f"mark {cell} says “{note}”, and “{notes[-1]}” was acknowledged"
        if told.get(cell, [])[: len(notes)] != notes:
            yield f"the journal tells of mark {cell}: {told.get(cell)}, acknowledged were {notes}"


def find_wrong_numbers(connection: psycopg.Connection[Any]) -> Iterator[str]:
    """Numbers of the journal that are doubled or missing, chain by chain."""
    numbers: dict[int, list[int]] = {}
    for chain, number in connection.execute("SELECT chain, number FROM journal_entry"):
        numbers.setdefault(chain, []).append(number)
    for chain, found in numbers.items():
        doubled = [number for number, count in Counter(found).items() if count > 1]
        missing = {*range(1, len(found) + 1)} - {*found}
        if doubled or missing:
            yield f"chain {chain}: doubled {sorted(doubled)}, missing {sorted(missing)}"


def main() -> None:
    """Run it once, and say what was seen."""
    signal.signal(signal.SIGTERM, lambda *_told: sys.exit(1))  # so that all ends that was begun
    with tempfile.TemporaryDirectory(prefix="crrubric-failover-") as folder:
        found = run_failover(Path(folder), synchronous="--asynchronous" not in sys.argv)
    sys.stdout.write(
        f"{found.acknowledged} marks acknowledged, {len(found.lost)} lost; {found.unheard} stored"
        f" whose answer did not come through; {found.refused} saves refused with 503, after the"
        f" promotion at most {found.refused_late} of one person; everybody saved again"
        f" {found.away:.1f} s after the end of the primary, longest wait {found.longest:.1f} s\n"
    )
    for problem in found.problems():
        sys.stdout.write(f"PROBLEM: {problem}\n")
    sys.exit(1 if found.problems() else 0)


if __name__ == "__main__":
    main()
