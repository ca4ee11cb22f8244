"""Headings of a table that sort it: links, so that they work without a script."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask_babel import gettext as _

Sorted = TypeVar("Sorted")


@dataclass(frozen=True, slots=True)
class SortLink:
    """A heading that sorts. order: for aria-sort, empty where the rows are sorted otherwise."""

    url: str
    order: str
    hint: str


@dataclass(frozen=True, slots=True)
class SortColumn(Generic[Sorted]):
    """What a column sorts by; None is a row without a value. falling: the largest first."""

    key: Callable[[Sorted], Any]
    falling: bool = True

    def sort(self, rows: Iterable[Sorted]) -> list[Sorted]:
        """The rows by this column, those without a value last, equal ones in their order."""
        keyed = [(self.key(row), row) for row in rows]
        known = [pair for pair in keyed if pair[0] is not None]
        known.sort(key=lambda pair: pair[0], reverse=self.falling)
        return [row for _key, row in known] + [row for key, row in keyed if key is None]


def make_sort_links(
    columns: Mapping[str, SortColumn[Sorted]], chosen: str, address: Callable[[str], str], back: str
) -> dict[str, SortLink]:
    """The heading of each column; that of the chosen one leads back to the order without one.

    Args: address: of the page sorted by a column, "" for none; back: what that order is.
    """
    return {
        name: SortLink(address(""), "descending" if column.falling else "ascending", back)
        if name == chosen
        else SortLink(address(name), "", _("Sort by this column"))
        for name, column in columns.items()
    }
