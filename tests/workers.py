"""What the workers of one run share.

Prepared evaluations: to make one through the services takes a tenth of a second and more, and every
worker needs most of those that there are. What one has made, the others put back.

Compiled modules: pytest rewrites the assertions of every module, which takes longer than to import
it; the workers import all modules in the same order at the same moment, so that none finds what
another compiled.
"""

import os
import pickle
from contextlib import ExitStack, suppress
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.databases import quick_folder

ROOT = Path(__file__).parents[1]
FOLDER = "crrubric_kept"  # how a worker is told where they are
STORE: list[Path] = []  # the folder, in a process that is one of several


class Folder:
    """The folder of one session, which its workers share; it goes with it."""

    def __init__(self) -> None:
        self.open = ExitStack()
        self.path = self.open.enter_context(quick_folder())

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """With pytest-xdist: tell a worker where to look."""
        node.workerinput[FOLDER] = str(self.path)

    def pytest_unconfigure(self) -> None:
        """Remove it."""
        self.open.close()


def share_kept(config: pytest.Config) -> None:
    """Make the folder in the process that has the workers; a worker is told of it."""
    if hasattr(config, "workerinput"):
        STORE[:] = [Path(config.workerinput[FOLDER])]
    elif getattr(config.option, "numprocesses", None) and not config.option.collectonly:
        config.pluginmanager.register(Folder(), FOLDER)


def find_file(name: str) -> Path:
    """Where something of this name is kept."""
    return STORE[0] / sha256(name.encode()).hexdigest()


def load_kept(name: str) -> Any:
    """What any worker has kept under this name; None if none has."""
    try:
        return pickle.loads(find_file(name).read_bytes()) if STORE else None
    except FileNotFoundError:
        return None


def store_kept(name: str, thing: Any) -> None:
    """Let all workers have it under this name, as a whole or not at all."""
    if STORE:
        file = find_file(name)
        part = file.with_suffix(f".{os.getpid()}")
        part.write_bytes(pickle.dumps(thing))
        part.rename(file)


def list_part(folder: Path, number: int, count: int) -> list[str]:
    """The names of the test modules that a worker begins with; by size, each has the same share."""
    files = sorted(folder.rglob("test_*.py"))
    share = sum(file.stat().st_size for file in files) / count
    names, read = [], 0
    for file in files:
        if int(read // share) == number:
            names.append(".".join(file.relative_to(folder.parent).with_suffix("").parts))
        read += file.stat().st_size
    return names


def begin_with_own_part(config: pytest.Config) -> None:
    """In a worker of a whole run, import another part of the modules first than its colleagues."""
    told = getattr(config, "workerinput", None)
    if told and [Path(one).resolve() for one in config.args] == [ROOT / "tests"]:
        number = int(told["workerid"].removeprefix("gw"))
        for name in list_part(ROOT / "tests", number, told["workercount"]):
            with suppress(Exception):  # collecting it says what is wrong with it
                import_module(name)
