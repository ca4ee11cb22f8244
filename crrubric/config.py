"""Where files live, what Flask is told of the settings, and the secret that signs cookies."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from sqlalchemy.engine import make_url

from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.settings.checks import SECRET_LENGTH
from crrubric.settings.districts import find_first_folder
from crrubric.settings.model import Settings

PACKAGE = Path(__file__).parent
CHECKOUT = PACKAGE.parent
UNHEARD_SECONDS = 30  # that PostgreSQL’s machine may leave what was sent to it unconfirmed
STORE_SECONDS = 2  # that an answer of where failed sign-ins are counted may take
SPARE_CONNECTIONS = 5  # to the database: the thread that sends mail, a session written down
KEY_FILE = "secret-key"
FORMER_KEY_FILE = "secret-key.former"  # while a renewal of the secret is under way
MADE = ("crrubric.db", KEY_FILE, "")  # whose they are, the folder is; it comes last itself
KEY = "crrubric-settings"  # under which an app keeps them


def in_checkout() -> bool:
    """Whether this runs from the source tree rather than from an installed wheel."""
    return (CHECKOUT / "pyproject.toml").is_file() and (CHECKOUT / "templates").is_dir()


def folder(name: str) -> str:
    """Where `templates` or `static` are: beside the package in a checkout, inside it in a wheel."""
    return str((CHECKOUT if in_checkout() else PACKAGE) / name)


def instance_folder() -> Path:
    """Where database, secret and settings are kept: CRRUBRIC_INSTANCE, else ./instance.

    A checkout keeps them in its own `instance/`, so that the current folder doesn't matter.
    """
    if named := os.environ.get("CRRUBRIC_INSTANCE"):
        return Path(named).resolve()
    return (CHECKOUT if in_checkout() else Path.cwd()) / "instance"


def settings_of(app: Flask) -> Settings:
    """The settings that an app was made with."""
    settings: Settings = app.extensions[KEY]
    return settings


def current_settings() -> Settings:
    """The settings of the app that runs."""
    return settings_of(current_app)


def apply_settings(app: Flask, settings: Settings) -> None:
    """Keep the settings with the app, and give Flask and its extensions what they read.

    Raises: Invalid if the instance folder can’t be written, or is another account's.
    """
    app.extensions[KEY] = settings
    refuse_foreign_files(settings.INSTANCE)
    try:
        settings.INSTANCE.mkdir(parents=True, exist_ok=True)
        app.config.from_mapping(FIXED, **flask_config(settings))
    except OSError as error:
        raise Invalid(
            f"{error.filename} can’t be used ({error.strerror}): make it readable and writable for"
            " crrubric, or name another folder in CRRUBRIC_INSTANCE."
        ) from None


def refuse_foreign_files(folder: Path) -> None:
    """Root would leave files there that the account of the server can't open. Raises: Invalid."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return
    made = next((path for name in MADE if (path := folder / name).exists()), None)
    if made is not None and (owner := made.stat().st_uid):
        account = name_account(owner)
        raise Invalid(
            f"{made} belongs to {account}, who could not open what root leaves there. Give the"
            f" command as {account}: runuser -u {account} -- crrubric …"
        )


def name_account(number: int) -> str:
    """The name of an account of this machine; its number where it has none."""
    import pwd  # which Windows has not

    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


# What Flask and its extensions are told whatever the settings say.
FIXED = {
    "MAX_CONTENT_LENGTH": limits.REQUEST_BYTES,
    "MAX_FORM_MEMORY_SIZE": limits.REQUEST_BYTES,
    "MAX_FORM_PARTS": 500,
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "WTF_CSRF_SSL_STRICT": False,  # it asks for the Referer: web/shared/origins.py asks instead
    "WTF_CSRF_TIME_LIMIT": None,  # a token lives as long as its session
    "BABEL_DEFAULT_LOCALE": "en",
    # Changed templates are picked up after a restart only; a lookup per request costs.
    "TEMPLATES_AUTO_RELOAD": False,
}


