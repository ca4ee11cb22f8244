"""Rosters as files: what stands in a district's own columns comes back as it was."""

import io
from pathlib import Path

import openpyxl

from crrubric.domain.planning.calibration import GUIDE, write_points
from crrubric.domain.planning.triage import Setting
from crrubric.reports.planning.rosters import (
    RosterWords,
    list_columns,
    open_excel_roster,
    write_csv_roster,
    write_excel_roster,
)
from crrubric.services.planning.rosters import iterate_roster_data

HARD = ("Learner", "<r>no style</r>", "=1+1", "'=1", "a\n- b", "x; =2")
WORDS = RosterWords(translate=str, line=write_points(GUIDE), places={})


def test_a_text_that_looks_like_markup_is_text(tmp_path: Path):
    """XlsxWriter takes <r>…</r> for its own markup: the file would be broken."""
    counts = dict.fromkeys(Setting, 0)
    path = tmp_path / "roster.xlsx"
    with open_excel_roster(path, HARD, WORDS):
        pass

    for data in (write_excel_roster(HARD, [], counts, WORDS), path.read_bytes()):
        header = next(openpyxl.load_workbook(io.BytesIO(data)).worksheets[0].iter_rows())
        assert [str(cell.value).strip() for cell in header[: len(HARD)]] == list(HARD)


def test_a_roster_that_was_written_is_read_as_it_was():
    data = write_csv_roster(HARD, [], WORDS)

    [(_line, header)] = iterate_roster_data(data, "roster.csv")

    assert header[: len(HARD)] == list(HARD)


def test_no_column_is_doubled_however_often_a_roster_is_worked_out():
    header = list_columns(list_columns(list_columns(["learner", "Pace"])))

    assert len(set(map(str.casefold, header))) == len(header)
