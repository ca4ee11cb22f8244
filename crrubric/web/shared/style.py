"""The house style: every part and state on one page, for those who build screens."""

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue
from wtforms import (
    BooleanField,
    DateField,
    Form,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from crrubric.clock import now_utc
from crrubric.config import current_settings
from crrubric.domain import vocabulary
from crrubric.domain.results.tally import Tally
from crrubric.queries.people.access import make_not_found
from crrubric.web.shared.access import allow_everyone

bp = Blueprint("style", __name__)


class SampleForm(Form):
    """One control of each kind."""

    name = StringField("Name", [InputRequired("Enter a name.")])
    unit = SelectField(
        "Unit", choices=[SelectChoice("seat", "Seat"), SelectChoice("school", "School")]
    )
    weight = StringField("Weight", [InputRequired("Enter a weight.")])
    due = DateField("Due", [Optional()])
    purpose = TextAreaField("Purpose", [Optional()])
    kind = RadioField(
        "Kind", choices=[SelectChoice("a", "Majority"), SelectChoice("b", "Unanimity")]
    )
    agree = BooleanField("I have read this")


@bp.get("/style")
@allow_everyone
def show_style_guide() -> ResponseReturnValue:
    """The page; only in the demo and in development."""
    if not (current_settings().DEMO or current_app.debug):
        raise make_not_found()
    form = SampleForm()
    form.weight.errors = ["Enter a weight, 1 by default."]
    return render_template(
        "shared/style.html", form=form, words=vocabulary, now=now_utc(), Tally=Tally
    )
