"""What tests of triage look at: the files that are made meanwhile."""

import os
from typing import Any

import pytest


@pytest.fixture
def created(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that Python makes, those without a name included."""
    found: list[str] = []
    make_file = os.open

    def watch(path: Any, flags: int, *rest: Any, **options: Any) -> int:
        if flags & (os.O_CREAT | getattr(os, "O_TMPFILE", 0)):
            found.append(str(path))
        return make_file(path, flags, *rest, **options)

    monkeypatch.setattr(os, "open", watch)
    return found
