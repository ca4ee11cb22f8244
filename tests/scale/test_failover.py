"""A standby takes over, and nothing that was acknowledged is lost."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scale.failover import WRITERS, run_failover

pytestmark = pytest.mark.long


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that the account of PostgreSQL reaches: those of pytest are for nobody else."""
    with tempfile.TemporaryDirectory(prefix="crrubric-failover-") as name:
        yield Path(name)


def test_a_killed_primary_loses_no_mark_that_was_acknowledged(folder: Path):
    found = run_failover(folder)

    assert found.problems() == []
    assert found.after_promotion == WRITERS
    assert found.unheard <= WRITERS
    assert found.refused > 0


def test_a_standby_that_nobody_waits_for_loses_marks(folder: Path):
    """So that the test above can fail: it finds what is lost without a synchronous standby."""
    found = run_failover(folder, synchronous=False)

    assert len(found.lost) > 0
    assert found.numbers == []
