"""The command line: the same services, refusals in one line."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy.exc import IntegrityError

from crrubric.app import create_app
from crrubric.cli import people, root_group
from tests.conftest import SETTINGS
from tests.integration.cli.conftest import Run

DATA = Path(__file__).parents[2] / "data" / "agreement"
# crrubric with a command that says more than a pipe holds
TALKATIVE = """
import click
from crrubric.__main__ import main
from crrubric.cli import root_group

@root_group.command("talk")
def talk():
    for number in range(100_000):
        click.echo(number)

main()
"""


@pytest.mark.parametrize(
    "words",
    ["", "demo", "serve", "db", "db upgrade", "user", "user add", "user link",
     "user address", "user vouch", "user disable", "user enable", "evaluation",
     "evaluation create", "evaluation list", "evaluation appoint",
     "import", "import marks", "import vendors", "import committee", "import rubric", "results",
     "memo",
     "mail", "mail send", "mail list", "mail test",
     "settings", "settings show", "settings document", "backup", "restore", "verify",
     "doctor", "user sign-out", "user reset-second-step"],
)  # fmt: skip
def test_every_command_has_a_help_text(run: Run, words: str):
    done = run(*words.split(), "--help")

    assert done.exit_code == 0
    assert done.output.startswith(f"Usage: crrubric {words}".rstrip())
    assert "Traceback" not in done.output


def test_adding_a_person_prints_an_invitation_link(run: Run):
    done = run("user", "add", "--name", "Ada Admin", "--email", "ada@x.example", "--administrator")
    again = run("user", "link", "--email", "ADA@x.example")

    assert done.exit_code == 0
    assert "http://127.0.0.1:5000/invitations/" in done.output
    assert "They sign in at http://127.0.0.1:5000 afterwards." in done.output
    assert "set SITE_URL to it" in done.output
    assert again.output.startswith("http://127.0.0.1:5000/invitations/")


def test_the_operator_corrects_an_address_disables_and_enables(run: Run):
    run("user", "add", "--name", "Ada Admin", "--email", "ada@x.example", "--administrator")

    moved = run("user", "address", "--email", "ADA@x.example", "--new", "ada@y.example")
    sure = run("user", "vouch", "--email", "ada@y.example")
    off = run("user", "disable", "--email", "ada@y.example")
    link = run("user", "link", "--email", "ada@y.example")
    on = run("user", "enable", "--email", "ada@y.example")
    unknown = run("user", "disable", "--email", "ada@x.example")

    assert moved.output == "Ada Admin now signs in with ada@y.example\n"
    assert sure.output == "the address ada@y.example is Ada Admin’s\n"
    assert off.output == "Ada Admin can’t sign in any more\n"
    assert (link.exit_code, "is disabled: enable it first" in link.stderr) == (1, True)
    assert on.output == "Ada Admin can sign in again\n"
    assert (unknown.exit_code, "There is no account" in unknown.stderr) == (1, True)


def test_the_settings_in_force_are_listed(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "settings.toml").write_text('MAIL_PASSWORD = "hunter2"\nPROXY_COUNT = 1\n')
    monkeypatch.setenv("CRRUBRIC_INSTANCE", str(tmp_path))

    lines = [" ".join(line.split()) for line in run("settings", "show").output.splitlines()]

    assert f'INSTANCE environment "{tmp_path}"' in lines
    assert "MAIL_PASSWORD file ********" in lines
    assert "PROXY_COUNT file 1" in lines
    assert [file.name for file in tmp_path.iterdir()] == ["settings.toml"]  # nothing was made


def test_a_wrong_setting_ends_the_start_without_a_traceback(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CRRUBRIC_BEHIND_TLS", "maybe")

    for words in (["serve"], ["db", "upgrade"], ["settings", "show"]):
        done = run(*words)
        assert (done.exit_code, done.stderr) == (
            1,
            "crrubric: CRRUBRIC_BEHIND_TLS in the environment can’t be “maybe”: give true or"
            " false.\n",
        )
    assert not (tmp_path / "instance").exists()


def test_a_refusal_is_one_line_on_stderr_and_exit_code_1(run: Run):
    run("user", "add", "--name", "Ada", "--email", "ada@x.example")

    done = run("user", "add", "--name", "Ada", "--email", "ada@x.example")

    assert done.exit_code == 1
    assert done.stderr == "crrubric: ada@x.example has an account already.\n"


@pytest.mark.parametrize("words", ["memo no-such", "results no-such", "journal no-such copy.jsonl"])
def test_an_evaluation_that_is_not_there_is_told_in_a_sentence(run: Run, words: str):
    done = run(*words.split())

    assert done.exit_code == 1
    assert done.stderr == (
        "crrubric: There is no such evaluation. “crrubric evaluation list” shows those there are.\n"
    )


@pytest.mark.parametrize("words", [["user", "link", "--email"], ["verify", "--receipt"]])
def test_what_a_terminal_sends_in_another_encoding_is_told_in_a_sentence(
    run: Run, words: list[str]
):
    run("user", "add", "--name", "Ada Admin", "--email", "ada@x.example", "--administrator")

    done = run(*words, "ni\udcf1o@x.example")

    assert isinstance(done.exception, SystemExit)
    assert "not written as UTF-8" in done.output


def test_an_evaluation_is_made_from_the_built_in_rubric(run: Run):
    run("user", "add", "--name", "Ada", "--email", "ada@x.example")

    done = run("evaluation", "create", "Credit Recovery 2027", "--chair", "ada@x.example")

    assert (done.exit_code, done.output) == (0, "made credit-recovery-2027\n")
    assert run("evaluation", "list").output == (
        "credit-recovery-2027\tSet-up\tCredit Recovery 2027\n"
    )


def test_who_may_not_organize_an_evaluation_is_told_of_by_name(run: Run):
    run("user", "add", "--name", "Ada", "--email", "ada@x.example")
    run("user", "disable", "--email", "ada@x.example")

    done = run("evaluation", "create", "T", "--chair", "ada@x.example")

    assert (done.exit_code, run("evaluation", "list").stdout) == (1, "")
    assert done.stderr == (
        "crrubric: Ada can’t make an evaluation: the account is disabled, or its role on this site"
        " is not that of an organizer.\n"
    )


def test_a_bad_rubric_file_is_refused_with_every_problem(run: Run, tmp_path: Path):
    file = tmp_path / "rubric.toml"
    file.write_text(
        'name = "R"\nversion = "1"\ncolor = "red"\n[[section]]\ncode = "a"\ntitle = "A"\n'
        '[[section.criterion]]\ncode = "x"\norder = 1\ntitle = ""\nquestion = "?"\nweight = -1\n',
        encoding="utf-8",
    )

    done = run("evaluation", "create", "T", "--rubric", str(file))

    assert done.exit_code == 1
    assert "color" in done.stderr
    assert "title" in done.stderr
    assert "weight" in done.stderr


def test_real_marks_are_imported_and_results_are_printed(run: Run):
    carcinoma = str(DATA / "real" / "carcinoma.csv")

    done = run("import", "marks", carcinoma, "--create", "Carcinoma Readers")
    found = json.loads(run("results", "carcinoma-readers", "--format", "json").output)

    assert done.output == (
        "carcinoma-readers: 826 marks on 1 criteria; new: 7 reviewers, 118 vendors; "
        "submitted: 826 ballots\n"
    )
    assert found["agreement"]["alpha"] == pytest.approx(0.512307927979, abs=1e-9)
    assert len(found["tallies"]) == 118
    assert run("results", "carcinoma-readers", "--format", "csv").output.count("\n") == 119
    assert "Krippendorff's alpha: 0.5123" in run("results", "carcinoma-readers").output


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("supermajority", "2/3"),
        ("3/4", "3/4"),
        ("supermajority:4/5", "4/5"),
        ("majority", None),
        ("unanimity", None),
    ],
)
def test_the_rule_is_said_in_words(run: Run, words: str, kind: str | None):
    file = str(DATA / "worked" / "w1_decisions.csv")

    run("import", "marks", file, "--create", "W1", "--rule", words, "--quorum", "3")

    found = json.loads(run("results", "w1", "--format", "json").output)["evaluation"]
    assert (found["threshold"], found["quorum"]) == (kind, 3)


@pytest.mark.parametrize(
    "arguments",
    [
        ["import", "marks", str(DATA / "README.md")],
        ["import", "marks", str(DATA / "README.md"), "--create", "A", "--evaluation", "b"],
        ["import", "marks", str(DATA / "README.md"), "--create", "A", "--rule", "coin"],
        ["import", "marks", str(DATA / "README.md"), "--create", "A", "--rule", "1e999999999/2"],
        ["import", "marks", str(DATA / "README.md"), "--create", "A", "--quorum", "1,5"],
        ["import", "marks", str(DATA / "README.md"), "--create", "A", "--quorum", "9" * 5000],
        ["import", "marks", str(DATA / "README.md"), "--create", "A", "--add-new"],
        ["import", "marks", str(DATA / "README.md"), "--create", "A", "--leave-open"],
        ["import", "marks", "nowhere.csv", "--create", "A"],
        ["serve", "--port", "99999999999"],
        ["results"],
        ["results", "x", "--format", "xml"],
    ],
)
def test_wrong_arguments_exit_with_2(run: Run, arguments: list[str]):
    assert run(*arguments).exit_code == 2


def test_marks_are_imported_into_an_evaluation_and_who_is_new_only_if_asked(
    run: Run, tmp_path: Path
):
    file = tmp_path / "marks.csv"
    file.write_text("reviewer,vendor,criterion,mark\nAnn,Acme,c1,YES\n", encoding="utf-8")
    run("import", "marks", str(file), "--create", "Old")
    file.write_text("reviewer;vendor;criterion;mark\nANN;Acne;c1;NO\n", encoding="utf-8")

    refused = run("import", "marks", str(file), "--evaluation", "old")
    done = run("import", "marks", str(file), "--evaluation", "old", "--add-new")
    file.write_text("reviewer;vendor;criterion;mark\nAna;ACME;c1;NO\n", encoding="utf-8")
    late = run("import", "marks", str(file), "--evaluation", "old", "--add-new")

    assert refused.exit_code == 1
    assert "line 2: there is no vendor “Acne” in this evaluation: is it “Acme”?" in refused.stderr
    assert done.output == (
        "old: 1 marks on 1 criteria; new: 0 reviewers, 1 vendors; submitted: 1 ballots\n"
    )
    assert late.exit_code == 1
    assert "nobody becomes a reviewer any more" in late.stderr


def test_what_is_there_twice_is_told_by_verify(run: Run, tmp_path: Path):
    file = tmp_path / "marks.csv"
    file.write_text("reviewer,vendor,criterion,mark\nAnn,A,c,YES\nBob,A,c,YES\n", "utf-8")
    run("import", "marks", str(file), "--create", "Old")
    (database,) = (tmp_path / "instance").glob("*.db")
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE member SET name = 'ANN\u200b' WHERE name = 'Bob'")

    told = run("verify")

    assert "note: old has 2 imported reviewers called “Ann”." in told.output
    assert told.exit_code == 1  # the name is not the one that the journal tells, either


def test_bad_lines_are_listed_on_stderr(run: Run, tmp_path: Path):
    file = tmp_path / "marks.csv"
    file.write_text("reviewer,vendor,criterion,mark\na,b,c,PERHAPS\n", encoding="utf-8")

    done = run("import", "marks", str(file), "--create", "Bad")

    assert done.exit_code == 1
    assert done.stderr == (
        "crrubric: Nothing was imported. Lines that can’t be used: 1. Correct them and "
        "import again.\n  line 2: unknown value “PERHAPS”: use YES, NO, NOT_APPLICABLE or "
        "CANNOT_TELL\n"
    )
    assert run("evaluation", "list").output == "There is no evaluation yet.\n"


def test_results_of_an_evaluation_in_set_up_are_refused(run: Run):
    run("evaluation", "create", "Closed")

    done = run("results", "closed")

    assert done.exit_code == 1
    assert "Scoring is not closed yet" in done.stderr


@pytest.mark.parametrize("ending", ["docx", "html"])
def test_the_memo_is_written(run: Run, tmp_path: Path, ending: str):
    run("import", "marks", str(DATA / "worked" / "w2_scores.csv"), "--create", "W2")
    target = tmp_path / f"memo.{ending}"

    done = run("memo", "w2", str(target))

    assert done.output == f"wrote {target}\n"
    assert target.stat().st_size > 5_000


# What the system refuses is a sentence, too


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such pipe")
def test_a_reader_who_stops_is_told_of_in_a_sentence():
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{sys.executable} -c '{TALKATIVE}' talk | head -1"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (1, "0\n")
    assert done.stderr == "crrubric: Whoever read the output stopped before its end.\n"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("memo {slug} missing/folder/memo.docx", "missing/folder/memo.docx: No such file or"),
        ("memo {slug} /proc/memo.docx", "/proc/memo.docx: No such file or directory."),
        ("memo {slug} /dev/full/memo.docx", "/dev/full/memo.docx: Not a directory."),
    ],
)
def test_a_file_that_can_not_be_written_is_told_in_a_sentence(run: Run, words: str, says: str):
    run("import", "marks", str(DATA / "worked" / "w2_scores.csv"), "--create", "T")

    done = run(*words.format(slug="t").split())

    assert done.exit_code == 1
    assert done.stderr.startswith(f"crrubric: {says}")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("kind", ["missing", "folder", "text"])
def test_a_database_that_is_none_is_told_in_a_sentence(tmp_path: Path, kind: str):
    path = tmp_path / "site.db"
    if kind == "missing":
        path = tmp_path / "missing" / "site.db"
    elif kind == "folder":
        path.mkdir()
    else:
        path.write_text("This is no database, but a letter to the board. " * 40)

    def factory(settings=None) -> Flask:
        return create_app(
            {**SETTINGS, "INSTANCE": str(tmp_path / "i"), "DATABASE_URL": f"sqlite:///{path}"}
        )

    done = CliRunner().invoke(root_group, ["evaluation", "list"], obj=factory)

    assert done.exit_code == 1
    said = "There is no site at" if kind == "missing" else "The database can’t be used ("
    assert done.stderr.startswith(f"crrubric: {said}")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    ["verify", "doctor", "backup there", "evaluation list", "mail send", "user link --email x@y.z"],
)
def test_a_mistyped_folder_is_no_new_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str
):
    """“0 entries are as written” would be said of nothing, and a second site would begin there."""
    missing, empty = tmp_path / "missing", tmp_path / "empty"
    empty.mkdir()

    def begin(settings=None) -> Flask:
        return create_app({**SETTINGS, "INSTANCE": os.environ["CRRUBRIC_INSTANCE"]})

    for place in (missing, empty) if words != "doctor" else (missing,):
        monkeypatch.setenv("CRRUBRIC_INSTANCE", str(place))
        done = CliRunner().invoke(root_group, words.split(), obj=begin)

        assert done.exit_code == 1
        assert done.stderr.startswith(f"crrubric: There is no site at {place}")
        assert not list(place.glob("crrubric.db*"))
    assert not missing.exists()


def test_a_mistake_of_ours_stays_a_traceback(run: Run, monkeypatch: pytest.MonkeyPatch):
    def fail(*_words: object, **_options: object) -> None:
        raise IntegrityError("INSERT", {}, Exception("UNIQUE constraint failed"))

    monkeypatch.setattr(people, "add_user", fail)

    done = run("user", "add", "--name", "A", "--email", "a@x.example")

    assert isinstance(done.exception, IntegrityError)
