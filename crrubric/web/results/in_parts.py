"""Long lists in parts: of each a page shows as much as a browser draws at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request

from crrubric.domain.typed import parse_id
from crrubric.queries.people.access import make_not_found

PART = "from"  # the parameter of an address that says where a part begins, counted from 1
VENDORS_AT_ONCE = 20  # with some tens of criteria: of more the page would have megabytes
ITEMS_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class PartLink:
    """A link to the part from one place of the list to another; `here` is the part shown."""

    first: int
    last: int
    url: str
    here: bool


def read_part_begin(args: Mapping[str, str], count: int, at_once: int) -> int:
    """From which place on a list of so many is shown, 0 being the first.

    Raises: NotFound for a place that no link leads to.
    """
    text = args.get(PART, "")
    asked = parse_id(text) if text else 1
    if asked is None or (asked - 1) % at_once or asked > max(count, 1):
        raise make_not_found()
    return asked - 1


def list_part_links(
    page: str, count: int, begin: int, at_once: int, anchor: str = ""
) -> list[PartLink]:
    """Links to all parts; none where the whole list fits on the page.

    Args: page: the address without parameters; the others of the present one are kept.
    """
    if count <= at_once:
        return []
    typed = [(key, value) for key, value in request.args.items(multi=True) if key != PART]
    return [
        PartLink(
            first=place + 1,
            last=min(place + at_once, count),
            url=f"{page}?{urlencode([*typed, (PART, place + 1)])}{anchor}",
            here=place == begin,
        )
        for place in range(0, count, at_once)
    ]
