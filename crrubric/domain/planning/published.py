"""What has been published on credits and graduation, to stand beside the guide's rough guess.

Each figure keeps its place, source and caution; nothing is blended into one curve.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPace:
    """Credits a semester that a group of people earned on average."""

    credits: Fraction
    label: str
    short: str  # beside its line in the figure
    cohort: str
    source: str
    caution: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedLevel:
    """An official level of risk: the percent of whom about so many reach graduation."""

    low: Fraction
    high: Fraction
    label: str
    short: str  # in its band of the figure
    place: str
    source: str
    caution: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedContrast:
    """Percent that graduated in four years, with and without one fact of grade 9."""

    measure: str
    percent_with: Fraction
    percent_without: Fraction
    place: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedRecovery:
    """What recovery courses achieved somewhere: seats bought are not credits recovered."""

    statement: str
    place: str
    source: str
    caution: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFigures:
    """All of them, in one language."""

    paces: tuple[PublishedPace, ...]
    levels: tuple[PublishedLevel, ...]
    contrasts: tuple[PublishedContrast, ...]
    recoveries: tuple[PublishedRecovery, ...]


@cache
def load_published_figures(language: str = "en") -> PublishedFigures:
    """The figures of `data/published.toml`; what a language has no words for stays in English."""
    text = (resources.files("crrubric.data") / "published.toml").read_text("utf-8")
    found: dict[str, list[dict[str, Any]]] = tomllib.loads(text)
    rows = {kind: [_in_language(row, language) for row in rows] for kind, rows in found.items()}
    return PublishedFigures(
        paces=tuple(
            PublishedPace(**{**row, "credits": Fraction(row["credits"])}) for row in rows["pace"]
        ),
        levels=tuple(_read_level(row) for row in rows["level"]),
        contrasts=tuple(_read_contrast(row) for row in rows["contrast"]),
        recoveries=tuple(PublishedRecovery(**row) for row in rows["recovery"]),
    )


def _in_language(row: Mapping[str, Any], language: str) -> dict[str, Any]:
    """A figure with its words in a language."""
    plain = {name: value for name, value in row.items() if not isinstance(value, dict)}
    translated = row.get(language, {})
    return {**plain, **translated} if isinstance(translated, dict) else plain


def _read_level(row: Mapping[str, Any]) -> PublishedLevel:
    low, high = row["percent"]
    words = {name: value for name, value in row.items() if name != "percent"}
    return PublishedLevel(low=Fraction(low), high=Fraction(high), **words)


def _read_contrast(row: Mapping[str, Any]) -> PublishedContrast:
    words = {name: value for name, value in row.items() if name not in {"with", "without"}}
    return PublishedContrast(
        percent_with=Fraction(row["with"]), percent_without=Fraction(row["without"]), **words
    )
