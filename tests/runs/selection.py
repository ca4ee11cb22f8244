"""A pytest plugin: which tests a run takes, and in which order.

--quick: what a change is checked with at every commit: contracts, linters, types, the tests of the
rooms that it touches (`touched.py`) on one database (SQLite) without what takes longest, one
journey in a browser. It says which rooms these are; the whole gate runs all.

--long: what takes long and what is done once more on PostgreSQL, nothing else. A run without either
takes everything except that.
"""

import gc
from collections.abc import Callable, Set
from pathlib import Path

import pytest

from tests.runs.touched import ROOT, SHARED, find_touched_rooms, list_rooms

SELDOM = 50_000  # more objects than were given back, before the collector looks for circles
# Which tests of rooms a quick run takes; of those on two databases, the ones on SQLite.
QUICK = ("unit", "integration")
# A worker that begins with these late would be left alone with them at the end.
FIRST = (
    "tests/machine/",
    "tests/integration/shared/test_access.py",
    "tests/integration/shared/test_blindness.py",
    "tests/integration/shared/test_every_word.py",
    "tests/integration/shared/test_queries.py",
    "tests/integration/exchange/test_import.py",
    "tests/integration/record/test_every_column.py",
    "tests/integration/cli/test_server.py",
)
# What else takes longest: new processes, environments and packages, races, names in every script.
NOT_QUICK = (
    *FIRST,
    "tests/contract/test_run.py",
    "tests/contract/test_translations.py",
    "tests/contract/test_wheel.py",
    "tests/integration/people/test_first_start.py",
    "tests/integration/cli/test_cli.py",
    "tests/integration/cli/test_proxies.py",
    "tests/integration/record/test_backups.py",
    "tests/integration/record/test_forgeries.py",
    "tests/integration/record/test_lost_rules.py",
    "tests/integration/record/test_removals.py",
    "tests/integration/shared/test_foreign_names.py",
    "tests/integration/shared/test_migrations.py",
    "tests/integration/shared/test_odd_values.py",
    "tests/integration/shared/test_races.py",
    "tests/integration/shared/test_recusal.py",
    "tests/integration/shared/test_typed_words.py",
)
# These ask what mypy and the linters found, which need a while.
LAST = ("tests/contract/test_layers.py",)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("crrubric")
    group.addoption(
        "--quick", action="store_true", help="what a change touches: one database, one journey"
    )
    group.addoption(
        "--rooms", default="", help="with --quick: these rooms, with commas between, or all"
    )
    group.addoption("--long", action="store_true", help="only what takes long, which no gate runs")


def pytest_configure(config: pytest.Config) -> None:
    """Find the rooms of a quick run; workers are told what was found."""
    if config.getoption("quick"):
        asked = config.getoption("rooms")
        found = list_rooms() if asked == "all" else {*asked.split(",")} - {""}
        if unknown := found - list_rooms():
            raise pytest.UsageError(f"there is no room {', '.join(sorted(unknown))}")
        config.option.rooms = ",".join(sorted(found or find_touched_rooms() or {SHARED}))


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say what a quick run takes and what it leaves."""
    if not config.getoption("quick"):
        return None
    return f"quick run, rooms: {config.getoption('rooms')}; every test: python3 run.py test"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Whether not even to read a folder: it takes longer than what a quick run takes of it."""
    rooms = chosen_rooms(config)
    if rooms is None or not collection_path.is_relative_to(ROOT / "tests"):
        return None
    match collection_path.relative_to(ROOT / "tests").parts:
        case ("machine" | "long" | "scale",):
            return True
        case ("unit" | "integration" | "browser", room) if room in list_rooms():
            return True if room not in rooms else None
    return None


def chosen_rooms(config: pytest.Config) -> frozenset[str] | None:
    """The rooms that a quick run takes; None for every other run."""
    quick = config.getoption("quick")
    return frozenset(config.getoption("rooms").split(",")) if quick else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what the run does not take."""
    wanted = choose_tests(rooms=chosen_rooms(config), long=config.getoption("long"))
    left_out = [item for item in items if not wanted(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if wanted(item)]
    items.sort(key=rank_test)


def pytest_collection_finish() -> None:
    """Let the garbage collector look seldom, and only at what tests make, not at the tests."""
    gc.freeze()
    gc.set_threshold(SELDOM)


def rank_test(item: pytest.Item) -> int:
    """Where the test stands: those that take long first; equals stay in their order."""
    if item.nodeid.startswith(FIRST):
        return 0
    return 2 if item.nodeid.startswith(LAST) else 1


def choose_tests(*, rooms: Set[str] | None, long: bool) -> Callable[[pytest.Item], bool]:
    """Whether a run takes a test. Args: rooms: those of a quick run."""
    if long:
        return is_long
    if rooms is not None:
        return lambda item: is_quick(item, rooms)
    return lambda item: not is_long(item)


def is_long(item: pytest.Item) -> bool:
    """Whether the test takes long, or repeats on PostgreSQL what it does on SQLite."""
    return item.get_closest_marker("long") is not None or is_repeated(item)


def is_repeated(item: pytest.Item) -> bool:
    """Whether the test of a room does on PostgreSQL once more what it does on SQLite.

    That PostgreSQL takes each statement that it sends is seen at once (tests/statements.py); that
    each page opens and each form is taken there, by the walks of the room shared. The server
    of `cli` waits for its locks, and the room record asks it in its own words.
    """
    if item.get_closest_marker("both_databases"):
        return False
    room = item.nodeid.removeprefix("tests/integration/").split("/")[0]
    return room not in {"tests", "cli", "shared", "record"} and has_postgresql(item)


def has_postgresql(item: pytest.Item) -> bool:
    """Whether the test runs on PostgreSQL."""
    parameters = getattr(item, "callspec", None)
    databases = parameters.params.values() if parameters else ()
    return "postgresql" in databases or "postgresql_app" in getattr(item, "fixturenames", ())


def is_quick(item: pytest.Item, rooms: Set[str]) -> bool:
    """Whether the test belongs to a quick run of these rooms."""
    if is_long(item):
        return False
    if item.get_closest_marker("quick_journey"):
        return True
    if item.nodeid.startswith(NOT_QUICK) or has_postgresql(item):
        return False
    _tests, kind, room, *_ = item.nodeid.split("/")
    return kind == "contract" or (kind in QUICK and room in rooms)
