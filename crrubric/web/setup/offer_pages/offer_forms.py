"""What is typed of an offer: its further lines."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from crrubric.domain import limits
from crrubric.domain.vocabulary import PriceKind, PriceUnit
from crrubric.models import JournalEntry
from crrubric.web.planning.forms import RowForm
from crrubric.web.shared.forms import (
    ExactNumberField,
    ListChoiceField,
    PriceField,
    WholeNumberField,
    coerce_optional,
    limit_length,
    list_choices,
)
from crrubric.web.shared.versions import EditForm

ONCE = "once"
NEEDED = ("kind", "unit_price")


class PriceLineForm(RowForm):
    """A line of an offer."""

    kind = ListChoiceField(_("What for"), [Optional()], coerce=coerce_optional(PriceKind),
                           choices=list_choices(PriceKind, empty=_("Choose")))  # fmt: skip
    unit_price = PriceField(_("Price in dollars"), [Optional()])
    unit = ListChoiceField(_("Price is"), [Optional()], coerce=coerce_optional(PriceUnit),
                           choices=list_choices(PriceUnit, empty=_("for each one")))  # fmt: skip
    quantity = WholeNumberField(_("Quantity"), [Optional()], limits.QUANTITY)
    paid = ListChoiceField(
        _("Paid"),
        [Optional()],
        choices=[SelectChoice("", _("each year")), SelectChoice(ONCE, _("once"))],
    )
    rise = ExactNumberField(
        _("Rises by at most, in percent a year"), [Optional()], limits.PRICE_RISE
    )
    note = StringField(_("Note"), [Optional(), limit_length(limits.SHORT_TEXT)])


class PriceLinesForm(EditForm):
    """The lines of an offer; the rows are its parts."""

    def find_change(self, name: str, changes: Mapping[str, JournalEntry]) -> JournalEntry | None:
        """The last change of the lines: the journal tells all of them at once."""
        return changes.get("price_lines")
