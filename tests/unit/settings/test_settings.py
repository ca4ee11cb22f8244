"""Settings: later wins, unknown names and wrong values are refused in a sentence each."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from crrubric import config
from crrubric.app import create_app
from crrubric.config import flask_config, kept_secret
from crrubric.domain.errors import Invalid
from crrubric.settings import checks
from crrubric.settings.about import Taken
from crrubric.settings.document import default_in_words, describe_settings, type_in_words
from crrubric.settings.model import Settings, about, about_field
from crrubric.settings.providers import Provider
from crrubric.settings.reading import Origin, Sources, read_settings
from tests.conftest import pretend_to_be_root

KEY = "k" * 31 + "1"


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the shell that runs the tests."""
    for name in [name for name in os.environ if name.startswith("CRRUBRIC_")]:
        monkeypatch.delenv(name)


class Place:
    """An instance folder, and variables that end with the test."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.monkeypatch = folder, monkeypatch
        self.file = folder / "settings.toml"

    def write(self, text: str) -> "Place":
        self.file.write_text(text, encoding="utf-8")
        return self

    def export(self, **variables: str) -> "Place":
        for name, value in variables.items():
            self.monkeypatch.setenv(f"CRRUBRIC_{name}", value)
        return self

    def read(self, **given: Any) -> Settings:
        return read_settings(self.folder, given)

    def refusal(self, **given: Any) -> str:
        with pytest.raises(Invalid) as refused:
            self.read(**given)
        return str(refused.value)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    return Place(tmp_path, monkeypatch)


def test_later_wins(place: Place):
    def ports() -> tuple[int, Origin]:
        return place.read().MAIL_PORT, Sources(place.folder, {}).origin("MAIL_PORT")

    assert ports() == (0, Origin.DEFAULT)
    place.write("MAIL_PORT = 1")
    assert ports() == (1, Origin.FILE)
    place.export(MAIL_PORT="2")
    assert ports() == (2, Origin.ENVIRONMENT)
    assert place.read(MAIL_PORT=3).MAIL_PORT == 3
    assert Sources(place.folder, {"MAIL_PORT": 3}).origin("MAIL_PORT") is Origin.CODE


@pytest.mark.parametrize("text", ["False", "false", "FALSE", "0", "no", "off"])
def test_what_says_no_is_false(place: Place, text: str):
    assert place.export(BEHIND_TLS=text).read().BEHIND_TLS is False
    assert place.write(f'BEHIND_TLS = "{text}"').read().BEHIND_TLS is False


@pytest.mark.parametrize("text", ["True", "true", "1", "yes", "on"])
def test_what_says_yes_is_true(place: Place, text: str):
    assert place.export(BEHIND_TLS=text).read().BEHIND_TLS is True


@pytest.mark.parametrize("text", ["en,es", " en , es ", '["en", "es"]'])
def test_a_list_in_the_environment_has_commas_or_is_json(place: Place, text: str):
    assert place.export(LANGUAGES=text).read().LANGUAGES == ("en", "es")


def test_text_in_the_environment_is_taken_as_it_is(place: Place):
    place.export(MAIL_PASSWORD="0123", MAIL_USER="true")

    settings = place.read()

    assert (settings.MAIL_PASSWORD, settings.MAIL_USER) == ("0123", "true")


WRONG = [
    ("BEHIND_TLS", "maybe", "true or false"),
    ("BEHIND_TLS", "", "true or false"),
    ("PROXY_COUNT", "-1", "0 or more"),
    ("PROXY_COUNT", "1.5", "whole number"),
    ("PROXY_COUNT", "two", "whole number"),
    ("MAIL_PORT", "65536", "a port from 1 to 65535"),
    ("MAIL_SECURITY", "ssl", "starttls, tls or none"),
    ("MAIL_HOST", "smtp.x.example:587", "without its port"),
    ("MAIL_HOST", "smtp://x.example", "without its port"),
    ("VIRUS_SCANNER", "clamd.ctl", "the path of its socket"),
    ("VIRUS_SCANNER", "127.0.0.1", "a host and a port"),
    ("VIRUS_SCANNER", "127.0.0.1:65536", "a host and a port"),
    ("VIRUS_SCANNER", "tcp://127.0.0.1:3310", "a host and a port"),
    ("MAIL_SENDER", "Score <score@x.example>", "an address such as"),
    ("LANGUAGES", "en,xx", "at least one of en, es"),
    ("LANGUAGES", "en,en", "none of them twice"),
    ("LANGUAGES", "", "at least one of en, es"),
    ("LANGUAGES", "[en", "at least one of en, es"),
    ("TRUSTED_HOSTS", "https://x.example", "host names without http://"),
    ("DATABASE_URL", "mysql://u:p@h/d", "postgresql://"),
    ("DATABASE_URL", "site.db", "postgresql://"),
    ("DATABASE_URL", "sqlite://", "sqlite:///"),
    ("DATABASE_URL", "postgresql://u:p@h:port/d", "postgresql://"),
    ("DATABASE_URL", "postgresql://u:p@a:1,b:port/d", "postgresql://"),
    ("DATABASE_URL", "postgresql://u:p@a:1,:2/d", "postgresql://"),
    ("DATABASE_URL", "postgresql://u:p@a:1,b:2", "postgresql://"),
    ("SECRET_KEY", "short", "at least 32 characters"),
    ("SECRET_KEY", "1" * 64, "not digits alone"),
    ("SITE_URL", "score.x.example", "https://score"),
    ("SITE_URL", "ftp://score.x.example", "https://score"),
    ("SITE_URL", "https://score.x.example/site", "nothing behind the host"),
    ("SITE_URL", "https://score.x.example?a=1", "nothing behind the host"),
    ("SITE_URL", "https://x.example:port", "https://score"),
    ("SITE_URL", "https://", "https://score"),
    ("RATELIMIT_STORAGE_URI", "memcached://x.example", "memory://"),
    ("SERVER_CONNECTIONS", "5", "a whole number from 20 to 50000"),
    ("SERVER_BODY_MB", "20", "a whole number from 21 to 1000"),  # a file has 20, and its form
    ("SERVER_THREADS", "many", "a whole number from 2 to 200"),
]


@pytest.mark.parametrize(("name", "text", "says"), WRONG)
def test_a_wrong_value_is_one_sentence_that_names_the_setting(
    place: Place, name: str, text: str, says: str
):
    words = place.export(**{name: text}).refusal()

    assert words.startswith(f"CRRUBRIC_{name} in the environment can’t be ")
    assert says in words
    assert "\n" not in words
    assert words.endswith(".")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("SECRET_KEY = 12345678901234567890123456789012", "at least 32 characters"),
        ("PROXY_COUNT = true", "whole number"),
        ("MAIL_USER = 5", "a text"),
        ('LANGUAGES = ["en", 5]', "at least one of"),
        ("TRUSTED_HOSTS = 5", "host names"),
        ('BEHIND_TLS = ["true"]', "true or false"),
    ],
)
def test_a_wrong_value_in_the_file_is_told_with_the_file(place: Place, line: str, says: str):
    name = line.split()[0]

    words = place.write(line).refusal()

    assert words.startswith(f"{name} in {place.file} can’t be ")
    assert says in words


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "RATELIMIT_STORAGE_URI"])
def test_a_secret_is_not_told(place: Place, name: str):
    assert "hunter2" not in place.export(**{name: "x://u:hunter2@h"}).refusal()


def test_every_wrong_setting_is_told_at_once(place: Place):
    place.write('BEHIND_TSL = true\nMAIL_HOST = "smtp.x.example"\nPROXY_COUNT = "x"')

    words = place.export(BEHIND_TLS="maybe", COLOR="red").refusal(MAIL_PORT=-1).splitlines()

    assert words == [
        "7 settings can’t be used:",
        f"  - BEHIND_TSL in {place.file} is no setting: say BEHIND_TLS, or take it out.",
        "  - CRRUBRIC_COLOR in the environment is no setting: take it out; “crrubric settings"
        " document” lists what there is.",
        "  - CRRUBRIC_BEHIND_TLS in the environment can’t be “maybe”: give true or false.",
        f"  - PROXY_COUNT in {place.file} can’t be “x”: give a whole number, 0 or more.",
        "  - MAIL_PORT can’t be -1: give a port from 1 to 65535, or 0 for the usual one.",
        "  - MAIL_HOST is set: set MAIL_SENDER to the address that mails come from.",
        "  - MAIL_HOST is set: set SITE_URL to where links in mails begin, such as"
        " https://score.district.org.",
    ]


@pytest.mark.parametrize(
    "name", ["COLOR", "behind_tls", "SESSION_COOKIE_NAME", "MAX_CONTENT_LENGTH", "MAIL__HOST"]
)
def test_an_unknown_name_is_refused_in_every_source(place: Place, name: str):
    assert f"{name} is no setting" in place.refusal(**{name: "1"})
    assert f"{name} in {place.file} is no setting" in place.write(f'{name} = "1"').refusal()
    place.write("")
    assert f"CRRUBRIC_{name} in the environment is no" in place.export(**{name: "1"}).refusal()


def test_a_name_that_is_close_to_another_is_corrected(place: Place):
    assert "say MAIL_SECURITY, or" in place.export(MAIL_SECURTIY="tls").refusal()
    assert "say BEHIND_TLS, or" in place.write("behind_tls = true").refusal()


@pytest.mark.parametrize(
    "name", [name for name in Settings.model_fields if about(name).taken is Taken.CODE]
)
def test_what_is_for_tests_is_taken_from_code_alone(place: Place, name: str):
    told = f"{name} in {place.file} is for tests alone: take it out."
    assert place.write(f"{name} = true").refusal() == told
    place.write("")
    assert "is for tests alone: take it out." in place.export(**{name: "1"}).refusal()


def test_the_folder_is_named_by_the_environment_alone(place: Place, tmp_path: Path):
    place.export(INSTANCE=str(tmp_path), BROWSER="/usr/bin/true")
    assert tmp_path == place.read().INSTANCE

    assert "the environment alone: take it out" in place.write('INSTANCE = "/x"').refusal()


def test_quotation_marks_that_no_shell_removed_are_pointed_out(place: Place):
    words = place.export(SITE_URL='"https://score.x.example"').refusal()

    assert words == (
        "CRRUBRIC_SITE_URL in the environment begins and ends with a quotation mark:"
        " leave both out."
    )


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"BEHIND_TLS = yes", "is not TOML"),
        (b"MAIL_USER = 'Jos\xe9'", "is not UTF-8"),
        (b"[mail]\nhost = 'x'", "mail in"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_by_name(place: Place, content: bytes, says: str):
    place.file.write_bytes(content)

    words = place.refusal()

    assert str(place.file) in words
    assert says in words


def test_a_file_with_a_byte_order_mark_is_read(place: Place):
    place.file.write_bytes(b"\xef\xbb\xbfPROXY_COUNT = 1\n")

    assert place.read().PROXY_COUNT == 1


def test_addresses_are_brought_to_one_form(place: Place):
    settings = place.read(SITE_URL="https://score.x.example:8443/", DATABASE_URL="postgres://h/d")

    assert settings.SITE_URL == "https://score.x.example:8443"
    assert flask_config(settings)["SQLALCHEMY_DATABASE_URI"] == "postgresql+psycopg://h/d"


def test_a_package_that_a_setting_needs_is_named(place: Place, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(checks, "find_spec", lambda _name: None)

    words = place.refusal(DATABASE_URL="postgresql://h/d")

    assert words == (
        "DATABASE_URL names PostgreSQL: install the package crrubric[postgresql], or leave the"
        " setting out."
    )


def test_flask_is_told_what_the_settings_say(place: Place):
    place.export(BEHIND_TLS="1", TRUSTED_HOSTS="x.example", SECRET_KEY=KEY)

    config = create_app({"INSTANCE": str(place.folder)}).config

    assert config["SECRET_KEY"] == KEY
    assert config["TRUSTED_HOSTS"] == ["x.example"]
    assert (config["SESSION_COOKIE_SECURE"], config["SESSION_COOKIE_NAME"]) == (
        True,
        "__Host-session",
    )
    assert config["SQLALCHEMY_DATABASE_URI"] == f"sqlite:///{place.folder}/crrubric.db"


def test_what_does_not_answer_holds_nobody_for_long(place: Place):
    """Redis and PostgreSQL on another machine; what the address itself says stays."""
    elsewhere = {
        "DATABASE_URL": "postgresql://x@db/crrubric?connect_timeout=9",
        "RATELIMIT_STORAGE_URI": "redis://other:6379",  # whose package need not be there
    }
    found = flask_config(place.read().model_copy(update=elsewhere))

    database = found["SQLALCHEMY_ENGINE_OPTIONS"]["connect_args"]
    assert sorted(database) == [
        "client_encoding", "keepalives_count", "keepalives_idle", "keepalives_interval",
        "tcp_user_timeout",
    ]  # fmt: skip
    assert found["RATELIMIT_STORAGE_OPTIONS"] == {
        "wrap_exceptions": True,
        "socket_timeout": 2,
        "socket_connect_timeout": 2,
    }


@pytest.mark.parametrize(
    ("address", "hosts", "ports"),
    [
        ("postgresql://u:p@a:5001,b:5002/d", "a,b", "5001,5002"),
        ("postgresql://u:p@a,b/d", "a,b", ","),
        ("postgresql://u:p@a:5001,b/d?sslmode=require", "a,b", "5001,"),
        ("postgresql://u:p@[::1]:5001,[fe80::2]:5002/d", "::1,fe80::2", "5001,5002"),
        ("postgresql://u:p@/d?host=a:5001&host=b:5002", "a,b", "5001,5002"),
    ],
)
def test_a_database_may_lie_on_several_hosts(place: Place, address: str, hosts: str, ports: str):
    """As libpq writes it, or SQLAlchemy: the one that can be written to is asked for."""
    found = flask_config(place.read(DATABASE_URL=address))

    engine = create_engine(
        found["SQLALCHEMY_DATABASE_URI"],
        connect_args=found["SQLALCHEMY_ENGINE_OPTIONS"]["connect_args"],
    )
    _none, told = engine.dialect.create_connect_args(engine.url)
    assert (told["host"], told.get("port")) == (hosts, ports)
    assert (told["user"], told["password"], told["dbname"]) == ("u", "p", "d")
    options = found["SQLALCHEMY_ENGINE_OPTIONS"]["connect_args"]
    assert options["target_session_attrs"] == "read-write"


@pytest.mark.parametrize(
    "address",
    ["postgresql://u@a/d", "postgresql://u@a:1,b:2/d?target_session_attrs=any"],
)
def test_a_single_host_is_taken_as_it_is_and_so_is_what_an_address_asks_for(
    place: Place, address: str
):
    options = flask_config(place.read(DATABASE_URL=address))["SQLALCHEMY_ENGINE_OPTIONS"]

    assert "target_session_attrs" not in options["connect_args"]


def test_hosts_are_shown_and_passwords_are_not(place: Place):
    place.export(DATABASE_URL="postgresql://u:hunter2@a:1,b:2/d?password=hunter2")

    lines = list(describe_settings(place.read(), Sources(place.folder, {})))

    (shown,) = (line for line in lines if line.startswith("DATABASE_URL"))
    assert shown.endswith("postgresql+psycopg://u:***@/d?host=a,b&port=1,2")


def test_any_host_is_answered_where_none_is_named(place: Place):
    assert create_app({"INSTANCE": str(place.folder)}).config["TRUSTED_HOSTS"] is None


@pytest.mark.skipif(sys.platform == "win32", reason="root is of POSIX")
def test_root_leaves_no_file_that_the_account_of_the_server_cannot_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The first administrator is added by root before the service starts, if nobody says more."""
    pretend_to_be_root(monkeypatch)

    with pytest.raises(Invalid, match="runuser -u nobody -- crrubric"):
        create_app({"INSTANCE": str(tmp_path)})

    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == []


