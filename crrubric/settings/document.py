"""The page docs/settings.md, made from the settings themselves, and one line for each in force."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic_core import PydanticUndefined
from sqlalchemy.engine import make_url

from crrubric.settings.about import Reach, Taken
from crrubric.settings.model import Settings, about, about_field
from crrubric.settings.providers import Provider, show_provider
from crrubric.settings.reading import Sources

HEAD = """\
# Settings

Made by `crrubric settings document` from `crrubric/settings/model.py`: change it there, not here.

Later wins: the defaults below, `settings.toml` in the instance folder, environment variables with
`CRRUBRIC_` before the name. `crrubric settings show` lists what is in force and where it comes
from; it shows no secret. A name that is none of these, or a value that can’t be used, ends the
start with a sentence that says what to do.

In the environment every value is plain text: `CRRUBRIC_BEHIND_TLS=true` (also `1`, `yes`, `on`;
`false`, `0`, `no`, `off`), lists with commas, `CRRUBRIC_LANGUAGES=es,en`.

Name and time zone of the district are not settings: they are kept in the database, with who changed
them when, since people change them on a page while the site runs and they go where a backup goes.
See [running.md](running.md).

| setting | type | default | meaning | example in `settings.toml` |
|---|---|---|---|---|
"""
PROVIDERS = """
## Each of SSO_PROVIDERS

In `settings.toml` a provider is a table at the end of the file, behind all other settings. The name
behind the dot is yours; it stands in the address to which the provider sends people back,
`SITE_URL/sign-in/with/NAME/back`. In the environment all are one object in JSON:
`CRRUBRIC_SSO_PROVIDERS={"google": {"kind": "google", …}}`.

    [SSO_PROVIDERS.google]
    kind = "google"
    client_id = "123-abc.apps.googleusercontent.com"
    client_secret = "the secret"
    domains = ["district.org"]

| setting | type | default | meaning | example |
|---|---|---|---|---|
"""
DISTRICTS = """
## Where one server has several districts

Each has a `settings.toml` in its own folder; see *Several districts* in [running.md](running.md).
What it does not set there, it has from the first site, with what the environment sets for that one,
but for what is one site’s alone. The environment sets nothing for a further district alone.

"""
TESTS = """
## For tests

Only code gives these, to `create_app`; a file or an environment that names them is refused.

| setting | type | default | meaning |
|---|---|---|---|
"""
# addresses that may hold a password: the rest of them is shown
WITH_PASSWORD = frozenset({"DATABASE_URL", "RATELIMIT_STORAGE_URI"})
TYPES = {
    bool: "true or false",
    int: "whole number",
    str: "text",
    Path: "folder",
    tuple: "list of texts",
    dict: "table",
    SecretStr: "text",
}


def write_document() -> str:
    """The page docs/settings.md."""
    operators = [name for name in Settings.model_fields if about(name).taken is not Taken.CODE]
    tests = [name for name in Settings.model_fields if name not in operators]
    lines = [
        *map(describe_row, operators),
        PROVIDERS,
        *map(describe_provider_row, Provider.model_fields),
        DISTRICTS,
        f"- Each sets its own: {list_names(operators, Reach.SITE)}.\n",
        f"- Set for the whole server, in its first site: {list_names(operators, Reach.SERVER)}.\n",
        TESTS,
        *map(describe_row, tests),
    ]
    return HEAD + "".join(lines)


def list_names(names: Iterable[str], reach: Reach) -> str:
    """Those of the settings that hold so far."""
    return ", ".join(f"`{name}`" for name in names if about(name).reach is reach)


def describe_row(name: str) -> str:
    """The setting as a row of its table."""
    told = about(name)
    cells = [f"`{name}`", type_in_words(name), default_in_words(name), told.means]
    if told.taken is Taken.EVERYWHERE:
        cells.append(f"`{name} = {told.example}`")
    elif told.taken is Taken.ENVIRONMENT:
        cells.append(f"in the environment alone: `CRRUBRIC_{name}={told.example}`")
    return f"| {' | '.join(cells)} |\n"


def describe_provider_row(name: str) -> str:
    """A setting of one provider as a row of its table."""
    told = about_field(Provider, name)
    kind, default = type_in_words(name, Provider), default_in_words(name, Provider)
    cells = [f"`{name}`", kind, default, told.means, f"`{name} = {told.example}`"]
    return f"| {' | '.join(cells)} |\n"


def type_in_words(name: str, model: type[BaseModel] = Settings) -> str:
    """The type of a setting as an operator knows it."""
    kind: Any = model.model_fields[name].annotation
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(f"`{choice}`" for choice in get_args(kind))
    if isinstance(kind, UnionType):  # or nothing
        kind = get_args(kind)[0]
    return TYPES[get_origin(kind) or kind]


def default_in_words(name: str, model: type[BaseModel] = Settings) -> str:
    """What holds if nobody sets it."""
    if words := about_field(model, name).default:
        return words
    default = model.model_fields[name].get_default(call_default_factory=True)
    if default is PydanticUndefined:
        return "needed"
    return "none" if default is None else f"`{json.dumps(default)}`"


@dataclass(frozen=True, slots=True)
class SettingInForce:
    """A setting as an operator reads it, and where it comes from; no secret."""

    name: str
    origin: str
    value: str


def list_settings_in_force(settings: Settings, sources: Sources) -> Iterator[SettingInForce]:
    """Every setting that an operator can give."""
    for name in Settings.model_fields:
        if about(name).taken is not Taken.CODE:
            value = shown_value(name, getattr(settings, name))
            yield SettingInForce(name, sources.origin(name).value, value)


def describe_settings(settings: Settings, sources: Sources) -> Iterator[str]:
    """A line for each setting in force, with its origin; no secret."""
    for row in list_settings_in_force(settings, sources):
        yield f"{row.name:22} {row.origin:12} {row.value}"


def shown_value(name: str, value: Any) -> str:
    """A value as an operator reads it; a secret, and a password in an address, is masked."""
    told = about(name)
    if not value and told.default:
        return told.default.replace("`", "")
    if name == "SSO_PROVIDERS":
        shown = {code: show_provider(provider) for code, provider in value.items()}
        return json.dumps(shown, ensure_ascii=False)
    if name in WITH_PASSWORD:
        address = make_url(value)  # parameters may hold a password as well
        hosts = {name: told for name, told in address.query.items() if name in {"host", "port"}}
        return address.set(query=hosts).render_as_string(hide_password=True).replace("%2C", ",")
    return "********" if told.secret else json.dumps(value, default=str, ensure_ascii=False)
