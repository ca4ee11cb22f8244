"""A pytest plugin: the tools that read the code run beside the tests that ask what they found.

They are started as soon as it is known that one of those tests will run, and once for all
workers. As a script it runs them: python -m tests.runs.linters FOLDER writes FOLDER/NAME.txt, the
exit code and then what the tool said.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from time import monotonic, sleep, time
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
ASKING = "contract/test_layers.py"  # where the tests are
PATIENCE = 600  # seconds that a test waits for its tool
FOLDER = "crrubric_linters"  # how a worker is told where the results are
LINT_IMPORTS = "from importlinter.cli import lint_imports_command as check; check(['--no-logo'])"
PREFIX = "crrubric-linters-"
DAY = 86_400  # seconds
TOOLS = {  # the longest first
    "mypy": ["-m", "mypy"],
    "lint-imports": ["-c", LINT_IMPORTS],
    "djlint": ["-m", "djlint", "--lint", "--quiet", "templates"],
    "ruff check": ["-m", "ruff", "check", "--no-fix"],
    "ruff format": ["-m", "ruff", "format", "--check", "--diff"],
}


class Linters:
    """The tools of one session, which run in a process of their own."""

    def __init__(self) -> None:
        sweep_old_folders()
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        self.process: subprocess.Popen[bytes] | None = None

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Without workers: here are the tests that will run."""
        self.start_for(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """With pytest-xdist: tell a worker where to look."""
        node.workerinput[FOLDER] = str(self.folder)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: Iterable[str]) -> None:
        """With pytest-xdist: here are the tests that the workers will share."""
        self.start_for(ids)

    def start_for(self, tests: Iterable[str]) -> None:
        """Start the tools, if they were not and if a test asks for them."""
        if self.process is None and any(ASKING in name for name in tests):
            command = [sys.executable, "-m", "tests.runs.linters", str(self.folder)]
            self.process = subprocess.Popen(command, cwd=ROOT)

    def pytest_unconfigure(self) -> None:
        """End what still runs: nobody asks any more."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def sweep_old_folders() -> None:
    """Remove what runs that were killed left behind more than a day ago."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if time() - folder.stat().st_mtime > DAY:
            shutil.rmtree(folder, ignore_errors=True)


def pytest_configure(config: pytest.Config) -> None:
    """Once a session: in the process that has the workers, or that is alone."""
    if not hasattr(config, "workerinput") and not config.option.collectonly:
        linters = Linters()
        config.pluginmanager.register(linters, FOLDER)


def read_finding(config: pytest.Config, tool: str) -> tuple[int, str]:
    """The exit code of a tool and what it said, as soon as it has ended."""
    worker = getattr(config, "workerinput", None)
    folder = worker[FOLDER] if worker else config.pluginmanager.get_plugin(FOLDER).folder
    file, patience = Path(folder) / f"{tool}.txt", monotonic() + PATIENCE
    while not file.exists():
        assert monotonic() < patience, f"{tool} did not end"
        sleep(0.05)
    code, said = file.read_text(encoding="utf-8").split("\n", 1)
    return int(code), said


def run_tools(folder: Path) -> None:
    """Run one tool after the other; a result is there as a whole or not at all."""
    for tool, words in TOOLS.items():
        done = subprocess.run(
            [sys.executable, *words],
            cwd=ROOT,
            text=True,
            encoding="utf-8",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        part = folder / f"{tool}.part"
        part.write_text(f"{done.returncode}\n{done.stdout}", encoding="utf-8")
        part.rename(folder / f"{tool}.txt")


if __name__ == "__main__":
    run_tools(Path(sys.argv[1]))
