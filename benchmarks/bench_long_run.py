"""Whether a server's memory grows with what it is asked, refused requests of strangers above all.

    .venv/bin/python benchmarks/bench_long_run.py [ROUNDS]     # 200 rounds, some three minutes

Starts `crrubric serve` on a folder with SQLite and an evaluation in the meeting. Each round is made
of requests that strangers send and that are refused, of pages of a chair, and of pages that a
reviewer does not get. The memory is read after every tenth part; the first tenth, in which
everything is loaded for the first time, is the floor.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.processes import read_memory, serving
from benchmarks.sites import app_in, committee, email_of, filling
from crrubric.domain.vocabulary import Phase
from tests.factories import PASSWORD
from tests.web_server import Client

ROUNDS = 200
LONG = "x" * 100_000
# what strangers send, and what of it is odd
SENT: tuple[tuple[str, dict[str, str]], ...] = (
    ("/sign-in", {"email": "nobody@school.example", "password": "wrong"}),
    ("/sign-in/link", {"email": LONG}),
    ("/sign-in/code", {"code": "123456"}),
    ("/sign-in/passkey", {"credential": "{}"}),
    ("/forgotten-password", {"email": "nobody@school.example"}),
    ("/none", {"text": LONG}),
)
ASKED = ("/", "/invitations/none", "/sign-in/link/none", "/evaluations/none/", "/metrics")
OF_CHAIR = ("", "matrix", "progress", "committee", "journal", "what-if", "memo/")
NOT_OF_REVIEWER = ("committee", "journal", "meeting/")


def list_people(port: int, emails: list[str]) -> Iterator[Client]:
    """Each signed in, with a browser."""
    for email in emails:
        client = Client(port, sends={"Origin": "null"})
        assert client.sign_in(email, PASSWORD).status == 303
        yield client


def ask_once(port: int, number: int, chair: Client, reviewer: Client, place: str) -> int:
    """One round, by a stranger of another network each time. Returns: how many requests it was."""
    stranger = Client(port, address=f"127.1.{number // 250}.{number % 250 + 1}")
    stranger.sends["Origin"] = "null"
    token = stranger.ask("GET", "/sign-in").token()
    answers = [stranger.ask("GET", path) for path in ASKED]
    answers += [stranger.ask("POST", path, {**form, "csrf_token": token}) for path, form in SENT]
    answers += [chair.ask("GET", place + path) for path in OF_CHAIR]
    answers += [reviewer.ask("GET", place + path) for path in NOT_OF_REVIEWER]
    assert all(answer.status < 500 or answer.status == 503 for answer in answers)
    return len(answers) + 1


def main() -> None:
    """Measure, and print a line for each tenth."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with filling(app_in(folder)) as make:
            made = committee(make.app, vendors=5, reviewers=9, factory=make)
            make.forward(made, Phase.MEETING, {})
            emails, place = [email_of(made, "chair"), email_of(made, "reviewer")], made.url()
        with serving(folder) as (port, process):
            chair, reviewer = list_people(port, emails)
            asked = 0
            print("requests | MB")
            for number in range(rounds):
                asked += ask_once(port, number, chair, reviewer, place)
                if (number + 1) % max(1, rounds // 10) == 0:
                    print(f"{asked:,} | {read_memory(process.pid, 'VmRSS'):.1f}", flush=True)


if __name__ == "__main__":
    main()
