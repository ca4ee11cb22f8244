"""The benchmarks run, and write what they measured: that they do, not how fast anything is."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.measure_speed import EVERY_GROUP
from benchmarks.page_steps import Row
from benchmarks.profiles import OTHER, draw_shares, find_shares, name_kind
from benchmarks.speed_table import (
    MILLIONS,
    PAGE,
    SPEED,
    draw_table,
    draw_tables,
    put_into_page,
)

ROOT = Path(__file__).parents[3]
MACHINE = {
    "date": "2026-11-30 20:00 UTC",
    "commit": "abc",
    "processor": "a processor",
    "cores": 2,
    "memory_gb": 4,
    "system": "a system",
    "load": 0.1,
    "versions": {"Python": "3.11"},
}


def run_command(folder: Path, *groups: str) -> dict[str, Any]:
    """What the command wrote as JSON about these groups, on as little data as can be."""
    file = folder / "speed.json"
    options = [word for word in groups if word.startswith("--")]
    words = ["--tiny", "--json", str(file), *options, "--only", *sorted({*groups} - {*options})]
    command = [sys.executable, str(ROOT / "benchmarks" / "measure_speed.py"), *words]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    assert found["machine"].keys() == MACHINE.keys()
    wrong = [row["step"] for row in found["rows"] if row["value"] is None or row["value"] < 0]
    assert wrong == []
    return found


def test_pages_and_saves_are_measured_beside_their_floors(tmp_path: Path):
    rows = {row["step"]: row for row in run_command(tmp_path, "pages", "savers")["rows"]}

    beside = {step: row for step, row in rows.items() if row["floor"]}
    assert beside.keys() == rows.keys()
    assert {"own ballot, 21 criteria", "save one mark", "matrix, 84 marks, again"} <= rows.keys()
    assert rows["2 people saving at once"]["note"].startswith("0 failed")


def test_a_profile_says_where_the_time_of_each_step_goes(tmp_path: Path):
    rows = run_command(tmp_path, "--profile", "csv", "import")["rows"]

    shares = {row["step"]: row["shares"] for row in rows if row["shares"]}
    assert shares.keys() == {"CSV of 84 marks with notes", "import of 100 marks"}
    assert {round(sum(each.values()), 6) for each in shares.values()} == {1.0}
    assert all(each["SQLAlchemy"] > 0 for each in shares.values())


@pytest.mark.parametrize(
    ("path", "function", "kind"),
    [
        ("/lib/sqlalchemy/engine/default.py", "do_execute", "database driver"),
        ("/lib/sqlalchemy/orm/session.py", "execute", "SQLAlchemy"),
        ("/site/templates/results/matrix.html", "root", "writing HTML"),
        ("C:\\site\\crrubric\\queries\\results\\matrices.py", "read_matrix", "reading"),
        ("/lib/python3.11/json/encoder.py", "encode", OTHER),
    ],
)
def test_a_function_counts_for_the_kind_of_work_it_does(path: str, function: str, kind: str):
    assert name_kind(path, function) == kind


def test_shares_are_of_what_was_under_way():
    shares = find_shares(lambda: sum(number * number for number in range(200_000)))

    assert list(shares) == [OTHER]
    assert draw_shares([("sums", shares)]).splitlines()[-1].endswith(" 100% |")


@pytest.mark.long
def test_everything_is_measured(tmp_path: Path):
    rows = run_command(tmp_path, *EVERY_GROUP)["rows"]

    assert {row["group"] for row in rows} == {*EVERY_GROUP}


def test_what_takes_long_has_a_table_of_its_own():
    millions = Row(step="many marks", group="millions-sqlite", value=1)
    page = Row(step="a page", group="pages", value=1)

    both, one = draw_tables(MACHINE, [page, millions]), draw_tables(MACHINE, [millions])

    assert list(both) == [SPEED, MILLIONS]
    assert ("many marks" in both[MILLIONS], "many marks" in both[SPEED]) == (True, False)
    assert list(one) == [MILLIONS]  # so that the other table stays
    for marks, table in both.items():
        assert table in put_into_page(PAGE.read_text("utf-8"), table, marks)


def test_the_table_takes_the_place_of_the_former_one():
    rows = [Row(step="a page", group="pages", value=12.34, floor=0.5, floor_is="bare", goal="25 ×")]
    table = draw_table(MACHINE, rows)

    page = put_into_page(PAGE.read_text("utf-8"), table)

    assert "| a page | 12.3 ms | 24.7 | 25 × | bare, 0.50 ms |  |" in page
    assert page.count("| a page |") == 1
    assert put_into_page(page, table) == page
