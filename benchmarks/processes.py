"""Processes that are measured: a server, a command; what they used of processor and memory."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket

ROOT = Path(__file__).resolve().parents[1]
# A command in a fresh process that says at its end how much memory it held. A child's usage, as
# its parent is told, counts the parent's memory at the fork.
COMMAND = """
import atexit, pathlib, sys
status = pathlib.Path("/proc/self/status")
atexit.register(lambda: print(
    next((l for l in status.read_text().splitlines() if l.startswith("VmHWM")), "VmHWM 0 kB")
    if status.exists() else "VmHWM 0 kB", file=sys.stderr))
sys.argv[0] = "crrubric"
from {module} import main
main()
"""


def tell_progress(text: str) -> None:
    """Say how far it is, beside the table."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Spent:
    """What a command used: seconds of a clock, seconds of the processor, MB at the most."""

    clock: float
    work: float
    megabytes: float


def run_command(folder: Path, *words: str, module: str = "crrubric.__main__") -> Spent:
    """Run the product's command line, or the main function of a module, to its end."""
    told = {**os.environ, "CRRUBRIC_INSTANCE": str(folder), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", COMMAND.format(module=module), *words]
    begun = time.perf_counter()
    with subprocess.Popen(
        command, env=told, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr
        said = process.stderr.read()
        _pid, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, (words, said)
    clock = time.perf_counter() - begun
    return Spent(clock, used.ru_utime + used.ru_stime, int(said.split()[-2]) / 1024)


def find_port() -> int:
    """A port that nobody listens on."""
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def serving(
    folder: Path, *, log: str = "server.log", **settings: str
) -> Iterator[tuple[int, subprocess.Popen]]:
    """(port, process) of a server on what lies in the folder."""
    told = {f"CRRUBRIC_{name}": value for name, value in settings.items()}
    told["CRRUBRIC_INSTANCE"] = str(folder)
    port = find_port()
    words = ("-m", "crrubric", "serve", "--port", str(port))
    with running(*words, port=port, log=folder / log, **told) as process:
        yield port, process


def ask_health(port: int) -> None:
    """Ask whether the server answers. Raises: OSError as long as it does not."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/health")
    connection.getresponse().read()
    connection.close()


@contextmanager
def running(*words: str, port: int, log: Path, **told: str) -> Iterator[subprocess.Popen]:
    """A Python of its own that answers on this port; what it says goes to `log`."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **told}
    command = [sys.executable, *words]
    with (
        log.open("ab") as said,
        subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said
        ) as process,
    ):
        try:
            for _ in range(300):
                try:
                    ask_health(port)
                    break
                except OSError:
                    time.sleep(0.1)
            yield process
        finally:
            process.terminate()


def read_memory(process: int, name: str = "VmHWM") -> float:
    """MB that a process holds at the most, or now (VmRSS)."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))


def read_work(process: int) -> float:
    """Seconds of the processor that the threads of a process have used."""
    used = (
        path.read_text().split()[0] for path in Path(f"/proc/{process}/task").glob("*/schedstat")
    )
    return sum(int(nanoseconds) for nanoseconds in used) / 1e9
