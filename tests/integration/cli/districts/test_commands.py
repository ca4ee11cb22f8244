"""crrubric district …: a district is begun whole or not at all, and every command finds it."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from crrubric.cli.districts import commands
from tests.conftest import pretend_to_be_root
from tests.databases import write_empty_database
from tests.integration.cli.districts.conftest import SECOND, Run, add_person

WORDS = ("--name", "Riverton Schools", "--timezone", "denver")
ADD = ("district", "add", "riverton", "--site-url", SECOND, *WORDS)


def test_a_district_is_begun_with_a_site_of_its_own(place: Path, run: Run):
    done = run(*ADD)

    assert done.exit_code == 0, done.output
    folder = place / "districts" / "riverton"
    assert f"Riverton Schools has a site of its own in {folder}." in done.output
    assert "crrubric --district riverton user add --administrator" in done.output
    assert {path.name for path in folder.iterdir()} >= {"crrubric.db", "settings.toml"}
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / "settings.toml").stat().st_mode & 0o077 == 0
    listed = run("district", "list").output.splitlines()
    assert listed[1] == f"riverton\t{SECOND}\tRiverton Schools\tevaluations: 0\taccounts: 0"


def test_its_people_are_added_by_its_name(place: Path, second: Path, run: Run):
    done = run("--district", "riverton", "user", "add", "--administrator", "--name", "Rosa",
               "--email", "rosa@riverton.example")  # fmt: skip

    assert done.exit_code == 0, done.output
    assert f"{SECOND}/invitations/" in done.output
    listed = run("district", "list").output.splitlines()
    assert [row.rsplit("accounts: ", 1)[1] for row in listed] == ["0", "1"]


def test_a_name_that_no_district_has_is_refused_with_those_there_are(second: Path, run: Run):
    done = run("--district", "pine", "verify")

    assert done.exit_code == 1
    assert "no further district “pine”. It has: riverton" in done.output


@pytest.mark.parametrize("name", ["first", "Riverton", "../up", "", "-x", "a" * 41, "ríver"])
def test_a_name_that_no_folder_should_have_is_refused(place: Path, run: Run, name: str):
    done = run("district", "add", "--site-url", SECOND, *WORDS, "--", name)

    assert done.exit_code == 1
    assert "can’t name a folder" in done.output
    assert not (place / "districts").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--site-url", "http://score.example:8080"), "the same host name in SITE_URL"),
        (("--site-url", "riverton.example"), "SITE_URL in"),
        (("--timezone", "Nowhere/Town"), "There is no time zone"),
        (("--name", " "), "Enter the name of the district."),
    ],
)
def test_what_can_not_be_begun_leaves_nothing(
    place: Path, run: Run, options: tuple[str, ...], words: str
):
    done = run(*ADD, *options)

    assert done.exit_code == 1
    assert words in done.output
    assert not (place / "districts").exists()


def test_a_database_that_another_district_has_is_refused(place: Path, second: Path, run: Run):
    taken = f"sqlite:///{second.parent}/../districts/riverton/crrubric.db"

    done = run("district", "add", "pine", "--site-url", "http://pine.example", *WORDS,
               "--database-url", taken)  # fmt: skip

    assert done.exit_code == 1
    assert "have the same database" in done.output
    assert [path.name for path in (place / "districts").iterdir()] == ["riverton"]


def test_a_database_that_holds_a_site_is_not_taken_over(
    place: Path, tmp_path: Path, sqlite_app: Flask, run: Run
):
    write_empty_database(sqlite_app, tmp_path / "other.db")

    done = run(*ADD, "--database-url", f"sqlite:///{tmp_path / 'other.db'}")

    assert done.exit_code == 1
    assert "holds a site already" in done.output
    assert (tmp_path / "other.db").exists()


def test_beside_a_site_on_postgresql_a_district_names_its_own_database(
    place: Path, run: Run, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CRRUBRIC_DATABASE_URL", "postgresql://crrubric@localhost/crrubric")

    done = run(*ADD)

    assert done.exit_code == 1
    assert "REVOKE CONNECT ON DATABASE riverton FROM PUBLIC" in done.output
    assert not (place / "districts").exists()


def test_the_address_of_the_first_site_is_set_before_there_are_others(place: Path, run: Run):
    (place / "settings.toml").unlink()

    done = run(*ADD)

    assert done.exit_code == 1
    assert "Set SITE_URL in" in done.output


def test_root_begins_no_district_that_the_server_could_not_read(
    place: Path, run: Run, monkeypatch: pytest.MonkeyPatch
):
    """Where another account runs the server, root would leave a folder of its own there."""
    pretend_to_be_root(monkeypatch)

    done = run(*ADD)

    monkeypatch.undo()
    assert done.exit_code == 1
    assert "belongs to" in done.output
    assert not (place / "districts").exists()


def test_a_district_that_can_not_be_read_does_not_end_the_list(second: Path, run: Run):
    (second / "crrubric.db").write_bytes(b"no database" * 100)

    done = run("district", "list")

    assert done.exit_code == 0
    assert "can’t be read" in done.output.splitlines()[1]


def test_a_command_for_each_goes_on_after_a_failure(
    second: Path, run: Run, monkeypatch: pytest.MonkeyPatch
):
    given: list[list[str]] = []

    def fail_first(words: list[str], **_options: Any) -> subprocess.CompletedProcess[str]:
        given.append(words[3:])
        return subprocess.CompletedProcess(words, returncode=len(given) % 2)

    monkeypatch.setattr(commands.subprocess, "run", fail_first)

    done = run("district", "each", "backup", "--replace", "/srv/{district}.db")

    assert given == [
        ["--district", "first", "backup", "--replace", "/srv/first.db"],
        ["--district", "riverton", "backup", "--replace", "/srv/riverton.db"],
    ]
    assert (done.exit_code, "It failed for first." in done.output) == (1, True)


def test_each_district_gets_its_own_backup(place: Path, second: Path, tmp_path: Path, run: Run):
    add_person(second, "rosa@riverton.example")
    for name in ("first", "riverton"):
        (tmp_path / name).mkdir()

    done = run("district", "each", "backup", f"{tmp_path}/{{district}}/")

    assert done.exit_code == 0
    assert [len(list((tmp_path / name).iterdir())) for name in ("first", "riverton")] == [1, 1]


def test_what_is_about_the_first_district_alone_says_so(
    place: Path, second: Path, tmp_path: Path, run: Run
):
    said = "This was about the first district alone."

    assert said in run("backup", tmp_path / "one.db").output
    assert said in run("db", "upgrade").output
    assert said not in run("--district", "first", "backup", tmp_path / "two.db").output
    assert said not in run("--district", "riverton", "db", "upgrade").output
    (second / "settings.toml").unlink()
    assert said not in run("backup", tmp_path / "three.db").output


def test_the_doctor_says_that_there_are_several(second: Path, run: Run):
    assert "This server has 2 districts" in run("doctor").output
    (second / "settings.toml").write_text('SITE_URL = "http://score.example"\n', encoding="utf-8")
    assert "the same host name" in run("doctor").output
