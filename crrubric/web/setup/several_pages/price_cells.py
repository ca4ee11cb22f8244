"""Further prices as the text of one cell, a line each, in the reader's language."""

from collections.abc import Sequence

from crrubric.domain.results.offers import PriceLine
from crrubric.services.setup.tables.price_cells import BETWEEN, PRICE_PARTS
from crrubric.web.planning.rows import make_rows
from crrubric.web.setup.offer_pages.further_prices import make_typed_line
from crrubric.web.setup.offer_pages.offer_forms import PriceLineForm


def write_price_cell(lines: Sequence[PriceLine]) -> str:
    """Further prices as `read_price_cell` reads them, in the reader's language."""
    typed = [make_typed_line(line) for line in lines]
    return "\n".join(map(_write_price_row, make_rows(PriceLineForm, typed, len(typed))))


def _write_price_row(row: PriceLineForm) -> str:
    parts = [_write_part(row, name) for name in PRICE_PARTS]
    while not parts[-1]:
        parts.pop()
    return f" {BETWEEN} ".join(parts)


def _write_part(row: PriceLineForm, name: str) -> str:
    field = row[name]
    if not hasattr(field, "iter_choices"):
        return str(field._value())
    chosen = next(choice for choice in field.iter_choices() if choice.selected)
    return str(chosen.label) if chosen.value else ""


def list_price_parts() -> str:
    """What stands in a line, as the page tells it."""
    form = PriceLineForm(formdata=None)
    return f" {BETWEEN} ".join(str(form[name].label.text) for name in PRICE_PARTS)
