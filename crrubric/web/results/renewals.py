"""An evaluation that renews an earlier one: starting it, and what was found last time."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import InputRequired

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid
from crrubric.domain.vocabulary import Standing
from crrubric.extensions import db
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.results.renewals import require_earlier_record
from crrubric.queries.setup.members import list_members_to_renew
from crrubric.queries.setup.vendors import list_vendors_in_selection
from crrubric.services.setup.earlier import has_final_needs, start_from_earlier
from crrubric.web.planning.measure_pages.measure_words import format_disclosed
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.forms import Form, attach_error, limit_length
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import render_page
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import current_day

bp = Blueprint("renewals", __name__, url_prefix="/evaluations/<slug>")


class RenewalForm(Form):
    """What the next evaluation is called."""

    title = StringField(
        _("Title of the next evaluation"),
        [InputRequired(_("Enter a title.")), limit_length(limits.TITLE)],
    )


def render_renewal(seat: Seat, form: RenewalForm) -> str:
    """The page that names what is taken over. Raises: NotFound for who starts no evaluation."""
    if current_actor().standing is Standing.MEMBER:
        raise make_not_found()
    session, own = db.session(), seat.evaluation.id
    vendors = list_vendors_in_selection(session, own)
    return render_page(
        "results/renew.html",
        seat,
        form=form,
        has_needs=has_final_needs(seat.evaluation),
        vendors=[row for row in vendors if row.id not in seat.shut_out],
        members=list_members_to_renew(session, seat),
    )


@bp.get("/renew")
@require_permission(Action.RENEW_EVALUATION)
def show_renewal(seat: Seat) -> ResponseReturnValue:
    """What the next evaluation takes over from this one."""
    return render_renewal(seat, RenewalForm(formdata=None))


@bp.post("/renew")
@require_permission(Action.RENEW_EVALUATION)
def save_renewal(seat: Seat) -> ResponseReturnValue:
    """Start the next evaluation."""
    form = RenewalForm()
    if form.validate():
        try:
            evaluation = start_from_earlier(
                current_actor(),
                seat.evaluation.slug,
                title=form.title.data or "",
                with_vendors=True,
                with_committee=True,
                with_record=True,
                with_needs=has_final_needs(seat.evaluation),
            )
            return redirect(url_for("evaluations.show_overview", slug=evaluation.slug), code=303)
        except Invalid as error:
            attach_error(form, error)
    return render_renewal(seat, form), 422


@bp.get("/vendors/<int:vendor_id>/earlier")
@require_permission(Action.VIEW_EVALUATION)
def show_earlier_record(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """What the earlier evaluation found of the vendor, once it can anchor no mark any more."""
    record = require_earlier_record(
        db.session(), seat, vendor_id, current_day(), current_language()
    )
    return render_page(
        "results/earlier.html",
        seat,
        under="vendors.show_vendors",
        record=record,
        write=format_disclosed,
    )
