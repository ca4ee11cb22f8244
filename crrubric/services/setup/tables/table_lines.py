"""What a line of a table says of a vendor or a person, where nobody looks through it in a form."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from crrubric.domain import limits
from crrubric.domain.errors import CrrubricError, Invalid, clean_together
from crrubric.domain.exchange.field_tables import FieldLine, FieldMapping, FieldTableKind
from crrubric.domain.results.offers import PriceLine
from crrubric.domain.setup.offer_cells import OTHERS, USUAL, join_cells
from crrubric.domain.setup.seats import SEATS
from crrubric.domain.translation import N_
from crrubric.domain.typed import to_hundredths
from crrubric.domain.vocabulary import PriceUnit, Stakeholder
from crrubric.services.people.accounts import clean_email, clean_name
from crrubric.services.setup.committee import Invitee
from crrubric.services.setup.tables.choice_words import find_choice
from crrubric.services.setup.tables.price_cells import (
    read_exact,
    read_price,
    read_price_cell,
    read_whole,
)
from crrubric.services.setup.tables.several import NewVendor
from crrubric.services.setup.vendors import VendorFacts, clean_vendor

Read = TypeVar("Read")
Cells = Mapping[str, str]
TEXTS = ("company", "product", "product_version", "contact_name", "contact_email", "links",
         "price_note")  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReadLines(Generic[Read]):
    """What the lines of a table say, by their numbers, and what is wrong with others."""

    good: dict[int, Read]
    bad: list[tuple[int, CrrubricError]]


def read_table_lines(lines: Iterable[FieldLine], read: Callable[[Cells], Read]) -> ReadLines[Read]:
    """Every line, good or bad."""
    found: ReadLines[Read] = ReadLines({}, [])
    for number, cells in lines:
        try:
            found.good[number] = read(cells)
        except Invalid as error:
            found.bad.extend((number, each) for each in (error, *error.more))
    return found


def read_vendor_cells(cells: Cells) -> NewVendor:
    """A vendor. Raises: Invalid naming every field with which something is wrong."""
    texts: dict[str, Any] = {name: cells.get(name, "") for name in TEXTS}
    amounts = {name: _read_later(cells, name, read_price) for name in USUAL}
    made = clean_together(
        texts=lambda: clean_vendor(replace(VendorFacts(company=""), **texts)),
        price_unit=lambda: _read_unit(cells.get("price_unit", "")),
        unit_price_cents=lambda: to_hundredths(
            read_price(cells.get("unit_price", ""), "unit_price")
        ),
        quantity=lambda: read_whole(cells.get("quantity", ""), limits.QUANTITY, "quantity"),
        term_months=lambda: read_whole(
            cells.get("term_months", ""), limits.TERM_MONTHS, "term_months"
        ),
        price_rise=lambda: to_hundredths(
            read_exact(cells.get("price_rise", ""), limits.PRICE_RISE, "price_rise")
        ),
        **amounts,
        others=lambda: _read_others(cells),
    )
    usual = {name: cents for name in USUAL if (cents := to_hundredths(made.pop(name))) is not None}
    cells_found = join_cells(made.pop("others"), usual)
    return NewVendor(replace(made.pop("texts"), **made), cells_found)


def _read_later(
    cells: Cells, name: str, read: Callable[[str, str], object]
) -> Callable[[], object]:
    return lambda: read(cells.get(name, ""), name)


def _read_unit(text: str) -> PriceUnit | None:
    value = find_choice("price_unit", text)
    return PriceUnit(value) if value else None


def _read_others(cells: Cells) -> tuple[PriceLine, ...]:
    """The further prices of the column for those without one of their own. Raises: Invalid."""
    found = read_price_cell(
        cells.get(OTHERS, ""), licensed=bool(cells.get("unit_price", "").strip())
    )
    refused = [Invalid(error.message, field=OTHERS, **error.values) for error in found.problems]
    if refused:
        refused[0].more = tuple(refused[1:])
        raise refused[0]
    return found.lines


def read_invitee_cells(cells: Cells) -> Invitee:
    """A person. Raises: Invalid naming every field with which something is wrong."""
    made = clean_together(
        name=lambda: clean_name(cells.get("name", "")),
        email=lambda: clean_email(cells.get("email", "")),
        roles=lambda: SEATS[_require_choice("roles", cells, N_("Choose a role."))],
        stakeholder=lambda: Stakeholder(
            _require_choice("stakeholder", cells, N_("Choose whom the person represents."))
        ),
    )
    return Invitee(**made)


def _require_choice(field: str, cells: Cells, missing: str) -> str:
    value = find_choice(field, cells.get(field, ""))
    if not value:
        raise Invalid(missing, field=field)
    return value


def tell_bad_columns(
    problems: Iterable[tuple[int, CrrubricError]], mapping: FieldMapping, kind: FieldTableKind
) -> list[tuple[int, CrrubricError]]:
    """What is wrong with lines, in their order, each with the column in which it stands."""
    return [
        (number, _tell_bad_column(error, mapping, kind))
        for number, error in sorted(problems, key=lambda problem: problem[0])
    ]


def _tell_bad_column(
    error: CrrubricError, mapping: FieldMapping, kind: FieldTableKind
) -> CrrubricError:
    field = error.field if isinstance(error, Invalid) else None
    if field is None or field not in kind.columns:
        return error
    column = mapping.name_field(field) or kind.columns[field][0]
    return Invalid(N_("%(column)s: %(why)s"), column=column, why=error)
