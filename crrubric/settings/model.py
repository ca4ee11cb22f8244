"""Every setting with its type, default and meaning: the one list of them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from crrubric.domain import limits
from crrubric.domain.people.languages import NAMES
from crrubric.domain.people.second_step import TwoStepRule
from crrubric.settings import checks
from crrubric.settings.about import About, Reach, Taken, for_tests
from crrubric.settings.districts import find_first_folder
from crrubric.settings.file import read_file
from crrubric.settings.providers import (
    LOOPBACK,
    Provider,
    check_providers,
    parse_providers,
)

PREFIX = "CRRUBRIC_"
LEAST_BODY_MB = limits.FILE_REQUEST_BYTES // limits.MEGABYTE + 1  # a file with its form

Number = Annotated[int, BeforeValidator(checks.check_number)]
Providers = Annotated[
    dict[str, Provider],
    NoDecode,
    BeforeValidator(parse_providers),
    AfterValidator(check_providers),
]


class Settings(BaseSettings):
    """What this site runs with.

    The names are those of `settings.toml` and, after CRRUBRIC_, of the environment.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, case_sensitive=True, extra="ignore", frozen=True
    )

    INSTANCE: Annotated[
        Path,
        About(
            means="The folder that holds the database, the secret and `settings.toml`.",
            expects="the path of a folder",
            example="/srv/crrubric/instance",
            default="`instance`, in the checkout or else in the current folder",
            taken=Taken.ENVIRONMENT,
            reach=Reach.SITE,
        ),
    ]
    DATABASE_URL: Annotated[
        str,
        AfterValidator(checks.check_database),
        About(
            means="The database. Where PostgreSQL lies on several hosts"
            " (`host1:5432,host2:5432`), the one that can be written to is asked.",
            expects="an address such as postgresql://user:password@host/name"
            " or sqlite:////srv/crrubric/site.db",
            example='"postgresql://crrubric:secret@localhost/crrubric"',
            default="SQLite in `instance/crrubric.db`",
            secret=True,
            reach=Reach.SITE,
        ),
    ] = ""
    SECRET_KEY: Annotated[
        str,
        AfterValidator(checks.check_secret),
        About(
            means="Signs cookies. Several servers need the same; a new one signs everybody out."
            " `openssl rand -hex 32` makes one.",
            expects=f"a text of at least {checks.SECRET_LENGTH} characters, not digits alone,"
            " or leave it out: one is made",
            example='"64 digits and letters that nobody can guess"',
            default="made at the first start, kept in `instance/secret-key`",
            secret=True,
            reach=Reach.SITE,
        ),
    ] = ""
    FORMER_SECRET_KEY: Annotated[
        str,
        AfterValidator(checks.check_secret),
        About(
            means="The `SECRET_KEY` that was replaced: authenticator apps that were set up under it"
            " go on working until `crrubric settings renew-secret` keeps them under the new one.",
            expects=f"a text of at least {checks.SECRET_LENGTH} characters, not digits alone",
            example='"the SECRET_KEY of until now, which was replaced"',
            default="none",
            secret=True,
            reach=Reach.SITE,
        ),
    ] = ""
    BEHIND_TLS: Annotated[
        bool,
        About(
            means="The site is reached by https: cookies are Secure, browsers are told HSTS.",
            reach=Reach.SERVER,
        ),
    ] = False
    PROXY_COUNT: Annotated[
        Number,
        Field(ge=0),
        About(
            means="How many proxies stand before the server; their headers are trusted for"
            " the visitor’s address, host and scheme.",
            expects="a whole number, 0 or more",
            example="1",
            reach=Reach.SERVER,
        ),
    ] = 0
    TRUSTED_HOSTS: Annotated[
        checks.Texts,
        AfterValidator(checks.check_hosts),
        About(
            means="The host names that are answered; with a dot before it, one stands for all"
            " below it.",
            expects="host names without http:// and port",
            example='["score.district.org"]',
            default="any",
            reach=Reach.SITE,
        ),
    ] = ()
    LANGUAGES: Annotated[
        checks.Texts,
        AfterValidator(checks.check_languages),
        About(
            means="The languages that are offered, in this order; the first is spoken where"
            " nobody says.",
            expects=f"at least one of {', '.join(NAMES)}, none of them twice",
            example='["es", "en"]',
        ),
    ] = tuple(NAMES)
    TWO_STEPS_FOR: Annotated[
        TwoStepRule,
        About(
            means="Who has to sign in with two steps, a password and a code of an authenticator"
            " app: `nobody`, `administrators`, `chairs`, which means chairs, organizers and"
            " administrators, or `everybody`. Whoever is not asked may choose it.",
            expects="nobody, administrators, chairs or everybody",
            example='"chairs"',
        ),
    ] = "nobody"
    RATELIMIT_STORAGE_URI: Annotated[
        str,
        AfterValidator(checks.check_limits_store),
        About(
            means="Where failed sign-ins are counted: in the memory of the server (`memory://`), or"
            " where several servers count together, in PostgreSQL (`database://`) or in Redis"
            " (needs the extra `redis`).",
            expects="memory://, database:// or an address such as redis://localhost:6379",
            example='"redis://localhost:6379"',
            default="in PostgreSQL where that is the database, else in memory",
            secret=True,
        ),
    ] = ""
    VIRUS_SCANNER: Annotated[
        str,
        AfterValidator(checks.check_scanner),
        About(
            means="Where clamd of ClamAV is asked about each file before it is kept; see *Viruses*"
            " in [running.md](running.md).",
            expects="the path of its socket, or a host and a port such as 127.0.0.1:3310",
            example='"/run/clamav/clamd.ctl"',
            default="none: no file is scanned",
        ),
    ] = ""
    MAIL_HOST: Annotated[
        str,
        AfterValidator(checks.check_host),
        About(
            means="The mail server; see *Mail* in [running.md](running.md).",
            expects="the name of the mail server, without its port",
            example='"smtp.district.org"',
            default="none: mail is off",
        ),
    ] = ""
    MAIL_SECURITY: Annotated[
        Literal["starttls", "tls", "none"],
        About(
            means="How the connection to the mail server is kept private; `none` is for a relay"
            " that takes no password.",
            expects="starttls, tls or none",
            example='"tls"',
        ),
    ] = "starttls"
    MAIL_PORT: Annotated[
        Number,
        Field(ge=0, le=65535),
        About(
            means="The port of the mail server.",
            expects="a port from 1 to 65535, or 0 for the usual one",
            example="2525",
            default="587, 465 or 25, by `MAIL_SECURITY`",
        ),
    ] = 0
    MAIL_USER: Annotated[
        str,
        About(
            means="The account at the mail server, if it asks for one.",
            expects="a text",
            example='"score"',
            default="none",
        ),
    ] = ""
    MAIL_PASSWORD: Annotated[
        str,
        About(
            means="Its password.",
            expects="a text; in settings.toml it stands in quotes",
            example='"the password"',
            default="none",
            secret=True,
        ),
    ] = ""
    MAIL_SENDER: Annotated[
        str,
        Field(validate_default=True),
        AfterValidator(checks.check_address),
        About(
            means="The address that mails come from; needed with `MAIL_HOST`.",
            expects="an address such as score@district.org",
            example='"score@district.org"',
            default="none",
        ),
    ] = ""
    MAIL_THREAD: Annotated[
        bool, About(means="`crrubric serve` sends mail itself, each minute.", reach=Reach.SERVER)
    ] = False
    SITE_URL: Annotated[
        str,
        Field(validate_default=True),
        AfterValidator(checks.check_site),
        About(
            means="Where links begin, in mails, on pages and on the command line; forms are taken"
            " from there. Needed with `MAIL_HOST`.",
            expects="an address such as https://score.district.org, with nothing behind the host",
            example='"https://score.district.org"',
            default="`http://127.0.0.1:5000`; on pages, the address that was asked for",
            reach=Reach.SITE,
        ),
    ] = ""
    SIGN_IN_LINKS: Annotated[
        bool,
        Field(validate_default=True),
        About(
            means="People may have a link sent to their address that signs them in once, and need"
            " no password. Needs `MAIL_HOST`.",
        ),
    ] = False
    SSO_PROVIDERS: Annotated[
        Providers,
        About(
            means="With whom people may sign in: a table for each, described below; see *Single"
            " sign-on* in [running.md](running.md). Needs `SITE_URL` and the extra"
            " `crrubric[sso]`.",
            expects="a table for each provider, as docs/settings.md describes it",
            example='{google = {kind = "google", client_id = "…", client_secret = "…"}}',
            default="none",
            secret=True,
            reach=Reach.SITE,
        ),
    ] = Field(default_factory=dict)
    PASSWORD_SIGN_IN: Annotated[
        bool,
        Field(validate_default=True),
        About(
            means="People may sign in with a password of this site. If not, they sign in with one"
            " of `SSO_PROVIDERS`; “crrubric user link” still lets somebody in.",
            example="false",
            reach=Reach.SITE,
        ),
    ] = True
    LOG_FORMAT: Annotated[
        Literal["text", "json"],
        About(
            means="How the log is written: lines for people, or one JSON object in each line.",
            expects="text or json",
            example='"json"',
            reach=Reach.SERVER,
        ),
    ] = "text"
    LOG_REQUESTS: Annotated[
        bool,
        About(
            means="The log has a line for each request: method, rule of the address, status,"
            " milliseconds; nobody’s name, and nothing of the address that could be a secret.",
            reach=Reach.SERVER,
        ),
    ] = False
    METRICS_TOKEN: Annotated[
        str,
        AfterValidator(checks.check_metrics_token),
        About(
            means="Whoever sends it as `Authorization: Bearer …` reads `/metrics`, in the format of"
            " Prometheus (needs the extra `metrics`). Without it there is no"
            " such page.",
            expects=f"a text of at least {checks.SECRET_LENGTH} characters",
            example='"64 digits and letters that nobody can guess"',
            default="none: no metrics",
            secret=True,
            reach=Reach.SERVER,
        ),
    ] = ""
    SERVER_THREADS: Annotated[
        Number,
        Field(ge=2, le=200),
        About(
            means="Requests that are answered at the same time; each holds one connection to the"
            " database.",
            expects="a whole number from 2 to 200",
            example="24",
            reach=Reach.SERVER,
        ),
    ] = 32
    SERVER_CONNECTIONS: Annotated[
        Number,
        Field(ge=20, le=50_000),
        About(
            means="Connections that are open at the same time, idle ones too; when all are taken,"
            " those that have been idle longest are closed. Each needs a file descriptor: where"
            " the system allows fewer, the log says so.",
            expects="a whole number from 20 to 50000",
            example="2000",
            reach=Reach.SERVER,
        ),
    ] = 1_000
    SERVER_BACKLOG: Annotated[
        Number,
        Field(ge=1, le=65_535),
        About(
            means="Connections that the system keeps waiting beyond those.",
            expects="a whole number from 1 to 65535",
            example="4096",
            reach=Reach.SERVER,
        ),
    ] = 1_024
    SERVER_IDLE_SECONDS: Annotated[
        Number,
        Field(ge=5, le=3_600),
        About(
            means="After so many seconds without a request a connection is closed; longer than"
            " a proxy keeps its own.",
            expects="a whole number from 5 to 3600",
            example="75",
            reach=Reach.SERVER,
        ),
    ] = 120
    SERVER_BODY_MB: Annotated[
        Number,
        Field(ge=LEAST_BODY_MB, le=1_000),
        About(
            means="Megabytes of a request that are read at all. Files have a limit of their own,"
            f" {limits.FILE_BYTES // limits.MEGABYTE} MB; what is larger than that, and not than"
            " this, is answered with a page that says so.",
            expects=f"a whole number from {LEAST_BODY_MB} to 1000",
            example="32",
            reach=Reach.SERVER,
        ),
    ] = 64
    SERVER_STOP_SECONDS: Annotated[
        Number,
        Field(ge=0, le=600),
        About(
            means="How long a server that is told to stop (SIGTERM) goes on with answers that"
            " are under way.",
            expects="a whole number from 0 to 600",
            example="10",
            reach=Reach.SERVER,
        ),
    ] = 30
    HASHES_AT_ONCE: Annotated[
        Number,
        Field(ge=1, le=64),
        About(
            means="Passwords that are checked at the same time; each takes 128 MB and a processor"
            " for a third of a second.",
            expects="a whole number from 1 to 64",
            example="1",
            reach=Reach.SERVER,
        ),
    ] = 2
    HASHES_WAITING: Annotated[
        Number,
        Field(ge=0, le=100, validate_default=True),
        About(
            means="Further sign-ins that wait for it; whoever comes then is asked to wait, and"
            " the page tries again by itself. One place in three is kept for browsers that have"
            " signed in before, and no network has all of the others. With those at once, at most"
            " half of `SERVER_THREADS`.",
            expects="a whole number from 0 to 100",
            example="6",
            reach=Reach.SERVER,
        ),
    ] = 8

    UPLOADS_WAITING: Annotated[
        Number,
        Field(ge=0, le=100, validate_default=True),
        About(
            means="Files that wait to be checked and stored, one after the other; at most a third"
            " of `SERVER_THREADS`, with the one that is stored.",
            expects="a whole number from 0 to 100",
            example="3",
            reach=Reach.SERVER,
        ),
    ] = 7

    ANALYSES_AT_ONCE: Annotated[
        Number,
        Field(ge=1, le=64),
        About(
            means="Memos, agreement, what-if pages and files of results that are made at the same"
            " time.",
            expects="a whole number from 1 to 64",
            example="1",
            reach=Reach.SERVER,
        ),
    ] = 2
    ANALYSES_WAITING: Annotated[
        Number,
        Field(ge=0, le=100, validate_default=True),
        About(
            means="Further ones that wait for it; whoever comes then is asked to open the page"
            " again in a few seconds, and so is whoever has two already. With those at once, at"
            " most a third of `SERVER_THREADS`.",
            expects="a whole number from 0 to 100",
            example="3",
            reach=Reach.SERVER,
        ),
    ] = 6

    DEMO: Annotated[bool, for_tests("The site is the demo and shows its people’s passwords.")] = (
        False
    )
    TESTING: Annotated[bool, for_tests("Flask’s: a test runs.")] = False
    PROPAGATE_EXCEPTIONS: Annotated[
        bool | None, for_tests("Flask’s: errors are raised instead of shown.")
    ] = None
    PASSWORD_METHOD: Annotated[
        str,
        for_tests("How passwords are hashed.", expects="a method that Werkzeug knows"),
    ] = "scrypt:131072:8:1"  # noqa: S105  # a method, not a password
    RATELIMIT_ENABLED: Annotated[bool, for_tests("Failed sign-ins are counted.")] = True
    SQLALCHEMY_ENGINE_OPTIONS: Annotated[
        dict[str, Any],
        for_tests("How SQLAlchemy connects.", expects="a mapping of options"),
    ] = Field(default_factory=dict)
    SQLALCHEMY_RECORD_QUERIES: Annotated[bool, for_tests("Queries can be looked at.")] = False

    @field_validator("MAIL_SENDER", "SITE_URL")
    @classmethod
    def check_mail(cls, value: str, info: ValidationInfo) -> str:
        """Mail needs an address that it comes from, and one that its links begin with."""
        if info.data.get("MAIL_HOST") and not value:
            why = {
                "MAIL_SENDER": "the address that mails come from",
                "SITE_URL": "where links in mails begin, such as https://score.district.org",
            }
            name = str(info.field_name)
            raise checks.Refusal(f"MAIL_HOST is set: set {name} to {why[name]}.")
        return value

    @field_validator("MAIL_USER")
    @classmethod
    def check_user(cls, value: str, info: ValidationInfo) -> str:
        """No password goes over a connection that anybody can read."""
        if value and info.data.get("MAIL_SECURITY") == "none":
            raise checks.Refusal(
                "MAIL_USER is set: a password needs MAIL_SECURITY starttls or tls."
            )
        return value

    @field_validator("RATELIMIT_STORAGE_URI")
    @classmethod
    def check_shared_counts(cls, value: str, info: ValidationInfo) -> str:
        """With SQLite there is one server, and counting would wait for whoever writes."""
        url = info.data.get("DATABASE_URL")
        if value == "database://" and url is not None and not url.startswith("postgresql"):
            raise checks.Refusal(
                "RATELIMIT_STORAGE_URI is database://: set DATABASE_URL to a PostgreSQL, or leave"
                " it out."
            )
        return value

    @field_validator("SIGN_IN_LINKS")
    @classmethod
    def check_links(cls, value: bool, info: ValidationInfo) -> bool:
        """A link that signs in has to be sent."""
        if value and info.data.get("MAIL_HOST") == "":
            raise checks.Refusal("SIGN_IN_LINKS is true: set MAIL_HOST, so that links can be sent.")
        return value

    @field_validator("SSO_PROVIDERS")
    @classmethod
    def check_way_back(
        cls, value: dict[str, Provider], info: ValidationInfo
    ) -> dict[str, Provider]:
        """Providers send people back to one address, and by https."""
        site = info.data.get("SITE_URL")
        if not value or site is None:  # told of already
            return value
        parts = urlsplit(site)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise checks.Refusal(
                "SSO_PROVIDERS is set: set SITE_URL to the https address to which providers send"
                " people back, such as https://score.district.org."
            )
        return value

    @field_validator("PASSWORD_SIGN_IN")
    @classmethod
    def check_way_in(cls, value: bool, info: ValidationInfo) -> bool:
        """There is always a way in."""
        if not value and info.data.get("SSO_PROVIDERS") == {}:
            raise checks.Refusal(
                "PASSWORD_SIGN_IN is false: set SSO_PROVIDERS, or nobody can sign in."
            )
        if not value and info.data.get("SIGN_IN_LINKS"):
            raise checks.Refusal(
                "PASSWORD_SIGN_IN is false: leave SIGN_IN_LINKS out, as providers alone decide then"
                " who comes in."
            )
        return value

    @field_validator("HASHES_WAITING")
    @classmethod
    def check_free_threads(cls, value: int, info: ValidationInfo) -> int:
        """Half of the threads stay free for everything but passwords."""
        threads, at_once = info.data.get("SERVER_THREADS"), info.data.get("HASHES_AT_ONCE")
        if threads is None or at_once is None:  # told of already
            return value
        if at_once + value > threads // 2:
            raise checks.Refusal(
                f"HASHES_AT_ONCE and HASHES_WAITING are {at_once + value} together: at most half of"
                f" SERVER_THREADS ({threads}), or sign-ins keep everybody else waiting."
            )
        return value

    @field_validator("UPLOADS_WAITING")
    @classmethod
    def check_upload_threads(cls, value: int, info: ValidationInfo) -> int:
        """Files leave threads to others, too."""
        threads = info.data.get("SERVER_THREADS")
        if threads is not None and value + 1 > max(1, threads // 3):
            raise checks.Refusal(
                f"UPLOADS_WAITING is {value}: with the file that is stored, at most a third of"
                f" SERVER_THREADS ({threads}), or files keep everybody else waiting."
            )
        return value

    @field_validator("ANALYSES_WAITING")
    @classmethod
    def check_analysis_threads(cls, value: int, info: ValidationInfo) -> int:
        """Analyses leave threads to others, too."""
        threads, at_once = info.data.get("SERVER_THREADS"), info.data.get("ANALYSES_AT_ONCE")
        if threads is None or at_once is None:  # told of already
            return value
        if at_once + value > max(1, threads // 3):
            raise checks.Refusal(
                f"ANALYSES_AT_ONCE and ANALYSES_WAITING are {at_once + value} together: at most a"
                f" third of SERVER_THREADS ({threads}), or analyses keep everybody else waiting."
            )
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The sources, the one that wins first."""
        folder = Path(init_settings()["INSTANCE"])
        file = InitSettingsSource(settings_cls, read_file(folder))
        if (first := find_first_folder(folder)) is None:
            return init_settings, env_settings, file
        given = {**read_file(first), **env_settings()}
        handed_on = InitSettingsSource(settings_cls, keep_what_is_handed_on(given))
        return init_settings, file, handed_on


def keep_what_is_handed_on(given: Mapping[str, Any]) -> dict[str, Any]:
    """Of what the first site is given, what holds for a further district as well."""
    return {
        name: value
        for name, value in given.items()
        if name in Settings.model_fields and about(name).reach is not Reach.SITE
    }


def about(name: str) -> About:
    """What is told about the setting of this name. Raises: KeyError."""
    return about_field(Settings, name)


def about_field(model: type[BaseModel], name: str) -> About:
    """What is told about a field of settings. Raises: KeyError."""
    return next(item for item in model.model_fields[name].metadata if isinstance(item, About))
