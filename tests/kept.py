"""What one worker has made of an evaluation, the others put back.

To make an evaluation through the services takes a tenth of a second and more; every worker needs
most of those that there are.
"""

import os
import pickle
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.databases import quick_folder

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
