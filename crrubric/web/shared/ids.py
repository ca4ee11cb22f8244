"""Numbers that pages put into addresses and forms: ids, pages of a list."""

from flask import request

from crrubric.domain.typed import parse_id
from crrubric.queries.people.access import make_not_found


def read_address_number(key: str, *, below: int | None = None) -> int:
    """The number of this name in the address; 0 for none. Raises: NotFound for an odd one."""
    text = request.args.get(key, "")
    number = parse_id(text) if text else 0
    if number is None or (below is not None and number >= below):
        raise make_not_found()
    return number


def read_ticked_ids(name: str) -> frozenset[int]:
    """The ids that were ticked; what is no id is left out."""
    found = map(parse_id, request.form.getlist(name))
    return frozenset(number for number in found if number is not None)


def read_id_after(prefix: str, key: str) -> int | None:
    """The id in the name of a field, such as 7 in “gap-7”; None for another field."""
    return parse_id(key.removeprefix(prefix)) if key.startswith(prefix) else None