def test_root_may_own_the_folder_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    monkeypatch.setattr(config, "MADE", ("none",))

    create_app({"INSTANCE": str(tmp_path)})

    assert (tmp_path / "secret-key").exists()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(Invalid, match="can’t be used"):
        create_app({"INSTANCE": str(tmp_path / "file" / "instance")})


def test_a_secret_that_was_cut_short_is_told(tmp_path: Path):
    (tmp_path / "secret-key").write_text("abc")

    with pytest.raises(Invalid, match="empty or cut short"):
        kept_secret(tmp_path / "secret-key")


def test_what_is_in_force_is_listed_without_secrets(place: Place):
    place.write('PROXY_COUNT = 2\nMAIL_PASSWORD = "hunter2"')
    place.export(DATABASE_URL="postgresql://u:hunter2@h/d?password=hunter2", SECRET_KEY=KEY)

    lines = list(describe_settings(place.read(), Sources(place.folder, {})))

    found = {line.split()[0]: line.split(maxsplit=2)[1:] for line in lines}
    assert found["PROXY_COUNT"] == ["file", "2"]
    assert found["MAIL_PASSWORD"] == ["file", "********"]
    assert found["DATABASE_URL"] == ["environment", "postgresql+psycopg://u:***@h/d"]
    assert found["SECRET_KEY"] == ["environment", "********"]
    assert found["MAIL_HOST"] == ["default", "none: mail is off"]
    assert KEY not in "".join(lines)
    assert [name for name in found if about(name).taken is Taken.CODE] == []


