"""The page of the purchase: facts, proof of order, checklist."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid
from crrubric.domain.procurement import words as telling
from crrubric.domain.procurement.order import SELECTION
from crrubric.extensions import db
from crrubric.queries.people.access import Seat
from crrubric.queries.procurement.purchases import read_purchase
from crrubric.services.procurement.lines import add_purchase_line
from crrubric.web.procurement.purchase_forms import OwnLineForm
from crrubric.web.procurement.purchase_words import PageTeller
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.forms import attach_error
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import redirect_to, render_page
from crrubric.web.shared.session import current_actor

bp = Blueprint("purchase", __name__, url_prefix="/evaluations/<slug>/purchase")
HOME = "purchase.show_purchase"


@bp.get("")
@require_permission(Action.VIEW_PURCHASE)
def show_purchase(seat: Seat) -> ResponseReturnValue:
    """What is known of the purchase, in which order it went, and what is left to do."""
    return render_purchase(seat, OwnLineForm(formdata=None))


@bp.post("/lines")
@require_permission(Action.MANAGE_PURCHASE)
def save_own_line(seat: Seat) -> ResponseReturnValue:
    """Add a line of the district's own."""
    form = OwnLineForm()
    if form.validate():
        try:
            code = add_purchase_line(
                current_actor(), seat.evaluation.slug, form.own_title.data or ""
            )
            flash(_("The line is on the checklist. Say here what shows it."), "done")
            return redirect_to("purchase_lines.show_purchase_line", seat, line=code)
        except Invalid as error:
            attach_error(form, error)
    return render_purchase(seat, form), 422


def render_purchase(seat: Seat, form: OwnLineForm) -> str:
    """The page. Args: form: for a further line."""
    read = read_purchase(db.session(), seat.evaluation, current_language(), seat.shut_out)
    return render_page(
        "procurement/purchase.html",
        seat,
        read=read,
        form=form,
        steps=SELECTION,
        tell=PageTeller(),
        telling=telling,
        may_manage=seat.may(Action.MANAGE_PURCHASE),
    )
