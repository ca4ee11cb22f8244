"""Reading the settings, and saying in one sentence each what can't be used."""

import os
from collections.abc import Iterable, Iterator, Mapping, Set
from difflib import get_close_matches
from enum import Enum
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from crrubric.domain.errors import Invalid
from crrubric.settings.about import Reach, Taken
from crrubric.settings.checks import Refusal
from crrubric.settings.districts import find_first_folder
from crrubric.settings.file import read_file, settings_file
from crrubric.settings.model import PREFIX, Settings, about, about_field, keep_what_is_handed_on
from crrubric.settings.providers import Provider

# Variables that are no settings of the app: the tests ask for a browser.
ELSEWHERE = frozenset({"CRRUBRIC_BROWSER"})

Told = tuple[str, str]  # the name of a setting, and the sentence about it


class Origin(Enum):
    """Where the value of a setting comes from; the later wins."""

    DEFAULT = "default"
    SERVER = "server"  # what the first site is given, where this is a further district's
    FILE = "file"
    ENVIRONMENT = "environment"
    CODE = "code"


TAKEN = {
    Origin.SERVER: {Taken.EVERYWHERE},
    Origin.FILE: {Taken.EVERYWHERE},
    Origin.ENVIRONMENT: {Taken.EVERYWHERE, Taken.ENVIRONMENT},
    Origin.CODE: set(Taken),
}


class Sources:
    """What each source says, to tell where a value comes from."""

    def __init__(self, instance: Path, given: Mapping[str, Any]) -> None:
        self.instance = instance
        self.first = find_first_folder(instance)
        named = {
            name.removeprefix(PREFIX)
            for name in os.environ
            if name.startswith(PREFIX) and name not in ELSEWHERE
        }
        server: set[str] = set()
        if self.first is not None:  # the environment is that of the server
            server, named = set(keep_what_is_handed_on(dict.fromkeys(named))), set()
            server |= set(keep_what_is_handed_on(read_file(self.first)))
        self.names: dict[Origin, set[str]] = {
            Origin.SERVER: server,
            Origin.FILE: set(read_file(instance)),
            Origin.ENVIRONMENT: named,
            Origin.CODE: set(given),
        }

    def origin(self, name: str) -> Origin:
        """Where the value in force comes from: of the sources that name it, the last."""
        return [Origin.DEFAULT, *(key for key, names in self.names.items() if name in names)][-1]

    def words(self, name: str, origin: Origin) -> str:
        """The setting as its reader knows it, with where it stands."""
        if origin is Origin.ENVIRONMENT:
            return f"{PREFIX}{name} in the environment"
        if origin is Origin.SERVER and self.first is not None:
            return f"{name} in {settings_file(self.first)}, or in the environment,"
        return f"{name} in {settings_file(self.instance)}" if origin is Origin.FILE else name


def read_settings(instance: Path, given: Mapping[str, Any]) -> Settings:
    """The settings in force. Later wins: defaults, file, environment, `given`.

    Raises: Invalid with a sentence for every name and value that can’t be used, or about a file
    that can’t be read.
    """
    sources = Sources(instance, given)
    told = [
        *describe_wrong_names(sources),
        *describe_quoted(sources),
        *describe_foreign(sources),
    ]
    try:
        settings = Settings(**{**given, "INSTANCE": instance})
    except ValidationError as error:
        told += describe_wrong_values(sources, error.errors(), {name for name, _ in told})
    if told:
        raise Invalid(join_sentences([sentence for _, sentence in told])) from None
    if sources.first is None or settings.TRUSTED_HOSTS:
        return settings
    host = urlsplit(settings.SITE_URL).hostname  # no other one leads there
    return settings.model_copy(update={"TRUSTED_HOSTS": (host,)})


