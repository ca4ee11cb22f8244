"""What commands print and write, whatever stands in the files that they read."""

import os
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
from flask import Flask

from crrubric.cli.running import keep_to_one_line
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from crrubric.services.record import whole_files
from tests.factories import Factory, Made
from tests.integration.cli.conftest import Run
from tests.integration.cli.test_export import MARKS, invoke

posix = pytest.mark.skipif(sys.platform == "win32", reason="what Windows has no such thing of")
LIE = "x\ncrrubric: 5 files fit together\x1b]0;fine\x07"
ROSTER = "learner,credits_needed,semesters_left,online_suits\nL1,2,3,yes\n"


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("a\r\n\nb", "a b"),
        ("a\u2028b", "a b"),
        ("a\x1b[31mb\x9b", "a\ufffd[31mb\ufffd"),
        ("a\u202eb\u2069", "ab"),
        ("a\tÅ – “é” 二", "a\tÅ – “é” 二"),
    ],
)
def test_a_line_is_one_line_that_steers_no_terminal(typed: str, printed: str):
    assert keep_to_one_line(typed) == printed


def test_a_forged_archive_prints_no_line_of_its_own(run: Run, tmp_path: Path):
    with ZipFile(tmp_path / "forged.zip", "w") as archive:
        archive.writestr(f"{LIE}.txt", "")

    done = run("verify", str(tmp_path / "forged.zip"))

    assert done.exit_code == 1
    assert "crrubric: 5 files fit together" in done.stderr
    assert [line for line in done.stderr.splitlines() if line.startswith("crrubric: 5")] == []
    assert [letter for letter in ("\x1b", "\x07") if letter in done.stderr] == []


def test_a_column_can_not_be_called_a_line_of_ours(run: Run, tmp_path: Path):
    file = tmp_path / "marks.csv"
    file.write_text(f'reviewer,vendor,criterion,mark,"{LIE}"\nAda,Quill,ada,YES,\n', "utf-8")

    done = run("import", "marks", str(file), "--create", "Found")

    assert done.exit_code == 0
    (line,) = done.stderr.splitlines()
    assert line.startswith("Columns that are not read: x crrubric: 5 files fit together\ufffd")


def test_a_number_that_no_database_holds_is_refused_as_it_is_read(run: Run):
    huge = str(10**30)
    for words in (
        ("memo", "some", "--issue", huge),
        ("retention", "confirm", huge),
        ("import", "marks", __file__, "--create", "Found", "--header", huge),
        ("import", "vendors", __file__, "--evaluation", "some", "--header", huge),
    ):
        assert (run(*words).exit_code, words) == (2, words)


@pytest.fixture
def decided(make: Factory) -> Made:
    return make.evaluation(phase=Phase.DECIDED, marks=MARKS)


@posix
def test_what_a_command_writes_is_for_its_owner_alone_and_whole(
    app: Flask, decided: Made, tmp_path: Path
):
    roster = tmp_path / "roster.csv"
    roster.write_text(ROSTER, "utf-8")
    for words, name in (
        (("memo", decided.slug), "memo.docx"),
        (("journal", decided.slug), "journal.jsonl"),
        (("triage", roster, "--output"), "placed.csv"),
        (("triage", roster, "--output"), "placed.xlsx"),
    ):
        target = tmp_path / name
        db.session.rollback()

        assert invoke(app, *words, target).exit_code == 0
        assert (name, target.stat().st_mode & 0o777) == (name, 0o600)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_roster_that_can_not_be_used_leaves_the_file_of_yesterday(app: Flask, tmp_path: Path):
    roster, target = tmp_path / "roster.csv", tmp_path / "placed.csv"
    roster.write_text("who,what\n1,2\n", "utf-8")
    target.write_text("of yesterday", "utf-8")

    assert invoke(app, "triage", roster, "--output", target).exit_code == 1

    assert target.read_text("utf-8") == "of yesterday"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["placed.csv", "roster.csv"]


@posix
def test_what_is_no_file_is_not_replaced_by_one(app: Flask, decided: Made, tmp_path: Path):
    pipe = tmp_path / "marks.csv"
    os.mkfifo(pipe)

    done = invoke(app, "export", decided.slug, pipe)

    assert (done.exit_code, done.stderr) == (1, f"crrubric: {pipe} is no file: name one.\n")
    assert pipe.is_fifo()


@posix
def test_a_draft_that_another_process_cleans_away_before_it_is_locked_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    target, lock, cleaned = tmp_path / "copy.db", whole_files.lock_file, []

    def lock_late(handle: int) -> None:
        if not cleaned:
            cleaned.append(handle)
            monkeypatch.setattr(whole_files, "lock_file", lock)
            whole_files.delete_leftovers(target)  # as another process would at this moment
        lock(handle)

    monkeypatch.setattr(whole_files, "lock_file", lock_late)
    with (
        whole_files.write_whole_file(target, replace=False) as draft,
        draft.open("r+", encoding="utf-8") as file,
    ):
        file.write("whole")

    assert (target.read_text("utf-8"), len(cleaned)) == ("whole", 1)
    assert [path.name for path in tmp_path.iterdir()] == ["copy.db"]
