"""What is typed of how many learners are priced."""

from typing import ClassVar

from flask_babel import lazy_gettext as _
from wtforms import StringField, TextAreaField
from wtforms.validators import Optional

from crrubric.domain import limits
from crrubric.web.shared.forms import WholeNumberField, limit_length
from crrubric.web.shared.versions import EditForm


class SeatsForm(EditForm):
    """How many learners are priced."""

    told_as: ClassVar = {
        "low": ("seats_low",),
        "high": ("seats_high",),
        "at_once": ("seats_at_once",),
        "note": ("seats_note",),
    }

    low = WholeNumberField(_("Learners, at least"), [Optional()], limits.LEARNERS)
    high = WholeNumberField(_("Learners, at most"), [Optional()], limits.LEARNERS)
    at_once = WholeNumberField(
        _("How many of them work at the same time, in percent"), [Optional()], limits.AT_ONCE
    )
    fund = StringField(
        _("Out of which fund is it paid?"), [Optional(), limit_length(limits.SHORT_TEXT)]
    )
    note = TextAreaField(
        _("Where do the numbers come from?"), [Optional(), limit_length(limits.NOTE)]
    )
