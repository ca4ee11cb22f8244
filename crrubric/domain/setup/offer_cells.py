"""The further prices of an offer as cells of a table: a column for each usual one, one for others.

A usual one is an amount for the whole district, such as the training of all teachers. What comes
out of cells is what was put into them: nothing of an offer is lost in a table.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from crrubric.domain.results.offers import PriceLine
from crrubric.domain.vocabulary import PriceKind, PriceUnit

OTHERS = "price_lines"  # the column with all that has none of its own, a line each
# column -> what it is for, and whether it is paid once; in the order of their lines
USUAL: Mapping[str, tuple[PriceKind, bool]] = {
    "training_once": (PriceKind.TRAINING, True),
    "training_yearly": (PriceKind.TRAINING, False),
    "integration_once": (PriceKind.INTEGRATION, True),
    "integration_yearly": (PriceKind.INTEGRATION, False),
    "other_once": (PriceKind.OTHER, True),
    "other_yearly": (PriceKind.OTHER, False),
}


class CellLine(NamedTuple):
    """A line of an offer, and the column in which it stands."""

    column: str
    line: PriceLine


def join_cells(others: Sequence[PriceLine], usual: Mapping[str, int]) -> tuple[CellLine, ...]:
    """The lines of an offer: those of the column for others first, since a price from a number on
    belongs to the line above it. Args: usual: cents, by column."""
    return (
        *(CellLine(OTHERS, line) for line in others),
        *(CellLine(name, _make_usual(name, usual[name])) for name in USUAL if name in usual),
    )


def split_lines(lines: Sequence[PriceLine]) -> tuple[tuple[PriceLine, ...], dict[str, int]]:
    """(lines of the column for others, cents by column) of which `join_cells` makes the same."""
    names, usual = list(USUAL), dict[str, int]()
    rest = list(lines)
    while rest:
        name = _find_column(rest[-1], names)
        if name is None:
            break
        usual[name] = rest.pop().unit_cents
        del names[names.index(name) :]  # what stands above it has a column before
    return tuple(rest), usual


def _make_usual(name: str, cents: int) -> PriceLine:
    kind, once = USUAL[name]
    return PriceLine(kind=kind, unit=PriceUnit.DISTRICT, once=once, unit_cents=cents)


def _find_column(line: PriceLine, names: Sequence[str]) -> str | None:
    """That of `names` which says all of the line; None: there is none."""
    return next((name for name in names if _make_usual(name, line.unit_cents) == line), None)