def flask_config(settings: Settings) -> dict[str, Any]:
    """What Flask and its extensions read of the settings, under their own names."""
    url = find_database_address(settings)
    secure = settings.BEHIND_TLS
    store = settings.RATELIMIT_STORAGE_URI or choose_limits_store(url)
    return {
        "TESTING": settings.TESTING,
        # The name of a further district; the first site of a server has none.
        "DISTRICT_FOLDER": settings.INSTANCE.name if find_first_folder(settings.INSTANCE) else "",
        "PROPAGATE_EXCEPTIONS": settings.PROPAGATE_EXCEPTIONS,
        "SECRET_KEY": settings.SECRET_KEY or kept_secret(settings.INSTANCE / KEY_FILE),
        "FORMER_SECRET_KEY": settings.FORMER_SECRET_KEY or read_former_secret(settings.INSTANCE),
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_NAME": "__Host-session" if secure else "crrubric-session",
        "TRUSTED_HOSTS": list(settings.TRUSTED_HOSTS) or None,
        "RATELIMIT_STORAGE_URI": store,
        "RATELIMIT_STORAGE_OPTIONS": limits_store_options(store, settings.INSTANCE),
        "SQLALCHEMY_DATABASE_URI": url,
        "SQLALCHEMY_ENGINE_OPTIONS": {
            "pool_pre_ping": url.startswith("postgresql"),
            # One for each thread, and some to spare: nobody waits for one that others hold.
            "pool_size": settings.SERVER_THREADS,
            "max_overflow": SPARE_CONNECTIONS,
            "connect_args": database_options(url),
            # What people typed stands in no message of an error, and so in no log.
            "hide_parameters": not settings.TESTING,
            **settings.SQLALCHEMY_ENGINE_OPTIONS,
        },
        "SQLALCHEMY_RECORD_QUERIES": settings.SQLALCHEMY_RECORD_QUERIES,
    }


def find_database_address(settings: Settings) -> str:
    """The address of the database: where none is set, that of a file in the instance folder."""
    return settings.DATABASE_URL or f"sqlite:///{(settings.INSTANCE / 'crrubric.db').as_posix()}"


def choose_limits_store(url: str) -> str:
    """Where failed sign-ins are counted if no setting says it: several servers share PostgreSQL."""
    return "database://" if url.startswith("postgresql") else "memory://"


def limits_store_options(uri: str, instance: Path) -> dict[str, Any]:
    """A store that does not answer is an error soon, and one that we know by name.

    In a Redis that several districts of a server share, each counts under its own name.
    """
    if uri.startswith("memory"):
        return {}
    if uri.startswith("database"):  # which has its own time-outs
        return {"wrap_exceptions": True}
    named = {"key_prefix": f"LIMITS:{instance.name}"} if find_first_folder(instance) else {}
    return {
        "wrap_exceptions": True,
        "socket_timeout": STORE_SECONDS,
        "socket_connect_timeout": STORE_SECONDS,
        **named,
    }


def database_options(url: str) -> dict[str, Any]:
    """A machine that is gone is noticed: else each thread that asks it waits for minutes or hours.

    Of several hosts the one is asked that can be written to. What the address itself says stays.
    """
    if not url.startswith("postgresql"):
        return {}
    wanted: dict[str, int | str] = {
        "client_encoding": "utf8",  # whatever the database says of itself: else texts may be bytes
        "connect_timeout": 5,
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": UNHEARD_SECONDS * 1000,
    }
    if has_several_hosts(url):
        wanted["target_session_attrs"] = "read-write"
    return {name: value for name, value in wanted.items() if f"{name}=" not in url}


def has_several_hosts(url: str) -> bool:
    """Whether an address of PostgreSQL names more than one machine."""
    hosts = make_url(url).query.get("host", "")
    return "," in hosts if isinstance(hosts, str) else len(hosts) > 1


def kept_secret(path: Path) -> str:
    """The secret in `path`, made at the first start, readable by its owner only.

    Raises: Invalid if the file was cut short.
    """
    if not path.exists():
        write_secret(path)
    secret = path.read_text(encoding="ascii").strip()
    if len(secret) < SECRET_LENGTH:
        raise Invalid(
            f"{path} is empty or cut short: delete it (everybody signs in again), start again."
        )
    return secret


def write_secret(path: Path, secret: str = "") -> None:
    """Make a secret, or keep this one, whole or not at all; one that is there already stays."""
    draft = write_secret_draft(path, secret)
    try:
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()


def write_secret_draft(path: Path, secret: str = "") -> Path:
    """A file beside `path` with this secret, or with a new one, on the disk for good."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secret or secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        draft.unlink()
        raise
    return draft


def read_former_secret(folder: Path) -> str:
    """The secret that is being replaced; empty if none is."""
    path = folder / FORMER_KEY_FILE
    return path.read_text(encoding="ascii").strip() if path.exists() else ""


def replace_secret(folder: Path) -> None:
    """Put a new secret in the place of the site's, and keep the one before beside it.

    Where that was interrupted, it goes on: there is never a moment in which neither file has the
    secret that something is kept under.
    """
    path = folder / KEY_FILE
    present = kept_secret(path)
    write_secret(folder / FORMER_KEY_FILE, present)
    if read_former_secret(folder) == present:  # else it was replaced before
        write_secret_draft(path).replace(path)
