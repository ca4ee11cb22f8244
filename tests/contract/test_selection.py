"""Which tests a run takes."""

from pathlib import Path

import pytest

from tests.runs.selection import choose_tests
from tests.runs.touched import list_rooms, name_rooms
from tests.workers import list_part


class Item:
    """A test as pytest knows it, as far as the selection asks."""

    def __init__(self, nodeid: str, *markers: str, database: str = "") -> None:
        self.nodeid = nodeid
        self.markers = markers
        self.fixturenames = ("app", "request")
        if database:
            self.callspec = type("Parameters", (), {"params": {"app": database}})

    def get_closest_marker(self, name: str) -> str | None:
        return name if name in self.markers else None


UNIT = Item("tests/unit/results/test_tally.py::test_it")
CONTRACT = Item("tests/contract/test_routes.py::test_it")
WHEEL = Item("tests/contract/test_wheel.py::test_it")
WALK = Item("tests/integration/shared/test_access.py::test_it[sqlite]", database="sqlite")
SQLITE = Item("tests/integration/ballots/test_seals.py::test_it[sqlite]", database="sqlite")
AGAIN = Item("tests/integration/ballots/test_seals.py::test_it[postgresql]", database="postgresql")
ON_BOTH = Item(AGAIN.nodeid, "both_databases", database="postgresql")
RECORD = Item("tests/integration/record/test_rows.py::test_it[postgresql]", database="postgresql")
WALK_AGAIN = Item(
    "tests/integration/shared/test_access.py::test_it[postgresql]", database="postgresql"
)
BROWSER = Item("tests/browser/test_journey.py::test_it")
JOURNEY = Item("tests/browser/test_journey.py::test_short", "quick_journey")
MACHINE = Item("tests/machine/test_machine.py::test_it")
LONG = Item("tests/long/test_kill.py::test_it", "long")
USUAL = [
    UNIT,
    CONTRACT,
    WHEEL,
    WALK,
    SQLITE,
    ON_BOTH,
    RECORD,
    WALK_AGAIN,
    BROWSER,
    JOURNEY,
    MACHINE,
]
ALL = [*USUAL, AGAIN, LONG]


@pytest.mark.parametrize(
    ("rooms", "long", "taken"),
    [
        (None, False, USUAL),
        ({"results"}, False, [UNIT, CONTRACT, JOURNEY]),
        ({"ballots", "shared"}, False, [CONTRACT, SQLITE, JOURNEY]),
        (None, True, [AGAIN, LONG]),
    ],
)
def test_a_run_takes_the_tests_of_its_kind(rooms: set[str] | None, long: bool, taken: list[Item]):
    wanted = choose_tests(rooms=rooms, long=long)

    assert [item for item in ALL if wanted(item)] == taken


def test_each_worker_begins_with_its_part_of_the_modules_and_all_are_begun(tmp_path: Path):
    for name, size in [("a", 30), ("b", 10), ("c", 10), ("d", 15), ("e", 25)]:
        file = tmp_path / "tests" / "unit" / f"test_{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("#" * size, encoding="utf-8")

    parts = [list_part(tmp_path / "tests", number, 3) for number in range(3)]

    assert [[name[-1] for name in part] for part in parts] == [["a"], ["b", "c", "d"], ["e"]]


@pytest.mark.parametrize(
    ("file", "room"),
    [
        ("crrubric/services/meeting/motions.py", "meeting"),
        ("crrubric/domain/statistics/swing.py", "statistics"),
        ("crrubric/services/setup/offers/further_prices.py", "setup"),
        ("templates/results/matrix.html", "results"),
        ("tests/integration/mail/test_mail.py", "mail"),
        ("crrubric/models/ballots.py", "shared"),
        ("crrubric/web/no_room_yet/pages.py", "shared"),
        ("static/css/base.css", "shared"),
        ("tests/factories.py", "shared"),
    ],
)
def test_a_changed_file_names_the_room_whose_tests_a_quick_run_takes(file: str, room: str):
    assert name_rooms([file]) == {room}


def test_a_changed_document_names_no_room():
    assert name_rooms(["README.md", "docs/security.md", "crrubric/translations/es.po"]) == set()


def test_every_room_of_the_house_has_a_name():
    assert {"ballots", "meeting", "people", "record", "shared"} <= list_rooms()
