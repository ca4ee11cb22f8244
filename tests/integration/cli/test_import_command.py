"""Importing marks on the command line: what people really send."""

from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.integration.cli.conftest import Run

HEAD = "reviewer,vendor,criterion,mark,note\n"
LINES = (
    "Reviewer One,Vendor A,c1,YES,ok\nReviewer Two,Vendor A,c1,NO,\n"
    "Reviewer One,Vendor A,c2,YES,\nReviewer Two,Vendor A,c2,YES,\n"
)
WIDE = (
    'Timestamp,Email Address,Vendor,"1. Aligned to standards?","2. Accessible?"\n'
    "3/1/2027 10:02:11,r1@example.org,Vendor A,Yes,No\n"
    "3/1/2027 10:05:40,r2@example.org,Vendor A,Yes,N/A\n"
)
WORDS = (
    "Yes", "no", " YES ", "Y", "N", "TRUE", "FALSE", "1", "0", "N/A", "n/a", "NA", "Not applicable",
    "NOT APPLICABLE", "not_applicable", "Not sure", "Can't tell", "Can’t tell", "CANNOT TELL", "Sí",
    "No aplica", "yes.", "Met", "✓",
)  # fmt: skip


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., str]:
    """Writes a file; its path."""

    def write(text: str, *, encoding: str = "utf-8") -> str:
        path = tmp_path / "marks.csv"
        path.write_bytes(text.encode(encoding))
        return str(path)

    return write


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (HEAD + LINES, "utf-8"),
        (HEAD + LINES + ",,,,\n,,,,\n", "utf-8"),
        (HEAD + ",,,,\n" + LINES, "utf-8"),
        ((HEAD + LINES).replace(",", ";"), "utf-8-sig"),
        ((HEAD + LINES).replace(",", "\t"), "utf-16"),
        ("Adoption 2027\n\n" + HEAD + LINES.replace("ok", "Señal"), "cp1252"),
    ],
)
def test_a_file_is_read_whatever_saved_it(
    run: Run, write: Callable[..., str], text: str, encoding: str
):
    done = run("import", "marks", write(text, encoding=encoding), "--create", "A")

    assert done.exit_code == 0, done.output
    assert done.output.endswith(
        "a: 4 marks on 2 criteria; new: 2 reviewers, 1 vendors; submitted: 2 ballots\n"
    )


def test_words_that_people_write_are_marks_and_others_are_named(
    run: Run, write: Callable[..., str]
):
    lines = [f"Ann,V,c{place},{word}," for place, word in enumerate(WORDS)]
    file = write(HEAD + "\n".join([*lines, 'Ann,V,x,"Yes, with comments",', ""]))

    refused = run("import", "marks", file, "--create", "A")
    done = run("import", "marks", file, "--create", "A", "--word", "Yes, with comments=YES")
    wrong = run("import", "marks", file, "--create", "B", "--word", "Yes=perhaps")

    assert refused.exit_code == 1
    assert "line 26: unknown value “Yes, with comments”" in refused.output
    assert done.exit_code == 0, done.output
    assert "25 marks" in done.output
    assert (wrong.exit_code, "is no WORD=ANSWER" in wrong.output) == (2, True)


def test_an_export_of_a_form_is_taken_by_a_mapping(run: Run, write: Callable[..., str]):
    file = write(WIDE)
    columns = (
        "--column",
        "1. Aligned to standards?=mark:std",
        "--column",
        "2. Accessible?=mark:acc",
    )

    refused = run("import", "marks", file, "--create", "A")
    done = run("import", "marks", file, "--create", "A", "--layout", "responses", *columns)
    again = run("import", "marks", file, "--evaluation", "a", "--layout", "responses", *columns)

    assert refused.exit_code == 1
    assert "missing column “criterion”" in refused.output
    assert done.exit_code == 0, done.output
    assert "a: 4 marks on 2 criteria; new: 2 reviewers, 1 vendors" in done.output
    assert again.exit_code == 1
    assert "line 2" not in again.output
    assert "D2: " in again.output


