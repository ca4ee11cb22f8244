"""What a purchase is asked for, read from our own file: dated thresholds, and lines of a checklist.

The file is shipped: what is wrong with it is a fault of the program. A test reads it in each
language. Nothing in it is legal advice: the page says that the business office knows what applies.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

from crrubric.domain.people.languages import NAMES, SOURCE
from crrubric.domain.procurement.purchase import FEDERAL, FundKind, PurchaseMethod
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import LabelledEnum

OWN = "own-"  # how the codes of lines begin that a district added
TEXTS = ("title", "why", "evidence")
_KEYS = {"code", "funds", "methods", "above", "above_cents", "of_vendor", "levels", "computed"}
_KEYS |= {"source", *TEXTS}


class Bound(LabelledEnum):
    """An amount above which something is asked."""

    MICRO = "micro", N_("Quotes are needed above")
    FORMAL = "formal", N_("Sealed bids or proposals are needed above")
    BOARD = "board", N_("The board must approve above")


class ComputedLine(StrEnum):
    """A line that crrubric answers itself, out of what is recorded anyway."""

    METHOD = "method"
    CONFLICTS = "conflicts"
    EVALUATION = "evaluation"
    ESTIMATE = "estimate"
    BOARD = "board"
    RECORD = "record"
    RETENTION = "retention"


@dataclass(frozen=True, slots=True, kw_only=True)
class FederalThreshold:
    """An amount in cents that holds for federal money from a day on, and where it stands."""

    bound: Bound
    since: date
    cents: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BinderLine:
    """What a checklist asks for. funds, methods: of which it is asked; None: of all.

    above: above which bound it is asked, or above how many cents; None: whatever the amount.
    of_vendor: what shows it is about one vendor. An own line of the district has a title alone.
    """

    code: str
    title: str
    why: str = ""
    evidence: str = ""
    source: str = ""
    funds: frozenset[FundKind] | None = None
    methods: frozenset[PurchaseMethod] | None = None
    above: Bound | int | None = None
    of_vendor: bool = False
    levels: bool = False
    computed: ComputedLine | None = None

    @property
    def is_own(self) -> bool:
        """Whether the district added it."""
        return self.code.startswith(OWN)


@dataclass(frozen=True, slots=True)
class ProcurementRules:
    """The thresholds, the earliest first, and the lines in their order."""

    thresholds: tuple[FederalThreshold, ...]
    lines: tuple[BinderLine, ...]


class RulesFileError(ValueError):
    """The file can't be used; the message says why."""


@cache
def load_procurement_rules(language: str = SOURCE) -> ProcurementRules:
    """The rules that crrubric ships, in one language."""
    text = (resources.files("crrubric.data") / "procurement.toml").read_text("utf-8")
    return parse_procurement_rules(text, language)


def parse_procurement_rules(text: str, language: str = SOURCE) -> ProcurementRules:
    """Read a file of rules. Raises: RulesFileError naming the first thing that is wrong."""
    data = tomllib.loads(text)
    chosen = language if language in NAMES else SOURCE
    lines = tuple(_read_binder_line(row, chosen) for row in data["line"])
    codes = [line.code for line in lines]
    if len(set(codes)) < len(codes):
        raise RulesFileError("a code is there twice")
    return ProcurementRules(tuple(_read_thresholds(data["threshold"])), lines)


def find_threshold(
    thresholds: Iterable[FederalThreshold], bound: Bound, on: date
) -> FederalThreshold | None:
    """The one of a kind that holds on a day; None before the first."""
    held = [row for row in thresholds if row.bound is bound and row.since <= on]
    return max(held, key=lambda row: row.since, default=None)


def _read_thresholds(rows: Iterable[Mapping[str, Any]]) -> list[FederalThreshold]:
    found = [
        FederalThreshold(
            bound=Bound(row["kind"]), since=row["from"], cents=row["cents"], source=row["source"]
        )
        for row in rows
    ]
    return sorted(found, key=lambda row: row.since)


def _read_binder_line(row: Mapping[str, Any], language: str) -> BinderLine:
    code = row["code"]
    if unknown := set(row) - _KEYS - set(NAMES):
        raise RulesFileError(f"{code}: unknown key {sorted(unknown)}")
    for other in set(NAMES) - {SOURCE}:
        if set(row.get(other, {})) != set(TEXTS):
            raise RulesFileError(f"{code}: a text is missing in {NAMES[other]}")
    if "above" in row and "above_cents" in row:
        raise RulesFileError(f"{code}: one of above and above_cents")
    words = row if language == SOURCE else row[language]
    above = row.get("above_cents")
    return BinderLine(
        code=code,
        **{name: words[name] for name in TEXTS},
        source=row.get("source", ""),
        funds=_read_funds(row.get("funds", "any")),
        methods=frozenset(map(PurchaseMethod, row["methods"])) if "methods" in row else None,
        above=Bound(row["above"]) if "above" in row else above,
        of_vendor=row.get("of_vendor", False),
        levels=row.get("levels", False),
        computed=ComputedLine(row["computed"]) if "computed" in row else None,
    )


def _read_funds(said: str | list[str]) -> frozenset[FundKind] | None:
    if said == "any":
        return None
    return FEDERAL if said == "federal" else frozenset(map(FundKind, said))
