"""Forms for action items: what is to be done by whom, its status, what is taken."""

from collections.abc import Iterable
from typing import Self

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from crrubric.domain import limits
from crrubric.domain.planning.items import ItemState
from crrubric.models import Member
from crrubric.services.planning.items import ItemText
from crrubric.web.shared.forms import (
    DayField,
    Form,
    ListChoiceField,
    OneChosen,
    RadioChoiceField,
    SometimesNeeded,
    coerce_optional,
    limit_length,
    list_choices,
)
from crrubric.web.shared.versions import EditForm


class ItemForm(EditForm):
    """What is to be done, by whom and until when."""

    words = TextAreaField(
        _("What is to be done?"),
        [InputRequired(_("Say what is to be done.")), limit_length(limits.NOTE)],
    )
    member = ListChoiceField(_("Who does it?"), [Optional()])
    owner = StringField(_("Or somebody without a seat"), [limit_length(limits.TITLE)])
    due_on = DayField(_("Done by"), [Optional()])

    def offer(self, members: Iterable[Member], owner: Member | None = None) -> Self:
        """The members to choose from, and who has it now, even if they have left."""
        people = {member.id: member.name for member in members}
        if owner is not None:
            people.setdefault(owner.id, owner.name)
        self.member.choices = [
            SelectChoice("", gettext("nobody with a seat")),
            *(SelectChoice(str(key), name) for key, name in people.items()),
        ]
        return self

    def read_text(self) -> ItemText:
        """What was typed; only of a form that is valid."""
        return ItemText(
            words=self.words.data or "",
            member_id=int(self.member.data) if self.member.data else None,
            owner=self.owner.data or "",
            due_on=self.due_on.data,
        )


class ItemStateForm(EditForm):
    """How far an item is, and why if it is dropped.

    view, shown_owner: the page, and whose items it shows, to which saving leads back.
    """

    view = HiddenField()
    shown_owner = HiddenField()

    state = RadioChoiceField(
        _("Status"),
        choices=list_choices(ItemState),
        coerce=coerce_optional(ItemState),
        validators=[OneChosen()],
    )
    reason = TextAreaField(_("Why is it dropped?"), [SometimesNeeded(), limit_length(limits.NOTE)])


class TakeItemsForm(Form):
    """The button below what is ticked."""
