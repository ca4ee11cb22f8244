"""Which rooms of the house a change touches: the quick run takes their tests.

The change is what is not committed yet; in a clean checkout it is the last commit. What belongs to
no room (models, settings, the command line, styles) concerns all of them and counts as `shared`.
"""

import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHARED = "shared"
FLOORS = ("domain", "models", "queries", "reports", "services", "web")
KINDS = ("unit", "integration", "browser")  # of tests, which have the same rooms
TEXTS = (".md", ".po")  # nothing that a room does


@cache
def list_rooms() -> frozenset[str]:
    """The names of all rooms: those that have tests."""
    folders = (each for kind in KINDS for each in (ROOT / "tests" / kind).iterdir())
    return frozenset(each.name for each in folders if (each / "__init__.py").exists())


def find_touched_rooms() -> frozenset[str]:
    """The rooms of the change; all of them where git can't tell what that is."""
    files = list_changed_files()
    return list_rooms() if files is None else name_rooms(files)


def list_changed_files() -> list[str] | None:
    """The files of the change, seen from the top of the checkout; None where git can't tell."""
    try:
        changed = ask_git("status", "--porcelain", "--untracked-files=all", "--no-renames")
        letters = 3  # of the state of a file, before its name
        return [line[letters:] for line in changed] or ask_git(
            "show", "--format=", "--name-only", "--no-renames", "-m", "HEAD"
        )
    except (OSError, subprocess.CalledProcessError):
        return None


def ask_git(*words: str) -> list[str]:
    """What git lists. Raises: OSError, CalledProcessError."""
    command = ["git", "-C", str(ROOT), *words, "-z"]
    told = subprocess.run(command, check=True, capture_output=True).stdout.decode()
    return list(filter(None, told.split("\0")))


def name_rooms(files: Iterable[str]) -> frozenset[str]:
    """The rooms of these files."""
    known = list_rooms()
    found = (name_room(Path(file).parts) for file in files if not file.endswith(TEXTS))
    return frozenset(room if room in known else SHARED for room in found if room)


def name_room(parts: tuple[str, ...]) -> str:
    """The room of a file, "" where none of the product or of its tests is concerned."""
    match parts:
        case ("crrubric", floor, room, _, *_) if floor in FLOORS:
            return room
        case ("tests", kind, room, _, *_) if kind in KINDS:
            return room
        case ("templates", room, _, *_):
            return room
        case ("crrubric" | "templates" | "static" | "tests" | "requirements", *_):
            return SHARED
    return ""
