"""Settings of a further district: its own, those of the server, and what is handed on to it."""

from pathlib import Path

import pytest

from crrubric.config import find_database_address, flask_config
from crrubric.settings.about import Reach, Taken
from crrubric.settings.districts import find_first_folder, list_district_folders
from crrubric.settings.document import describe_settings
from crrubric.settings.model import Settings, about
from crrubric.settings.reading import Origin, Sources
from tests.unit.settings.test_settings import KEY, Place, no_variables  # noqa: F401  # a fixture

ADDRESS = 'SITE_URL = "https://riverton.example"\n'


@pytest.fixture
def first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    return Place(tmp_path, monkeypatch).write('SITE_URL = "https://score.example"\n')


@pytest.fixture
def further(first: Place) -> Place:
    folder = first.folder / "districts" / "riverton"
    folder.mkdir(parents=True)
    return Place(folder, first.monkeypatch).write(ADDRESS)


def test_a_district_takes_from_the_server_what_it_does_not_set(first: Place, further: Place):
    first.write('SITE_URL = "https://score.example"\nLANGUAGES = ["es", "en"]\nSERVER_THREADS = 9\n'
                "HASHES_WAITING = 1\nUPLOADS_WAITING = 1\nANALYSES_WAITING = 1\n")  # fmt: skip
    first.export(MAIL_HOST="smtp.example", MAIL_SENDER="score@score.example")
    further.write(f'{ADDRESS}MAIL_SENDER = "score@riverton.example"\n')

    found = further.read()

    assert (found.LANGUAGES, found.SERVER_THREADS) == (("es", "en"), 9)
    assert (found.MAIL_HOST, found.MAIL_SENDER) == ("smtp.example", "score@riverton.example")
    sources = Sources(further.folder, {})
    origins = [sources.origin(name) for name in ("MAIL_HOST", "LANGUAGES", "MAIL_SENDER")]
    assert origins == [Origin.SERVER, Origin.SERVER, Origin.FILE]
    shown = "\n".join(describe_settings(found, sources))
    assert "MAIL_HOST              server       " in shown


def test_what_is_one_sites_is_never_handed_on(first: Place, further: Place):
    """Above all not the database: two districts in one would see each other."""
    first.export(
        DATABASE_URL="postgresql://crrubric@localhost/crrubric",
        SECRET_KEY=KEY,
        FORMER_SECRET_KEY=KEY,
        TRUSTED_HOSTS="score.example",
        PASSWORD_SIGN_IN="false",
        SSO_PROVIDERS='{"google": {"kind": "google", "client_id": "1", "client_secret": "s"}}',
    )

    found = further.read()

    assert find_database_address(found) == f"sqlite:///{further.folder.as_posix()}/crrubric.db"
    assert flask_config(found)["SECRET_KEY"] != KEY
    assert (found.FORMER_SECRET_KEY, found.SSO_PROVIDERS, found.PASSWORD_SIGN_IN) == ("", {}, True)
    assert found.TRUSTED_HOSTS == ("riverton.example",)
    assert found.SITE_URL == "https://riverton.example"


def test_a_setting_of_the_whole_server_is_refused_in_a_district(first: Place, further: Place):
    further.write(f"{ADDRESS}SERVER_THREADS = 9\nBEHIND_TLS = true\n")

    told = further.refusal()

    for name in ("SERVER_THREADS", "BEHIND_TLS"):
        assert (
            f"{name} in {further.file} holds for the whole server: set it in {first.file}" in told
        )


def test_a_district_has_an_address(further: Place):
    assert "SITE_URL is missing in" in further.write("").refusal()


def test_what_is_wrong_in_what_is_handed_on_is_told_with_its_place(first: Place, further: Place):
    first.write('SITE_URL = "https://score.example"\nSERVER_THREADS = "many"\n')

    assert f"SERVER_THREADS in {first.file}, or in the environment, can’t be “many”" in (
        further.refusal()
    )


def test_a_folder_of_that_name_elsewhere_is_no_district(tmp_path: Path, further: Place):
    other = tmp_path / "srv" / "districts" / "riverton"
    other.mkdir(parents=True)

    assert find_first_folder(other) is None
    assert find_first_folder(further.folder) == tmp_path


def test_the_folders_of_districts_are_listed_by_name(first: Place, further: Place):
    for name in ("alder", "no settings", "Capital", ".draft"):
        (further.folder.parent / name).mkdir()
    for name in ("alder", "Capital", ".draft"):
        (further.folder.parent / name / "settings.toml").touch()

    assert [path.name for path in list_district_folders(first.folder)] == ["alder", "riverton"]
    assert list(list_district_folders(further.folder)) == []


def test_it_is_decided_of_every_secret_and_address_whose_it_is():
    """A new setting that names a place or a secret of one site is not handed on unasked."""
    usual = {
        name
        for name in Settings.model_fields
        if about(name).reach is Reach.USUAL and about(name).taken is not Taken.CODE
    }

    assert usual == {
        "LANGUAGES", "TWO_STEPS_FOR", "SIGN_IN_LINKS", "RATELIMIT_STORAGE_URI",
        "MAIL_HOST", "MAIL_SECURITY", "MAIL_PORT", "MAIL_USER", "MAIL_PASSWORD", "MAIL_SENDER",
        "VIRUS_SCANNER",
    }  # fmt: skip
