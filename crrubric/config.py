"""Settings: defaults, where files live, and the secret that signs cookies."""

import os
import secrets
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.people.languages import NAMES
from crrubric.domain.translation import N_

PACKAGE = Path(__file__).parent
CHECKOUT = PACKAGE.parent


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


class Defaults:
    """What holds unless `instance/settings.toml` or a CRRUBRIC_* variable says otherwise."""

    DEMO = False
    TESTING = False
    DATABASE_URL = ""  # empty: SQLite in the instance folder
    MAX_CONTENT_LENGTH = limits.REQUEST_BYTES
    MAX_FORM_MEMORY_SIZE = limits.REQUEST_BYTES
    MAX_FORM_PARTS = 500
    SESSION_COOKIE_HTTPONLY = True
    SESSION_COOKIE_SAMESITE = "Lax"
    SESSION_COOKIE_SECURE = False  # BEHIND_TLS turns it on
    BEHIND_TLS = False
    TRUSTED_HOSTS: list[str] | None = None
    PROXY_COUNT = 0
    WTF_CSRF_TIME_LIMIT = None  # a token lives as long as its session
    RATELIMIT_STORAGE_URI = "memory://"
    RATELIMIT_HEADERS_ENABLED = False
    PASSWORD_METHOD = "scrypt:131072:8:1"  # noqa: S105  # a method, not a password
    BABEL_DEFAULT_LOCALE = "en"
    LANGUAGES = ["en", "es"]  # of domain/people/languages.py; the first is spoken where nobody says
    MAIL_HOST = ""  # empty: mail is off
    MAIL_PORT = 0  # 0: what is usual for MAIL_SECURITY
    MAIL_SECURITY = "starttls"
    MAIL_USER = ""
    MAIL_PASSWORD = ""
    MAIL_SENDER = ""
    MAIL_THREAD = False
    SQLALCHEMY_RECORD_QUERIES = False
    # Changed templates are picked up after a restart only; a lookup per request costs.
    TEMPLATES_AUTO_RELOAD = False


def settle(config: MutableMapping[str, Any], instance: Path) -> None:
    """Derive what the settings imply and refuse to start on what can't work."""
    if not config["LANGUAGES"] or not set(config["LANGUAGES"]) <= set(NAMES):
        raise RuntimeError(f"LANGUAGES must name at least one of {', '.join(NAMES)}")
    instance.mkdir(parents=True, exist_ok=True)
    url = config["DATABASE_URL"] or f"sqlite:///{(instance / 'crrubric.db').as_posix()}"
    if url.startswith(("postgres://", "postgresql://")):
        url = "postgresql+psycopg://" + url.split("://", 1)[1]
    config["SQLALCHEMY_DATABASE_URI"] = url
    config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        "pool_pre_ping": url.startswith("postgresql"),
        **config.get("SQLALCHEMY_ENGINE_OPTIONS", {}),
    }
    if config["BEHIND_TLS"]:
        config["SESSION_COOKIE_SECURE"] = True
        config["SESSION_COOKIE_NAME"] = "__Host-session"
    else:
        config["SESSION_COOKIE_NAME"] = "crrubric-session"
    check_mail(config)
    if not config.get("SECRET_KEY"):
        config["SECRET_KEY"] = kept_secret(instance / "secret-key")


def check_mail(config: MutableMapping[str, Any]) -> None:
    """Refuse to start with mail half set up. Raises: Invalid, saying what is missing."""
    if not config["MAIL_HOST"]:
        return
    if "@" not in str(config["MAIL_SENDER"]):
        raise Invalid(N_("MAIL_HOST is set: set MAIL_SENDER to the address that mails come from."))
    if not str(config.get("SITE_URL") or "").startswith(("https://", "http://")):
        raise Invalid(
            N_("MAIL_HOST is set: set SITE_URL, such as https://score.district.org, for links.")
        )
    if config["MAIL_SECURITY"] not in {"starttls", "tls", "none"}:
        raise Invalid(N_("MAIL_SECURITY is starttls, tls or none."))
    if config["MAIL_SECURITY"] == "none" and config["MAIL_USER"]:
        raise Invalid(N_("MAIL_USER is set: a password needs MAIL_SECURITY starttls or tls."))


def kept_secret(path: Path) -> str:
    """The secret in `path`, made at the first start, readable by its owner only."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        secret = path.read_text(encoding="ascii").strip()
        if len(secret) < 32:
            raise RuntimeError(
                f"{path} is empty or cut short: delete it (everybody signs in again), start again"
            ) from None
        return secret
    with os.fdopen(handle, "w", encoding="ascii") as file:
        secret = secrets.token_hex(32)
        file.write(secret)
    return secret