def test_who_answered_twice_is_refused_or_counts_with_the_latest(
    run: Run, write: Callable[..., str]
):
    file = write(HEAD + LINES + "reviewer one,Vendor A,c1,NO,changed my mind\n")

    refused = run("import", "marks", file, "--create", "A")
    done = run("import", "marks", file, "--create", "A", "--keep-latest")
    told = run("results", "a", "--format", "json")

    assert (
        "line 6: duplicate mark: Reviewer One has marked Vendor A, c1 in line 2" in refused.output
    )
    assert done.exit_code == 0, done.output
    assert '"no": 2' in told.output


def test_what_is_not_read_is_named_and_a_plan_does_nothing(run: Run, write: Callable[..., str]):
    run("import", "marks", write(HEAD + LINES), "--create", "A")
    other = HEAD.replace("note", "note,Remarks on it") + LINES.replace("\n", ",why\n")
    file = write(other.replace("Reviewer", "Person"))

    plan = run("import", "marks", file, "--evaluation", "a", "--preview")
    shown = run("import", "marks", file, "--evaluation", "a", "--preview", "--add-new")

    assert "Columns that are not read: Remarks on it" in plan.output
    assert plan.exit_code == 1
    assert "there is no reviewer “Person One” in this evaluation" in plan.output
    assert shown.exit_code == 0, shown.output
    assert "4 marks on 2 ballots" in shown.output
    assert run("import", "marks", file, "--evaluation", "a").exit_code == 1


def write_book(folder: Path, sheets: dict[str, list[list[str]]]) -> str:
    """An Excel workbook with these sheets; its path."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    path = folder / "marks.xlsx"
    book.save(path)
    return str(path)


def test_of_a_workbook_the_sheets_are_read_that_are_named(run: Run, tmp_path: Path):
    head = ["reviewer", "vendor", "criterion", "mark"]
    file = write_book(
        tmp_path,
        {
            "Spring": [head, ["Ann", "A", "c1", "YES"], ["Ann", "A", "c2", "YES"]],
            "Fall 2027": [["Fall"], [], head, ["Ann", "A", "c1", "NO"]],
            "Winter": [["Winter"], [], head, ["Bob", "A", "c1", "NO"]],
        },
    )

    guessed = run("import", "marks", file, "--create", "A")
    one = run("import", "marks", file, "--create", "B", "--sheet", "Fall 2027")
    two = run("import", "marks", file, "--create", "C", "--sheet", "Fall 2027", "--sheet", "Winter")
    none = run("import", "marks", file, "--create", "D", "--sheet", "fall")

    assert "Sheets that are not read: Fall 2027, Winter\n" in guessed.output
    assert "a: 2 marks" in guessed.output
    assert "Sheets that are not read: Spring, Winter\n" in one.output
    assert "b: 1 marks on 1 criteria; new: 1 reviewers" in one.output
    assert "c: 2 marks on 1 criteria; new: 2 reviewers" in two.output
    assert none.exit_code == 1
    expected = "There is no sheet “fall”. There are: “Spring”, “Fall 2027”, “Winter”."
    assert expected in none.output


def test_a_text_file_has_no_sheets(run: Run, write: Callable[..., str]):
    refused = run("import", "marks", write(HEAD + LINES), "--create", "A", "--sheet", "One")

    assert refused.exit_code == 1
    assert "There is no sheet “One”. There are: –." in refused.output


def test_a_sheet_for_each_vendor_is_read_without_their_names_and_one_by_its_name(
    run: Run, tmp_path: Path, write: Callable[..., str]
):
    there = "Ann,A,c1,YES,\nBob,B,c1,YES,\n"
    assert run("import", "marks", write(HEAD + there), "--create", "X").exit_code == 0
    matrix = [["Criterion", "Cleo", "Dan"], ["c1", "yes", "no"]]
    book = {"Read me": [["How to fill it in"]], "A": matrix, "B": matrix}
    file = write_book(tmp_path, book)
    into = ("--evaluation", "x", "--add-new", "--preview")

    every = run("import", "marks", file, *into)
    one = run("import", "marks", file, *into, "--sheet", "B")

    assert "4 marks on 4 ballots" in every.output
    assert "2 marks on 2 ballots" in one.output
    assert "Sheets that are not read: Read me, A\n" in one.output
