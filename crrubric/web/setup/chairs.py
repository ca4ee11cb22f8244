"""Acting chairs, for administrators: who leads which evaluation, and who is to."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from crrubric.domain import limits
from crrubric.domain.actions import SiteAction
from crrubric.domain.errors import Invalid, WrongPhase
from crrubric.extensions import db
from crrubric.queries.people.access import make_not_found
from crrubric.queries.setup.chairs import ChairLine, list_led_evaluations
from crrubric.services.setup.chairs import appoint_chair
from crrubric.web.shared.access import require_site_permission
from crrubric.web.shared.forms import Form, ListChoiceField, attach_error, limit_length
from crrubric.web.shared.page import render_site_page
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import translate_error

bp = Blueprint("chairs", __name__, url_prefix="/chairs")
HOME = "chairs.show_chairs"


class AppointmentForm(Form):
    """Whom to make acting chair, and why."""

    member = ListChoiceField(
        _("Committee member"),
        coerce=int,
        validators=[InputRequired(_("Choose a member."))],
        first=_("Choose a member"),
    )
    reason = TextAreaField(
        _("Why?"), [InputRequired(_("Say why: the memo prints it.")), limit_length(limits.NOTE)]
    )

    def offer(self, line: ChairLine) -> None:
        """The members who could be appointed."""
        self.member.choices = [SelectChoice(str(row.id), row.name) for row in line.others]


@bp.get("")
@require_site_permission(SiteAction.APPOINT_CHAIR)
def show_chairs() -> ResponseReturnValue:
    """Every evaluation in or after its meeting, with who leads it."""
    lines = list_led_evaluations(db.session())
    return render_site_page("setup/chairs.html", under=HOME, lines=lines)


@bp.get("/<slug>")
@require_site_permission(SiteAction.APPOINT_CHAIR)
def show_appointment_form(slug: str) -> ResponseReturnValue:
    """The form that appoints an acting chair."""
    return render_appointment_page(find_line(slug), AppointmentForm(formdata=None))


def find_line(slug: str) -> ChairLine:
    """The evaluation with its people. Raises: NotFound."""
    for line in list_led_evaluations(db.session()):
        if line.evaluation.slug == slug:
            return line
    raise make_not_found()


def render_appointment_page(line: ChairLine, form: AppointmentForm) -> str:
    """The form, with the chairs that there are."""
    form.offer(line)
    return render_site_page("setup/appoint.html", under=HOME, line=line, form=form)


@bp.post("/<slug>")
@require_site_permission(SiteAction.APPOINT_CHAIR)
def save_appointment(slug: str) -> ResponseReturnValue:
    """Appoint an acting chair."""
    line, form = find_line(slug), AppointmentForm()
    form.offer(line)
    if form.validate():
        try:
            member = appoint_chair(
                current_actor(), slug, form.member.data, reason=form.reason.data or ""
            )
            flash(_("%(name)s is acting chair now.", name=member.name), "done")
            return redirect(url_for(HOME))
        except Invalid as error:
            attach_error(form, error)
        except WrongPhase as error:
            form.form_errors.append(translate_error(error))
    return render_appointment_page(line, form), 422
