"""Which tests a run takes."""

import pytest

from tests.selection import choose_tests


class Item:
    """A test as pytest knows it, as far as the selection asks."""

    def __init__(
        self, nodeid: str, *markers: str, database: str = "", fixtures: tuple[str, ...] = ()
    ) -> None:
        self.nodeid = nodeid
        self.markers = markers
        self.fixturenames = ("app", "request", *fixtures)
        if database:
            self.callspec = type("Parameters", (), {"params": {"app": database}})

    def get_closest_marker(self, name: str) -> str | None:
        return name if name in self.markers else None


UNIT = Item("tests/unit/results/test_tally.py::test_it")
WHEEL = Item("tests/contract/test_wheel.py::test_it")
WALK = Item("tests/integration/shared/test_access.py::test_it[sqlite]", database="sqlite")
SQLITE = Item("tests/integration/ballots/test_seals.py::test_it[sqlite]", database="sqlite")
POSTGRESQL = Item(
    "tests/integration/ballots/test_seals.py::test_it[postgresql]", database="postgresql"
)
PAGE, PAGE_AGAIN, PAGE_OF_BOTH = (
    Item(
        "tests/integration/ballots/test_scoring.py::test_it[…]",
        *markers,
        database=database,
        fixtures=("visit",),
    )
    for database, markers in [
        ("sqlite", ()),
        ("postgresql", ()),
        ("postgresql", ("both_databases",)),
    ]
)
PAGES = Item(
    "tests/integration/shared/test_access.py::test_it[postgresql]",
    database="postgresql",
    fixtures=("visit",),
)
BROWSER = Item("tests/browser/test_journey.py::test_it")
JOURNEY = Item("tests/browser/test_journey.py::test_short", "quick_journey")
MACHINE = Item("tests/machine/test_machine.py::test_it")
LONG = Item("tests/long/test_kill.py::test_it", "long")
USUAL = [
    UNIT,
    WHEEL,
    WALK,
    SQLITE,
    POSTGRESQL,
    PAGE,
    PAGE_OF_BOTH,
    PAGES,
    BROWSER,
    JOURNEY,
    MACHINE,
]
ALL = [*USUAL, PAGE_AGAIN, LONG]


@pytest.mark.parametrize(
    ("quick", "long", "taken"),
    [
        (False, False, USUAL),
        (True, False, [UNIT, SQLITE, PAGE, JOURNEY]),
        (False, True, [PAGE_AGAIN, LONG]),
    ],
)
def test_a_run_takes_the_tests_of_its_kind(quick: bool, long: bool, taken: list[Item]):
    wanted = choose_tests(quick=quick, long=long)

    assert [item for item in ALL if wanted(item)] == taken
