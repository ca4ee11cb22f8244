"""Further prices as the text of one cell, a line each: what for | price | unit | quantity | …

Each line is read as if it had been typed in a row of the page of further prices.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from crrubric.domain import limits
from crrubric.domain.results.offer_checks import TOO_MANY_LINES, find_line_problems
from crrubric.domain.results.offers import PriceLine
from crrubric.domain.setup.pasted import Words, to_choice_word
from crrubric.web.planning.rows import make_rows
from crrubric.web.setup.offer_pages.further_prices import make_typed_line, read_line
from crrubric.web.setup.offer_pages.offer_forms import NEEDED, PriceLineForm
from crrubric.web.setup.several_pages.choice_words import list_choice_words, name_unknown_choices
from crrubric.web.shared.words import translate_error

FIELDS = ("kind", "unit_price", "unit", "quantity", "paid", "rise", "note")
BETWEEN = "|"
OTHERWISE = ";"  # between the parts of a line without the sign above


@dataclass(frozen=True, slots=True)
class ReadPrices:
    """The lines of a cell that can be read, and what is wrong with it."""

    lines: tuple[PriceLine, ...] = ()
    problems: tuple[str, ...] = ()


def read_price_cell(text: str, *, licensed: bool) -> ReadPrices:
    """The further prices in a cell; of a blank one none.

    Args: licensed: whether the license has a price, to which a price from a number on can belong.
    """
    typed = [line for line in text.splitlines() if line.strip()]
    if len(typed) > limits.PRICE_LINES:
        return ReadPrices(problems=(_(TOO_MANY_LINES) % {"most": limits.PRICE_LINES},))
    lines, problems = [], list[str]()
    for number, line in enumerate(typed, 1):
        row = _make_row(line)
        found = _find_row_problems(row, number)
        problems += found
        if not found:
            lines.append(read_line(row))
    if not problems:
        found_among = list(find_line_problems(lines, licensed=licensed))
        problems += [
            _tell_problem(place + 1, _name(error.field), translate_error(error))
            for place, error in found_among
        ]
    return ReadPrices(tuple(lines), tuple(problems))


def _split(line: str) -> list[str]:
    between = BETWEEN if BETWEEN in line else OTHERWISE
    parts = line.split(between, maxsplit=len(FIELDS) - 1)  # a note may hold such a sign
    return [part.strip() for part in parts]


@cache
def _list_words() -> Mapping[str, Words]:
    """What may be written for the choices: the same in every language that is read."""
    return list_choice_words(PriceLineForm(formdata=None))


def _make_row(line: str) -> PriceLineForm:
    words = _list_words()
    sent = {
        name: words.get(name, {}).get(to_choice_word(part), part)
        for name, part in zip(FIELDS, _split(line), strict=False)
    }
    return PriceLineForm(MultiDict({"paid": "", **sent}))


def _find_row_problems(row: PriceLineForm, number: int) -> list[str]:
    row.check_row(NEEDED)
    name_unknown_choices(row)
    return [
        _tell_problem(number, str(field.label.text), str(message))
        for field in row
        for message in field.errors
    ]


def _name(field: str | None) -> str:
    form = PriceLineForm(formdata=None)
    return str(form[field].label.text) if field else ""


def _tell_problem(number: int, field: str, message: str) -> str:
    return str(
        _("Line %(number)s, %(field)s: %(message)s", number=number, field=field, message=message)
    )


def write_price_cell(lines: Sequence[PriceLine]) -> str:
    """Further prices as `read_price_cell` reads them, in the reader's language."""
    typed = [make_typed_line(line) for line in lines]
    return "\n".join(map(_write_price_row, make_rows(PriceLineForm, typed, len(typed))))


def _write_price_row(row: PriceLineForm) -> str:
    parts = [_write_part(row, name) for name in FIELDS]
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
    return f" {BETWEEN} ".join(str(form[name].label.text) for name in FIELDS)
