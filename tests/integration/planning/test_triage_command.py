"""crrubric triage: a roster in, the same with settings out, and nothing of it left anywhere."""

import csv
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from crrubric.cli import root_group
from tests.uploads import make_workbook

ROSTER = [
    ["learner", "credits_needed", "semesters_left", "online_suits", "school"],
    ["jimmy", "16", "6", "yes", "North"],
    ["=1+1", "10", "2", "no", ""],
    ["ann", "many", "2", "no", "South"],
]


def triage(*words: object) -> Result:
    return CliRunner().invoke(root_group, ["triage", *map(str, words)])


def written(folder: Path, rows: list[list[Any]] = ROSTER, name: str = "roster.csv") -> Path:
    path = folder / name
    if name.endswith(".xlsx"):
        path.write_bytes(make_workbook(rows))
    else:
        path.write_text("\n".join(";".join(map(str, row)) for row in rows), encoding="utf-8")
    return path


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", ["roster.csv", "roster.xlsx"])
def test_a_roster_comes_back_with_settings(tmp_path: Path, name: str):
    out = tmp_path / "out.csv"

    done = triage(written(tmp_path, name=name), "--output", out)

    assert done.exit_code == 0
    rows = read_csv(out)
    assert [row["learner"] for row in rows] == ["jimmy", "'=1+1"]
    assert [(row["school"], row["pace"], row["chance"], row["band"]) for row in rows] == [
        ("North", "2.67", "75", "51–75 %"), ("", "5", "25", "0–25 %")
    ]  # fmt: skip
    assert "2  learners; online seats: 2 to 2" in done.stdout
    assert "line 4: credits_needed: Enter a number" in done.stderr
    assert "lines that could not be used: 1" in done.stderr


def test_an_excel_file_has_numbers_as_numbers_and_texts_as_texts(tmp_path: Path):
    out = tmp_path / "out.xlsx"

    triage(written(tmp_path), "--output", out)

    book = load_workbook(out)
    rows = list(book["Learners"].iter_rows(values_only=True))
    assert rows[0][-4:] == ("pace", "chance", "band", "setting")
    assert rows[2][0] == "=1+1"
    assert book["Learners"]["A3"].data_type == "s"  # and no formula
    assert rows[1][5:7] == (pytest.approx(16 / 6), 75)
    summary = [row for row in book["Summary"].iter_rows(min_row=2, values_only=True) if row[0]]
    counts = {row[0]: row[1] for row in summary}
    assert (counts["Learners"], counts["Online seats needed in any case"]) == (2, 2)
    assert len(summary) == 8 + 3 + 1
    assert summary[0][2:] == ("both in person and online", "inside the school day")
    assert "2.67: 75 %; 5: 25 %" in summary[-1][0]


def test_a_text_that_no_cell_takes_says_how_long_it_is(tmp_path: Path):
    out = tmp_path / "out.xlsx"
    rows = [[*ROSTER[0], "note"], [*ROSTER[1], "x" * 40_000]]

    triage(written(tmp_path, rows), "--output", out)

    told = load_workbook(out)["Learners"]["F2"].value
    assert told.endswith("This text has 40000: all of it is in the CSV file.]")
    assert len(told) == 32_767


def test_what_a_workbook_is_put_together_from_lies_beside_it_and_is_gone(
    tmp_path: Path, created: list[str]
):
    roster, folder = written(tmp_path), tmp_path / "out"
    folder.mkdir()

    triage(roster, "--output", folder / "out.xlsx")

    assert created
    assert {Path(name).parent for name in created} == {folder}
    assert [file.name for file in folder.iterdir()] == ["out.xlsx"]


def test_labels_are_in_the_language_that_is_asked_for_and_headers_stay(tmp_path: Path):
    out = tmp_path / "out.xlsx"

    triage(written(tmp_path), "--output", out, "--language", "es")

    book = load_workbook(out)
    assert book.sheetnames == ["Estudiantes", "Resumen", "Qué contienen las columnas"]
    header, first = list(book["Estudiantes"].iter_rows(values_only=True))[:2]
    assert header[-4:] == ("pace", "chance", "band", "setting")
    assert first[-1].startswith("junto a la carga normal")
    explained = dict(book["Qué contienen las columnas"].iter_rows(min_row=2, values_only=True))
    assert explained["school"] == "se conserva tal como estaba en su archivo"
    assert set(explained) == set(header)


def test_the_last_sheet_explains_columns_by_what_they_were_used_as(tmp_path: Path):
    header = ["Who", "Gap", "semesters_left", "online_suits"]
    path, out = written(tmp_path, [header, ["ann", "4", "2", "x"]]), tmp_path / "out.xlsx"

    triage(path, "--output", out, "--column", "learner=Who", "--column", "credits_needed=Gap")

    sheet = load_workbook(out)["What the columns hold"]
    explained = dict(sheet.iter_rows(min_row=2, values_only=True))
    assert explained["Gap"] == "credits still needed to graduate"
    assert "no semester is left" in explained["pace"]


def test_where_a_column_is_missing_those_of_the_file_are_named(tmp_path: Path):
    path = written(tmp_path, [["Pupil", "Gap"], ["zoe", "4"]])

    done = triage(path, "--output", tmp_path / "out.csv")

    assert done.exit_code == 1
    assert "the columns of this file are “Pupil”, “Gap”" in done.stderr
    assert "--column learner=HEADER" in done.stderr
    assert "zoe" not in done.stderr


def test_a_point_may_be_credits_and_semesters(tmp_path: Path):
    out = tmp_path / "out.csv"

    triage(written(tmp_path), "--output", out, "--point", "16/6=75", "--point", "10/2=25")

    assert [row["chance"] for row in read_csv(out)] == ["75", "25"]


def test_columns_and_points_can_be_said(tmp_path: Path):
    header = ["Who", "Gap", "Terms", "Net"]
    path, out = written(tmp_path, [header, ["ann", "4", "2", "x"]]), tmp_path / "out.csv"
    said = [("learner", "Who"), ("credits_needed", "Gap"), ("semesters_left", "terms")]
    columns = [word for pair in [*said, ("online_suits", "Net")] for word in
               ("--column", "=".join(pair))]  # fmt: skip

    triage(path, "--output", out, *columns, "--point", "1=90", "--point", "3=70")

    assert [row["chance"] for row in read_csv(out)] == ["80"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--output", "out.txt"], "FILE.csv or FILE.xlsx"),
        (["--output", "roster.csv"], "would overwrite"),
        (["--output", "out.csv", "--column", "who=Who"], "FIELD=HEADER"),
        (["--output", "out.csv", "--point", "1=90"], "two points"),
        (["--output", "out.csv", "--point", "3=90", "--point", "1=70"], "pace must rise"),
        (["--output", "out.csv", "--point", "x=90"], "Enter a number"),
        (["--output", "missing/out.csv"], "No such file"),
    ],
)
def test_what_is_said_wrongly_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], says: str
):
    monkeypatch.chdir(written(tmp_path).parent)

    done = triage("roster.csv", *words)

    assert done.exit_code != 0
    assert says in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["roster.csv"]


def test_of_a_roster_that_can_not_be_read_nothing_is_left(tmp_path: Path):
    path = written(tmp_path, [["name", "credits"], ["ann", "3"]])

    done = triage(path, "--output", tmp_path / "out.xlsx")

    assert done.exit_code == 1
    assert "line 1: missing column “learner”" in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["roster.csv"]
