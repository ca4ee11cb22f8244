"""A roster of 100,000 learners is worked out in seconds, with its progress told."""

import csv
from pathlib import Path
from time import process_time

import pytest
from click.testing import CliRunner

from crrubric.cli import root_group
from crrubric.domain.planning.samples import SAMPLE_HEADER, draw_sample_learners
from crrubric.services.planning.rosters import iterate_roster_rows

pytestmark = pytest.mark.long

LEARNERS = 100_000
SECONDS = 10  # of the processor, at most


@pytest.fixture(scope="module")
def roster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("roster") / "roster.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, SAMPLE_HEADER)
        writer.writeheader()
        writer.writerows(draw_sample_learners(LEARNERS))
    return path


@pytest.mark.parametrize("name", ["out.csv", "out.xlsx"])
def test_a_hundred_thousand_learners_take_seconds(roster: Path, tmp_path: Path, name: str):
    begun = process_time()

    done = CliRunner().invoke(root_group, ["triage", str(roster), "--output", str(tmp_path / name)])

    assert process_time() - begun < SECONDS
    assert done.exit_code == 0
    assert f"{LEARNERS}  learners" in done.stdout


def test_progress_is_told_to_the_last_line(roster: Path):
    told: list[int] = []

    for _row in iterate_roster_rows(roster, told.append):
        pass

    assert min(told[:-1]) > 0
    assert sum(told) == LEARNERS + 1
    assert len(told) > 10
