"""How pages and journal tell of a purchase, in the reader's language."""

from datetime import date, datetime
from fractions import Fraction

from flask_babel import gettext

from crrubric.domain.people.languages import SOURCE
from crrubric.domain.procurement.purchase import read_funds, read_own_limits
from crrubric.domain.procurement.rules import load_procurement_rules
from crrubric.domain.procurement.words import tell_fund
from crrubric.web.shared.words import format_day, format_moment, format_money, format_short_number

# fields of the journal whose values are amounts, or lists
PURCHASE_FIELDS = frozenset({"estimate_cents", "funds", "limits"})


class PageTeller:
    """Texts and values in the words of the page."""

    def __call__(self, text: str, **values: object) -> str:
        """The text, translated and filled."""
        return str(gettext(text, **values))

    def day(self, value: date) -> str:
        """A day."""
        return format_day(value)

    def moment(self, value: datetime | None) -> str:
        """A moment in the district's zone."""
        return format_moment(value)

    def money(self, cents: int | None) -> str:
        """An amount."""
        return format_money(cents)

    def number(self, value: Fraction | int) -> str:
        """A number."""
        return format_short_number(value)


def name_binder_line(code: str, language: str = SOURCE) -> str:
    """What a line of the checklist is called; an own line is called by its title."""
    lines = load_procurement_rules(language).lines
    return next((line.title for line in lines if line.code == code), code)


def translate_purchase_value(key: str, value: object) -> object:
    """Funds, limits or an amount as the journal keeps them, in words."""
    tell = PageTeller()
    if isinstance(value, int):
        return tell.money(value)
    if not isinstance(value, list):
        return value
    if key == "funds":
        return "; ".join(tell_fund(tell, fund) for fund in read_funds(value))
    return "; ".join(
        f"{tell(row.kind.label)} {tell.money(row.cents)} ({row.source})"
        for row in read_own_limits(value)
    )