def describe_foreign(sources: Sources) -> Iterator[Told]:
    """What a further district can't set, and the one thing that it must."""
    if sources.first is None:
        return
    for name in sorted(sources.names[Origin.FILE] & set(Settings.model_fields)):
        if about(name).reach is Reach.SERVER:
            words = sources.words(name, Origin.FILE)
            place = settings_file(sources.first)
            yield name, f"{words} holds for the whole server: set it in {place}, and take it out."
    if sources.origin("SITE_URL") is Origin.DEFAULT:
        place = settings_file(sources.instance)
        words = f"SITE_URL is missing in {place}: set it to the address of this district, with a"
        yield "SITE_URL", f"{words} host name that no other district has."


def join_sentences(sentences: list[str]) -> str:
    """What is wrong: the one sentence, or a list of them."""
    if len(sentences) == 1:
        return sentences[0]
    return "\n  - ".join([f"{len(sentences)} settings can’t be used:", *sentences])


def describe_wrong_names(sources: Sources) -> Iterator[Told]:
    """Each name that is no setting, or none of its source."""
    for origin, names in sources.names.items():
        for name in sorted(names):
            words = sources.words(name, origin)
            if name not in Settings.model_fields:
                yield name, f"{words} is no setting: {suggest_name(name)}."
            elif (taken := about(name).taken) not in TAKEN[origin]:
                yield name, f"{words} {taken.value}: take it out."


def suggest_name(name: str) -> str:
    """What to do about a name that is no setting."""
    known = [key for key in Settings.model_fields if about(key).taken is not Taken.CODE]
    close = get_close_matches(name.upper(), known, n=1)
    if close:
        return f"say {close[0]}, or take it out"
    return "take it out; “crrubric settings document” lists what there is"


def describe_quoted(sources: Sources) -> Iterator[Told]:
    """Each variable that has kept quotation marks: a shell removes them, an env file does not."""
    for name in sorted(sources.names[Origin.ENVIRONMENT] - sources.names[Origin.CODE]):
        value = os.environ[PREFIX + name]
        if len(value) > 1 and value[0] == value[-1] == '"':
            words = sources.words(name, Origin.ENVIRONMENT)
            yield name, f"{words} begins and ends with a quotation mark: leave both out."


def describe_wrong_values(
    sources: Sources, errors: Iterable[ErrorDetails], told: Set[str]
) -> Iterator[Told]:
    """Each setting whose value can’t be used, once, and none of those that were told of."""
    for name, group in groupby(errors, key=lambda error: str(error["loc"][0])):
        if name not in told:
            yield name, describe_wrong_value(sources, name, next(group))


def describe_wrong_value(sources: Sources, name: str, error: ErrorDetails) -> str:
    """What is wrong with a value, and what to give instead; a secret is not shown."""
    reason = error.get("ctx", {}).get("error")
    if isinstance(reason, Refusal):
        place = ".".join(map(str, error["loc"]))
        return f"{place}: {reason}" if len(error["loc"]) > 1 else str(reason)
    told = about(name)
    words = sources.words(name, sources.origin(name))
    if len(error["loc"]) > 2 and name == "SSO_PROVIDERS":
        return describe_wrong_provider(words, error)
    value = "be used" if told.secret else f"be {show_value(error['input'])}"
    return f"{words} can’t {value}: give {told.expects}."


def describe_wrong_provider(words: str, error: ErrorDetails) -> str:
    """What is wrong with one value of a provider; no value is shown, as one is a secret."""
    _name, code, field = map(str, error["loc"][:3])
    known = Provider.model_fields
    if field not in known:
        return f"{words}: “{field}” of {code} is no setting: use {', '.join(known)}."
    does = "is missing" if error["type"] == "missing" else "can’t be used"
    return f"{words}: {field} of {code} {does}: give {about_field(Provider, field).expects}."


def show_value(value: object) -> str:
    """A value as its reader typed it, not more of it than a line holds."""
    text = f"“{value}”" if isinstance(value, str) else str(value)
    if isinstance(value, bool):
        text = text.lower()
    return text if len(text) <= 60 else f"{text[:59]}…"
