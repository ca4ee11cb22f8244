"""Corrections after ballots opened: of a criterion, and of who is in the selection."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid
from crrubric.domain.people.languages import NAMES
from crrubric.domain.vocabulary import CorrectionEffect
from crrubric.extensions import db
from crrubric.models import Criterion
from crrubric.queries.people.access import Seat, not_found
from crrubric.services.setup import corrections as service
from crrubric.services.setup import withdrawals
from crrubric.services.setup.rubrics import criterion_in
from crrubric.services.setup.vendors import vendor_for
from crrubric.web.ballots.forms import CorrectionForm
from crrubric.web.people.language_forms import TranslationForm, translation_forms, typed
from crrubric.web.setup.rubric import tell_dropped
from crrubric.web.shared.access import in_evaluation
from crrubric.web.shared.forms import ReasonForm, attach
from crrubric.web.shared.page import page, to
from crrubric.web.shared.session import actor

bp = Blueprint("corrections", __name__, url_prefix="/evaluations/<slug>")
RUBRIC, VENDORS = "rubric.index", "vendors.index"


def criterion_of(seat: Seat, criterion_id: int) -> Criterion:
    """The criterion, if it is asked for. Raises: NotFound."""
    criterion = criterion_in(db.session(), seat.evaluation, criterion_id)
    if criterion.left_out:
        raise not_found()
    return criterion


@bp.get("/rubric/criteria/<int:criterion_id>/correct")
@in_evaluation(Action.CORRECT_RUBRIC)
def criterion(seat: Seat, criterion_id: int) -> ResponseReturnValue:
    """The form that corrects a criterion."""
    row = criterion_of(seat, criterion_id)
    form = CorrectionForm(formdata=None, obj=row, effect=CorrectionEffect.KEEP)
    return correction_page(seat, form, translation_forms(row))


def correction_page(seat: Seat, form: CorrectionForm, forms: dict[str, TranslationForm]) -> str:
    """The page that corrects a criterion, with its translations."""
    return page(
        "setup/rubric/correct.html", seat, under=RUBRIC, form=form, translations=forms, names=NAMES
    )


@bp.post("/rubric/criteria/<int:criterion_id>/correct")
@in_evaluation(Action.CORRECT_RUBRIC)
def correct(seat: Seat, criterion_id: int) -> ResponseReturnValue:
    """Make the next revision of the rubric."""
    form = CorrectionForm()
    row = criterion_of(seat, criterion_id)
    forms = translation_forms(row)
    if all([form.validate(), *(own.validate() for own in forms.values())]):
        given = typed(forms)
        correction = service.Correction(
            form.title.data,
            form.question.data or "",
            form.look_for.data or "",
            form.effect.data,
            form.reason.data,
        )
        try:
            slug = seat.evaluation.slug
            revision = service.correct_criterion(
                actor(), slug, criterion_id, correction, translations=given
            )
            flash(_("Revision %(number)s; reviewers are told.", number=revision.number), "done")
            tell_dropped(revision.criterion, given)
            return to(RUBRIC, seat)
        except Invalid as error:
            attach(form, error)
    return correction_page(seat, form, forms), 422


@bp.get("/vendors/<int:vendor_id>/selection")
@in_evaluation(Action.WITHDRAW_VENDOR)
def selection(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """The form that takes a vendor out of the selection, or back in."""
    vendor = vendor_for(db.session(), seat, vendor_id)
    return page(
        "setup/vendors/selection.html", seat, under=VENDORS, vendor=vendor, form=ReasonForm()
    )


@bp.post("/vendors/<int:vendor_id>/selection")
@in_evaluation(Action.WITHDRAW_VENDOR)
def withdraw(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """Take the vendor out; where it is out, back in."""
    form = ReasonForm()
    vendor = vendor_for(db.session(), seat, vendor_id)
    change = withdrawals.restore_vendor if vendor.withdrawn_at else withdrawals.withdraw_vendor
    if form.validate():
        try:
            change(actor(), seat.evaluation.slug, vendor_id, reason=form.reason.data)
            flash(_("Recorded; the reviewers are told."), "done")
            return to(VENDORS, seat)
        except Invalid as error:
            attach(form, error)
    return page("setup/vendors/selection.html", seat, under=VENDORS, vendor=vendor, form=form), 422
