"""Test modules are compiled once in a run, not once by each worker.

pytest rewrites the assertions of every module, which takes longer than to import it; the workers
import all modules in the same order at the same moment, so that none finds what another compiled.
"""

from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def list_second_half(folder: Path) -> list[str]:
    """The names of the test modules that the second worker begins with, the last one first.

    By size, they are half of all.
    """
    files = sorted(folder.rglob("test_*.py"), reverse=True)
    left = sum(file.stat().st_size for file in files) / 2
    names = []
    for file in files:
        left -= file.stat().st_size
        if left < 0:
            break
        names.append(".".join(file.relative_to(folder.parent).with_suffix("").parts))
    return names


def begin_at_the_end(config: pytest.Config) -> None:
    """In the second of two workers, import the second half of the modules before the first."""
    worker = getattr(config, "workerinput", {"workerid": "", "workercount": 1})
    whole = [Path(one).resolve() for one in config.args] == [ROOT / "tests"]
    if whole and worker["workercount"] == 2 and worker["workerid"] == "gw1":
        for name in list_second_half(ROOT / "tests"):
            with suppress(Exception):  # collecting it says what is wrong with it
                import_module(name)
