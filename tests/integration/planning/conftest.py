"""What tests of triage look at: the files that are made meanwhile."""

import os
from typing import Any

import pytest

TEMPLATES = "_jinja2-cache"  # compiled templates, which hold nothing that anybody sent


@pytest.fixture
def created(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that Python makes, those without a name included."""
    found: list[str] = []
    make_file = os.open

    def watch(path: Any, flags: int, *rest: Any, **options: Any) -> int:
        makes = flags & (os.O_CREAT | getattr(os, "O_TMPFILE", 0))
        if makes and TEMPLATES not in str(path):
            found.append(str(path))
        return make_file(path, flags, *rest, **options)

    monkeypatch.setattr(os, "open", watch)
    return found