@pytest.mark.parametrize("name", ["SECRET_KEY", "MAIL_PASSWORD", "METRICS_TOKEN"])
@pytest.mark.parametrize("secret", ["k" * 31 + "1://hunter2", "://" + "k" * 31 + "1"])
def test_a_secret_that_looks_like_an_address_is_not_shown(place: Place, name: str, secret: str):
    place.write(f'{name} = "{secret}"')

    lines = describe_settings(place.read(), Sources(place.folder, {}))

    (line,) = (line for line in lines if line.startswith(name))
    assert line.split() == [name, "file", "********"]


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_told_about(name: str):
    told = about(name)

    assert told.means.endswith(".")
    assert (told.expects, type_in_words(name), default_in_words(name)) != ("", "", "")


@pytest.mark.parametrize(
    "name", [name for name in Settings.model_fields if about(name).taken is Taken.EVERYWHERE]
)
def test_every_example_can_be_used(place: Place, name: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(checks, "find_spec", lambda _name: True)
    mail = {"MAIL_SENDER": "a@x.example", "SITE_URL": "https://x.example"}
    mail.pop(name, None)
    providers = f"SSO_PROVIDERS = {about('SSO_PROVIDERS').example}\n"
    mailing = f"MAIL_HOST = {about('MAIL_HOST').example}\n"
    needed = {"PASSWORD_SIGN_IN": providers, "SIGN_IN_LINKS": mailing}.get(name, "")

    settings = place.write(f"{needed}{name} = {about(name).example}").read(**mail)

    default = Settings.model_fields[name].get_default(call_default_factory=True)
    assert getattr(settings, name) != default


@pytest.mark.parametrize("name", Provider.model_fields)
def test_every_setting_of_a_provider_is_told_about(name: str):
    told = about_field(Provider, name)

    assert told.means.endswith(".")
    assert "" not in (told.expects, type_in_words(name, Provider), default_in_words(name, Provider))


def test_passwords_and_files_leave_threads_to_everybody_else(place: Place):
    assert place.read().HASHES_AT_ONCE + place.read().HASHES_WAITING <= 12

    words = place.export(SERVER_THREADS="12").refusal()

    assert (
        "HASHES_AT_ONCE and HASHES_WAITING are 10 together: at most half of SERVER_THREADS (12)"
        in words
    )
    assert "UPLOADS_WAITING is 7: with the file that is stored, at most a third of" in words
    assert "ANALYSES_AT_ONCE and ANALYSES_WAITING are 8 together: at most a third of" in words
    place.export(HASHES_WAITING="4", UPLOADS_WAITING="3", ANALYSES_WAITING="2")
    assert place.read().SERVER_THREADS == 12


def test_the_default_hash_is_as_slow_as_it_should_be():
    method, cost, block, lanes = Settings.model_fields["PASSWORD_METHOD"].default.split(":")

    assert method == "scrypt"
    assert (int(cost), int(block), int(lanes)) >= (2**17, 8, 1)
