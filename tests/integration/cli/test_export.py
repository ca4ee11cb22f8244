"""crrubric export: the same files as the page, for the operator."""

from pathlib import Path

import openpyxl
import pytest
from click.testing import Result
from flask import Flask

from crrubric.cli import exporting, root_group
from crrubric.domain.exchange.files import FILES
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from tests.factories import Factory, Made
from tests.integration.conftest import Visit

MARKS = {(0, 0): "YNA", (1, 0): "Y?A", (0, 1): "Y-N", (1, 1): "??A"}


def invoke(app: Flask, *words: object) -> Result:
    """Run a command on the database of the test."""
    db.session.rollback()
    runner = app.test_cli_runner()
    return runner.invoke(root_group, [*map(str, words)], obj=lambda _settings: app)


def export(app: Flask, *words: object) -> Result:
    return invoke(app, "export", *words)


@pytest.fixture
def made(make: Factory) -> Made:
    return make.evaluation(phase=Phase.MEETING, marks=MARKS)


def test_every_file_is_the_one_that_the_chair_downloads(
    app: Flask, made: Made, visit: Visit, tmp_path: Path
):
    chair = visit(made.chair)
    for file in FILES:
        target = tmp_path / f"{made.slug}-{file.name}"

        done = export(app, made.slug, target)

        assert (done.exit_code, done.output) == (0, f"wrote {target}\n")
        sent = chair.get(made.url(f"export/{file.name}")).data
        if file.name not in ("workbook.xlsx", "journal.csv"):  # what has a time, and other words
            assert target.read_bytes() == sent, file.name
        assert len(target.read_bytes().splitlines()) == len(sent.splitlines()) or file.name == (
            "workbook.xlsx"
        )
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        f"{made.slug}-{file.name}" for file in FILES
    )


def test_the_ending_or_a_word_says_which_file(app: Flask, made: Made, tmp_path: Path):
    book, table = tmp_path / "all.xlsx", tmp_path / "found.csv"

    assert export(app, made.slug, book, "--language", "es").exit_code == 0
    assert export(app, made.slug, table, "--what", "findings.csv").exit_code == 0
    unknown = export(app, made.slug, tmp_path / "what.csv")

    assert openpyxl.load_workbook(book).sheetnames[0] == "Resumen"
    assert table.read_bytes().startswith(b"\xef\xbb\xbfvendor,criterion,outcome")
    assert (unknown.exit_code, "--what" in unknown.output) == (2, True)


def test_before_the_meeting_there_is_nothing_of_results(app: Flask, make: Factory, tmp_path: Path):
    made = make.evaluation(phase=Phase.SCORING, marks=MARKS)
    refused = {file.name: export(app, made.slug, tmp_path / file.name).exit_code for file in FILES}

    assert {name for name, code in refused.items() if code == 0} == {"vendors.csv", "journal.csv"}
    assert {path.name for path in tmp_path.iterdir()} == {"vendors.csv", "journal.csv"}
    assert "YES" not in (tmp_path / "journal.csv").read_text("utf-8")


def test_nothing_is_left_of_a_file_that_breaks_off(tmp_path: Path):
    def break_off() -> None:
        with exporting.write_whole_file(tmp_path / "x.csv", replace=True) as draft:
            draft.write_bytes(b"half")
            raise RuntimeError("gone")

    with pytest.raises(RuntimeError, match="gone"):
        break_off()

    assert list(tmp_path.iterdir()) == []
